"""What councils and universities call the same thing: bridges between the words of two sides.

A meeting has phrases on either side. A text in which one of them stands gets the meeting's own
term beside its words, so that a need and a profile that say the same thing in other words share a
term. `vocabulary.toml` holds what every network has; admins add their own, in the same form.
"""

import hashlib
import math
import re
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, cached_property
from importlib.resources import files

from matching.weights import BRIDGE
from matching.words import Word, sequence, stems, tidy

MARK = "~"  # no word has it, so that a meeting's term is never a word's
USUAL = 0.7
RESERVED = "<>@"
MOST_WORDS = 12
LONGEST = 300
FORM = "Please write it as `high street <-> town centre retail @ 0.7`"
_LINE = re.compile(
    r"(?P<left>[^<>@]+?)\s*(?P<arrow><->|->)\s*(?P<right>[^<>@]+?)\s*(?:@(?P<weight>.*))?"
)


class Side(StrEnum):
    """Whose words a text is in."""

    NEED = "need"
    PROFILE = "profile"


class Unreadable(ValueError):
    """A line that is no meeting; the words say how to write it."""


@dataclass(frozen=True)
class Meeting:
    """What needs say and what profiles say of one thing.

    weight: how far they are one, above 0 to 1. both_ways: either side may use either phrase;
    otherwise a need's left side meets a profile's right side, and nothing else.
    """

    left: tuple[str, ...]
    right: tuple[str, ...]
    weight: float = USUAL
    both_ways: bool = True
    abbreviation: bool = False

    @property
    def term(self) -> str:
        """The term that stands for it in an index."""
        return MARK + " ".join(stems(self.left[0])) + MARK + " ".join(stems(self.right[0]))

    @property
    def count(self) -> float:
        """What a mention counts: a query and a document each bring the root of the weight."""
        return math.sqrt(self.weight) * (1 if self.abbreviation else BRIDGE)

    def phrases(self, side: Side) -> tuple[str, ...]:
        """The phrases by which a text of that side takes part."""
        if self.both_ways:
            return self.left + self.right
        return self.left if side is Side.NEED else self.right

    def line(self) -> str:
        """As it is written in the file."""
        arrow = "<->" if self.both_ways else "->"
        return f"{', '.join(self.left)} {arrow} {', '.join(self.right)} @ {self.weight:g}"


@dataclass(frozen=True)
class Found:
    """A meeting in a text, and the words that brought it, as written.

    exactly: whether they are an abbreviation, letter by letter.
    """

    meeting: Meeting
    written: str
    stems: tuple[str, ...]
    exactly: bool


def read_line(line: str) -> Meeting:
    """A meeting from a line such as `high street <-> town centre retail @ 0.7`.

    Raises `Unreadable` with words for whoever wrote it.
    """
    folded = " ".join(tidy(line).replace("↔", "<->").replace("→", "->").split())
    found = _LINE.fullmatch(folded)
    if found is None or len(folded) > LONGEST:
        raise Unreadable(f"{FORM}, in up to {LONGEST} characters.")
    left, right = read_phrases(found["left"]), read_phrases(found["right"])
    if same_words(left, right):
        raise Unreadable("Both sides say the same words: those meet already.")
    return Meeting(left, right, _weight(found["weight"]), found["arrow"] == "<->")


def read_phrases(text: str) -> tuple[str, ...]:
    """Phrases with commas between; raises `Unreadable` with words for whoever wrote them."""
    folded = " ".join(tidy(text).split())
    if any(mark in folded for mark in RESERVED):
        raise Unreadable("Please leave out < and > and @.")
    phrases = tuple(dict.fromkeys(one.strip() for one in folded.split(",") if one.strip()))
    if not phrases or any(not 1 <= len(stems(phrase)) <= MOST_WORDS for phrase in phrases):
        raise Unreadable(f"Please give phrases of 1 to {MOST_WORDS} words, with commas between.")
    return phrases


