"""Words for Slack: escaping, cutting to a limit, dates."""

import re
from collections.abc import Iterable
from datetime import date, datetime
from zoneinfo import ZoneInfo

from babel.dates import format_date

ELLIPSIS = "…"
LONGEST_LINK = 300

# Slack has no escape for its marks of bold, italic, struck and code: these look the same and mean
# nothing to it. An address keeps its own, to be followed and copied.
_MARKS = str.maketrans("*_~`", "∗ˍ∼ˋ")
_MARK_OR_ADDRESS = re.compile(
    r"https?://[^\s<>*`]*[^\s<>*_~`]|[\w.+-]*[^\W_][\w.+-]*@[\w.-]*[^\W_]|[*_~`]"
)


def escape(text: str) -> str:
    """What a person or a feed wrote, safe inside Slack's mrkdwn."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def cut(text: str, most: int) -> str:
    """The text on at most `most` characters, ended by an ellipsis where it was cut."""
    return text if len(text) <= most else text[: most - 1].rstrip() + ELLIPSIS


def parted(text: str, most: int) -> tuple[str, str]:
    """The text's first words, on at most `most` characters, and the rest."""
    if len(text) <= most:
        return text, ""
    head = text[: most + 1].rpartition(" ")[0] or text[:most]
    return head.rstrip(), text[len(head) :].lstrip()


def quoted(text: str, most: int = 2900) -> str:
    """What was typed, to be read as typed: no sign of it is markup, nor ends the markup around it.

    Cut so that the escaped text fits, never in the middle of an entity.
    """
    text, room = _MARK_OR_ADDRESS.sub(_unmarked, text), most
    escaped = escape(cut(text, room))
    while len(escaped) > most:  # what is dropped takes at most five signs away
        room -= max(1, (len(escaped) - most) // 5)
        escaped = escape(cut(text, room))
    return escaped


def _unmarked(found: re.Match[str]) -> str:
    return found[0].translate(_MARKS) if len(found[0]) == 1 else found[0]


def on_one_line(text: str, most: int) -> str:
    """The same on one line: a list's lines and what stands in italics must not be broken."""
    return quoted(" ".join(text.split()), most)


def linked(title: str, link: str | None, most: int = LONGEST_LINK) -> str:
    """A title, already safe, as a link where the address can stand in one of `most` characters."""
    address = escape(link or "")
    breaks_out = any(sign in "|<>" or sign.isspace() for sign in link or "")
    if not link or breaks_out or len(address) > most:
        return title
    return f"<{address}|{title}>"


def day(value: date) -> str:
    """'9 March 2026'."""
    return str(format_date(value, "d MMMM y", locale="en_GB"))


def short_day(value: date) -> str:
    """'Mon 9 Mar'."""
    return str(format_date(value, "EEE d MMM", locale="en_GB"))


def moment(value: datetime, zone: ZoneInfo) -> str:
    """A moment in each reader's own time, with the network's time for clients that cannot."""
    local = value.astimezone(zone)
    fallback = f"{short_day(local.date())}, {local:%H:%M}"
    return f"<!date^{int(value.timestamp())}^{{date_short_pretty}}, {{time}}|{fallback}>"


def clock_time(value: datetime, zone: ZoneInfo) -> str:
    """The same without its day, for the end of what begins on that day."""
    return f"<!date^{int(value.timestamp())}^{{time}}|{value.astimezone(zone):%H:%M}>"


def joined(words: Iterable[str]) -> str:
    """'a, b and c'."""
    *most, last = [*words] or [""]
    return f"{', '.join(most)} and {last}" if most else last


def counted(number: int, one: str, many: str | None = None) -> str:
    """'1 need', '3 needs'."""
    return f"{number} {one if number == 1 else many or one + 's'}"
