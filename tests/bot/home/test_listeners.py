from tests.conftest import FrozenClock
from tests.office import Office, text_of
from tests.people import FLOODS, QUESTION, academic, officer


async def test_a_newcomer_reads_what_it_is_and_two_buttons(office: Office) -> None:
    nell = office.slack.add_user(office.team, "Nell Newcomer")
    home = await office.opens_home(nell)
    assert "Nobody is named before both have said yes." in text_of(home)
    await office.presses(nell, home, "need.start")
    assert "who are you here?" in text_of(office.form(nell))


async def test_the_home_of_somebody_with_nothing_yet_says_what_to_do(office: Office) -> None:
    home = text_of(await office.opens_home(await officer(office)))
    for words in ("My needs", "My expertise", "What is coming", "None yet.", "Nothing yet."):
        assert words in home
    assert "Waiting for you" not in home


async def test_the_home_shows_what_waits_first_and_all_that_is_mine(office: Office) -> None:
    ines, otto = await academic(office), await officer(office)
    await office.registers(ines, FLOODS)
    card = await office.posts(otto, QUESTION)
    await office.presses(otto, card, "introduction.ask")
    home = await office.opens_home(ines)
    shown = text_of(home)
    assert shown.index("Waiting for you") < shown.index("My needs")
    assert "For Made-up Council" in shown
    assert FLOODS in shown
    await office.presses(ines, home, "introduction.yes")
    shown = text_of(await office.opens_home(ines))
    assert "Waiting for you" not in shown
    assert "Introduced" in shown
    assert "Introduced" in text_of(await office.opens_home(otto))


async def test_what_is_pressed_in_the_home_shows_there_at_once(office: Office) -> None:
    otto = await officer(office)
    await office.posts(otto, QUESTION)
    home = await office.opens_home(otto)
    await office.presses(otto, home, "need.close")
    closed = office.slack.home_of(otto)
    assert closed is not None
    assert "(closed)" in text_of(closed)
    await office.presses(otto, closed, "need.remove")
    assert QUESTION not in text_of(await office.opens_home(otto))


async def test_what_cannot_be_done_from_an_old_home_is_told_in_a_window(office: Office) -> None:
    otto = await officer(office)
    await office.posts(otto, QUESTION)
    home = await office.opens_home(otto)
    for block in home.body["blocks"]:
        for element in block.get("elements", []):
            if element.get("action_id") == "need.close":
                element["value"] = "999"
    await office.presses(otto, home, "need.close")
    assert "That need is no longer here" in text_of(office.form(otto))


async def test_a_paused_profile_says_so(office: Office) -> None:
    ines = await academic(office)
    card = await office.registers(ines, FLOODS)
    await office.presses(ines, card, "expertise.pause")
    assert "Paused: you are not suggested to anybody." in text_of(await office.opens_home(ines))


async def test_more_needs_than_the_home_holds_are_counted(office: Office) -> None:
    otto = await officer(office)
    for number in range(7):
        await office.posts(otto, f"What about matter number {number} of our council?")
    assert "And 2 more: type `/need list`." in text_of(await office.opens_home(otto))


async def test_calls_and_events_that_are_coming_stand_there(
    office: Office, clock: FrozenClock
) -> None:
    otto = await officer(office)
    await office.types(otto, "/funding add")
    await office.fills_in(otto, title="Rivers fund", funder="Invented Trust", closes="2026-04-01")
    home = text_of(await office.opens_home(otto))
    assert "Rivers fund, closes" in home


async def test_the_messages_tab_needs_nothing(office: Office) -> None:
    otto = await officer(office)
    event = {"type": "app_home_opened", "user": otto.id, "tab": "messages"}
    assert (await office.delivery.event(office.team.id, event)).status == 200
    await office.settle()
    assert office.slack.home_of(otto) is None
