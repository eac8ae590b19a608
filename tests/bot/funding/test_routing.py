"""Whom a call is for: what its post says it fits, introductions by it, and direct messages."""

from datetime import UTC, datetime

from playground.slack import Channel, Message, User
from tests.bot.funding.calls import BUTTERFLIES, FLOOD_FUND, adds, month, post_in
from tests.conftest import FrozenClock
from tests.office import Office, text_of
from tests.people import (
    BATH,
    BRISTOL,
    FLOODS,
    HIGH_STREETS,
    ONE_DATABASE,
    QUESTION,
    academic,
    officer,
)
from tests.publisher import Publisher, reads
from tests.secrecy import leaks

FIT = "A funding call that fits you"


async def adder(office: Office) -> User:
    """Somebody with nothing to ask or offer, who adds calls."""
    return await office.person("Bea Bystander", "broker", "Institute of Nowhere", BATH)


def alerts(office: Office, user: User) -> list[Message]:
    return [one for one in office.messages(user) if FIT in text_of(one)]


async def test_a_post_names_the_open_needs_that_a_call_fits_and_shows_them(
    office: Office, channel: Channel
) -> None:
    otto = await officer(office)
    await office.posts(otto, QUESTION)
    bea = await adder(office)
    await adds(office, bea)
    (post,) = office.posted(channel)
    assert f"Fits 1 open need here: “{QUESTION}”" in post
    await office.presses(bea, post_in(office, channel, bea), "funding.fits")
    shown = text_of(office.form(bea))
    assert QUESTION in shown
    assert "Made-up Council" in shown
    assert "Ask for an introduction" not in shown, "Bea offers nothing"
    assert not await leaks(office, [otto, bea])


@ONE_DATABASE
async def test_a_call_that_fits_nothing_says_nothing(office: Office, channel: Channel) -> None:
    otto = await officer(office)
    await office.posts(otto, QUESTION)
    await adds(office, await adder(office), BUTTERFLIES, themes="butterflies")
    (post,) = office.posted(channel)
    assert "Fits" not in post
    assert alerts(office, otto) == []


async def test_needs_that_are_kept_back_or_closed_are_neither_listed_nor_counted(
    office: Office, channel: Channel
) -> None:
    otto = await officer(office)
    await office.posts(otto, f"{QUESTION} Kept back.", visibility="docking_point")
    await office.posts(otto, f"{QUESTION} Closed by now.")
    await office.types(otto, "/need list")
    await office.presses(otto, office.last(otto), "need.close", value="2")
    await office.posts(otto, f"{QUESTION} Open.", hide_council=["hide"])
    bea = await adder(office)
    await adds(office, bea)
    (post,) = office.posted(channel)
    assert "Fits 1 open need here" in post
    assert "Kept back" not in post
    assert "Closed by now" not in post
    await office.presses(bea, post_in(office, channel, bea), "funding.fits")
    shown = text_of(office.form(bea))
    assert "Kept back" not in shown
    assert "A council asks:" in " ".join(shown.replace("*", "").split())
    assert "Made-up Council" not in shown


async def test_a_need_that_is_removed_leaves_every_post(office: Office, channel: Channel) -> None:
    otto = await officer(office)
    await office.posts(otto, QUESTION)
    await adds(office, await adder(office))
    await office.types(otto, "/need list")
    await office.presses(otto, office.last(otto), "need.remove")
    (post,) = office.posted(channel)
    assert QUESTION not in post
    assert FLOOD_FUND in post
    assert QUESTION not in text_of(alerts(office, otto)[0])


async def test_who_has_expertise_asks_for_an_introduction_by_a_call(
    office: Office, channel: Channel
) -> None:
    otto, ines = await officer(office), await academic(office)
    await office.posts(otto, QUESTION)
    await office.registers(ines, HIGH_STREETS)
    await adds(office, await adder(office))
    await office.presses(ines, post_in(office, channel, ines), "funding.fits")
    view = office.form(ines)
    await office.presses(ines, view, "funding.ask")
    assert "An introduction was asked for." in text_of(office.form(ines))
    asked = office.card(otto, "Both fit the funding call")
    assert "Ines" not in text_of(asked)
    await office.presses(otto, asked, "introduction.yes")
    assert f"<@{ines.id}>" in office.sees(otto)


@ONE_DATABASE
async def test_the_press_is_authorised_again(office: Office, channel: Channel) -> None:
    otto, ines = await officer(office), await academic(office)
    await office.posts(otto, QUESTION)
    await office.registers(ines, HIGH_STREETS)
    await adds(office, await adder(office))
    await office.presses(ines, post_in(office, channel, ines), "funding.fits")
    view = office.form(ines)
    await office.types(otto, "/need list")
    await office.presses(otto, office.last(otto), "need.close")
    await office.presses(ines, view, "funding.ask")
    assert "no longer open" in text_of(office.form(ines))
    assert "funding call" not in text_of(office.last(otto))


@ONE_DATABASE
async def test_who_no_longer_offers_anything_asks_nobody(office: Office, channel: Channel) -> None:
    otto, ines = await officer(office), await academic(office)
    await office.posts(otto, QUESTION)
    card = await office.registers(ines, HIGH_STREETS)
    await adds(office, await adder(office))
    await office.presses(ines, post_in(office, channel, ines), "funding.fits")
    view = office.form(ines)
    await office.presses(ines, card, "expertise.pause")
    seen = office.sees(otto)
    await office.presses(ines, view, "funding.ask")
    assert "Offer expertise first" in text_of(office.form(ines))
    assert office.sees(otto) == seen


