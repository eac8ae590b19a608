"""`make bench-quality DATA=file`: how well the matcher ranks, beside what would be used instead.

A line of the file is `{"id", "need_short", "need_long", "profile"}`: the profile of the same id is
the one right answer to either need. Every matcher ranks all profiles for every need. The file is
read where it is, and nothing of it is kept.
"""

import argparse
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.held_out import Scored, bars, weights
from benchmarks.peers import PEERS
from benchmarks.quality_plot import draw
from benchmarks.rank import (
    UNREADABLE,
    Line,
    Unreadable,
    build,
    installed_encoder,
    queries,
    read,
)
from matching.analysis import Analysed, is_bridge
from matching.matcher import Profiles, pairs
from matching.query import Query
from matching.vectors import Encoder, Vectors
from matching.weights import BARS

NEEDS = ("need_short", "need_long")
TOP = 10
RESAMPLED = 1000
SMALL = (40, 200)
REPEATS = 5
Ranks = NDArray[np.int64]


@dataclass(frozen=True)
class Measured:
    """One matcher on one kind of need: means, and the 95% interval of nDCG@10."""

    name: str
    needs: str
    ndcg: float
    recall: float
    reciprocal: float
    interval: tuple[float, float]

    def line(self) -> str:
        low, high = self.interval
        return (
            f"{self.name:<44} {self.needs:<11} nDCG@10 {self.ndcg:.3f} [{low:.3f}, {high:.3f}]"
            f"  R@10 {self.recall:.3f}  MRR@10 {self.reciprocal:.3f}"
        )


def measured(name: str, needs: str, ranks: Ranks) -> Measured:
    """From the place of each need's right profile, counted from 0; beyond the tenth counts 0."""
    there = ranks < TOP
    gains = np.where(there, 1 / np.log2(ranks + 2), 0.0)
    random = np.random.default_rng(1)
    means = gains[random.integers(0, len(gains), (RESAMPLED, len(gains)))].mean(axis=1)
    low, high = np.quantile(means, (0.025, 0.975))
    reciprocal = np.where(there, 1 / (ranks + 1), 0.0).mean()
    return Measured(name, needs, gains.mean(), there.mean(), reciprocal, (float(low), float(high)))


def ranks_of(scores: NDArray[np.float64]) -> Ranks:
    """The place of the right profile (on the diagonal) for each need, ties by the file's order."""
    right = np.diag(scores)[:, None]
    earlier = np.arange(scores.shape[1])[None, :] < np.arange(len(scores))[:, None]
    before = (scores > right).sum(axis=1) + ((scores == right) & earlier).sum(axis=1)
    return np.asarray(np.where(np.diag(scores) > 0, before, scores.shape[1]))


def ours(asked: Sequence[Query], profiles: Profiles) -> NDArray[np.float64]:
    """The score of every need and candidate as production gives it; 0 for what is no candidate."""
    scores = np.zeros((len(asked), len(asked)))
    for row, need in enumerate(asked):
        for id_, pair in pairs(need, profiles).items():
            scores[row, int(id_)] = pair.score
    return scores


