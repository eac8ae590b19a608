"""Runs the worker and the clock side by side, and ends both cleanly."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot import features
from bot.services import Services
from jobs.clock import Ticker
from jobs.schedule import JOBS
from jobs.sweeping import sweeping
from jobs.worker import Worker


def make_worker(services: Services) -> Worker:
    """A worker that knows every errand."""
    return Worker(services, features.DELIVERIES, features.TASKS)


@asynccontextmanager
async def working(services: Services) -> AsyncIterator[Ticker]:
    """Do errands and fire jobs until the block ends; an errand in hand is finished first."""
    tasks = [
        asyncio.create_task(make_worker(services).run()),
        asyncio.create_task(sweeping(services.session_factory, services.matchmaker)),
    ]
    ticker = Ticker(services, JOBS)
    ticker.start()
    try:
        yield ticker
    finally:
        await ticker.stop()
        for task in tasks:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
