import csv
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching.facts import Nearness
from registry import places

CODES = sorted(places.gazetteer())


def code(name: str) -> str:
    found = [place for place in places.gazetteer().values() if place.name == name]
    assert len(found) == 1, name
    return found[0].code


def test_every_authority_of_the_file_is_there_with_its_official_code() -> None:
    with places.FACTS.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 396
    assert len(CODES) == len(rows) + 9 + 4 + 1
    assert all(re.fullmatch(r"[EKNSW]\d{8}", one) for one in CODES)


def test_every_place_lies_within_places_that_are_there() -> None:
    for place in places.gazetteer().values():
        assert all(places.find(outer) for outer in place.within)
        assert 49 < place.latitude < 61
        assert -9 < place.longitude < 2


def test_all_four_nations_are_there() -> None:
    nations = {place.nation for place in places.gazetteer().values()}
    assert nations >= {"England", "Wales", "Scotland", "Northern Ireland"}


def test_a_district_lies_in_a_county_a_region_and_a_nation_at_once() -> None:
    within = places.gazetteer()[code("Amber Valley Borough Council")].within
    names = {places.label(one) for one in within}
    assert {"Derbyshire", "England", "United Kingdom"} <= names


@pytest.mark.parametrize(
    ("one", "other", "relation"),
    [
        ("Manchester City Council", "Manchester City Council", Nearness.SAME),
        ("Manchester City Council", "Greater Manchester Combined Authority", Nearness.OVERLAPS),
        ("Amber Valley Borough Council", "Derbyshire County Council", Nearness.OVERLAPS),
        ("Derbyshire County Council", "East Midlands Combined County Authority", Nearness.OVERLAPS),
        ("City of Cardiff Council", "Newport City Council", Nearness.NEAR),
        ("Manchester City Council", "Cumberland Council", Nearness.REGION),
        ("Cornwall Council", "Newcastle City Council", Nearness.NATION),
        ("City of Cardiff Council", "Isle of Anglesey County Council", Nearness.NATION),
        ("Cornwall Council", "Glasgow City Council", Nearness.FAR),
        ("Cornwall Council", "England", Nearness.NATION),
        ("Cornwall Council", "South West", Nearness.REGION),
    ],
)
def test_how_places_lie_to_each_other(one: str, other: str, relation: Nearness) -> None:
    assert places.nearness([code(one)], [code(other)]) is relation


@given(st.sampled_from(CODES), st.sampled_from(CODES))
def test_nearness_is_the_same_from_both_sides(one: str, other: str) -> None:
    assert places.nearness([one], [other]) is places.nearness([other], [one])


def test_the_closest_of_several_places_counts() -> None:
    some = [code("Cornwall Council"), code("Glasgow City Council")]
    assert places.nearness(some, [code("Glasgow City Council"), "unknown"]) is Nearness.SAME
    assert places.nearness(some, []) is Nearness.FAR


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("newc", "Newcastle"),
        ("st albans", "St Albans"),
        ("St. Albans City", "St Albans"),
        ("derbyshire", "Derbyshire"),
        ("anglesey", "Isle of Anglesey"),
        ("wales", "Wales"),
        ("stoke on trent", "Stoke-on-Trent"),
    ],
)
def test_the_type_ahead_finds_what_is_typed(typed: str, first: str) -> None:
    assert places.search(typed)[0].short_name.startswith(first)


def test_the_type_ahead_finds_nothing_in_nonsense_and_is_never_too_long() -> None:
    assert places.search("zzzz") == []
    assert places.search("  ") == []
    assert len(places.search("s", limit=7)) == 7


def test_labels_are_short_and_tell_places_apart() -> None:
    labels = [places.label(one) for one in CODES]
    assert len(set(labels)) == len(labels)
    assert all(0 < len(label) <= 75 for label in labels)
    assert places.label("X1") == "X1"


def test_a_hidden_council_is_told_by_its_region() -> None:
    assert places.region_label([code("Cornwall Council")]) == "South West"
    assert (
        places.region_label([code("City of Cardiff Council"), code("Newport City Council")])
        == "Wales"
    )
    both = [code("City of Cardiff Council"), code("Cornwall Council")]
    assert places.region_label(both) == "the United Kingdom"
