import itertools
import random
from collections import Counter
from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.allocation import LIFT, PARTS, Candidate, allocate, greedy, lift, report

patient = settings(deadline=None)  # a machine may be busy
Problem = tuple[list[Candidate], dict[int, int], dict[int, int]]


@st.composite
def problems(draw: st.DrawFn, needs: int = 5, profiles: int = 4) -> Problem:
    pairs = draw(
        st.dictionaries(
            st.tuples(st.integers(1, needs), st.integers(1, profiles)),
            st.tuples(
                st.integers(0, 6), st.booleans(), st.sampled_from((True, False, False, False))
            ),
            max_size=needs * profiles,
        )
    )
    candidates = [
        Candidate(need, profile, score / 10, barred=barred, avoid=avoid)
        for (need, profile), (score, avoid, barred) in pairs.items()
    ]
    room = draw(st.dictionaries(st.integers(1, profiles), st.integers(0, 3), max_size=profiles))
    served = draw(st.dictionaries(st.integers(1, needs), st.integers(0, 3), max_size=needs))
    return candidates, room, served


def worths(assignment: Sequence[Candidate], served: Mapping[int, int]) -> list[int]:
    return [round((one.score + lift(served.get(one.need, 0))) * PARTS) for one in assignment]


def objective(assignment: Sequence[Candidate], served: Mapping[int, int]) -> tuple[int, int, int]:
    """Needs served, the worst off, the total: more is better, in this order."""
    found = worths(assignment, served)
    return len(found), min(found, default=0), sum(found)


def every_assignment(problem: Problem) -> list[tuple[Candidate, ...]]:
    """All that are allowed, one by one."""
    candidates, room, _ = problem
    choices: dict[int, list[Candidate | None]] = {}
    for one in candidates:
        if not one.barred:
            choices.setdefault(one.need, [None]).append(one)
    found = []
    for choice in itertools.product(*choices.values()):
        chosen = tuple(one for one in choice if one is not None)
        taken = Counter(one.profile for one in chosen)
        if all(number <= room.get(profile, 0) for profile, number in taken.items()):
            found.append(chosen)
    return found


def most_served(problem: Problem) -> int:
    """The size of a largest assignment, by augmenting paths."""
    candidates, room, _ = problem
    wanted: dict[int, list[int]] = {}
    for one in candidates:
        if not one.barred:
            wanted.setdefault(one.need, []).append(one.profile)
    held: dict[tuple[int, int], int] = {}

    def place(need: int, tried: set[tuple[int, int]]) -> bool:
        for profile in wanted[need]:
            for slot in range(room.get(profile, 0)):
                if (profile, slot) in tried:
                    continue
                tried.add((profile, slot))
                holder = held.get((profile, slot))
                if holder is None or place(holder, tried):
                    held[profile, slot] = need
                    return True
        return False

    return sum(place(need, set()) for need in wanted)


@patient
@given(problems())
def test_nobody_is_given_more_than_they_have_room_for_and_no_need_more_than_one(
    problem: Problem,
) -> None:
    candidates, room, _ = problem
    for assignment in (allocate(*problem), greedy(*problem)):
        taken = Counter(one.profile for one in assignment)
        assert all(number <= room.get(profile, 0) for profile, number in taken.items())
        assert len({one.need for one in assignment}) == len(assignment)
        assert set(assignment) <= set(candidates)
        assert not any(one.barred for one in assignment)


@patient
@given(problems(needs=9, profiles=7))
def test_as_many_needs_are_served_as_can_be(problem: Problem) -> None:
    assert len(allocate(*problem)) == most_served(problem)


@settings(max_examples=60, deadline=None)
@given(problems(needs=4, profiles=3))
def test_no_other_assignment_is_better_when_nothing_is_to_be_avoided(problem: Problem) -> None:
    candidates, room, served = problem
    plain = [Candidate(one.need, one.profile, one.score, one.barred) for one in candidates]
    best = max(objective(one, served) for one in every_assignment((plain, room, served)))
    assert objective(allocate(plain, room, served), served) == best


