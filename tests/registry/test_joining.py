import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from sqlalchemy import URL, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from registry import joining
from registry.audit import AuditEntry
from registry.database import SessionFactory, make_engine, make_session_factory
from registry.events import Event
from registry.expertise import Expertise
from registry.funding import FundingCall
from registry.funding_feeds import FundingFeed
from registry.members import Member, Organisation, Role, admins, organisation_named
from registry.needs import Need
from registry.networks import (
    Channel,
    Invitation,
    Network,
    Purpose,
    Workspace,
    channels,
    choose_channel,
)
from registry.refusal import Refused
from registry.rights import name_member
from tests.conftest import FrozenClock

Other = Callable[..., Awaitable[tuple[Workspace, Member]]]


@pytest.fixture
async def admin(
    session_factory: SessionFactory, workspace: Workspace, clock: FrozenClock
) -> Member:
    async with session_factory.begin() as session:
        member = Member(
            network_id=workspace.network_id,
            workspace_id=workspace.id,
            slack_id="U0ADMIN",
            is_admin=True,
            created_at=clock.now(),
        )
        session.add(member)
    return member


@pytest.fixture
def other(session_factory: SessionFactory, clock: FrozenClock) -> Other:
    """Another workspace with a network of its own, and its admin."""

    async def make(team: str = "T0OTHER") -> tuple[Workspace, Member]:
        async with session_factory.begin() as session:
            network = Network(name="Invented University", created_at=clock.now())
            session.add(network)
            await session.flush()
            workspace = Workspace(
                network_id=network.id,
                team_id=team,
                name="Invented University",
                bot_user_id="U0BOT",
                sealed_token="sealed",
                installer="U0FAR",
                installed_at=clock.now(),
            )
            session.add(workspace)
            await session.flush()
            member = Member(
                network_id=network.id,
                workspace_id=workspace.id,
                slack_id="U0FAR",
                is_admin=True,
                created_at=clock.now(),
            )
            session.add(member)
        return workspace, member

    return make


async def invited(session_factory: SessionFactory, admin: Member, clock: FrozenClock) -> str:
    async with session_factory.begin() as session:
        code, _ = await joining.invite(session, admin, now=clock.now())
    return code


async def joins(
    session_factory: SessionFactory, workspace: Workspace, code: str, clock: FrozenClock
) -> Network:
    """What the workspace's admin does, on fresh rows."""
    async with session_factory.begin() as session:
        here = await session.get_one(Workspace, workspace.id)
        member = await session.scalar(select(Member).where(Member.workspace_id == here.id))
        assert member is not None
        return await joining.join(session, here, member, code, now=clock.now())


async def test_the_code_itself_is_not_kept(
    session_factory: SessionFactory, admin: Member, clock: FrozenClock
) -> None:
    code = await invited(session_factory, admin, clock)
    async with session_factory.begin() as session:
        invitation = (await session.scalars(select(Invitation))).one()
        noted = (await session.scalars(select(AuditEntry))).one()
    assert code not in invitation.code_hash
    assert invitation.expires_at == clock.now() + timedelta(days=7)
    assert (noted.action, noted.member_id) == ("workspace_invited", admin.id)


async def test_a_workspace_moves_with_its_people_and_without_their_rights(
    session_factory: SessionFactory,
    admin: Member,
    network: Network,
    other: Other,
    clock: FrozenClock,
) -> None:
    workspace, joiner = await other()
    async with session_factory.begin() as session:
        here = await session.get_one(Workspace, workspace.id)
        organisation = await organisation_named(session, here.network_id, "Invented University")
        organisation.place = "E06000001"
        member = await session.get_one(Member, joiner.id)
        member.organisation_id, member.role = organisation.id, Role.ACADEMIC
        name_member(session, member, organisation, member, now=clock.now())
        await choose_channel(session, here, Purpose.DIGEST, "C0FAR")
    left = workspace.network_id
    code = await invited(session_factory, admin, clock)

    assert (await joins(session_factory, workspace, code.lower(), clock)).id == network.id

    async with session_factory.begin() as session:
        moved = await session.get_one(Member, joiner.id)
        organisation = await session.get_one(Organisation, moved.organisation_id)
        assert moved.network_id == organisation.network_id == network.id
        assert (organisation.name, organisation.place) == ("Invented University", "E06000001")
        assert not organisation.has_docking_point
        assert moved.role == Role.ACADEMIC
        assert [one.id for one in await admins(session, network.id)] == [admin.id]
        assert (await session.get_one(Workspace, workspace.id)).installer is None
        assert await channels(session, network.id) == {}
        assert await session.scalar(select(func.count(Channel.id))) == 0
        assert await session.get(Network, left) is None


async def test_an_organisation_that_both_have_becomes_one(
    session_factory: SessionFactory,
    admin: Member,
    network: Network,
    other: Other,
    clock: FrozenClock,
) -> None:
    workspace, joiner = await other()
    async with session_factory.begin() as session:
        known = await organisation_named(session, network.id, "Invented University")
        theirs = await organisation_named(session, workspace.network_id, "invented  university")
        (await session.get_one(Member, joiner.id)).organisation_id = theirs.id
    await joins(session_factory, workspace, await invited(session_factory, admin, clock), clock)
    async with session_factory.begin() as session:
        assert (await session.get_one(Member, joiner.id)).organisation_id == known.id
        assert await session.scalar(select(func.count(Organisation.id))) == 1


