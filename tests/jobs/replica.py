"""One of several workers that share a database: ticks through a day at its own speed.

Arguments: the database's address and the day's first moment. Says on standard output when it
has ticked, so that whoever started it knows when to end it in the middle.
"""

import asyncio
import sys
from datetime import datetime, timedelta
from pathlib import Path

import aiohttp
from sqlalchemy.ext.asyncio import AsyncSession

from bot.messenger import Messenger
from bot.services import Services
from bot.settings import Settings
from feeds.fetch import Fetcher
from jobs.clock import Ticker
from jobs.slots import Hourly, Job
from registry import outbox
from registry.database import database_url, make_engine, make_session_factory
from registry.networks import Network
from registry.secrets import Keys
from tests.frozen import KEY, FrozenClock

STEP = timedelta(minutes=30)
STEPS = 48
TICKED = "ticked\n"


async def note(session: AsyncSession, network: Network, now: datetime) -> None:
    await outbox.enqueue(session, network.id, "note", {"at": now.isoformat()}, now=now)


async def live(address: str, start: datetime) -> None:
    engine = make_engine(database_url(address, Path()))
    async with aiohttp.ClientSession() as http:
        keys, clock = Keys([KEY]), FrozenClock(start)
        services = Services(
            settings=Settings(),
            session_factory=make_session_factory(engine),
            clock=clock,
            keys=keys,
            messenger=Messenger(http, "http://127.0.0.1:9/", keys),
            fetcher=Fetcher(),
        )
        ticker = Ticker(services, [Job("hourly", Hourly(), note)])
        for _ in range(STEPS):
            await ticker.tick()
            clock.time += STEP
            sys.stdout.write(TICKED)
            sys.stdout.flush()
    await engine.dispose()


if __name__ == "__main__":
    asyncio.run(live(sys.argv[1], datetime.fromisoformat(sys.argv[2])))
