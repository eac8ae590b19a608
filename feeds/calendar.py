"""Reads calendars. `python -m feeds.calendar` shows what a saved one holds."""

import argparse
import hashlib
import json
import sys
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from feeds.command import run
from feeds.components import BYTES, Component, FeedError, read_components
from feeds.confined import Unread, in_a_process
from feeds.happenings import Event, Happening, find
from feeds.text import clean, lines, shortened, web_link
from feeds.zones import Zone, Zones, zone_of

__all__ = ["Calendar", "FeedError", "Occurrence", "read", "read_apart"]

SECONDS = 10  # of processor time; 10 MB of ordinary events take about half
OCCURRENCES = 10_000
_TITLE = 300
_DESCRIPTION = 4000
_LONGEST_ID = 500
_UNTITLED = "Untitled event"
_EARLIEST, _LATEST = date(1800, 1, 1), date(2200, 12, 31)
_COMPARED = 3  # years over which a zone that a file defines is compared with known ones
_NOTED = 5


@dataclass(frozen=True)
class Occurrence:
    """One time that an event takes place. All text is plain; all but the description on one line.

    uid: the same for the same event at every reading, and for each time that it recurs.
    instance: "" for an event that does not recur; else when it was to be by the rule, in ISO
    form, which stays the same when this one time is moved.
    starts, ends: in `time_zone`, an IANA name. An event without an end ends as it starts. One
    of whole days lasts from midnight to midnight in the zone of whoever reads.
    """

    uid: str
    instance: str
    title: str
    place: str
    link: str | None
    description: str
    starts: datetime
    ends: datetime
    time_zone: str
    all_day: bool
    cancelled: bool


@dataclass(frozen=True)
class Calendar:
    """What takes place in the days asked for, the first first.

    more: there are more than 10,000 occurrences; only the first 10,000 are here.
    """

    title: str
    events: tuple[Occurrence, ...]
    more: bool


@dataclass(frozen=True)
class _Reading:
    """A calendar, how many of its events cannot be used, and the zones nobody knows."""

    calendar: Calendar
    unusable: int
    unknown: tuple[str, ...]


def read(content: bytes, *, first: date, until: date, zone: str = "Europe/London") -> Calendar:
    """What takes place from the day `first` to the day `until`, both included.

    zone: of those who read, by its IANA name: their days are meant, and it is the zone of
    times that a file leaves without one. Raises FeedError only.
    """
    return _read(content, first, until, zone).calendar


async def read_apart(
    content: bytes, *, first: date, until: date, zone: str = "Europe/London"
) -> Calendar:
    """As `read`, in a process that is stopped where reading costs too much. Raises FeedError."""
    _home(zone)
    asked = [f"--from={first.isoformat()}", f"--until={until.isoformat()}", f"--zone={zone}"]
    try:
        printed = await in_a_process(
            "feeds.calendar", content, "-", "--whole", *asked, seconds=3 * SECONDS
        )
    except Unread as error:
        raise FeedError(error.words) from None
    made = json.loads(printed)
    events = tuple(Occurrence(**one | _moments(one)) for one in made["events"])
    return Calendar(made["title"], events, made["more"])


def _moments(made: dict[str, Any]) -> dict[str, datetime]:
    return {name: datetime.fromisoformat(made[name]) for name in ("starts", "ends")}


def _read(content: bytes, first: date, until: date, zone: str) -> _Reading:
    home = _home(zone)
    span = _span(first, until, home)
    calendars = read_components(content)
    definitions = [part for one in calendars for part in one.whole_parts("VTIMEZONE")]
    zones = Zones(definitions, home, range(span[0].year, span[0].year + _COMPARED))
    found = find(calendars, zones, home, span)
    if found.unusable and not found.usable:
        raise FeedError(
            "No event in that calendar can be used: they have no dates, or they recur without end."
        )
    touching = sorted((one for one in found.happenings if _touches(one, span)), key=_order)
    title = next(filter(None, map(_calendar_title, calendars)), "")
    occurrences, more = _occurrences(touching)
    return _Reading(Calendar(title, occurrences, more), found.unusable, tuple(zones.unknown))


def _home(zone: str) -> Zone:
    home = zone_of(zone)
    if home is None:
        raise FeedError("That is not a time zone we know. It should look like Europe/London.")
    return home


def _span(first: date, until: date, home: Zone) -> tuple[datetime, datetime]:
    """The instants at which the first day begins and the last one ends."""
    first, until = (min(max(day, _EARLIEST), _LATEST) for day in (first, until))
    if until < first:
        raise FeedError("The last day asked for is before the first.")
    start, end = (datetime.combine(day, time()) for day in (first, until + timedelta(days=1)))
    return home.at(start), home.at(end)


def _touches(one: Happening, span: tuple[datetime, datetime]) -> bool:
    """Instants are compared as such: in one zone, `<` would compare what its clock shows."""
    starts, ends, first, until = map(datetime.timestamp, (one.starts, one.ends, *span))
    return starts < until and (ends > first or starts >= first)


