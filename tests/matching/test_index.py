"""The index against scikit-learn, against itself in another order, and against its own file."""

import math
import random
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.preprocessing import normalize

from matching import engine, saved
from matching.index import Counts, Document, Hit, Index
from matching.weights import rarity

WORDS = [f"word{number:02d}" for number in range(24)]
unhurried = settings(deadline=None, max_examples=40, derandomize=True)
ABOUT = {"network": 7, "matcher": "words-9"}

counted = st.dictionaries(st.sampled_from(WORDS), st.integers(1, 4).map(float), max_size=8)
corpora = st.lists(counted, min_size=1, max_size=30)


def index_of(corpus: list[Counts]) -> Index:
    index = Index()
    for number, counts in enumerate(corpus):
        index.put(Document(f"{number:03d}", (counts,)))
    return index


def text(counts: Counts) -> str:
    return " ".join(word for word, count in counts.items() for _ in range(int(count)))


def expected(query: Counts, corpus: list[Counts], idf: np.ndarray) -> np.ndarray:
    """Every document's score as scikit-learn has it, with these frequencies' weights."""
    vectorizer = TfidfVectorizer(sublinear_tf=True, norm=None, use_idf=False, vocabulary=WORDS)
    rows = normalize(vectorizer.fit_transform([text(counts) for counts in corpus]).multiply(idf))
    wanted = normalize(vectorizer.transform([text(query)]).multiply(idf))
    return np.asarray((wanted @ rows.T).toarray()[0])


def scores(hits: list[Hit], corpus: list[Counts]) -> np.ndarray:
    found = np.zeros(len(corpus))
    for hit in hits:
        found[int(hit.id)] = hit.score
    return found


@given(query=counted, corpus=corpora)
@unhurried
def test_scores_are_those_of_scikit_learn(query: Counts, corpus: list[Counts]) -> None:
    index = index_of(corpus)
    hits = index.search(query, top=len(corpus))
    idf = np.array([index.idf(word) for word in WORDS])
    assert scores(hits, corpus) == pytest.approx(expected(query, corpus, idf), abs=1e-9)


@given(corpus=corpora)
@unhurried
def test_rarity_is_of_how_many_documents_have_a_word(corpus: list[Counts]) -> None:
    index = index_of(corpus)
    having = [sum(word in counts for counts in corpus) for word in WORDS]
    assert [index.idf(word) for word in WORDS] == pytest.approx(
        [float(rarity(len(corpus), some)) for some in having]
    )


def many_parts(parts: list[list[Counts]]) -> list[Document]:
    return [Document(f"{number:03d}", tuple(some)) for number, some in enumerate(parts)]


profiles = st.lists(st.lists(counted, min_size=1, max_size=6), min_size=1, max_size=25)


def slowly(index: Index, query: Counts, documents: list[Document]) -> list[Hit]:
    """Every document scored by itself: the mean of its best three parts' cosines."""
    wanted = index.weigh(query)
    found = []
    for document in documents:
        parts = [index.weigh(counts) for counts in document.parts]
        cosines = sorted(
            (math.fsum(part[term] * wanted.get(term, 0) for term in part) for part in parts),
            reverse=True,
        )[:3]
        found.append(Hit(document.id, round(math.fsum(cosines) / len(cosines), 12)))
    return sorted((hit for hit in found if hit.score > 0), key=lambda hit: (-hit.score, hit.id))


@given(query=counted, parts=profiles, top=st.integers(1, 8), excluded=st.sets(st.integers(0, 24)))
@unhurried
def test_no_hit_is_lost_whatever_is_left_out(
    query: Counts, parts: list[list[Counts]], top: int, excluded: set[int]
) -> None:
    documents = many_parts(parts)
    index = Index()
    for document in documents:
        index.put(document)
    without = {f"{number:03d}" for number in excluded}
    hits = index.search(query, top=top, excluding=without)
    best = [hit for hit in slowly(index, query, documents) if hit.id not in without]
    # Scores that differ by rounding alone may change places.
    assert [hit.score for hit in hits] == pytest.approx([hit.score for hit in best[:top]])
    known = {hit.id: hit.score for hit in best}
    assert [known[hit.id] for hit in hits] == pytest.approx([hit.score for hit in hits])


