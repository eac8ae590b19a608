"""Text to stems, keeping the words as they were written."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import Stemmer
from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

from matching.spelling import one_spelling

# Words that scikit-learn's list drops, though a council or a university means something by them.
SAY_SOMETHING = {"bill", "empty", "fire", "front", "interest", "mill", "mine", "system"}
SAY_NOTHING = {"did", "does", "doing", "having", "just", "want", "wants"}
STOP_WORDS = (ENGLISH_STOP_WORDS - SAY_SOMETHING) | SAY_NOTHING
LONGEST = 60
_MARKS = "".join(
    chr(code) for code in range(0x300, 0xFFFF) if unicodedata.category(chr(code)) in ("Mn", "Mc")
)
_LETTERS = rf"[^\W_][^\W_{_MARKS}]*" if not _MARKS else rf"[^\W_](?:[^\W_]|[{_MARKS}])*"
_TOKEN = re.compile(rf"{_LETTERS}(?:['’]{_LETTERS})*|[.!?;:\n…•]")
_HYPHENS = re.compile(rf"{_LETTERS}(?:[-‐‑]{_LETTERS})+")
_INVISIBLE = re.compile("[\u00ad\u200b-\u200d\u2060\ufeff]")
_stemmer = Stemmer.Stemmer("english")


@dataclass(frozen=True, slots=True)
class Word:
    """A word in its place: as written, its stem, and whether it says something by itself."""

    written: str
    stem: str
    telling: bool


def tidy(text: str) -> str:
    """The text with one form of each letter and nothing invisible inside words."""
    return _INVISIBLE.sub("", unicodedata.normalize("NFKC", text))


def fold(text: str) -> str:
    """The text as it is compared: one form of each letter, no accents, no case."""
    parted = unicodedata.normalize("NFKD", text.casefold())
    return unicodedata.normalize("NFKC", "".join(one for one in parted if not "̀" <= one <= "ͯ"))


@lru_cache(maxsize=200_000)
def stem(word: str) -> str:
    """'Flooding', 'flooded' and 'floods' are one term; so are 'modelling' and 'modeling'."""
    folded = fold(word).replace("’", "'").removesuffix("'s")
    return str(_stemmer.stemWord(one_spelling(folded)))


@lru_cache(maxsize=200_000)
def telling(word: str) -> bool:
    """Whether a word says what a text is about."""
    return len(word) > 1 and fold(word) not in STOP_WORDS


def sequence(text: str) -> Iterator[Word | None]:
    """The words in their order, None where a sentence or line ends. A hyphen parts two words.

    The capital with which a sentence begins is none of the word's own.
    """
    begins = True
    for found in _TOKEN.finditer(tidy(text)):
        written = found.group()[:LONGEST]
        if not written[0].isalnum():
            begins = True
            yield None
            continue
        shown = written.lower() if begins and written.istitle() else written
        begins = False
        yield Word(shown, stem(shown), telling(shown))


def compounds(text: str) -> Iterator[Word]:
    """What hyphens join, written as one word: 'e-mail' as it meets 'email'."""
    for found in _HYPHENS.finditer(tidy(text)):
        written = found.group()[:LONGEST]
        yield Word(written, stem(re.sub("[-‐‑]", "", written)), True)


def stems(text: str) -> tuple[str, ...]:
    """A phrase as it is looked for: every word of it, those that say little too."""
    return tuple(word.stem for word in sequence(text) if word is not None)


def words(text: str) -> Iterator[str]:
    """The words as written, without those that say nothing."""
    return (word.written for word in sequence(text) if word is not None and word.telling)


def terms(text: str) -> dict[str, list[str]]:
    """Each stem of a text with the words, as written, that stand for it, in their order."""
    found: dict[str, list[str]] = {}
    for word in sequence(text):
        if word is not None and word.telling:
            found.setdefault(word.stem, []).append(word.written)
    return found
