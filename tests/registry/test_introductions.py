"""What two people press at the same moment, each through a process of their own."""

import asyncio
from collections.abc import Awaitable, Callable

from sqlalchemy import URL, select
from sqlalchemy.ext.asyncio import AsyncSession

from playground.slack import User
from registry import introductions
from registry.database import make_engine, make_session_factory
from registry.introductions import Introduction, IntroductionState, Side
from registry.matches import Match
from registry.members import Member
from registry.needs import Need
from registry.networks import Network
from registry.refusal import Refused
from tests.office import Office
from tests.people import FLOODS, FLOODS_TOO, QUESTION, academic, officer

Act = Callable[[AsyncSession], Awaitable[object]]


async def at_once(url: URL, acts: list[Act]) -> list[bool]:
    """Do all of it at the same moment, each through an engine of its own: which were done."""

    async def one(act: Act) -> bool:
        engine = make_engine(url)
        try:
            async with make_session_factory(engine).begin() as session:
                await act(session)
        except Refused:
            return False
        finally:
            await engine.dispose()
        return True

    return list(await asyncio.gather(*(one(act) for act in acts)))


async def matches_of(office: Office) -> list[tuple[Match, int]]:
    """Each match with its officer's id."""
    async with office.session_factory.begin() as session:
        stmt = select(Match, Need.member_id).join(Need, Need.id == Match.need_id)
        return [(match, member_id) for match, member_id in await session.execute(stmt)]


def asks(office: Office, match: Match, member_id: int) -> Act:
    async def act(session: AsyncSession) -> None:
        network = await session.get_one(Network, match.network_id)
        member = await session.get_one(Member, member_id)
        now = office.services.clock.now()
        await introductions.ask(session, network, match.id, Side.OFFICER, member, now=now)

    return act


async def states(office: Office) -> list[str]:
    async with office.session_factory.begin() as session:
        return [one.state for one in await session.scalars(select(Introduction))]


async def test_a_capacity_of_one_is_given_away_once(office: Office, url: URL) -> None:
    await office.registers(await academic(office), FLOODS, capacity="1")
    for number in range(4):
        await office.posts(await officer(office, f"Otto{number} Madeup"), QUESTION)
    acts = [asks(office, match, member_id) for match, member_id in await matches_of(office)]
    assert sorted(await at_once(url, acts)) == [False, False, False, True]
    assert await states(office) == [IntroductionState.ASKED]


async def test_no_more_than_two_are_asked_for_a_need_and_each_once(
    office: Office, url: URL
) -> None:
    for number in range(3):
        name = f"Ines{number} Fictional"
        await office.registers(await academic(office, name), FLOODS if number else FLOODS_TOO)
    await office.posts(await officer(office), QUESTION)
    acts = [asks(office, match, member_id) for match, member_id in await matches_of(office)]
    assert len(acts) == 3
    assert sum(await at_once(url, [*acts, *acts])) == 2
    assert await states(office) == [IntroductionState.ASKED] * 2


async def test_a_yes_and_a_withdrawal_at_once_end_in_one_of_the_two(
    office: Office, url: URL
) -> None:
    ines, otto = await academic(office), await officer(office)
    await office.registers(ines, FLOODS)
    card = await office.posts(otto, QUESTION)
    await office.presses(otto, card, "introduction.ask")

    def presses(user: User, how: str) -> Act:
        async def act(session: AsyncSession) -> None:
            member = (await session.scalars(select(Member).where(Member.slack_id == user.id))).one()
            network = await session.get_one(Network, member.network_id)
            move = introductions.say_yes if how == "yes" else introductions.withdraw
            await move(session, network, 1, member, now=office.services.clock.now())

        return act

    done = await at_once(url, [presses(ines, "yes"), presses(otto, "withdraw")])
    assert sorted(done) == [False, True]
    ended = IntroductionState.ACCEPTED if done[0] else IntroductionState.WITHDRAWN
    assert await states(office) == [ended]
