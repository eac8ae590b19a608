"""When a recurring event comes round, worked out by recurring-ical-events within bounds.

All times here are what the clock of the event's own zone shows, so that an event at nine
stays at nine when the clocks change.
"""

import math
import re
from calendar import isleap, monthrange
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import islice

import icalendar
import recurring_ical_events
from dateutil.rrule import rrulestr
from icalendar.prop import vDDDLists, vDDDTypes, vRecur, vText

STEPS = 100_000  # that one rule may take from its start to the end of what is asked
_COUNT = 10_000
_INTERVAL = 10_000
_PERIODS = {
    "YEARLY": timedelta(days=365),
    "MONTHLY": timedelta(days=30),
    "WEEKLY": timedelta(days=7),
    "DAILY": timedelta(days=1),
    "HOURLY": timedelta(hours=1),
    "MINUTELY": timedelta(minutes=1),
    "SECONDLY": timedelta(seconds=1),
}
_RESTLESS = frozenset(("MINUTELY", "SECONDLY"))
_BY_DAYS = frozenset(("DAILY", "WEEKLY", "MONTHLY", "YEARLY"))
_BY_DATE = frozenset(("BYMONTH", "BYMONTHDAY", "BYYEARDAY", "BYWEEKNO", "BYSETPOS"))
_WITHIN_A_DAY = ("BYHOUR", "BYMINUTE", "BYSECOND")
_MOST_RESTLESS = 1000  # times at which an event may come round by the minute, if it says so
_NUMBERS = {
    "BYSECOND": range(60),
    "BYMINUTE": range(60),
    "BYHOUR": range(24),
    "BYMONTH": range(1, 13),
    "BYMONTHDAY": range(-31, 32),
    "BYYEARDAY": range(-366, 367),
    "BYWEEKNO": range(-53, 54),
    "BYSETPOS": range(-366, 367),
}
_WEEK = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_DAY = re.compile(r"([+-]?\d{1,2})?(MO|TU|WE|TH|FR|SA|SU)")
_NUMBERED = frozenset(("MONTHLY", "YEARLY"))
_SLACK = timedelta(days=2)  # no two zones' clocks are further apart
_FARTHEST_MOVE = timedelta(days=400)
_SOURCE = "X-SOURCE"


class Unusable(Exception):
    """The rule cannot be read, or would go on without end."""


@dataclass(frozen=True)
class Rule:
    """An RRULE with every part checked. until: None for no end; count: None for no number."""

    parts: dict[str, str]
    until: datetime | None
    count: int | None

    def text(self, until: datetime) -> str:
        parts = [f"{name}={value}" for name, value in self.parts.items()]
        # strftime's %Y leaves a year before 1000 without its noughts
        return ";".join([*parts, f"UNTIL={until.year:04}{until:%m%dT%H%M%S}"])


@dataclass(frozen=True)
class Part:
    """A VEVENT of a series. `original`: which time of the series it stands in for, if any."""

    start: datetime
    length: timedelta
    original: datetime | None = None
    onwards: bool = False  # and for all that follow


@dataclass(frozen=True)
class Series:
    """The master (if it is in the file) and its exceptions. dated: all of it without times."""

    master: Part
    exceptions: tuple[Part, ...]
    dated: bool
    rules: tuple[Rule, ...] = ()
    without: tuple[Rule, ...] = ()  # the EXRULEs of old
    added: frozenset[datetime] = field(default_factory=frozenset)
    left_out: frozenset[datetime] = field(default_factory=frozenset)


@dataclass(frozen=True)
class Time:
    """One time that a series comes round. source: 0 for the master, else the exception's place."""

    source: int
    start: datetime
    original: datetime


