"""When reminders of events are due: pure by the clocks, and once each from the tables."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from registry import attendances, reminders
from registry.attendances import Answer
from registry.database import SessionFactory
from registry.events import Event
from registry.members import Member
from registry.networks import Network, Workspace
from registry.reminders import DAY, HOUR, WEEK, due_at
from tests.conftest import FrozenClock

LONDON = ZoneInfo("Europe/London")
NEW_YORK = ZoneInfo("America/New_York")


def event_at(starts: datetime, *, all_day: bool = False, **more: object) -> Event:
    return Event(
        starts=starts,
        ends=starts + (DAY if all_day else HOUR),
        all_day=all_day,
        time_zone="Europe/London",
        **more,
    )


@pytest.mark.parametrize(
    ("starts", "before", "due"),
    [
        # Clocks go forward on 29 March: the same time of the day is an hour earlier in UTC.
        ("2026-03-30T18:00", WEEK, datetime(2026, 3, 23, 18, tzinfo=UTC)),
        ("2026-03-29T18:00", DAY, datetime(2026, 3, 28, 18, tzinfo=UTC)),
        ("2026-03-30T18:00", DAY, datetime(2026, 3, 29, 17, tzinfo=UTC)),
        # Clocks go back on 25 October.
        ("2026-10-25T18:00", DAY, datetime(2026, 10, 24, 17, tzinfo=UTC)),
        ("2026-10-31T09:00", WEEK, datetime(2026, 10, 24, 8, tzinfo=UTC)),
        ("2026-10-25T18:00", HOUR, datetime(2026, 10, 25, 17, tzinfo=UTC)),
        # 01:30 does not exist on 29 March.
        ("2026-03-30T01:30", DAY, datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),
        ("2028-03-01T12:00", DAY, datetime(2028, 2, 29, 12, tzinfo=UTC)),
        ("2026-12-31T12:00", WEEK, datetime(2026, 12, 24, 12, tzinfo=UTC)),
    ],
)
def test_days_before_is_the_same_time_of_the_day(
    starts: str, before: timedelta, due: datetime
) -> None:
    event = event_at(datetime.fromisoformat(starts).replace(tzinfo=LONDON))
    assert due_at(event, before, LONDON) == due


def test_what_lasts_the_whole_day_is_reminded_of_in_the_morning() -> None:
    event = event_at(datetime(2026, 3, 30, tzinfo=LONDON), all_day=True)
    assert due_at(event, DAY, LONDON) == datetime(2026, 3, 29, 8, tzinfo=UTC)
    assert due_at(event, DAY, NEW_YORK) == datetime(2026, 3, 29, 13, tzinfo=UTC)
    assert due_at(event, HOUR, LONDON) is None


@given(
    st.dates(date(2025, 1, 1), date(2029, 12, 31)),
    st.times(),
    st.sampled_from(["Europe/London", "America/New_York", "Pacific/Auckland", "Asia/Kolkata"]),
    st.sampled_from([WEEK, DAY]),
)
def test_a_reminder_is_that_many_days_before_by_the_reader_s_calendar(
    day: date, at: time, zone: str, before: timedelta
) -> None:
    starts = datetime.combine(day, at, UTC)
    reader = ZoneInfo(zone)
    due = due_at(event_at(starts), before, reader)
    assert due is not None
    assert starts.astimezone(reader).date() - due.astimezone(reader).date() == before
    assert abs((starts - due) - before) <= timedelta(hours=1)


async def kept(
    session_factory: SessionFactory, network: Network, starts: datetime, now: datetime
) -> Event:
    async with session_factory.begin() as session:
        event = event_at(
            starts, network_id=network.id, form="f", title="Evening", place="Hall", created_at=now
        )
        session.add(event)
    return event


async def taken(
    session_factory: SessionFactory, network: Network, now: datetime
) -> list[tuple[timedelta, int | None]]:
    async with session_factory.begin() as session:
        found = await reminders.take(session, network, now)
    return [(one.before, one.member.id if one.member else None) for one in found]


async def test_each_reminder_is_taken_once_whatever_becomes_of_the_clock_and_the_zone(
    session_factory: SessionFactory, network: Network, clock: FrozenClock
) -> None:
    starts = datetime(2026, 3, 20, 18, tzinfo=UTC)
    await kept(session_factory, network, starts, clock.now())
    ahead = [one + timedelta(hours=n) for one in (WEEK, DAY, HOUR) for n in (3, 2, 1, 0, -1)]
    moments = [starts - one for one in sorted(ahead, reverse=True)]
    first = [one for now in moments for one in await taken(session_factory, network, now)]
    assert first == [(WEEK, None), (DAY, None), (HOUR, None)]
    network.time_zone = "America/New_York"
    for now in [starts - WEEK, *moments]:  # put back, and all over again
        assert await taken(session_factory, network, now) == []


async def test_what_is_too_late_is_dropped_and_logged_once(
    session_factory: SessionFactory, network: Network, clock: FrozenClock
) -> None:
    starts = datetime(2026, 3, 20, 18, tzinfo=UTC)
    await kept(session_factory, network, starts, clock.now())
    with capture_logs() as logs:
        assert await taken(session_factory, network, starts - timedelta(hours=3)) == []
    assert [one["event"] for one in logs] == ["reminder_dropped", "reminder_dropped"]
    with capture_logs() as logs:
        assert await taken(session_factory, network, starts + timedelta(days=2)) == []
    assert [one["event"] for one in logs] == ["reminder_dropped"]
    with capture_logs() as logs:
        assert await taken(session_factory, network, starts + timedelta(days=3)) == []
    assert logs == []


async def test_an_event_added_late_has_no_reminders_from_before(
    session_factory: SessionFactory, network: Network
) -> None:
    starts = datetime(2026, 3, 20, 18, tzinfo=UTC)
    await kept(session_factory, network, starts, starts - timedelta(hours=20))
    with capture_logs() as logs:
        assert await taken(session_factory, network, starts - timedelta(hours=19)) == []
        hour = await taken(session_factory, network, starts - timedelta(hours=2))
    assert logs == []
    assert hour == [(HOUR, None)]


async def test_who_says_maybe_is_reminded_once_and_who_says_no_never(
    session_factory: SessionFactory, network: Network, workspace: Workspace, clock: FrozenClock
) -> None:
    starts = datetime(2026, 3, 19, 15, tzinfo=UTC)  # a Thursday afternoon
    event = await kept(session_factory, network, starts, clock.now())
    async with session_factory.begin() as session:
        people = [
            Member(
                network_id=network.id,
                workspace_id=workspace.id,
                slack_id=f"U{answer}",
                created_at=clock.now(),
            )
            for answer in Answer
        ]
        session.add_all(people)
        await session.flush()
        for member, answer in zip(people, Answer, strict=True):
            await attendances.say(session, member, event, answer, clock.now())
    going, maybe, no = (one.id for one in people)
    day = await taken(session_factory, network, starts - DAY)
    hour = await taken(session_factory, network, starts - HOUR)
    assert sorted(day, key=str) == sorted([(DAY, None), (DAY, going), (DAY, maybe)], key=str)
    assert hour == [(HOUR, None), (HOUR, going)]
    assert no not in {who for _, who in day + hour}
