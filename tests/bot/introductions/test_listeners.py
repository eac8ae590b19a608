from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from playground.slack import Message, User
from tests.conftest import FrozenClock
from tests.office import Office, text_of
from tests.people import BRISTOL, FLOODS, FLOODS_TOO, QUESTION, academic, officer, pressed

COULD_YOU = "Could you help with this?"
NOT_THIS_TIME = "No introduction this time"


@dataclass
class Pair:
    """An officer with a need, and an academic who fits."""

    otto: User
    ines: User
    card: Message
    """The officer's card of the need."""


@pytest.fixture
async def pair(office: Office) -> Pair:
    ines = await academic(office)
    await office.registers(ines, FLOODS)
    otto = await officer(office)
    return Pair(otto, ines, await office.posts(otto, QUESTION))


async def ask(office: Office, pair: Pair) -> Message:
    """The officer asks; the card that the academic gets."""
    await office.presses(pair.otto, office.card(pair.otto, "Your need"), "introduction.ask")
    return office.card(pair.ines, COULD_YOU)


def need_card(office: Office, pair: Pair) -> str:
    return text_of(office.card(pair.otto, "Your need"))


async def test_two_yeses_open_a_group_with_what_to_settle_first(office: Office, pair: Pair) -> None:
    asked = await ask(office, pair)
    shown = text_of(asked)
    assert QUESTION in shown
    assert "Made-up Council" in shown
    assert "City of Bristol" in shown
    assert "no fixed date" in shown
    assert "wants a 30-minute conversation" in shown
    assert "Why: Both mention" in shown
    assert "Otto" not in shown
    await office.presses(pair.ines, asked, "introduction.yes")
    for person in (pair.otto, pair.ines):
        group = text_of(office.card(person, "You have both said yes"))
        assert f"<@{pair.otto.id}>, meet <@{pair.ines.id}>" in group
        assert QUESTION in group
        assert "Why you two: Both mention" in group
        assert "What should come out of it?" in group
        assert "By when?" in group
        assert "Who does what next?" in group
    assert "Introduced" in need_card(office, pair)
    assert "Introduced" in text_of(office.card(pair.ines, COULD_YOU))


async def test_the_one_asked_sees_what_is_needed_to_decide(office: Office) -> None:
    ines = await academic(office)
    await office.registers(ines, FLOODS)
    otto = await officer(office)
    card = await office.posts(
        otto,
        QUESTION,
        needed_by="2026-09-01",
        background="Two floods in three years.",
        outputs=["evaluation"],
        offers=["data"],
        money="under_5k",
    )
    await office.presses(otto, card, "introduction.ask")
    shown = text_of(office.card(ines, COULD_YOU))
    for words in (
        "needed by 1 September 2026",
        "Two floods in three years.",
        "wants evaluation",
        "offers data",
        "under £5,000",
    ):
        assert words in shown


async def test_a_hidden_council_shows_its_region_and_no_background(office: Office) -> None:
    ines = await academic(office)
    await office.registers(ines, FLOODS)
    otto = await officer(office)
    card = await office.posts(
        otto, QUESTION, background="Two floods in three years.", hide_council=["hide"]
    )
    await office.presses(otto, card, "introduction.ask")
    shown = text_of(office.card(ines, COULD_YOU))
    assert "A council" in shown
    assert "South West" in shown
    for hidden in ("Made-up Council", "Bristol", "Two floods"):
        assert hidden not in office.sees(ines)


async def test_an_academic_can_offer_and_the_officer_says_yes(office: Office) -> None:
    otto = await officer(office)
    await office.posts(otto, QUESTION)
    ines = await academic(office)
    card = await office.registers(ines, FLOODS)
    assert "One open need fits" in text_of(card)
    await office.presses(ines, card, "introduction.offer")
    assert "Asked: waiting for an answer" in text_of(office.card(ines, "Your expertise"))
    offered = office.card(otto, "Somebody would like to help")
    assert "a university in the South West" in text_of(offered)
    assert "Ines" not in office.sees(otto)
    await office.presses(otto, offered, "introduction.yes")
    assert f"<@{otto.id}>, meet <@{ines.id}>" in office.sees(ines)


