"""Postings: for each term the rows that have it, and the search for a query's best rows.

A term's postings stand together with room behind them. When the room is used up they move to
the end and get twice as much, so adding a row costs as much as it has terms, however many rows
there are. Rows are added in the order of their numbers, so postings are sorted by row.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse._sparsetools import csc_matvec

from matching.growing import Growing, spread

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Singles = NDArray[np.float32]

GROUPS = 64
ROUNDING = 2.0**-24


@dataclass
class Postings:
    """Postings as flat arrays.

    rows, values: of every posting. spans: where each term's postings begin and end. limits:
    where its room ends. touched: how many postings were written or moved since it was made.
    """

    NAMES: ClassVar = ("rows", "values", "spans", "limits")

    rows: Growing[np.int32]
    values: Growing[np.float32]
    spans: Growing[np.int32]
    limits: Growing[np.int32]
    touched: int = field(default=0, kw_only=True)

    @classmethod
    def of(cls, vectors: sparse.csr_array) -> "Postings":
        """The postings of the rows 0, 1, …, with some room."""
        columns = vectors.tocsc()
        lengths = np.diff(columns.indptr).astype(np.int64)
        rooms = lengths + lengths // 8 + 1
        limits = np.cumsum(rooms)
        begins = limits - rooms
        at = spread(begins, lengths)
        rows = np.zeros(rooms.sum(), np.int32)
        values = np.zeros(rooms.sum(), np.float32)
        rows[at], values[at] = columns.indices, columns.data
        return cls(
            Growing(rows),
            Growing(values),
            Growing(np.column_stack((begins, begins + lengths)).astype(np.int32)),
            Growing(limits.astype(np.int32)),
        )

    @property
    def nbytes(self) -> int:
        """The memory that they hold, in bytes."""
        return sum(array.nbytes for array in self.named().values())

    def named(self) -> dict[str, Growing[Any]]:
        """Its arrays by name."""
        return {name: getattr(self, name) for name in self.NAMES}

    def add_terms(self, how_many: int) -> None:
        """Give that many new terms empty postings."""
        end = len(self.rows)
        self.spans.extend(np.full((how_many, 2), end))
        self.limits.extend(np.full(how_many, end))

    def put(self, row: int, terms: Ints, values: Singles) -> None:
        """Add a row: its number is above every other; each term is there once."""
        for term in terms[self.spans.values[terms, 1] == self.limits.values[terms]].tolist():
            self._move(term)
        at = self.spans.values[terms, 1]
        self.rows.values[at] = row
        self.values.values[at] = values
        self.spans.values[terms, 1] += 1
        self.touched += len(terms)

    def _move(self, term: int) -> None:
        begin, end = self.spans.values[term].tolist()
        length, moved = end - begin, len(self.rows)
        room = max(4, 2 * length)
        self.rows.grow(room)[:length] = self.rows.values[begin:end]
        self.values.grow(room)[:length] = self.values.values[begin:end]
        self.spans.values[term] = moved, moved + length
        self.limits.values[term] = moved + room
        self.touched += length


@dataclass
class Scratch:
    """Memory that a search uses again: one search at a time."""

    scores: Singles
    wanted: Floats

    @classmethod
    def of(cls, rows: int, terms: int) -> "Scratch":
        """For that many rows and terms, with room for more."""
        some = -(-max(rows + rows // 50, GROUPS) // GROUPS) * GROUPS
        return cls(np.zeros(some, np.float32), np.zeros(terms + terms // 8 + GROUPS))

    def fits(self, rows: int, terms: int) -> bool:
        """Whether it is large enough."""
        return len(self.scores) >= rows and len(self.wanted) >= terms


def search(
    postings: Postings,
    terms: Ints,
    weights: Floats,
    *,
    top: int,
    scores: Singles,
    without: Ints,
    exact: Callable[[Ints], Floats],
    tight: bool,
) -> tuple[Ints, Floats]:
    """The rows that can be among the best `top`, with their scores; they may be a few more.

    terms, weights: the query's, each term once. scores: zeros, as many as there are rows or
    more, a multiple of `GROUPS`; zeros again afterwards. without: rows that do not count. exact:
    gives the scores of rows. tight: whether a row's dot product is its score, but for rounding.

    No row of the best `top` is lost, and none that scores as much as the last of them.
    """
    try:
        _add_up(postings, terms, weights.astype(np.float32), scores)
        if len(without):
            scores[without] = 0
        rounding = 4 * ROUNDING * (len(terms) + 8)
        rows = _leading(scores, top, 1 - rounding, None if tight else exact)
    finally:
        scores.fill(0)
    return rows, exact(rows)


def _add_up(postings: Postings, terms: Ints, weights: Singles, scores: Singles) -> None:
    """Add what the terms give to the scores of their rows."""
    # One call for all: it takes where each column of a matrix begins, and the last one ends. From
    # the last postings to the first, what lies between two terms is of negative length: empty.
    spans = postings.spans.values[terms]
    order = np.argsort(-spans[:, 0])
    shares = np.zeros(2 * len(terms), np.float32)
    shares[::2] = weights[order]
    csc_matvec(
        len(scores),
        2 * len(terms) - 1,
        spans[order].ravel(),
        postings.rows.values,
        postings.values.values,
        shares,
        scores,
    )


def _leading(
    scores: Singles, top: int, rounding: float, exact: Callable[[Ints], Floats] | None
) -> Ints:
    """The rows whose scores reach those of the best `top`, but for rounding.

    exact: gives the scores of rows, where `scores` are only bounds from above.
    """
    # The best of each of many groups: the last of the best groups is a score that enough rows
    # reach, found without looking at every row again.
    groups = _grouped(scores, top)
    best = np.maximum.reduce(groups)
    floor = kth_best(best, top)
    if floor > 0 and exact is not None:
        floor = kth_best(exact(_reaching(groups, best, floor)), top)
    return _reaching(groups, best, floor * rounding)


def _grouped(scores: Singles, top: int) -> Singles:
    """The scores in columns, few but at least four times `top`; else each its own column."""
    size = GROUPS if len(scores) >= 4 * GROUPS * top else 1
    return scores.reshape(size, -1)


def _reaching(groups: Singles, best: Singles, floor: float) -> Ints:
    """The rows whose scores are that high, and above nothing."""
    columns = (best >= floor if floor > 0 else best > 0).nonzero()[0]
    some = groups[:, columns]
    at = (some >= floor if floor > 0 else some > 0).ravel().nonzero()[0]
    across, which = np.divmod(at, max(len(columns), 1))
    return np.asarray(across * groups.shape[1] + columns[which])


def kth_best(scores: NDArray[np.floating], top: int) -> float:
    """The last of the best `top` scores; 0 where there are fewer."""
    if len(scores) < top:
        return 0.0
    place, ordered = len(scores) - top, scores.copy()
    ordered.partition(place)
    return float(ordered[place])
