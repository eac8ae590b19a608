"""Who is put forward for which need when everybody can take only so much: an exact assignment.

A need gets at most one profile, a profile at most as many needs as it has room for, and no barred
pair is ever used. Among all assignments that keep to this, `allocate` finds the one that

1. leaves the fewest needs without anybody;
2. among those, is best for the need that is worst off;
3. among those, has the highest total;

where a pair is worth its score and its need's `lift`. Which needs are served is settled so, without
looking at what is marked `avoid`; then, for those same needs, the pairs are chosen with as few to
avoid as can be, and again by 2 and 3.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import maximum_bipartite_matching, min_weight_full_bipartite_matching

# What a place that never got anything is ahead by: about what parts a possible from a good match,
# so that it goes before a somewhat better fit elsewhere, and never before a strong one.
LIFT = 0.07
# Worth is counted in whole millionths: sums of whole numbers are exact, so ties are ties.
PARTS = 1_000_000


@dataclass(frozen=True)
class Candidate:
    """A pair above the bar. score: the matcher's, 0 or more.

    barred: never again (it was listed before). avoid: only where nothing else is left.
    """

    need: int
    profile: int
    score: float
    barred: bool = False
    avoid: bool = False


@dataclass(frozen=True)
class Report:
    """How an assignment did: needs served and not, the score of the worst off, all scores."""

    served: int
    unserved: int
    worst: float
    total: float


def lift(served: int) -> float:
    """What a need is ahead by whose place was served so often: all, a half, a third, and so on.

    served: other needs of the place that were told of somebody, introductions asked for these, and
    profiles about the place, in all; of several places, where it is least.
    """
    return LIFT / (1 + served)


def allocate(
    candidates: Iterable[Candidate],
    room: Mapping[int, int],
    served: Mapping[int, int],
    *,
    worst_first: bool = True,
) -> tuple[Candidate, ...]:
    """The best assignment as this module says, by need; the same in whatever order they came.

    room: how many needs each profile can take; none where it is missing. served: see `lift`, by
    need. worst_first: False leaves step 2 out, which the benchmark does to tell its price.
    """
    usable = [one for one in candidates if not one.barred]
    chosen = _Board.of(usable, room, served).solve(worst_first=worst_first)
    if any(one.avoid for one in chosen):
        needs = {one.need for one in chosen}
        among = [one for one in usable if one.need in needs]
        chosen = _Board.of(among, room, served).solve_avoiding(worst_first=worst_first)
    return tuple(chosen)


def greedy(
    candidates: Iterable[Candidate], room: Mapping[int, int], served: Mapping[int, int]
) -> tuple[Candidate, ...]:
    """The peer: the best pair first, then the best that is still possible, and so on."""
    left = dict(room)
    taken: dict[int, Candidate] = {}
    edges = _Board.of(candidates, room, served).edges
    ordered = sorted(
        edges, key=lambda edge: (edge.candidate.avoid, -edge.worth, edge.candidate.need)
    )
    for edge in ordered:
        one = edge.candidate
        if one.need not in taken and left[one.profile] > 0:
            taken[one.need] = one
            left[one.profile] -= 1
    return tuple(taken[need] for need in sorted(taken))


def report(assignment: Sequence[Candidate], candidates: Iterable[Candidate]) -> Report:
    """How an assignment did among the needs that have any candidate that is not barred."""
    needs = {one.need for one in candidates if not one.barred}
    scores = [one.score for one in assignment]
    return Report(
        served=len(scores),
        unserved=len(needs) - len(scores),
        worst=min(scores, default=0.0),
        total=math.fsum(scores),
    )


@dataclass(frozen=True)
class _Edge:
    candidate: Candidate
    worth: int
    row: int
    columns: range


@dataclass(frozen=True)
class _Board:
    """Needs in rows; in columns each profile as often as it has room, then nobody for each need.

    Rows and columns are in the order of the ids, so that equals always fall the same way. Sums
    stay exact below 2**53: up to some 100,000 needs.
    """

    edges: list[_Edge]
    rows: int
    columns: int

    @classmethod
    def of(
        cls, candidates: Iterable[Candidate], room: Mapping[int, int], served: Mapping[int, int]
    ) -> "_Board":
        usable = {
            (one.need, one.profile): one
            for one in candidates
            if not one.barred and room.get(one.profile, 0) > 0
        }
        rows = {need: row for row, need in enumerate(sorted({need for need, _ in usable}))}
        wanted: dict[int, int] = {}
        for _, profile in usable:
            wanted[profile] = wanted.get(profile, 0) + 1
        columns: dict[int, range] = {}
        end = 0
        for profile in sorted(wanted):
            start, end = end, end + min(room[profile], wanted[profile])
            columns[profile] = range(start, end)
        edges = [
            _Edge(one, _worth(one, served), rows[one.need], columns[one.profile])
            for _, one in sorted(usable.items())
        ]
        return cls(edges, len(rows), end)

    def solve(self, *, worst_first: bool) -> list[Candidate]:
        """As many needs served as can be, then the best for the worst off, then the most."""
        edges = self._above_the_best_floor(self._most_served) if worst_first else self.edges
        if not edges:
            return []
        most = max(edge.worth for edge in edges) + 1
        # Leaving one need without anybody costs more than all the others can be worth.
        found = self._cheapest(
            edges, [most - edge.worth for edge in edges], nobody=most * (self.rows + 1)
        )
        return found or []

    def solve_avoiding(self, *, worst_first: bool) -> list[Candidate]:
        """Every need served, with the fewest pairs to avoid, then as `solve`."""
        edges = self._above_the_best_floor(self._fewest_avoided) if worst_first else self.edges
        most = max(edge.worth for edge in edges) + 1
        one_more = most * (self.rows + 1)
        costs = [most - edge.worth + one_more * edge.candidate.avoid for edge in edges]
        return self._cheapest(edges, costs) or []

    def _above_the_best_floor(self, reach: Callable[[Sequence[_Edge]], int]) -> list[_Edge]:
        """The edges worth at least the highest floor under which as much is reached as without."""
        floors = sorted({edge.worth for edge in self.edges})
        goal = reach(self.edges)
        low, high = 0, len(floors) - 1
        while low < high:
            middle = (low + high + 1) // 2
            if reach([edge for edge in self.edges if edge.worth >= floors[middle]]) == goal:
                low = middle
            else:
                high = middle - 1
        return [edge for edge in self.edges if edge.worth >= floors[low]] if floors else []

    def _most_served(self, edges: Sequence[_Edge]) -> int:
        """How many needs can be served at once."""
        matched = maximum_bipartite_matching(
            self._entries(edges, [1] * len(edges)), perm_type="column"
        )
        return int(np.sum(matched >= 0))

    def _fewest_avoided(self, edges: Sequence[_Edge]) -> int:
        """With how few pairs to avoid all needs can be served; -1 where they cannot."""
        found = self._cheapest(edges, [1 + edge.candidate.avoid for edge in edges])
        return -1 if found is None else sum(one.avoid for one in found)

    def _cheapest(
        self, edges: Sequence[_Edge], costs: Sequence[int], *, nobody: int | None = None
    ) -> list[Candidate] | None:
        """The assignment that costs least, by need; None where somebody is left.

        nobody: what leaving a need costs; None where none may be left.
        """
        entries = self._entries(edges, costs, nobody=nobody)
        try:
            rows, columns = min_weight_full_bipartite_matching(entries)
        except ValueError:  # what it raises where there is no such assignment
            return None
        held = {(edge.row, column): edge.candidate for edge in edges for column in edge.columns}
        pairs = zip(rows.tolist(), columns.tolist(), strict=True)
        return [held[pair] for pair in pairs if pair in held]

    def _entries(
        self, edges: Sequence[_Edge], costs: Sequence[int], *, nobody: int | None = None
    ) -> sparse.csr_array:
        values = [cost for edge, cost in zip(edges, costs, strict=True) for _ in edge.columns]
        rows = [edge.row for edge in edges for _ in edge.columns]
        columns = [column for edge in edges for column in edge.columns]
        if nobody is not None:
            values += [nobody] * self.rows
            rows += range(self.rows)
            columns += range(self.columns, self.columns + self.rows)
        shape = (self.rows, self.columns + (0 if nobody is None else self.rows))
        return sparse.csr_array((np.array(values, dtype=np.float64), (rows, columns)), shape=shape)


def _worth(candidate: Candidate, served: Mapping[int, int]) -> int:
    return round((candidate.score + lift(served.get(candidate.need, 0))) * PARTS)
