"""Which texts of a need and of a profile a model reads, and whether it has read them."""

import hashlib
from collections.abc import Sequence

from matching.sentences import LONGEST_PASSAGE, MOST_PASSAGES, passages, sentences

MOST_SENTENCES = 8


def need_texts(text: str) -> list[str]:
    """The need as a whole, then each of its sentences where there are several."""
    some = sentences(text)[:MOST_SENTENCES]
    return [text, *(some if len(some) > 1 else [])]


def profile_texts(documents: Sequence[str], publications: Sequence[str] = ()) -> list[str]:
    """A profile of one document in passages; of several, their whole and the first of each.

    publications: beside the statement that the documents make. Then the whole of all comes
    first, and each of the publications is read with the statement, as far as that fits.
    """
    if publications:
        return _with_publications(documents, publications)
    if len(documents) == 1:
        return passages(documents[0]) or [""]
    return [*passages(" ".join(documents))[:1], *_firsts(documents)][:MOST_PASSAGES] or [""]


def _with_publications(documents: Sequence[str], publications: Sequence[str]) -> list[str]:
    statement = " ".join(documents)
    found = _firsts([" ".join([statement, *publications]), statement])
    beside = [_beside(statement, one) for one in publications] if len(publications) > 1 else []
    lines = _firsts(documents) if len(documents) > 1 else []
    return [*found, *lines[: MOST_PASSAGES - len(found) - len(beside)], *beside]


def _beside(statement: str, publication: str) -> str:
    """As much of the statement as a model can read before a publication."""
    own = publication.split()[:LONGEST_PASSAGE]
    return " ".join([*statement.split()[: LONGEST_PASSAGE - len(own)], *own])


def _firsts(documents: Sequence[str]) -> list[str]:
    return [passages(one)[0] for one in documents if one.strip()]


def digest(texts: Sequence[str]) -> str:
    """Changes whenever a text does."""
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()[:32]