@given(query=counted, parts=profiles)
@unhurried
def test_shares_sum_to_the_score(query: Counts, parts: list[list[Counts]]) -> None:
    index = Index()
    for document in many_parts(parts):
        index.put(document)
    for hit in index.search(query, top=5):
        shares = [term.share for term in index.explain(query, hit.id)]
        assert math.fsum(shares) == pytest.approx(hit.score)
        assert shares == sorted(shares, reverse=True)
        assert index.score(query, hit.id) == pytest.approx(hit.score)


@given(query=counted, parts=profiles)
@unhurried
def test_many_are_scored_at_once_as_a_search_scores_them(
    query: Counts, parts: list[list[Counts]]
) -> None:
    index = Index()
    documents = many_parts(parts)
    for document in documents:
        index.put(document)
    found = {hit.id: hit.score for hit in index.search(query, top=len(documents))}
    ids = [document.id for document in documents]
    assert index.scores(query, [*ids, "gone"]) == {id_: found.get(id_, 0.0) for id_ in ids}


@given(query=counted, parts=profiles, chance=st.randoms(use_true_random=False))
@unhurried
def test_any_order_of_changes_gives_the_same_scores_to_the_last_bit(
    query: Counts, parts: list[list[Counts]], chance: random.Random
) -> None:
    documents = many_parts(parts)
    straight = Index()
    for document in documents:
        straight.put(document)
    winding = Index()
    for document in chance.sample(documents, len(documents)):
        winding.put(Document(document.id, ({"unlike": 1.0},)))
        winding.search(query, top=1)
        winding.remove(chance.choice(documents).id)
    for document in chance.sample(documents, len(documents)):
        winding.put(document)
    assert winding.search(query, top=30) == straight.search(query, top=30)


@pytest.fixture
def frozen(monkeypatch: pytest.MonkeyPatch) -> None:
    """An index is large, so statistics stay, from four documents on."""
    monkeypatch.setattr(engine, "REFRESHED_BELOW", 4)
    monkeypatch.setattr(engine, "MOST_DRIFT", 10.0)


def random_documents(how_many: int, seed: int, *, words: int = 300) -> list[Document]:
    chance = np.random.default_rng(seed)
    weights = 1 / np.arange(3, words + 3)
    found = []
    for number in range(how_many):
        drawn = chance.choice(words, size=chance.integers(3, 40), p=weights / weights.sum())
        names, counts = np.unique(drawn, return_counts=True)
        counts_of = {f"w{name}": float(count) for name, count in zip(names, counts, strict=True)}
        parts = (counts_of,) if number % 5 else (counts_of, {"w1": 1.0}, {"w2": 2.0}, counts_of)
        found.append(Document(f"{number:05d}", parts))
    return found


@pytest.mark.usefixtures("frozen")
@pytest.mark.parametrize("top", [1, 10, 100, 5000])
def test_between_refreshes_every_change_is_found_at_once(top: int) -> None:
    documents = random_documents(1500, 1)
    index = Index()
    for document in documents[:1000]:
        index.put(document)
    index.refresh()
    idf = index.idf("w5")
    for document in documents[1000:]:
        index.put(document)
    for document in documents[300:400]:
        index.remove(document.id)
    index.put(Document("00000", documents[7].parts))
    there = {document.id: document for document in [*documents[:300], *documents[400:]]}
    there["00000"] = Document("00000", documents[7].parts)
    assert index.idf("w5") == idf
    assert index.drift == pytest.approx(0.602)
    for query in random_documents(20, 2):
        hits = index.search(query.parts[0], top=top)
        slow = slowly(index, query.parts[0], list(there.values()))[:top]
        assert [hit.score for hit in hits] == pytest.approx([hit.score for hit in slow])
        assert len({hit.id for hit in hits} & {hit.id for hit in slow}) >= 0.99 * len(slow)


