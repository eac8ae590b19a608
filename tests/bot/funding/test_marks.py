"""Save, share to a need, not relevant: what each press leads to."""

from datetime import UTC, datetime

from sqlalchemy import select

from playground.slack import Channel, User
from registry.funding_marks import Mark, Said
from tests.bot.funding.calls import BUTTERFLIES, FLOOD_FUND, adds, month, post_in
from tests.conftest import FrozenClock
from tests.office import Office, text_of
from tests.people import BATH, ONE_DATABASE, QUESTION, officer

SAVED_CLOSES = "A call that you saved closes soon"
SAVED_CHANGED = "A call that you saved has changed"


def told(office: Office, user: User, words: str) -> int:
    """How many direct messages with those words a person has."""
    return sum(words in text_of(one) for one in office.messages(user))


@ONE_DATABASE
async def test_a_saved_call_is_marked_listed_at_home_and_reminded_of_in_person(
    office: Office, channel: Channel, clock: FrozenClock
) -> None:
    otto = await officer(office)
    await adds(office, otto)
    await adds(office, otto, BUTTERFLIES)
    post = post_in(office, channel, otto)
    await office.presses(otto, post, "funding.save")
    assert "*Saved.* You are reminded 28 days, 7 days and 1 day before it closes." in office.sees(
        otto
    )
    await office.presses(otto, post, "funding.save")
    assert "You have saved this call already." in office.sees(otto)
    listed = text_of(await month(office, otto))
    assert listed.count("★") == 1
    home = text_of(await office.opens_home(otto))
    assert "Calls you saved" in home
    assert f"{BUTTERFLIES}>: closes" in home
    reminded = []
    for days in (1, 29, 1, 1, 1, 18, 1, 1, 1, 4, 1, 1, 1):  # 61, each day near a reminder
        before = told(office, otto, SAVED_CLOSES)
        clock.move(days=days)
        await office.clock_moved()
        if told(office, otto, SAVED_CLOSES) > before:
            reminded.append(f"{clock.now():%a %d %b}")
    # Closing on a Thursday at 23:59: each would fall in quiet hours, so it comes at 18:00 before.
    assert reminded == ["Fri 03 Apr", "Fri 24 Apr", "Thu 30 Apr"]


@ONE_DATABASE
async def test_only_reminders_that_are_still_to_come_are_promised(
    office: Office, channel: Channel, clock: FrozenClock
) -> None:
    otto = await officer(office)
    await adds(office, otto, closes="2026-03-12")
    post = post_in(office, channel, otto)
    await office.presses(otto, post, "funding.save")
    assert "*Saved.* You are reminded 7 days and 1 day before it closes." in office.sees(otto)
    clock.move(days=10)
    await office.presses(otto, post, "funding.save")
    assert office.whispered(otto).text == "You have saved this call already."


@ONE_DATABASE
async def test_a_reminder_comes_at_the_last_allowed_hour_before_quiet_hours(
    office: Office, channel: Channel, clock: FrozenClock
) -> None:
    otto = await officer(office)
    await adds(office, otto, closes="2026-03-16", closes_at="10:00")
    await office.presses(otto, post_in(office, channel, otto), "funding.save")
    clock.move_to(datetime(2026, 3, 14, 17, 30, tzinfo=UTC))
    await office.clock_moved()
    before = told(office, otto, SAVED_CLOSES)
    clock.move_to(datetime(2026, 3, 14, 18, 0, tzinfo=UTC))
    await office.clock_moved()
    assert told(office, otto, SAVED_CLOSES) == before + 1, "Saturday, for the Sunday"
    clock.move_to(datetime(2026, 3, 16, 9, 0, tzinfo=UTC))
    await office.clock_moved()
    assert told(office, otto, SAVED_CLOSES) == before + 1


@ONE_DATABASE
async def test_who_unsaves_a_call_is_not_reminded(
    office: Office, channel: Channel, clock: FrozenClock
) -> None:
    otto = await officer(office)
    await adds(office, otto)
    await office.presses(otto, post_in(office, channel, otto), "funding.save")
    await office.presses(otto, await month(office, otto), "funding.unsave")
    assert "It is no longer on your list." in office.sees(otto)
    assert "★" not in text_of(await month(office, otto))
    for _ in range(4):
        clock.move(days=15)
        await office.clock_moved()
    assert SAVED_CLOSES not in office.sees(otto)


@ONE_DATABASE
async def test_who_saved_a_call_hears_that_it_moved_and_its_reminders_move(
    office: Office, channel: Channel, clock: FrozenClock
) -> None:
    otto = await officer(office)
    await adds(office, otto)
    await office.presses(otto, post_in(office, channel, otto), "funding.save")
    await office.types(otto, "/funding edit")
    await office.presses(otto, office.last(otto), "funding.edit")
    assert (await office.fills_in(otto, closes="2026-05-29")).errors == {}
    assert "Deadline moved: it was" in office.posted(channel)[0]
    assert SAVED_CHANGED not in office.sees(otto)
    clock.move(days=1)
    await office.clock_moved()
    assert told(office, otto, SAVED_CHANGED) == 1
    assert office.posted(channel)[-1].count("Deadline moved") == 1
    posts = len(office.posted(channel))
    clock.move_to(datetime(2026, 4, 29, 10, tzinfo=UTC))
    await office.clock_moved()
    assert len(office.posted(channel)) == posts, "a day before it would have closed"
    clock.move_to(datetime(2026, 5, 2, 10, tzinfo=UTC))
    await office.clock_moved()
    assert "Closing soon" in office.posted(channel)[-1]


