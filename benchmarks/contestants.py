"""The engines that `benchmarks.speed` measures side by side, each used as its own manual says.

All get the same terms: our own stems, so that engines are compared and not their analysis.
"""

import sqlite3
from collections import Counter
from collections.abc import Sequence
from typing import Any, Protocol

import bm25s
import numpy as np
import tantivy
from numpy.typing import NDArray
from rank_bm25 import BM25Okapi
from scipy import sparse
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics.pairwise import linear_kernel
from sparse_dot_topn import sp_matmul_topn

from matching.index import Document, Index

TOP = 10
THREADS = 2
Terms = list[str]


class Contestant(Protocol):
    """An engine under test. `queries` is how many it can do within a bounded time."""

    name: str
    queries: int
    rebuilds: bool

    def build(self, profiles: Sequence[Terms]) -> None:
        """Make it anew of these profiles."""
        ...

    def ready(self, need: Terms) -> Any:
        """A need in the form that this engine takes; not timed, as analysis is not."""
        ...

    def one(self, need: Any) -> Any:
        """The best ten for one need."""
        ...

    def many(self, needs: Sequence[Any]) -> Any:
        """The best ten for each need."""
        ...

    def add(self, number: int, profile: Terms) -> None:
        """Make one more profile searchable; not for those that rebuild."""
        ...


class OneByOne:
    """What an engine does that has no better way."""

    queries = 1000
    rebuilds = True

    def ready(self, need: Terms) -> Any:
        return need

    def one(self, need: Any) -> Any:
        raise NotImplementedError

    def many(self, needs: Sequence[Any]) -> Any:
        return [self.one(need) for need in needs]

    def add(self, number: int, profile: Terms) -> None:
        raise NotImplementedError


class Ours(OneByOne):
    """The index of `matching`, as the matcher uses it."""

    name = "Docking Point"
    rebuilds = False

    def build(self, profiles: Sequence[Terms]) -> None:
        self.index = Index()
        for number, terms in enumerate(profiles):
            self.index.put(Document(f"{number:09d}", (_counts(terms),)))
        self.index.refresh()

    def ready(self, need: Terms) -> Any:
        return _counts(need)

    def one(self, need: Any) -> Any:
        return self.index.search(need, top=TOP)

    def many(self, needs: Sequence[Any]) -> Any:
        return self.index.search_many(needs, top=TOP)

    def add(self, number: int, profile: Terms) -> None:
        self.index.put(Document(f"{number:09d}", (_counts(profile),)))


class OursInTwoTexts(Ours):
    """The same where each profile is two texts, a statement and topics, as in production."""

    name = "Docking Point, two texts a profile"

    def build(self, profiles: Sequence[Terms]) -> None:
        self.index = Index()
        for number, terms in enumerate(profiles):
            self.index.put(_in_two(number, terms))
        self.index.refresh()

    def add(self, number: int, profile: Terms) -> None:
        self.index.put(_in_two(number, profile))


def _in_two(number: int, terms: Terms) -> Document:
    cut = len(terms) * 4 // 5
    parts = (_counts(terms), _counts(terms[:cut]), _counts(terms[cut:]))
    return Document(f"{number:09d}", parts)


def _counts(terms: Terms) -> dict[str, float]:
    return {term: float(count) for term, count in Counter(terms).items()}


class LinearKernel(OneByOne):
    """scikit-learn as its examples have it: every score, dense."""

    name = "scikit-learn `linear_kernel`"
    queries = 50

    def build(self, profiles: Sequence[Terms]) -> None:
        self.vectorizer = TfidfVectorizer(analyzer=_as_it_is, sublinear_tf=True)
        self.rows = self.vectorizer.fit_transform(profiles)

    def one(self, need: Any) -> Any:
        scores = linear_kernel(self.vectorizer.transform([need]), self.rows)[0]
        return np.argpartition(-scores, TOP)[:TOP]

    def many(self, needs: Sequence[Any]) -> Any:
        found = []
        for begin in range(0, len(needs), 100):
            wanted = self.vectorizer.transform(needs[begin : begin + 100])
            found.append(np.argpartition(-linear_kernel(wanted, self.rows), TOP, axis=1)[:, :TOP])
        return found


class KeptSparse(LinearKernel):
    """scikit-learn's vectors, multiplied and kept sparse."""

    name = "scikit-learn, kept sparse"
    queries = 1000

    def build(self, profiles: Sequence[Terms]) -> None:
        super().build(profiles)
        self.columns = self.rows.T.tocsr()

    def one(self, need: Any) -> Any:
        return _best(self.vectorizer.transform([need]) @ self.columns)

    def many(self, needs: Sequence[Any]) -> Any:
        wanted = self.vectorizer.transform(needs)
        return [_best(wanted[[number]] @ self.columns) for number in range(len(needs))]


def _best(scores: Any) -> NDArray[np.int64]:
    if scores.nnz <= TOP:
        return np.asarray(scores.indices)
    return np.asarray(scores.indices[np.argpartition(-scores.data, TOP)[:TOP]])


