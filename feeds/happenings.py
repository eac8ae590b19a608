"""What takes place when, by the events of a file: each VEVENT read, and series worked out."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from feeds.components import Component, Line
from feeds.recurrence import Part, Rule, Series, Unusable, read_rule, times
from feeds.stamps import UTC, Length, Stamp, later, read_length, read_stamp, read_stamps
from feeds.zones import Zone, Zones

_DAY = timedelta(days=1)
_MIDNIGHT = time()
_DATES = 10_000  # that one series may name beside its rule


@dataclass(frozen=True, eq=False)
class Event:
    """One VEVENT. wall: its start, as the clock of its zone shows it.

    original: which time of its series it stands in for, and `onwards` for those after it too.
    master: what the file says of the series that it belongs to, if it is an exception.
    """

    component: Component
    uid: str
    sequence: int
    cancelled: bool
    dated: bool
    zone: Zone
    wall: datetime
    length: Length
    starts: datetime
    ends: datetime
    original: Stamp | None
    onwards: bool

    @property
    def recurs(self) -> bool:
        return any(self.component.value(name) for name in ("RRULE", "RDATE"))


@dataclass(frozen=True)
class Happening:
    """One time that an event takes place.

    master: of the series, for what `event` leaves out. timed_by: the one of the two whose zone
    and kind of time it has; an exception for all that follow keeps to that of the series.
    """

    event: Event
    master: Event
    timed_by: Event
    uid: str
    instance: str
    starts: datetime
    ends: datetime


@dataclass(frozen=True)
class Found:
    """usable, unusable: how many events of the file could be read and how many could not."""

    happenings: list[Happening]
    usable: int
    unusable: int


@dataclass(frozen=True)
class _Set:
    """One event, or a series with its exceptions, under the UID that it is known by."""

    uid: str
    master: Event
    exceptions: list[Event]


def find(
    calendars: Iterable[Component], zones: Zones, home: Zone, span: tuple[datetime, datetime]
) -> Found:
    """What may touch the span; the caller looks closer. home: the zone of whoever reads."""
    read = [
        _event(part, calendar, zones, home)
        for calendar in calendars
        for part in calendar.whole_parts("VEVENT")
    ]
    found: list[Happening] = []
    unusable = read.count(None)
    for one in _sets(filter(None, read)):
        try:
            found.extend(_happenings(one, zones, span))
        except Unusable:
            unusable += 1
    return Found(found, len(read) - unusable, unusable)


def _sets(events: Iterable[Event]) -> Iterator[_Set]:
    """The events by what they belong to: their UID, or themselves where they have none."""
    shared: defaultdict[str, list[Event]] = defaultdict(list)
    for event in events:
        if event.uid:
            shared[event.uid].append(event)
        else:
            yield _Set("", event, [])
    for uid, alike in shared.items():
        masters = _masters([event for event in alike if event.original is None])
        exceptions = [event for event in alike if event.original]
        for master in masters:
            own = f"{uid}#{master.starts.isoformat()}" if len(masters) > 1 else uid
            yield _Set(own, master, exceptions if master is masters[0] else [])
        if not masters:
            yield from (_Set(uid, event, []) for event in _lone(exceptions))


def _event(part: Component, calendar: Component, zones: Zones, home: Zone) -> Event | None:
    """None for an event without a start, or with one that is no date."""
    try:
        return _read_event(part, calendar, zones, home)
    except (ValueError, OverflowError):
        return None


def _read_event(part: Component, calendar: Component, zones: Zones, home: Zone) -> Event | None:
    original = _stamp(part, "RECURRENCE-ID", zones)
    start = _stamp(part, "DTSTART", zones) or original
    if start is None:
        return None
    named = calendar.value("X-WR-TIMEZONE")
    local = zones.named(named) if named else None
    zone = home if start.dated else _zone(start, local, home)
    wall = start.wall_in(zone)
    end = _stamp(part, "DTEND", zones)
    dated = start.dated or _is_whole_days(part, wall, end, zone)
    length = _days(wall, part, end, zone) if dated else _length(start, part, end, zone)
    zone = home if dated else zone
    ends = length.after(wall, zone)
    if end and not dated and not end.dated:
        ends = later(zone.at(wall), end.instant(zone).astimezone(ends.tzinfo))
    status = part.value("STATUS").upper()
    line = part.first("RECURRENCE-ID")
    return Event(
        component=part,
        uid=_text(part, "UID"),
        sequence=_whole_number(part.value("SEQUENCE")),
        cancelled="CANCEL" in {status[:6], calendar.value("METHOD").upper()},
        dated=dated,
        zone=zone,
        wall=wall,
        length=length,
        starts=zone.at(wall),
        ends=ends,
        original=original,
        onwards=bool(line and line.parameters.get("RANGE", "").upper() == "THISANDFUTURE"),
    )


def _zone(start: Stamp, local: Zone | None, home: Zone) -> Zone:
    """UTC in a calendar that names its own zone is that zone's time, merely written so."""
    if start.zone is None or (start.zone == UTC and local):
        return local or home
    return start.zone


