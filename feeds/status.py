"""What a call's title and text say of where it stands: withdrawn, closed, or nothing."""

import re
from collections.abc import Mapping
from enum import StrEnum

_WITHDRAWN = (
    r"cancell?ed|withdrawn|discontinued|no\s+longer\s+(?:available|running|going\s+ahead)|abandoned"
    r"|wedi(?:'i|’i)?\s+(?:ganslo|thynnu'n\s+ôl)"
)
_CLOSED = r"closed(?:\s+early)?|ended|expired|now\s+closed|closed\s+to\s+applications|ar\s+gau"
_CHANGED = (
    r"(?:new\s+|revised\s+|amended\s+)?deadline(?:\s+(?:is\s+)?(?:now\s+)?extended)?|extended(?:\s+deadline)?"
    r"|deadline\s+extension|extension|updated?|amended|revised|re-?opened|reminder|last\s+chance"
)
_MARK = rf"(?:{_WITHDRAWN}|{_CLOSED}|{_CHANGED})(?:\s+call)?"
_LEADING = re.compile(
    rf"^\s*(?:[\[(*]+\s*(?P<boxed>{_MARK})\s*[\])*]+\s*[:–—-]?|(?P<plain>{_MARK})\s*(?::|!|–|—|\s-\s))\s*",
    re.IGNORECASE,
)
_TRAILING = re.compile(
    rf"\s*(?:[\[(*]+\s*(?P<boxed>{_MARK})\s*[\])*]+|(?:\s-\s|–|—|:)\s*(?P<plain>{_MARK}))\s*[!.]?\s*$",
    re.IGNORECASE,
)
_STATUS_LABEL = re.compile(
    r"(?<![\w-])(?:(?:opportunity|call|competition|application|grant|scheme|fund)\s+)?status\s*:?\s*"
    r"(?P<value>[a-z][a-z ]{2,30})",
    re.IGNORECASE,
)
_SENTENCE = re.compile(
    rf"\b(?:this|the)\s+(?:call|opportunity|competition|fund|scheme|grant|round|programme|publication"
    rf"|page|guidance)\s+(?:has\s+(?:now\s+)?been|was|is|is\s+now)\s+(?P<value>{_WITHDRAWN})",
    re.IGNORECASE,
)
_FIELD = re.compile(r"(?:^|_)(?:status|state|withdrawn|cancell?ed)$")
_MOST_TEXT = 5_000


class Status(StrEnum):
    """Where a call stands by its own words; open where they say nothing else."""

    OPEN = "open"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


def bare_title(title: str) -> str:
    """The title without what was put before or after it when the call changed.

    "CANCELLED: Rivers fund", "Rivers fund (deadline extended)" and "Rivers fund" are one call.
    """
    for _ in range(3):
        bare = _TRAILING.sub("", _LEADING.sub("", title)).strip()
        if not bare or bare == title:
            break
        title = bare
    return title


def status_in(title: str, text: str, fields: Mapping[str, str]) -> Status:
    """What a title's mark, a field named status, a label or a sentence says, in that order."""
    said = (
        _of_words(_marks(title)),
        *(_of_field(name, value) for name, value in fields.items() if _FIELD.search(name)),
        *(_of_words(match["value"]) for match in _labelled(text[:_MOST_TEXT])),
    )
    return next((status for status in said if status is not None), Status.OPEN)


def _marks(title: str) -> str:
    found = [match for match in (_LEADING.match(title), _TRAILING.search(title)) if match]
    return " ".join(match["boxed"] or match["plain"] for match in found)


def _labelled(text: str) -> list[re.Match[str]]:
    return [match for match in (_STATUS_LABEL.search(text), _SENTENCE.search(text)) if match]


def _of_field(name: str, value: str) -> Status | None:
    if re.search(r"withdrawn|cancell?ed", name):
        return Status.WITHDRAWN if value.strip().lower() in ("true", "yes", "1") else None
    return _of_words(value)


def _of_words(words: str) -> Status | None:
    words = words.strip()
    if re.match(_WITHDRAWN, words, re.IGNORECASE):
        return Status.WITHDRAWN
    return Status.CLOSED if re.match(_CLOSED, words, re.IGNORECASE) else None
