import asyncio

from sqlalchemy import URL

from registry import members, rights
from registry.database import SessionFactory, make_engine, make_session_factory
from registry.members import Member
from registry.networks import Workspace
from registry.refusal import Refused
from tests.conftest import FrozenClock


async def test_of_two_admins_who_stop_at_once_one_stays(
    url: URL, session_factory: SessionFactory, workspace: Workspace, clock: FrozenClock
) -> None:
    async with session_factory.begin() as session:
        for slack_id in ("U0ONE", "U0TWO"):
            member = Member(
                network_id=workspace.network_id,
                workspace_id=workspace.id,
                slack_id=slack_id,
                is_admin=True,
                created_at=clock.now(),
            )
            session.add(member)
    engines = [make_engine(url) for _ in range(2)]

    async def stops(factory: SessionFactory, slack_id: str) -> bool:
        try:
            async with factory.begin() as session:
                admin = await members.member_of(session, workspace, slack_id, now=clock.now())
                await rights.stop_being_admin(session, admin, now=clock.now())
        except Refused:
            return False
        return True

    stopped = await asyncio.gather(
        *(
            stops(make_session_factory(engine), slack_id)
            for engine, slack_id in zip(engines, ("U0ONE", "U0TWO"), strict=True)
        )
    )
    for engine in engines:
        await engine.dispose()
    assert sorted(stopped) == [False, True]
    async with session_factory.begin() as session:
        assert len(await members.admins(session, workspace.network_id)) == 1