async def test_a_no_shows_on_nobody_s_screen_but_one_s_own(
    office: Office, pair: Pair, clock: FrozenClock
) -> None:
    asked = await ask(office, pair)
    before = office.sees(pair.otto)
    clock.move(hours=1)
    await office.chooses(pair.ines, asked, "introduction.no", "Not my field")
    assert "You said not this time" in text_of(office.card(pair.ines, COULD_YOU))
    assert office.sees(pair.otto) == before


async def endings(office: Office, pair: Pair, clock: FrozenClock, how: str) -> list[str]:
    """What the officer sees from an ask until after its time is up, each hour of the last day."""
    asked = await ask(office, pair)
    seen = []
    for hours in (1, 5, 20, 24, 100, *[1] * 24, 30):
        clock.move(hours=hours)
        if how == "declined" and hours == 5:
            await office.chooses(pair.ines, asked, "introduction.no", "Another reason")
        await office.clock_moved()
        seen.append(office.sees(pair.otto))
    return seen


async def test_declined_and_expired_look_the_same_to_the_officer_at_every_hour(
    office: Office, pair: Pair, clock: FrozenClock
) -> None:
    began = clock.now()
    expired = await endings(office, pair, clock, "expired")
    clock.move_to(began)
    other = await office.add_team("Another Partnership")
    ines = await academic(office, team=other[0])
    await office.registers(ines, FLOODS)
    otto = await office.person("Otto Madeup", "officer", "Made-up Council", BRISTOL, team=other[0])
    declined_pair = Pair(otto, ines, await office.posts(otto, QUESTION))
    declined = await endings(office, declined_pair, clock, "declined")
    assert declined == expired
    assert NOT_THIS_TIME in expired[-1]
    assert NOT_THIS_TIME not in expired[0]


async def test_withdrawn_looks_to_the_academic_as_one_that_ran_out(
    office: Office, pair: Pair, clock: FrozenClock
) -> None:
    await ask(office, pair)
    before = office.sees(pair.ines)
    await office.presses(pair.otto, office.card(pair.otto, "Your need"), "introduction.withdraw")
    assert "You withdrew this" in need_card(office, pair)
    assert office.sees(pair.ines) == before
    clock.move(days=8)
    await office.clock_moved()
    assert NOT_THIS_TIME in text_of(office.card(pair.ines, COULD_YOU))
    assert "withdr" not in office.sees(pair.ines).lower()


async def test_a_yes_to_what_was_withdrawn_is_told_kindly(office: Office, pair: Pair) -> None:
    asked = await ask(office, pair)
    await office.presses(pair.otto, office.card(pair.otto, "Your need"), "introduction.withdraw")
    await office.presses(pair.ines, asked, "introduction.yes")
    assert "no longer open. Thank you for looking." in text_of(office.last(pair.ines))
    assert "Introduced" not in office.sees(pair.otto)


async def test_a_no_to_what_was_withdrawn_is_taken_as_any_other(office: Office, pair: Pair) -> None:
    asked = await ask(office, pair)
    await office.presses(pair.otto, office.card(pair.otto, "Your need"), "introduction.withdraw")
    await office.chooses(pair.ines, asked, "introduction.no", "Another reason")
    answered = text_of(office.card(pair.ines, COULD_YOU))
    assert "You said not this time" in answered
    assert "Yes, introduce us" not in answered
    assert "You withdrew this" in need_card(office, pair)


async def test_a_late_no_is_told_that_it_is_late(
    office: Office, pair: Pair, clock: FrozenClock
) -> None:
    asked = await ask(office, pair)
    stale = [dict(block) for block in asked.blocks]
    clock.move(days=8)
    await office.clock_moved()
    asked.blocks = stale
    await office.chooses(pair.ines, asked, "introduction.no", "Another reason")
    assert "no longer open. Thank you for looking." in text_of(office.last(pair.ines))


