"""Needs that ask the same thing: which, how a group keeps its identity, and what it is called."""

import math
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import combinations

from matching.analysis import Analysed
from matching.index import Document, Index
from matching.words import terms

# Two needs ask the same from this similarity on, the matcher's own between their texts, if they
# share three terms: see docs/decisions/priorities.md.
ALIKE = 0.3
# What is together stays so at a little less, or a group would come and go with the corpus.
STICKS = 0.07
SHARED_TERMS = 3
# Somebody who is writing would rather see one too many.
LIKE_A_DRAFT = 0.2
MOST_NEIGHBOURS = 30
LABEL_WORDS = 4
LEAST_LABEL = 2
WRITTEN_BY = 2

# What questions are asked with, whatever they are about.
ASKING = frozenset(
    terms(
        "affect area best better change cost council cut effect effective evidence help impact "
        "improve increase lead local long lower make measure need people place prevent raise "
        "reduce service short support term time town use way work year"
    )
)

Group = frozenset[int]


def index_of(needs: Mapping[int, Analysed]) -> Index:
    """An index of needs' own texts."""
    index = Index()
    for id_, need in needs.items():
        index.put(as_document(id_, need))
    index.refresh()
    return index


def as_document(id_: int, need: Analysed) -> Document:
    return Document(str(id_), (need.counts,))


def like(draft: Analysed, index: Index, *, top: int, excluding: Collection[int] = ()) -> list[int]:
    """The needs most like a text that somebody is writing, best first."""
    left_out = {str(id_) for id_ in excluding}
    hits = index.search(draft.counts, top=top, excluding=left_out)
    return [
        int(hit.id)
        for hit in hits
        if hit.score >= LIKE_A_DRAFT and len(index.explain(draft.counts, hit.id)) > 1
    ]


def groups(needs: Mapping[int, Analysed], together: Iterable[Group] = ()) -> list[Group]:
    """The needs that ask the same, in groups of two and more, by lowest id.

    Two groups become one where the mean similarity between them is `ALIKE`: one need in the
    middle draws nothing together that is not alike. together: the groups as they were.
    """
    merged = _Merged(_similarities(needs, together))
    merged.merge()
    found = [frozenset(members) for members in merged.members.values() if len(members) > 1]
    return sorted(found, key=min)


def _similarities(
    needs: Mapping[int, Analysed], together: Iterable[Group]
) -> dict[tuple[int, int], float]:
    """How alike each pair of near needs is, lower id first."""
    before = {pair for group in together for pair in combinations(sorted(group), 2)}
    index = index_of(needs)
    found: dict[tuple[int, int], float] = {}
    for id_, need in needs.items():
        for hit in index.search(need.counts, top=MOST_NEIGHBOURS, excluding={str(id_)}):
            pair = min(id_, int(hit.id)), max(id_, int(hit.id))
            if len(needs[pair[0]].counts.keys() & needs[pair[1]].counts.keys()) >= SHARED_TERMS:
                score = hit.score + (STICKS if pair in before else 0.0)
                found[pair] = max(found.get(pair, 0.0), score)
    return found


class _Merged:
    """Groups that grow, with the sum of similarities between each two."""

    def __init__(self, similarities: Mapping[tuple[int, int], float]) -> None:
        self._ordered = sorted(similarities, key=lambda pair: (-similarities[pair], pair))
        self._alike = similarities
        self.members = {id_: {id_} for pair in similarities for id_ in pair}
        self._group = {id_: id_ for id_ in self.members}
        self._sums: dict[int, dict[int, float]] = defaultdict(dict)
        for (one, other), score in similarities.items():
            self._sums[one][other] = self._sums[other][one] = score

    def merge(self) -> None:
        """The most alike first; each merge is judged by the mean over all pairs between the two."""
        for pair in self._ordered:
            if self._alike[pair] < ALIKE:
                return
            one, other = sorted(self._group[id_] for id_ in pair)
            if one != other and self._mean(one, other) >= ALIKE:
                self._join(one, other)

    def _mean(self, one: int, other: int) -> float:
        pairs = len(self.members[one]) * len(self.members[other])
        return self._sums[one].get(other, 0.0) / pairs

    def _join(self, one: int, other: int) -> None:
        for id_ in self.members[other]:
            self._group[id_] = one
        self.members[one] |= self.members.pop(other)
        for third, score in self._sums.pop(other).items():
            del self._sums[third][other]
            if third != one:
                total = self._sums[one].get(third, 0.0) + score
                self._sums[one][third] = self._sums[third][one] = total


def continued(before: Mapping[int, Group], now: Sequence[Group]) -> dict[int, int]:
    """Which earlier group each group goes on from, by its place in `now`.

    The largest overlap first, then the older id. What overlaps with none is new, and left out.
    """
    overlaps = sorted(
        (-len(group & earlier), id_, place)
        for place, group in enumerate(now)
        for id_, earlier in before.items()
        if group & earlier
    )
    found: dict[int, int] = {}
    for _, id_, place in overlaps:
        if place not in found and id_ not in found.values():
            found[place] = id_
    return found


def rarity(needs: Mapping[int, Analysed]) -> dict[str, float]:
    """How much each term says: the fewer of the needs have it, the more."""
    frequencies = Counter(term for need in needs.values() for term in need.words)
    return {
        term: 1 + math.log((1 + len(needs)) / (1 + number)) for term, number in frequencies.items()
    }


def label(
    members: Sequence[Analysed],
    rarities: Mapping[str, float] | None = None,
    *,
    before: Sequence[str] = (),
) -> tuple[str, ...]:
    """A few words that the members share, as people wrote them and in their order.

    rarities: see `rarity`; without them all terms say as much. before: the label so far, of which
    every word stays that is still true: one of the members wrote it, and two share it. Nothing
    stands in a label that the members at hand did not write.
    """
    sharing = Counter(term for member in members for term in member.words)
    shared = [term for term, number in sharing.items() if number >= WRITTEN_BY]
    forms = {term: _forms(members, term) for term in shared}
    written = {form for some in forms.values() for form in some}
    kept = [word for word in before if word in written]
    if len(kept) >= LEAST_LABEL:
        return tuple(kept)
    weights = {term: sharing[term] * (rarities or {}).get(term, 1.0) for term in shared}
    telling = [term for term in shared if term not in ASKING] or shared
    best = sorted(telling, key=lambda term: -weights[term])[:LABEL_WORDS]
    return tuple(_commonest(forms[term]) for term in telling if term in best)


def _forms(members: Sequence[Analysed], term: str) -> Counter[str]:
    words = (word for member in members for word in member.words.get(term, ()))
    return Counter(word.lower() if word.istitle() else word for word in words)


def _commonest(forms: Counter[str]) -> str:
    return min(forms, key=lambda form: (-forms[form], form))
