"""Rows, postings and statistics together: numbers in, numbers out."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matching.growing import Growing
from matching.postings import Postings, Scratch, search
from matching.rows import BEST_PARTS, Floats, Ints, Part, Rows
from matching.weights import rarity

REFRESHED_BELOW = 2_000
MOST_DRIFT = 0.25


@dataclass(frozen=True)
class Kept:
    """What a refresh kept: the old numbers of rows and terms, in their new order."""

    rows: Ints
    terms: Ints


@dataclass
class Engine:
    """Rows, scored by statistics as of the last refresh.

    frequencies: in how many rows each term is, now. idf: the inverse document frequencies in
    force. documents: how many rows those are from. changed: rows added and removed since.
    stale: whether a refresh has to come before the next search. most_parts: of any row. gone:
    rows that were removed. touched: how many entries and postings were written, moved or read
    to keep this up.
    """

    rows: Rows = field(default_factory=Rows.empty)
    postings: Postings | None = None
    frequencies: Growing[np.int32] = field(default_factory=lambda: Growing(np.empty(0, np.int32)))
    idf: Growing[np.float64] = field(default_factory=lambda: Growing(np.empty(0, np.float64)))
    documents: int = 0
    changed: int = 0
    stale: bool = True
    most_parts: int = 0
    gone: list[int] = field(default_factory=list)
    touched: int = 0
    _scratch: list[Scratch] = field(default_factory=list, repr=False)

    def __len__(self) -> int:
        return len(self.rows) - len(self.gone)

    @property
    def nbytes(self) -> int:
        """The memory that it holds, in bytes, without what searches use for a moment."""
        postings = self.postings.nbytes if self.postings else 0
        return self.rows.nbytes + postings + self.frequencies.nbytes + self.idf.nbytes

    @property
    def drift(self) -> float:
        """How much of it has changed since the statistics were taken."""
        return self.changed / max(self.documents, 1)

    def _count_change(self) -> None:
        """A small engine is refreshed after every change, so that its scores are exact.

        A large one is when a quarter has changed, which costs each change the same however large
        it is.
        """
        self.changed += 1
        if len(self) < REFRESHED_BELOW or self.drift > MOST_DRIFT:
            self.stale = True

    def rarest(self) -> float:
        """The inverse document frequency of a term that no row had at the last refresh."""
        return float(rarity(self.documents, 0))

    def add_terms(self, how_many: int) -> None:
        """Make room for that many new terms."""
        self.frequencies.extend(np.zeros(how_many, np.int32))
        self.idf.extend(np.full(how_many, self.rarest()))
        if self.postings is not None:
            self.postings.add_terms(how_many)

    def put(self, parts: Sequence[Part]) -> int:
        """Add a row, at once to be found; its number."""
        before = len(self.rows.terms)
        row = self.rows.put(parts)
        self.frequencies.values[self.rows.first_part(row)] += 1
        self.most_parts = max(self.most_parts, len(parts))
        self.touched += len(self.rows.terms) - before
        self._count_change()
        if self.postings is not None and not self.stale:
            self._post(row, self.postings)
        return row

    def _post(self, row: int, postings: Postings) -> None:
        self.rows.weigh(self.idf.values, row)
        vector = self.rows.bounds(np.array([row]), self.idf.values)
        before = postings.touched
        postings.put(row, vector.indices.astype(np.int64), vector.data)
        self.touched += postings.touched - before

    def remove(self, row: int) -> None:
        """Take a row out; it is there until the next refresh, but not found."""
        whole = self.rows.first_part(row)
        self.frequencies.values[whole] -= 1
        self.rows.alive.values[row] = False
        self.gone.append(row)
        self.touched += len(whole)
        self._count_change()

    def refresh(self) -> Kept:
        """Take the statistics anew, and drop rows and terms that are gone."""
        rows = np.flatnonzero(self.rows.alive.values)
        new = np.full(len(self.frequencies), -1)
        kept = Kept(rows, self._used())
        new[kept.terms] = np.arange(len(kept.terms))
        self.rows = self.rows.kept(new)
        self.frequencies = Growing(self.frequencies.values[kept.terms])
        self.documents, self.changed, self.gone, self.stale = len(rows), 0, [], False
        self.idf = Growing(rarity(self.documents, self.frequencies.values))
        self.rows.weigh(self.idf.values)
        self.most_parts = int(np.diff(self.rows.row_ends.values).max(initial=0))
        self.postings = Postings.of(self.rows.bounds(np.arange(len(rows)), self.idf.values))
        self.touched += len(self.rows.terms)
        return kept

    def _used(self) -> Ints:
        """The terms that some row that is alive has."""
        entries = np.diff(self.rows.part_ends.values[self.rows.row_ends.values])
        alive = np.repeat(self.rows.alive.values, entries)
        counts = np.bincount(self.rows.terms.values, alive, len(self.frequencies))
        return np.flatnonzero(counts)

    def search(
        self, terms: Ints, weights: Floats, *, top: int, without: Sequence[int] = ()
    ) -> tuple[Ints, Floats]:
        """The rows that can be among the best `top` for a query, with their scores.

        terms, weights: the query's vector, each term once. They may be a few rows more.
        """
        if self.postings is None or not len(terms) or top < 1:
            return np.empty(0, np.int64), np.empty(0)
        with self._scratch_for(terms, weights) as scratch:
            return search(
                self.postings,
                terms,
                weights,
                top=top,
                scores=scratch.scores,
                without=np.array([*self.gone, *without], np.int64),
                exact=lambda rows: self.rows.scores(rows, scratch.wanted),
                tight=self.most_parts <= BEST_PARTS,
            )

    def scores(self, terms: Ints, weights: Floats, rows: Ints) -> Floats:
        """The score of each of these rows for a query, as `search` gives it."""
        with self._scratch_for(terms, weights) as scratch:
            return self.rows.scores(rows, scratch.wanted)

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Everything that a refreshed engine is made of."""
        if self.postings is None or self.stale:
            raise ValueError("refresh it first")
        facts = np.array([self.documents, self.changed, self.most_parts], np.int64)
        return {
            "facts": facts,
            "gone": np.array(self.gone, np.int64),
            "frequencies": self.frequencies.values,
            "idf": self.idf.values,
            **{f"rows.{name}": array.values for name, array in self.rows.named().items()},
            **{f"postings.{name}": array.values for name, array in self.postings.named().items()},
        }

    @classmethod
    def of(cls, arrays: Mapping[str, NDArray[Any]]) -> "Engine":
        """The engine that gave these arrays. Raises `KeyError` where one is missing."""
        documents, changed, most_parts = arrays["facts"].tolist()
        return cls(
            Rows(*(Growing(arrays[f"rows.{name}"]) for name in Rows.NAMES)),
            Postings(*(Growing(arrays[f"postings.{name}"]) for name in Postings.NAMES)),
            Growing(arrays["frequencies"]),
            Growing(arrays["idf"]),
            documents,
            changed,
            stale=False,
            most_parts=most_parts,
            gone=arrays["gone"].tolist(),
        )

    def part_vectors(self, row: int) -> list[tuple[NDArray[np.int32], Floats]]:
        """The terms of each part of a row with their values: vectors of length 1."""
        return self.rows.part_vectors(row, self.idf.values)

    @contextmanager
    def _scratch_for(self, terms: Ints, weights: Floats) -> Iterator[Scratch]:
        """Memory that no other thread has meanwhile, with what the query wants of each term."""
        try:
            scratch = self._scratch.pop()
        except IndexError:
            scratch = Scratch.of(0, 0)
        if not scratch.fits(len(self.rows), len(self.idf)):
            scratch = Scratch.of(len(self.rows), len(self.idf))
        scratch.wanted[terms] = weights * self.idf.values[terms]
        try:
            yield scratch
        finally:
            scratch.wanted[terms] = 0
            self._scratch.append(scratch)