async def test_an_ask_closes_after_five_working_days_and_the_next_is_offered(
    office: Office, pair: Pair, clock: FrozenClock
) -> None:
    asked = await ask(office, pair)
    nora = await academic(office, "Nora Namesake")
    await office.registers(nora, FLOODS_TOO, shown_as="a university with a river")
    assert "Mon 9 Mar" in text_of(asked)  # asked on Monday 2 March
    clock.move_to(datetime(2026, 3, 9, 16, tzinfo=UTC))
    await office.clock_moved()
    assert NOT_THIS_TIME not in office.sees(pair.otto)
    clock.move_to(datetime(2026, 3, 9, 18, tzinfo=UTC))
    await office.clock_moved()
    told = office.card(pair.otto, NOT_THIS_TIME)
    assert "a university with a river" in text_of(told)
    assert NOT_THIS_TIME in text_of(office.card(pair.ines, COULD_YOU))
    await office.presses(pair.otto, told, "introduction.ask")
    assert COULD_YOU in office.sees(nora)
    await office.clock_moved()
    assert len([one for one in office.messages(pair.otto) if NOT_THIS_TIME in one.text]) == 1


async def test_a_late_yes_finds_it_closed(office: Office, pair: Pair, clock: FrozenClock) -> None:
    asked = await ask(office, pair)
    clock.move(days=8)
    await office.presses(pair.ines, asked, "introduction.yes")
    assert "no longer open" in text_of(office.last(pair.ines))


@pytest.mark.parametrize(
    ("asked_on", "needed_by", "until"),
    [
        (datetime(2026, 3, 2, 10, tzinfo=UTC), None, "Mon 9 Mar"),
        (datetime(2026, 4, 1, 10, tzinfo=UTC), None, "Fri 10 Apr"),  # Good Friday, Easter Monday
        (datetime(2026, 3, 2, 10, tzinfo=UTC), "2026-03-04", "Wed 4 Mar"),
        (datetime(2026, 3, 2, 10, tzinfo=UTC), "2026-03-02", "Tue 3 Mar"),  # a working day at least
        (datetime(2026, 3, 6, 10, tzinfo=UTC), "2026-03-06", "Mon 9 Mar"),
    ],
)
async def test_the_time_to_answer_follows_the_working_days_and_the_need_s_date(
    office: Office,
    clock: FrozenClock,
    asked_on: datetime,
    needed_by: str | None,
    until: str,
) -> None:
    clock.move_to(asked_on)
    ines = await academic(office)
    await office.registers(ines, FLOODS)
    otto = await officer(office)
    card = await office.posts(otto, QUESTION, needed_by=needed_by)
    await office.presses(otto, card, "introduction.ask")
    shown = text_of(office.card(ines, COULD_YOU))
    assert f"{until}, " in shown.partition("If you do not answer by ")[2]


async def others(office: Office, *names: str) -> list[User]:
    """More academics who fit, each shown by an initial."""
    found = []
    for name in names:
        found.append(await academic(office, name))
        await office.registers(found[-1], FLOODS_TOO, shown_as=f"a university with {name[0]}")
    return found


async def ask_all(office: Office, pair: Pair) -> None:
    """Press every button that asks for an introduction, as often as there is one."""
    for _ in range(5):
        card = office.card(pair.otto, "Your need")
        if "Ask for an introduction" not in text_of(card):
            return
        await office.presses(pair.otto, card, "introduction.ask")


async def test_at_most_two_are_asked_for_a_need_at_once(office: Office, pair: Pair) -> None:
    people = [pair.ines, *await others(office, "Nora Namesake", "Pia Invented")]
    await ask_all(office, pair)
    assert sum(COULD_YOU in office.sees(one) for one in people) == 2
    assert "Two people are being asked for this need already" in office.sees(pair.otto)


async def test_the_first_yes_pauses_the_other_ask(office: Office, pair: Pair) -> None:
    (nora,) = await others(office, "Nora Namesake")
    await ask_all(office, pair)
    await office.presses(pair.ines, office.card(pair.ines, COULD_YOU), "introduction.yes")
    waiting = office.card(nora, COULD_YOU)
    assert "Yes, introduce us" in text_of(waiting)  # she is not told of anybody else
    await office.presses(nora, waiting, "introduction.yes")
    assert "On hold: you said yes, and somebody else was first" in office.sees(nora)
    assert f"<@{nora.id}>" not in office.sees(pair.otto)