class Remembering:
    """An encoder that reads each text once: the same needs are asked several times here."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self._known: dict[str, Vectors] = {}
        self.model = encoder.model

    def encode(self, texts: Sequence[str]) -> Vectors:
        new = sorted({text for text in texts if text not in self._known})
        if new:
            self._known |= dict(zip(new, self._encoder.encode(new), strict=True))
        return np.stack([self._known[text] for text in texts])


def without_bridges(asked: Sequence[Query]) -> list[Query]:
    """The same needs, as if the vocabulary were empty."""
    return [
        Query(one.text, one.quoted, _plain(one.analysed), one.vector, one.sentences)
        for one in asked
    ]


def _plain(analysed: Analysed) -> Analysed:
    counts = {
        term: count
        for term, count in analysed.counts.items()
        if not is_bridge(term) and term not in analysed.meant
    }
    return Analysed(counts, analysed.words, analysed.compounds)


def lines_of(lines: Sequence[Line], field: str) -> list[Line]:
    return [{"id": line["id"], "text": line[field]} for line in lines]


def compare(lines: Sequence[Line], encoder: Encoder | None) -> Iterable[Measured]:
    """Every peer, then ours: what each part adds."""
    profiles = [line["profile"] for line in lines]
    for needs in NEEDS:
        texts = [line[needs] for line in lines]
        for name, scored in PEERS.items():
            found = scored(profiles, texts, encoder)
            if found is not None:
                yield measured(name, needs, ranks_of(found))
        yield from _ours(lines, needs, encoder)


def _ours(lines: Sequence[Line], needs: str, encoder: Encoder | None) -> Iterable[Measured]:
    asked = queries(lines_of(lines, needs), None)
    words = build(lines_of(lines, "profile"), None)
    plain = ranks_of(ours(without_bridges(asked), words))
    yield measured("ours: words, no vocabulary in the need", needs, plain)
    yield measured("ours: words", needs, ranks_of(ours(asked, words)))
    if encoder is not None:
        both = build(lines_of(lines, "profile"), encoder)
        asked = queries(lines_of(lines, needs), encoder)
        found = ranks_of(ours(asked, both))
        yield measured("ours: words and meaning", needs, found)


def shouted(lines: Sequence[Line], encoder: Encoder | None, size: int) -> dict[str, float]:
    """How often the best candidate reaches each bar once the right profile is taken away.

    size: how many profiles there are; small networks are drawn from the file, several times.
    """
    random = np.random.default_rng(7)
    times = 1 if size >= len(lines) else REPEATS
    best: list[str] = []
    for _ in range(times):
        chosen = random.choice(len(lines), min(size, len(lines)), replace=False)
        some = [lines[number] for number in chosen]
        profiles = build(lines_of(some, "profile"), encoder)
        for needs in NEEDS:
            for place, need in enumerate(queries(lines_of(some, needs), encoder)):
                left = {k: v for k, v in pairs(need, profiles).items() if int(k) != place}
                top = max(left.values(), key=lambda one: one.score, default=None)
                band = top.band(TOP) if top else None
                best.append(band.value if band else "nobody")
    return {
        name: best.count(name) / len(best) for name in (*(b.band.value for b in BARS), "nobody")
    }


def say_no(lines: Sequence[Line], encoder: Encoder | None) -> Iterable[str]:
    """The table of how often something is still suggested for a need that nobody can answer."""
    modes: Mapping[str, Encoder | None] = {"words": None} | (
        {"words and meaning": encoder} if encoder else {}
    )
    for name, one in modes.items():
        for size in (*SMALL, len(lines)):
            shares = shouted(lines, one, size)
            said = "  ".join(f"{band} {share:.3f}" for band, share in shares.items())
            yield f"{name:<20} {size:>5} profiles  {said}"


def held_out(lines: Sequence[Line], encoder: Encoder) -> Iterable[str]:
    """What other needs than those it is measured on choose for the weights and the bars."""
    profiles = build(lines_of(lines, "profile"), encoder)
    for needs in NEEDS:
        asked = queries(lines_of(lines, needs), encoder)
        scored = Scored.of([pairs(need, profiles) for need in asked])
        for line in (weights(scored), *bars(scored)):
            yield f"{needs:<11} {line}"


def check(path: Path, lines: Sequence[Line]) -> None:
    """Raise `Unreadable` where a line lacks what is measured, or there are none."""
    wanted = (*NEEDS, "profile")
    if not lines or any(not isinstance(one.get(name), str) for one in lines for name in wanted):
        raise Unreadable(f"{path}: lines with {', '.join(wanted)} are needed")


def main(arguments: list[str] | None = None, say: Callable[[str], object] = print) -> int:
    """Measure what the command line names: 0, or 2 with one line on what cannot be read."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.quality", description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--plot", type=Path, help="where to draw it, without an ending")
    options = parser.parse_args(arguments)
    try:
        lines = list(read(options.data))
        check(options.data, lines)
    except Unreadable as error:
        say(str(error))
        return UNREADABLE
    found = installed_encoder()
    encoder = Remembering(found) if found else None
    results = []
    for one in compare(lines, encoder):
        results.append(one)
        say(one.line())
    say("\nSaying no: the best that is suggested when the right profile is taken away")
    for line in say_no(lines, encoder):
        say(line)
    if encoder is not None:
        say("\nHeld out: chosen on four fifths of the needs, measured on the other fifth")
        for line in held_out(lines, encoder):
            say(line)
    if options.plot:
        draw(results, options.plot)
    return 0


if __name__ == "__main__":
    sys.exit(main())
