from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from registry import outbox, runs
from registry.database import SessionFactory
from registry.digest import JOB, Digest, Introductions, digest, digest_of, next_due
from registry.events import Event
from registry.funding import FundingCall
from registry.introductions import IntroductionState
from registry.meetings import Met
from registry.members import Member, Role
from registry.needs import NeedState, Visibility
from registry.networks import Channel, Network, Purpose, Workspace
from registry.outbox import State
from tests.conftest import FrozenClock
from tests.town import CARDIFF, DARLINGTON, HARTLEPOOL, MIDDLESBROUGH, TEES_VALLEY, WALES, Town


@pytest.fixture
async def town(
    session_factory: SessionFactory, network: Network, workspace: Workspace
) -> AsyncIterator[Town]:
    async with session_factory.begin() as session:
        yield Town(session, network, workspace)


@pytest.fixture
async def officer(town: Town, clock: FrozenClock) -> Member:
    return await town.member("Ambleby Council", HARTLEPOOL, Role.OFFICER, clock.now())


@pytest.fixture
async def academic(town: Town, clock: FrozenClock) -> Member:
    return await town.member("Invented University", CARDIFF, Role.ACADEMIC, clock.now())


async def told(town: Town, clock: FrozenClock) -> Digest:
    return await digest(town.session, town.network, clock.now())


def questions(needs: Any) -> list[str]:
    return [one.question for one in needs.shown]


async def test_new_needs_are_those_of_the_week_that_everybody_may_see(
    town: Town, officer: Member, clock: FrozenClock
) -> None:
    now = clock.now()
    yesterday, long_ago = now - timedelta(days=1), now - timedelta(days=9)
    await town.need(officer, "old", long_ago)
    await town.need(officer, "new", yesterday)
    await town.need(officer, "urgent", yesterday, needed_by=date(2026, 4, 1))
    await town.need(officer, "closed", yesterday, state=NeedState.CLOSED)
    await town.need(officer, "kept back", yesterday, visibility=Visibility.DOCKING_POINT)
    await town.need(
        officer,
        "passed on",
        long_ago,
        visibility=Visibility.DOCKING_POINT,
        passed_on_at=yesterday,
    )
    found = await told(town, clock)
    assert questions(found.new_needs) == ["urgent", "new", "passed on"]
    assert found.new_needs.shown[0].council == "Ambleby Council"


async def test_five_are_listed_and_the_others_are_counted(
    town: Town, officer: Member, clock: FrozenClock
) -> None:
    for number in range(9):
        await town.need(officer, f"need {number}", clock.now())
    found = await told(town, clock)
    assert (len(found.new_needs.shown), found.new_needs.more) == (5, 4)


async def test_a_hidden_council_stays_hidden(
    town: Town, officer: Member, clock: FrozenClock
) -> None:
    await town.need(officer, "secret", clock.now(), hide_council=True)
    [shown] = (await told(town, clock)).new_needs.shown
    assert shown.council is None
    assert "Ambleby" not in repr(shown)
    assert shown.where == "North East"


async def test_nobody_fits_where_no_profile_in_matching_was_found(
    town: Town, officer: Member, academic: Member, clock: FrozenClock
) -> None:
    long_ago = clock.now() - timedelta(days=20)
    lonely = await town.need(officer, "lonely", long_ago)
    fitted = await town.need(officer, "fitted", long_ago)
    await town.need(officer, "closed", long_ago, state=NeedState.CLOSED)
    await town.need(officer, "kept back", long_ago, visibility=Visibility.DOCKING_POINT)
    expertise = await town.expertise(academic, long_ago)
    await town.match(fitted, expertise, 0.4)
    assert questions((await told(town, clock)).nobody_fits) == [lonely.question]
    expertise.paused_at = clock.now()
    found = await told(town, clock)
    assert questions(found.nobody_fits) == ["lonely", "fitted"]


async def test_introductions_are_counted_in_the_week_in_which_they_happened(
    town: Town, officer: Member, academic: Member, clock: FrozenClock
) -> None:
    now, long_ago = clock.now(), clock.now() - timedelta(days=12)
    expertise = await town.expertise(academic, long_ago)

    async def introduced(asked_at: datetime, **more: Any) -> None:
        visibility = more.pop("visibility", Visibility.NETWORK)
        need = await town.need(officer, "a question", long_ago, visibility=visibility)
        await town.introduction(await town.match(need, expertise, 0.5), asked_at, **more)

    accepted = IntroductionState.ACCEPTED
    await introduced(now - timedelta(days=1))
    await introduced(now - timedelta(days=2), state=IntroductionState.DECLINED, answered_at=now)
    await introduced(long_ago, state=accepted, answered_at=now - timedelta(days=3))
    await introduced(
        long_ago,
        state=accepted,
        answered_at=long_ago,
        concluded_at=now - timedelta(days=1),
        officer_met=Met.YES,
        academic_met=Met.NOT_YET,
    )
    await introduced(
        long_ago,
        state=accepted,
        answered_at=long_ago,
        concluded_at=now - timedelta(days=1),
        officer_met=Met.NO,
    )
    await introduced(now, visibility=Visibility.DOCKING_POINT)
    found = await told(town, clock)
    assert found.introductions == Introductions(asked=2, accepted=1, met=1)


