import pytest

from tests.conftest import FrozenClock
from tests.office import Office, text_of
from tests.people import (
    BRISTOL,
    CARDIFF,
    FLOODS,
    HIGH_STREETS,
    ONE_DATABASE,
    QUESTION,
    academic,
    officer,
)

YOURS = "Your expertise"


async def test_expertise_ends_in_a_message_with_the_open_needs_that_fit(office: Office) -> None:
    await office.posts(await officer(office), QUESTION, money="under_5k")
    ines = await academic(office)
    await office.types(ines, f"/expertise {FLOODS}")
    first = text_of(office.form(ines))
    assert FLOODS in first
    assert "Suggest me to officers" in first
    assert "Topics" not in first
    await office.fills_in(ines)
    assert "Thank you" in text_of(office.form(ines))
    card = text_of(office.card(ines, YOURS))
    assert "One open need fits" in card
    assert "Made-up Council" in card
    assert QUESTION in card
    assert "Why: Both mention" in card
    assert "Otto" not in office.sees(ines)


async def test_at_most_five_needs_are_shown(office: Office) -> None:
    otto = await officer(office)
    for number in range(7):
        await office.posts(otto, f"{QUESTION} For ward number {number}?")
    card = await office.registers(await academic(office), FLOODS)
    assert text_of(card).count("I could help") == 5


async def test_no_need_that_fits_is_said_plainly(office: Office) -> None:
    card = text_of(await office.registers(await academic(office), HIGH_STREETS))
    assert "No open need fits yet." in card


async def test_every_part_of_a_profile_is_kept_and_comes_back_in_the_form(office: Office) -> None:
    ines = await academic(office)
    card = await office.registers(
        ines,
        FLOODS,
        topics="flood risk; land use, flood risk",
        methods="interviews, modelling",
        places=[BRISTOL, CARDIFF],
        outputs=["evaluation", "conversation"],
        how_soon="this_month",
        capacity="3",
        links="https://inv.example/work\nhttp://inv.example/more",
        shown_as="a university by the sea",
    )
    assert "Officers see: a university by the sea" in text_of(card)
    await office.types(ines, "/expertise edit")
    form = text_of(office.form(ines))
    for kept in (
        FLOODS,
        "flood risk, land use",
        "interviews, modelling",
        "City of Bristol",
        "Cardiff",
        "3",
        "https://inv.example/work\nhttp://inv.example/more",
        "a university by the sea",
    ):
        assert kept in form


@pytest.mark.parametrize(
    ("place", "said"),
    [(CARDIFF, "a university in Wales"), (BRISTOL, "a university in the South West")],
)
async def test_others_see_a_university_somewhere_unless_told_otherwise(
    office: Office, place: str, said: str
) -> None:
    ines = await office.person("Ines Fictional", "academic", "University of Nowhere", place)
    assert f"Officers see: {said}" in text_of(await office.registers(ines, FLOODS))


async def test_an_officer_with_expertise_is_shown_as_a_public_body(office: Office) -> None:
    otto = await officer(office)
    card = text_of(await office.registers(otto, FLOODS))
    assert "a council or public body in the South West" in card


@ONE_DATABASE
@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("summary", "  ", "say in a sentence or two"),
        ("summary", "Write to ines@inv.example about floods", "e-mail"),
        ("summary", "x" * 2001, "keep it to"),
        ("topics", "floods, ring 0117 496 0123", "phone"),
        ("topics", ", ".join(f"topic {n}" for n in range(40)), "at most"),
        ("methods", "m" * 200, "at most"),
        ("places", ["E99999999"], "from the list"),
        ("capacity", "0", "1 to 10"),
        ("capacity", "11", "1 to 10"),
        ("capacity", "²", "1 to 10"),
        ("links", "ftp://inv.example", "http"),
        ("links", "javascript:alert(1)", "http"),
        ("links", "https://", "http"),
        ("shown_as", "s" * 200, "keep it to"),
        ("shown_as", "Ask @ines", "name"),
    ],
)
async def test_what_cannot_be_taken_is_told_beside_its_field(
    office: Office, field: str, value: object, words: str
) -> None:
    ines = await academic(office)
    await office.types(ines, "/expertise floods")
    await office.presses(ines, office.form(ines), "expertise.detail")
    result = await office.fills_in(ines, **{"summary": FLOODS, field: value})
    assert list(result.errors) == [field]
    assert words in result.errors[field]


async def test_words_that_would_replace_others_say_so_and_show_them(office: Office) -> None:
    ines = await academic(office)
    await office.registers(ines, FLOODS)
    await office.types(ines, "/expertise what I do with bats")
    shown = text_of(office.form(ines))
    assert "These words take the place of what you have here" in shown
    assert f"“{FLOODS}”" in shown
    await office.types(ines, "/expertise edit")
    assert "take the place" not in text_of(office.form(ines))


async def test_of_a_summary_that_is_too_long_the_end_is_shown(office: Office) -> None:
    ines = await academic(office)
    await office.types(ines, f"/expertise {'flood ' * 400}and who pays for the drains?")
    note = text_of(office.form(ines))
    assert "Its end does not fit" in note
    assert "and who pays for the drains?”" in note


async def test_detail_pressed_twice_opens_once_and_says_nothing_else(office: Office) -> None:
    ines = await academic(office)
    await office.types(ines, f"/expertise {FLOODS}")
    await office.presses(ines, office.form(ines), "expertise.detail")
    await office.delivery.again()
    await office.settle()
    assert "How soon could you start?" in text_of(office.form(ines))


