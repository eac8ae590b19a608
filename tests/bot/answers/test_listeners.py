import asyncio
from dataclasses import dataclass

import pytest
from sqlalchemy import func, select

from playground.slack import Message, User
from registry.answers import Answer, Credit
from registry.disclosure import AnswerShown, answer_of
from registry.needs import Need
from tests.office import Office, text_of
from tests.people import CARDIFF, FLOODS, FLOODS_TOO, QUESTION, academic, officer, pressed

MAY_YOU = "May you be named with your answer?"
CAME = "We replaced two car parks with rain gardens."
LINK = "https://council.example/rain-gardens"
NAME = "Prof Ines F., University of Nowhere"


@dataclass
class Two:
    """An officer and an academic who were introduced."""

    otto: User
    ines: User


@pytest.fixture
async def two(office: Office) -> Two:
    ines = await academic(office)
    await office.registers(ines, FLOODS)
    otto = await officer(office)
    card = await office.posts(otto, QUESTION)
    await office.presses(otto, card, "introduction.ask")
    await office.presses(ines, office.card(ines, "Could you help"), "introduction.yes")
    return Two(otto, ines)


def need_card(office: Office, two: Two) -> Message:
    return office.card(two.otto, "Your need")


async def closes(office: Office, two: Two) -> None:
    await office.presses(two.otto, need_card(office, two), "need.close")


async def publishes(office: Office, two: Two, *, named: bool) -> Message | None:
    """Close, say what came of it and who answered; what that person is asked, if they are."""
    await closes(office, two)
    result = await office.fills_in(
        two.otto, words=CAME, link=LINK, who="1", may_be_named=["yes"] if named else []
    )
    assert result.errors == {}
    return next((one for one in office.messages(two.ines) if MAY_YOU in one.text), None)


async def shown(office: Office) -> AnswerShown | None:
    """What everybody in the network sees."""
    async with office.session_factory.begin() as session:
        need = (await session.scalars(select(Need))).one()
        return await answer_of(session, need)


async def agrees(office: Office, two: Two, asked: Message, name: str = NAME) -> None:
    await office.presses(two.ines, asked, "answer.yes")
    assert (await office.fills_in(two.ines, named_as=name)).errors == {}


async def test_whoever_closes_a_need_is_asked_what_came_of_it(office: Office, two: Two) -> None:
    await closes(office, two)
    form = text_of(office.form(two.otto))
    assert "Closed. We have stopped looking." in form
    assert "a university in the South West, introduced 2 March 2026" in form
    assert (await office.fills_in(two.otto, words=CAME, link=LINK)).errors == {}
    assert "Thank you." in text_of(office.form(two.otto))
    assert await shown(office) == AnswerShown(CAME, LINK, None)
    card = text_of(need_card(office, two))
    assert f"_Answered:_ {CAME} <{LINK}|Read it>" in card
    assert not [one for one in office.messages(two.ines) if MAY_YOU in one.text]


async def test_who_answered_is_named_once_both_agree(office: Office, two: Two) -> None:
    asked = await publishes(office, two, named=True)
    assert asked is not None
    assert CAME in text_of(asked)
    assert await shown(office) == AnswerShown(CAME, LINK, None)
    await agrees(office, two, asked)
    assert await shown(office) == AnswerShown(CAME, LINK, NAME)
    assert f"You are named as {NAME} while you both agree." in text_of(
        office.card(two.ines, MAY_YOU)
    )


async def test_a_no_looks_like_no_answer_and_like_never_having_been_asked(
    office: Office, two: Two
) -> None:
    asked = await publishes(office, two, named=True)
    assert asked is not None
    before = (text_of(need_card(office, two)), await shown(office), office.sees(two.otto))
    await office.presses(two.ines, asked, "answer.no")
    assert (text_of(need_card(office, two)), await shown(office), office.sees(two.otto)) == before
    assert "You are not named. Nobody is told." in text_of(office.card(two.ines, MAY_YOU))
    await office.presses(two.otto, need_card(office, two), "answer.open")
    await office.fills_in(two.otto, may_be_named=[])
    assert await shown(office) == before[1]


async def test_the_officer_who_does_not_agree_has_nobody_asked(office: Office, two: Two) -> None:
    assert await publishes(office, two, named=False) is None
    assert "Do not name them" not in text_of(need_card(office, two))


@pytest.mark.parametrize("who", ["officer", "academic"])
async def test_either_takes_it_back_and_the_name_is_gone(
    office: Office, two: Two, who: str
) -> None:
    asked = await publishes(office, two, named=True)
    assert asked is not None
    await agrees(office, two, asked)
    if who == "officer":
        await office.presses(two.otto, need_card(office, two), "answer.unname")
        await office.delivery.again()
        assert "Nobody is named with it." in text_of(office.last(two.otto))
    else:
        await office.presses(two.ines, office.card(two.ines, MAY_YOU), "answer.no")
        async with office.session_factory.begin() as session:
            assert (await session.scalars(select(Credit.named_as))).one() is None
    assert await shown(office) == AnswerShown(CAME, LINK, None)


async def test_a_no_can_become_a_yes_and_nobody_is_asked_twice(office: Office, two: Two) -> None:
    asked = await publishes(office, two, named=True)
    assert asked is not None
    await office.presses(two.ines, asked, "answer.no")
    for _ in range(2):
        await office.presses(two.otto, need_card(office, two), "answer.open")
        await office.fills_in(two.otto)
    assert len([one for one in office.messages(two.ines) if MAY_YOU in one.text]) == 1
    await agrees(office, two, office.card(two.ines, MAY_YOU))
    assert await shown(office) == AnswerShown(CAME, LINK, NAME)


