"""Where a text can be cut: into sentences to quote, and into passages that a model can read."""

import re

_END = re.compile(r"(?<=[.!?;])[\"'”’)\]]*\s+|\n+")
SHORTEST = 3
LONGEST_PASSAGE = 150  # words: what a model of 256 pieces of words reads whole
MOST_PASSAGES = 8  # bounds what one profile costs to encode


def sentences(text: str) -> list[str]:
    """The sentences of a text that have a few words, in their order."""
    found = (one.strip() for one in _END.split(text))
    return [one for one in found if len(one.split()) >= SHORTEST]


def passages(text: str) -> list[str]:
    """A text in pieces that a model can read; what is beyond the last is not read."""
    words = text.split()
    starts = range(0, len(words), LONGEST_PASSAGE)
    return [" ".join(words[start : start + LONGEST_PASSAGE]) for start in starts][:MOST_PASSAGES]
