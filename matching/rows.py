"""Each document's own terms by row number: what scores are computed from, and explained by.

A row has one part or several; a part has terms, each once, with its weight before the inverse
document frequency. Rows are only ever added at the end; one that is removed stays until the
rows are kept anew.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse._sparsetools import csr_matvec

from matching.growing import Growing, spread

BEST_PARTS = 3
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Part = tuple[Sequence[int], Sequence[float]]
"""Terms, and how much each counts."""


@dataclass
class Rows:
    """The rows as flat arrays.

    terms, weights: of every entry. part_ends: where each part's entries end, after a 0.
    row_ends: where each row's parts end, after a 0. norms: each part's length under the inverse
    document frequencies in force. alive: whether a row is still there.
    """

    NAMES: ClassVar = ("terms", "weights", "part_ends", "row_ends", "norms", "alive")

    terms: Growing[np.int32]
    weights: Growing[np.float64]
    part_ends: Growing[np.int32]
    row_ends: Growing[np.int64]
    norms: Growing[np.float64]
    alive: Growing[np.bool_]

    @classmethod
    def empty(cls) -> "Rows":
        """No rows."""
        return cls(
            Growing(np.empty(0, np.int32)),
            Growing(np.empty(0, np.float64)),
            Growing(np.zeros(1, np.int32)),
            Growing(np.zeros(1, np.int64)),
            Growing(np.empty(0, np.float64)),
            Growing(np.empty(0, np.bool_)),
        )

    def __len__(self) -> int:
        return len(self.alive)

    @property
    def nbytes(self) -> int:
        """The memory that they hold, in bytes."""
        return sum(array.nbytes for array in self.named().values())

    def named(self) -> dict[str, Growing[Any]]:
        """Its arrays by name."""
        return {name: getattr(self, name) for name in self.NAMES}

    def put(self, parts: Sequence[Part]) -> int:
        """Add a row, its norms not yet known; its number."""
        for terms, weights in parts:
            self.terms.extend(np.asarray(terms, np.int32))
            self.weights.extend(np.asarray(weights, np.float64))
            self.part_ends.append(len(self.terms))
            self.norms.append(1.0)
        self.row_ends.append(len(self.norms))
        self.alive.append(True)
        return len(self) - 1

    def first_part(self, row: int) -> NDArray[np.int32]:
        """The terms of a row's first part: its whole."""
        part = self.row_ends.values[row]
        begin, end = self.part_ends.values[part : part + 2]
        return self.terms.values[begin:end]

    def weigh(self, idf: Floats, first_row: int = 0) -> None:
        """Set the norms of the rows from that one on."""
        first_part = self.row_ends.values[first_row]
        ends = self.part_ends.values[first_part:]
        begin = ends[0]
        squares = (self.weights.values[begin:] * idf[self.terms.values[begin:]]) ** 2
        parts = np.repeat(np.arange(len(ends) - 1), np.diff(ends))
        norms = np.sqrt(np.bincount(parts, squares, len(ends) - 1))
        self.norms.values[first_part:] = np.where(norms > 0, norms, 1)

    def part_vectors(self, row: int, idf: Floats) -> list[tuple[NDArray[np.int32], Floats]]:
        """The terms of each part of a row with their values: vectors of length 1."""
        first, last = self.row_ends.values[row : row + 2]
        found = []
        for part in range(first, last):
            begin, end = self.part_ends.values[part : part + 2]
            terms = self.terms.values[begin:end]
            values = self.weights.values[begin:end] * idf[terms] / self.norms.values[part]
            found.append((terms, values))
        return found

    def scores(self, rows: Ints, wanted: Floats) -> Floats:
        """Each row's score: the mean of its best parts.

        wanted: for each term the query's weight times the inverse document frequency.
        """
        if len(self.norms) == len(self):
            return self._part_scores(rows, wanted)
        first, counts = self._parts(rows)
        return mean_of_best(self._part_scores(spread(first, counts), wanted), counts)

    def _part_scores(self, parts: Ints, wanted: Floats) -> Floats:
        # One call for all: it takes where each row of a matrix begins, and the last one ends. From
        # the last part to the first, what lies between two parts is of negative length: empty.
        order = np.argsort(-parts)
        begins = parts[order]
        ends = self.part_ends.values
        pointers = np.empty(2 * len(parts), np.int32)
        pointers[::2], pointers[1::2] = ends[begins], ends[begins + 1]
        found = np.zeros(2 * len(parts))
        csr_matvec(
            max(len(pointers) - 1, 0),
            len(wanted),
            pointers,
            self.terms.values,
            self.weights.values,
            wanted,
            found,
        )
        sums = np.empty(len(parts))
        sums[order] = found[::2]
        return np.asarray(sums / self.norms.values[parts])

    def bounds(self, rows: Ints, idf: Floats) -> sparse.csr_array:
        """For each row one vector; no query's score of the row is above its dot product.

        A term's value is the mean of its best three over the parts, which for rows of up to
        three parts makes the dot product the score itself.
        """
        first, counts = self._parts(rows)
        begin = self.part_ends.values[first]
        lengths = self.part_ends.values[first + counts] - begin
        at = spread(begin, lengths)
        terms = self.terms.values[at]
        parts = spread(first, counts)
        sizes = self.part_ends.values[parts + 1] - self.part_ends.values[parts]
        values = self.weights.values[at] * idf[terms]
        values /= np.repeat(self.norms.values[parts] * _divisors(counts), sizes)
        _drop_beyond_best(values, terms, np.repeat(np.arange(len(rows)), lengths), lengths, counts)
        ends = np.concatenate(([0], np.cumsum(lengths)))
        found = sparse.csr_array(
            (values.astype(np.float32), terms, ends), shape=(len(rows), len(idf))
        )
        if counts.max(initial=0) > 1:
            found.sum_duplicates()
        return found

    def _parts(self, rows: Ints) -> tuple[Ints, Ints]:
        first = self.row_ends.values[rows]
        return first, self.row_ends.values[rows + 1] - first

    def kept(self, terms: Ints) -> "Rows":
        """Only the rows that are alive; `terms` gives each term its new number."""
        rows = np.flatnonzero(self.alive.values)
        first, counts = self._parts(rows)
        parts = spread(first, counts)
        begin = self.part_ends.values[parts]
        lengths = self.part_ends.values[parts + 1] - begin
        at = spread(begin, lengths)
        return Rows(
            Growing(terms[self.terms.values[at]].astype(np.int32)),
            Growing(self.weights.values[at]),
            Growing(np.concatenate(([0], np.cumsum(lengths))).astype(np.int32)),
            Growing(np.concatenate(([0], np.cumsum(counts)))),
            Growing(self.norms.values[parts]),
            Growing(np.ones(len(rows), np.bool_)),
        )


