import pytest

from playground.slack import Message, User
from tests.conftest import FrozenClock
from tests.office import Office, text_of
from tests.people import BATH, FLOODS, HIGH_STREETS, QUESTION, academic, officer, pressed

ASKED = "Do you know somebody?"
ONLY_YOU = "Only you can see this need."


async def docking_point(office: Office, organisation: str, name: str = "Bea Broker") -> User:
    """Somebody whom the admin named as that organisation's docking point."""
    bea = await office.person(name, "broker", organisation, BATH)
    await name_point(office, organisation, person=bea.id)
    return bea


async def name_point(office: Office, organisation: str, **where: str) -> None:
    await office.types(office.admin, "/network people")
    await office.presses(office.admin, office.last(office.admin), "network.docking")
    found = await office.organisation(organisation)
    result = await office.fills_in(office.admin, organisation=f"id:{found.id}", **where)
    assert result.errors == {}


async def nobody_fits(office: Office) -> tuple[User, Message]:
    otto = await officer(office)
    return otto, await office.posts(otto, QUESTION)


async def test_the_docking_point_of_a_university_is_asked_and_suggests_somebody(
    office: Office,
) -> None:
    bea = await docking_point(office, "University of Nowhere")
    ines = await academic(office)
    await office.registers(ines, HIGH_STREETS, shown_as="a town planner")
    otto, card = await nobody_fits(office)
    assert "It goes to the contact at University of Nowhere." in text_of(card)
    await office.presses(otto, card, "need.ask_docking_point")
    assert "The docking point has been asked." in text_of(office.card(otto, "Your need"))
    asked = office.card(bea, ASKED)
    assert QUESTION in text_of(asked)
    await office.presses(bea, asked, "need.suggest_somebody")
    assert "Both are asked first" in text_of(office.form(bea))
    await office.fills_in(bea, person=ines.id)
    assert "The officer now sees this suggestion, without a name." in text_of(office.form(bea))
    shown = office.card(otto, "a town planner")
    assert "Suggested by a docking point" in text_of(shown)
    assert "Ines" not in office.sees(otto)
    await office.presses(otto, shown, "introduction.ask")
    assert "Could you help with this?" in office.sees(ines)


async def test_who_has_no_profile_is_asked_to_offer_one(office: Office) -> None:
    bea = await docking_point(office, "University of Nowhere")
    ines = await academic(office)
    otto, card = await nobody_fits(office)
    await office.presses(otto, card, "need.ask_docking_point")
    for _ in range(2):
        await office.presses(bea, office.card(bea, ASKED), "need.suggest_somebody")
        await office.fills_in(bea, person=ines.id)
    assert "we have asked them to offer their expertise" in text_of(office.form(bea))
    thought = office.card(ines, "A docking point thought that you could help")
    assert len([one for one in office.messages(ines) if "You may be able" in one.text]) == 1
    await office.presses(ines, thought, "expertise.start")
    assert "What can you help with?" in text_of(office.form(ines))


async def test_somebody_suggested_twice_is_shown_once(office: Office) -> None:
    bea = await docking_point(office, "University of Nowhere")
    ines = await academic(office)
    await office.registers(ines, HIGH_STREETS)
    otto, card = await nobody_fits(office)
    await office.presses(otto, card, "need.ask_docking_point")
    for _ in range(2):
        await office.presses(bea, office.card(bea, ASKED), "need.suggest_somebody")
        await office.fills_in(bea, person=ines.id)
    assert text_of(office.card(otto, "Your need")).count("Suggested by a docking point") == 1


async def test_a_suggestion_by_a_person_outlives_a_change_of_words(
    office: Office, clock: FrozenClock
) -> None:
    bea = await docking_point(office, "University of Nowhere")
    ines = await academic(office)
    await office.registers(ines, HIGH_STREETS)
    otto, card = await nobody_fits(office)
    await office.presses(otto, card, "need.ask_docking_point")
    await office.presses(bea, office.card(bea, ASKED), "need.suggest_somebody")
    await office.fills_in(bea, person=ines.id)
    clock.move(minutes=5)
    await office.presses(otto, office.card(otto, "Your need"), "need.edit")
    await office.fills_in(otto, background="Since last year.")
    assert "Suggested by a docking point" in text_of(office.card(otto, "Your need"))


async def test_the_one_who_asked_cannot_be_suggested(office: Office) -> None:
    bea = await docking_point(office, "University of Nowhere")
    otto, card = await nobody_fits(office)
    await office.presses(otto, card, "need.ask_docking_point")
    await office.presses(bea, office.card(bea, ASKED), "need.suggest_somebody")
    result = await office.fills_in(bea, person=otto.id)
    assert "That is who asked" in result.errors["person"]


async def test_asking_twice_asks_once(office: Office) -> None:
    bea = await docking_point(office, "University of Nowhere")
    otto, card = await nobody_fits(office)
    blocks = [dict(block) for block in card.blocks]
    await office.presses(otto, card, "need.ask_docking_point")
    card.blocks = blocks
    await office.presses(otto, card, "need.ask_docking_point")
    assert "The docking point has been asked already." in text_of(office.last(otto))
    assert len([one for one in office.messages(bea) if ASKED in text_of(one)]) == 1


async def test_without_any_docking_point_an_admin_is_asked(office: Office) -> None:
    otto, card = await nobody_fits(office)
    assert "It goes to an admin of this network." in text_of(card)
    await office.presses(otto, card, "need.ask_docking_point")
    assert ASKED in office.sees(office.admin)


