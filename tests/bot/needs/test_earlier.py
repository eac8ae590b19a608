"""Whether something was asked before, while somebody is still writing it."""

import asyncio
from typing import Any

import pytest

from playground.slack import User, View
from registry import earlier
from registry.earlier import EarlierNeeds
from registry.needs import Need
from tests.conftest import FrozenClock
from tests.office import Office, text_of
from tests.people import BATH, CARDIFF, ONE_DATABASE, QUESTION, officer
from tests.secrecy import leaks

DRAFT = "Surface water flooding in terraced streets: what reduces it?"
NOBODY = "Nobody in this network has asked something like this before."


async def other(office: Office, name: str = "Olga Odd", **more: Any) -> User:
    return await office.person(name, "officer", "Bath Council", BATH, **more)


def typed(question: str, **more: dict[str, Any]) -> dict[str, Any]:
    return {"question": {"question": {"type": "plain_text_input", "value": question}}, **more}


async def looks(office: Office, user: User, text: str = DRAFT) -> View:
    """Open the form with a text and press the button."""
    await office.types(user, f"/need {text}")
    await office.presses(user, office.form(user), "need.earlier")
    return office.form(user)


async def test_what_was_asked_before_is_shown_inside_the_form(
    office: Office, clock: FrozenClock
) -> None:
    olga, otto = await other(office), await officer(office)
    card = await office.posts(olga, QUESTION, background="Two floods.")
    await office.presses(olga, card, "need.close")
    await office.fills_in(olga, words="Rain gardens halved it.", link="https://bath.example/r")
    clock.move(days=20)
    form = text_of(await looks(office, otto))
    assert "*Asked before*" in form
    assert f"*Bath Council*: {QUESTION}" in form
    assert "(Bath and North East Somerset, asked 2 March 2026, closed)" in form
    assert "_Answered:_ Rain gardens halved it. <https://bath.example/r|Read it>" in form
    assert not await leaks(office, [olga, otto])
    assert (await office.fills_in(otto)).errors == {}
    assert DRAFT in text_of(office.card(otto, "Your need"))


async def test_what_was_typed_since_is_kept_and_is_what_counts(office: Office) -> None:
    await office.posts(await other(office), QUESTION)
    otto = await officer(office)
    await office.types(otto, "/need first words, of something else")
    form = office.form(otto)
    form.state = typed(DRAFT)
    await office.presses(otto, form, "need.earlier")
    shown = text_of(office.form(otto))
    assert DRAFT in shown
    assert QUESTION in shown
    form = office.form(otto)
    form.state = typed(f"{DRAFT} And what does it cost?")
    await office.presses(otto, form, "need.detail")
    shown = text_of(office.form(otto))
    assert "And what does it cost?" in shown
    assert QUESTION in shown  # what was found stays when the detail opens
    assert "What would help?" in shown


async def test_nothing_like_it_is_told_so(office: Office) -> None:
    await office.posts(await other(office), QUESTION)
    form = await looks(office, await officer(office), "Which libraries can share one building?")
    assert NOBODY in text_of(form)
    assert QUESTION not in text_of(form)


async def test_without_a_question_it_asks_for_one_beside_the_field(office: Office) -> None:
    await office.posts(await other(office), QUESTION)
    otto = await officer(office)
    await office.types(otto, "/need")
    await office.presses(otto, office.form(otto), "need.earlier")
    assert "*Write your question first.*" in text_of(office.form(otto))
    assert NOBODY not in text_of(office.form(otto))
    form = office.form(otto)
    form.state = typed(DRAFT)
    await office.presses(otto, form, "need.earlier")
    assert QUESTION in text_of(office.form(otto))
    assert "Write your question first" not in text_of(office.form(otto))


async def test_at_most_three_are_shown(office: Office) -> None:
    olga = await other(office)
    for number in range(5):
        await office.posts(olga, f"{QUESTION} Case {number}")
    form = text_of(await looks(office, await officer(office)))
    assert form.count("*Bath Council*") == 3


