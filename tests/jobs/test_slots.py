from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from jobs.slots import (
    Daily,
    Hourly,
    Job,
    Slot,
    Weekly,
    due,
    not_on_sunday,
)
from registry.networks import Network
from registry.working_days import bank_holiday

LONDON = ZoneInfo("Europe/London")
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


async def nothing(_session: AsyncSession, _network: Network, _now: datetime) -> None:
    return None


DIGEST = Job("digest", Weekly(time(9)), nothing)
NEWS = Job("need_news", Daily(time(9, 30), on=not_on_sunday), nothing)
FEEDS = Job("feeds", Hourly(), nothing)


def network(
    id_: int = 1, *, nation: str = "ENG", zone: str = "Europe/London", since: datetime = LONG_AGO
) -> Network:
    return Network(id=id_, name="Tidemark", nation=nation, time_zone=zone, created_at=since)


def local(*moment: int) -> datetime:
    return datetime(*moment, tzinfo=LONDON).astimezone(UTC)  # type: ignore[arg-type,misc]


def newest(job: Job, until: datetime, after: datetime = LONG_AGO, **about: object) -> Slot | None:
    slots = [slot for _, slot in due([job], [network(**about)], after, until)]  # type: ignore[arg-type]
    assert len(slots) <= 1
    return slots[0] if slots else None


def stepping(job: Job, start: datetime, end: datetime, step: timedelta) -> Iterator[Slot]:
    """What a ticker sees that looks every `step`."""
    after = start
    while after < end:
        until = after + step
        yield from (slot for _, slot in due([job], [network()], after, until))
        after = until


def test_the_digest_comes_on_monday_at_nine_local_time() -> None:
    monday = newest(DIGEST, local(2026, 7, 8, 12))
    assert monday == Slot("digest", 1, "2026-07-06", datetime(2026, 7, 6, 8, tzinfo=UTC))


def test_a_minute_before_nine_last_weeks_is_the_newest() -> None:
    slot = newest(DIGEST, local(2026, 7, 6, 8, 59))
    assert slot is not None
    assert slot.key == "2026-06-29"


@pytest.mark.parametrize(
    ("nation", "week", "expected"),
    [
        ("ENG", date(2026, 4, 6), date(2026, 4, 7)),  # Easter Monday
        ("SCT", date(2026, 4, 6), date(2026, 4, 6)),  # none in Scotland
        ("SCT", date(2026, 8, 3), date(2026, 8, 4)),  # Scotland's summer bank holiday
        ("ENG", date(2026, 8, 3), date(2026, 8, 3)),
        ("NIR", date(2027, 7, 12), date(2027, 7, 13)),  # Battle of the Boyne
        ("WLS", date(2027, 7, 12), date(2027, 7, 12)),
        ("ENG", date(2027, 12, 27), date(2027, 12, 29)),  # both days after a weekend Christmas
    ],
)
def test_a_bank_holiday_moves_the_digest_to_the_next_working_day(
    nation: str, week: date, expected: date
) -> None:
    end_of_week = datetime.combine(week + timedelta(days=6), time(20), LONDON)
    slot = newest(DIGEST, end_of_week.astimezone(UTC), nation=nation)
    assert slot is not None
    assert slot.due_at.astimezone(LONDON) == datetime.combine(expected, time(9), LONDON)
    assert slot.key == week.isoformat()


def test_a_year_has_a_digest_each_week_and_none_on_a_bank_holiday() -> None:
    slots = list(stepping(DIGEST, local(2027, 1, 1), local(2028, 1, 1), timedelta(minutes=60)))
    days = [slot.due_at.astimezone(LONDON).date() for slot in slots]
    assert len({day.isocalendar()[1] for day in days}) == len(days) == 52
    assert not any(bank_holiday(day, "ENG") for day in days)


def test_nobody_gets_news_on_a_sunday() -> None:
    slot = newest(NEWS, local(2026, 7, 5, 20))
    assert slot is not None
    assert slot.key == "2026-07-04T08:30"


