"""Words to the numbers that a BERT model knows, as its uncased tokenizer parts them."""

import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache

LONGEST_WORD = 100
UNKNOWN, FIRST, LAST, PADDING = "[UNK]", "[CLS]", "[SEP]", "[PAD]"
_CJK = (
    (0x4E00, 0x9FFF),
    (0x3400, 0x4DBF),
    (0x20000, 0x2A6DF),
    (0x2A700, 0x2B73F),
    (0x2B740, 0x2B81F),
    (0x2B820, 0x2CEAF),
    (0xF900, 0xFAFF),
    (0x2F800, 0x2FA1F),
)


class WordPiece:
    """A tokenizer over the lines of a `vocab.txt`."""

    def __init__(self, vocabulary: Iterable[str]) -> None:
        self._ids = {piece: number for number, piece in enumerate(vocabulary)}
        self.padding = self._ids[PADDING]
        self._pieces = lru_cache(maxsize=50_000)(self._pieces_of)

    def encode(self, text: str, longest: int) -> list[int]:
        """The numbers of a text, with its beginning and end marked; `longest` of them at most."""
        found: list[int] = []
        for word in words(text):
            found.extend(self._pieces(word))
            if len(found) >= longest - 2:
                break
        return [self._ids[FIRST], *found[: longest - 2], self._ids[LAST]]

    def _pieces_of(self, word: str) -> tuple[int, ...]:
        if len(word) > LONGEST_WORD:
            return (self._ids[UNKNOWN],)
        found: list[int] = []
        start = 0
        while start < len(word):
            end = self._end_of_piece(word, start)
            if end is None:
                return (self._ids[UNKNOWN],)
            found.append(self._ids[_piece(word, start, end)])
            start = end
        return tuple(found)

    def _end_of_piece(self, word: str, start: int) -> int | None:
        ends = range(len(word), start, -1)
        return next((end for end in ends if _piece(word, start, end) in self._ids), None)


def _piece(word: str, start: int, end: int) -> str:
    return word[start:end] if start == 0 else "##" + word[start:end]


def words(text: str) -> Iterator[str]:
    """Lower-case words without accents; each punctuation mark and Chinese character is one."""
    current: list[str] = []
    for char in _plain(text):
        if char.isspace():
            yield from _ended(current)
        elif _alone(char):
            yield from _ended(current)
            yield char
        else:
            current.append(char)
    yield from _ended(current)


def _ended(current: list[str]) -> Iterator[str]:
    if current:
        yield "".join(current)
        current.clear()


def _plain(text: str) -> Iterator[str]:
    for char in unicodedata.normalize("NFD", text.lower()):
        category = unicodedata.category(char)
        if char in "\t\n\r" or category == "Zs":
            yield " "
        elif category != "Mn" and not category.startswith("C") and char != "\ufffd":
            yield char


def _alone(char: str) -> bool:
    code = ord(char)
    if code < 128:  # noqa: PLR2004 - ASCII: every mark is punctuation to this tokenizer
        return not char.isalnum()
    if unicodedata.category(char).startswith("P"):
        return True
    return any(low <= code <= high for low, high in _CJK)
