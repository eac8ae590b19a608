"""What a network would use instead: each scores every need with every profile."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer

from matching.vectors import Encoder
from matching.words import terms

Scores = NDArray[np.float64]
Peer = Callable[[Sequence[str], Sequence[str], Encoder | None], Scores | None]


def tfidf(profiles: Sequence[str], needs: Sequence[str], _encoder: Encoder | None) -> Scores:
    """scikit-learn as it comes."""
    return _cosines(TfidfVectorizer(), profiles, needs)


def stemmed(profiles: Sequence[str], needs: Sequence[str], _encoder: Encoder | None) -> Scores:
    """scikit-learn with Snowball's stems, stop words and sublinear frequencies."""
    return _cosines(TfidfVectorizer(analyzer=_stems, sublinear_tf=True), profiles, needs)


def bm25(profiles: Sequence[str], needs: Sequence[str], _encoder: Encoder | None) -> Scores | None:
    """bm25s, on the same stems; None where the `bench` extra is not installed."""
    try:
        import bm25s  # noqa: PLC0415 - an extra
    except ImportError:
        return None
    index = bm25s.BM25()
    index.index([_stems(text) for text in profiles], show_progress=False)
    known = index.vocab_dict
    asked = [[stem for stem in _stems(need) if stem in known] for need in needs]
    scores = [index.get_scores(some) if some else np.zeros(len(profiles)) for some in asked]
    return np.stack(scores).astype(np.float64)


def meaning(
    profiles: Sequence[str], needs: Sequence[str], encoder: Encoder | None
) -> Scores | None:
    """The sentence model alone; None where it is not installed."""
    if encoder is None:
        return None
    found = encoder.encode(needs) @ encoder.encode(profiles).T
    return np.asarray(found, dtype=np.float64)


def plain_sum(
    profiles: Sequence[str], needs: Sequence[str], encoder: Encoder | None
) -> Scores | None:
    """The two cosines, added."""
    alone = meaning(profiles, needs, encoder)
    return None if alone is None else alone + stemmed(profiles, needs, None)


def _cosines(vectorizer: TfidfVectorizer, profiles: Sequence[str], needs: Sequence[str]) -> Scores:
    known = vectorizer.fit_transform(profiles)
    return np.asarray((vectorizer.transform(needs) @ known.T).toarray())


def _stems(text: str) -> list[str]:
    return [stem for stem, words in terms(text).items() for _ in words]


PEERS: Mapping[str, Peer] = {
    "scikit-learn TfidfVectorizer()": tfidf,
    "stemmed TF-IDF": stemmed,
    "bm25s, stems": bm25,
    "MiniLM-L6 int8 alone": meaning,
    "stemmed TF-IDF + MiniLM, plain sum": plain_sum,
}
