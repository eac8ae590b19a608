"""The sample network: its files agree with each other, the rules and the walk through it."""

from collections import Counter
from datetime import date, datetime, timedelta
from itertools import chain
from zoneinfo import ZoneInfo

import pytest

from playground.sample import Sample, SampleMember, load_sample
from playground.sample.drafts import (
    SATURDAY,
    call_draft,
    event_draft,
    expertise_draft,
    need_draft,
    working_day,
)
from registry import events, expertise, funding, needs, places
from registry.contact_details import refuse_contact_details
from registry.expertise import HowSoon
from registry.members import Role
from registry.needs import Money, Offer, Output, Visibility
from registry.networks import Network

SAMPLE = load_sample()
THEMES = {
    "flooding",
    "high streets",
    "skills gaps",
    "rural growth",
    "social care",
    "net zero",
    "housing demand",
    "exporting",
    "inclusion",
    "NHS efficiency",
    "nature recovery",
    "electrification skills",
}
NATIONS = {"England", "Wales", "Scotland", "Northern Ireland"}
MONDAY = date(2026, 3, 2)
A_WEEK = [MONDAY + timedelta(days=days) for days in range(7)]


@pytest.fixture(params=A_WEEK, ids=lambda day: f"{day:%a}")
def today(request: pytest.FixtureRequest) -> date:
    """The day on which the sample is loaded: each day of a week."""
    day: date = request.param
    return day


def late_on(today: date) -> datetime:
    """Shortly before midnight, when least of the day is left."""
    return datetime(today.year, today.month, today.day, 23, 50, tzinfo=ZoneInfo("Europe/London"))


def member(key: str) -> SampleMember:
    return next(one for one in SAMPLE.members if one.key == key)


def nations(codes: list[str]) -> set[str]:
    found = [place for code in codes if (place := places.find(code))]
    return {place.nation or place.name for place in found}


def shown(sample: Sample) -> list[str]:
    """Every text that some member of the network reads."""
    tour = sample.tour
    return [
        *(one.name for one in sample.organisations),
        *chain.from_iterable((one.name, one.title) for one in sample.members),
        *chain.from_iterable((one.question, one.background) for one in sample.needs),
        *chain.from_iterable((one.summary, *one.publications) for one in sample.expertise),
        *chain.from_iterable((*one.topics, *one.methods) for one in sample.expertise),
        *chain.from_iterable((one.title, one.funder, *one.themes) for one in sample.calls),
        *chain.from_iterable((one.title, one.place) for one in sample.events),
        *(tour.strong_need, tour.gap_need, tour.gap_expertise),
    ]


def test_it_is_as_large_as_a_partnership() -> None:
    roles = Counter(one.role for one in SAMPLE.members)
    assert len(SAMPLE.organisations) == 12
    assert len(SAMPLE.needs) == 30
    assert len(SAMPLE.expertise) == 40
    assert 40 <= len(SAMPLE.members) <= 60
    assert roles[Role.BROKER] == len(SAMPLE.organisations)
    assert roles[Role.OFFICER] >= 10
    assert len(SAMPLE.calls) >= 6
    assert len(SAMPLE.events) >= 6


def test_all_four_nations_have_organisations_needs_and_expertise() -> None:
    assert nations([one.place for one in SAMPLE.organisations]) == NATIONS
    assert nations([code for one in SAMPLE.needs for code in one.places]) == NATIONS
    assert nations([code for one in SAMPLE.expertise for code in one.places]) == NATIONS


def test_the_calls_touch_every_theme() -> None:
    assert {theme for one in SAMPLE.calls for theme in one.themes} == THEMES


def test_every_key_is_used_once_and_leads_to_somebody() -> None:
    people = [one.key for one in SAMPLE.members]
    bodies = [one.key for one in SAMPLE.organisations]
    owners = [one.member for one in SAMPLE.expertise]
    tour = SAMPLE.tour
    assert len(set(people)) == len(people)
    assert len({one.name for one in SAMPLE.members}) == len(people)
    assert len(set(bodies)) == len(bodies)
    assert len(set(owners)) == len(owners)
    assert {*owners, *(one.member for one in SAMPLE.needs)} <= set(people)
    assert {tour.officer, tour.strong_academic, tour.gap_academic, tour.admin} <= set(people)
    assert {one.organisation for one in SAMPLE.members} == set(bodies)
    assert {one.workspace for one in SAMPLE.members} == {"main", "universities"}


def test_each_organisation_has_a_broker_of_its_own_as_docking_point() -> None:
    for one in SAMPLE.organisations:
        docking = member(one.docking)
        assert (docking.organisation, docking.role) == (one.key, Role.BROKER)


