"""A list of publications: kept as pasted, matched, and told to nobody before both said yes."""

import json

import pytest
from sqlalchemy import select

from bot.blocks import actions
from bot.introductions.views import profile_button
from registry.expertise import Expertise
from registry.matches import Match
from tests.conftest import FrozenClock
from tests.matching.invented import Bag
from tests.office import Office, text_of
from tests.people import FLOODS, HIGH_STREETS, ONE_DATABASE, QUESTION, academic, officer
from tests.registry.test_vectors import stored, use

YOURS = "Your expertise"
PAPERS = (
    "• Madeup, O. & Fictional, I. (2021) Surface water flooding of older terraced streets. J. "
    "Invented Rain, 4(2), pp. 1–9. https://doi.org/10.1234/madeup\n"
    "\n"
    "  2. Heavy rain on streets: reducing what floods them in Nowhereshire  "
)
KEPT = [line.strip() for line in PAPERS.splitlines() if line.strip()]
HIDDEN = (
    "Nowhereshire",
    "Madeup, O.",
    "Invented Rain",
    "Surface water flooding of older",
    "10.1234",
)


async def rows(office: Office) -> list[Expertise]:
    async with office.session_factory.begin() as session:
        return list(await session.scalars(select(Expertise)))


async def test_a_list_is_kept_as_it_was_pasted_and_comes_back_in_the_form(office: Office) -> None:
    ines = await academic(office)
    await office.types(ines, f"/expertise {HIGH_STREETS}")
    assert "not shown before an introduction" in text_of(office.form(ines))
    card = text_of(await office.registers(ines, HIGH_STREETS, publications=PAPERS))
    assert "And 2 publications or projects, not shown before an introduction." in card
    assert "Nowhereshire" not in card
    (row,) = await rows(office)
    assert row.publications == KEPT
    await office.types(ines, "/expertise edit")
    assert "\n".join(KEPT) in text_of(office.form(ines))
    assert (await office.fills_in(ines)).errors == {}
    assert [one.publications for one in await rows(office)] == [KEPT]
    assert "2 publications" in text_of(await office.opens_home(ines))
    await office.types(ines, "/expertise remove")
    assert "2 publications" in text_of(office.last(ines))
    await office.presses(ines, office.last(ines), "expertise.remove")
    assert await rows(office) == []
    assert "publications" not in text_of(await office.opens_home(ines))


async def test_the_rest_of_the_form_keeps_the_list_that_was_typed(office: Office) -> None:
    ines = await academic(office)
    await office.types(ines, "/expertise floods")
    form = office.form(ines)
    typed = {"type": "plain_text_input", "value": PAPERS}
    form.state = {"publications": {"publications": typed}}
    await office.presses(ines, form, "expertise.detail")
    assert "\n".join(KEPT) in text_of(office.form(ines))


@ONE_DATABASE
@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("\n".join(f"A paper number {n}" for n in range(51)), "That is 51 lines"),
        ("Fine one here\n" + "x" * 401, "401 characters: “xxxxx"),
        ("\n".join(["paper " * 66] * 8), "3,000 characters"),
        ("A good title here\nhttps://doi.org/10.1234/abc", "give titles"),
    ],
)
async def test_what_is_too_much_is_told_beside_the_list(
    office: Office, typed: str, words: str
) -> None:
    ines = await academic(office)
    await office.types(ines, f"/expertise {FLOODS}")
    result = await office.fills_in(ines, publications=typed)
    assert list(result.errors) == ["publications"]
    assert words in result.errors["publications"]
    assert await rows(office) == []
    assert (await office.fills_in(ines, publications="One\nTwo titles more")).errors == {}