@pytest.mark.parametrize("change", [date(2026, 3, 29), date(2026, 10, 25)])
def test_a_clock_change_neither_doubles_nor_drops_a_daily_slot(change: date) -> None:
    start = local(change.year, change.month, change.day - 1, 12)
    slots = list(
        stepping(
            Job("purge", Daily(time(4)), nothing),
            start,
            start + timedelta(hours=48),
            timedelta(seconds=30),
        )
    )
    assert [slot.due_at.astimezone(LONDON).date() for slot in slots] == [
        change,
        change + timedelta(days=1),
    ]
    assert {slot.due_at.astimezone(LONDON).time() for slot in slots} == {time(4)}


@pytest.mark.parametrize("change", [date(2026, 3, 29), date(2026, 10, 25)])
def test_a_clock_change_neither_doubles_nor_drops_an_hour(change: date) -> None:
    start = datetime.combine(change, time(0), UTC) - timedelta(minutes=1)
    slots = list(stepping(FEEDS, start, start + timedelta(hours=24), timedelta(seconds=30)))
    assert len({slot.key for slot in slots}) == len(slots) == 24


@pytest.mark.parametrize("change", [date(2026, 3, 29), date(2026, 10, 25)])
def test_nine_stays_nine_over_a_clock_change(change: date) -> None:
    monday = change + timedelta(days=1)
    slot = newest(DIGEST, datetime.combine(monday, time(10), LONDON).astimezone(UTC))
    assert slot is not None
    assert slot.key == monday.isoformat()
    assert slot.due_at.astimezone(LONDON).time() == time(9)


def test_each_network_has_its_own_morning() -> None:
    here, there = network(1), network(2, zone="America/New_York")
    at_nine_here = local(2026, 7, 6, 9)
    slots = [slot for _, slot in due([DIGEST], [here, there], LONG_AGO, at_nine_here)]
    assert [(slot.network_id, slot.key) for slot in slots] == [
        (1, "2026-07-06"),
        (2, "2026-06-29"),
    ]


def test_however_far_the_clock_moves_each_job_comes_once() -> None:
    start = local(2026, 7, 1, 12)
    slots = [
        slot
        for _, slot in due([DIGEST, NEWS, FEEDS], [network()], start, start + timedelta(days=365))
    ]
    assert [slot.job for slot in slots] == ["digest", "need_news", "feeds"]
    assert [slot.key for slot in slots] == ["2027-06-28", "2027-07-01T08:30", "2027-07-01T11"]


def test_nothing_is_due_twice() -> None:
    nine = local(2026, 7, 6, 9)
    assert newest(DIGEST, nine, after=nine - timedelta(seconds=30)) is not None
    assert newest(DIGEST, nine + timedelta(seconds=30), after=nine) is None


def test_a_slot_from_before_the_network_existed_is_never_due() -> None:
    monday = local(2026, 7, 6, 9)
    assert newest(DIGEST, monday + timedelta(hours=2), since=monday + timedelta(hours=1)) is None
    assert newest(DIGEST, monday + timedelta(hours=2), since=monday) is not None


@pytest.mark.parametrize(
    ("zone", "monday"),
    [
        ("America/St_Johns", "2026-03-09"),  # after the night that loses an hour there
        ("America/St_Johns", "2026-11-02"),
        ("Pacific/Auckland", "2026-04-06"),  # Easter Monday in England, and an hour gained there
        ("Pacific/Auckland", "2026-09-28"),
        ("Pacific/Chatham", "2026-09-28"),
        ("Asia/Kathmandu", "2028-02-28"),
        ("Europe/London", "2024-02-26"),  # the week of a leap day
    ],
)
def test_nine_is_nine_wherever_the_network_is(zone: str, monday: str) -> None:
    day = date.fromisoformat(monday) + timedelta(
        days=bank_holiday(date.fromisoformat(monday), "ENG")
    )
    moment = datetime.combine(day, time(9), ZoneInfo(zone)).astimezone(UTC)
    assert newest(DIGEST, moment, zone=zone) == Slot("digest", 1, monday, moment)
    before = newest(DIGEST, moment - timedelta(seconds=1), zone=zone)
    assert before is not None
    assert before.key < monday


@pytest.mark.parametrize("day", ["2028-02-29", "2028-03-01", "2026-12-31", "2027-01-01"])
def test_no_day_is_left_out_at_the_end_of_a_month(day: str) -> None:
    nine_thirty = datetime.combine(date.fromisoformat(day), time(9, 30), LONDON).astimezone(UTC)
    slot = newest(NEWS, nine_thirty)
    assert slot is not None
    assert slot.due_at == nine_thirty