def says_nothing(phrase: str) -> bool:
    """Whether a phrase is made of words that every text has."""
    return not any(word.telling for word in sequence(phrase) if word is not None)


def same_words(left: Iterable[str], right: Iterable[str]) -> bool:
    """Whether a phrase stands on both sides."""
    return bool(set(map(stems, left)) & set(map(stems, right)))


def _weight(text: str | None) -> float:
    if text is None:
        return USUAL
    try:
        weight = float(text)
    except ValueError:
        weight = math.nan
    if not 0 < weight <= 1:
        raise Unreadable("The weight after `@` is a number above 0, up to 1: `@ 0.7`.")
    return weight


class Vocabulary:
    """Meetings, looked for by the stems of their phrases."""

    def __init__(self, meetings: Iterable[Meeting]) -> None:
        # One order whatever order they were added in: results must not depend on it.
        self.meetings = tuple(sorted(set(meetings), key=lambda one: (one.term, one.line())))
        self._begun = {side: _begun(self.meetings, side) for side in Side}

    def with_more(self, meetings: Iterable[Meeting]) -> "Vocabulary":
        """This one and what a network's admins added."""
        return Vocabulary([*self.meetings, *meetings])

    @cached_property
    def digest(self) -> str:
        """Changes whenever a text could be analysed otherwise."""
        lines = "\n".join(f"{one.abbreviation} {one.line()}" for one in self.meetings)
        return hashlib.sha256(lines.encode()).hexdigest()[:16]

    def found(self, words: Sequence[Word | None], side: Side) -> Iterator[Found]:
        """The meetings of a text, once for each of their phrases that stands in it."""
        begun, seen = self._begun[side], set()
        for start, first in enumerate(words):
            for phrase in begun.get(first.stem, ()) if first else ():
                key = phrase.meeting.term, phrase.stems
                if key not in seen and phrase.stands_at(words, start):
                    seen.add(key)
                    written, exactly = phrase.written(words, start), phrase.exactly is not None
                    yield Found(phrase.meeting, written, phrase.stems, exactly)


@dataclass(frozen=True)
class _Phrase:
    """One way to say one side of a meeting. exactly: the letters too, as for "SEND"."""

    stems: tuple[str, ...]
    meeting: Meeting
    exactly: str | None

    def stands_at(self, words: Sequence[Word | None], start: int) -> bool:
        here = words[start : start + len(self.stems)]
        if len(here) < len(self.stems) or any(
            word is None or word.stem != stem for word, stem in zip(here, self.stems, strict=True)
        ):
            return False
        return self.exactly is None or here[0].written.removesuffix("s") == self.exactly  # type: ignore[union-attr]

    def written(self, words: Sequence[Word | None], start: int) -> str:
        here = words[start : start + len(self.stems)]
        return " ".join(word.written for word in here if word is not None)


def _begun(meetings: Iterable[Meeting], side: Side) -> dict[str, list[_Phrase]]:
    begun: dict[str, list[_Phrase]] = {}
    for meeting in meetings:
        for text in meeting.phrases(side):
            exactly = text if meeting.abbreviation and text in meeting.left else None
            phrase = _Phrase(stems(text), meeting, exactly)
            begun.setdefault(phrase.stems[0], []).append(phrase)
    for phrases in begun.values():
        phrases.sort(key=lambda one: (-len(one.stems), one.meeting.term, one.stems))
    return begun


@cache
def shared_vocabulary() -> Vocabulary:
    """What every network has: the file beside this module."""
    text = files("matching").joinpath("vocabulary.toml").read_text(encoding="utf-8")
    tables = tomllib.loads(text)
    short = tables.pop("abbreviations")
    meetings = [read_line(line) for table in tables.values() for line in table["meet"]]
    for left, right in short.items():
        meetings.append(Meeting((left,), tuple(right), 1.0, abbreviation=True))
    return Vocabulary(meetings)
