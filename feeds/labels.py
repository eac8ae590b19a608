"""What a call says of itself in its text: "Closing date: 14 May 2026 4:00pm UK time"."""

import re
from collections.abc import Iterator
from datetime import date
from itertools import islice

from feeds.dates import Moment, find_moment

# The first kind found wins: a closing date before a deadline, which may be for one stage.
_CALL = r"(?:call|competition|applications?|fund|round|scheme)s?"
_CLOSING = (
    r"clos(?:ing|e)[\s_-]*(?:date|time|day)s?"
    rf"|{_CALL}\s+(?:closing\s+date|closes?|closed)|clos(?:es|ing|ed|e)|dyddiad\s+cau"
)
_DEADLINE = (
    r"deadline|apply\s+(?:by|before)|(?:open|applications?)\s+until"
    r"|(?:submitted|received|due|applications?|proposals?|bids)\s+(?:by|before)"
    r"|must\s+receive\s+your\s+application\s+by|expires?|expiry\s+date|end\s+date"
)
_OPENING = (
    r"open(?:ing|s)?[\s_-]*(?:date|time|day)"
    rf"|{_CALL}\s+open(?:s|ed)?|opens|opening|open\s+(?:from|on|for)|dyddiad\s+agor|launch(?:es|\s+date)?"
)
_OTHERS = (
    r"opportunity\s+status|cyllidwy?r|co-?funders?|funders?|funding\s+(?:type|body|bodies)|funded\s+by"
    r"|total\s+fund|(?:maximum|minimum)\s+award|award\s+range|publication\s+date|published"
    r"|last\s+updated|updated|add\s+to\s+calendar|project\s+start|interview\s+date|eligibility"
    r"|contact|location|status"
)
_FUNDER = re.compile(
    r"(?<![\w-])(?:funders?|funding\s+(?:body|bodies)|funded\s+by|cyllidwy?r)\s*:\s*(?P<value>.+)",
    re.IGNORECASE | re.DOTALL,
)
# Words that may stand between a label and its date; any other means the label was no label.
_FILLER = re.compile(
    "a|all|am|and|are|at|be|before|bids|bst|by|call|ce?st|cet|competition|date|deadline|eoi"
    "|expressions?|final|for|from|full|funding|gmt|hours|hrs|i[ns]|interest|it|later|local|london"
    "|midday|midnight|must|new|no|noon|now|of|on|our|outline|pm?|m|proposals?|applications?|receipt"
    "|round|stage|submissions?|submit|than|th[ei]s?|time|to|uk|until|up|utc|will|extended"
    "|(?:mon|tue|wed|thu|fri|sat|sun)[a-z]{0,6}"
)
_TRIES = 20  # labels of a kind that are looked at in one text
_WINDOW = 160  # characters after a label in which its value stands
_LONGEST_FUNDER = 200


def _labelled(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w-])(?:{pattern})(?![\w])", re.IGNORECASE)


_CLOSES_LABELS = tuple(map(_labelled, (_CLOSING, _DEADLINE)))
_OPENS_LABELS = (_labelled(_OPENING), _labelled(r"start\s+date"))
_ANY = _labelled(
    r"clos(?:ing|e)\s+date|dyddiad\s+(?:cau|agor)|deadline|open(?:ing)?\s+date|(?:competition|applications?|call)\s+"
    r"(?:open|close)s?|" + _OTHERS
)


def closes_in(text: str, near: date | None) -> Moment | None:
    """When the call closes, by what its text says of that; None where it says nothing."""
    return _first(_CLOSES_LABELS, text, near)


def opens_in(text: str, near: date | None) -> Moment | None:
    return _first(_OPENS_LABELS, text, near)


def funder_in(text: str) -> str | None:
    """The funders named after such a label, up to the next label or the end of their line."""
    match = _FUNDER.search(text)
    if match is None:
        return None
    line = match["value"].strip().split("\n", 1)[0]
    value = _to_next_label(line).split(". ")[0].strip(" .,;|-")
    return value if 0 < len(value) <= _LONGEST_FUNDER else None


def _first(labels: tuple[re.Pattern[str], ...], text: str, near: date | None) -> Moment | None:
    found = (
        _value(text, match.end(), near)
        for label in labels
        for match in islice(label.finditer(text), _TRIES)
    )
    return next((moment for moment in found if moment is not None), None)


def _value(text: str, start: int, near: date | None) -> Moment | None:
    window = _to_next_label(text[start : start + _WINDOW])
    moment = find_moment(window, near=near)
    return moment if moment and _is_filler(window[: moment.start]) else None


def _to_next_label(text: str) -> str:
    following = _ANY.search(text)
    return text[: following.start()] if following else text


def _is_filler(between: str) -> bool:
    return all(_FILLER.fullmatch(word) for word in _words(between))


def _words(text: str) -> Iterator[str]:
    return (match.group().lower() for match in re.finditer(r"[^\W\d_]+", text))
