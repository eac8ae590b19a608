"""`python -m benchmarks.allocation`: the weekly allocation, exact against its peers.

Invented networks of natural shape, from a seed: a few academics fit many needs, most fit few; a
few places ask often, most seldom; scores are skewed as the matcher's are. Prints one table, means
over the seeds. Worst tenth: the mean score of a tenth of all needs, who gets nobody counting 0.
"""

import argparse
import math
import random
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

from matching.allocation import Candidate, allocate, greedy, report

BAR = 0.08
BEST = 0.6
Assign = Callable[[Sequence[Candidate], Mapping[int, int], Mapping[int, int]], Sequence[Candidate]]


@dataclass(frozen=True)
class Shape:
    """A kind of network: how many of each, and how many networks of that kind are drawn."""

    name: str
    needs: int
    profiles: int
    seeds: int


@dataclass(frozen=True)
class Drawn:
    """One network: its pairs, room by profile, and how often each need's place was served."""

    pairs: tuple[Candidate, ...]
    room: Mapping[int, int]
    served: Mapping[int, int]


SHAPES = (
    Shape("new", 15, 8, 40),
    Shape("small", 60, 40, 40),
    Shape("crowded", 200, 60, 20),
    Shape("large", 1_000, 700, 3),
)


def draw(shape: Shape, seed: int) -> Drawn:
    """A network of that shape; the same for the same seed."""
    chance = random.Random(seed)  # noqa: S311 - a benchmark
    popular = [1 / (1 + rank) ** 0.7 for rank in range(shape.profiles)]
    places = [1 / (1 + rank) for rank in range(max(10, shape.needs // 4))]
    pairs: dict[tuple[int, int], Candidate] = {}
    served: dict[int, int] = {}
    for need in range(shape.needs):
        place = chance.choices(range(len(places)), places)[0]
        served[need] = int(12 * places[place])
        number = min(20, int(chance.paretovariate(1.1)) + 1)
        for profile in chance.choices(range(shape.profiles), popular, k=number):
            score = min(BEST, BAR + chance.lognormvariate(math.log(0.06), 0.8))
            pairs[need, profile] = Candidate(need, profile, round(score, 6))
    room = {one: chance.choices((1, 2, 3, 5), (3, 5, 2, 1))[0] for one in range(shape.profiles)}
    return Drawn(tuple(pairs.values()), room, served)


def own_best(
    pairs: Sequence[Candidate], _room: Mapping[int, int], _served: Mapping[int, int]
) -> Sequence[Candidate]:
    """What a top list gives: each need's own best, however often the same person is named."""
    best: dict[int, Candidate] = {}
    for one in pairs:
        if one.need not in best or one.score > best[one.need].score:
            best[one.need] = one
    return [*best.values()]


def without_floor(
    pairs: Sequence[Candidate], room: Mapping[int, int], served: Mapping[int, int]
) -> Sequence[Candidate]:
    return allocate(pairs, room, served, worst_first=False)


def without_lift(
    pairs: Sequence[Candidate], room: Mapping[int, int], _served: Mapping[int, int]
) -> Sequence[Candidate]:
    return allocate(pairs, room, dict.fromkeys({one.need for one in pairs}, 10**9))


METHODS: Mapping[str, Assign] = {
    "each need's own best": own_best,
    "greedy": greedy,
    "exact, total only": without_floor,
    "exact, no lift": without_lift,
    "exact": allocate,
}
COLUMNS = (
    "network",
    "method",
    "served",
    "worst served",
    "worst tenth",
    "total",
    "served where little came",
    "over capacity",
    "ms",
)


def measure(shape: Shape, assign: Assign) -> list[str]:
    """A line's figures, means over the seeds."""
    rows: list[tuple[float, ...]] = []
    for seed in range(shape.seeds):
        drawn = draw(shape, seed)
        start = time.perf_counter()
        assignment = assign(drawn.pairs, drawn.room, drawn.served)
        spent = 1000 * (time.perf_counter() - start)
        found = report(assignment, drawn.pairs)
        taken = Counter(one.profile for one in assignment)
        over = sum(number > drawn.room[profile] for profile, number in taken.items())
        wanting = {one.need for one in drawn.pairs if drawn.served[one.need] <= 1}
        reached = sum(one.need in wanting for one in assignment)
        scores = sorted(one.score for one in assignment)
        lowest = [*[0.0] * (shape.needs - len(scores)), *scores][: math.ceil(shape.needs / 10)]
        rows.append(
            (
                found.served,
                found.worst,
                fmean(lowest),
                found.total,
                reached / max(1, len(wanting)),
                over,
                spent,
            )
        )
    served, worst, tenth, total, little, exceeded, took = (
        fmean(column) for column in zip(*rows, strict=True)
    )
    return [
        f"{served:.1f} of {shape.needs}",
        f"{worst:.3f}",
        f"{tenth:.3f}",
        f"{total:.2f}",
        f"{little:.0%}",
        f"{exceeded:.1f}",
        f"{took:.0f}",
    ]


def table(shapes: Sequence[Shape] = SHAPES) -> str:
    """The table in Markdown."""
    lines = [COLUMNS, tuple("---" for _ in COLUMNS)]
    lines += [
        (shape.name, name, *measure(shape, assign))
        for shape in shapes
        for name, assign in METHODS.items()
    ]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def main(arguments: list[str] | None = None) -> None:
    """Print the table, or the part for the shapes that are named."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.allocation", description=__doc__)
    parser.add_argument("shapes", nargs="*", help=", ".join(shape.name for shape in SHAPES))
    wanted = parser.parse_args(arguments).shapes
    print(table([one for one in SHAPES if not wanted or one.name in wanted]))  # noqa: T201


if __name__ == "__main__":
    main()