async def test_a_yes_on_hold_counts_when_the_first_comes_to_nothing(
    office: Office, pair: Pair, clock: FrozenClock
) -> None:
    clock.move_to(datetime(2026, 3, 27, 10, tzinfo=UTC))  # Easter makes five working days long
    (nora,) = await others(office, "Nora Namesake")
    await ask_all(office, pair)
    await office.presses(pair.ines, office.card(pair.ines, COULD_YOU), "introduction.yes")
    await office.presses(nora, office.card(nora, COULD_YOU), "introduction.yes")
    clock.move(days=7, hours=1)
    await office.clock_moved()
    check = office.card(pair.otto, "Did you meet?")
    await office.presses(pair.otto, check, "introduction.met_no")
    assert f"<@{pair.otto.id}>, meet <@{nora.id}>" in office.sees(nora)


async def test_a_paused_ask_without_an_answer_goes_on_with_new_time(
    office: Office, pair: Pair, clock: FrozenClock
) -> None:
    clock.move_to(datetime(2026, 3, 27, 10, tzinfo=UTC))
    (nora,) = await others(office, "Nora Namesake")
    await ask_all(office, pair)
    await office.presses(pair.ines, office.card(pair.ines, COULD_YOU), "introduction.yes")
    clock.move(days=7, hours=1)
    await office.clock_moved()
    await office.presses(pair.otto, office.card(pair.otto, "Did you meet?"), "introduction.met_no")
    assert "Mon 13 Apr" in text_of(office.card(nora, COULD_YOU))


async def test_open_asks_count_against_capacity_everywhere(office: Office) -> None:
    ines = await academic(office)
    await office.registers(ines, FLOODS, capacity="1")
    otto, olga = await officer(office), await officer(office, "Olga Madeup")
    card = await office.posts(otto, QUESTION)
    late = await office.posts(olga, f"{QUESTION} And who pays for it?")
    await office.presses(otto, card, "introduction.ask")
    await office.presses(olga, late, "introduction.ask")
    assert "takes no further introductions just now" in text_of(office.last(olga))
    shown = await office.posts(olga, f"What reduces flooding here? {QUESTION}")
    assert "Nobody in the network fits yet" in text_of(shown)


async def test_an_academic_at_capacity_is_told_how_to_change_it(office: Office) -> None:
    otto = await officer(office)
    await office.posts(otto, QUESTION)
    await office.posts(otto, f"{QUESTION} And what does it cost a year?")
    ines = await academic(office)
    card = await office.registers(ines, FLOODS, capacity="1")
    offers = [one for one in text_of(card).split("\n") if one == "I could help"]
    assert len(offers) == 2
    await office.presses(ines, card, "introduction.offer")
    await office.presses(ines, office.card(ines, "Your expertise"), "introduction.offer")
    assert "`/expertise edit` changes that" in text_of(office.last(ines))


@pytest.mark.parametrize("reason", ["No time this month", "No time this term"])
async def test_who_has_no_time_is_not_suggested_for_a_while(
    office: Office, pair: Pair, clock: FrozenClock, reason: str
) -> None:
    asked = await ask(office, pair)
    await office.chooses(pair.ines, asked, "introduction.no", reason)
    again = f"{QUESTION} And what does it cost?"
    assert "Nobody in the network fits yet" in text_of(await office.posts(pair.otto, again))
    clock.move(days=31 if "month" in reason else 121)
    shown = await office.posts(pair.otto, f"{QUESTION} And who pays?")
    assert "One person could help" in text_of(shown)


async def test_who_has_no_time_is_told_until_when_and_can_go_on_sooner(
    office: Office, pair: Pair
) -> None:
    asked = await ask(office, pair)
    await office.chooses(pair.ines, asked, "introduction.no", "No time this month")
    assert "not suggested to anybody before 1 April 2026" in text_of(office.whispered(pair.ines))
    card = office.card(pair.ines, "Your expertise")
    assert "not suggested to anybody before 1 April 2026" in text_of(card)
    assert "before 1 April 2026" in text_of(await office.opens_home(pair.ines))
    assert "Waiting for your answer" not in text_of(card)
    await office.presses(pair.ines, card, "expertise.pause")
    assert "You are suggested again" in text_of(office.last(pair.ines))
    assert "1 April" not in text_of(office.card(pair.ines, "Your expertise"))
    shown = await office.posts(pair.otto, f"{QUESTION} And who pays?")
    assert "One person could help" in text_of(shown)