@settings(max_examples=60, deadline=None)
@given(problems(needs=4, profiles=3))
def test_which_needs_are_served_does_not_hang_on_what_is_to_be_avoided(problem: Problem) -> None:
    candidates, room, served = problem
    plain = [Candidate(one.need, one.profile, one.score, one.barred) for one in candidates]
    assignment = allocate(*problem)
    needs = {one.need for one in assignment}
    assert needs == {one.need for one in allocate(plain, room, served)}
    same_needs = [one for one in every_assignment(problem) if {pair.need for pair in one} == needs]
    fewest = min(sum(pair.avoid for pair in one) for one in same_needs)
    assert sum(pair.avoid for pair in assignment) == fewest
    best = max(
        objective(one, served) for one in same_needs if sum(pair.avoid for pair in one) == fewest
    )
    assert objective(assignment, served) == best


@patient
@given(problems(needs=8, profiles=6))
def test_it_is_never_behind_greedy(problem: Problem) -> None:
    candidates, room, served = problem
    plain = [Candidate(one.need, one.profile, one.score, one.barred) for one in candidates]
    ours = objective(allocate(plain, room, served), served)
    theirs = objective(greedy(plain, room, served), served)
    assert ours >= theirs
    by_total = objective(allocate(plain, room, served, worst_first=False), served)
    assert by_total[0] >= theirs[0]
    if by_total[0] == theirs[0]:
        assert by_total[2] >= theirs[2]


@patient
@given(problems(), st.randoms(use_true_random=False))
def test_the_order_in_which_pairs_came_changes_nothing(
    problem: Problem, chance: random.Random
) -> None:
    candidates, room, served = problem
    shuffled = [*candidates]
    chance.shuffle(shuffled)
    assert allocate(shuffled, room, served) == allocate(candidates, room, served)


def test_a_place_that_got_little_goes_before_one_that_got_much() -> None:
    pairs = [Candidate(1, 1, 0.30), Candidate(2, 1, 0.25)]
    assert allocate(pairs, {1: 1}, {1: 9, 2: 0}) == (pairs[1],)
    assert allocate(pairs, {1: 1}, {1: 9, 2: 9}) == (pairs[0],)


def test_the_lift_is_no_more_than_a_band_so_a_far_better_fit_stays_ahead() -> None:
    pairs = [Candidate(1, 1, 0.30), Candidate(2, 1, 0.30 - 1.5 * LIFT)]
    assert allocate(pairs, {1: 1}, {1: 99, 2: 0}) == (pairs[0],)
    assert [lift(number) for number in (0, 1, 3)] == pytest.approx([LIFT, LIFT / 2, LIFT / 4])


def test_one_takes_the_second_best_so_that_the_other_has_anybody_at_all() -> None:
    pairs = [Candidate(1, 1, 0.5), Candidate(1, 2, 0.2), Candidate(2, 1, 0.4)]
    assert allocate(pairs, {1: 1, 2: 1}, {}) == (pairs[1], pairs[2])
    assert greedy(pairs, {1: 1, 2: 1}, {}) == (pairs[0],)


def test_equals_fall_the_same_way_every_time() -> None:
    pairs = [Candidate(need, profile, 0.3) for need in (2, 1) for profile in (2, 1)]
    found = {tuple((one.need, one.profile) for one in allocate(pairs, {1: 1, 2: 1}, {}))}
    found |= {tuple((one.need, one.profile) for one in allocate(pairs[::-1], {1: 1, 2: 1}, {}))}
    assert len(found) == 1


def test_nothing_to_allocate_is_nothing() -> None:
    assert allocate([], {}, {}) == ()
    assert allocate([Candidate(1, 1, 0.5)], {}, {}) == ()
    assert allocate([Candidate(1, 1, 0.5, barred=True)], {1: 2}, {}) == ()


def test_the_report_counts_who_got_nobody() -> None:
    pairs = [Candidate(1, 1, 0.5), Candidate(2, 1, 0.4), Candidate(3, 1, 0.3, barred=True)]
    found = report(allocate(pairs, {1: 1}, {}), pairs)
    assert (found.served, found.unserved, found.worst, found.total) == (1, 1, 0.5, 0.5)
