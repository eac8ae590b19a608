"""Reasons in plain English."""

import math
from collections.abc import Iterable, Sequence

from bot.text import cut, joined, quoted
from bot.words import OUTPUTS
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
HOW_MUCH = ((0.5, "most of it"), (0.3, "a good part"), (0.12, "a part"), (0.0, "a little"))
MOST_WORDS = 5
LONGEST = 700


def reasons_line(reasons: Iterable[Reason]) -> str:
    """What speaks for a pair, and how much each thing adds, in the reader's own words.

    'Both mention flood, catchment and river (most of it); close in meaning (a part). Adds a
    little: same region; can start in time.'
    """
    some = list(reasons)
    whole = math.fsum(reason.share for reason in some)
    texts = [f"{said} ({_how_much(reason, whole)})" for reason, said in _texts(some)]
    facts = [reason for reason in some if _fact(reason)]
    parts = ["; ".join(texts), _closest(some), _facts(facts, whole, alone=not texts)]
    return quoted(" ".join(_sentence(part) for part in parts if part), LONGEST)


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}".rstrip(".") + "."


def _how_much(reason: Reason, whole: float) -> str:
    portion = reason.share / whole if whole > 0 else 0.0
    return next(words for least, words in HOW_MUCH if portion >= least)


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
        case "outputs" if reason.words:
            return f"offers {joined(OUTPUTS[one].lower() for one in reason.words)}"
        case "funding" if reason.value:
            return f"both fit the funding call “{cut(reason.value, 150)}”"
    return SAID.get(reason.kind, "")


def _facts(facts: Sequence[Reason], whole: float, *, alone: bool) -> str:
    said = "; ".join(_fact(reason) for reason in facts)
    if alone or not said:
        return said
    share = math.fsum(reason.share for reason in facts)
    return f"adds {_how_much(Reason('', share), whole)}: {said}"
