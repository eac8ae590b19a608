import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.analysis import Analysed, Field, analyse
from matching.priorities import continued, groups, index_of, label, like, rarity

patient = settings(deadline=None)  # a machine may be busy
FLOODS = (
    "How can we reduce surface water flooding in older terraced streets after heavy rain?",
    "What reduces flooding from surface water in streets of older terraces?",
    "Which measures cut surface water flooding in terraced streets?",
)
WORK = (
    "What helps young people into work in our town?",
    "How can we get more young people who are not in education into work?",
)
OTHERS = (
    "Which empty shops on the high street can become homes?",
    "Does social prescribing reduce repeat visits to general practice?",
    "Can ward-level data show where hospital discharge is delayed?",
    "How do we keep older people out of residential social care for longer?",
)


def needs(*texts: str) -> dict[int, Analysed]:
    return {id_: analyse([Field(text)]) for id_, text in enumerate(texts, start=1)}


ALL = needs(*FLOODS, *WORK, *OTHERS)


def test_needs_that_ask_the_same_are_one_group_and_others_are_alone() -> None:
    assert groups(ALL) == [{1, 2, 3}, {4, 5}]


def test_the_same_groups_in_whatever_order_the_needs_came() -> None:
    ids = [*ALL]
    random.Random(1).shuffle(ids)
    assert groups({id_: ALL[id_] for id_ in ids}) == groups(ALL)


def test_one_need_in_the_middle_draws_nothing_together_that_is_not_alike() -> None:
    first = "surface water flooding in terraced streets"
    second = "young people into paid work"
    between = f"{first} and {second}"
    found = groups(needs(first, first, second, second, between))
    assert not any({1, 3} <= group for group in found)


def test_what_is_together_stays_so_at_a_little_less() -> None:
    texts = needs(
        "tidal surge barriers along estuary villages, their funding and upkeep",
        "tidal surge barriers beside coastal towns and insurance cover for private homes",
        *OTHERS,
    )
    apart = groups(texts)
    together = groups(texts, [frozenset({1, 2})])
    assert apart == []
    assert together == [{1, 2}]


@pytest.mark.parametrize("texts", [(), ("flooding",), ("flooding", "flooding"), ("", "…", "🌊")])
def test_too_little_text_makes_no_group(texts: tuple[str, ...]) -> None:
    assert groups(needs(*texts)) == []


def test_a_group_goes_on_as_needs_come_and_go() -> None:
    before = {7: frozenset({1, 2, 3}), 9: frozenset({4, 5})}
    now = [frozenset({2, 3, 8}), frozenset({5, 6}), frozenset({10, 11})]
    assert continued(before, now) == {0: 7, 1: 9}


def test_of_two_parts_the_larger_goes_on_and_of_two_that_merge_the_larger_does() -> None:
    split = continued({7: frozenset({1, 2, 3, 4, 5})}, [frozenset({1, 2}), frozenset({3, 4, 5})])
    assert split == {1: 7}
    merged = {7: frozenset({1, 2}), 9: frozenset({3, 4, 5})}
    assert continued(merged, [frozenset({1, 2, 3, 4, 5})]) == {0: 9}


@patient
@given(
    st.dictionaries(st.integers(1, 5), st.frozensets(st.integers(1, 9), min_size=1), max_size=4),
    st.lists(st.frozensets(st.integers(1, 9), min_size=1), max_size=4),
)
def test_no_identity_is_given_twice_and_none_without_overlap(
    before: dict[int, frozenset[int]], now: list[frozenset[int]]
) -> None:
    found = continued(before, now)
    assert len(set(found.values())) == len(found)
    assert all(now[place] & before[id_] for place, id_ in found.items())


def test_a_label_is_what_the_needs_share_as_it_was_written() -> None:
    assert label([ALL[1], ALL[2], ALL[3]]) == ("surface", "water", "flooding", "terraced")
    common = needs(*FLOODS, "clean water", "water meters", "drinking water")
    words = label([ALL[1], ALL[2], ALL[3]], rarity(common))
    assert words == ("surface", "flooding", "terraced", "streets")


def test_what_questions_are_asked_with_is_no_label_unless_there_is_nothing_else() -> None:
    assert label([*needs("reduce local need", "reduce need of local flooding").values()]) == (
        "reduce",
        "local",
        "need",
    )
    assert label([*needs("reduce damp", "reduce damp").values()]) == ("damp",)


def test_a_label_stays_while_it_is_true() -> None:
    members = [ALL[1], ALL[2], ALL[3]]
    assert label(members, before=("water", "flooding")) == ("water", "flooding")
    assert label(members, before=("water", "flooding", "budget")) == ("water", "flooding")
    assert "budget" not in label(members, before=("budget", "water"))


@patient
@given(
    st.sets(st.sampled_from(sorted(ALL)), min_size=2), st.lists(st.sampled_from(["zebra", "work"]))
)
def test_a_label_holds_no_word_that_its_members_did_not_write(
    ids: set[int], before: list[str]
) -> None:
    members = [ALL[id_] for id_ in ids]
    written = {
        word.lower() for member in members for some in member.words.values() for word in some
    }
    assert {word.lower() for word in label(members, before=before)} <= written


def test_what_is_like_a_draft_comes_best_first_and_without_itself() -> None:
    index = index_of(ALL)
    draft = analyse([Field("surface water flooding in terraced streets")])
    assert set(like(draft, index, top=3)) == {1, 2, 3}
    assert 3 not in like(draft, index, top=3, excluding=[3])
    assert like(analyse([Field("budget for libraries")]), index, top=3) == []
    assert like(analyse([Field("")]), index, top=3) == []
