"""What is to be posted, where and when: by plain arithmetic from the plan, and nothing else.

Nothing of the product is used here, so that a mistake in its rules cannot hide in the test.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from tests.soak.plan import TOWNS, PlannedCall, PlannedEvent, Town

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
SUNDAY = 6
CLOSING = {28: "closes in 28 days", 7: "closes in 7 days", 1: "closes in a day"}


@dataclass(frozen=True)
class Post:
    """One call, event or digest in one message, at that moment."""

    place: str
    at: datetime
    subject: str


def funding_place(town: Town) -> str:
    return f"{town.name} funding"


def events_place(town: Town) -> str:
    return f"{town.name} events"


def digest_place(town: Town) -> str:
    return f"{town.name} digest"


def expected(
    calls: Iterable[PlannedCall], events: Iterable[PlannedEvent], start: datetime, end: datetime
) -> dict[Post, str]:
    """Each post with its kind, of what was added in that time and is posted in it."""
    posts: dict[Post, str] = {}
    for call in calls:
        if start <= call.added < end:
            posts |= dict(_of_call(call))
    for event in events:
        if start <= event.added < end:
            posts |= dict(_of_event(event))
    for town in TOWNS:
        posts |= dict.fromkeys(_digests(town, start, end), "weekly digest")
    return {post: kind for post, kind in posts.items() if start <= post.at < end}


def _of_call(call: PlannedCall) -> Iterator[tuple[Post, str]]:
    """The post of a call, and one in the morning after 28, 7 and 1 days before it closes."""
    place = funding_place(call.town)
    if call.from_feed:
        news = _at_or_after(call.added, time(10), call.town.zone)
        if news < call.closes:
            yield Post(place, news, call.title), "new call from a feed"
    else:
        yield Post(place, call.added, call.title), "new call"
    yield from _closing(call, call.closes, call.added, call.moved_at)
    if call.moved_at and call.moved_to:
        news = _at_or_after(call.moved_at, time(10), call.town.zone)
        yield Post(place, news, call.title), "moved deadline"
        yield from _closing(call, call.moved_to, call.added, None, call.moved_at)


def _closing(
    call: PlannedCall,
    closes: datetime,
    added: datetime,
    until: datetime | None,
    since: datetime | None = None,
) -> Iterator[tuple[Post, str]]:
    for days in (28, 7, 1):
        moment = _days_before(closes, days, call.town.zone)
        if moment <= added:
            continue
        morning = _at_or_after(max(moment, since or moment), time(10), call.town.zone)
        sooner = [
            one
            for one in (7, 1)
            if one < days and _days_before(closes, one, call.town.zone) <= morning
        ]
        if morning < closes and not sooner and (until is None or morning < until):
            yield Post(funding_place(call.town), morning, call.title), CLOSING[days]


def _of_event(event: PlannedEvent) -> Iterator[tuple[Post, str]]:
    """The post of an event, its channel's reminders, and those of the people going."""
    zone, place = event.town.zone, events_place(event.town)
    yield Post(place, event.added, event.title), "new event"
    for days, kind in ((7, "channel, seven days before"), (1, "channel, the day before")):
        moment = _days_before(event.starts, days, zone)
        if moment > event.added:
            yield Post(place, moment, event.title), kind
    if event.starts - HOUR > event.added:
        yield Post(place, event.starts - HOUR, event.title), "channel, an hour before"
    for name, own in event.town.people:
        if name in event.going:
            yield from _to_person(event, name, own)


def _to_person(event: PlannedEvent, name: str, zone: ZoneInfo) -> Iterator[tuple[Post, str]]:
    for moment, kind in (
        (_days_before(event.starts, 1, zone), "person, the day before"),
        (event.starts - HOUR, "person, an hour before"),
    ):
        allowed = _not_at_night(moment, zone)
        if allowed > event.added:
            yield Post(name, allowed, event.title), kind
    ends_on = (event.starts + 2 * HOUR).astimezone(zone).date()
    asked_on, at = ends_on + DAY, time(10)
    if asked_on.weekday() == SUNDAY:
        asked_on, at = asked_on + DAY, time(8)
    asked = datetime.combine(asked_on, at, zone).astimezone(UTC)
    yield Post(name, asked, event.title), "person, was it useful?"


def _digests(town: Town, start: datetime, end: datetime) -> Iterator[Post]:
    """Monday at nine, or Tuesday where Monday is a bank holiday."""
    monday = date(2025, 12, 29)
    while monday < date(2027, 1, 10):
        day = monday + DAY if monday in town.holiday_mondays else monday
        moment = datetime.combine(day, time(9), town.zone).astimezone(UTC)
        if start < moment < end:
            yield Post(digest_place(town), moment, "digest")
        monday += 7 * DAY


def _at_or_after(moment: datetime, at: time, zone: ZoneInfo) -> datetime:
    """The first time that the clock there shows `at`, from that moment on."""
    day = moment.astimezone(zone).date()
    today = datetime.combine(day, at, zone).astimezone(UTC)
    return today if today >= moment else datetime.combine(day + DAY, at, zone).astimezone(UTC)


def _days_before(moment: datetime, days: int, zone: ZoneInfo) -> datetime:
    """The same time of the day, so many days before."""
    local = moment.astimezone(zone)
    return datetime.combine(local.date() - days * DAY, local.time(), zone).astimezone(UTC)


def _not_at_night(moment: datetime, zone: ZoneInfo) -> datetime:
    """Between eight and seven, Monday to Saturday; else six o'clock of the evening before."""
    local = moment.astimezone(zone)
    day = local.date()
    if local.weekday() != SUNDAY and 8 <= local.hour < 19:
        return moment
    if local.weekday() != SUNDAY and local.hour >= 19:
        return datetime.combine(day, time(18), zone).astimezone(UTC)
    day -= DAY * (2 if day.weekday() == 0 else 1)
    return datetime.combine(day, time(18), zone).astimezone(UTC)


@dataclass(frozen=True)
class Compared:
    """How many posts of each kind there should have been, and what became of them.

    wrong: a line for every post that is missing, doubled, or that nothing asked for.
    """

    due: Counter[tuple[str, str]]
    right: Counter[tuple[str, str]]
    wrong: list[str]


def compare(wanted: dict[Post, str], seen: Iterable[Post]) -> Compared:
    """Hold what was seen against what was wanted; keys of the counts are (town, kind)."""
    towns = {place: town.name for town in TOWNS for place in _places(town)}
    found = Counter(seen)
    due: Counter[tuple[str, str]] = Counter()
    right: Counter[tuple[str, str]] = Counter()
    wrong = []
    for post, kind in wanted.items():
        key = (towns[post.place], kind)
        due[key] += 1
        right[key] += found[post] == 1
        if found[post] != 1:
            wrong.append(f"{found[post]} times: {kind}: {post}")
    wrong += [f"unasked: {post}" for post in found if post not in wanted]
    return Compared(due, right, wrong)


def _places(town: Town) -> list[str]:
    return [
        funding_place(town),
        events_place(town),
        digest_place(town),
        *(name for name, _ in town.people),
    ]
