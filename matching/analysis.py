"""Texts to weighted counts of terms, and back to the words that stand for each term."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from matching.index import Counts, Document
from matching.words import terms


@dataclass(frozen=True)
class Field:
    """A text and how much a mention in it counts: the question more than the background."""

    text: str
    weight: float = 1.0


@dataclass(frozen=True)
class Analysed:
    """A text's terms: how much each counts, and the words that stand for it as written."""

    counts: Counts
    words: Mapping[str, tuple[str, ...]]


def analyse(fields: Iterable[Field]) -> Analysed:
    """The terms of a text in several fields."""
    counts: dict[str, float] = {}
    written: dict[str, tuple[str, ...]] = {}
    for field in fields:
        for term, words in terms(field.text).items():
            counts[term] = counts.get(term, 0.0) + field.weight * len(words)
            written[term] = written.get(term, ()) + tuple(words)
    return Analysed(counts, written)


def document(id_: str, fields: Iterable[Field]) -> Document:
    """A document of one field or several: its whole, then each field where there are several."""
    some = list(fields)
    parts = tuple(analyse([field]).counts for field in some) if len(some) > 1 else ()
    return Document(id_, (analyse(some).counts, *parts))