def test_questions_come_from_councils_and_expertise_from_universities() -> None:
    councils = {one.organisation for one in SAMPLE.members if one.role == Role.OFFICER}
    assert {member(one.member).organisation for one in SAMPLE.needs} == councils
    assert not councils & {member(one.member).organisation for one in SAMPLE.expertise}
    assert not councils & {one.organisation for one in SAMPLE.members if one.role == Role.ACADEMIC}


def test_the_walk_is_played_in_the_main_workspace() -> None:
    tour = SAMPLE.tour
    played = [tour.officer, tour.strong_academic, tour.gap_academic, tour.admin]
    assert {member(key).workspace for key in played} == {"main"}
    assert member(tour.admin).admin
    assert tour.officer not in {one.member for one in SAMPLE.needs}
    assert tour.gap_academic not in {one.member for one in SAMPLE.expertise}


def test_places_are_those_of_the_gazetteer() -> None:
    codes = [
        *(one.place for one in SAMPLE.organisations),
        *chain.from_iterable(one.places for one in SAMPLE.needs),
        *chain.from_iterable(one.places for one in SAMPLE.expertise),
    ]
    assert [code for code in codes if places.find(code) is None] == []


def test_organisations_have_no_real_name() -> None:
    real = {places.fold(place.short_name) for place in places.gazetteer().values()}
    for one in SAMPLE.organisations:
        name = f" {places.fold(one.name)} "
        assert [place for place in real if f" {place} " in name] == []


def test_choices_are_those_of_the_forms() -> None:
    for need in SAMPLE.needs:
        assert set(need.outputs) <= set(Output)
        assert set(need.offers) <= set(Offer)
        assert need.money in set(Money)
        assert need.visibility in set(Visibility)
    for profile in SAMPLE.expertise:
        assert profile.topics
        assert profile.methods
        assert profile.places
        assert set() < set(profile.outputs) <= set(Output)
        assert profile.how_soon in set(HowSoon)
    assert {one.role for one in SAMPLE.members} <= set(Role)
    assert {one.how_soon for one in SAMPLE.expertise} == set(HowSoon)


def test_nothing_shown_says_how_to_reach_somebody() -> None:
    for text in shown(SAMPLE):
        assert "@" not in text
        assert refuse_contact_details(text) is None


def test_addresses_lead_nowhere() -> None:
    links = [one.link for one in SAMPLE.calls]
    links += [one.link for one in SAMPLE.events if one.link]
    assert all(link.split("/")[2].endswith(".example") for link in links)
    assert all(one.email.endswith(".example") for one in SAMPLE.members)


def test_each_profile_is_in_words_of_its_own() -> None:
    openings = Counter(" ".join(one.summary.split()[:4]) for one in SAMPLE.expertise)
    assert openings.most_common(1)[0][1] == 1
    sentences = Counter(
        sentence for one in SAMPLE.expertise for sentence in one.summary.rstrip(".").split(". ")
    )
    assert sentences.most_common(1)[0][1] == 1
    assert len({tuple(one.topics) for one in SAMPLE.expertise}) == len(SAMPLE.expertise)


def test_needs_and_expertise_pass_the_rules_whenever_they_are_loaded(today: date) -> None:
    for need in SAMPLE.needs:
        draft = need_draft(need, today)
        needs.check(draft, today)
        assert draft.needed_by is None or draft.needed_by.weekday() < SATURDAY
    for profile in SAMPLE.expertise:
        expertise.check(expertise_draft(profile))


def test_calls_open_and_close_on_working_days(today: date) -> None:
    network = Network(time_zone="Europe/London")
    for one in SAMPLE.calls:
        draft = call_draft(one, today)
        closes = funding.check(draft, network, late_on(today)).closes
        assert draft.opens is not None
        assert closes is not None
        assert draft.opens.weekday() < SATURDAY
        assert closes.weekday() < SATURDAY


def test_events_are_on_working_days_within_office_hours(today: date) -> None:
    for one in SAMPLE.events:
        starts, ends = events.check(event_draft(one, today), late_on(today))
        begins, finishes = (
            moment.astimezone(ZoneInfo("Europe/London")) for moment in (starts, ends)
        )
        assert begins.weekday() < SATURDAY
        assert begins.date() == finishes.date()
        assert 9 <= begins.hour < finishes.hour <= 17


def test_a_day_at_the_weekend_becomes_the_monday_after() -> None:
    friday = MONDAY - timedelta(days=3)
    assert working_day(friday, 0) == friday
    assert [working_day(friday, days) for days in (1, 2, 3)] == [MONDAY] * 3
    assert working_day(MONDAY, -1) == MONDAY