async def test_an_only_admin_has_nobody_to_ask(office: Office) -> None:
    await office.types(office.admin, f"/need {QUESTION}")
    await office.fills_in(
        office.admin, role="officer", organisation="new:Made-up Council", place=BATH
    )
    await office.fills_in(office.admin)
    card = office.card(office.admin, "Your need")
    assert "Nobody in the network fits yet" in text_of(card)
    assert "Ask the docking point" not in text_of(card)


async def test_a_docking_point_can_be_a_channel(office: Office) -> None:
    ines = await academic(office)
    channel = office.slack.add_channel(office.team, "docking", [office.admin, ines])
    await name_point(office, "University of Nowhere", channel=channel.id)
    otto, card = await nobody_fits(office)
    await office.presses(otto, card, "need.ask_docking_point")
    asked = office.card(ines, ASKED)
    assert asked.channel == channel.id
    await office.presses(ines, asked, "need.suggest_somebody")
    assert "Who could help?" in text_of(office.form(ines))


async def test_nobody_else_answers_for_a_docking_point(office: Office) -> None:
    bea = await docking_point(office, "University of Nowhere")
    otto, card = await nobody_fits(office)
    await office.presses(otto, card, "need.ask_docking_point")
    asked = office.card(bea, ASKED)
    mallory = await officer(office, "Mallory Other")
    own = await office.posts(mallory, f"{QUESTION} And who pays?")
    button = pressed(own, "need.edit")
    button.update(
        action_id="need.suggest_somebody", value=pressed(asked, "need.suggest_somebody")["value"]
    )
    await office.presses(mallory, own, "need.suggest_somebody")
    assert "Only the docking point that was asked can do that." in text_of(office.last(mallory))


async def kept_back(office: Office) -> tuple[User, User, Message]:
    """An officer, their docking point, and the card of a need that only it may see."""
    otto = await officer(office)
    bea = await docking_point(office, "Made-up Council")
    await office.registers(await academic(office), FLOODS)
    return otto, bea, await office.posts(otto, QUESTION, visibility="docking_point")


async def test_a_need_for_the_docking_point_alone_goes_nowhere_else(office: Office) -> None:
    otto, bea, card = await kept_back(office)
    assert "Only the contact at Made-up Council sees this." in text_of(card)
    assert "could help" not in text_of(card)
    assert ONLY_YOU in text_of(office.card(bea, QUESTION))
    digest = await office.types(office.admin, "/network digest")
    assert QUESTION not in f"{digest.text} {office.sees(office.admin)}"
    assert QUESTION in office.sees(otto)


async def test_it_is_passed_on_when_the_officer_agrees(office: Office) -> None:
    otto, bea, _ = await kept_back(office)
    await office.presses(bea, office.card(bea, ONLY_YOU), "need.pass_on")
    assert "We have asked the officer." in text_of(office.last(bea))
    question = office.card(otto, "would like to pass your need on")
    await office.presses(otto, question, "need.agree")
    assert "You agreed" in text_of(office.card(otto, "would like to pass your need on"))
    assert "One person could help" in text_of(office.card(otto, "Your need"))
    assert "the network can see it now" in text_of(office.card(bea, ONLY_YOU))


async def test_it_stays_where_it_is_when_the_officer_does_not(office: Office) -> None:
    otto, bea, _ = await kept_back(office)
    await office.presses(bea, office.card(bea, ONLY_YOU), "need.pass_on")
    await office.presses(otto, office.card(otto, "would like to pass"), "need.keep_back")
    assert "It stays with your docking point." in text_of(office.last(otto))
    assert "Only the contact" in text_of(office.card(otto, "Your need"))


async def test_the_officer_is_asked_once_to_pass_it_on(office: Office) -> None:
    _, bea, _ = await kept_back(office)
    await office.presses(bea, office.card(bea, ONLY_YOU), "need.pass_on")
    await office.presses(bea, office.card(bea, ONLY_YOU), "need.pass_on")
    assert "The officer has been asked already." in text_of(office.last(bea))


@pytest.mark.parametrize("act", ["need.agree", "need.pass_on"])
async def test_what_is_passed_on_already_says_so(office: Office, act: str) -> None:
    otto, bea, _ = await kept_back(office)
    await office.presses(bea, office.card(bea, ONLY_YOU), "need.pass_on")
    question, given = office.card(otto, "would like to pass"), office.card(bea, ONLY_YOU)
    stale = question if act == "need.agree" else given
    blocks = [dict(block) for block in stale.blocks]
    await office.presses(otto, question, "need.agree")
    stale.blocks = blocks
    await office.presses(otto if act == "need.agree" else bea, stale, act)
    told = text_of(office.last(otto if act == "need.agree" else bea))
    assert "can see this need already" in told or "has agreed already" in told


async def test_a_restricted_need_without_a_docking_point_says_who_can_name_one(
    office: Office,
) -> None:
    card = await office.posts(await officer(office), QUESTION, visibility="docking_point")
    assert "your organisation has none yet" in text_of(card)
    assert "`/network people`" in text_of(card)


async def test_a_need_made_narrower_leaves_the_network_again(
    office: Office, clock: FrozenClock
) -> None:
    ines = await academic(office)
    await office.registers(ines, FLOODS)
    bea = await docking_point(office, "University of Nowhere")
    otto = await officer(office)
    card = await office.posts(otto, QUESTION)
    assert QUESTION not in office.sees(bea)
    clock.move(minutes=5)
    await office.presses(otto, card, "need.edit")
    await office.fills_in(otto, visibility="docking_point")
    assert "could help" not in text_of(office.card(otto, "Your need"))


async def test_removing_a_need_takes_it_off_the_docking_point_s_screen(office: Office) -> None:
    otto, bea, _ = await kept_back(office)
    await office.types(otto, "/need remove")
    await office.presses(otto, office.last(otto), "need.remove")
    assert QUESTION not in office.sees(bea)