def _stamp(part: Component, name: str, zones: Zones) -> Stamp | None:
    found = (read_stamp(line.value, line, zones) for line in part.every(name))
    return next(filter(None, found), None)


def _text(part: Component, name: str) -> str:
    line = part.first(name)
    return line.text().strip() if line else ""


def _whole_number(written: str) -> int:
    return int(written) if written.isascii() and written.isdigit() and len(written) < 10 else 0  # noqa: PLR2004


def _is_whole_days(part: Component, wall: datetime, end: Stamp | None, zone: Zone) -> bool:
    """Outlook writes whole days as times, from midnight to midnight, and says that they are."""
    said = part.value("X-MICROSOFT-CDO-ALLDAYEVENT").upper() == "TRUE"
    finish = end.wall_in(zone) if end else wall
    return said and wall.time() == _MIDNIGHT == finish.time()


def _days(wall: datetime, part: Component, end: Stamp | None, zone: Zone) -> Length:
    """Whole days, one at least. An end with a time is on the last of them."""
    if end:
        finish = end.wall if end.dated else end.wall_in(zone)
        lasts = finish - datetime.combine(wall.date(), _MIDNIGHT)
    else:
        length = read_length(part.value("DURATION"))
        lasts = length.whole if length else _DAY
    return Length(clock=max(_DAY, -(-lasts // _DAY) * _DAY))


def _length(start: Stamp, part: Component, end: Stamp | None, zone: Zone) -> Length:
    """No length for an event that says none, or that would end before it starts."""
    if end is None:
        return read_length(part.value("DURATION")) or Length()
    if end.dated or end.zone is None or end.zone == start.zone:
        lasts = end.wall_in(zone) - start.wall_in(zone)
        return Length(clock=max(lasts, timedelta()))
    elapsed = end.instant(zone).timestamp() - start.instant(zone).timestamp()
    return Length(elapsed=timedelta(seconds=max(elapsed, 0)))


def _happenings(one: _Set, zones: Zones, span: tuple[datetime, datetime]) -> Iterator[Happening]:
    """When the event or the series takes place. Raises Unusable."""
    event = one.master
    if event.original is None and (event.recurs or one.exceptions):
        yield from _recurring(one, zones, span)
    else:
        original = event.original
        instance = _instance(original.wall_in(event.zone), event) if original else ""
        yield Happening(event, event, event, one.uid, instance, event.starts, event.ends)


def _masters(events: list[Event]) -> list[Event]:
    """The newest version of the event. Where many share a UID and a version, all that differ."""
    newest = max((event.sequence for event in events), default=0)
    by_start: dict[float, Event] = {}
    for event in sorted(events, key=lambda event: event.cancelled):
        if event.sequence == newest:
            by_start[event.starts.timestamp()] = event
    if any(event.recurs for event in by_start.values()):
        return sorted(by_start.values(), key=lambda event: (not event.recurs, event.starts))
    return sorted(by_start.values(), key=lambda event: event.starts)


def _lone(exceptions: list[Event]) -> Iterable[Event]:
    """Exceptions whose series is not in the file, the newest version of each."""
    newest: dict[float, Event] = {}
    for event in sorted(exceptions, key=_version):
        if event.original:
            newest[event.original.instant(event.zone).timestamp()] = event
    return newest.values()


def _version(event: Event) -> tuple[int, bool]:
    return event.sequence, event.cancelled


def _instance(original: datetime, master: Event) -> str:
    if master.dated:
        return original.date().isoformat()
    return master.zone.at(original).isoformat()


def _recurring(one: _Set, zones: Zones, span: tuple[datetime, datetime]) -> Iterator[Happening]:
    master = one.master
    if sum(map(_dates_in, master.component.lines)) > _DATES:
        raise Unusable
    newest: dict[datetime, Event] = {}
    for event in sorted(one.exceptions, key=_version):
        if event.original:
            newest[_in_series(event.original, master)] = event
    added = _added(master, zones)
    series = Series(
        master=Part(master.wall, master.length.whole),
        exceptions=tuple(_part(event, master, original) for original, event in newest.items()),
        dated=master.dated,
        rules=tuple(_rules(master, "RRULE", zones)),
        without=tuple(_rules(master, "EXRULE", zones)),
        added=frozenset(added),
        left_out=frozenset(_left_out(master, zones)),
    )
    sources = [master, *newest.values()]
    for when in times(series, *(master.zone.wall(moment) for moment in span)):
        event = sources[when.source]
        timed_by, starts, ends = event, event.starts, event.ends
        if event is master or when.original not in newest:
            timed_by = master
            starts = master.zone.at(when.start)
            length = added.get(when.original) if event is master else None
            ends = (length or event.length).after(when.start, master.zone)
        instance = _instance(when.original, master)
        yield Happening(event, master, timed_by, one.uid, instance, starts, ends)


def _part(event: Event, master: Event, original: datetime) -> Part:
    start = master.zone.wall(event.starts)
    if master.dated:
        start = datetime.combine(start.date(), _MIDNIGHT)
    return Part(start, event.length.whole, original, event.onwards)


def _rules(master: Event, name: str, zones: Zones) -> Iterator[Rule]:
    for line in master.component.every(name):
        until = next(
            (part for part in line.value.upper().split(";") if part.strip().startswith("UNTIL=")),
            "",
        )
        stamp = read_stamp(until.partition("=")[2], line, zones) if until else None
        if until.strip() not in {"", "UNTIL="} and stamp is None:
            raise Unusable
        yield read_rule(line.value, _until(stamp, master) if stamp else None)


def _until(stamp: Stamp, master: Event) -> datetime:
    """A date alone is meant to the end of that day; a time, for whole days, for its date."""
    if master.dated:
        return datetime.combine(stamp.wall.date(), _MIDNIGHT)
    if stamp.dated:
        return stamp.wall + _DAY - timedelta(seconds=1)
    return stamp.wall_in(master.zone)


def _in_series(stamp: Stamp, master: Event) -> datetime:
    """Which time of the series is meant. A date alone, or its midnight, means that day's."""
    if master.dated:
        wall = stamp.wall_in(master.zone) if stamp.zone == UTC else stamp.wall
        return datetime.combine(wall.date(), _MIDNIGHT)
    if stamp.dated:
        return datetime.combine(stamp.wall.date(), master.wall.time())
    return stamp.wall_in(master.zone).replace(fold=0)


def _dates_in(line: Line) -> int:
    return line.value.count(",") + 1 if line.name in {"RDATE", "EXDATE"} else 0


def _added(master: Event, zones: Zones) -> dict[datetime, Length | None]:
    """The RDATEs, each with the length of its own that a period gives it."""
    found: dict[datetime, Length | None] = {}
    for line in master.component.every("RDATE"):
        for stamp, end in read_stamps(line, zones):
            length = read_length(end) if end else None
            finish = read_stamp(end, line, zones) if end and not length else None
            if finish:
                lasts = finish.wall_in(master.zone) - stamp.wall_in(master.zone)
                length = Length(clock=lasts) if lasts > timedelta() else None
            found[_in_series(stamp, master)] = length
    return found


def _left_out(master: Event, zones: Zones) -> Iterator[datetime]:
    for line in master.component.every("EXDATE"):
        for stamp, _ in read_stamps(line, zones):
            wall = _in_series(stamp, master)
            yield wall
            if wall.time() == _MIDNIGHT:  # as Exchange leaves out the whole day
                yield datetime.combine(wall.date(), master.wall.time())
