"""Arrays in a file that is checked when it is read: what makes a warm start.

The first line names the format and the SHA-256 digest of the rest; the second is JSON: what the
file is about, and where each array is. The arrays follow, mapped into memory rather than read,
so that several processes share them until one changes something. Nothing in it is ever executed.
"""

import hashlib
import json
import mmap
import os
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

MAGIC = b"docking-point-index-1 "
DIGEST = 64
ALIGNED = 64

Array = NDArray[Any]


class Wrong(Exception):
    """A file that is missing, cut short, changed, or of another format or thing."""


def write(path: Path, about: Mapping[str, Any], arrays: Mapping[str, Array]) -> None:
    """Put a file in place, whole or not at all; readers of the old one keep it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.name)
    try:
        with os.fdopen(handle, "wb") as file:
            digest = hashlib.sha256()
            file.write(MAGIC + b"0" * DIGEST + b"\n")
            for piece in _pieces(about, arrays):
                digest.update(piece)
                file.write(piece)
            file.seek(len(MAGIC))
            file.write(digest.hexdigest().encode())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _pieces(about: Mapping[str, Any], arrays: Mapping[str, Array]) -> Iterator[bytes | memoryview]:
    listed = [[name, array.dtype.str, array.shape] for name, array in arrays.items()]
    head = json.dumps({"about": about, "arrays": listed}).encode() + b"\n"
    before = len(MAGIC) + DIGEST + 1
    yield head + bytes(-(before + len(head)) % ALIGNED)
    for array in arrays.values():
        yield np.ascontiguousarray(array).reshape(-1).view(np.uint8).data
        yield bytes(-array.nbytes % ALIGNED)


def claimed(path: Path) -> dict[str, Any]:
    """What a file says that it is about, its digest not checked; raises `Wrong`."""
    try:
        with path.open("rb") as file:
            file.readline(len(MAGIC) + DIGEST + 1)
            found: dict[str, Any] = json.loads(file.readline())["about"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Wrong(type(error).__name__) from None
    return found


def read(path: Path, about: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Array]]:
    """What a file is about, with all that `about` says, and its arrays; raises `Wrong`.

    The arrays may be written to: the file stays as it is.
    """
    try:
        with path.open("rb") as file:
            mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY)
    except (OSError, ValueError) as error:
        raise Wrong(type(error).__name__) from None
    start = len(MAGIC) + DIGEST + 1
    if mapped[: len(MAGIC)] != MAGIC:
        raise Wrong("another format")
    with memoryview(mapped) as whole, whole[start:] as rest:
        if hashlib.sha256(rest).hexdigest().encode() != mapped[len(MAGIC) : start - 1]:
            raise Wrong("cut short or changed")
    end = mapped.find(b"\n", start) + 1
    head = json.loads(mapped[start:end])
    found: dict[str, Any] = head["about"]
    if any(found.get(name) != value for name, value in about.items()):
        raise Wrong("about something else")
    return found, dict(_arrays(mapped, end, head["arrays"]))


def _arrays(mapped: mmap.mmap, at: int, listed: list[Any]) -> Iterator[tuple[str, Array]]:
    for name, kind, shape in listed:
        at += -at % ALIGNED
        size = int(np.prod(shape))
        array: Array = (
            np.frombuffer(mapped, np.dtype(kind), size, at) if size else np.empty(0, kind)
        )
        yield name, array.reshape(shape)
        at += array.nbytes