async def test_what_came_to_nothing_is_not_counted_and_hides_nobody_from_the_officer(
    office: Office, pair: Pair
) -> None:
    await office.presses(pair.otto, office.card(pair.otto, "Your need"), "introduction.ask")
    await office.presses(pair.otto, office.card(pair.otto, "Your need"), "introduction.withdraw")
    card = office.card(pair.otto, "Your need")
    assert "You withdrew this" in text_of(card)
    assert "Nobody else in the network fits yet" in text_of(card)
    assert "could help" not in text_of(card)
    for number in range(5):
        more = await academic(office, f"Nora{number} Namesake")
        await office.registers(more, f"{FLOODS_TOO} {number}", shown_as=f"body {number}")
    for _ in range(4):
        card = office.card(pair.otto, "Your need")
        await office.presses(pair.otto, card, "introduction.ask")
        card = office.card(pair.otto, "Your need")
        await office.presses(pair.otto, card, "introduction.withdraw")
    card = office.card(pair.otto, "Your need")
    assert "One person could help" in text_of(card)
    assert "Ask for an introduction" in text_of(card)


async def test_what_came_to_nothing_is_not_counted_and_hides_no_need_from_the_academic(
    office: Office,
) -> None:
    ines, otto = await academic(office), await officer(office)
    await office.registers(ines, FLOODS, capacity="10")
    for number in range(6):
        await office.posts(otto, f"{QUESTION} In ward {number}?")
    for number in range(5):
        await office.presses(otto, office.card(otto, f"In ward {number}?"), "introduction.ask")
        asked = office.card(ines, COULD_YOU)
        await office.chooses(ines, asked, "introduction.no", "Another reason")
    card = text_of(office.card(ines, "Your expertise"))
    assert "One open need fits" in card
    assert "In ward 5?" in card
    assert "I could help" in card
    await office.presses(otto, office.card(otto, "In ward 5?"), "introduction.ask")
    await office.chooses(ines, office.card(ines, COULD_YOU), "introduction.no", "Another reason")
    assert "No other open need fits yet" in text_of(office.card(ines, "Your expertise"))


async def test_pressing_twice_asks_once_and_answers_once(office: Office, pair: Pair) -> None:
    asked = await ask(office, pair)
    await office.delivery.again()
    await office.settle()
    assert len([one for one in office.messages(pair.ines) if COULD_YOU in one.text]) == 1
    await office.presses(pair.ines, asked, "introduction.yes")
    await office.delivery.again()
    await office.settle()
    assert "You have answered this already" in text_of(office.last(pair.ines))
    groups = [one for one in office.slack.seen_by(pair.ines) if "both said yes" in one.text]
    assert len(groups) == 1


async def test_a_no_after_a_yes_is_too_late(office: Office, pair: Pair) -> None:
    asked = await ask(office, pair)
    choice = pressed(asked, "introduction.no")["options"][0]
    blocks = [dict(block) for block in asked.blocks]
    await office.presses(pair.ines, asked, "introduction.yes")
    asked.blocks = blocks  # the screen of somebody whose Slack was slow
    await office.presses(pair.ines, asked, "introduction.no", selected_option=choice)
    assert "the introduction is made" in text_of(office.last(pair.ines))


async def test_withdrawing_after_a_yes_is_too_late(office: Office, pair: Pair) -> None:
    asked = await ask(office, pair)
    card = office.card(pair.otto, "Your need")
    blocks = [dict(block) for block in card.blocks]
    await office.presses(pair.ines, asked, "introduction.yes")
    card.blocks = blocks
    await office.presses(pair.otto, card, "introduction.withdraw")
    assert "They have said yes" in text_of(office.last(pair.otto))


