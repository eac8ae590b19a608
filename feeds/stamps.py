"""Dates, times and lengths of time as calendar files write them, rightly or nearly so."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from feeds.components import Line
from feeds.zones import Zone, Zones, zone_of

_STAMP = re.compile(
    r"(\d{4})-?(\d\d)-?(\d\d)"
    r"(?:[Tt\s]+(\d\d):?(\d\d)(?::?(\d\d)(?:[.,]\d+)?)?\s*(Z|z|[+-]\d\d:?\d\d)?)?"
)
_LENGTH = re.compile(
    r"([+-])?P?(?:(\d{1,6})W)?(?:(\d{1,6})D)?"
    r"(?:T?(?:(\d{1,6})H)?(?:(\d{1,8})M)?(?:(\d{1,9})S)?)?",
    re.IGNORECASE,
)
_YEARS = range(2, 9999)  # within which a day may be added or a zone changed
_MIDNIGHT_AFTER = 24
_LEAP_SECOND = 60
_LONGEST = timedelta(days=3660)
UTC = Zone("UTC", zone_of("UTC").rules)  # type: ignore[union-attr]  # tzdata holds it


@dataclass(frozen=True)
class Stamp:
    """A point in time: what its clock shows, and whose clock. `zone` None: the reader's."""

    wall: datetime
    dated: bool  # a date without a time
    zone: Zone | None

    def instant(self, home: Zone) -> datetime:
        return (self.zone or home).at(self.wall)

    def wall_in(self, zone: Zone) -> datetime:
        """What a clock in that zone shows then; a date or a floating time is the same in all."""
        if self.dated or self.zone is None or self.zone == zone:
            return self.wall
        return zone.wall(self.zone.at(self.wall))


@dataclass(frozen=True)
class Length:
    """clock: as clocks show it, an hour off at a clock change. elapsed: by a stopwatch."""

    clock: timedelta = timedelta()
    elapsed: timedelta = timedelta()

    def after(self, wall: datetime, zone: Zone) -> datetime:
        """The instant that long after the zone's clock shows `wall`, never before that one."""
        start = zone.at(wall)
        moved = zone.at(wall + self.clock) if self.clock else start
        ends = (moved.astimezone(UTC.rules) + self.elapsed).astimezone(start.tzinfo)
        return later(start, ends)

    @property
    def whole(self) -> timedelta:
        return self.clock + self.elapsed


def later(one: datetime, other: datetime) -> datetime:
    """The later instant. Of two in one zone, `max` would compare what its clock shows."""
    return max(one, other, key=datetime.timestamp)


def read_stamp(written: str, line: Line, zones: Zones) -> Stamp | None:
    """One value of a line such as DTSTART; None where it is no date.

    The line's zone goes before a Z after the time, as in icalendar: those who write both
    mostly mean the time there.
    """
    match = _STAMP.match(written.strip())
    wall = _wall(match) if match else None
    if match is None or wall is None:
        return None
    if match[4] is None or line.parameters.get("VALUE", "").upper() == "DATE":
        return Stamp(datetime.combine(wall.date(), time()), dated=True, zone=None)
    named = zones.named(line.parameters["TZID"]) if line.parameters.get("TZID") else None
    if named or match[7] is None:
        return Stamp(wall, dated=False, zone=named)
    if match[7] in "zZ":
        return Stamp(wall, dated=False, zone=UTC)
    digits = match[7].replace(":", "")
    shift = timedelta(hours=int(digits[1:3]), minutes=int(digits[3:]))
    return Stamp(wall - shift if digits[0] == "+" else wall + shift, dated=False, zone=UTC)


def read_stamps(line: Line, zones: Zones) -> list[tuple[Stamp, str]]:
    """Each value of a line such as EXDATE, with what follows it after a slash in a period."""
    values = (value.partition("/") for value in line.value.split(","))
    found = ((read_stamp(start, line, zones), end) for start, _, end in values)
    return [(stamp, end.strip()) for stamp, end in found if stamp]


def read_length(written: str) -> Length | None:
    """A duration such as PT1H30M or P2D; None where it is none, is negative, or over ten years."""
    match = _LENGTH.fullmatch(written.strip())
    if match is None or match[1] == "-" or not any(match.groups()[1:]):
        return None
    weeks, days, hours, minutes, seconds = (int(part or 0) for part in match.groups()[1:])
    length = Length(
        timedelta(weeks=weeks, days=days),
        timedelta(hours=hours, minutes=minutes, seconds=seconds),
    )
    return length if length.whole <= _LONGEST else None


def _wall(match: re.Match[str]) -> datetime | None:
    year, month, day, hour, minute, second = (int(part or 0) for part in match.groups()[:6])
    try:
        if year not in _YEARS:
            return datetime(min(max(year, _YEARS.start), _YEARS.stop - 1), month, min(day, 28))  # noqa: DTZ001
        whole = datetime.combine(date(year, month, day), time())
        if hour == _MIDNIGHT_AFTER and not minute and not second:
            return whole + timedelta(days=1)
        return whole.replace(hour=hour, minute=minute, second=min(second, _LEAP_SECOND - 1))
    except (ValueError, OverflowError):
        return None