async def test_a_call_that_is_removed_is_taken_off_every_message_and_reminds_nobody(
    office: Office, channel: Channel, clock: FrozenClock
) -> None:
    otto = await officer(office)
    await adds(office, otto)
    await office.presses(otto, post_in(office, channel, otto), "funding.save")
    await office.types(otto, "/funding remove")
    await office.presses(otto, office.last(otto), "funding.remove")
    assert "no longer here" in office.posted(channel)[0]
    clock.move(days=40)
    await office.clock_moved()
    assert SAVED_CLOSES not in office.sees(otto)
    await adds(office, otto)
    assert FLOOD_FUND in office.posted(channel)[-1], "another call with the same row id"


async def test_a_call_is_noted_on_one_s_own_need_and_taken_off_again(
    office: Office, channel: Channel
) -> None:
    otto = await officer(office)
    card = await office.posts(otto, QUESTION)
    await adds(office, await office.person("Bea Bystander", "broker", "Institute", BATH))
    post = post_in(office, channel, otto)
    await office.presses(otto, post, "funding.share")
    await office.fills_in(otto, needs=["1"])
    assert "*Noted* on 1 need" in text_of(office.form(otto))
    assert "Funding calls noted" in text_of(card)
    assert f"{FLOOD_FUND}>: closes" in text_of(card)
    await office.delivery.close(otto, office.form(otto))
    await office.presses(otto, post, "funding.share")
    await office.fills_in(otto, needs=[])
    assert "Funding calls noted" not in text_of(card)


@ONE_DATABASE
async def test_a_call_cannot_be_noted_on_somebody_else_s_need(
    office: Office, channel: Channel
) -> None:
    otto = await officer(office)
    theirs = await office.posts(otto, QUESTION)
    olga = await officer(office, "Olga Madeup")
    await adds(office, olga)
    post = post_in(office, channel, olga)
    await office.presses(olga, post, "funding.share")
    assert "You have no open need." in text_of(office.form(olga))
    await office.delivery.close(olga, office.form(olga))
    await office.posts(olga, "What do butterflies eat on a northern moor in winter?")
    await office.presses(olga, post, "funding.share")
    view = office.form(olga)
    assert QUESTION not in text_of(view)
    forged = {"needs": {"selected_options": [{"value": "1"}]}}
    view.body["blocks"][1]["element"]["options"][0]["value"] = "1"
    result = await office.delivery.submit(olga, view, forged)
    assert result.errors == {"needs": "Please choose among your own open needs."}
    await office.settle()
    assert "Funding calls noted" not in text_of(theirs)


@ONE_DATABASE
async def test_not_relevant_teaches_and_can_be_taken_back(office: Office, channel: Channel) -> None:
    otto = await officer(office)
    await office.posts(otto, QUESTION)
    bea = await office.person("Bea Bystander", "broker", "Institute", BATH)
    await adds(office, bea)
    alert = office.card(otto, "A funding call that fits you")
    await office.presses(otto, alert, "funding.not_relevant")
    assert "You will hear less of calls like this one" in office.sees(otto)
    await adds(office, bea, f"{FLOOD_FUND}: round two")
    assert told(office, otto, "fits you") == 1, "a call like the one that was not relevant"
    await office.presses(otto, office.card(otto, "Take it back"), "funding.relevant")
    await adds(office, bea, f"{FLOOD_FUND}: round three")
    assert told(office, otto, "fits you") == 2


async def test_what_three_people_turned_down_in_a_channel_is_posted_there_no_more(
    office: Office, channel: Channel, clock: FrozenClock
) -> None:
    bea = await office.person("Bea Bystander", "broker", "Institute", BATH)
    await adds(office, bea, BUTTERFLIES, themes="butterflies")
    people = [await officer(office, f"{name} Madeup") for name in ("Otto", "Olga", "Owen")]
    post = post_in(office, channel, *people)
    for number, one in enumerate(people):
        await adds(office, bea, f"{BUTTERFLIES}, {number}", themes="butterflies")
        assert len(office.posted(channel)) == number + 2
        await office.presses(one, post, "funding.not_relevant")
    await adds(office, bea, f"{BUTTERFLIES}, last", themes="butterflies")
    assert len(office.posted(channel)) == 4
    await adds(office, bea)
    assert len(office.posted(channel)) == 5, "another theme is posted as before"
    assert "last" in text_of(await month(office, bea)), "it is listed all the same"
    await office.posts(people[0], f"Where do {BUTTERFLIES.lower()} live?")
    await adds(office, bea, f"{BUTTERFLIES}, wanted", themes="butterflies")
    assert "wanted" in office.posted(channel)[-1], "it fits an open need"


@ONE_DATABASE
async def test_what_was_marked_stays_to_learn_from_when_the_call_goes(
    office: Office, channel: Channel
) -> None:
    otto = await officer(office)
    await adds(office, otto)
    post = post_in(office, channel, otto)
    await office.presses(otto, post, "funding.not_relevant")
    await office.types(otto, "/funding remove")
    await office.presses(otto, office.last(otto), "funding.remove")
    async with office.session_factory.begin() as session:
        (mark,) = await session.scalars(select(Mark))
    assert (mark.said, mark.call_id, mark.channel) == (Said.NOT_RELEVANT, None, channel.id)
    assert "flood" in mark.terms


@ONE_DATABASE
async def test_presses_on_a_call_that_is_gone_or_over_say_so(
    office: Office, channel: Channel, clock: FrozenClock
) -> None:
    otto = await officer(office)
    await adds(office, otto)
    post = post_in(office, channel, otto)
    clock.move(days=70)
    for number, press in enumerate(("funding.save", "funding.share"), 1):
        await office.presses(otto, post, press)
        assert office.sees(otto).count("This call is no longer open.") == number
