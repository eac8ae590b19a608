from tests.conftest import FrozenClock
from tests.office import Office, text_of
from tests.people import FLOODS, FLOODS_TOO, ONE_DATABASE, QUESTION, academic, officer


async def test_nothing_yet_says_what_to_do_first(office: Office) -> None:
    otto = await officer(office)
    result = await office.types(otto, "/matches")
    assert result.status == 200
    assert "Nothing yet. `/need` and your question" in text_of(office.last(otto))
    assert "`/matches help me`" in (await office.types(otto, "/matches help me")).text


async def test_a_question_of_several_lines_is_told_on_one(office: Office) -> None:
    otto = await officer(office)
    await office.registers(await academic(office), FLOODS)
    await office.types(otto, "/need")
    await office.fills_in(otto, question=f"{QUESTION}\n• And who pays?")
    await office.types(otto, "/matches")
    assert f"For your need: _{QUESTION} • And who pays?_" in text_of(office.last(otto))


async def test_each_side_lists_its_own_with_where_it_stands(office: Office) -> None:
    ines, otto = await academic(office), await officer(office)
    await office.registers(ines, FLOODS)
    card = await office.posts(otto, QUESTION)
    await office.presses(otto, card, "introduction.ask")
    await office.types(otto, "/matches")
    assert "Asked: waiting for an answer" in text_of(office.last(otto))
    assert f"Your need: {QUESTION}" in text_of(office.last(otto))
    await office.types(ines, "/matches")
    mine = office.last(ines)
    assert f"For Made-up Council: {QUESTION}" in text_of(mine)
    assert "To say not this time, use the message in which you were asked." in text_of(mine)
    await office.presses(ines, mine, "introduction.yes")
    await office.types(otto, "/matches")
    assert f"*Introduced to <@{ines.id}>*" in text_of(office.last(otto))
    await office.types(ines, "/matches")
    assert f"*Introduced to <@{otto.id}>*" in text_of(office.last(ines))
    for user, other in ((otto, ines), (ines, otto)):
        assert f"*Introduced to <@{other.id}>*" in text_of(await office.opens_home(user))


async def test_of_somebody_in_another_workspace_the_organisation_is_told(office: Office) -> None:
    team, _ = await office.add_team("University Workspace", network=await office.network())
    ines, otto = await academic(office, team=team), await officer(office)
    await office.registers(ines, FLOODS)
    card = await office.posts(otto, QUESTION, hide_council=["hide"])
    await office.presses(otto, card, "introduction.ask")
    for user in (otto, ines):
        await office.types(user, "/matches")
        assert "Introduced" not in text_of(office.last(user))
    await office.presses(ines, office.last(ines), "introduction.yes")
    for user, of in ((otto, "University of Nowhere"), (ines, "Made-up Council")):
        await office.types(user, "/matches")
        assert f"*Introduced to somebody of {of}*" in text_of(office.last(user))


async def test_the_list_shows_what_a_press_in_it_has_done(office: Office) -> None:
    ines, otto = await academic(office), await officer(office)
    await office.registers(ines, FLOODS)
    await office.posts(otto, QUESTION)
    await office.types(otto, "/matches")
    mine = office.last(otto)
    assert "Not asked yet" in text_of(mine)
    assert "a university in the South West" in text_of(mine)
    await office.presses(otto, mine, "introduction.ask")
    assert "Asked: waiting for an answer" in text_of(mine)
    assert "Not asked yet" not in text_of(mine)
    await office.presses(otto, mine, "introduction.withdraw")
    assert "You withdrew this" in text_of(mine)


@ONE_DATABASE
async def test_what_does_not_fit_leaves_the_list(office: Office) -> None:
    ines, otto = await academic(office), await officer(office)
    await office.registers(ines, FLOODS)
    await office.posts(otto, QUESTION)
    await office.types(otto, "/matches")
    mine = office.last(otto)
    await office.chooses(otto, mine, "match.not_fit", "Not the right topic")
    assert text_of(mine).startswith("Your matches\nNothing yet.")


async def test_an_academic_lists_the_needs_that_fit_and_answers_from_there(office: Office) -> None:
    ines, otto = await academic(office), await officer(office)
    await office.posts(otto, QUESTION)
    await office.registers(ines, FLOODS)
    await office.types(ines, "/matches")
    mine = office.last(ines)
    assert "Not asked yet" in text_of(mine)
    assert QUESTION in text_of(mine)
    assert "Otto" not in text_of(mine)
    await office.presses(ines, mine, "introduction.offer")
    assert "Asked: waiting for an answer" in text_of(mine)
    await office.types(otto, "/matches")
    theirs = office.last(otto)
    await office.presses(otto, theirs, "introduction.yes")
    assert "Introduced" in text_of(theirs)


@ONE_DATABASE
async def test_the_list_stays_inside_slack_s_limits(office: Office) -> None:
    otto = await officer(office)
    for number in range(5):
        await office.registers(await academic(office, f"Ines{number} Fictional"), FLOODS)
    for number in range(6):
        await office.posts(otto, f"{QUESTION} In ward {number}?")
    await office.types(otto, "/matches")
    mine = office.last(otto)
    assert len(mine.blocks) <= 50
    assert "more on the cards of your needs" in text_of(mine)


@ONE_DATABASE
async def test_a_press_in_the_list_that_comes_too_late_says_so_and_leaves_the_list(
    office: Office,
) -> None:
    ines, otto = await academic(office), await officer(office)
    await office.registers(ines, FLOODS)
    await office.posts(otto, QUESTION)
    await office.types(otto, "/matches")
    mine = office.last(otto)
    await office.types(ines, "/expertise pause")
    await office.presses(ines, office.last(ines), "expertise.pause")
    await office.presses(otto, mine, "introduction.ask")
    assert "takes no introductions just now" in text_of(office.last(otto))


async def test_a_list_holds_all_that_was_asked(office: Office, clock: FrozenClock) -> None:
    otto = await officer(office)
    for number in range(9):
        ines = await academic(office, f"Ines{number} Fictional")
        await office.registers(ines, FLOODS if number % 2 else FLOODS_TOO)
    for number in range(2):
        await office.posts(otto, f"{QUESTION} In ward {number}?")
        for _ in range(5):
            card = office.card(otto, f"In ward {number}?")
            if "Ask for an introduction" in text_of(card):
                await office.presses(otto, card, "introduction.ask")
            card = office.card(otto, f"In ward {number}?")
            if "Withdraw" in text_of(card):
                await office.presses(otto, card, "introduction.withdraw")
    await office.types(otto, "/matches")
    shown = text_of(office.last(otto))
    assert shown.count("You withdrew this") == 10


async def test_help_and_unknown_words(office: Office) -> None:
    otto = await officer(office)
    assert "where each stands" in (await office.types(otto, "/matches help")).text
    assert "Did you mean `/matches help`?" in (await office.types(otto, "/matches halp")).text
    assert "Try `/matches help`." in (await office.types(otto, "/matches everything")).text
