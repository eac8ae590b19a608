from datetime import timedelta

from sqlalchemy import select

from jobs.purge import purge
from registry import joining, networks, outbox, runs
from registry.database import SessionFactory
from registry.members import Member
from registry.networks import Invitation, Network, Workspace
from registry.outbox import Errand, State
from registry.runs import Run
from tests.conftest import FrozenClock


async def purged(session_factory: SessionFactory, workspace: Workspace, clock: FrozenClock) -> None:
    async with session_factory.begin() as session:
        network = await session.get_one(Network, workspace.network_id)
        await purge(session, network, clock.now())


async def test_what_was_done_long_ago_goes_and_what_must_not_be_done_twice_stays(
    session_factory: SessionFactory, workspace: Workspace, clock: FrozenClock
) -> None:
    network_id = workspace.network_id
    async with session_factory.begin() as session:
        for kind, once in (("done", None), ("once", "reminder:1"), ("dead", None), ("due", None)):
            await outbox.enqueue(session, network_id, kind, {}, now=clock.now(), once=once)
        await session.flush()
        for errand in await session.scalars(select(Errand)):
            if errand.kind != "due":
                errand.state = State.DEAD if errand.kind == "dead" else State.DONE
                errand.done_at = clock.now()
    clock.move(days=13)
    await purged(session_factory, workspace, clock)
    assert await _kinds(session_factory) == {"done", "once", "dead", "due"}
    clock.move(days=2)
    await purged(session_factory, workspace, clock)
    assert await _kinds(session_factory) == {"once", "dead", "due"}


async def _kinds(session_factory: SessionFactory) -> set[str]:
    async with session_factory.begin() as session:
        return {*await session.scalars(select(Errand.kind))}


async def test_the_newest_runs_stay_so_that_nothing_fires_again(
    session_factory: SessionFactory, workspace: Workspace, clock: FrozenClock
) -> None:
    for days in (0, 390, 20):
        clock.move(days=days)
        async with session_factory.begin() as session:
            now = clock.now()
            slot = now.date().isoformat()
            await runs.start(session, workspace.network_id, "digest", slot, due_at=now, now=now)
    await purged(session_factory, workspace, clock)
    async with session_factory.begin() as session:
        slots = [*await session.scalars(select(Run.slot).order_by(Run.due_at))]
    assert slots == ["2027-03-27", "2027-04-16"]


async def test_codes_that_ran_out_go(
    session_factory: SessionFactory, workspace: Workspace, clock: FrozenClock
) -> None:
    async with session_factory.begin() as session:
        admin = Member(
            network_id=workspace.network_id,
            workspace_id=workspace.id,
            slack_id="U0ADMIN",
            is_admin=True,
            created_at=clock.now(),
        )
        session.add(admin)
        await session.flush()
        await joining.invite(session, admin, now=clock.now())
        await joining.invite(session, admin, now=clock.now() + timedelta(days=1))
    clock.move(days=7)
    await purged(session_factory, workspace, clock)
    async with session_factory.begin() as session:
        assert len((await session.scalars(select(Invitation))).all()) == 1


async def test_a_workspace_that_left_is_forgotten_after_thirty_days(
    session_factory: SessionFactory, workspace: Workspace, clock: FrozenClock
) -> None:
    async with session_factory.begin() as session:
        networks.uninstall(await session.get_one(Workspace, workspace.id), clock.now())
    clock.move(days=29)
    await purged(session_factory, workspace, clock)
    async with session_factory.begin() as session:
        assert await session.get(Workspace, workspace.id) is not None
    clock.move(days=1)
    await purged(session_factory, workspace, clock)
    async with session_factory.begin() as session:
        assert await session.get(Workspace, workspace.id) is None
