"""Invented text with a natural word distribution: profiles and needs to measure speed with.

Words follow a Zipf-Mandelbrot law, as they do in English; the commonest are English function
words, the others are made of syllables. Every text has a topic that it takes most of its
content words from, so that some profiles answer a need far better than others. The same seed
gives the same text. Invented vectors lie as those of a sentence model do: most of them in few
directions.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

COMMONEST = (
    "the of and to in is that it for was on are as with they be at this have from or by not "
    "what all were we when there can an your which their if will each about how up out them "
    "then she many some so these would other into has more her two him see could no than been "
    "who its now my over down only may after most also made before must through back where "
    "much well should because any same those both between under while during without within"
)
VOCABULARY = 120_000
TOPICS = 250
WORDS_OF_A_TOPIC = 400
OF_THE_TOPIC = 0.5
OFFSET, EXPONENT = 2.7, 1.05
ONSETS = "b br c ch cl d dr f fl g gr h j l m n p pl pr qu r s sh sl st t th tr v w"
NUCLEI = "a e i o u ai ea ee oa ou"
CODAS = ("", "b", "ck", "d", "ft", "g", "l", "ld", "m", "n", "nt", "p", "r", "rt", "sk", "t")

FUNCTION_WORDS = tuple(COMMONEST.split())

WIDTH = 384
# What lies in each direction, the first first, as all-MiniLM-L6-v2 has it for 994 research
# profiles: one direction that all share, then ever less.
SHARED = 0.12
FALL, LENGTH = 0.42, 130

Numbers = NDArray[np.int64]


@dataclass(frozen=True)
class Corpus:
    """What is searched, and what is asked."""

    profiles: list[str]
    needs: list[str]


def corpus(profiles: int, needs: int, *, seed: int = 2026) -> Corpus:
    """That many profiles of about 80 words and needs of about 30."""
    chance = np.random.default_rng(seed)
    words = np.array([*FUNCTION_WORDS, *_invented(VOCABULARY, chance)], dtype=object)
    topics = _topics(chance)
    return Corpus(
        list(_texts(profiles, 80, words, topics, chance)),
        list(_texts(needs, 30, words, topics, chance)),
    )


def _invented(how_many: int, chance: Generator) -> list[str]:
    """Different words of two to four syllables; the commoner, the shorter."""
    found: dict[str, None] = {}
    while len(found) < how_many:
        syllables = 2 + min(2, len(found) // (how_many // 3))
        found["".join(_syllable(chance) for _ in range(syllables))] = None
    return list(found)


def _syllable(chance: Generator) -> str:
    onsets, nuclei = ONSETS.split(), NUCLEI.split()
    onset, nucleus, coda = chance.integers(0, (len(onsets), len(nuclei), len(CODAS)))
    return f"{onsets[onset]}{nuclei[nucleus]}{CODAS[coda]}"


def _law(how_many: int) -> NDArray[np.float64]:
    """The chance of each rank, heaped up."""
    heap = np.cumsum(1 / (np.arange(how_many) + 1 + OFFSET) ** EXPONENT)
    return np.asarray(heap / heap[-1])


def _topics(chance: Generator) -> Numbers:
    """Each topic's words, its commonest first. Common words belong to many topics."""
    ranks = np.exp(chance.uniform(1, np.log(VOCABULARY), size=(TOPICS, WORDS_OF_A_TOPIC)))
    return ranks.astype(np.int64) - 1 + len(FUNCTION_WORDS)


def _texts(
    how_many: int, length: int, words: NDArray[np.object_], topics: Numbers, chance: Generator
) -> Iterator[str]:
    law, topical = _law(len(words)), _law(WORDS_OF_A_TOPIC)
    for _ in range(how_many):
        size = max(5, int(chance.normal(length, length / 4)))
        drawn = np.searchsorted(law, chance.random(size))
        within = topics[chance.integers(TOPICS)][np.searchsorted(topical, chance.random(size))]
        from_topic = (drawn >= len(FUNCTION_WORDS)) & (chance.random(size) < OF_THE_TOPIC)
        yield " ".join(words[np.where(from_topic, within, drawn)])


def vectors(how_many: int, *, seed: int = 2026) -> NDArray[np.float32]:
    """That many vectors of length 1, one a row, near to each other as a sentence model's are."""
    chance = np.random.default_rng(seed)
    places = np.arange(1, WIDTH)
    rest = places**-FALL * np.exp(-places / LENGTH)
    spread = np.sqrt([SHARED, *(rest / rest.sum() * (1 - SHARED))]).astype(np.float32)
    found = chance.standard_normal((how_many, WIDTH), dtype=np.float32) * spread
    found[:, 0] = spread[0]
    turned = np.linalg.qr(chance.standard_normal((WIDTH, WIDTH)))[0].astype(np.float32)
    found = found @ turned
    return np.asarray(found / np.linalg.norm(found, axis=1, keepdims=True))