async def test_what_closes_and_starts_in_the_next_two_weeks(town: Town, clock: FrozenClock) -> None:
    now = clock.now()
    for title, ahead in (("gone", -1), ("later", 15), ("second", 9), ("first", 2)):
        at = now + timedelta(days=ahead)
        await town.add(
            FundingCall(
                network_id=town.network.id,
                title=title,
                funder="Invented Funder",
                summary="",
                themes=[],
                closes=at,
                created_at=now,
            )
        )
        await town.add(
            Event(
                network_id=town.network.id,
                form=title,
                title=title,
                starts=at,
                ends=at,
                time_zone="Europe/London",
                place="",
                created_at=now,
            )
        )
    found = await told(town, clock)
    assert [call.title for call in found.calls.shown] == ["first", "second"]
    assert [event.title for event in found.events.shown] == ["first", "second"]


async def test_places_that_no_need_and_no_profile_is_about(
    town: Town, officer: Member, academic: Member, clock: FrozenClock
) -> None:
    now = clock.now()
    await town.member("Brindle Council", MIDDLESBROUGH, Role.OFFICER, now)
    await town.member("Combe Council", DARLINGTON, Role.OFFICER, now)
    await town.member("Welsh Body", WALES, Role.BROKER, now)
    assert set((await told(town, clock)).unserved.shown) == {
        HARTLEPOOL,
        MIDDLESBROUGH,
        DARLINGTON,
        CARDIFF,
        WALES,
    }
    await town.need(officer, "here", now, places=[HARTLEPOOL])
    await town.need(officer, "kept back", now, places=[DARLINGTON], visibility="docking_point")
    expertise = await town.expertise(academic, now)
    assert (await told(town, clock)).unserved.shown == (DARLINGTON, MIDDLESBROUGH)
    expertise.places = [TEES_VALLEY]
    assert (await told(town, clock)).unserved.shown == (CARDIFF, WALES)


async def test_the_next_digest_is_never_of_a_week_that_has_had_one(
    town: Town, clock: FrozenClock
) -> None:
    before, after = (datetime(2026, 4, day, 12, tzinfo=UTC) for day in (5, 6))
    easter_tuesday, week_after = (datetime(2026, 4, day, 8, tzinfo=UTC) for day in (7, 13))
    assert await next_due(town.session, town.network, before) == easter_tuesday
    await runs.start(
        town.session, town.network.id, JOB, "2026-04-06", due_at=after, now=after
    )  # by the bank holidays of Scotland, until this afternoon
    assert await next_due(town.session, town.network, after) == week_after


async def test_what_an_admin_must_look_at(town: Town, clock: FrozenClock) -> None:
    await outbox.enqueue(town.session, town.network.id, "note", {}, now=clock.now())
    await town.session.flush()
    [errand] = await outbox.claim(town.session, now=clock.now())
    await outbox.mark(town.session, errand, State.DEAD, clock.now())
    for purpose, because in ((Purpose.FUNDING, "is_archived"), (Purpose.EVENTS, None)):
        await town.add(
            Channel(
                network_id=town.network.id,
                workspace_id=town.workspace.id,
                purpose=purpose,
                slack_id="C0GONE",
                stopped_because=because,
            )
        )
    found = await told(town, clock)
    assert found.dead_letters == 1
    assert [channel.purpose for channel in found.stopped] == ["funding"]


async def test_a_firings_digest_looks_back_to_the_firing_before(
    town: Town, officer: Member, clock: FrozenClock
) -> None:
    fired = []
    for days in (0, 8, 6):
        clock.move(days=days)
        slot = clock.now().date().isoformat()
        await runs.start(
            town.session, town.network.id, JOB, slot, due_at=clock.now(), now=clock.now()
        )
        run = await runs.newest(town.session, town.network.id, JOB)
        fired.append(run)
    first, second, third = fired
    await town.need(officer, "in the eighth day", first.fired_at + timedelta(hours=1))
    await town.need(officer, "after the second", second.fired_at + timedelta(hours=1))

    async def of(run_id: int) -> list[str]:
        found = await digest_of(town.session, town.network, run_id)
        assert found is not None
        return questions(found.new_needs)

    assert await of(first.id) == []
    assert await of(second.id) == ["in the eighth day"]
    assert await of(third.id) == ["after the second"]


async def test_a_digest_of_another_networks_firing_is_not_there(
    town: Town, clock: FrozenClock
) -> None:
    other = await town.add(Network(name="Elsewhere", created_at=clock.now()))
    now = clock.now()
    await runs.start(town.session, other.id, JOB, "2026-03-02", due_at=now, now=now)
    run = await runs.newest(town.session, other.id, JOB)
    assert await digest_of(town.session, town.network, run.id) is None
    assert await digest_of(town.session, other, run.id) is not None


async def test_nothing_of_another_network_is_told(
    town: Town, officer: Member, academic: Member, clock: FrozenClock
) -> None:
    await town.match(
        await town.need(officer, "ours", clock.now()),
        await town.expertise(academic, clock.now()),
        0.9,
    )
    await town.fires(clock.now())
    other = await town.add(Network(name="Elsewhere", created_at=clock.now()))
    found = await digest(town.session, other, clock.now())
    assert not any(
        (found.new_needs, found.pairs, found.nobody_fits, found.introductions, found.unserved)
    )
