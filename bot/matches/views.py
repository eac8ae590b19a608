"""Reasons in plain English."""

from collections.abc import Iterable

from bot.text import cut, joined, quoted
from bot.words import OUTPUTS
from matching.matcher import Reason

PLACES = {
    "same": "same place",
    "overlaps": "places that overlap",
    "near": "nearby",
    "region": "same region",
    "nation": "same nation",
}
SAID = {
    "time": "can start in time",
    "money": "the money fits",
    "room": "has room for a new introduction",
    "role": "does research",
    "broker": "suggested by a docking point",
}
MOST_WORDS = 5


def reasons_line(reasons: Iterable[Reason]) -> str:
    """'Both mention flood, catchment and river; same region; can start in time'."""
    line = "; ".join(said for said in map(_said, reasons) if said)
    return quoted(line[:1].upper() + line[1:], 600)


def _said(reason: Reason) -> str:
    match reason.kind:
        case "words" if reason.words:
            return f"both mention {joined(reason.words[:MOST_WORDS])}"
        case "place":
            return PLACES.get(reason.value or "", "")
        case "outputs" if reason.words:
            return f"offers {joined(OUTPUTS[one].lower() for one in reason.words)}"
        case "funding" if reason.value:
            return f"both fit the funding call “{cut(reason.value, 150)}”"
    return SAID.get(reason.kind, "")
