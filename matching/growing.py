"""Arrays that grow at their end, at a cost that does not depend on how long they are."""

from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

LEAST_ROOM = 64
Number = TypeVar("Number", bound=np.generic)


class Growing(Generic[Number]):
    """An array with room to grow; `values` is a view of what is in it."""

    def __init__(self, values: NDArray[Number]) -> None:
        self._room = values
        self._length = len(values)

    def __len__(self) -> int:
        return self._length

    @property
    def values(self) -> NDArray[Number]:
        """What is in it; good until the next growth."""
        return self._room[: self._length]

    @property
    def nbytes(self) -> int:
        """The memory that it holds in bytes, room included."""
        return self._room.nbytes

    def append(self, value: Any) -> None:
        """Add one value."""
        self.grow(1)[0] = value

    def extend(self, values: NDArray[Any]) -> None:
        """Add some values."""
        self.grow(len(values))[:] = values

    def grow(self, by: int) -> NDArray[Number]:
        """The new end of the array, of that length, not yet written."""
        begin, length = self._length, self._length + by
        if length > len(self._room):
            longer = max(LEAST_ROOM, length, len(self._room) + len(self._room) // 4)
            room = np.empty((longer, *self._room.shape[1:]), self._room.dtype)
            room[:begin] = self._room[:begin]
            self._room = room
        self._length = length
        return self._room[begin:length]


def spread(begins: NDArray[np.integer], lengths: NDArray[np.integer]) -> NDArray[np.int64]:
    """The positions of some runs, one run after another."""
    ends = np.cumsum(lengths, dtype=np.int64)
    if not len(ends):
        return ends
    found = np.repeat(begins - ends + lengths, lengths)
    found += np.arange(len(found))
    return found