@pytest.mark.parametrize("how", ["docking_point", "hidden", "removed", "narrowed"])
async def test_nothing_is_shown_that_this_person_may_not_see(office: Office, how: str) -> None:
    olga, otto = await other(office), await officer(office)
    more: dict[str, Any] = {}
    if how == "docking_point":
        more = {"visibility": "docking_point"}
    elif how == "hidden":
        more = {"hide_council": ["hide"], "background": "Twerton Road flooded in terraced streets."}
    card = await office.posts(olga, QUESTION, **more)
    if how in ("removed", "narrowed"):
        assert QUESTION in text_of(await looks(office, otto))
    if how == "removed":
        await office.types(olga, "/need remove")
        await office.presses(olga, office.last(olga), "need.remove")
    elif how == "narrowed":
        await office.presses(olga, card, "need.edit")
        await office.fills_in(olga, visibility="docking_point")
    form = text_of(await looks(office, otto))
    if how == "hidden":
        assert "*a council in South West*" in form
        assert not {"Bath", "Twerton"} & set(form.replace("*", " ").split())
    else:
        assert NOBODY in form
        assert QUESTION not in form


async def test_what_was_found_is_read_again_when_the_detail_opens(office: Office) -> None:
    olga, otto = await other(office), await officer(office)
    await office.posts(olga, QUESTION)
    form = await looks(office, otto)
    await office.types(olga, "/need remove")
    await office.presses(olga, office.last(olga), "need.remove")
    await office.presses(otto, form, "need.detail")
    assert QUESTION not in text_of(office.form(otto))


async def test_another_networks_needs_are_not_there(office: Office) -> None:
    elsewhere, _ = await office.add_team("Elsewhere")
    sam = await office.person("Sam Odd", "officer", "Far Council", CARDIFF, team=elsewhere)
    await office.posts(sam, QUESTION)
    otto = await officer(office)
    form = await looks(office, otto)
    assert NOBODY in text_of(form)
    form.body["private_metadata"] = form.body["private_metadata"].replace("[]", "[1]")
    await office.presses(otto, form, "need.detail")
    assert QUESTION not in text_of(office.form(otto))


async def test_a_need_that_is_changed_is_not_found_for_itself(office: Office) -> None:
    otto = await officer(office)
    card = await office.posts(otto, QUESTION)
    await office.presses(otto, card, "need.edit")
    await office.presses(otto, office.form(otto), "need.earlier")
    assert NOBODY in text_of(office.form(otto))
    assert (await office.fills_in(otto, question=f"{QUESTION} Soon?")).errors == {}


async def test_pressing_twice_shows_it_once(office: Office) -> None:
    await office.posts(await other(office), QUESTION)
    otto = await officer(office)
    await office.types(otto, f"/need {DRAFT}")
    form = office.form(otto)
    await asyncio.gather(
        office.delivery.press(otto, form, "need.earlier"),
        office.delivery.press(otto, form, "need.earlier"),
    )
    shown = text_of(office.form(otto))
    assert shown.count("*Asked before*") == shown.count(f"*Bath Council*: {QUESTION}") == 1


@ONE_DATABASE
async def test_what_takes_too_long_is_ready_at_the_next_press(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    await office.posts(await other(office), QUESTION)
    otto = await officer(office)
    monkeypatch.setattr(earlier, "WAIT", 0.0)
    form = await looks(office, otto)
    assert "Still reading the earlier needs." in text_of(form)
    monkeypatch.setattr(earlier, "WAIT", 30.0)
    await office.presses(otto, form, "need.earlier")
    assert QUESTION in text_of(office.form(otto))


@ONE_DATABASE
async def test_it_reads_only_what_changed_and_keeps_no_more_than_its_bound(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    olga = await other(office)
    monkeypatch.setattr(earlier, "MOST_NEEDS", 2)
    found = EarlierNeeds()
    network = await office.network()
    draft = Need(question=DRAFT, background="", hide_council=False)

    async def ids() -> list[int]:
        some = await found.like(office.session_factory, network.id, draft, wait=30)
        assert some is not None
        return sorted(some)

    await office.posts(olga, QUESTION)
    assert await ids() == [1]
    for number in (2, 3):
        await office.posts(olga, f"{QUESTION} Case {number}")
    assert await ids() == [2, 3]
    await office.types(olga, "/need remove")
    await office.presses(olga, office.last(olga), "need.remove")
    assert await ids() == [2]
    monkeypatch.setattr(earlier, "MOST_NETWORKS", 1)
    elsewhere, _ = await office.add_team("Elsewhere")
    other_network = await office.network(elsewhere)
    assert await found.like(office.session_factory, other_network.id, draft, wait=30) == []
    assert list(found._known) == [other_network.id]
