"""Services without a Slack behind them, for what only writes rows."""

from collections.abc import AsyncIterator

import aiohttp
import pytest

from bot.messenger import Messenger
from bot.services import Services
from bot.settings import Settings
from feeds.fetch import Fetcher
from registry.database import SessionFactory
from registry.secrets import Keys
from tests.conftest import FrozenClock


@pytest.fixture
async def services(
    session_factory: SessionFactory, clock: FrozenClock, keys: Keys
) -> AsyncIterator[Services]:
    async with aiohttp.ClientSession() as http:
        yield Services(
            settings=Settings(),
            session_factory=session_factory,
            clock=clock,
            keys=keys,
            messenger=Messenger(http, "http://127.0.0.1:9/", keys),
            fetcher=Fetcher(),
        )
