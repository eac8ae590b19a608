"""A calendar file's bytes as components and content lines (RFC 5545, 3.1), however badly made."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from feeds.command import Refusal
from feeds.encodings import decode

BYTES = 10 * 1024 * 1024
EVENTS = 20_000

_FOLD = re.compile(rb"(?<![\r\n])[\r\n]+[ \t]")
_LINES = re.compile(r"[\r\n]+")
_INDENTED = re.compile(rb"\A(?:\xef\xbb\xbf)?\s{0,200}?^([ \t]{1,40})BEGIN:", re.MULTILINE)
_EVENT = re.compile(r"^[ \t]*BEGIN:VEVENT", re.IGNORECASE | re.MULTILINE)
_START = re.compile(r"^[ \t]*BEGIN[ \t]*:[ \t]*(?:VCALENDAR|VEVENT)", re.IGNORECASE | re.MULTILINE)
_NAME = re.compile(r"[A-Za-z0-9_-]{1,80}(?=[ \t]*[;:])")
_PARAMETER = re.compile(
    r"\s*;\s*([A-Za-z0-9_-]+)\s*=\s*((?:\"[^\"]*\"|[^\";:,]*)(?:,\"[^\"]*\"|,[^\";:,]*)*)"
)
# An unquoted "(UTC+00:00) London" holds a colon, so a date is found by its digits.
_DATED = re.compile(r":\s*(?=[+-]?\d{4}-?\d\d-?\d\d)")
_DATE_NAMES = frozenset(("DTSTART", "DTEND", "RECURRENCE-ID", "EXDATE", "RDATE"))
_TOP = frozenset(
    ("VCALENDAR", "VEVENT", "VTODO", "VJOURNAL", "VFREEBUSY", "VTIMEZONE", "VAVAILABILITY")
)
_KEPT = _DATE_NAMES | {
    *("BEGIN", "END", "UID", "SEQUENCE", "STATUS", "METHOD", "DURATION", "RRULE", "EXRULE"),
    *("SUMMARY", "LOCATION", "DESCRIPTION", "X-ALT-DESC", "URL", "NAME", "X-WR-CALNAME"),
    *("TZID", "TZOFFSETFROM", "TZOFFSETTO", "X-LIC-LOCATION", "X-WR-TIMEZONE"),
    "X-MICROSOFT-CDO-ALLDAYEVENT",
}
_DEEPEST = 20  # components within components
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


class FeedError(Refusal):
    """What came cannot be read as a calendar."""


@dataclass(frozen=True, slots=True)
class Line:
    """`NAME;PARAMETER=of it:value`, names in upper case and the value as it came."""

    name: str
    parameters: Mapping[str, str]
    value: str

    def text(self) -> str:
        """The value of a text property, without its escapes."""
        return _ESCAPED.sub(lambda one: "\n" if one[1] in "nN" else one[1], self.value)


@dataclass(slots=True)
class Component:
    """What stands between a BEGIN and its END. `whole`: the end came, or the next began."""

    name: str
    lines: list[Line] = field(default_factory=list)
    parts: list["Component"] = field(default_factory=list)
    whole: bool = False

    def first(self, name: str) -> Line | None:
        """The first line of that name that is not empty."""
        return next((line for line in self.lines if line.name == name and line.value), None)

    def every(self, name: str) -> Iterator[Line]:
        return (line for line in self.lines if line.name == name)

    def value(self, name: str) -> str:
        """The value of its first line of that name, or nothing."""
        line = self.first(name)
        return line.value.strip() if line else ""

    def whole_parts(self, name: str) -> Iterator["Component"]:
        return (part for part in self.parts if part.name == name and part.whole)


def read_components(content: bytes) -> list[Component]:
    """Every VCALENDAR in the file; events outside any stand in one of their own.

    Events that broke off are left out; those before them are read. Raises FeedError.
    """
    text = _text(content)
    calendars = list(_calendars(_logical_lines(text)))
    if not any(calendar.whole or any(calendar.whole_parts("VEVENT")) for calendar in calendars):
        raise FeedError("That calendar breaks off too early to be read. Try again later.")
    return calendars


def _text(content: bytes) -> str:
    if len(content) > BYTES:
        raise FeedError("That calendar is larger than 10 MB. Look for a shorter one.")
    if content.count(b"BEGIN:VEVENT") > EVENTS:
        raise _too_many()
    if b"\0" not in content[:4]:
        content = _unfolded(content)
    text = decode(content, None)
    if not text.strip():
        raise FeedError("That address answers with nothing at all. Check it and try again.")
    if not _START.search(text):
        raise _no_calendar(text.lstrip()[:500].lower())
    if sum(1 for _ in _EVENT.finditer(text)) > EVENTS:
        raise _too_many()
    return text


def _too_many() -> FeedError:
    return FeedError("That calendar holds more than 20,000 events. Look for a shorter one.")


def _unfolded(content: bytes) -> bytes:
    """Long lines made whole, before decoding: a fold may stand inside a character."""
    indented = _INDENTED.match(content)
    if indented:
        content = re.sub(rb"^" + indented[1], b"", content, flags=re.MULTILINE)
    return _FOLD.sub(b"", content)


def _no_calendar(start: str) -> FeedError:
    if "<html" in start or "<!doctype html" in start:
        return FeedError(
            "That address answers with a web page, not a calendar. "
            "Look on the page for a link named iCal, ICS or Subscribe, and add that."
        )
    if start.startswith("<"):
        return FeedError(
            "That address answers with a feed, not a calendar. "
            "Look for a link named iCal, ICS or Subscribe."
        )
    return FeedError("What that address sends is not a calendar. Look for iCal or ICS there.")


def _logical_lines(text: str) -> Iterator[str]:
    """Each line made whole, with what a producer forgot to fold or to escape put back."""
    parts: list[str] = []
    for line in _LINES.split(text):
        if line[:1] in {" ", "\t"}:
            parts.append(line[1:])
        elif _NAME.match(line):
            yield "".join(parts)
            parts = [line]
        elif line:
            parts.append("\\n" + line)
    yield "".join(parts)


def _calendars(lines: Iterator[str]) -> Iterator[Component]:
    root = Component("", whole=False)
    stack = [root]
    for written in lines:
        line = _line(written)
        if line is None:
            continue
        if line.name == "BEGIN":
            _begin(stack, line.value.strip().upper())
        elif line.name == "END":
            _end(stack, line.value.strip().upper())
        else:
            stack[-1].lines.append(line)
    yield from (part for part in root.parts if part.name == "VCALENDAR")
    if any(part.name == "VEVENT" for part in root.parts):
        yield root


def _begin(stack: list[Component], name: str) -> None:
    """Begins a component; one that belongs elsewhere ends those that forgot to end."""
    if name in _TOP:
        keep = 2 if name != "VCALENDAR" and len(stack) > 1 and stack[1].name == "VCALENDAR" else 1
        for forgotten in stack[keep:]:
            forgotten.whole = True
        del stack[keep:]
    if len(stack) > _DEEPEST:
        return
    component = Component(name)
    stack[-1].parts.append(component)
    stack.append(component)


def _end(stack: list[Component], name: str) -> None:
    if name not in {component.name for component in stack[1:]}:
        return
    while len(stack) > 1:
        ended = stack.pop()
        ended.whole = True
        if ended.name == name:
            return


def _line(written: str) -> Line | None:
    named = _NAME.match(written)
    if named is None:
        return None
    name, at = named[0].upper(), named.end()
    if name not in _KEPT:
        return None
    parameters: dict[str, str] = {}
    while found := _PARAMETER.match(written, at):
        parameters[found[1].upper()] = found[2].replace('"', "").strip()
        at = found.end()
    if name in _DATE_NAMES:
        return _dated(name, parameters, written, named.end())
    colon = written.find(":", at)
    return Line(name, parameters, written[colon + 1 :]) if colon >= 0 else None


def _dated(name: str, parameters: dict[str, str], written: str, at: int) -> Line | None:
    """A line whose value is a date; its time zone may hold colons without being quoted."""
    value = _DATED.search(written, at)
    if value is None:
        return None
    zone = re.search(r";\s*TZID\s*=\s*", written[at : value.start()], re.IGNORECASE)
    if zone and "TZID" in parameters and '"' not in written[: value.start()]:
        named = written[at + zone.end() : value.start()].partition(";")[0]
        parameters["TZID"] = named.strip()
    return Line(name, parameters, written[value.end() :].strip())
