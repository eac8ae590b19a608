"""What else than words speaks for a pair, from the forms to the reasons on the cards."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from playground.slack import User
from registry.matches import Match
from registry.presses import Press
from tests.conftest import FrozenClock
from tests.office import Office, text_of
from tests.people import (
    BATH,
    BRISTOL,
    CARDIFF,
    FLOODS,
    FLOODS_TOO,
    ONE_DATABASE,
    QUESTION,
    academic,
    officer,
)

NOBODY = "Nobody in the network fits yet"
DETAIL: dict[str, Any] = {"places": [BRISTOL], "how_soon": "now", "least_money": "under_5k"}


async def test_each_fact_is_among_the_reasons(office: Office, clock: FrozenClock) -> None:
    await office.registers(await academic(office), FLOODS, outputs=["conversation"], **DETAIL)
    needed_by = (clock.now() + timedelta(days=40)).date().isoformat()
    card = text_of(
        await office.posts(await officer(office), QUESTION, money="5k_to_25k", needed_by=needed_by)
    )
    for words in (
        "Same place",
        "can start in time",
        "offers a 30-minute conversation",
        "the money fits",
        "has room for a new introduction",
        "does research",
    ):
        assert words in card


@ONE_DATABASE
@pytest.mark.parametrize("money", [{}, {"money": "none"}, {"money": "5k_to_25k"}])
async def test_that_money_fits_is_said_only_where_some_is_needed(
    office: Office, money: dict[str, Any]
) -> None:
    await office.registers(await academic(office), FLOODS, least_money="none")
    card = text_of(await office.posts(await officer(office), QUESTION, **money))
    assert "no money is needed" in card
    assert "the money fits" not in card


@pytest.mark.parametrize(
    ("insists", "meets", "fails"),
    [
        ("place", {"places": [BRISTOL]}, {"places": [CARDIFF]}),
        ("outputs", {"outputs": ["conversation"]}, {"outputs": ["modelling"]}),
        ("money", {"least_money": "none"}, {"least_money": "over_25k"}),
        ("time", {"how_soon": "now"}, {"how_soon": "this_year"}),
    ],
)
async def test_an_officer_may_see_only_those_who_meet_a_condition(
    office: Office,
    clock: FrozenClock,
    insists: str,
    meets: dict[str, Any],
    fails: dict[str, Any],
) -> None:
    ines = await academic(office)
    await office.registers(ines, FLOODS, **fails)
    otto = await officer(office)
    needed_by = (clock.now() + timedelta(days=40)).date().isoformat()
    asked = {"money": "under_5k", "needed_by": needed_by, "outputs": ["conversation"]}
    card = await office.posts(otto, QUESTION, insists_on=[insists], **asked)
    assert NOBODY in text_of(card)
    assert "You see only people who say that they" in text_of(card)
    await office.types(ines, "/expertise edit")
    assert (await office.fills_in(ines, **meets)).errors == {}
    found = text_of(office.card(otto, "Your need"))
    assert "One person could help" in found
    assert "You see only people" not in found


async def test_a_card_with_nobody_names_the_conditions_that_were_ticked(office: Office) -> None:
    asked = {"outputs": ["conversation"], "insists_on": ["place", "outputs"]}
    card = text_of(await office.posts(await officer(office), QUESTION, **asked))
    words = "know or work in our area and offer what would help. “Change it” unticks that."
    assert f"You see only people who say that they {words}" in card


async def test_an_academic_may_hear_only_of_needs_that_meet_a_condition(office: Office) -> None:
    otto, ines = await officer(office), await academic(office)
    await office.posts(otto, QUESTION, money="none")
    card = await office.registers(ines, FLOODS, insists_on=["money"], least_money="under_5k")
    assert "No open need fits yet." in text_of(card)
    assert NOBODY in text_of(office.card(otto, "Your need"))


@pytest.mark.parametrize(
    ("insists", "field"), [("time", "needed_by"), ("money", "money"), ("outputs", "outputs")]
)
async def test_a_condition_without_what_it_compares_is_told_beside_that_field(
    office: Office, insists: str, field: str
) -> None:
    otto = await officer(office)
    await office.types(otto, f"/need {QUESTION}")
    await office.presses(otto, office.form(otto), "need.detail")
    result = await office.fills_in(otto, insists_on=[insists], outputs=[])
    assert list(result.errors) == [field]
    assert "untick the condition" in result.errors[field]


async def test_an_academics_condition_without_what_it_compares_is_refused(office: Office) -> None:
    ines = await academic(office)
    await office.types(ines, f"/expertise {FLOODS}")
    await office.presses(ines, office.form(ines), "expertise.detail")
    result = await office.fills_in(ines, insists_on=["money"])
    assert list(result.errors) == ["insists_on"]


async def said(office: Office) -> list[tuple[str, str]]:
    async with office.session_factory.begin() as session:
        presses = await session.scalars(select(Press).order_by(Press.id))
        return [(one.side, one.said) for one in presses]


async def introduced(office: Office) -> tuple[User, User]:
    otto, ines = await officer(office), await academic(office)
    await office.registers(ines, FLOODS)
    card = await office.posts(otto, QUESTION)
    await office.presses(otto, card, "introduction.ask")
    await office.presses(ines, office.card(ines, "Could you help"), "introduction.yes")
    return otto, ines


async def test_what_each_side_presses_is_kept_with_what_the_matcher_knew(
    office: Office, clock: FrozenClock
) -> None:
    otto, ines = await introduced(office)
    clock.move(days=8)
    await office.clock_moved()
    await office.presses(otto, office.card(otto, "Did you meet?"), "introduction.met")
    assert await said(office) == [("officer", "ask"), ("academic", "yes"), ("officer", "met:yes")]
    async with office.session_factory.begin() as session:
        match = (await session.scalars(select(Match))).one()
        first = (await session.scalars(select(Press).order_by(Press.id))).first()
    assert first is not None
    assert first.matcher == match.matcher
    assert first.score == match.score == sum(first.features["shares"].values())
    assert first.features["facts"]["nearness"] == "near"
    await office.types(ines, "/expertise remove")
    await office.presses(ines, office.last(ines), "expertise.remove")
    assert await said(office) == []


async def test_reasons_for_a_no_are_kept_for_both_sides(office: Office) -> None:
    otto = await officer(office)
    first, second = await academic(office), await academic(office, "Isla Inventy")
    await office.registers(first, FLOODS, places=[BRISTOL])
    await office.registers(second, FLOODS_TOO, places=[BATH])
    card = await office.posts(otto, QUESTION)
    await office.presses(otto, card, "introduction.ask")
    asked = next(one for one in (first, second) if "Could you help" in office.sees(one))
    await office.chooses(
        asked, office.card(asked, "Could you help"), "introduction.no", "Not my field"
    )
    await office.chooses(
        otto, office.card(otto, "Your need"), "match.not_fit", "Not the right topic"
    )
    assert await said(office) == [
        ("officer", "ask"),
        ("academic", "not_my_field"),
        ("officer", "topic"),
    ]