@pytest.mark.usefixtures("frozen")
def test_a_refresh_makes_it_as_if_made_anew() -> None:
    documents = random_documents(400, 3)
    index, anew = Index(), Index()
    for document in documents[:300]:
        index.put(document)
    index.refresh()
    for document in documents[300:]:
        index.put(document)
        index.remove(f"{int(document.id) - 300:05d}")
    assert index.drift > 0
    for document in reversed(documents[100:]):
        anew.put(document)
    index.refresh()
    assert index.drift == 0
    for query in documents[:30]:
        assert index.search(query.parts[0], top=20) == anew.search(query.parts[0], top=20)
    assert len(index) == len(anew) == 300


def test_what_one_change_costs_does_not_grow_with_the_index(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(engine, "REFRESHED_BELOW", 100)

    def entries_per_change(size: int) -> float:
        index = Index()
        for document in random_documents(size, 4):
            index.put(document)
        index.search({"w1": 1.0}, top=1)
        before = index.touched
        for document in random_documents(100, 5):
            index.put(Document(f"new {document.id}", document.parts))
            index.remove(document.id)
            index.put(document)
            assert index.search(document.parts[0], top=1)[0].score > 0.3
        return (index.touched - before) / 300

    small, large = entries_per_change(1_000), entries_per_change(8_000)
    assert large < 1.5 * small


def test_a_quarter_of_changes_refreshes_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "REFRESHED_BELOW", 10)
    documents = random_documents(126, 6)
    index = Index()
    for document in documents[:100]:
        index.put(document)
    index.refresh()
    for document in documents[100:125]:
        index.put(document)
    assert index.search(documents[0].parts[0], top=1)
    assert index.drift == 0.25
    index.put(documents[125])
    assert index.search(documents[125].parts[0], top=1)[0].id == "00125"
    assert index.drift == 0


def test_many_at_once_are_as_one_by_one() -> None:
    documents = random_documents(300, 7)
    index = Index()
    for document in documents:
        index.put(document)
    queries = [document.parts[0] for document in documents]
    one_by_one = [index.search(query, top=10) for query in queries]
    assert index.search_many(queries, top=10) == one_by_one


def test_nothing_comes_of_nothing() -> None:
    index = Index()
    assert index.search({"word": 1.0}, top=5) == []
    index.put(Document("empty", ({},)))
    index.put(Document("some", ({"word": 1.0},)))
    assert [hit.id for hit in index.search({"word": 1.0}, top=5)] == ["some"]
    assert index.search({}, top=5) == index.search({"unknown": 1.0}, top=5) == []
    assert index.search({"word": 1.0}, top=0) == []
    index.remove("some")
    index.remove("never there")
    assert index.search({"word": 1.0}, top=5) == []
    assert "some" not in index
    assert len(index) == 1


def test_equal_scores_go_by_id() -> None:
    index = Index()
    for id_ in ("c", "a", "d", "b"):
        index.put(Document(id_, ({"same": 1.0, "words": 2.0},)))
    assert [hit.id for hit in index.search({"words": 1.0}, top=3)] == ["a", "b", "c"]


def test_a_long_text_is_no_trouble() -> None:
    long = {f"term{number}": 1.0 + number % 7 for number in range(20_000)}
    index = Index()
    index.put(Document("long", (long,)))
    index.put(Document("short", ({"term5": 1.0},)))
    assert [hit.id for hit in index.search(long, top=2)] == ["long", "short"]
    assert index.search(long, top=1)[0].score == pytest.approx(1)


# The file


