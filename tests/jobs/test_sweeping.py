import asyncio
import contextlib

from jobs.sweeping import sweeping
from registry.database import SessionFactory
from registry.indexes import Indexes
from registry.matchmaker import document_of
from tests.people import ONE_DATABASE


class Failing(Indexes):
    """Indexes whose first sweep goes wrong."""

    def __init__(self) -> None:
        super().__init__(document_of)
        self.sweeps = 0
        self.swept = asyncio.Event()

    async def sweep(self, session_factory: SessionFactory) -> None:
        self.sweeps += 1
        if self.sweeps == 1:
            raise RuntimeError("the disk is away")
        self.swept.set()


@ONE_DATABASE
async def test_a_sweep_that_fails_is_followed_by_the_next(
    session_factory: SessionFactory,
) -> None:
    indexes = Failing()
    task = asyncio.create_task(sweeping(session_factory, indexes, every=0))
    async with asyncio.timeout(5):
        await indexes.swept.wait()
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
    assert indexes.sweeps >= 2