async def test_people_hear_of_strong_fits_for_their_needs_and_their_expertise(
    office: Office, channel: Channel
) -> None:
    otto, ines = await officer(office), await academic(office)
    await office.posts(otto, QUESTION)
    await office.registers(ines, FLOODS)
    await adds(office, await adder(office))
    (to_otto,) = alerts(office, otto)
    assert f"It fits your need “{QUESTION}”." in text_of(to_otto)
    assert text_of(to_otto).count(QUESTION) == 1, "one's own need is named once"
    (to_ines,) = alerts(office, ines)
    assert "It fits your expertise: both mention" in text_of(to_ines)
    assert "flooding" in text_of(to_ines)


@ONE_DATABASE
async def test_whoever_added_a_call_is_not_told_of_it(office: Office, channel: Channel) -> None:
    otto = await officer(office)
    await office.posts(otto, QUESTION)
    await adds(office, otto)
    assert alerts(office, otto) == []


@ONE_DATABASE
async def test_nobody_gets_more_than_their_number_in_seven_days_nor_a_call_twice(
    office: Office, channel: Channel, clock: FrozenClock
) -> None:
    otto, bea = await officer(office), await adder(office)
    await office.posts(otto, QUESTION)
    for number in ("one", "two", "three"):
        await adds(office, bea, f"{FLOOD_FUND}, round {number}", closes="2026-06-30")
    assert len(alerts(office, otto)) == 2
    clock.move_to(datetime(2026, 3, 7, 10, tzinfo=UTC))
    await office.clock_moved()
    assert len(alerts(office, otto)) == 2
    for _ in range(4):
        clock.move(days=1)
        await office.clock_moved()
    told = alerts(office, otto)
    assert len(told) == 3
    assert len({one.blocks[0]["text"]["text"] for one in told}) == 3
    clock.move(days=10)
    await office.clock_moved()
    assert len(alerts(office, otto)) == 3


@ONE_DATABASE
async def test_alerts_are_chosen_in_a_form(office: Office, channel: Channel) -> None:
    otto, bea = await officer(office), await adder(office)
    await office.posts(otto, QUESTION)
    await adds(office, bea)
    (first,) = alerts(office, otto)
    await office.presses(otto, first, "funding.alerts")
    assert "At most how many in seven days?" in text_of(office.form(otto))
    await office.fills_in(otto, level="off", a_week="5")
    assert "no direct messages about calls" in text_of(office.form(otto))
    await adds(office, bea, f"{FLOOD_FUND}, round two")
    assert len(alerts(office, otto)) == 1
    await office.types(otto, "/funding alerts")
    await office.fills_in(otto, level="good")
    assert "Strong and good fits, at most 5 in seven days." in text_of(office.form(otto))
    await adds(office, bea, f"{FLOOD_FUND}, round three")
    assert len(alerts(office, otto)) == 2


@ONE_DATABASE
async def test_only_strong_fits_are_told_unless_good_ones_are_asked_for(
    office: Office, channel: Channel, clock: FrozenClock
) -> None:
    otto, bea = await officer(office), await adder(office)
    await office.posts(otto, QUESTION)
    weaker = {
        "title": "Resilient places: gardens, flooding and streets",
        "themes": "gardens, rain, food growing",
    }
    await adds(office, bea, **weaker)
    assert "Fits 1 open need here" in office.posted(channel)[0], "a good fit"
    assert alerts(office, otto) == []
    await office.types(otto, "/funding alerts")
    await office.fills_in(otto, level="good")
    clock.move(days=1)
    await office.clock_moved()
    assert len(alerts(office, otto)) == 1


@ONE_DATABASE
async def test_an_alert_waits_for_the_end_of_quiet_hours(
    office: Office, channel: Channel, clock: FrozenClock
) -> None:
    otto, bea = await officer(office), await adder(office)
    await office.posts(otto, QUESTION)
    clock.move_to(datetime(2026, 3, 2, 21, tzinfo=UTC))
    await adds(office, bea)
    assert len(office.posted(channel)) == 1, "a channel has no quiet hours"
    assert alerts(office, otto) == []
    clock.move_to(datetime(2026, 3, 3, 8, tzinfo=UTC))
    await office.clock_moved()
    assert len(alerts(office, otto)) == 1


async def test_a_need_posted_later_hears_of_a_call_that_a_feed_brought(
    office: Office, channel: Channel, publisher: Publisher, clock: FrozenClock
) -> None:
    publisher.put("a", FLOOD_FUND, text="For surface water flooding after heavy rain.")
    await reads(office, publisher.address)
    assert "Fits" not in office.posted(channel)[0]
    otto = await officer(office)
    await office.posts(otto, QUESTION)
    assert alerts(office, otto) == []
    clock.move(days=1)
    await office.clock_moved()
    assert len(alerts(office, otto)) == 1
    assert "Fits 1 open need here" in text_of(await month(office, otto))


@ONE_DATABASE
async def test_another_network_s_needs_and_calls_are_as_if_not_there(
    office: Office, channel: Channel
) -> None:
    there, _ = await office.add_team("Elsewhere")
    olga = await office.person("Olga Elsewhere", "officer", "Far Council", BRISTOL, team=there)
    await office.posts(olga, QUESTION)
    await adds(office, await adder(office))
    assert "Fits" not in office.posted(channel)[0]
    assert alerts(office, olga) == []
    assert "No call is open" in text_of(await month(office, olga))