def mean_of_best(scores: Floats, counts: Ints) -> Floats:
    """The mean of each row's best three parts, or of all where it has fewer.

    scores: of the rows' parts. counts: how many parts each row has.
    """
    owners = np.repeat(np.arange(len(counts)), counts)
    if counts.max(initial=0) > BEST_PARTS:
        order = np.lexsort((-scores, owners))
        rank = np.arange(len(order)) - np.repeat(np.cumsum(counts) - counts, counts)
        best = order[rank < BEST_PARTS]
        owners, scores = owners[best], scores[best]
    return np.asarray(np.bincount(owners, scores, len(counts)) / np.minimum(counts, BEST_PARTS))


def _divisors(counts: Ints) -> Ints:
    """For each part, by how many its row's best parts are divided."""
    return np.repeat(np.minimum(counts, BEST_PARTS), counts)


def _drop_beyond_best(
    values: Floats, terms: NDArray[np.int32], owners: Ints, lengths: Ints, counts: Ints
) -> None:
    """Where a row has more than three parts, leave each term its best three values."""
    many = np.flatnonzero(np.repeat(counts > BEST_PARTS, lengths))
    if not len(many):
        return
    order = many[np.lexsort((-values[many], terms[many], owners[many]))]
    new = np.ones(len(order), np.bool_)
    new[1:] = (np.diff(owners[order]) != 0) | (np.diff(terms[order]) != 0)
    begins = np.flatnonzero(new)
    rank = np.arange(len(order)) - np.repeat(begins, np.diff(begins, append=len(order)))
    values[order[rank >= BEST_PARTS]] = 0
