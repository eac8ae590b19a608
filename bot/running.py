"""Starts what every process needs, checks it, and ends it cleanly."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.messenger import Messenger
from bot.services import Services
from bot.settings import Settings, Unusable
from feeds.fetch import Fetcher
from matching.vectors import OnnxEncoder
from registry.clock import Clock
from registry.database import make_engine, make_session_factory
from registry.matchmaker import Matchmaker
from registry.migrate import is_current, migrate

NOT_MIGRATED = "The database is of another version: run `python -m bot migrate` first."


def unreachable(settings: Settings) -> Unusable:
    """The one line for a database that does not answer."""
    where = settings.database.render_as_string(hide_password=True)
    return Unusable(f"DATABASE_URL cannot be reached ({where}): start the database or mend it.")


async def migrated(settings: Settings) -> None:
    """Bring the database to the newest version; raises `Unusable` where it does not answer."""
    settings.var.mkdir(parents=True, exist_ok=True)
    engine = make_engine(settings.database)
    try:
        await migrate(engine)
    except (OperationalError, OSError):
        raise unreachable(settings) from None
    finally:
        await engine.dispose()


@asynccontextmanager
async def running(settings: Settings, clock: Clock) -> AsyncIterator[Services]:
    """Open the database and one HTTP session for as long as a process runs."""
    settings.var.mkdir(parents=True, exist_ok=True)
    engine = make_engine(settings.database)
    try:
        await _check(settings, engine)
        model = await asyncio.to_thread(settings.model_files)
        async with aiohttp.ClientSession() as http:
            keys = settings.keys()
            yield Services(
                settings=settings,
                session_factory=make_session_factory(engine),
                clock=clock,
                keys=keys,
                messenger=Messenger(http, settings.slack_api_url, keys),
                fetcher=Fetcher(),
                matchmaker=Matchmaker(
                    settings.var / "indexes", OnnxEncoder(model) if model else None
                ),
            )
    finally:
        await engine.dispose()


async def _check(settings: Settings, engine: AsyncEngine) -> None:
    try:
        current = await is_current(engine)
    except (DBAPIError, OSError):
        raise unreachable(settings) from None
    if not current:
        raise Unusable(NOT_MIGRATED)
