"""Text to stems, keeping the words as they were written."""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

import Stemmer
from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_stemmer = Stemmer.Stemmer("english")


def fold(text: str) -> str:
    """The text as it is compared: one form of each letter, no case."""
    return unicodedata.normalize("NFKC", text).casefold()


def words(text: str) -> Iterator[str]:
    """The words as written, without those that say nothing. A hyphen parts two words."""
    for found in WORD.finditer(text):
        word = found.group()
        if len(word) > 1 and fold(word) not in ENGLISH_STOP_WORDS:
            yield word


@lru_cache(maxsize=200_000)
def stem(word: str) -> str:
    """'Flooding', 'flooded' and 'floods' are one term."""
    folded = fold(word).replace("’", "'").removesuffix("'s")
    return str(_stemmer.stemWord(folded))


def terms(text: str) -> dict[str, list[str]]:
    """Each term of a text with the words, as written, that stand for it, in their order."""
    found: dict[str, list[str]] = {}
    for word in words(text):
        found.setdefault(stem(word), []).append(word)
    return found