def _order(one: Happening) -> tuple[float, str, str]:
    return one.starts.timestamp(), one.uid, one.instance


def _occurrences(touching: Iterable[Happening]) -> tuple[tuple[Occurrence, ...], bool]:
    """Each occurrence once, however often the file says it, and whether there are more."""
    words: dict[Event, dict[str, Any]] = {}
    once: dict[tuple[str, str], Occurrence] = {}
    for one in touching:
        if one.event not in words:
            words[one.event] = _words(one.event.component, one.master.component)
        uid = _uid(one, words[one.event]["title"])
        if (uid, one.instance) not in once:
            if len(once) == OCCURRENCES:
                return tuple(once.values()), True
            once[uid, one.instance] = _occurrence(one, uid, words[one.event])
    return tuple(once.values()), False


def _occurrence(one: Happening, uid: str, words: dict[str, Any]) -> Occurrence:
    return Occurrence(
        uid=uid,
        instance=one.instance,
        starts=one.starts,
        ends=one.ends,
        time_zone=one.timed_by.zone.name,
        all_day=one.timed_by.dated,
        cancelled=one.event.cancelled,
        **words,
    )


def _words(component: Component, master: Component) -> dict[str, Any]:
    """What people read. An exception that leaves something out has it of its series."""

    def text(*names: str) -> str:
        """The first of these texts that says something, as lines."""
        found = (part.first(name) for part in (component, master) for name in names)
        return next(filter(None, (lines(line.text()) for line in found if line)), "")

    def on_a_line(name: str) -> str:
        return shortened(text(name).replace("\n", " "), _TITLE)

    link = component.first("URL") or master.first("URL")
    place = on_a_line("LOCATION")
    return {
        "title": on_a_line("SUMMARY") or _UNTITLED,
        "place": place,
        "link": web_link(link.text() if link else "") or web_link(place),
        "description": shortened(text("DESCRIPTION", "X-ALT-DESC"), _DESCRIPTION),
    }


def _uid(one: Happening, title: str) -> str:
    """The producer's, if it gives one of a sensible length; else made of what does not change."""
    if 0 < len(one.uid) <= _LONGEST_ID:
        return one.uid
    made = one.uid or f"{one.master.starts.isoformat()} {title}"
    return "made:" + hashlib.sha256(made.encode("utf-8", "replace")).hexdigest()


def _calendar_title(calendar: Component) -> str:
    named = calendar.first("X-WR-CALNAME") or calendar.first("NAME")
    return clean(named.text(), _TITLE) if named else ""


def main(arguments: list[str] | None = None) -> int:
    """Prints a saved calendar's events as JSON lines; 2 and one line on stderr if it cannot."""
    parser = argparse.ArgumentParser(prog="python -m feeds.calendar", description=main.__doc__)
    parser.add_argument("file", help="a saved calendar (.ics); - for standard input")
    parser.add_argument(
        "--from", dest="first", type=_day, required=True, metavar="DATE", help="the first day"
    )
    parser.add_argument(
        "--until", type=_day, required=True, metavar="DATE", help="the last day, included"
    )
    parser.add_argument("--zone", default="Europe/London", help="the time zone of the reader")
    parser.add_argument("--whole", action="store_true", help="print one JSON object")
    parser.add_argument("--seconds", type=int, default=SECONDS, help="of processor time at most")
    asked = parser.parse_args(arguments)

    def lines_of(content: bytes) -> Iterable[Any]:
        reading = _read(content, asked.first, asked.until, asked.zone)
        for note in _notes(reading):
            sys.stderr.write(f"{asked.file}: {note}\n")
        return [reading.calendar] if asked.whole else map(_Printed.of, reading.calendar.events)

    return run(asked.file, BYTES, asked.seconds, lines_of)


def _day(written: str) -> date:
    try:
        return date.fromisoformat(written)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{written!r} is no date such as 2026-03-29") from None


@dataclass(frozen=True)
class _Printed:
    """An occurrence as the command prints it, in the words that calendars use."""

    title: str
    start: datetime
    end: datetime
    time_zone: str
    all_day: bool
    cancelled: bool
    place: str
    link: str | None
    description: str
    uid: str
    instance: str

    @staticmethod
    def of(one: Occurrence) -> "_Printed":
        told = asdict(one)
        return _Printed(start=told.pop("starts"), end=told.pop("ends"), **told)


def _notes(reading: _Reading) -> Iterator[str]:
    if reading.calendar.more:
        yield f"only the first {OCCURRENCES:,} occurrences were read"
    if reading.unusable:
        events = (
            "1 event that cannot be read was"
            if reading.unusable == 1
            else (f"{reading.unusable} events that cannot be read were")
        )
        yield f"{events} left out"
    for name in reading.unknown[:_NOTED]:
        yield f"nobody knows the time zone {name!r}; its times are read as if it were not given"


if __name__ == "__main__":
    sys.exit(main())