def read_rule(written: str, until: datetime | None) -> Rule:
    """until: the rule's own UNTIL as its zone's clock shows it. Raises Unusable."""
    given = dict(pair.strip().split("=", 1) for pair in written.upper().split(";") if "=" in pair)
    given = {name.strip(): value.strip() for name, value in given.items()}
    frequency = given.get("FREQ", "")
    interval = _number(given.get("INTERVAL") or "1")
    if frequency not in _PERIODS or interval not in range(1, _INTERVAL + 1):
        raise Unusable
    if given.get("RSCALE", "GREGORIAN") != "GREGORIAN":
        raise Unusable
    parts = {"FREQ": frequency, "INTERVAL": str(interval)}
    for name, allowed in _NUMBERS.items():
        if given.get(name):
            parts[name] = _numbers(given[name], allowed)
    days = given.get("BYDAY") or given.get("BYWEEKDAY")
    if days:
        parts["BYDAY"] = _days(days, numbered=frequency in _NUMBERED and "BYWEEKNO" not in parts)
    if _DAY.fullmatch(given.get("WKST", "")):
        parts["WKST"] = given["WKST"][-2:]
    if frequency not in _BY_DAYS and not _BY_DATE.isdisjoint(parts):
        raise Unusable
    _check_positions(parts)
    return Rule(parts, until, _count(given.get("COUNT", "")))


def times(series: Series, first: datetime, until: datetime) -> Iterator[Time]:
    """Each time that may touch the span from `first` to `until`. Raises Unusable."""
    horizon = until + _SLACK + _moved_earlier(series.exceptions)
    parts = (series.master, *series.exceptions)
    try:
        query = recurring_ical_events.of(_calendar(series, horizon))
        found = query.between(first - _SLACK, until + _SLACK)
    except (ValueError, TypeError, OverflowError, IndexError, KeyError) as error:
        raise Unusable from error
    for one in found:
        source, start = int(one[_SOURCE]), _moment(one["DTSTART"].dt)
        original = parts[source].original
        moved = parts[source].start - original if original else timedelta()
        yield Time(source, start, start - moved)


def walls(rule: Rule, start: datetime, horizon: datetime) -> Iterator[datetime]:
    """The times of a rule alone, from `start` to the horizon. Raises Unusable."""
    end = min(rule.until, horizon) if rule.until else horizon
    _check_steps(rule, start, end)
    if _comes_up(rule, start, end):
        yield from islice(_expanded(rule, start, end), rule.count)


def _number(written: str) -> int | None:
    return int(written) if re.fullmatch(r"[+-]?\d{1,9}", written) else None


def _numbers(written: str, allowed: range) -> str:
    numbers = [_number(one.strip()) for one in written.split(",") if one.strip()]
    zero = 0 in allowed and allowed.start >= 0
    kept = [str(one) for one in numbers if one in allowed and (one or zero)]
    if not kept:
        raise Unusable
    return ",".join(dict.fromkeys(kept))


def _days(written: str, *, numbered: bool) -> str:
    matches = (_DAY.fullmatch(one.strip()) for one in written.split(","))
    found = [(int(match[1] or 0), match[2]) for match in matches if match]
    if not found:
        raise Unusable
    return ",".join(
        dict.fromkeys(f"{number or ''}{day}" if numbered else day for number, day in found)
    )


def _check_positions(parts: dict[str, str]) -> None:
    """Raises Unusable for a position that no day or week has enough times for."""
    if "BYSETPOS" not in parts or parts["FREQ"] in _NUMBERED:
        return
    most = math.prod(parts.get(name, "").count(",") + 1 for name in (*_WITHIN_A_DAY, "BYDAY"))
    if all(abs(int(position)) > most for position in parts["BYSETPOS"].split(",")):
        raise Unusable


def _count(written: str) -> int | None:
    """Some programs write -1 for no end. A number past all use is refused, however long."""
    if re.fullmatch(r"\+?\d+", written) and int(written[:9]) > _COUNT:
        raise Unusable
    count = _number(written)
    return count if count is not None and count >= 0 else None


def _moved_earlier(exceptions: Iterable[Part]) -> timedelta:
    moves = (part.original - part.start for part in exceptions if part.original)
    return min(max(moves, default=timedelta()), _FARTHEST_MOVE)


def _bounded(rule: Rule, start: datetime, horizon: datetime) -> str | None:
    """The rule with a last time instead of a number of times, and none past the horizon.

    None for one that adds nothing to the start.
    """
    end = min(rule.until, horizon) if rule.until else horizon
    if end >= start and rule.count is not None:
        last = max(walls(rule, start, horizon), default=None)
        return rule.text(last) if last else None
    _check_steps(rule, start, end)
    return rule.text(end) if end < start or _comes_up(rule, start, end) else None


