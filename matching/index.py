"""An index of documents that changes one document at a time, and tells where a score comes from.

Scores are cosines between TF-IDF vectors with sublinear term frequencies and the inverse document
frequencies of BM25 (`matching.weights.rarity`). In an index of some thousand documents the
document frequencies are as of the last `refresh`; in a smaller one every change refreshes them.

Counts are floats, made by `matching.analysis`: how a text becomes terms, and how much each field
or bridge of the vocabulary counts, is no business of the index.
"""

import json
import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from matching import saved
from matching.engine import Engine
from matching.rows import BEST_PARTS

PLACES = 12
Counts = Mapping[str, float]


@dataclass(frozen=True)
class Document:
    """What is searched for, as weighted counts of terms.

    parts: the whole first, from which document frequencies come, then what it is made of (a
    statement, publications), if that is more than one text.
    """

    id: str
    parts: tuple[Counts, ...]


class Hit(NamedTuple):
    """A document's id and its score, 0 to 1."""

    id: str
    score: float


@dataclass(frozen=True)
class Term:
    """A term that query and document share, and what it adds to the score."""

    term: str
    share: float


class Index:
    """Documents by id.

    A document is scored as the mean of its best three parts: a long list does not drown a short
    one, and few plain lines do as well as many. After a refresh the same documents give the same
    scores, to the last bit, in whatever order they came.
    """

    def __init__(self) -> None:
        self._engine = Engine()
        self._terms: dict[str, int] = {}
        self._ids: list[str] = []
        self._rows: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self._rows)

    def __contains__(self, id_: object) -> bool:
        return id_ in self._rows

    @property
    def nbytes(self) -> int:
        """The memory that its numbers hold, in bytes."""
        return self._engine.nbytes

    @property
    def drift(self) -> float:
        """How much of it has changed since the document frequencies were taken: 0.1 is a tenth."""
        return self._engine.drift

    @property
    def touched(self) -> int:
        """How many entries were written, moved or read so far to keep it up to date."""
        return self._engine.touched

    def put(self, document: Document) -> None:
        """Add a document, or replace the one of the same id."""
        self.remove(document.id)
        parts = [self._numbered(counts) for counts in document.parts or ({},)]
        new = len(self._terms) - len(self._engine.idf)
        if new:
            self._engine.add_terms(new)
        self._rows[document.id] = self._engine.put(parts)
        self._ids.append(document.id)

    def _numbered(self, counts: Counts) -> tuple[list[int], list[float]]:
        # In the order of the words, so that sums come out the same whoever came first.
        terms = sorted(counts)
        known = self._terms
        return (
            [known.setdefault(term, len(known)) for term in terms],
            [damped(counts[term]) for term in terms],
        )

    def remove(self, id_: str) -> None:
        """Take a document out; nothing happens where there is none."""
        row = self._rows.pop(id_, None)
        if row is not None:
            self._engine.remove(row)

    def refresh(self) -> None:
        """Take the document frequencies anew, and free what was removed."""
        kept = self._engine.refresh()
        terms = list(self._terms)
        self._terms = {terms[old]: new for new, old in enumerate(kept.terms.tolist())}
        self._ids = [self._ids[old] for old in kept.rows.tolist()]
        self._rows = {id_: row for row, id_ in enumerate(self._ids)}

    def _ready(self) -> None:
        if self._engine.stale:
            self.refresh()

    def save(self, path: Path, about: Mapping[str, Any]) -> None:
        """Put it into a file; `about` says what it is an index of, in values that JSON has."""
        self._ready()
        text = json.dumps([list(self._terms), self._ids, list(self._rows.items())])
        words = np.frombuffer(text.encode(), np.uint8)
        saved.write(path, about, {"words": words, **self._engine.arrays()})

    @classmethod
    def load(cls, path: Path, about: Mapping[str, Any]) -> tuple["Index", dict[str, Any]]:
        """What was saved, and all that it is about; raises `saved.Wrong`.

        about: what it has to be about.
        """
        found, arrays = saved.read(path, about)
        terms, ids, rows = json.loads(arrays["words"].tobytes())
        index = cls()
        index._engine = Engine.of(arrays)
        index._terms = {term: number for number, term in enumerate(terms)}
        index._ids, index._rows = ids, dict(rows)
        return index, found

    def idf(self, term: str) -> float:
        """How rare a term is; one that no document has counts as if one more document had it."""
        self._ready()
        number = self._terms.get(term)
        return self._engine.rarest() if number is None else float(self._engine.idf.values[number])

    def weigh(self, counts: Counts) -> dict[str, float]:
        """A text's vector, of length 1 (or empty)."""
        raw = {term: damped(count) * self.idf(term) for term, count in counts.items()}
        norm = math.sqrt(math.fsum(weight * weight for weight in raw.values()))
        return {term: weight / norm for term, weight in raw.items()} if norm else {}

    def search(
        self, query: Counts, *, top: int, excluding: Collection[str] = frozenset()
    ) -> list[Hit]:
        """The best `top` documents that share a term with the query, best first, ties by id."""
        self._ready()
        return self._search(query, top, excluding)

    def search_many(self, queries: Sequence[Counts], *, top: int) -> list[list[Hit]]:
        """What `search` finds for each query."""
        # A second thread gains nothing: half of a search is Python, which runs one at a time.
        self._ready()
        return [self._search(query, top, ()) for query in queries]

    def _search(self, query: Counts, top: int, excluding: Collection[str]) -> list[Hit]:
        terms, weights = self._vector(query)
        without = [self._rows[id_] for id_ in excluding if id_ in self._rows]
        rows, scores = self._engine.search(terms, weights, top=top, without=without)
        ids = self._ids
        # The score negated and the id, so that their order is that of the hits.
        found = [
            (-round(score, PLACES), ids[row])
            for row, score in zip(rows.tolist(), scores.tolist(), strict=True)
        ]
        found.sort()
        return [Hit(id_, -score) for score, id_ in found[:top] if score < 0]

    def _vector(self, query: Counts) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """The query's vector of length 1, without the terms that no document has."""
        idf, rarest = self._engine.idf.values.item, self._engine.rarest()
        terms, weights, squares = [], [], 0.0
        find = self._terms.get
        for term, count in query.items():
            number = find(term)
            weight = damped(count) * (rarest if number is None else idf(number))
            squares += weight * weight
            if number is not None:
                terms.append(number)
                weights.append(weight)
        return np.array(terms, np.int64), np.array(weights) / math.sqrt(squares or 1)

    def scores(self, query: Counts, ids: Sequence[str]) -> dict[str, float]:
        """The score of each of these documents, as `search` gives it; without what is not there."""
        self._ready()
        found = [id_ for id_ in ids if id_ in self._rows]
        rows = np.array([self._rows[id_] for id_ in found], np.int64)
        scores = self._engine.scores(*self._vector(query), rows) if found else np.empty(0)
        return {id_: round(one, PLACES) for id_, one in zip(found, scores.tolist(), strict=True)}

    def score(self, query: Counts, id_: str) -> float:
        """The score of one pair, as `search` gives it."""
        return math.fsum(term.share for term in self.explain(query, id_))

    def explain(self, query: Counts, id_: str) -> tuple[Term, ...]:
        """The terms that carry a pair's score, most first; their shares sum to it."""
        weights = self.weigh(query)
        named = {self._terms[term]: term for term in weights if term in self._terms}
        shares: dict[str, float] = {}
        for part, portion in self._portions(weights, named, id_):
            for term, share in part.items():
                shares[term] = shares.get(term, 0.0) + portion * share
        ordered = sorted(shares.items(), key=lambda one: (-one[1], one[0]))
        return tuple(Term(term, share) for term, share in ordered)

    def _portions(
        self, query: Counts, named: Mapping[int, str], id_: str
    ) -> list[tuple[dict[str, float], float]]:
        """What each term gives in the parts that count for this query, and how much those do."""
        parts = []
        for terms, values in self._engine.part_vectors(self._rows[id_]):
            pairs = zip(terms.tolist(), values.tolist(), strict=True)
            parts.append(
                {named[term]: query[named[term]] * value for term, value in pairs if term in named}
            )
        parts.sort(key=lambda part: -math.fsum(part.values()))
        counting = parts[:BEST_PARTS]
        return [(part, 1 / len(counting)) for part in counting]


def best(hits: Iterable[Hit], top: int) -> list[Hit]:
    """The best `top`, best first, ties by id."""
    return sorted(hits, key=lambda hit: (-hit.score, hit.id))[:top]


def damped(count: float) -> float:
    """How much a count counts: the tenth mention says less than the second; below 1 as it is."""
    return 1 + math.log(count) if count > 1 else count
