"""Runs the worker and the clock side by side, and ends both cleanly."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot import features
from bot.services import Services
from jobs.clock import Ticker
from jobs.schedule import JOBS
from jobs.sweeping import sweeping
from jobs.worker import Worker

# Seconds for what is in hand. With three for open requests it is less than the ten after which the
# least patient hosts kill a process.
GRACE = 5.0
CUT_OFF = 1.0


def make_worker(services: Services) -> Worker:
    """A worker that knows every errand."""
    return Worker(services, features.DELIVERIES, features.TASKS)


@asynccontextmanager
async def working(services: Services) -> AsyncIterator[Ticker]:
    """Do errands and fire jobs until the block ends.

    Then none is begun any more; those in hand have `GRACE` seconds, unless it is cancelled again.
    """
    worker, ticker = make_worker(services), Ticker(services, JOBS)
    work = asyncio.create_task(worker.run())
    sweep = asyncio.create_task(sweeping(services.session_factory, services.matchmaker))
    ticker.start()
    try:
        yield ticker
    finally:
        sweep.cancel()
        worker.end()
        stop = asyncio.create_task(ticker.stop())
        try:
            await asyncio.wait({work, stop}, timeout=GRACE)
        finally:
            work.cancel()
            stop.cancel()
            await asyncio.wait({work, stop, sweep}, timeout=CUT_OFF)
