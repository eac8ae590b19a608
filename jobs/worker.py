"""Does the errands of the outbox: any number of workers, none special."""

import asyncio
from collections import deque
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from bot.admin.deliveries import WORKSPACE_CARD, stop_channel
from bot.cards import post_card
from bot.deliveries import Call, Delivery, NotYet, Task, Work
from bot.funding.channels import stop_rule
from bot.messenger import (
    Failure,
    PersonGone,
    RateLimited,
    Response,
    TargetGone,
    Transient,
    WorkspaceGone,
)
from bot.services import Services
from registry import networks, outbox
from registry.members import Member, admins
from registry.networks import Network, Workspace
from registry.outbox import Errand, Lane, State

log = structlog.get_logger()

IDLE = 1.0
MOST_RESENDS = 1
# Bulk errands may take long: while one waits for its turn, another worker should have it.
MOST_CLAIMED = {Lane.ANSWERS: 10, Lane.BULK: 1}


class Worker:
    """Does the errands of every lane side by side, so that no press waits behind a job."""

    def __init__(
        self,
        services: Services,
        deliveries: Mapping[str, Delivery],
        tasks: Mapping[str, Task],
    ) -> None:
        self._services = services
        self._ending = asyncio.Event()
        self.lanes = [LaneWorker(lane, services, deliveries, tasks, self._ending) for lane in Lane]

    async def run(self) -> None:
        """Work until ended; woken by this process's own commits, else every second."""
        async with asyncio.TaskGroup() as group:
            for lane in self.lanes:
                group.create_task(lane.run())
            waking = group.create_task(self._wake())
            await self._ending.wait()
            waking.cancel()
            for lane in self.lanes:
                lane.wake.set()

    def end(self) -> None:
        """Claim no more: `run` returns when the errands in hand are done, the rest given back."""
        self._ending.set()

    async def _wake(self) -> None:
        while True:
            await self._services.wake.wait()
            self._services.wake.clear()
            for lane in self.lanes:
                lane.wake.set()

    async def drain(self) -> None:
        """Work until nothing is due."""
        while any([await lane.work() for lane in self.lanes]):
            pass