class DotTopN(KeptSparse):
    """sparse-dot-topn over scikit-learn's vectors, in single precision."""

    name = "sparse-dot-topn"

    def build(self, profiles: Sequence[Terms]) -> None:
        super().build(profiles)
        self.columns = sparse.csr_matrix(self.columns.astype(np.float32))

    def one(self, need: Any) -> Any:
        return sp_matmul_topn(self._wanted([need]), self.columns, TOP)

    def many(self, needs: Sequence[Any]) -> Any:
        return sp_matmul_topn(self._wanted(needs), self.columns, TOP, n_threads=THREADS)

    def _wanted(self, needs: Sequence[Terms]) -> sparse.csr_matrix:
        return sparse.csr_matrix(self.vectorizer.transform(needs).astype(np.float32))


class Bm25s(OneByOne):
    """bm25s on numpy."""

    name = "bm25s"
    queries = 200
    backend = "numpy"

    def build(self, profiles: Sequence[Terms]) -> None:
        self.engine = bm25s.BM25(backend=self.backend)
        self.engine.index(list(profiles), show_progress=False)

    def one(self, need: Any) -> Any:
        return self.engine.retrieve([need], k=TOP, show_progress=False)

    def many(self, needs: Sequence[Any]) -> Any:
        return self.engine.retrieve(list(needs), k=TOP, show_progress=False, n_threads=THREADS)


class Bm25sNumba(Bm25s):
    """bm25s compiled by numba, warmed up."""

    name = "bm25s with numba"
    queries = 1000
    backend = "numba"

    def build(self, profiles: Sequence[Terms]) -> None:
        super().build(profiles)
        self.engine.activate_numba_scorer()
        self.many(profiles[:10])
        self.one(profiles[0])


class RankBm25(OneByOne):
    """rank-bm25."""

    name = "rank-bm25"
    queries = 5

    def build(self, profiles: Sequence[Terms]) -> None:
        self.engine = BM25Okapi(list(profiles))

    def one(self, need: Any) -> Any:
        return np.argpartition(-self.engine.get_scores(need), TOP)[:TOP]


class Fts5(OneByOne):
    """SQLite's FTS5, in memory."""

    name = "SQLite FTS5"
    queries = 50
    rebuilds = False

    def build(self, profiles: Sequence[Terms]) -> None:
        self.connection = sqlite3.connect(":memory:")
        self.connection.execute("CREATE VIRTUAL TABLE profiles USING fts5(text)")
        rows = ((number, " ".join(terms)) for number, terms in enumerate(profiles))
        self.connection.executemany("INSERT INTO profiles(rowid, text) VALUES (?, ?)", rows)
        self.connection.commit()

    def ready(self, need: Terms) -> Any:
        return " OR ".join(f'"{term}"' for term in sorted(set(need)))

    def one(self, need: Any) -> Any:
        query = "SELECT rowid FROM profiles WHERE profiles MATCH ? ORDER BY rank LIMIT ?"
        return self.connection.execute(query, (need, TOP)).fetchall()

    def add(self, number: int, profile: Terms) -> None:
        row = (number, " ".join(profile))
        self.connection.execute("INSERT INTO profiles(rowid, text) VALUES (?, ?)", row)
        self.connection.commit()


class Tantivy(OneByOne):
    """tantivy, in memory, one segment."""

    name = "tantivy"
    rebuilds = False

    def build(self, profiles: Sequence[Terms]) -> None:
        schema = tantivy.SchemaBuilder()
        schema.add_text_field("text", tokenizer_name="whitespace", index_option="freq")
        schema.add_integer_field("number", stored=True, fast=True)
        self.engine = tantivy.Index(schema.build())
        writer = self.engine.writer(128_000_000, 1)
        for number, terms in enumerate(profiles):
            writer.add_document(tantivy.Document(text=" ".join(terms), number=number))
        writer.commit()
        writer.wait_merging_threads()
        self.engine.reload()
        self.searcher = self.engine.searcher()
        self.writer: Any = None

    def ready(self, need: Terms) -> Any:
        return self.engine.parse_query(" ".join(need), ["text"])

    def one(self, need: Any) -> Any:
        return self.searcher.search(need, TOP)

    def add(self, number: int, profile: Terms) -> None:
        self.writer = self.writer or self.engine.writer(15_000_000, 1)
        self.writer.add_document(tantivy.Document(text=" ".join(profile), number=number))
        self.writer.commit()
        self.engine.reload()
        self.searcher = self.engine.searcher()


def _as_it_is(terms: Terms) -> Terms:
    return terms


CONTESTANTS: tuple[type[Contestant], ...] = (
    Ours,
    OursInTwoTexts,
    LinearKernel,
    KeptSparse,
    DotTopN,
    Bm25s,
    Bm25sNumba,
    RankBm25,
    Fts5,
    Tantivy,
)
FAST: tuple[type[Contestant], ...] = (Ours, KeptSparse, DotTopN, Bm25sNumba, Tantivy)
"""Those whose latency is drawn against the size."""
