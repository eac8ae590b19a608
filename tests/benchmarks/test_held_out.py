"""Weights and bars chosen on some needs and measured on others."""

import numpy as np

from benchmarks.held_out import Scored, bars, fifths, gains, weights
from matching.matcher import Pair

NEEDS = 40


def scored(words: float, meaning: float) -> Scored:
    """Needs whose right profile has these scores, among others that have little of both."""
    chance = np.random.default_rng(3)
    found = [
        {
            str(number): Pair(words, meaning)
            if number == need
            else Pair(chance.uniform(0, 0.5), chance.uniform(0, 0.5))
            for number in range(NEEDS)
        }
        for need in range(NEEDS)
    ]
    return Scored.of(found)


def test_each_need_is_left_out_once_and_never_chooses_for_itself() -> None:
    left_out = []
    for among, out in fifths(NEEDS):
        assert not set(among) & set(out)
        assert len(among) + len(out) == NEEDS
        left_out += out.tolist()
    assert sorted(left_out) == list(range(NEEDS))


def test_where_words_say_nothing_the_others_choose_meaning() -> None:
    told = weights(scored(words=0.1, meaning=0.9))
    assert told.startswith("words' share 0.40 0.40 0.40 0.40 0.40: nDCG@10 1.0000")


def test_where_meaning_says_nothing_they_choose_words() -> None:
    told = weights(scored(words=0.9, meaning=0.1))
    assert "0.40" not in told.partition(":")[0]


def test_a_need_without_its_right_profile_gains_nothing() -> None:
    assert gains(np.zeros((3, 3))).tolist() == [0, 0, 0]
    assert gains(np.eye(3)).tolist() == [1, 1, 1]


def test_the_right_profile_does_not_count_when_it_is_taken_away() -> None:
    assert scored(words=1, meaning=1).best_wrong().max() <= 0.5


def test_bars_are_told_with_how_many_reach_them_in_production_and_left_out() -> None:
    strong, good, possible = bars(scored(words=1, meaning=1))
    assert strong.startswith("strong: 0.4 is reached by ")
    assert good.startswith("good: 0.34 ")
    assert possible.startswith("possible: 0.22 is reached by 1.000")
