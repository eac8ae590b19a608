"""A need, and a profile, made ready to be matched."""

from collections.abc import Sequence
from dataclasses import dataclass

from matching.analysis import Analysed, Field, analyse
from matching.encoding import need_texts
from matching.vectors import Vectors
from matching.vocabulary import Side, Vocabulary


@dataclass(frozen=True)
class Query:
    """A need as it is matched. vector: None where no model is in use, or it is not made yet.

    sentences: the vector of each of the need's sentences, to say which of them fits best. quoted:
    the text that such a sentence may be of.
    """

    text: str
    quoted: str
    analysed: Analysed
    vector: Vectors | None = None
    sentences: Vectors | None = None


def text_of(fields: Sequence[Field]) -> str:
    """What a person wrote, as a model reads it."""
    return "\n".join(field.text for field in fields if field.text)


def query(
    fields: Sequence[Field],
    *,
    vocabulary: Vocabulary | None = None,
    vectors: Vectors | None = None,
) -> Query:
    """A need from its fields. vectors: of `matching.encoding.need_texts`, if they are made."""
    text, quoted = text_of(fields), text_of([field for field in fields if field.quoted])
    analysed = analyse(fields, side=Side.NEED, vocabulary=vocabulary)
    if vectors is None or len(vectors) != len(need_texts(text)):
        return Query(text, quoted, analysed)
    return Query(text, quoted, analysed, vectors[0], vectors[1:] if len(vectors) > 1 else None)
