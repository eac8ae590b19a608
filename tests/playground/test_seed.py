"""The sample network once it is loaded: what is matched and posted, and the walk's two needs.

Loading takes seconds, so that one test sees all of it.
"""

import pytest
from sqlalchemy import func, select

from playground.sample import load_sample
from playground.seed import LOOK_ROUND, seed
from playground.slack import User
from registry.expertise import Expertise
from registry.matches import Match
from registry.members import Member
from registry.needs import Need
from registry.outbox import Errand, State
from tests.conftest import FrozenClock
from tests.office import Office, text_of

SAMPLE = load_sample()
TOUR = SAMPLE.tour
MOST_THAT_NOBODY_FITS = 3


@pytest.fixture
async def loaded(office: Office) -> Office:
    """The sample in both engines, with everything that is due done."""
    await seed(office.services, office.slack)
    await office.settle()
    return office


def user(office: Office, key: str) -> User:
    name = next(one.name for one in SAMPLE.members if one.key == key)
    return next(one for one in office.slack.users.values() if one.name == name)


async def fitting(office: Office, question: str) -> list[tuple[str, float]]:
    """Who was found for a need, best first, with the score."""
    async with office.session_factory.begin() as session:
        stmt = (
            select(Member.slack_id, Match.score)
            .join(Expertise, Expertise.member_id == Member.id)
            .join(Match, Match.expertise_id == Expertise.id)
            .join(Need, Need.id == Match.need_id)
            .where(Need.question == question)
            .order_by(Match.score.desc())
        )
        return [(slack_id, score) for slack_id, score in await session.execute(stmt)]


async def count(office: Office, table: type[Member | Need | Expertise]) -> int:
    network = await office.network(office.slack.teams[user(office, TOUR.admin).team_id])
    async with office.session_factory.begin() as session:
        stmt = select(func.count()).where(table.network_id == network.id)
        return await session.scalar(stmt) or 0


async def test_everything_arrives_where_it_belongs_and_the_walk_finds_what_it_promises(
    loaded: Office, clock: FrozenClock
) -> None:
    assert await count(loaded, Member) == len(SAMPLE.members)
    assert await count(loaded, Need) == len(SAMPLE.needs)
    assert await count(loaded, Expertise) == len(SAMPLE.expertise)
    await most_needs_have_somebody_and_a_few_have_nobody(loaded)
    await a_restricted_need_waits_at_its_own_docking_point(loaded)
    await the_channels_fill_once_whoever_came_has_looked_round(loaded, clock)
    async with loaded.session_factory.begin() as session:
        done = await session.scalars(select(Errand.state).where(Errand.attempts > 0).distinct())
        assert set(done) == {State.DONE}
    await one_academic_is_far_ahead_for_the_first_need_and_nobody_fits_the_second(loaded)


async def most_needs_have_somebody_and_a_few_have_nobody(office: Office) -> None:
    found = {one.question: await fitting(office, one.question) for one in SAMPLE.needs}
    alone = [question for question, fits in found.items() if not fits]
    assert 1 <= len(alone) <= MOST_THAT_NOBODY_FITS


async def a_restricted_need_waits_at_its_own_docking_point(office: Office) -> None:
    kept_back = next(one for one in SAMPLE.needs if one.visibility == "docking_point")
    officer = next(one for one in SAMPLE.members if one.key == kept_back.member)
    docking = next(one.docking for one in SAMPLE.organisations if one.key == officer.organisation)
    assert docking != officer.key
    assert kept_back.question in office.sees(user(office, docking))
    assert await fitting(office, kept_back.question) == []


async def the_channels_fill_once_whoever_came_has_looked_round(
    office: Office, clock: FrozenClock
) -> None:
    channels = {one.name: one for one in office.slack.channels.values()}
    assert office.posted(channels["funding"]) == []
    clock.move_to(clock.now() + LOOK_ROUND)
    await office.settle()
    calls, events = office.posted(channels["funding"]), office.posted(channels["events"])
    assert len(calls) == len(SAMPLE.calls)
    assert len(events) == len(SAMPLE.events)
    assert all(any(one.title in text for text in calls) for one in SAMPLE.calls)
    assert all(any(one.title in text for text in events) for one in SAMPLE.events)


async def one_academic_is_far_ahead_for_the_first_need_and_nobody_fits_the_second(
    loaded: Office,
) -> None:
    officer, academic = user(loaded, TOUR.officer), user(loaded, TOUR.gap_academic)
    card = await loaded.posts(officer, TOUR.strong_need)
    assert "Strong match" in text_of(card)
    (first, best), *others = await fitting(loaded, TOUR.strong_need)
    assert first == user(loaded, TOUR.strong_academic).id
    assert all(score < best / 2 for _, score in others)

    card = await loaded.posts(officer, TOUR.gap_need)
    assert "Nobody in the network fits yet." in text_of(card)
    assert await fitting(loaded, TOUR.gap_need) == []
    await loaded.registers(academic, TOUR.gap_expertise)
    assert [one for one, _ in await fitting(loaded, TOUR.gap_need)] == [academic.id]
    assert "Somebody new could help you" in loaded.sees(officer)
