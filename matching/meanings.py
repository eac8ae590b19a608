"""The vectors of a network's profiles, and how near each is to a need's."""

from collections.abc import Collection

import numpy as np

from matching.index import Hit, best
from matching.nearest import Nearest
from matching.rows import BEST_PARTS
from matching.vectors import Vectors

MOST_RECENT = 64
RECENT_SHARE = 0.05
NONE: Vectors = np.zeros((0, 0), dtype=np.float32)


class Meanings:
    """Vectors by id, several for a profile of several documents.

    A profile is scored as the mean of its best three vectors, as its words are. One matrix holds
    them all; what was put or removed since it was made is looked at by itself, so that a change
    costs the same however large the network is.
    """

    def __init__(self) -> None:
        self._vectors: dict[str, Vectors] = {}
        self._nearest = Nearest(NONE)
        self._owners: list[str] = []
        self._recent: set[str] = set()

    def __len__(self) -> int:
        return len(self._vectors)

    def __contains__(self, id_: object) -> bool:
        return id_ in self._vectors

    def put(self, id_: str, vectors: Vectors) -> None:
        """Keep a profile's vectors, one a row, in place of those it had."""
        self._vectors[id_] = np.ascontiguousarray(vectors, dtype=np.float32)
        self._recent.add(id_)

    def remove(self, id_: str) -> None:
        """Forget a profile's vectors; nothing happens where there are none."""
        if self._vectors.pop(id_, None) is not None:
            self._recent.add(id_)

    def score(self, query: Vectors, id_: str) -> float | None:
        """How near a profile is to a need, 0 to 1; None where its vectors are not made yet."""
        vectors = self._vectors.get(id_)
        if vectors is None or vectors.shape[1] != len(query):
            return None
        if len(vectors) == 1:  # nearly all: half of what a need costs went into sorting one number
            return min(max(float(vectors[0] @ query), 0.0), 1.0)
        nearest = np.sort(np.asarray(vectors @ query, dtype=np.float64))[-BEST_PARTS:]
        return float(min(max(nearest.mean(), 0.0), 1.0))

    def search(
        self, query: Vectors, *, top: int, excluding: Collection[str] = frozenset()
    ) -> list[Hit]:
        """The profiles with a vector among the nearest, best first, ties by id."""
        if len(self._recent) > max(MOST_RECENT, RECENT_SHARE * len(self._vectors)):
            self._build()
        near = self._recent & self._vectors.keys()
        rows = self._nearest.search(query, top + len(excluding) + len(self._recent))
        near |= {self._owners[row] for row in rows} - self._recent
        scores = {id_: self.score(query, id_) for id_ in near - set(excluding)}
        return best((Hit(id_, score) for id_, score in scores.items() if score is not None), top)

    def _build(self) -> None:
        ids = sorted(id_ for id_, some in self._vectors.items() if len(some))
        self._owners = [id_ for id_ in ids for _ in self._vectors[id_]]
        matrix = np.concatenate([self._vectors[id_] for id_ in ids]) if ids else NONE
        self._nearest = Nearest.of(matrix)
        start = 0
        for id_ in ids:  # views of the matrix: the vectors are held once
            end = start + len(self._vectors[id_])
            self._vectors[id_] = matrix[start:end]
            start = end
        self._recent.clear()