async def test_what_other_workspaces_of_the_old_network_have_stays(
    session_factory: SessionFactory, admin: Member, other: Other, clock: FrozenClock
) -> None:
    workspace, joiner = await other()
    async with session_factory.begin() as session:
        sibling = Workspace(
            network_id=workspace.network_id,
            team_id="T0SIBLING",
            name="Sibling",
            bot_user_id="U0BOT",
            sealed_token="sealed",
            installed_at=clock.now(),
        )
        session.add(sibling)
        shared = await organisation_named(session, workspace.network_id, "Shared Institute")
        shared.docking_member_id = joiner.id
    await joins(session_factory, workspace, await invited(session_factory, admin, clock), clock)
    async with session_factory.begin() as session:
        assert (await session.get_one(Workspace, sibling.id)).network_id == sibling.network_id
        assert not (await session.get_one(Organisation, shared.id)).has_docking_point


@pytest.mark.parametrize("code", ["", "AAAA-AAAA-AAAA-AAAA", "<!channel>", "x" * 5000])
async def test_a_code_that_nobody_gave_does_not_work(
    session_factory: SessionFactory, admin: Member, other: Other, clock: FrozenClock, code: str
) -> None:
    workspace, _ = await other()
    await invited(session_factory, admin, clock)
    with pytest.raises(Refused, match="does not work"):
        await joins(session_factory, workspace, code, clock)


async def test_a_code_works_once(
    session_factory: SessionFactory, admin: Member, other: Other, clock: FrozenClock
) -> None:
    first, _ = await other()
    second, _ = await other("T0THIRD")
    code = await invited(session_factory, admin, clock)
    await joins(session_factory, first, code, clock)
    with pytest.raises(Refused, match="does not work"):
        await joins(session_factory, second, code, clock)


async def test_a_code_stops_working_after_seven_days(
    session_factory: SessionFactory, admin: Member, other: Other, clock: FrozenClock
) -> None:
    workspace, _ = await other()
    code = await invited(session_factory, admin, clock)
    clock.move(days=7)
    with pytest.raises(Refused, match="does not work"):
        await joins(session_factory, workspace, code, clock)
    async with session_factory.begin() as session:
        await joining.forget_expired(session, admin.network_id, clock.now())
        assert await session.scalar(select(func.count(Invitation.id))) == 0


async def test_a_workspace_cannot_join_the_network_it_is_in(
    session_factory: SessionFactory, workspace: Workspace, admin: Member, clock: FrozenClock
) -> None:
    code = await invited(session_factory, admin, clock)
    with pytest.raises(Refused, match="already"):
        await joins(session_factory, workspace, code, clock)


def a_need(member: Member, clock: FrozenClock) -> Need:
    return Need(
        network_id=member.network_id,
        member_id=member.id,
        form="V1",
        question="Which streets flood first?",
        places=["E06000001"],
        background="",
        outputs=[],
        offers=[],
        created_at=clock.now(),
        updated_at=clock.now(),
    )


def an_expertise(member: Member, clock: FrozenClock) -> Expertise:
    return Expertise(
        network_id=member.network_id,
        member_id=member.id,
        summary="Flood models",
        topics=[],
        methods=[],
        places=[],
        outputs=[],
        links=[],
        shown_as="a university",
        created_at=clock.now(),
        updated_at=clock.now(),
    )


def a_call(member: Member, clock: FrozenClock) -> FundingCall:
    return FundingCall(
        network_id=member.network_id,
        title="Invented Fund",
        funder="Invented Funder",
        summary="",
        themes=[],
        created_at=clock.now(),
    )


def a_feed(member: Member, clock: FrozenClock) -> FundingFeed:
    return FundingFeed(
        network_id=member.network_id,
        address="https://feeds.example.org/calls",
        title="Invented feed",
        added_at=clock.now(),
    )


def an_event(member: Member, clock: FrozenClock) -> Event:
    return Event(
        network_id=member.network_id,
        form="V2",
        title="Invented Day",
        starts=clock.now(),
        ends=clock.now(),
        time_zone="Europe/London",
        place="",
        created_at=clock.now(),
    )


@pytest.mark.parametrize("thing", [a_need, an_expertise, a_call, a_feed, an_event])
async def test_a_workspace_with_things_of_its_own_does_not_move(
    session_factory: SessionFactory,
    admin: Member,
    other: Other,
    clock: FrozenClock,
    thing: Callable[[Member, FrozenClock], object],
) -> None:
    workspace, member = await other()
    async with session_factory.begin() as session:
        session.add(thing(member, clock))
    code = await invited(session_factory, admin, clock)
    with pytest.raises(Refused, match="of its own"):
        await joins(session_factory, workspace, code, clock)
    async with session_factory.begin() as session:
        assert (await session.get_one(Workspace, workspace.id)).network_id == workspace.network_id


async def test_two_workspaces_at_once_with_one_code(
    url: URL, session_factory: SessionFactory, admin: Member, other: Other, clock: FrozenClock
) -> None:
    rivals = [(await other("T0ONE"))[0], (await other("T0TWO"))[0]]
    code = await invited(session_factory, admin, clock)
    engines = [make_engine(url) for _ in rivals]

    async def attempt(factory: SessionFactory, workspace: Workspace) -> bool:
        try:
            await joins(factory, workspace, code, clock)
        except Refused:
            return False
        return True

    won = await asyncio.gather(
        *(
            attempt(make_session_factory(engine), workspace)
            for engine, workspace in zip(engines, rivals, strict=True)
        )
    )
    for engine in engines:
        await engine.dispose()
    assert sorted(won) == [False, True]
    async with session_factory.begin() as session:
        assert await _members_in(session, admin.network_id) == 2


async def _members_in(session: AsyncSession, network_id: int) -> int:
    stmt = select(func.count(Member.id)).where(Member.network_id == network_id)
    return await session.scalar(stmt) or 0