@pytest.mark.parametrize(
    ("role", "begun"),
    [
        ("officer", "a council or public body in the South West"),
        ("academic", "a university in the South West"),
        ("broker", "a partner organisation in the South West"),
    ],
)
@ONE_DATABASE
async def test_nobody_is_called_a_university_who_is_none(
    office: Office, role: str, begun: str
) -> None:
    somebody = await office.person("Sam Invented", role, "Made-up Body", BRISTOL)
    assert f"Officers see: {begun}" in text_of(await office.registers(somebody, FLOODS))


async def test_without_the_tick_nobody_is_suggested(office: Office) -> None:
    ines = await academic(office)
    await office.types(ines, f"/expertise {FLOODS}")
    await office.fills_in(ines, suggestable=[])
    assert "You are not suggested to anybody." in text_of(office.form(ines))
    assert "not suggested to anybody at the moment" in text_of(office.card(ines, YOURS))
    card = await office.posts(await officer(office), QUESTION)
    assert "Nobody in the network fits yet" in text_of(card)


async def test_a_pause_hides_and_going_on_shows_again(office: Office) -> None:
    ines, otto = await academic(office), await officer(office)
    await office.registers(ines, FLOODS)
    await office.types(ines, "/expertise pause")
    await office.presses(ines, office.last(ines), "expertise.pause")
    assert "Paused: you are not suggested to anybody." in text_of(office.last(ines))
    assert "Nobody in the network fits yet" in text_of(await office.posts(otto, QUESTION))
    await office.types(ines, "/expertise pause")
    shown = office.last(ines)
    assert "Go on" in text_of(shown)
    await office.presses(ines, shown, "expertise.pause")
    assert "You are suggested again." in office.sees(ines)
    assert "Somebody new could help you" in office.sees(otto)


async def test_what_is_removed_is_gone_from_every_screen_and_from_the_index(
    office: Office,
) -> None:
    ines, otto = await academic(office), await officer(office)
    await office.registers(ines, FLOODS)
    await office.posts(otto, QUESTION)
    await office.presses(otto, office.card(otto, "Your need"), "introduction.ask")
    await office.types(ines, "/expertise remove")
    await office.presses(ines, office.last(ines), "expertise.remove")
    assert "Removed. Nothing of your expertise is kept." in office.sees(ines)
    assert FLOODS not in text_of(office.messages(ines)[0])
    assert "This is no longer here." in office.sees(ines)
    assert "Nobody in the network fits yet" in text_of(office.card(otto, "Your need"))
    again = await office.posts(otto, f"{QUESTION} And who pays?")
    assert "Nobody in the network fits yet" in text_of(again)


@pytest.mark.parametrize("word", ["pause", "remove"])
async def test_nothing_to_pause_or_remove_says_how_to_begin(office: Office, word: str) -> None:
    ines = await academic(office)
    result = await office.types(ines, f"/expertise {word}")
    assert "You have not offered any expertise yet." in result.text


async def test_a_press_on_what_was_removed_says_how_to_begin(office: Office) -> None:
    ines = await academic(office)
    card = await office.registers(ines, FLOODS)
    blocks = [dict(block) for block in card.blocks]
    await office.presses(ines, card, "expertise.remove")
    card.blocks = blocks
    await office.presses(ines, card, "expertise.pause")
    assert "You have not offered any expertise yet." in text_of(office.last(ines))


async def test_new_words_find_new_needs_and_drop_old_ones(
    office: Office, clock: FrozenClock
) -> None:
    otto = await officer(office)
    await office.posts(otto, QUESTION)
    await office.posts(otto, "Which shops fill vacant high streets and bring footfall to towns?")
    ines = await academic(office)
    assert QUESTION in text_of(await office.registers(ines, FLOODS))
    clock.move(minutes=5)
    await office.types(ines, f"/expertise {HIGH_STREETS}")
    assert HIGH_STREETS in text_of(office.form(ines))
    await office.fills_in(ines)
    card = text_of(office.card(ines, YOURS))
    assert "vacant high streets" in card
    assert QUESTION not in card
    assert "Nobody in the network fits yet" in text_of(office.messages(otto)[0])


async def test_a_need_that_asks_something_else_is_off_the_cards_of_whom_it_fitted(
    office: Office, clock: FrozenClock
) -> None:
    ines, otto = await academic(office), await officer(office)
    card = await office.posts(otto, QUESTION)
    assert QUESTION in text_of(await office.registers(ines, FLOODS))
    clock.move(minutes=5)
    await office.presses(otto, card, "need.edit")
    await office.fills_in(otto, question="Which shops fill vacant high streets?")
    assert "No open need fits yet." in text_of(office.card(ines, YOURS))


async def test_both_forms_of_one_person_keep_one_profile(office: Office) -> None:
    ines = await academic(office)
    await office.registers(ines, FLOODS)
    await office.delivery.again()
    await office.settle()
    assert len([one for one in office.messages(ines) if YOURS in text_of(one)]) == 1


async def test_help_and_unknown_words(office: Office) -> None:
    ines = await academic(office)
    assert "`/expertise pause`" in (await office.types(ines, "/expertise help")).text
    told = (await office.types(ines, "/expertise puase")).text
    assert "`/expertise pause`" in told
    assert "write a few words about it" in told


async def test_the_button_anywhere_opens_the_form(office: Office) -> None:
    ines = await academic(office)
    await office.presses(ines, await office.opens_home(ines), "expertise.start")
    assert "What can you help with?" in text_of(office.form(ines))


@pytest.mark.parametrize("act", ["expertise.pause", "expertise.remove"])
async def test_who_pauses_or_leaves_is_off_the_officers_cards(office: Office, act: str) -> None:
    ines, otto = await academic(office), await officer(office)
    card = await office.registers(ines, FLOODS)
    assert "One person could help" in text_of(await office.posts(otto, QUESTION))
    await office.presses(ines, card, act)
    assert "Nobody in the network fits yet" in text_of(office.card(otto, "Your need"))
