"""Small needs and profiles written for the tests, and a model that needs no model."""

import hashlib
from collections.abc import Mapping, Sequence

import numpy as np

from matching.analysis import Field, profile
from matching.encoding import need_texts, profile_texts
from matching.facts import Facts
from matching.matcher import Profiles, Suggestion, suggest
from matching.query import Query, query, text_of
from matching.vectors import Encoder, Vectors
from matching.vocabulary import Vocabulary
from matching.words import terms

PROFILES: dict[str, str] = {
    "floods": "I model pluvial flooding and urban drainage after extreme rainfall. By a weir.",
    "shops": "Retail geography: retail vacancy, footfall and the future of town centre retail.",
    "jobs": "Active labour market policy and welfare to work: what helps the long-term unemployed.",
    "send": "Special educational needs and inclusive classrooms; transport to school.",
    "nature": "Landscape ecology and habitat connectivity for farmland birds and pollinators.",
    "care": "Domiciliary care, its workforce, and delayed discharge from hospital wards.",
    "heat": "Heat pumps in terraced houses, fuel poverty and the energy efficiency of buildings.",
    "welsh": "Ymchwil i lifogydd a thai fforddiadwy yng nghefn gwlad Cymru.",
}


class Bag:
    """An encoder without a model: a text is the sum of a direction for each of its stems."""

    model = "bag-of-words"
    dimensions = 64

    def __init__(self) -> None:
        self.read: list[str] = []

    def encode(self, texts: Sequence[str]) -> Vectors:
        self.read += texts
        return np.stack([self._vector(text) for text in texts]).astype(np.float32)

    def _vector(self, text: str) -> Vectors:
        some = [_direction(stem, self.dimensions) for stem in terms(text)]
        whole = np.sum(some, axis=0) if some else _direction("", self.dimensions)
        return np.asarray(whole / np.linalg.norm(whole), dtype=np.float32)


def _direction(word: str, dimensions: int) -> Vectors:
    seed = int.from_bytes(hashlib.sha256(word.encode()).digest()[:8], "big")
    return np.random.default_rng(seed).normal(size=dimensions).astype(np.float32)


def network(
    texts: Mapping[str, str] = PROFILES,
    encoder: Encoder | None = None,
    vocabulary: Vocabulary | None = None,
) -> Profiles:
    """A network of these profiles, put in the order given; lines are documents."""
    built = Profiles(vocabulary=vocabulary) if vocabulary else Profiles()
    for id_, text in texts.items():
        documents = [[Field(line)] for line in text.splitlines() or [""]]
        built.index.put(profile(id_, documents, vocabulary=vocabulary))
        if encoder is not None:
            read = profile_texts([text_of(some) for some in documents])
            built.meanings.put(id_, encoder.encode(read))
    return built


def asked(
    *texts: str, encoder: Encoder | None = None, vocabulary: Vocabulary | None = None
) -> Query:
    fields = [Field(text) for text in texts]
    vectors = encoder.encode(need_texts(text_of(fields))) if encoder is not None else None
    return query(fields, vocabulary=vocabulary, vectors=vectors)


def suggested(
    need: Query, profiles: Profiles, texts: Mapping[str, str] = PROFILES, top: int = 5
) -> list[Suggestion]:
    return suggest(need, profiles, lambda _: Facts(), lambda id_: [Field(texts[id_])], top=top)
