"""Which time zone a calendar means by the name that it gives."""

import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo

from dateutil.tz import tzical
from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from feeds.components import Component
from feeds.recurrence import Unusable, read_rule, walls

_LONGEST_NAME = 200
_OFFSET = re.compile(r"(?:utc|gmt)?\s*([+-])\s*(\d{1,2})(?:[:.]?(\d\d))?", re.IGNORECASE)
_DISPLAYED = re.compile(r"\A\s*\(?(?:utc|gmt)?([+-]\d\d?[:.]?\d\d)?\)?\s*(.*)\Z", re.IGNORECASE)
_WORDS = {  # what people and older programs write for a zone
    "z": "UTC",
    "coordinated universal time": "UTC",
    "bst": "Europe/London",
    "uk": "Europe/London",
    "british summer time": "Europe/London",
    "greenwich mean time": "Europe/London",
    "gmt daylight time": "Europe/London",
    "gmt/bst": "Europe/London",
    "london time": "Europe/London",
    "eastern time (us & canada)": "America/New_York",
    "central time (us & canada)": "America/Chicago",
    "mountain time (us & canada)": "America/Denver",
    "pacific time (us & canada)": "America/Los_Angeles",
    "eastern": "America/New_York",
    "central": "America/Chicago",
    "mountain": "America/Denver",
    "pacific": "America/Los_Angeles",
}
_OBSERVANCE = re.compile(r"\d{8}T\d{6}")
_SHIFT = re.compile(r"[+-]\d{4}(?:\d\d)?")
_FORM = "%Y%m%dT%H%M%S"
_UNTIL = re.compile(r"UNTIL=(\d{8})")
_EARLIEST, _END = 1970, "20991231T235959"
_DATES = 1000  # that one observance may name beside its rule
_SAMPLE_EVERY = 4  # days; no two zones' clock changes in one season lie closer for long


@dataclass(frozen=True)
class Zone:
    """name: the IANA name to show. rules: how its clock runs, which a file may have redefined."""

    name: str
    rules: tzinfo

    def at(self, wall: datetime) -> datetime:
        """The instant at which its clock shows `wall`, by the zone that is shown.

        A time that does not exist is as long after midnight as it would be without the
        change; of a time that comes twice it is the first, unless `fold` says otherwise.
        """
        return wall.replace(tzinfo=self.rules).astimezone(UTC).astimezone(ZoneInfo(self.name))

    def wall(self, moment: datetime) -> datetime:
        """What its clock shows at that instant."""
        return moment.astimezone(UTC).astimezone(self.rules).replace(tzinfo=None)


def zone_of(name: str) -> Zone | None:
    """The zone of an IANA name, in whatever letters; None if there is none."""
    known = _names().get(name.lower())
    return Zone(known, ZoneInfo(known)) if known else None


class Zones:
    """The zones that one file names, found once each.

    home: the zone of the reader, which a definition is compared with first.
    years: in which the clock changes of a definition must agree with those of a known zone.
    """

    def __init__(self, definitions: Iterable[Component], home: Zone, years: range) -> None:
        self._definitions = {
            _plain(part.value("TZID")): part for part in definitions if part.value("TZID")
        }
        self._home = home
        self._years = years
        self._found: dict[str, Zone | None] = {}
        self.unknown: dict[str, None] = {}

    def named(self, name: str) -> Zone | None:
        """The zone that a TZID means here, or None. What is not known is noted in `unknown`."""
        if name not in self._found:
            self._found[name] = self._find(name)
            if self._found[name] is None:
                self.unknown[name] = None
        return self._found[name]

    def _find(self, name: str) -> Zone | None:
        name = name[:_LONGEST_NAME].strip().strip('"')
        guessed = _guess(name)
        definition = self._definitions.get(_plain(name))
        if definition is None or (guessed and _is_place(name)):
            return guessed
        located = zone_of(definition.value("X-LIC-LOCATION"))
        return self._defined(definition, [guessed, located, self._home]) or guessed or located

    def _defined(self, definition: Component, likely: list[Zone | None]) -> Zone | None:
        rules = _rules(definition)
        if rules is None:
            return None
        try:
            samples = [(at, _offset(at, rules)) for at in _samples(self._years)]
            for zone in filter(None, [*likely, *_usual()]):
                if all(_offset(at, zone.rules) == offset for at, offset in samples):
                    return zone
        except (ValueError, OverflowError, TypeError):
            return None
        return Zone(self._home.name, rules)


def _plain(name: str) -> str:
    return name.strip().strip('"').strip("/").lower()


def _is_place(name: str) -> bool:
    """Whether the name itself is, or ends with, an IANA name with an area, which wins."""
    return "/" in name.strip("/") and _by_path(name) is not None


@cache
def _names() -> dict[str, str]:
    listed = files("tzdata").joinpath("zones").read_text(encoding="utf-8").split()
    return {name.lower(): name for name in listed}


@cache
def _towns() -> dict[str, str]:
    """The IANA name that ends with each town, those of Europe first."""
    listed = sorted(_names().values(), key=lambda name: not name.startswith("Europe/"))
    towns: dict[str, str] = {}
    for name in listed:
        if "/" in name and not name.startswith("Etc/"):
            towns.setdefault(name.rsplit("/", 1)[1].replace("_", " ").lower(), name)
    return towns


