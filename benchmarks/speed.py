"""`python -m benchmarks.speed`: how fast the matcher's index is, side by side with others.

The text is invented (`benchmarks.corpus`) and always the same. Contestants take turns need by
need, so that whatever else the machine does meets them all. Prints tables, and writes them with
the machine's facts to `docs/bench/speed.md`, and a plot to `docs/plots/latency.svg`.
"""

import argparse
import gc
import os
import platform
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib import pyplot as plt

from benchmarks.contestants import (
    CONTESTANTS,
    FAST,
    TOP,
    Bm25sNumba,
    Contestant,
    Ours,
    Terms,
)
from benchmarks.corpus import WIDTH, corpus, vectors
from matching.analysis import Analysed
from matching.index import Hit, Index
from matching.matcher import Profiles, rank
from matching.meanings import Meanings
from matching.query import Query
from matching.vectors import Vectors
from matching.weights import BY_MEANING
from matching.words import terms

NEEDS = 1000
ADDED = 50
ASKED = 200  # of the needs, where vectors are compared
SIZES = (1_000, 3_000, 10_000, 30_000, 100_000)
MEGABYTE = 1e6
DOCS = Path("docs")
NOTE = (
    "≈: scaled from fewer needs; else the best of three. Contestants take turns need by need; "
    "processor time leaves out what else the machine does meanwhile."
)

Points = list[tuple[str, int, float]]
"""Whose, at how many profiles, and how many milliseconds."""


@dataclass
class Figures:
    """What was measured of one contestant; seconds and bytes, None where not measured."""

    name: str
    build: float
    held: int
    latencies: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)
    batch: float = 0.0
    scaled: bool = False
    peak: int = 0
    added: list[float] = field(default_factory=list)


def analysed(texts: Iterable[str]) -> list[Terms]:
    """Each text's terms, as often as they are there."""
    return [[term for term, words in terms(text).items() for _ in words] for text in texts]


def timed(work: Callable[..., object], *arguments: object) -> float:
    """How many seconds it takes."""
    begin = time.perf_counter()
    work(*arguments)
    return time.perf_counter() - begin