async def test_publications_alone_find_a_need_and_only_the_officers_words_are_told(
    office: Office, clock: FrozenClock
) -> None:
    ines, otto = await academic(office), await officer(office)
    need = await office.posts(otto, QUESTION)
    assert "Nobody in the network fits yet" in text_of(need)
    card = await office.registers(ines, HIGH_STREETS)
    assert "No open need fits yet" in text_of(card)
    await office.types(ines, "/expertise edit")
    assert (await office.fills_in(ines, publications=PAPERS)).errors == {}
    assert "One open need fits" in text_of(office.card(ines, YOURS))
    seen = text_of(office.card(otto, "Your need"))
    assert "One person could help" in seen
    why = next(line for line in seen.splitlines() if line.startswith("Both mention "))
    named = why.partition("mention ")[2].partition(" (")[0].replace(" and ", ", ").split(", ")
    assert named
    assert all(word in QUESTION for word in named)
    told = json.dumps([[one.text, one.blocks] for one in office.slack.seen_by(otto)])
    assert not [words for words in HIDDEN if words in told]
    clock.move(minutes=5)
    await office.types(ines, "/expertise edit")
    await office.fills_in(ines, publications="")
    assert "No open need fits yet" in text_of(office.card(ines, YOURS))
    assert "Nobody in the network fits yet" in text_of(office.card(otto, "Your need"))


async def test_once_both_said_yes_the_two_may_read_the_profile_and_nobody_else(
    office: Office,
) -> None:
    ines, otto = await academic(office), await officer(office)
    olga = await officer(office, "Olga Madeup")
    await office.registers(
        ines,
        f"{FLOODS} <b>",
        publications=PAPERS,
        topics="rain, streets",
        methods="models",
        links="https://inv.example/ines",
    )
    await office.posts(otto, QUESTION)
    await office.presses(otto, office.card(otto, "Your need"), "introduction.ask")
    forged = [actions([profile_button(1)], block_id="forged")]
    early = office.card(otto, "Your need")
    early.blocks = forged
    await office.presses(otto, early, "introduction.profile")
    assert "no longer open" in text_of(office.whispered(otto))
    await office.presses(ines, office.card(ines, "Could you help"), "introduction.yes")
    group = office.card(otto, "You have both said yes")
    assert not [words for words in HIDDEN if words in text_of(group)]
    await office.presses(otto, group, "introduction.profile")
    shown = text_of(office.form(otto))
    for words in (*HIDDEN, "&lt;b&gt;", "rain and streets", "models", "https://inv.example/ines"):
        assert words in shown
    hers = await office.posts(olga, "Which roof is best for bats?")
    hers.blocks = forged
    await office.presses(olga, hers, "introduction.profile")
    assert "no longer open" in text_of(office.whispered(olga))
    assert "Nowhereshire" not in office.sees(olga)
    await office.types(ines, "/expertise remove")
    await office.presses(ines, office.last(ines), "expertise.remove")
    before = office.sees(otto)
    await office.presses(otto, group, "introduction.profile")
    assert office.sees(otto) != before
    assert "no longer open" in text_of(office.whispered(otto))


async def test_a_changed_list_is_read_anew_and_an_unchanged_one_is_not(office: Office) -> None:
    bag = Bag()
    use(office, bag)
    ines, otto = await academic(office), await officer(office)
    many = "\n".join(f"Flood number {n} in village{n}" for n in range(40))
    await office.registers(ines, FLOODS, publications=many)
    await office.posts(otto, QUESTION)
    of_profile = [row for row in await stored(office) if row.expertise_id is not None]
    assert [len(row.halves) for row in of_profile] == [8 * 2 * Bag.dimensions]
    assert any("village39" in text for text in bag.read)
    bag.read.clear()
    await office.types(ines, "/expertise edit")
    await office.fills_in(ines)
    assert bag.read == []
    await office.types(ines, "/expertise edit")
    await office.fills_in(ines, publications="Bats in the lofts of churches")
    assert any("Bats in the lofts" in text for text in bag.read)
    assert not any("village" in text for text in bag.read)


async def test_match_reasons_that_are_kept_go_with_the_profile(office: Office) -> None:
    ines, otto = await academic(office), await officer(office)
    await office.registers(ines, HIGH_STREETS, publications=PAPERS)
    await office.posts(otto, QUESTION)
    async with office.session_factory.begin() as session:
        assert "terraced" in json.dumps(
            [one.reasons for one in await session.scalars(select(Match))]
        )
    await office.types(ines, "/expertise remove")
    await office.presses(ines, office.last(ines), "expertise.remove")
    async with office.session_factory.begin() as session:
        assert list(await session.scalars(select(Match))) == []
