"""`python -m benchmarks.quality` on a few invented pairs."""

import json
from pathlib import Path

import numpy as np
import pytest

from benchmarks import quality
from benchmarks.quality import Remembering, main, measured, ranks_of
from tests.matching.invented import PROFILES, Bag

LINES = [
    {"id": id_, "need_short": text.split(".")[0], "need_long": text, "profile": text}
    for id_, text in PROFILES.items()
]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    path = tmp_path / "pairs.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in LINES), encoding="utf-8")
    return path


def test_peers_and_ours_are_measured_side_by_side(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quality, "installed_encoder", Bag)
    said: list[str] = []
    assert main(["--data", str(data)], said.append) == 0
    whole = "\n".join(said)
    for name in ("scikit-learn", "stemmed TF-IDF", "ours: words", "ours: words and meaning"):
        assert name in whole
    ours = next(line for line in said if line.startswith("ours: words and") and "_long" in line)
    assert "nDCG@10 1.000 [1.000, 1.000]  R@10 1.000  MRR@10 1.000" in ours
    assert "Saying no" in whole
    assert "nobody" in whole


def test_without_a_model_words_are_measured_alone(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quality, "installed_encoder", lambda: None)
    said: list[str] = []
    assert main(["--data", str(data)], said.append) == 0
    assert not any("meaning" in line for line in said)


def test_what_cannot_be_read_is_one_line_and_exit_code_2(tmp_path: Path) -> None:
    said: list[str] = []
    assert main(["--data", str(tmp_path / "none.jsonl")], said.append) == 2
    (tmp_path / "other.jsonl").write_text('{"id": 1, "profile": "x"}\n')
    assert main(["--data", str(tmp_path / "other.jsonl")], said.append) == 2
    assert len(said) == 2
    assert said[0] == f"{tmp_path / 'none.jsonl'}: No such file or directory"
    assert said[1].startswith(f"{tmp_path / 'other.jsonl'}: lines with need_short")


def test_measures_are_what_they_are_called() -> None:
    found = measured("x", "need_short", np.array([0, 1, 9, 10]))
    assert found.ndcg == pytest.approx((1 + 1 / np.log2(3) + 1 / np.log2(11)) / 4)
    assert found.recall == 0.75
    assert found.reciprocal == pytest.approx((1 + 0.5 + 0.1) / 4)
    assert found.interval[0] <= found.ndcg <= found.interval[1]


def test_ties_go_to_the_earlier_line_and_no_score_is_no_find() -> None:
    scores = np.array([[1.0, 1.0, 0.5], [1.0, 1.0, 0.5], [0.5, 0.0, 0.0]])
    assert ranks_of(scores).tolist() == [0, 1, 3]


def test_each_text_is_read_once() -> None:
    bag = Bag()
    remembering = Remembering(bag)
    first = remembering.encode(["a b", "c d", "a b"])
    assert (remembering.encode(["c d"])[0] == first[1]).all()
    assert sorted(bag.read) == ["a b", "c d"]
