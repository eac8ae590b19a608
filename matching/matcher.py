"""The matcher: words find the candidates, facts put them in order, and each reason is true."""

import math
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum

from matching.analysis import Analysed
from matching.facts import NOTHING_KNOWN, Facts, allowed, shares
from matching.index import Hit, Index, Term

MATCHER_VERSION = "words-1"
SHORTLIST = 100
MOST_WORDS = 5

FactsFor = Callable[[str], Facts]


class Band(StrEnum):
    """How sure the matcher is. Below the last there is no suggestion."""

    STRONG = "strong"
    GOOD = "good"
    POSSIBLE = "possible"


@dataclass(frozen=True)
class Bar:
    """What a word score must reach, and how many different words must carry it."""

    band: Band
    score: float
    words: int


# Measured in docs/matching.md: with the right profile taken away, few needs still reach the
# upper two. One shared word is a chance meeting, however rare the word is in a small network.
BARS = (Bar(Band.STRONG, 0.24, 3), Bar(Band.GOOD, 0.15, 2), Bar(Band.POSSIBLE, 0.08, 2))


@dataclass(frozen=True)
class Reason:
    """One thing that speaks for a pair; `share` is what it adds to the score.

    kind: words, place, time, outputs, money, room, role, or broker (a person suggested it).
    words: for words, those that carried most, as the query wrote them, most first.
    """

    kind: str
    share: float
    words: tuple[str, ...] = ()
    value: str | None = None


@dataclass(frozen=True)
class Suggestion:
    """A candidate by id; the reasons' shares sum to the score, `facts` are what was known."""

    id: str
    score: float
    band: Band
    reasons: tuple[Reason, ...]
    facts: Facts = NOTHING_KNOWN


def suggest(
    query: Analysed,
    index: Index,
    facts_for: FactsFor,
    *,
    top: int,
    excluding: Collection[str] = frozenset(),
) -> list[Suggestion]:
    """The best profiles for a need, best first, ties by id; none that reaches no bar."""
    ids = shortlist(query, index, excluding=excluding)
    return suggest_among(ids, query, index, facts_for, top=top)


def shortlist(
    query: Analysed, index: Index, *, excluding: Collection[str] = frozenset()
) -> list[str]:
    """The profiles that are looked at closely, by their ids."""
    return [hit.id for hit in index.search(query.counts, top=SHORTLIST, excluding=excluding)]


def suggest_among(
    ids: Collection[str], query: Analysed, index: Index, facts_for: FactsFor, *, top: int
) -> list[Suggestion]:
    """The best of these profiles, as `suggest` gives them."""
    found = [_suggestion(id_, query, index, facts_for(id_), id_) for id_ in ids]
    return _best(found, top)


def suggest_needs(
    profile_id: str, index: Index, needs: Mapping[str, Analysed], facts_for: FactsFor, *, top: int
) -> list[Suggestion]:
    """The needs that a profile fits best, scored as `suggest` scores the pair."""
    found = [
        _suggestion(id_, query, index, facts_for(id_), profile_id) for id_, query in needs.items()
    ]
    return _best(found, top)


def rank(query: Analysed, index: Index, *, top: int) -> list[Hit]:
    """The best profiles by words alone, with no bar: what a benchmark compares."""
    return index.search(query.counts, top=top)


def _suggestion(
    id_: str, query: Analysed, index: Index, facts: Facts, profile_id: str
) -> Suggestion | None:
    carried = index.explain(query.counts, profile_id)
    word_score = math.fsum(term.share for term in carried)
    band = _band(word_score, len(carried))
    if band is None or not allowed(facts):
        return None
    reasons = [
        Reason("words", word_score, tuple(_shown(carried, query))),
        *(Reason(fact.kind, fact.share, fact.words, fact.value) for fact in shares(facts)),
    ]
    score = math.fsum(reason.share for reason in reasons)
    return Suggestion(id_, score, band, tuple(reasons), facts)


def _band(score: float, words: int) -> Band | None:
    return next((bar.band for bar in BARS if score >= bar.score and words >= bar.words), None)


def _shown(carried: tuple[Term, ...], query: Analysed) -> list[str]:
    words = [query.words[term.term][0] for term in carried[:MOST_WORDS]]
    return [word.lower() if word.istitle() else word for word in words]


def _best(found: list[Suggestion | None], top: int) -> list[Suggestion]:
    some = [suggestion for suggestion in found if suggestion is not None]
    return sorted(some, key=lambda suggestion: (-suggestion.score, suggestion.id))[:top]
