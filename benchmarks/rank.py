"""`python -m benchmarks.rank`: the production matcher's ranking of any JSON lines.

Profiles are lines of `{"id", "text"}` or `{"id", "texts": [...]}`, needs of `{"id", "text"}`. One
line a need comes out: `{"need": id, "ranked": [[profile id, score], ...]}`.
"""

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from matching.analysis import Field, analyse, document
from matching.index import Index
from matching.matcher import rank

UNREADABLE = 2
Line = dict[str, Any]


class Unreadable(Exception):
    """A file that is not as it should be; the words say which line and why."""


def read(path: Path) -> Iterator[Line]:
    """The objects of a JSON-lines file; raises `Unreadable`."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise Unreadable(f"{path}: {error}") from None
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            found = json.loads(line)
        except json.JSONDecodeError as error:
            raise Unreadable(f"{path}, line {number}: {error}") from None
        if not isinstance(found, dict) or "id" not in found:
            raise Unreadable(f"{path}, line {number}: an object with an id is needed")
        yield found


def texts_of(line: Line) -> tuple[str, ...]:
    """A line's text or texts; raises `Unreadable`."""
    texts = line.get("texts", [line.get("text")])
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        raise Unreadable(f"id {line['id']}: a text, or a list of texts, is needed")
    return tuple(texts)


def build(profiles: list[Line]) -> Index:
    """The index that production would hold of these profiles."""
    index = Index()
    for number, line in enumerate(profiles):
        index.put(document(_key(number), [Field(text) for text in texts_of(line)]))
    return index


def _key(number: int) -> str:
    # Ties go by id: numbers of one width keep the file's order, whatever the ids are.
    return f"{number:09d}"


def ranked(profiles: list[Line], needs: list[Line], top: int) -> Iterator[Line]:
    """Each need's best profiles."""
    index = build(profiles)
    for need in needs:
        hits = rank(analyse([Field(text) for text in texts_of(need)]), index, top=top)
        yield {
            "need": need["id"],
            "ranked": [[profiles[int(hit.id)]["id"], round(hit.score, 6)] for hit in hits],
        }


def main(arguments: list[str] | None = None) -> int:
    """Rank as the command line says: 0, or 2 with one line on what cannot be read."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.rank", description=__doc__)
    parser.add_argument("--profiles", type=Path, required=True)
    parser.add_argument("--needs", type=Path, required=True)
    parser.add_argument("--top", type=int, default=10)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args(arguments)
    try:
        lines = ranked(list(read(options.profiles)), list(read(options.needs)), options.top)
        with options.out.open("w", encoding="utf-8") as out:
            out.writelines(json.dumps(line) + "\n" for line in lines)
    except (Unreadable, OSError) as error:
        print(error, file=sys.stderr)  # noqa: T201 - the one line a person needs
        return UNREADABLE
    return 0


if __name__ == "__main__":
    sys.exit(main())
