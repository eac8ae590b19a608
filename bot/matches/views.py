"""Reasons in plain English."""

import math
from collections.abc import Iterable, Sequence

from bot.text import cut, joined, quoted
from bot.words import OUTPUTS
from matching.facts import NOT_NEEDED
from matching.reasons import BRIDGE, MEANING, OTHER_WORDS, SENTENCE, WORDS, Reason

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
TEXT = (WORDS, OTHER_WORDS, BRIDGE, MEANING)
MOST_WORDS = 5
LONGEST = 700


def reasons_line(reasons: Iterable[Reason]) -> str:
    """What speaks for a pair, each thing with its share of the score, in the reader's own words.

    'Both mention flood, catchment and river (61%); close in meaning (27%). Same region (6%); can
    start in time (6%).'
    """
    some = list(reasons)
    whole = math.fsum(reason.share for reason in some)
    texts = [_with_share(reason, said, whole) for reason, said in _texts(some)]
    facts = [_with_share(one, said, whole) for one in some if (said := _fact(one))]
    parts = ["; ".join(texts), _closest(some), "; ".join(facts)]
    return quoted(" ".join(_sentence(part) for part in parts if part), LONGEST)


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}".rstrip(".") + "."


def _with_share(reason: Reason, said: str, whole: float) -> str:
    """The reason and its share; what adds nothing, such as a person's word, has none."""
    percent = round(100 * reason.share / whole) if whole > 0 else 0
    if percent:
        return f"{said} ({percent}%)"
    return f"{said} (under 1%)" if reason.share > 0 else said


def _texts(reasons: Sequence[Reason]) -> list[tuple[Reason, str]]:
    """What lies in the two texts: words first, which a reader can check with their own eyes."""
    found = [(reason, _text(reason)) for reason in reasons if reason.kind in TEXT]
    return sorted(
        ((one, said) for one, said in found if said), key=lambda pair: TEXT.index(pair[0].kind)
    )


def _text(reason: Reason) -> str:
    words = reason.words[:MOST_WORDS]
    match reason.kind:
        case "words" if words:
            return f"both mention {joined(words)}"
        case "bridge" if words:
            quotes = joined(f"“{word}”" for word in words)
            return f"{quotes} {'is' if len(words) == 1 else 'are'} met in other words"
        case "meaning":
            return "close in meaning"
        case "other_words":
            return "other words in common"
    return ""


def _closest(reasons: Sequence[Reason]) -> str:
    """Which of the reader's own sentences fits best."""
    own = next((one.words[0] for one in reasons if one.kind == SENTENCE and one.words), "")
    return f"It fits best where you wrote “{own}”" if own else ""


def _fact(reason: Reason) -> str:
    match reason.kind:
        case "place":
            return PLACES.get(reason.value or "", "")
        case "money" if reason.value == NOT_NEEDED:
            return "no money is needed"
        case "outputs" if reason.words:
            return f"offers {joined(OUTPUTS[one].lower() for one in reason.words)}"
        case "funding" if reason.value:
            return f"both fit the funding call “{cut(reason.value, 150)}”"
    return SAID.get(reason.kind, "")