class LaneWorker:
    """Claims the errands of one lane and does them one after another.

    `deliveries` and `tasks` by kind. What they lead to goes into the same lane. ending: set where
    no further errand is to be begun.
    """

    def __init__(
        self,
        lane: Lane,
        services: Services,
        deliveries: Mapping[str, Delivery],
        tasks: Mapping[str, Task],
        ending: asyncio.Event,
    ) -> None:
        factory = outbox.in_lane(services.session_factory, lane)
        self.lane = lane
        self.services = replace(services, session_factory=factory)
        self.deliveries = deliveries
        self.tasks = tasks
        self.wake = asyncio.Event()
        self._ending = ending

    async def run(self) -> None:
        """Work until it is ending; woken by `wake`, else every second."""
        while not self._ending.is_set():
            self.wake.clear()
            if await self.safely_work():
                continue
            try:
                async with asyncio.timeout(IDLE):
                    await self.wake.wait()
            except TimeoutError:
                pass

    async def work(self) -> int:
        """Do one batch of what is due; how many errands that were.

        What is not begun when it is ending, or cancelled, is given back.
        """
        async with self.services.session_factory.begin() as session:
            errands = await outbox.claim(
                session, now=self.services.clock.now(), lane=self.lane, most=MOST_CLAIMED[self.lane]
            )
        left = deque(errands)
        try:
            while left and not self._ending.is_set():
                await self._do(left.popleft())
        finally:
            if left:
                async with self.services.session_factory.begin() as session:
                    await outbox.give_back(session, left)
        return len(errands)

    async def safely_work(self) -> int:
        """The same, but 0 where it failed: the database may be away for a while."""
        try:
            return await self.work()
        except Exception:
            log.exception("worker_failed")
            return 0

    async def _do(self, errand: Errand) -> None:
        try:
            if errand.resends > MOST_RESENDS:
                await self._bury(errand, "Slack may or may not have had it; sent twice already")
            elif errand.kind in self.tasks:
                await self.tasks[errand.kind](self.services, errand)
                await self._done(errand)
            else:
                await self._deliver(errand, self.deliveries[errand.kind])
        except NotYet as later:
            async with self.services.session_factory.begin() as session:
                await outbox.put_off(session, errand, later.until)
        except Failure as failure:
            await self._failed(errand, failure, None)
        except Exception as error:
            log.exception("errand_failed", kind=errand.kind, errand=errand.id)
            await self._later(errand, type(error).__name__)

    async def _deliver(self, errand: Errand, delivery: Delivery) -> None:
        async with self.services.session_factory.begin() as session:
            work = await self._work(session, errand)
            call = await delivery.prepare(work)
            workspace = await session.get(Workspace, call.workspace_id) if call else None
            if call is None or workspace is None:
                log.info("errand_dropped", kind=_kind(errand), errand=errand.id)
                await outbox.mark(session, errand, State.DONE, work.now)
                return
            if not workspace.active:
                await outbox.bury(session, errand, "the workspace is suspended", work.now)
                return
            if not await outbox.mark(session, errand, State.SENDING, work.now):
                return
        try:
            response = await self.services.messenger.call(workspace, call.method, call.arguments)
        except Failure as failure:
            await self._failed(errand, failure, call)
            return
        await self._sent(errand, delivery, response)

    async def _sent(self, errand: Errand, delivery: Delivery, response: Response) -> None:
        async with self.services.session_factory.begin() as session:
            work = await self._work(session, errand)
            if await outbox.mark(session, errand, State.DONE, work.now):
                await delivery.sent(work, response)

    async def _work(self, session: AsyncSession, errand: Errand) -> Work:
        network = await session.get_one(Network, errand.network_id)
        return Work(self.services, session, network, errand, self.services.clock.now())

    async def _done(self, errand: Errand) -> None:
        async with self.services.session_factory.begin() as session:
            await outbox.mark(session, errand, State.DONE, self.services.clock.now())

    async def _bury(self, errand: Errand, error: str) -> None:
        log.error("errand_buried", kind=errand.kind, errand=errand.id, error=error)
        async with self.services.session_factory.begin() as session:
            await outbox.bury(session, errand, error, self.services.clock.now())

    async def _later(self, errand: Errand, error: str, after: timedelta | None = None) -> None:
        if errand.attempts >= outbox.MOST_ATTEMPTS and after is None:
            await self._bury(errand, error)
            return
        async with self.services.session_factory.begin() as session:
            await outbox.retry(session, errand, error, after=after)

    async def _failed(self, errand: Errand, failure: Failure, call: Call | None) -> None:
        """What each kind of failure means for the errand and for whom it was meant."""
        if isinstance(failure, RateLimited):
            await self._later(errand, str(failure), timedelta(seconds=failure.after))
            return
        if isinstance(failure, Transient):
            await self._later(errand, str(failure))
            return
        if call is not None:
            await self._stop_target(call, failure)
        await self._bury(errand, f"{type(failure).__name__}: {failure}")

    async def _stop_target(self, call: Call, failure: Failure) -> None:
        now = self.services.clock.now()
        async with self.services.session_factory.begin() as session:
            workspace = await session.get_one(Workspace, call.workspace_id)
            if isinstance(failure, WorkspaceGone):
                networks.suspend(workspace, str(failure), now)
                await self._tell_admins(session, workspace)
            elif isinstance(failure, PersonGone) and call.member_id is not None:
                member = await session.get_one(Member, call.member_id)
                member.deactivated_at = member.deactivated_at or now
            elif isinstance(failure, TargetGone) and call.purpose is not None:
                channel = await networks.channel_for(session, workspace.network_id, call.purpose)
                if channel is not None:
                    await stop_channel(session, channel, str(failure), now)
            elif isinstance(failure, TargetGone) and "channel" in call.arguments:
                at = (workspace.id, str(call.arguments["channel"]))
                await stop_rule(session, workspace.network_id, at, str(failure), now)

    async def _tell_admins(self, session: AsyncSession, workspace: Workspace) -> None:
        for admin in await admins(session, workspace.network_id):
            await post_card(
                session,
                workspace.network_id,
                WORKSPACE_CARD,
                workspace.id,
                member_id=admin.id,
                unasked=True,
                now=self.services.clock.now(),
            )


def _kind(errand: Errand) -> str:
    return str(errand.payload.get("kind") or errand.kind)