def _comes_up(rule: Rule, start: datetime, end: datetime) -> bool:
    """Whether some day suits the rule at all: without one, dateutil looks till the year 9999."""
    months, month_days, year_days = (
        {int(one) for one in rule.parts.get(name, "").split(",") if one}
        for name in ("BYMONTH", "BYMONTHDAY", "BYYEARDAY")
    )
    week_days = {_WEEK.index(one[-2:]) for one in rule.parts.get("BYDAY", "").split(",") if one}
    step = int(rule.parts["INTERVAL"]) if rule.parts["FREQ"] == "DAILY" else 1

    def suits(day: datetime) -> bool:
        if months and day.month not in months:
            return False
        if week_days and day.weekday() not in week_days:
            return False
        month, year = monthrange(day.year, day.month)[1], 366 if isleap(day.year) else 365
        of_year = day.timetuple().tm_yday
        return (not month_days or not month_days.isdisjoint((day.day, day.day - month - 1))) and (
            not year_days or not year_days.isdisjoint((of_year, of_year - year - 1))
        )

    days = range(0, (end - start).days + 2, step)
    return any(suits(start + timedelta(days=day)) for day in days)


def _check_steps(rule: Rule, start: datetime, end: datetime) -> None:
    """Raises Unusable for a rule that would come round, or be looked for, too many times."""
    frequency = rule.parts["FREQ"]
    span, interval = max(end - start, timedelta()), int(rule.parts["INTERVAL"])
    steps = span / (_PERIODS[frequency] * interval)
    if any(name.startswith("BY") for name in rule.parts):
        steps = max(steps, span.days / interval)  # each day in it is looked at
    elif rule.count is not None:
        steps = min(steps, rule.count)
    times_a_day = (rule.parts.get(name, "").count(",") + 1 for name in _WITHIN_A_DAY)
    if steps * math.prod(times_a_day) > STEPS:
        raise Unusable
    if frequency in _RESTLESS and (
        steps > _MOST_RESTLESS or (rule.count is None and rule.until is None)
    ):
        raise Unusable


def _expanded(rule: Rule, start: datetime, end: datetime) -> Iterator[datetime]:
    try:
        yield from rrulestr(rule.text(end), dtstart=start)
    except (ValueError, TypeError, OverflowError, IndexError, KeyError) as error:
        raise Unusable from error


def _left_out(series: Series, horizon: datetime) -> frozenset[datetime]:
    start = series.master.start
    found = (one for rule in series.without for one in walls(rule, start, horizon))
    return series.left_out.union(found)


def _calendar(series: Series, horizon: datetime) -> icalendar.Calendar:
    """The series as recurring-ical-events wants it, without zones and with an end."""
    calendar = icalendar.Calendar()
    master = _component(series.master, 0, dated=series.dated)
    for rule in series.rules:
        bounded = _bounded(rule, series.master.start, horizon)
        if bounded:
            master.add("RRULE", vRecur.from_ical(bounded))
    _add_dates(master, "RDATE", series.added, dated=series.dated)
    _add_dates(master, "EXDATE", _left_out(series, horizon), dated=series.dated)
    calendar.add_component(master)
    for place, exception in enumerate(series.exceptions, 1):
        calendar.add_component(_component(exception, place, dated=series.dated))
    return calendar


def _component(part: Part, place: int, *, dated: bool) -> icalendar.Event:
    event = icalendar.Event()
    event["UID"] = vText("it")
    event[_SOURCE] = vText(str(place))
    event["DTSTART"] = vDDDTypes(_typed(part.start, dated=dated))
    event["DTEND"] = vDDDTypes(_typed(part.start + part.length, dated=dated))
    if part.original:
        original = vDDDTypes(_typed(part.original, dated=dated))
        if part.onwards:
            original.params["RANGE"] = "THISANDFUTURE"
        event["RECURRENCE-ID"] = original
    return event


def _add_dates(
    event: icalendar.Event, name: str, walls: Iterable[datetime], *, dated: bool
) -> None:
    dates = [_typed(wall, dated=dated) for wall in sorted(walls)]
    if dates:
        event[name] = vDDDLists(dates)


def _typed(wall: datetime, *, dated: bool) -> date:
    return wall.date() if dated else wall


def _moment(found: date) -> datetime:
    return found if isinstance(found, datetime) else datetime.combine(found, time())