async def test_the_form_sent_twice_is_one_answer_and_one_ask(office: Office, two: Two) -> None:
    asked = await publishes(office, two, named=True)
    assert asked is not None
    await office.delivery.again()
    await office.settle()
    async with office.session_factory.begin() as session:
        assert await session.scalar(select(func.count(Answer.id))) == 1
        assert await session.scalar(select(func.count(Credit.id))) == 1
    assert len([one for one in office.messages(two.ines) if MAY_YOU in one.text]) == 1


async def test_two_forms_at_once_are_one_answer_and_one_ask(office: Office, two: Two) -> None:
    await closes(office, two)
    form = office.form(two.otto)
    state = {
        name: office._value(form, name, value)
        for name, value in (("words", CAME), ("who", "1"), ("may_be_named", ["yes"]))
    }
    both = [office.delivery.submit(two.otto, form, state) for _ in range(2)]
    assert [one.errors for one in await asyncio.gather(*both)] == [{}, {}]
    await office.settle()
    async with office.session_factory.begin() as session:
        assert await session.scalar(select(func.count(Credit.id))) == 1
    assert len([one for one in office.messages(two.ines) if MAY_YOU in one.text]) == 1


async def test_an_open_need_shows_no_answer(office: Office, two: Two) -> None:
    await publishes(office, two, named=False)
    await office.presses(two.otto, need_card(office, two), "need.reopen")
    assert await shown(office) is None
    stale = need_card(office, two)
    pressed(stale, "need.close")["action_id"] = "answer.open"
    await office.presses(two.otto, stale, "answer.open")
    assert "Close the need first" in text_of(office.last(two.otto))


@pytest.mark.parametrize("what", ["/need remove", "/expertise remove"])
async def test_what_is_removed_takes_the_name_with_it(office: Office, two: Two, what: str) -> None:
    asked = await publishes(office, two, named=True)
    assert asked is not None
    await agrees(office, two, asked)
    person = two.otto if what.startswith("/need") else two.ines
    await office.types(person, what)
    await office.presses(person, office.last(person), what[1:].replace(" ", "."))
    async with office.session_factory.begin() as session:
        assert await session.scalar(select(func.count(Credit.id))) == 0
        kept = await session.scalar(select(func.count(Answer.id)))
    assert kept == (0 if person is two.otto else 1)
    assert "no longer here" in text_of(asked)
    assert NAME not in office.sees(two.ines)


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("words", "  ", "what came of it"),
        ("words", "Ask ines@uni.example", "e-mail"),
        ("link", "council.example", "https://"),
        ("link", "javascript:alert(1)", "https://"),
        ("may_be_named", ["yes"], "who answered"),
    ],
)
async def test_what_cannot_be_taken_is_told_beside_its_field(
    office: Office, two: Two, field: str, value: object, words: str
) -> None:
    await closes(office, two)
    result = await office.fills_in(two.otto, **{"words": CAME, field: value})
    assert words in result.errors["who" if field == "may_be_named" else field]
    assert await shown(office) is None


@pytest.mark.parametrize(("name", "words"), [(" ", "your name"), ("a@b.example", "e-mail")])
async def test_a_name_that_cannot_be_taken_is_told_so(
    office: Office, two: Two, name: str, words: str
) -> None:
    asked = await publishes(office, two, named=True)
    assert asked is not None
    await office.presses(two.ines, asked, "answer.yes")
    assert words in (await office.fills_in(two.ines, named_as=name)).errors["named_as"]
    assert await shown(office) == AnswerShown(CAME, LINK, None)


async def test_only_the_officer_publishes_and_only_who_answered_consents(
    office: Office, two: Two
) -> None:
    asked = await publishes(office, two, named=True)
    assert asked is not None
    ivan = await academic(office, "Ivan Invento")
    await office.registers(ivan, FLOODS_TOO)
    theirs = office.last(ivan)
    for act in ("answer.yes", "answer.no", "answer.open", "answer.unname"):
        button = theirs.blocks[-1]["elements"][0]
        button["action_id"], button["value"] = act, "1"
        await office.presses(ivan, theirs, act)
        assert "no longer here" in text_of(office.last(ivan))
    assert await shown(office) == AnswerShown(CAME, LINK, None)


async def test_another_network_never_meets_it(office: Office, two: Two) -> None:
    asked = await publishes(office, two, named=True)
    assert asked is not None
    elsewhere, _ = await office.add_team("Elsewhere")
    stranger = await office.person(
        "Sam Stranger", "officer", "Far Council", CARDIFF, team=elsewhere
    )
    theirs = await office.posts(stranger, "What helps young people into work in our town?")
    for act in ("answer.yes", "answer.no", "answer.open", "answer.unname"):
        button = theirs.blocks[-1]["elements"][0]
        button["action_id"], button["value"] = act, "1"
        await office.presses(stranger, theirs, act)
        assert "no longer here" in text_of(office.last(stranger))


async def test_a_need_for_the_docking_point_alone_is_closed_without_asking(
    office: Office,
) -> None:
    otto = await officer(office)
    card = await office.posts(otto, QUESTION, visibility="docking_point")
    await office.presses(otto, card, "need.close")
    assert "Closed. We have stopped looking." in text_of(office.last(otto))
    assert "What came of it?" not in text_of(office.card(otto, "Your need"))
