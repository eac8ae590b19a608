"""Why a pair was put together: what each reason adds to the score, in each side's own words."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from matching.analysis import Analysed, is_bridge
from matching.index import Term
from matching.sentences import sentences
from matching.words import sequence

WORDS, BRIDGE, OTHER_WORDS = "words", "bridge", "other_words"
MEANING, SENTENCE = "meaning", "sentence"
IN_OWN_WORDS = frozenset({WORDS, BRIDGE, SENTENCE})
"""The kinds of reason that each side is told in words of its own."""
MOST_WORDS = 5
MOST_BRIDGES = 2
LONGEST_QUOTE = 160


@dataclass(frozen=True)
class Reason:
    """One thing that speaks for a pair; `share` is what it adds to the score.

    kind: words (both mention them), bridge (the vocabulary joins them), other_words (what else
    both share, unnamed), meaning (the texts are near to each other), sentence (the sentence of
    one's own text that fits best; adds nothing by itself), place, time, outputs, money, room,
    role, or broker (a person suggested it). words: as the need wrote them, most first.
    profile_words: the same as the profile wrote them. terms: what of the need's terms the share
    is the contribution of.
    """

    kind: str
    share: float
    words: tuple[str, ...] = ()
    value: str | None = None
    profile_words: tuple[str, ...] = ()
    terms: tuple[str, ...] = ()


@dataclass(frozen=True)
class Shared:
    """What a need and a profile share: a word, a phrase, or one thing in other words."""

    terms: tuple[str, ...]
    written: str
    profile_written: str
    share: float
    bridged: bool


def shared(carried: Iterable[Term], need: Analysed, profile: Analysed) -> list[Shared]:
    """What carries a pair, most first: the terms that one word or phrase brought are one."""
    shares = {one.term: one.share for one in carried}
    phrases = _phrases(shares, need, profile)
    groups: dict[tuple[str, str, bool], list[str]] = {}
    for term in shares:
        written = phrases.get(term) or (need.written(term), profile.written(term))
        bridged = term not in phrases and _bridged(term, need, profile)
        key = written[0].casefold(), "" if bridged else written[1].casefold(), bridged
        groups.setdefault(key, []).append(term)
    found = [_one(some, shares, phrases, need, profile) for some in groups.values()]
    return sorted(found, key=lambda one: (-one.share, one.terms))


def _phrases(terms: Iterable[str], need: Analysed, profile: Analysed) -> dict[str, tuple[str, str]]:
    """For each term of a phrase that both sides wrote: the phrase as each of them did."""
    found: dict[str, tuple[str, str]] = {}
    for term in sorted(filter(is_bridge, terms)):
        for stems in sorted(need.phrases[term].keys() & profile.phrases[term].keys()):
            written = need.phrases[term][stems], profile.phrases[term][stems]
            for one in (term, *stems):
                found.setdefault(one, written)
    return found


def _bridged(term: str, need: Analysed, profile: Analysed) -> bool:
    return is_bridge(term) or term in need.meant or term in profile.meant


def _one(
    some: Sequence[str],
    shares: Mapping[str, float],
    phrases: Mapping[str, tuple[str, str]],
    need: Analysed,
    profile: Analysed,
) -> Shared:
    first = some[0]
    written = phrases.get(first) or (need.written(first), profile.written(first))
    return Shared(
        terms=tuple(sorted(some)),
        written=written[0],
        profile_written=written[1],
        share=math.fsum(shares[term] for term in some),
        bridged=first not in phrases and _bridged(first, need, profile),
    )


def word_reasons(found: Sequence[Shared], portion: float) -> list[Reason]:
    """The reasons that lie in words. portion: what of the word score counts in the whole."""
    named = [one for one in found if not one.bridged][:MOST_WORDS]
    bridges = [one for one in found if one.bridged][:MOST_BRIDGES]
    rest = [one for one in found if one not in named and one not in bridges]
    some = [_reason(WORDS, named, portion), _reason(BRIDGE, bridges, portion)]
    if rest:
        other = _reason(OTHER_WORDS, rest, portion)
        some.append(Reason(OTHER_WORDS, other.share, value=str(len(rest)), terms=other.terms))
    return [reason for reason in some if reason.terms]


def _reason(kind: str, some: Sequence[Shared], portion: float) -> Reason:
    return Reason(
        kind,
        portion * math.fsum(one.share for one in some),
        tuple(one.written for one in some),
        profile_words=tuple(one.profile_written for one in some),
        terms=tuple(sorted({term for one in some for term in one.terms})),
    )


def sentence_reason(need_sentence: str, profile_sentence: str) -> list[Reason]:
    """Which sentence of each side's own text fits best; nothing where neither has several."""
    if not need_sentence and not profile_sentence:
        return []
    words, profile_words = _quote(need_sentence), _quote(profile_sentence)
    return [Reason(SENTENCE, 0.0, words, profile_words=profile_words)]


def _quote(sentence: str) -> tuple[str, ...]:
    if len(sentence) > LONGEST_QUOTE:
        sentence = sentence[:LONGEST_QUOTE].rsplit(maxsplit=1)[0] + "…"
    return (sentence.rstrip("."),) if sentence else ()


def closest_by_words(text: str, carried: Iterable[Term]) -> str:
    """The sentence whose words carry most; "" for a text of one sentence, or where none does."""
    shares = {one.term: one.share for one in carried}
    some = sentences(text)
    if len(some) < 2 or not shares:  # noqa: PLR2004 - one sentence needs no telling
        return ""
    carrying = [math.fsum(shares.get(one, 0.0) for one in _stems(sentence)) for sentence in some]
    most = max(carrying)
    return some[carrying.index(most)] if most > 0 else ""


def _stems(sentence: str) -> list[str]:
    return sorted({word.stem for word in sequence(sentence) if word is not None and word.telling})
