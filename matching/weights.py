"""Every weight and bar of the matcher, each with its evidence; docs/matching.md has the figures.

What a fact weighs stands in `matching/facts.py`, what a bridge weighs in `vocabulary.toml`.
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray


class Band(StrEnum):
    """How sure the matcher is. Below the last there is no suggestion."""

    STRONG = "strong"
    GOOD = "good"
    POSSIBLE = "possible"


# Words and meaning together. Trials on several judged sets: about 0.6 of words. The curve is flat
# from 0.5 to 0.6, and each half alone is 0.04 to 0.09 of nDCG@10 worse than the two together.
WORDS = 0.55
MEANING = 0.45

# Candidates: the best by words, and those nearest in meaning, so that a pair without one shared
# word is found. 100 by words alone lose 0.012 of nDCG@10 on short needs; 20 more by meaning get
# it back, and 50 no more.
BY_WORDS = 100
BY_MEANING = 50

# A hyphenated compound beside its parts: half a mention, so that "decision-making" is not three.
JOINED = 0.5

# A word of the long form of an abbreviation: it was meant, though not written.
SPELLED_OUT = 0.5

# A bridge of weight 1 beside a word. At 1 it cost 0.002 to 0.005 of nDCG@10 where both sides
# write alike already; up to 0.7 it cost nothing.
BRIDGE = 0.7

# Fields. An officer's question says what is asked, the background why. Topics are what an
# academic wants to be found by; methods say how, which few needs ask.
QUESTION = 1.0
BACKGROUND = 0.5
SUMMARY = 1.0
TOPICS = 1.5
METHODS = 0.7

# A publication's title says as much as a line of the summary: at half of it, less was left of what
# a list adds (0.655 of nDCG@10 for 0.675, see docs/decisions/publications.md).
PUBLICATIONS = 1.0

# Into how many documents a list is put at most. With 12 or 50, who has a long list crowds out who
# has none a little more, and vectors would cost twice as much.
PUBLICATION_DOCUMENTS = 6

# Profiles about anything else that every network is taken to have beside its own: in a network of
# one to ten, a term that its only expert has would otherwise look common. None is left of it at
# a thousand.
ELSEWHERE = 20


def rarity(documents: int, having: NDArray[np.integer] | int) -> NDArray[np.float64]:
    """How much a term says, by how few documents have it; none, and it says most.

    The inverse document frequency of BM25: what nearly all have says nearly nothing, which the
    usual one adds 1 to. Gained 0.012 of nDCG@10 on long needs.
    """
    without = documents + ELSEWHERE - np.asarray(having)
    return np.asarray(np.log(1 + (without + 0.5) / (np.asarray(having) + 0.5)))


@dataclass(frozen=True)
class Bar:
    """What a pair must reach. words: how many different words, at least, carry it.

    both: of words and meaning together. alone: of words, where there are no vectors.
    """

    band: Band
    both: float
    alone: float
    words: int


# From needs whose right profile was taken away (benchmarks/quality.py, "Saying no"): what is left
# reaches "strong" for 1 in 17 and "good" for 1 in 5 of a thousand profiles, where there often is
# somebody near; of 40 profiles, none and 1 in 300. "Possible" is where, among 40 profiles, four in
# five needs that nobody can answer get nobody.
BARS = (
    Bar(Band.STRONG, both=0.40, alone=0.27, words=3),
    Bar(Band.GOOD, both=0.34, alone=0.20, words=2),
    Bar(Band.POSSIBLE, both=0.22, alone=0.11, words=2),
)
