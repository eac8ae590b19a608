import math

import pytest

from matching.analysis import Field, document
from matching.facts import Facts, Insists, Nearness, allowed, insisted, shares
from matching.matcher import Profiles, suggest
from matching.query import query

ALL = Facts(
    nearness=Nearness.SAME,
    covered=True,
    days_left=60,
    ready_in_days=30,
    outputs_shared=("conversation",),
    money_fits=True,
    room=2,
    research=True,
)


def test_every_fact_that_speaks_for_a_pair_is_named_once() -> None:
    assert [one.kind for one in shares(ALL)] == [
        "place",
        "time",
        "outputs",
        "money",
        "room",
        "role",
    ]


@pytest.mark.parametrize(
    "facts",
    [
        Facts(),
        Facts(nearness=Nearness.FAR),
        Facts(days_left=10, ready_in_days=30),
        Facts(days_left=10),
        Facts(outputs_shared=()),
        Facts(money_fits=False),
        Facts(room=1),
        Facts(research=False),
    ],
)
def test_what_does_not_speak_for_a_pair_is_not_named(facts: Facts) -> None:
    assert shares(facts) == []


def test_nearer_never_counts_for_less() -> None:
    found = [sum(one.share for one in shares(Facts(nearness=near))) for near in Nearness]
    assert found == sorted(found, reverse=True)


@pytest.mark.parametrize(
    ("insists", "known", "unknown", "against"),
    [
        (Insists.PLACE, Facts(covered=True), Facts(), Facts(covered=False)),
        (
            Insists.TIME,
            Facts(days_left=30, ready_in_days=30),
            Facts(days_left=30),
            Facts(days_left=29, ready_in_days=30),
        ),
        (
            Insists.OUTPUTS,
            Facts(outputs_shared=("data",)),
            Facts(),
            Facts(outputs_shared=()),
        ),
        (Insists.MONEY, Facts(money_fits=True), Facts(), Facts(money_fits=False)),
    ],
)
def test_a_condition_keeps_out_what_is_not_known_to_meet_it(
    insists: Insists, known: Facts, unknown: Facts, against: Facts
) -> None:
    def with_condition(facts: Facts) -> Facts:
        return Facts(**{**facts.__dict__, "insisted": insisted([insists.value], [])})

    assert allowed(with_condition(known))
    assert not allowed(with_condition(unknown))
    assert not allowed(with_condition(against))
    assert allowed(against)


def test_either_side_may_insist() -> None:
    assert insisted(["place"], ["time", "place"]) == {Insists.PLACE, Insists.TIME}


def test_facts_rank_what_fits_in_words_and_their_shares_are_in_the_score() -> None:
    flooding = [Field("surface water flooding in terraced streets")]
    shops = [Field("vacant shops on high streets")]
    profiles = Profiles()
    for id_, fields in (("a", flooding), ("b", flooding), ("c", shops)):
        profiles.index.put(document(id_, fields))
    found = suggest(
        query([Field("surface water flooding in streets")]),
        profiles,
        lambda id_: ALL if id_ == "b" else Facts(),
        lambda id_: shops if id_ == "c" else flooding,
        top=3,
    )
    assert [one.id for one in found][:2] == ["b", "a"]
    best, next_ = found[:2]
    assert math.isclose(best.score - next_.score, sum(one.share for one in shares(ALL)))
    assert math.isclose(best.score, sum(one.share for one in best.reasons))
    assert best.facts == ALL
