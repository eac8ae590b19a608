"""`python -m benchmarks.rank`: any JSON lines in, one line a need out."""

import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks import rank
from benchmarks.rank import main
from tests.matching.invented import Bag, asked, network, suggested

PROFILES: list[dict[str, Any]] = [
    {"id": "floods", "text": "Surface water flooding and drainage in terraced streets."},
    {"id": "several", "texts": ["Vacancy on the high street.", "Footfall in town centres."]},
    {"id": "bats", "text": "Bats, and how they find their way."},
]
NEEDS: list[dict[str, Any]] = [
    {"id": 1, "text": "How can we reduce surface water flooding in our streets?"},
    {"id": "two", "text": "What brings footfall back to a high street?"},
    {"id": "none", "text": "Zzz?"},
]


def written(path: Path, lines: list[Any]) -> str:
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return str(path)


def test_each_need_has_its_profiles_best_first(tmp_path: Path) -> None:
    profiles = written(tmp_path / "profiles.jsonl", PROFILES)
    needs = written(tmp_path / "needs.jsonl", NEEDS)
    out = tmp_path / "out.jsonl"
    said = main(["--profiles", profiles, "--needs", needs, "--top", "2", "--out", str(out)])
    assert said == 0
    lines = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert [line["need"] for line in lines] == [1, "two", "none"]
    assert [line["ranked"][0][0] for line in lines[:2]] == ["floods", "several"]
    for line in lines:
        scores = [score for _, score in line["ranked"]]
        assert len(scores) <= 2
        assert scores == sorted(scores, reverse=True)


@pytest.mark.parametrize("more", [[], ["--words-only"]])
def test_publications_are_read_beside_the_rest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, more: list[str]
) -> None:
    monkeypatch.setattr(rank, "installed_encoder", Bag)
    with_list = {
        **PROFILES[2],
        "id": "listed",
        "publications": ["• Rivers, J. (2021) Surface water flooding"],
    }
    profiles = written(tmp_path / "profiles.jsonl", [PROFILES[1], PROFILES[2], with_list])
    needs = written(tmp_path / "needs.jsonl", [{"id": 1, "text": "surface water flooding"}])
    out = tmp_path / "out.jsonl"
    assert main(["--profiles", profiles, "--needs", needs, "--out", str(out), *more]) == 0
    (line,) = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert line["ranked"][0][0] == "listed"
    assert line["ranked"][0][1] > 0.3


@pytest.mark.parametrize(
    "line",
    [
        "no json",
        '{"id": 1}',
        "[]",
        '{"id": 1, "text": "", "publications": "one"}',
        '{"id": 1, "text": "", "publications": [1]}',
    ],
)
def test_what_cannot_be_read_is_one_line_and_exit_code_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], line: str
) -> None:
    broken = tmp_path / "broken.jsonl"
    broken.write_text(f"{line}\n", encoding="utf-8")
    needs = written(tmp_path / "needs.jsonl", NEEDS)
    out = str(tmp_path / "out.jsonl")
    assert main(["--profiles", str(broken), "--needs", needs, "--out", out]) == 2
    err = capsys.readouterr().err
    assert err.count("\n") == 1


def test_words_only_leaves_the_model_out_and_the_rest_is_what_production_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rank, "installed_encoder", Bag)
    profiles = written(tmp_path / "profiles.jsonl", PROFILES)
    needs = written(tmp_path / "needs.jsonl", NEEDS)
    found = []
    for more in ([], ["--words-only"]):
        out = tmp_path / "out.jsonl"
        assert main(["--profiles", profiles, "--needs", needs, "--out", str(out), *more]) == 0
        found.append(out.read_text(encoding="utf-8"))
    both, words = ([json.loads(line) for line in text.splitlines()] for text in found)
    assert both[0]["ranked"][0][1] != words[0]["ranked"][0][1]
    query = asked(NEEDS[0]["text"])
    texts = {line["id"]: "\n".join(line.get("texts", [line.get("text", "")])) for line in PROFILES}
    production = suggested(query, network(texts), texts)[0]
    textual = sum(reason.share for reason in production.reasons)
    assert words[0]["ranked"][0] == [production.id, pytest.approx(textual, abs=1e-6)]
