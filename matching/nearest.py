"""The rows of a matrix nearest to a query: of many rows, by a first look at a part of each."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float32]
Rows = NDArray[np.int64]

# A product over all rows takes as long as memory takes to be read. The vectors of a sentence model
# differ mostly in few directions: in the 128 of 384 that say most lies four fifths of them. Ten
# times as many rows as are wanted are looked at in full. What that misses, and what it saves, is
# measured by `make bench`.
MANY = 20_000
DIRECTIONS = 128
LOOKED_AT = 10
SAMPLE = 4_096


@dataclass(frozen=True)
class Nearest:
    """Vectors, one a row, in an order that does not change.

    directions: those that say most, one a column. heads: each row along them. Neither is there
    for few rows, which are compared in full.
    """

    matrix: Matrix
    directions: Matrix | None = None
    heads: Matrix | None = None

    @classmethod
    def of(cls, matrix: Matrix) -> "Nearest":
        """Made ready to be searched."""
        if len(matrix) < MANY or matrix.shape[1] <= DIRECTIONS:
            return cls(matrix)
        sample = matrix[:: -(-len(matrix) // SAMPLE)].astype(np.float64)
        directions = np.linalg.eigh(sample.T @ sample)[1][:, : -DIRECTIONS - 1 : -1]
        ready = np.ascontiguousarray(directions, dtype=np.float32)
        return cls(matrix, ready, matrix @ ready)

    def search(self, query: Matrix, top: int) -> Rows:
        """The `top` rows with the highest dot products, in no order; more where some tie.

        Where only a part of each row is looked at first, a few of them may be others.
        """
        if not len(self.matrix) or self.matrix.shape[1] != len(query):
            return np.empty(0, np.int64)
        if self.directions is None or self.heads is None:
            return _best(self.matrix @ query, top)
        likely = _best(self.heads @ (query @ self.directions), LOOKED_AT * top)
        return np.asarray(likely[_best(self.matrix[likely] @ query, top)])


def _best(scores: NDArray[np.float32], top: int) -> Rows:
    """The places of the best scores; all that tie with the last of them too."""
    if len(scores) <= top:
        return np.arange(len(scores))
    last = np.partition(scores, -top)[-top]
    return np.flatnonzero(scores >= last)
