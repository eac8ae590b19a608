"""What `python -m feeds.funding` and `python -m feeds.calendar` have in common."""

import json
import sys
from collections.abc import Callable, Iterable
from dataclasses import asdict
from datetime import date
from typing import Any

from feeds.confined import Overrun, confine, relent

UNREADABLE = 2


class Refusal(Exception):
    """What was given cannot be read. `words` is a sentence for a network admin."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.words = words


def run(path: str, most: int, seconds: int, lines: Callable[[bytes], Iterable[Any]]) -> int:
    """Prints a JSON line for each that `lines` makes of the file at `path` ("-" is stdin).

    Reads at most one byte past `most`. Returns the exit status: 2, with one line on stderr,
    for what cannot be read or costs more than `seconds` of processor time.
    """
    try:
        confine(seconds)
        printed = [_json(line) for line in lines(_content(path, most))]
    except Refusal as refused:
        return _unreadable(path, refused.words)
    except OSError as error:
        return _unreadable(path, f"It cannot be opened: {error.strerror or error}.")
    except (Overrun, MemoryError):
        relent()
        return _unreadable(path, "It takes too much time or memory to read.")
    sys.stdout.buffer.write(b"".join(printed))
    sys.stdout.buffer.flush()
    return 0


def _content(path: str, most: int) -> bytes:
    if path == "-":
        return sys.stdin.buffer.read(most + 1)
    with open(path, "rb") as file:  # noqa: PTH123  (a path of another kind raises OSError alike)
        return file.read(most + 1)


def _json(line: Any) -> bytes:
    return json.dumps(asdict(line), ensure_ascii=False, default=_written).encode() + b"\n"


def _written(moment: date) -> str:
    return moment.isoformat()


def _unreadable(path: str, words: str) -> int:
    sys.stderr.write((f"{path}: " if path != "-" else "") + f"{words}\n")
    return UNREADABLE