@pytest.fixture
def filled(monkeypatch: pytest.MonkeyPatch) -> Index:
    """An index with changes since its statistics were taken."""
    monkeypatch.setattr(engine, "REFRESHED_BELOW", 4)
    monkeypatch.setattr(engine, "MOST_DRIFT", 10.0)
    index = Index()
    for document in random_documents(200, 8):
        index.put(document)
    index.refresh()
    index.remove("00003")
    index.put(Document("näw", ({"w1": 1.0, "neu": 1.0},)))
    return index


def test_a_saved_index_goes_on_where_it_was(filled: Index, tmp_path: Path) -> None:
    path = tmp_path / "7.index"
    filled.save(path, ABOUT | {"number": 12})
    loaded, about = Index.load(path, ABOUT)
    assert about == ABOUT | {"number": 12}
    more = random_documents(30, 9)
    for index in (filled, loaded):
        for document in more:
            index.put(document)
        index.remove("00010")
    for query in [*more, Document("", ({"neu": 1.0},))]:
        counts = query.parts[0]
        assert loaded.search(counts, top=20) == filled.search(counts, top=20)
    assert loaded.drift == filled.drift > 0
    filled.refresh()
    loaded.refresh()
    assert loaded.search(more[0].parts[0], top=20) == filled.search(more[0].parts[0], top=20)


def test_what_is_done_to_a_loaded_index_leaves_its_file(filled: Index, tmp_path: Path) -> None:
    path = tmp_path / "7.index"
    filled.save(path, ABOUT)
    before = path.read_bytes()
    loaded, _ = Index.load(path, ABOUT)
    loaded.put(Document("one more", ({"w1": 1.0},)))
    loaded.remove("00001")
    assert path.read_bytes() == before
    assert [one.name for one in tmp_path.iterdir()] == ["7.index"]


def test_an_empty_index_can_be_saved(tmp_path: Path) -> None:
    Index().save(tmp_path / "new" / "1.index", ABOUT)
    loaded, _ = Index.load(tmp_path / "new" / "1.index", ABOUT)
    assert len(loaded) == 0
    loaded.put(Document("a", ({"x": 1.0},)))
    assert loaded.search({"x": 1.0}, top=1)[0].id == "a"


SPOILT: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda _: b"",
    "cut": lambda content: content[:-100],
    "cut to its first line": lambda content: content[:90],
    "longer": lambda content: content + b"\0",
    "one bit": lambda content: content[:5000] + bytes([content[5000] ^ 1]) + content[5001:],
    "the digest": lambda content: content[:30] + b"x" + content[31:],
    "another format": lambda content: content.replace(b"-index-1 ", b"-index-2 ", 1),
    "something else": lambda _: b"PK\x03\x04" * 100,
}


@pytest.mark.parametrize("how", SPOILT)
def test_a_spoilt_file_is_noticed(how: str, filled: Index, tmp_path: Path) -> None:
    path = tmp_path / "7.index"
    filled.save(path, ABOUT)
    path.write_bytes(SPOILT[how](path.read_bytes()))
    with pytest.raises(saved.Wrong):
        Index.load(path, ABOUT)


@pytest.mark.parametrize("about", [{"network": 8}, {"matcher": "words-10"}, {"more": 1}])
def test_a_file_of_something_else_is_noticed(
    about: dict[str, object], filled: Index, tmp_path: Path
) -> None:
    filled.save(tmp_path / "7.index", ABOUT)
    with pytest.raises(saved.Wrong):
        Index.load(tmp_path / "7.index", ABOUT | about)


def test_a_missing_file_is_noticed(tmp_path: Path) -> None:
    with pytest.raises(saved.Wrong):
        Index.load(tmp_path / "7.index", ABOUT)


def test_a_failed_write_leaves_the_old_file(
    filled: Index, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "7.index"
    filled.save(path, ABOUT)
    with pytest.raises(TypeError):
        filled.save(path, {"not JSON": object()})
    Index.load(path, ABOUT)
    assert [one.name for one in tmp_path.iterdir()] == ["7.index"]