def memory(which: str) -> int:
    """This process's VmRSS (held now) or VmHWM (most so far), in bytes."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(which):
            return int(line.split()[1]) * 1024
    return 0


def peak_of(work: Callable[..., object], *arguments: object) -> tuple[float, int]:
    """The seconds it takes, and how far memory rises meanwhile, in bytes."""
    gc.collect()
    Path("/proc/self/clear_refs").write_text("5")
    before = memory("VmRSS")
    seconds = timed(work, *arguments)
    return seconds, memory("VmHWM") - before


def built(
    kinds: Sequence[type[Contestant]], profiles: list[Terms]
) -> list[tuple[Contestant, Figures]]:
    """The contestants, each with what building it took."""
    found = []
    for kind in kinds:
        gc.collect()
        before = memory("VmRSS")
        contestant = kind()
        seconds = timed(contestant.build, profiles)
        gc.collect()
        found.append((contestant, Figures(kind.name, seconds, memory("VmRSS") - before)))
        say(f"built {kind.name}: {seconds:.1f} s")
    return found


def take_turns(found: list[tuple[Contestant, Figures]], needs: list[Terms]) -> None:
    """One need after another, by every contestant in turn."""
    for contestant, _ in found:
        for need in needs[:5]:
            contestant.one(contestant.ready(need))
    for number, need in enumerate(needs):
        first = number % len(found)
        for contestant, figures in [*found[first:], *found[:first]]:
            if number < contestant.queries:
                ready = contestant.ready(need)
                begin = time.thread_time()
                figures.latencies.append(timed(contestant.one, ready))
                figures.processor.append(time.thread_time() - begin)


def batches(found: list[tuple[Contestant, Figures]], needs: list[Terms]) -> None:
    """All needs at once; the slow do some, and the time is scaled."""
    for contestant, figures in found:
        some = [contestant.ready(need) for need in needs[: contestant.queries]]
        figures.scaled = len(some) < len(needs)
        runs = [peak_of(contestant.many, some) for _ in range(1 if figures.scaled else 3)]
        figures.batch = min(seconds for seconds, _ in runs) * len(needs) / len(some)
        figures.peak = max(peak for _, peak in runs)


def additions(found: list[tuple[Contestant, Figures]], more: list[Terms], size: int) -> None:
    """One more profile at a time, searchable at once."""
    for number, profile in enumerate(more):
        for contestant, figures in found:
            if not contestant.rebuilds:
                figures.added.append(timed(contestant.add, size + number, profile))


def percentile(seconds: Sequence[float], share: float) -> float:
    return float(np.percentile(seconds, share)) * 1000


def table(found: Iterable[Figures], size: int) -> list[str]:
    """The figures as Markdown."""
    columns = (
        f"{size:,} profiles",
        "one need p50, ms",
        "p99, ms",
        "processor p50, ms",
        "p99, ms",
        f"{NEEDS:,} needs, s",
        "peak, MB",
        "build, s",
        "held, MB",
        "add one p50, ms",
    )
    rows = [_row(columns), _row(["---"] * len(columns))]
    for one in found:
        batch = f"{'≈ ' if one.scaled else ''}{one.batch:.2f}"
        add = f"{percentile(one.added, 50):.2f}" if one.added else "built anew"
        rows.append(
            _row(
                [
                    one.name,
                    f"{percentile(one.latencies, 50):.3f}",
                    f"{percentile(one.latencies, 99):.2f}",
                    f"{percentile(one.processor, 50):.3f}",
                    f"{percentile(one.processor, 99):.2f}",
                    batch,
                    f"{one.peak / MEGABYTE:.0f}",
                    f"{one.build:.1f}",
                    f"{one.held / MEGABYTE:.0f}",
                    add,
                ]
            )
        )
    return rows


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def with_vectors(index: Index, needs: list[Terms], size: int) -> list[str]:
    """What vectors cost: the bare product over all, and the candidates that production ranks."""
    asking = needs[:ASKED]
    *wanted, matrix = np.split(vectors(len(asking) + size), range(1, len(asking) + 1))
    meanings = Meanings()
    for number, vector in enumerate(matrix):
        meanings.put(f"{number:09d}", vector[None])
    profiles = Profiles(index, meanings)
    meanings.search(matrix[0], top=1)  # makes the one matrix that every later search uses
    bare, ours, shared = [], [], []
    for need, (vector,) in zip(asking, wanted, strict=True):
        asked = Query("", "", Analysed(dict.fromkeys(need, 1.0), {}), vector)
        bare.append(timed(np.matmul, matrix, vector))
        ours.append(timed(partial(rank, asked, profiles, top=TOP)))
        shared.append(_found(meanings, matrix, vector))
    named = {
        "bare matrix-vector product": bare,
        "one need by words and meaning, as in production": ours,
    }
    rows = [_row([f"vectors of {WIDTH}", "p50, ms", "p99, ms"]), _row(["---"] * 3)]
    for name, seconds in named.items():
        p50, p99 = (f"{percentile(seconds, share):.2f}" for share in (50, 99))
        rows.append(_row([name, p50, p99]))
    return [*rows, "", f"Of the {BY_MEANING} nearest in meaning, {np.mean(shared):.2%} are found."]


def _found(meanings: Meanings, matrix: Vectors, query: Vectors) -> float:
    """The share of the rows nearest to a query that production finds."""
    nearest = np.argsort(-(matrix @ query))[:BY_MEANING]
    hits = {int(hit.id) for hit in meanings.search(query, top=BY_MEANING)}
    return len(hits & set(nearest.tolist())) / BY_MEANING


def warm_start(index: Index) -> list[str]:
    """From the file to the first answer."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bench.index"
        saving = timed(index.save, path, {"bench": 1})
        size = path.stat().st_size
        loading = min(timed(Index.load, path, {"bench": 1}) for _ in range(3))
    per = index.nbytes / max(len(index), 1) * 10_000
    return [
        f"Saved in {saving:.1f} s ({size / MEGABYTE:.0f} MB).",
        f"A warm start, the file checked, takes {loading:.2f} s.",
        f"The numbers take {per / MEGABYTE:.1f} MB per 10,000 profiles, beside words and ids.",
    ]


