"""The matcher: words and meaning find the candidates, facts order them, each reason is true."""

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field

from matching import reasons
from matching.analysis import Field, analyse
from matching.facts import NOTHING_KNOWN, Facts, allowed, shares
from matching.index import Hit, Index, Term, best
from matching.meanings import Meanings
from matching.query import Query, text_of
from matching.reasons import Reason, closest_by_words, sentence_reason, shared, word_reasons
from matching.sentences import sentences
from matching.vocabulary import Side, Vocabulary, shared_vocabulary
from matching.weights import BARS, BY_MEANING, BY_WORDS, MEANING, WORDS, Band

MATCHER_VERSION = "words-and-meaning-3"
SEVERAL = 2
SPARE = 2  # candidates are explained exactly before the last cut: sums differ in the last digits

FactsFor = Callable[[str], Facts]
FieldsOf = Callable[[str], Sequence[Field]]


@dataclass(frozen=True)
class Profiles:
    """The profiles of a network as they are matched."""

    index: Index = field(default_factory=Index)
    meanings: Meanings = field(default_factory=Meanings)
    vocabulary: Vocabulary = field(default_factory=shared_vocabulary)


@dataclass(frozen=True)
class Suggestion:
    """A candidate by id; the reasons' shares sum to the score, `facts` are what was known."""

    id: str
    score: float
    band: Band
    reasons: tuple[Reason, ...]
    facts: Facts = NOTHING_KNOWN


@dataclass(frozen=True)
class Pair:
    """A need and a profile: how far they agree in words, and in meaning where that is known."""

    words: float
    meaning: float | None

    @property
    def score(self) -> float:
        """What words and meaning give together, 0 to 1."""
        if self.meaning is None:
            return self.words
        return WORDS * self.words + MEANING * self.meaning

    @property
    def portion(self) -> float:
        """What of the word score counts in the score."""
        return 1.0 if self.meaning is None else WORDS

    def band(self, carried: int) -> Band | None:
        """How sure the matcher is of it. carried: by how many different words."""
        if self.meaning is not None:
            return next((bar.band for bar in BARS if self.score >= bar.both), None)
        return next(
            (bar.band for bar in BARS if self.words >= bar.alone and carried >= bar.words), None
        )


def suggest(
    query: Query,
    profiles: Profiles,
    facts_for: FactsFor,
    fields_of: FieldsOf,
    *,
    top: int,
    excluding: Collection[str] = frozenset(),
) -> list[Suggestion]:
    """The best profiles for a need, best first, ties by id; none that reaches no bar."""
    near = pairs(query, profiles, excluding)
    return suggest_among(near, query, profiles, facts_for, fields_of, top=top)


def suggest_among(
    near: Mapping[str, Pair],
    query: Query,
    profiles: Profiles,
    facts_for: FactsFor,
    fields_of: FieldsOf,
    *,
    top: int,
) -> list[Suggestion]:
    """The best of these pairs by the profile's id, as `suggest` gives them."""
    found = {id_: facts_for(id_) for id_ in near}
    ranked = sorted(
        (id_ for id_ in near if allowed(found[id_])),
        key=lambda id_: (-near[id_].score - _facts_share(found[id_]), id_),
    )
    likely = [
        _suggestion(id_, query, profiles, found[id_], fields_of(id_), id_)
        for id_ in ranked[: SPARE * top]
    ]
    return _best(likely, top)


def suggest_needs(
    profile_id: str,
    profiles: Profiles,
    needs: Mapping[str, Query],
    facts_for: FactsFor,
    fields: Sequence[Field],
    *,
    top: int,
) -> list[Suggestion]:
    """The needs that a profile fits best, scored as `suggest` scores the pair."""
    found = [
        _suggestion(id_, query, profiles, facts_for(id_), fields, profile_id)
        for id_, query in needs.items()
        if allowed(facts_for(id_))
    ]
    return _best(found, top)


def rank(query: Query, profiles: Profiles, *, top: int) -> list[Hit]:
    """The best profiles by words and meaning, with no bar: what a benchmark compares."""
    near = pairs(query, profiles)
    return best((Hit(id_, pair.score) for id_, pair in near.items()), top)


def pairs(
    query: Query, profiles: Profiles, excluding: Collection[str] = frozenset()
) -> dict[str, Pair]:
    """The candidates: the best by words, and those nearest in meaning."""
    index, counts = profiles.index, query.analysed.counts
    words = {hit.id: hit.score for hit in index.search(counts, top=BY_WORDS, excluding=excluding)}
    if query.vector is not None:
        near = profiles.meanings.search(query.vector, top=BY_MEANING, excluding=excluding)
        words |= index.scores(counts, [hit.id for hit in near if hit.id not in words])
    return {id_: Pair(score, _meaning(query, profiles, id_)) for id_, score in words.items()}


def _meaning(query: Query, profiles: Profiles, id_: str) -> float | None:
    return None if query.vector is None else profiles.meanings.score(query.vector, id_)


def _facts_share(facts: Facts) -> float:
    return math.fsum(fact.share for fact in shares(facts))


def _suggestion(
    id_: str,
    query: Query,
    profiles: Profiles,
    facts: Facts,
    fields: Sequence[Field],
    profile_id: str,
) -> Suggestion | None:
    carried = profiles.index.explain(query.analysed.counts, profile_id)
    pair = Pair(math.fsum(term.share for term in carried), _meaning(query, profiles, profile_id))
    profile = analyse(fields, side=Side.PROFILE, vocabulary=profiles.vocabulary)
    common = shared(carried, query.analysed, profile)
    band = pair.band(sum(len(one.written.split()) for one in common))
    if band is None:
        return None
    found = [*word_reasons(common, pair.portion), *_meaning_reason(pair)]
    theirs = closest_by_words(text_of([field for field in fields if field.quoted]), carried)
    found += sentence_reason(_closest(query, profiles, profile_id, carried), theirs)
    found += [Reason(one.kind, one.share, one.words, one.value) for one in shares(facts)]
    score = math.fsum(reason.share for reason in found)
    return Suggestion(id_, score, band, tuple(found), facts)


def _meaning_reason(pair: Pair) -> list[Reason]:
    return [Reason(reasons.MEANING, MEANING * pair.meaning)] if pair.meaning else []


def _closest(query: Query, profiles: Profiles, profile_id: str, carried: Sequence[Term]) -> str:
    """The need's sentence that fits the profile best: by meaning, else by words.

    Nothing where that is one which is not to be quoted: the question stands on the card anyway.
    """
    found = _closest_of_all(query, profiles, profile_id, carried)
    return found if found in query.quoted else ""


def _closest_of_all(
    query: Query, profiles: Profiles, profile_id: str, carried: Sequence[Term]
) -> str:
    some = sentences(query.text)
    if query.sentences is None or profile_id not in profiles.meanings or len(some) < SEVERAL:
        return closest_by_words(query.text, carried)
    scores = [profiles.meanings.score(one, profile_id) or 0.0 for one in query.sentences]
    return some[scores.index(max(scores))]


def _best(found: list[Suggestion | None], top: int) -> list[Suggestion]:
    some = [suggestion for suggestion in found if suggestion is not None]
    return sorted(some, key=lambda suggestion: (-suggestion.score, suggestion.id))[:top]
