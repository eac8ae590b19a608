"""Which texts of a need and of a profile a model reads, and whether it has read them."""

import hashlib
from collections.abc import Sequence

from matching.sentences import MOST_PASSAGES, passages, sentences

MOST_SENTENCES = 8


def need_texts(text: str) -> list[str]:
    """The need as a whole, then each of its sentences where there are several."""
    some = sentences(text)[:MOST_SENTENCES]
    return [text, *(some if len(some) > 1 else [])]


def profile_texts(documents: Sequence[str]) -> list[str]:
    """A profile of one document in passages; of several, their whole and the first of each."""
    if len(documents) == 1:
        return passages(documents[0]) or [""]
    firsts = [passages(one)[0] for one in documents if one.strip()]
    return [*passages(" ".join(documents))[:1], *firsts][:MOST_PASSAGES] or [""]


def digest(texts: Sequence[str]) -> str:
    """Changes whenever a text does."""
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()[:32]
