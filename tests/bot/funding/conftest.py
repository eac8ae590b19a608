from collections.abc import AsyncIterator

import pytest

from playground.slack import Channel
from tests.office import Office
from tests.publisher import Publisher, publishing


@pytest.fixture
async def publisher() -> AsyncIterator[Publisher]:
    async with publishing() as publisher:
        yield publisher


@pytest.fixture
async def channel(office: Office) -> Channel:
    """The network's default channel for funding."""
    return await office.channel_for("funding")
