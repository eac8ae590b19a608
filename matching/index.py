"""An index of documents that changes one document at a time, and tells where a score comes from.

Scores are cosines between TF-IDF vectors with sublinear term frequencies and smoothed inverse
document frequencies, as scikit-learn's `TfidfVectorizer(sublinear_tf=True)` defines them. Only
counts are kept: document frequencies change with every `put` and `remove`, and the weights that
follow from them are computed when a search needs them.

Counts are floats, made by `matching.analysis`: how a text becomes terms, and how much each field
or bridge of the vocabulary counts, is no business of the index.
"""

import math
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

BEST_PARTS = 3
Counts = Mapping[str, float]
Weights = Mapping[str, float]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Document:
    """What is searched for, as weighted counts of terms.

    parts: the whole first, from which document frequencies come, then what it is made of (a
    statement, publications), if that is more than one text.
    """

    id: str
    parts: tuple[Counts, ...]


@dataclass(frozen=True)
class Hit:
    """A document's id and its score, 0 to 1."""

    id: str
    score: float


@dataclass(frozen=True)
class Term:
    """A term that query and document share, and what it adds to the score."""

    term: str
    share: float


class Index:
    """Documents by id. The same documents give the same scores in whatever order they came.

    A document is scored as the mean of its best three parts: a long list does not drown a short
    one, and few plain lines do as well as many.
    """

    def __init__(self) -> None:
        self._parts: dict[str, tuple[Counts, ...]] = {}
        self._frequencies: Counter[str] = Counter()
        self._matrix: _Matrix | None = None

    def __len__(self) -> int:
        return len(self._parts)

    def __contains__(self, id_: object) -> bool:
        return id_ in self._parts

    def put(self, document: Document) -> None:
        """Add a document, or replace the one of the same id."""
        self.remove(document.id)
        self._parts[document.id] = document.parts
        self._frequencies.update(document.parts[0].keys())
        self._matrix = None

    def remove(self, id_: str) -> None:
        """Take a document out; nothing happens where there is none."""
        parts = self._parts.pop(id_, None)
        if parts is not None:
            self._frequencies.subtract(parts[0].keys())
            self._frequencies += Counter()
            self._matrix = None

    def idf(self, term: str) -> float:
        """How rare a term is; one that no document has counts as if one more document had it."""
        return math.log((1 + len(self)) / (1 + self._frequencies[term])) + 1

    def weigh(self, counts: Counts) -> dict[str, float]:
        """A text's vector, of length 1 (or empty)."""
        raw = {term: damped(count) * self.idf(term) for term, count in counts.items()}
        norm = math.sqrt(math.fsum(weight * weight for weight in raw.values()))
        return {term: weight / norm for term, weight in raw.items()} if norm else {}

    def search(
        self, query: Counts, *, top: int, excluding: Collection[str] = frozenset()
    ) -> list[Hit]:
        """The best `top` documents that share a term with the query, best first, ties by id."""
        matrix = self._built()
        scores = matrix.scores(self.weigh(query))
        hits = [
            Hit(id_, float(score))
            for id_, score in zip(matrix.ids, scores, strict=True)
            if score > 0 and id_ not in excluding
        ]
        return best(hits, top)

    def score(self, query: Counts, id_: str) -> float:
        """The score of one pair, as `search` gives it."""
        return math.fsum(term.share for term in self.explain(query, id_))

    def explain(self, query: Counts, id_: str) -> tuple[Term, ...]:
        """The terms that carry a pair's score, most first; their shares sum to it."""
        weights = self.weigh(query)
        shares: dict[str, float] = {}
        for part, portion in self._portions(weights, id_):
            for term in part.keys() & weights.keys():
                shares[term] = shares.get(term, 0.0) + portion * part[term] * weights[term]
        ordered = sorted(shares.items(), key=lambda one: (-one[1], one[0]))
        return tuple(Term(term, share) for term, share in ordered)

    def _portions(self, query: Weights, id_: str) -> list[tuple[Weights, float]]:
        """The vectors of a document's whole and parts that count for this query, and how much."""
        vectors = [self.weigh(counts) for counts in self._parts[id_]]
        ranked = sorted(
            range(len(vectors)), key=lambda number: (-_dot(query, vectors[number]), number)
        )[: min(BEST_PARTS, len(vectors))]
        return [(vectors[number], 1 / len(ranked)) for number in ranked]

    def _built(self) -> "_Matrix":
        if self._matrix is None:
            self._matrix = _Matrix.of(self._parts, self.weigh)
        return self._matrix


@dataclass(frozen=True)
class _Matrix:
    """The documents' vectors as sparse rows: `owner` says whose each row is."""

    ids: list[str]
    columns: dict[str, int]
    rows: sparse.csc_array
    owner: NDArray[np.int64]

    @classmethod
    def of(
        cls,
        parts: Mapping[str, tuple[Counts, ...]],
        weigh: Callable[[Counts], Weights],
    ) -> "_Matrix":
        ids = sorted(parts)
        columns: dict[str, int] = {}
        values: list[float] = []
        places: list[int] = []
        starts = [0]
        owner: list[int] = []
        for number, id_ in enumerate(ids):
            for counts in parts[id_]:
                for term, weight in weigh(counts).items():
                    places.append(columns.setdefault(term, len(columns)))
                    values.append(weight)
                starts.append(len(values))
                owner.append(number)
        shape = (len(owner), max(len(columns), 1))
        rows = sparse.csr_array((values, places, starts), shape=shape).tocsc()
        return cls(ids, columns, rows, np.asarray(owner, dtype=np.int64))

    def scores(self, query: Weights) -> Floats:
        """Each document's score: the mean of its best rows."""
        scores = np.zeros(len(self.owner))
        for term, weight in query.items():
            column = self.columns.get(term)
            if column is not None:
                start, end = self.rows.indptr[column], self.rows.indptr[column + 1]
                scores[self.rows.indices[start:end]] += weight * self.rows.data[start:end]
        return self._mean_of_best(scores)

    def _mean_of_best(self, scores: Floats) -> Floats:
        if len(self.owner) == len(self.ids):
            return scores
        order = np.lexsort((-scores, self.owner))
        counts = np.bincount(self.owner, minlength=len(self.ids))
        first = np.concatenate(([0], np.cumsum(counts)[:-1]))
        rank = np.arange(len(order)) - np.repeat(first, counts)
        kept = order[rank < BEST_PARTS]
        sums = np.bincount(self.owner[kept], weights=scores[kept], minlength=len(self.ids))
        return np.asarray(sums / np.minimum(counts, BEST_PARTS))


def best(hits: Iterable[Hit], top: int) -> list[Hit]:
    """The best `top`, best first, ties by id."""
    return sorted(hits, key=lambda hit: (-hit.score, hit.id))[:top]


def damped(count: float) -> float:
    """How much a count counts: the tenth mention says less than the second; below 1 as it is."""
    return 1 + math.log(count) if count > 1 else count


def _dot(one: Weights, other: Weights) -> float:
    return math.fsum(weight * other[term] for term, weight in one.items() if term in other)
