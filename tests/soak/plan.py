"""What happens in three invented networks in 2026: 400 calls and 200 events, always the same."""

import random
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

CALLS, FROM_FEED, EVENTS = 400, 100, 200
UK = ZoneInfo("Europe/London")
YEAR = (datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC))
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Town:
    """A network of its own, and three people in it, by name with their time zones.

    holiday_mondays: the Mondays of 2026 that are bank holidays in its nation, written down here.
    """

    name: str
    zone: ZoneInfo
    nation: str
    holiday_mondays: frozenset[date]
    people: tuple[tuple[str, ZoneInfo], ...]


@dataclass(frozen=True)
class PlannedCall:
    """closes: as the form or the feed says it. moved_at, moved_to: a deadline that moves."""

    title: str
    town: Town
    added: datetime
    closes: datetime
    from_feed: bool = False
    moved_at: datetime | None = None
    moved_to: datetime | None = None


@dataclass(frozen=True)
class PlannedEvent:
    """going: the names of those who say so as soon as it is posted."""

    title: str
    town: Town
    added: datetime
    starts: datetime
    going: tuple[str, ...]


def _mondays(*days: str) -> frozenset[date]:
    return frozenset(date.fromisoformat(f"2026-{day}") for day in days)


LONDON, ST_JOHNS, AUCKLAND = map(
    ZoneInfo, ("Europe/London", "America/St_Johns", "Pacific/Auckland")
)
TOWNS = (
    Town(
        "Thamesmere",
        LONDON,
        "ENG",
        _mondays("04-06", "05-04", "05-25", "08-31", "12-28"),
        (("Tamsin", LONDON), ("Tove", AUCKLAND)),
    ),
    Town(
        "Saltmouth",
        ST_JOHNS,
        "SCT",
        _mondays("05-04", "05-25", "06-15", "08-03", "11-30", "12-28"),
        (("Sorrel", ST_JOHNS), ("Selwyn", LONDON)),
    ),
    Town(
        "Farholm",
        AUCKLAND,
        "NIR",
        _mondays("04-06", "05-04", "05-25", "07-13", "08-31", "12-28"),
        (("Fern", AUCKLAND), ("Ffion", ST_JOHNS)),
    ),
)
CLOCK_CHANGES = {
    "Thamesmere": ("2026-03-29", "2026-10-25"),
    "Saltmouth": ("2026-03-08", "2026-11-01"),
    "Farholm": ("2026-04-05", "2026-09-27"),
}
CLOSING = (time(23, 59), time(17), time(16), time(12), time(10), time(9, 30))
STARTING = (time(8), time(9), time(9, 30), time(10), time(14), time(18), time(19, 30))


def _local(day: date, at: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, at, zone).astimezone(UTC)


def _added(chance: random.Random, day: date, zone: ZoneInfo) -> datetime:
    """Some time of a day, on the half hour, after the day's bundled post."""
    return _local(day, time(chance.randint(11, 15), chance.choice((0, 30))), zone)


def _some_day(chance: random.Random) -> date:
    return date(2026, 1, 2) + chance.randrange(363) * DAY


def plan_calls() -> list[PlannedCall]:
    """By hand in every town, and from the feed that the first one reads."""
    chance = random.Random(1)
    calls = []
    for number in range(CALLS):
        from_feed = number < FROM_FEED
        town = TOWNS[0] if from_feed else TOWNS[number % len(TOWNS)]
        day = _some_day(chance)
        if from_feed:  # a funder publishes several at once
            day = day.replace(day=chance.choice((4, 18)))
        closes = _local(day + chance.randint(2, 60) * DAY, chance.choice(CLOSING), town.zone)
        added = _local(day, time(12), UK) if from_feed else _added(chance, day, town.zone)
        call = PlannedCall(f"Call {number:03d}", town, added, closes, from_feed)
        calls.append(_moved(chance, call) if from_feed and number % 5 == 0 else call)
    return calls


def _moved(chance: random.Random, call: PlannedCall) -> PlannedCall:
    """The same, with a deadline that moves by some weeks before it has come."""
    days = (call.closes - call.added).days
    day = call.added.astimezone(UK).date() + chance.randint(1, max(days - 1, 1)) * DAY
    at = _local(day, time(12), UK)
    if at >= call.closes:
        return call
    later = call.closes.astimezone(UK) + chance.choice((7, 14, 35)) * DAY
    return replace(call, moved_at=at, moved_to=later.astimezone(UTC))


def plan_events() -> list[PlannedEvent]:
    """Around every clock change, and all over the year."""
    chance = random.Random(2)
    events = []
    for number in range(EVENTS):
        town = TOWNS[number % len(TOWNS)]
        changes = [date.fromisoformat(day) for day in CLOCK_CHANGES[town.name]]
        near = number < 60
        starts_on = changes[number % 2] + chance.randint(0, 7) * DAY if near else _some_day(chance)
        day = starts_on - chance.choice((0, 1, 2, 5, 9, 20, 40)) * DAY
        if day < date(2026, 1, 2):
            day, starts_on = date(2026, 1, 2), date(2026, 1, 5)
        starts = _local(starts_on, chance.choice(STARTING), town.zone)
        added = _added(chance, day, town.zone)
        if added >= starts:
            starts = added + timedelta(hours=4)
        names = [name for name, _ in town.people]
        going = tuple(chance.sample(names, chance.randint(0, len(names))))
        events.append(PlannedEvent(f"Event {number:03d}", town, added, starts, going))
    return events