async def test_withdrawing_twice_says_so(office: Office, pair: Pair) -> None:
    await ask(office, pair)
    await office.presses(pair.otto, office.card(pair.otto, "Your need"), "introduction.withdraw")
    await office.delivery.again()
    assert "ended already" in text_of(office.last(pair.otto))


async def test_only_the_one_asked_can_answer(office: Office, pair: Pair) -> None:
    asked = await ask(office, pair)
    mallory = await academic(office, "Mallory Other")
    await office.posts(pair.otto, f"{QUESTION} And who pays?")
    own = await office.registers(mallory, FLOODS_TOO)
    button = pressed(own, "introduction.offer")
    button.update(action_id="introduction.yes", value=pressed(asked, "introduction.yes")["value"])
    await office.presses(mallory, own, "introduction.yes")
    assert "no longer open" in text_of(office.last(mallory))
    button.update(action_id="introduction.withdraw")
    await office.presses(mallory, own, "introduction.withdraw", value=button["value"])
    assert "no longer open" in text_of(office.last(mallory))
    button.update(action_id="introduction.met", value=f"{button['value']}:yes")
    await office.presses(mallory, own, "introduction.met")
    assert "no longer open" in text_of(office.last(mallory))
    button.update(action_id="introduction.met", value="1:perhaps")
    await office.presses(mallory, own, "introduction.met")
    assert "choose one of the answers" in text_of(office.last(mallory))
    assert "Introduced" not in office.sees(pair.otto)


async def test_a_reason_that_is_none_of_ours_is_not_taken(office: Office, pair: Pair) -> None:
    asked = await ask(office, pair)
    option = pressed(asked, "introduction.no")["options"][0]
    option["value"] = option["value"].partition(":")[0] + ":rude"
    await office.presses(pair.ines, asked, "introduction.no", selected_option=option)
    assert "choose one of the reasons" in text_of(office.last(pair.ines))


async def test_did_you_meet_is_asked_after_seven_days_and_again_after_not_yet(
    office: Office, pair: Pair, clock: FrozenClock
) -> None:
    await office.presses(pair.ines, await ask(office, pair), "introduction.yes")
    clock.move(days=6)
    await office.clock_moved()
    assert "Did you meet?" not in office.sees(pair.otto)
    clock.move(days=1, hours=1)
    await office.clock_moved()
    for person in (pair.otto, pair.ines):
        check = office.card(person, "Did you meet?")
        assert {"Yes", "Not yet", "No"} <= set(text_of(check).split("\n"))
    await office.presses(
        pair.otto, office.card(pair.otto, "Did you meet?"), "introduction.met_not_yet"
    )
    assert "You said: not yet. Thank you." in text_of(office.card(pair.otto, "Did you meet?"))
    clock.move(days=7, hours=1)
    await office.clock_moved()
    again = office.card(pair.otto, "Did you meet?")
    await office.presses(pair.otto, again, "introduction.met")
    assert "You said: yes. Thank you." in text_of(office.card(pair.otto, "Did you meet?"))
    clock.move(days=30)
    await office.clock_moved()
    assert len([one for one in office.messages(pair.otto) if one.text == "Did you meet?"]) == 2


async def test_an_introduction_stops_counting_after_two_months(
    office: Office, clock: FrozenClock
) -> None:
    ines = await academic(office)
    await office.registers(ines, FLOODS, capacity="1")
    otto = await officer(office)
    card = await office.posts(otto, QUESTION)
    await office.presses(otto, card, "introduction.ask")
    await office.presses(ines, office.card(ines, COULD_YOU), "introduction.yes")
    again = f"{QUESTION} And what does it cost?"
    assert "Nobody in the network fits yet" in text_of(await office.posts(otto, again))
    clock.move(days=61)
    await office.clock_moved()
    shown = await office.posts(otto, f"{QUESTION} And who pays?")
    assert "One person could help" in text_of(shown)