def drift(profiles: list[Terms], needs: list[Terms]) -> list[str]:
    """What a refresh mends after profiles of other topics and words were added."""
    ours = Ours()
    ours.build(profiles)
    strange = analysed(corpus(len(profiles) // 4, 0, seed=77).profiles)
    rows = [
        "| added since the refresh | score of the best ten moves by | same in the best ten |",
        "| --- | --- | --- |",
    ]
    there = 0
    for share in (0.01, 0.05, 0.1, 0.2):
        many = int(share * len(profiles))
        for number in range(there, many):
            ours.add(len(profiles) + number, strange[number])
        there = many
        before = [ours.one(ours.ready(need)) for need in needs[:300]]
        fresh = Ours()
        fresh.build([*profiles, *strange[:many]])
        after = [fresh.one(fresh.ready(need)) for need in needs[:300]]
        rows.append(
            f"| {share:.0%} | {_moved(before, after):.4f} | {_overlap(before, after):.1%} |"
        )
    return rows


def _moved(before: list[list[Hit]], after: list[list[Hit]]) -> float:
    """By how much the scores of those found both times differ, on average."""
    moves = []
    for some, others in zip(before, after, strict=True):
        scores = {hit.id: hit.score for hit in others}
        moves += [abs(hit.score - scores[hit.id]) for hit in some if hit.id in scores]
    return float(np.mean(moves))


def _overlap(before: list[list[Hit]], after: list[list[Hit]]) -> float:
    shared = [
        len({hit.id for hit in some} & {hit.id for hit in others}) / max(len(others), 1)
        for some, others in zip(before, after, strict=True)
    ]
    return float(np.mean(shared))


def points(found: Iterable[Figures], size: int) -> Points:
    """The median latency of those that are drawn, in milliseconds."""
    drawn = {kind.name for kind in FAST}
    return [(one.name, size, percentile(one.latencies, 50)) for one in found if one.name in drawn]


def between(profiles: list[Terms], needs: list[Terms], measured_sizes: Iterable[int]) -> Points:
    """The same at the sizes that were not measured fully."""
    drawn: Points = []
    for size in (size for size in SIZES if size < len(profiles) and size not in measured_sizes):
        found = built(FAST, profiles[:size])
        take_turns(found, needs[:300])
        drawn += points((figures for _, figures in found), size)
    return drawn


def draw(drawn: Points, path: Path) -> None:
    """The latencies against the size, as a plot."""
    mpl.use("svg")
    mpl.rcParams["svg.hashsalt"] = "docking-point"
    figure, axes = plt.subplots(figsize=(7, 4.2), layout="constrained")
    for name in (kind.name for kind in FAST):
        sizes, latencies = zip(
            *sorted((at, ms) for one, at, ms in drawn if one == name), strict=True
        )
        axes.loglog(sizes, latencies, marker="o", lw=2.5 if name == Ours.name else 1.2, label=name)
    axes.set(xlabel="profiles", ylabel="one need, median, ms")
    axes.grid(visible=True, which="both", alpha=0.25)
    axes.legend(frameon=False)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, metadata={"Date": None})


def machine() -> str:
    """What it ran on."""
    model = next(
        (
            line.split(":")[1].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if line.startswith("model name")
        ),
        platform.machine(),
    )
    return (
        f"{model}, {os.cpu_count()} cores, Python {platform.python_version()}, "
        f"numpy {np.__version__}; load before the run {os.getloadavg()[0]:.1f}."
    )


def say(words: str) -> None:
    """Tell whoever waits."""
    sys.stderr.write(words + "\n")


def measured(size: int, profiles: list[Terms], needs: list[Terms]) -> tuple[list[str], Points]:
    """Every figure for that many profiles, as Markdown, and what is drawn of it."""
    more, profiles = profiles[size : size + ADDED], profiles[:size]
    found = built(CONTESTANTS, profiles)
    take_turns(found, needs)
    batches(found, needs)
    index = next(one.index for one, _ in found if isinstance(one, Ours))
    by_meaning, warm = with_vectors(index, needs, size), warm_start(index)
    additions(found, more, size)
    figures = [figures for _, figures in found]
    lines = [*table(figures, size), "", NOTE, "", *by_meaning, "", *warm, ""]
    return lines, points(figures, size)


def main(arguments: list[str] | None = None) -> int:
    """Measure as the command line says."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.speed", description=__doc__)
    parser.add_argument("--profiles", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--out", type=Path, default=DOCS)
    options = parser.parse_args(arguments)
    lines = ["# Speed, as measured by `make bench`", "", machine()]
    text = corpus(max(options.profiles) + ADDED, NEEDS)
    begin = time.perf_counter()
    profiles, needs = analysed(text.profiles), analysed(text.needs)
    each = (time.perf_counter() - begin) / (len(profiles) + NEEDS) * 1000
    lines += [f"Analysis, the same for all and not counted: {each:.3f} ms a text.", ""]
    Bm25sNumba().build(profiles[:100])  # numba compiles for most of a minute: not counted
    drawn = between(profiles, needs, options.profiles)
    for size in options.profiles:
        told, some = measured(size, profiles, needs)
        lines += told
        drawn += some
        gc.collect()
    lines += drift(profiles[: min(options.profiles)], needs)
    draw(drawn, options.out / "plots" / "latency.svg")
    path = options.out / "bench" / "speed.md"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join([*lines, ""]), encoding="utf-8")
    sys.stdout.write(path.read_text(encoding="utf-8"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
