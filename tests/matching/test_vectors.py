"""The real model, where the `semantic` extra is installed."""

import hashlib
from pathlib import Path

import numpy as np
import pytest

from matching.encoding import digest, need_texts, profile_texts
from matching.meanings import Meanings
from matching.sentences import passages, sentences
from matching.vectors import (
    MODEL_DIGEST,
    Files,
    OnnxEncoder,
    UnusableModel,
    beside,
    installed,
)
from matching.wordpiece import WordPiece, words
from tests.matching.invented import asked, network, suggested

needs_model = pytest.mark.skipif(installed() is None, reason="the semantic extra is not installed")


@pytest.fixture(scope="module")
def encoder() -> OnnxEncoder:
    files = installed()
    assert files is not None
    files.check()
    return OnnxEncoder(files)


@needs_model
def test_near_texts_are_nearer_than_far_ones(encoder: OnnxEncoder) -> None:
    found = encoder.encode(
        [
            "What brings shoppers back to the high street?",
            "Retail decline in town centres",
            "Magnetic resonance of proteins",
        ]
    )
    assert found.shape == (3, 384)
    assert np.allclose(np.linalg.norm(found, axis=1), 1, atol=1e-5)
    assert found[0] @ found[1] > 0.35 > found[0] @ found[2]


@needs_model
@pytest.mark.parametrize(
    "text",
    ["", "🌊🌧️", "llifogydd yn y dref", "洪水対策の研究", "दुनिया", "x" * 5000, "flood " * 20_000],
)
def test_any_text_has_a_vector(encoder: OnnxEncoder, text: str) -> None:
    (found,) = encoder.encode([text])
    assert np.isfinite(found).all()
    assert np.isclose(np.linalg.norm(found), 1, atol=1e-5)


@needs_model
def test_the_same_text_has_the_same_vector_in_whatever_company(encoder: OnnxEncoder) -> None:
    text = "Home care and hospital discharge"
    alone = encoder.encode([text])[0]
    company = encoder.encode(["a", text, "flooding " * 100, "shops"])[1]
    assert float(alone @ company) > 0.9999
    assert encoder.encode([]).shape == (0, 384)


@needs_model
def test_a_need_meets_who_says_it_in_other_words_that_no_vocabulary_has(
    encoder: OnnxEncoder,
) -> None:
    texts = {
        "bees": "Apiculture and colony collapse among honey producers",
        "ships": "Naval architecture of bulk carriers",
    }
    need = "Why are our beekeepers losing hives?"
    assert suggested(asked(need), network(texts), texts) == []
    found = suggested(asked(need, encoder=encoder), network(texts, encoder), texts)
    assert [one.id for one in found] == ["bees"]


@needs_model
def test_a_file_that_is_not_what_was_pinned_is_not_used(tmp_path: Path) -> None:
    files = installed()
    assert files is not None
    other = tmp_path / "model.onnx"
    other.write_bytes(b"not a model")
    with pytest.raises(UnusableModel, match="another file"):
        beside(other, None).check()
    with pytest.raises(UnusableModel, match="cannot be read"):
        Files(tmp_path / "nothing.onnx", files.words).check()
    beside(other, hashlib.sha256(b"not a model").hexdigest()).check()
    assert files.model_digest == MODEL_DIGEST


def test_a_vocabulary_beside_a_model_is_its_own(tmp_path: Path) -> None:
    (tmp_path / "vocab.txt").write_text("[PAD]\n[UNK]\n[CLS]\n[SEP]\nflood\n##ing\n")
    (tmp_path / "model.onnx").write_bytes(b"x")
    files = beside(tmp_path / "model.onnx", hashlib.sha256(b"x").hexdigest())
    files.check()
    assert OnnxEncoder(files).model != OnnxEncoder(beside(tmp_path / "model.onnx", "0" * 64)).model


PIECES = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "flood", "##ing", "##s", "cafe", "!", "水"]


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("Flooding", ["flood", "##ing"]),
        ("CAFÉ!", ["cafe", "!"]),
        ("floods\u200b\n floods", ["flood", "##s", "flood", "##s"]),
        ("drought", ["[UNK]"]),
        ("flood" * 21, ["[UNK]"]),
        ("水flood", ["水", "flood"]),
        ("", []),
    ],
)
def test_words_are_parted_into_the_longest_pieces(text: str, pieces: list[str]) -> None:
    found = WordPiece(PIECES).encode(text, 256)
    assert [PIECES[number] for number in found] == ["[CLS]", *pieces, "[SEP]"]


def test_what_is_too_long_for_the_model_is_cut() -> None:
    assert len(WordPiece(PIECES).encode("flood " * 1000, 16)) == 16


def test_each_mark_is_a_word_of_its_own() -> None:
    assert list(words("e-mail, “re-use”…")) == [
        "e",
        "-",
        "mail",
        ",",
        "“",
        "re",
        "-",
        "use",
        "”",
        "…",
    ]


def test_what_a_model_reads_of_needs_and_profiles() -> None:
    assert need_texts("One sentence only?") == ["One sentence only?"]
    assert need_texts("Is it one? No, there are two.")[1:] == ["Is it one?", "No, there are two."]
    assert len(need_texts("This is a sentence. " * 50)) == 9
    assert profile_texts(["a b"]) == ["a b"]
    assert profile_texts(["a b", "c d"]) == ["a b c d", "a b", "c d"]
    assert profile_texts([""]) == [""]
    assert [len(one.split()) for one in passages("word " * 301)] == [150, 150, 1]
    assert sentences("Too short. This one is long enough.\nAnd so is this") == [
        "This one is long enough.",
        "And so is this",
    ]
    assert digest(["ab", "c"]) != digest(["a", "bc"])


def test_of_several_vectors_the_best_three_count() -> None:
    meanings = Meanings()
    meanings.put("many", np.eye(4, dtype=np.float32)[[0, 0, 1, 2, 3]])
    meanings.put("one", np.eye(4, dtype=np.float32)[[0]])
    query = np.eye(4, dtype=np.float32)[0]
    assert meanings.score(query, "many") == pytest.approx(2 / 3)
    best = meanings.search(query, top=5)[0]
    assert (best.id, best.score) == ("one", 1.0)
    assert [hit.id for hit in meanings.search(query, top=1, excluding={"one"})] == ["many"]
    assert meanings.score(query, "nobody") is None
