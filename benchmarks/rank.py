"""`python -m benchmarks.rank`: the production matcher's ranking of any JSON lines.

Profiles are lines of `{"id", "text"}` or `{"id", "texts": [...]}`, with `"publications": [...]` if
they have lines of such a list too; needs are of `{"id", "text"}`. One line a need comes out:
`{"need": id, "ranked": [[profile id, score], ...]}`.
"""

import argparse
import json
import sys
from collections.abc import Iterator
from itertools import accumulate
from pathlib import Path
from typing import Any

from matching.analysis import Field, profile
from matching.encoding import need_texts, profile_texts
from matching.matcher import Profiles, rank
from matching.publications import documents_of_list
from matching.query import Query, query, text_of
from matching.vectors import Encoder, OnnxEncoder, Vectors, installed

UNREADABLE = 2
Line = dict[str, Any]


class Unreadable(Exception):
    """A file that is not as it should be; the words say which line and why."""


def read(path: Path) -> Iterator[Line]:
    """The objects of a JSON-lines file; raises `Unreadable`."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is no UTF-8 text"
        raise Unreadable(f"{path}: {why}") from None
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


def publications_of(line: Line) -> list[Field]:
    """A profile's publications as production reads them; raises `Unreadable`."""
    lines = line.get("publications", [])
    if not isinstance(lines, list) or not all(isinstance(one, str) for one in lines):
        raise Unreadable(f"id {line['id']}: publications are a list of lines")
    return documents_of_list(lines)


def build(profiles: list[Line], encoder: Encoder | None) -> Profiles:
    """What production would hold of these profiles."""
    built = Profiles()
    texts = [(texts_of(line), publications_of(line)) for line in profiles]
    for number, (some, papers) in enumerate(texts):
        built.index.put(profile(_key(number), [[Field(text)] for text in some], papers))
    if encoder is not None:
        read = [profile_texts(some, [paper.text for paper in papers]) for some, papers in texts]
        for number, vectors in enumerate(encoded(encoder, read)):
            built.meanings.put(_key(number), vectors)
    return built


def encoded(encoder: Encoder, read: list[list[str]]) -> list[Vectors]:
    """The vectors of each list of texts, made together: short texts with short ones."""
    vectors = encoder.encode([text for some in read for text in some])
    ends = list(accumulate(map(len, read)))
    return [vectors[end - len(some) : end] for some, end in zip(read, ends, strict=True)]


def queries(needs: list[Line], encoder: Encoder | None) -> list[Query]:
    """The needs as production would match them."""
    fields = [[Field(text) for text in texts_of(need)] for need in needs]
    if encoder is None:
        return [query(some) for some in fields]
    vectors = encoded(encoder, [need_texts(text_of(some)) for some in fields])
    return [query(some, vectors=found) for some, found in zip(fields, vectors, strict=True)]


def _key(number: int) -> str:
    # Ties go by id: numbers of one width keep the file's order, whatever the ids are.
    return f"{number:09d}"


def ranked(
    profiles: list[Line], needs: list[Line], top: int, encoder: Encoder | None
) -> Iterator[Line]:
    """Each need's best profiles."""
    built = build(profiles, encoder)
    for need, asked in zip(needs, queries(needs, encoder), strict=True):
        hits = rank(asked, built, top=top)
        yield {
            "need": need["id"],
            "ranked": [[profiles[int(hit.id)]["id"], round(hit.score, 6)] for hit in hits],
        }


def installed_encoder() -> Encoder | None:
    """The model that the `semantic` extra installed, checked; None where it is not there."""
    files = installed()
    if files is None:
        return None
    files.check()
    return OnnxEncoder(files)


def main(arguments: list[str] | None = None) -> int:
    """Rank as the command line says: 0, or 2 with one line on what cannot be read."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.rank", description=__doc__)
    parser.add_argument("--profiles", type=Path, required=True)
    parser.add_argument("--needs", type=Path, required=True)
    parser.add_argument("--top", type=int, default=10)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--words-only", action="store_true", help="leave the sentence model out")
    options = parser.parse_args(arguments)
    encoder = None if options.words_only else installed_encoder()
    try:
        profiles, needs = list(read(options.profiles)), list(read(options.needs))
        lines = ranked(profiles, needs, options.top, encoder)
        with options.out.open("w", encoding="utf-8") as out:
            out.writelines(json.dumps(line) + "\n" for line in lines)
    except (Unreadable, OSError) as error:
        print(error, file=sys.stderr)  # noqa: T201 - the one line a person needs
        return UNREADABLE
    return 0


if __name__ == "__main__":
    sys.exit(main())