async def test_closing_a_need_ends_its_asks_quietly(
    office: Office, pair: Pair, clock: FrozenClock
) -> None:
    await ask(office, pair)
    before = office.sees(pair.ines)
    await office.presses(pair.otto, office.card(pair.otto, "Your need"), "need.close")
    assert office.sees(pair.ines) == before
    clock.move(days=8)
    await office.clock_moved()
    assert NOT_THIS_TIME in text_of(office.card(pair.ines, COULD_YOU))
    assert NOT_THIS_TIME not in office.sees(pair.otto)  # who closed it needs no telling


async def test_who_offered_is_not_told_that_they_took_it_back(
    office: Office, pair: Pair, clock: FrozenClock
) -> None:
    await office.types(pair.ines, "/matches")
    await office.presses(pair.ines, office.last(pair.ines), "introduction.offer")
    await office.presses(pair.otto, office.card(pair.otto, "Your need"), "need.close")
    assert "You said not this time" in text_of(office.card(pair.otto, "would like to help"))
    await office.types(pair.ines, "/matches")
    assert "Asked: waiting for an answer" in text_of(office.last(pair.ines))
    clock.move(days=8)
    await office.clock_moved()
    await office.types(pair.ines, "/matches")
    assert NOT_THIS_TIME in text_of(office.last(pair.ines))
    assert "You withdrew" not in office.sees(pair.ines)


async def test_across_workspaces_each_is_told_who_the_other_is(office: Office) -> None:
    team, _ = await office.add_team("University Workspace", network=await office.network())
    ines = await academic(office, team=team)
    await office.registers(ines, FLOODS)
    otto = await officer(office)
    card = await office.posts(otto, QUESTION)
    await office.presses(otto, card, "introduction.ask")
    await office.presses(ines, office.card(ines, COULD_YOU), "introduction.yes")
    told = text_of(office.card(otto, "here is who it is"))
    assert "Ines Fictional" in told
    assert "University of Nowhere" in told
    assert "ines@inv.example" in told
    assert "What should come out of it?" in told
    assert "Otto Madeup" in text_of(office.card(ines, "here is who it is"))


async def test_where_slack_gives_no_address_the_docking_point_is_named(office: Office) -> None:
    team, _ = await office.add_team("University Workspace", network=await office.network())
    ines = await academic(office, team=team)
    ines.email = ""
    await office.registers(ines, FLOODS)
    otto = await officer(office)
    await office.presses(otto, await office.posts(otto, QUESTION), "introduction.ask")
    await office.presses(ines, office.card(ines, COULD_YOU), "introduction.yes")
    assert "Ask their docking point for their address" in office.sees(otto)


async def test_nobody_is_introduced_to_oneself(office: Office) -> None:
    both = await academic(office)
    await office.registers(both, FLOODS)
    assert "Nobody in the network fits yet" in text_of(await office.posts(both, QUESTION))


async def test_who_pauses_or_leaves_is_asked_no_more(office: Office, pair: Pair) -> None:
    stale = office.card(pair.otto, "Your need")
    blocks = [dict(block) for block in stale.blocks]
    await office.types(pair.ines, "/expertise pause")
    await office.presses(pair.ines, office.last(pair.ines), "expertise.pause")
    stale.blocks = blocks
    await office.presses(pair.otto, stale, "introduction.ask")
    assert "takes no introductions just now" in text_of(office.last(pair.otto))


async def test_an_ask_for_what_was_removed_says_so(office: Office, pair: Pair) -> None:
    stale = office.card(pair.otto, "Your need")
    blocks = [dict(block) for block in stale.blocks]
    await office.types(pair.ines, "/expertise remove")
    await office.presses(pair.ines, office.last(pair.ines), "expertise.remove")
    stale.blocks = blocks
    await office.presses(pair.otto, stale, "introduction.ask")
    assert "That suggestion is no longer here" in text_of(office.last(pair.otto))


async def test_an_ask_on_a_closed_need_says_so(office: Office, pair: Pair) -> None:
    stale = office.card(pair.otto, "Your need")
    blocks = [dict(block) for block in stale.blocks]
    await office.presses(pair.otto, stale, "need.close")
    stale.blocks = blocks
    await office.presses(pair.otto, stale, "introduction.ask")
    assert "This need is no longer open" in text_of(office.last(pair.otto))
