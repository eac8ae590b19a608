"""Dates and times as people and programs write them in English or Welsh, day before month.

A date without a year is the first such day from `near` on; without `near` it is no date.
A time without a zone is London time. A two-digit year is from 1970 to 2069.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")
_END_OF_DAY = time(23, 59, 59)
_LAST_CENTURY = 70
_NOON = 12
_MONTHS_IN_A_YEAR = 12
_YEARS = range(1990, 2200)
_MONTHS = (  # English, Welsh
    ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"),
    ("ion", "chw", "maw", "ebr", "mai", "meh", "gor", "aws", "med", "hyd", "tac", "rha"),
)
_MONTH_OF = {name: number for names in _MONTHS for number, name in enumerate(names, 1)}

_MONTH = (
    r"(?P<name>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?"
    r"|ionawr|chwefror|mawrth|ebrill|mai|mehefin|gorffennaf|awst|medi|hydref|tachwedd|rhagfyr)\b\.?"
)
_NOT_A_TIME = r"(?![\d:.]\d|\d|\s*[ap]\.?\s?m\b|\s*(?:noon|midday|hrs|hours))"
_DATES = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"(?<![\d.])(?P<year>\d{4})(?P<mark>[-/.])(?P<month>\d{1,2})(?P=mark)(?P<day>\d{1,2})(?!\d)",
        r"(?<!\d)(?P<year>(?:19|20|21)\d\d)(?P<month>[01]\d)(?P<day>[0-3]\d)(?=T\d|(?![\d]))",
        r"(?<!\d)(?P<day>\d{1,2})(?:st|nd|rd|th)?(?:\s+of)?[\s\-./,]{0,3}"
        + _MONTH
        + r"(?:[\s\-./,]{1,3}(?P<year>\d{4}(?!\d)|'?\d{2}"
        + _NOT_A_TIME
        + r"))?",
        r"\b"
        + _MONTH
        + r"\s{0,3}(?P<day>\d{1,2})(?:st|nd|rd|th)?"
        + _NOT_A_TIME
        + r"(?:[\s,]{1,3}(?P<year>\d{4})(?!\d))?",
        (
            r"(?<![\d/.-])(?P<day>\d{1,2})(?P<mark>[/.-])(?P<month>\d{1,2})(?P=mark)"
            r"(?P<year>\d{4}|\d{2})(?![\d/])"
        ),
    )
)

_TIME = (
    r"(?:(?:12\s*)?(?P<word>noon|midday|midnight)"
    r"|(?P<hour12>\d{1,2})(?:[:.](?P<minute12>\d\d))?(?:[:.]\d\d)?\s?(?P<half>[ap])\.?\s?m\b\.?"
    r"|(?P<hour>\d{1,2})[:.h](?P<minute>\d\d)(?:[:.](?P<second>\d\d)(?:[.,]\d+)?)?(?!\d)"
    r"|(?P<packed>\d{4})(?P<packed_second>\d\d)?(?=\s?(?:hrs|hours|Z|[+-]\d\d|$)))"
    r"\s?(?:hrs|hours)?"
)
_ZONE = (
    r"[\s,(]{0,3}(?:(?P<zone>utc|gmt|ut|z|bst|wet|west|cest|cet|est|edt|et|cst|cdt|mst|mdt|pst|pdt"
    r"|aoe|anywhere on earth|(?:local )?(?:uk|london|british|gb)(?: local)? time|london|uk"
    r"|(?:brussels|paris|berlin|central european)(?: local)? time"
    r"|(?:irish|dublin)(?: local)? time)\b)?"
    r"\s?(?P<offset>[+-]\d{1,2}(?::?\d\d)?(?![\d/.-]))?"
)
_JOIN = r"(?:[\s,;:(@–—\-]|t(?=\d)|at|by|before|until|no later than|on){0,8}"
_AFTER = re.compile(_JOIN + _TIME + _ZONE, re.IGNORECASE)
_WEEKDAY = r"(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]{0,6}\.?)?"
_BEFORE = re.compile(
    r"(?<![\d:./])" + _TIME + _ZONE + r"\)?" + _JOIN + _WEEKDAY + r"(?:[\s,]|the){0,3}\Z",
    re.IGNORECASE,
)

_BRUSSELS, _DUBLIN = ZoneInfo("Europe/Brussels"), ZoneInfo("Europe/Dublin")
# "CET" is written all summer long by people who mean the time in Brussels.
_ZONES: dict[str, tzinfo] = {
    **dict.fromkeys(("utc", "gmt", "ut", "z", "wet"), UTC),
    **dict.fromkeys(("cet", "cest"), _BRUSSELS),
    "et": ZoneInfo("America/New_York"),
    **{
        name: timezone(timedelta(hours=hours))
        for names, hours in (
            ("bst west", 1),
            ("edt", -4),
            ("est cdt", -5),
            ("cst mdt", -6),
            ("mst pdt", -7),
            ("pst", -8),
        )
        for name in names.split()
    },
    **dict.fromkeys(("aoe", "anywhere on earth"), timezone(timedelta(hours=-12))),
}
_TOWNS = (
    (("brussels", "paris", "berlin", "central european"), _BRUSSELS),
    (("irish", "dublin"), _DUBLIN),
)


@dataclass(frozen=True)
class Moment:
    """A date found in a text, with its time and zone where the text gives them.

    start: where the date begins in the text.
    """

    start: int
    day: date
    at: time | None = None
    zone: tzinfo = LONDON
    midnight: bool = False

    def opening(self) -> datetime:
        """The instant, or the start of the day where no time is given."""
        return datetime.combine(self.day, self.at or time(), self.zone)

    def closing(self) -> datetime:
        """The instant; without a time, or at "midnight", the last second of that day."""
        at = _END_OF_DAY if self.at is None or self.midnight else self.at
        return datetime.combine(self.day, at, self.zone)


def find_moment(text: str, *, near: date | None = None) -> Moment | None:
    """The first date in the text, or None. Reads the first 300 characters."""
    text = text[:300]
    found = sorted(
        (
            (match.start(), -match.end(), match)
            for pattern in _DATES
            for match in pattern.finditer(text)
        ),
        key=lambda one: one[:2],
    )
    for start, _, match in found:
        day = _day(match, near)
        if day is not None:
            return _with_time(text, start, match.end(), day)
    return None


def _day(match: re.Match[str], near: date | None) -> date | None:
    parts = match.groupdict()
    day = int(parts["day"])
    if parts.get("name"):
        month = _MONTH_OF[parts["name"][:3].lower()]
    else:
        month = int(parts["month"])
        if month > _MONTHS_IN_A_YEAR >= day:  # only American order makes sense of it
            day, month = month, day
    if parts["year"] is not None:
        return _date(_year(parts["year"]), month, day)
    return None if near is None else _next(month, day, near)


def _year(written: str) -> int:
    digits = written.strip("'")
    year = int(digits)
    if len(digits) > len("26"):
        return year
    return year + (1900 if year >= _LAST_CENTURY else 2000)


def _next(month: int, day: int, near: date) -> date | None:
    """That day of that month, the first time it comes round from `near` on."""
    tries = (_date(near.year + later, month, day) for later in (0, 1))
    return next((found for found in tries if found is not None and found >= near), None)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day) if year in _YEARS else None
    except ValueError:
        return None


def _with_time(text: str, start: int, end: int, day: date) -> Moment:
    after = _AFTER.match(text, end)
    match = after or _BEFORE.search(text, 0, start)
    if match is None:
        return Moment(start, day)
    parts = match.groupdict()
    clock = _clock(parts)
    if clock is None:
        return Moment(start, day)
    midnight = (parts["word"] or "").lower() == "midnight"
    return Moment(start, day, clock, _zone(parts["zone"], parts["offset"]), midnight)


def _clock(parts: dict[str, str | None]) -> time | None:
    if parts["word"]:
        return time(0 if parts["word"].lower() == "midnight" else 12)
    try:
        if parts["half"]:
            return _twelve_hour(int(parts["hour12"] or 0), parts["minute12"], parts["half"])
        if parts["packed"]:
            return time(int(parts["packed"][:2]), int(parts["packed"][2:]))
        hour, minute, second = (int(parts[name] or 0) for name in ("hour", "minute", "second"))
        return time(hour, minute, second)
    except ValueError:
        return None


def _twelve_hour(hour: int, minute: str | None, half: str) -> time:
    if not 1 <= hour <= _NOON:
        raise ValueError(hour)
    return time(hour % _NOON + (_NOON if half in "pP" else 0), int(minute or 0))


def _zone(name: str | None, offset: str | None) -> tzinfo:
    """What the words after a time say; London where they say nothing."""
    if offset:
        return _offset(offset) or LONDON
    words = " ".join((name or "").lower().split())
    for town, zone in _TOWNS:
        if any(word in words for word in town):
            return zone
    return _ZONES.get(words, LONDON)


def _offset(written: str) -> tzinfo | None:
    digits = written[1:].replace(":", "")
    hours, minutes = int(digits[:2]), int(digits[2:] or 0)
    try:
        away = timezone((-1 if written[0] == "-" else 1) * timedelta(hours=hours, minutes=minutes))
    except ValueError:
        return None
    return away