@cache
def _windows() -> dict[str, str]:
    return {name.lower(): zone for name, zone in WINDOWS_TO_OLSON.items()}


def _usual() -> Iterator[Zone]:
    for name in ("Europe/London", "UTC", *dict.fromkeys(WINDOWS_TO_OLSON.values())):
        zone = zone_of(name)
        if zone is not None:
            yield zone


def _guess(name: str) -> Zone | None:
    lower = name.lower().strip("/ ")
    return (
        zone_of(lower)
        or zone_of(_windows().get(lower, ""))
        or zone_of(_WORDS.get(lower, ""))
        or _by_path(name)
        or _fixed(lower)
        or _displayed(name)
    )


def _by_path(name: str) -> Zone | None:
    """What "/citadel.org/20260101_1/Europe/London" ends with is the name that is meant."""
    parts = name.replace(" ", "_").strip("/").split("/")
    tails = ("/".join(parts[start:]) for start in range(len(parts) - 1))
    return next(filter(None, map(zone_of, tails)), None)


def _fixed(name: str) -> Zone | None:
    match = _OFFSET.fullmatch(name)
    if match is None:
        return None
    hours, minutes = int(match[2]), int(match[3] or 0)
    if not hours and not minutes:
        return zone_of("UTC")
    west = "+" if match[1] == "-" else "-"  # Etc/GMT-1 is an hour ahead
    return zone_of(f"Etc/GMT{west}{hours}") if not minutes else None


def _displayed(name: str) -> Zone | None:
    """A zone as Outlook lists it: "(UTC+00:00) Dublin, Edinburgh, Lisbon, London"."""
    match = _DISPLAYED.match(name)
    if match is None:
        return None
    offset, places = match[1], match[2].lower()
    whole = zone_of(_WORDS.get(places, "") or _windows().get(places, ""))
    if whole:
        return whole
    towns = [town.strip() for town in re.split(r"[,/;]", places)]
    if "london" in towns:
        return zone_of("Europe/London")
    found = next((zone_of(_towns()[town]) for town in towns if town in _towns()), None)
    return found or (_fixed(offset) if offset else None)


def _rules(definition: Component) -> tzinfo | None:
    """How the clock of a VTIMEZONE runs, or None where that cannot be read."""
    observances = [
        "\r\n".join(lines)
        for part in definition.parts
        if part.name in {"STANDARD", "DAYLIGHT"} and (lines := _observance(part))
    ]
    if not observances:
        return None
    text = "\r\n".join(["BEGIN:VTIMEZONE", "TZID:it", *observances, "END:VTIMEZONE"])
    try:
        rules: tzinfo | None = tzical(io.StringIO(text)).get()
    except (ValueError, TypeError, IndexError, KeyError, AttributeError, OverflowError):
        return None
    return rules


def _observance(part: Component) -> list[str]:
    """What one STANDARD or DAYLIGHT says, with each time that it comes into force by its date."""
    start = _OBSERVANCE.match(part.value("DTSTART"))
    before, after = (_SHIFT.fullmatch(part.value(f"TZOFFSET{way}")) for way in ("FROM", "TO"))
    if start is None or after is None or int(after[0][1:3]) >= 24:  # noqa: PLR2004  (hours)
        return []
    first, *dates = _onsets(part, start[0])
    return [
        f"BEGIN:{part.name}",
        f"DTSTART:{first}",
        *([f"RDATE:{','.join(dates)}"] if dates else []),
        f"TZOFFSETFROM:{(before or after)[0]}",
        f"TZOFFSETTO:{after[0]}",
        f"END:{part.name}",
    ]


def _onsets(part: Component, start: str) -> list[str]:
    """Worked out here, since dateutil looks for a day that never comes till the year 9999."""
    dates = [date for line in part.every("RDATE") for date in _OBSERVANCE.findall(line.value)]
    until = _UNTIL.search(part.value("RRULE").upper())
    try:
        first = datetime.strptime(start, _FORM)  # noqa: DTZ007  (what a clock shows)
        rule = read_rule(part.value("RRULE"), None) if part.value("RRULE") else None
        if rule is None or rule.parts["FREQ"] != "YEARLY":
            return [start, *dates[:_DATES]]
        end = f"{until[1]}T235959" if until else _END
        last = min(datetime.strptime(end, _FORM), datetime.strptime(_END, _FORM))  # noqa: DTZ007
        found = walls(rule, first.replace(year=max(first.year, _EARLIEST)), last)
        return [*(f"{one:{_FORM}}" for one in found), *dates[:_DATES]] or [start]
    except (Unusable, ValueError):
        return [start, *dates[:_DATES]]


def _samples(years: range) -> Iterator[datetime]:
    at = datetime(years.start, 1, 1, 12, tzinfo=UTC)
    while at.year in years:
        yield at
        at += timedelta(days=_SAMPLE_EVERY)


def _offset(at: datetime, rules: tzinfo) -> timedelta | None:
    return at.astimezone(rules).utcoffset()
