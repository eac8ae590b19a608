"""Fires what is due, once, however many workers look.

Every worker asks what is due each half minute; a slot's row under a unique constraint, written
together with what the job leads to, makes it fire once.
"""

import asyncio
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from sqlalchemy import and_, bindparam, case, func, select

from bot.services import Services
from jobs.slots import Job, Slot, due
from registry import outbox, runs
from registry.networks import Network, Workspace
from registry.outbox import Lane

log = structlog.get_logger()

EVERY = 30
BEGINNING = datetime.min.replace(tzinfo=UTC)

# Both are built once, since every worker asks them of every job in every network.
_NETWORK = select(Network).where(Network.id == bindparam("id"))
_NETWORKS = (
    select(
        Network,
        func.max(
            case(
                (and_(Workspace.suspended_at.is_(None), Workspace.uninstalled_at.is_(None)), 1),
                else_=0,
            )
        ),
    )
    .join(Workspace, Workspace.network_id == Network.id)
    .group_by(Network.id)
    .order_by(Network.id)
)
"""The networks that have a workspace, each with whether one of them still lets us in."""


async def fire(services: Services, job: Job, slot: Slot) -> bool:
    """Do the job for a slot; False where some worker has done it already.

    Nor is a slot made up for that lies before one that has fired: after a change of the
    network's time zone the newest one by its new clocks may.
    """
    now = services.clock.now()
    async with services.session_factory.begin() as session:
        outbox.enter(session, Lane.BULK)
        network = await session.scalar(_NETWORK, {"id": slot.network_id})
        if network is None or not await runs.take(
            session, network.id, slot.job, slot.key, due_at=slot.due_at, now=now
        ):
            return False
        await job.work(session, network, now)
    services.wake.set()
    log.info("job_fired", job=slot.job, network=slot.network_id, slot=slot.key)
    return True


class Ticker:
    """Fires what came due since it last looked, every half minute and whenever it is asked.

    At its start, and where the clock was put back, it looks at the newest slot of every job; so
    it does in a network whose time zone or nation has changed. A job that fails is tried again at
    the next tick, and holds up no other.
    """

    def __init__(self, services: Services, jobs: Sequence[Job]) -> None:
        self._services = services
        self._jobs = jobs
        self._after = BEGINNING
        self._clocks: dict[int, tuple[str, str]] = {}
        self._ticking = asyncio.Lock()
        self._scheduler = AsyncIOScheduler(timezone=UTC)

    def start(self) -> None:
        """Begin to tick, at once and then every half minute."""
        self._scheduler.add_job(
            self._safely_tick,
            "interval",
            seconds=EVERY,
            next_run_time=datetime.now(UTC),
            misfire_grace_time=None,
            coalesce=True,
            max_instances=1,
        )
        self._scheduler.start()

    async def stop(self) -> None:
        """Let the tick that is under way finish, or break it off where cancelled; tick no more."""
        try:
            async with self._ticking:
                pass
        finally:
            self._scheduler.shutdown(wait=False)

    async def tick(self) -> int:
        """Fire what is due; how many slots that were."""
        async with self._ticking:
            now = self._services.clock.now()
            after = self._after if self._after <= now else BEGINNING
            async with self._services.session_factory.begin() as session:
                found = (await session.execute(_NETWORKS)).all()
            everywhere = [network for network, _ in found]
            reached = [network for network, is_reached in found if is_reached]
            slots = [
                *self._due([job for job in self._jobs if job.everywhere], everywhere, after, now),
                *self._due([job for job in self._jobs if not job.everywhere], reached, after, now),
            ]
            fired = [await self._fire(job, slot) for job, slot in slots]
            if None not in fired:
                self._after = now
                self._clocks = {one.id: _clock(one) for one in everywhere}
            return sum(map(bool, fired))

    def _due(
        self, jobs: Sequence[Job], networks: Sequence[Network], after: datetime, until: datetime
    ) -> Iterator[tuple[Job, Slot]]:
        same = [one for one in networks if self._clocks.get(one.id) == _clock(one)]
        changed = [one for one in networks if one not in same]
        yield from due(jobs, same, after, until)
        yield from due(jobs, changed, BEGINNING, until)

    async def _fire(self, job: Job, slot: Slot) -> bool | None:
        """Whether it was ours to fire; None where it failed."""
        try:
            return await fire(self._services, job, slot)
        except Exception:  # one job's failure must not keep the others from their time
            log.exception("job_failed", job=slot.job, network=slot.network_id, slot=slot.key)
            return None

    async def _safely_tick(self) -> None:
        try:
            await self.tick()
        except Exception:  # the database may be away for a while: the clock outlives that
            log.exception("tick_failed")


def _clock(network: Network) -> tuple[str, str]:
    """What a network's slots go by."""
    return network.time_zone, network.nation
