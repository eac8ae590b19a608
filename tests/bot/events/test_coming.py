"""Who comes, what they are told of, and what they say the day after."""

from datetime import UTC, datetime, timedelta

import pytest

from playground.slack import Channel, User
from tests.bot.events.test_listeners import EVENT, add
from tests.conftest import FrozenClock
from tests.office import Office, text_of
from tests.people import ONE_DATABASE, academic, officer

STARTS = datetime(2026, 3, 20, 18, tzinfo=UTC)


@pytest.fixture
async def channel(office: Office) -> Channel:
    return await office.channel_for("events")


async def answers(
    office: Office, channel: Channel, user: User, action: str = "event.going"
) -> None:
    if user.id not in channel.members:
        channel.members.append(user.id)
    await office.presses(user, office.card(user, "Made-up Hall"), action)


async def who(office: Office, user: User) -> str:
    await office.presses(user, office.card(user, "Made-up Hall"), "event.who")
    return text_of(office.whispered(user))


async def an_event(office: Office, channel: Channel) -> User:
    """Otto has added one; he is in the channel."""
    assert await add(office) == {}
    otto = next(one for one in office.slack.users.values() if one.name == "Otto Madeup")
    channel.members.append(otto.id)
    return otto


async def test_names_are_shown_only_with_consent_and_only_to_others_who_come(
    office: Office, channel: Channel
) -> None:
    otto = await an_event(office, channel)
    ines, kit = await academic(office), await academic(office, "Kit Invented")
    await answers(office, channel, ines)
    assert "your name is not shown" in text_of(office.whispered(ines))
    assert "Nobody besides you has said so yet." in await who(office, ines)
    await answers(office, channel, kit, "event.maybe")
    assert "None of the others shows their name" in await who(office, kit)
    await answers(office, channel, ines)
    await office.presses(ines, office.whispered(ines), "event.show_name")
    assert "Your name is shown to others who come." in text_of(office.whispered(ines))
    assert f"Besides you: <@{ines.id}>\n" in await who(office, kit) + "\n"
    assert "None of the others shows their name" in await who(office, ines)
    channel.members.append(otto.id)
    seen = await who(office, otto)
    assert ines.id not in seen
    assert "1 person is going, 1 may come" in seen
    assert "Those who say Going or Maybe" in seen
    await answers(office, channel, otto)
    assert f"<@{ines.id}> and 1 more" in await who(office, otto)
    assert "your name is not shown" in text_of(office.whispered(otto))


async def test_consent_is_withdrawn_by_a_press_or_by_not_coming(
    office: Office, channel: Channel
) -> None:
    otto = await an_event(office, channel)
    ines = await academic(office)
    await answers(office, channel, otto)
    await answers(office, channel, ines)
    await office.presses(ines, office.whispered(ines), "event.show_name")
    shown = office.whispered(ines)
    assert f"<@{ines.id}>" in await who(office, otto)
    await office.presses(ines, shown, "event.hide_name")
    assert ines.id not in await who(office, otto)
    await answers(office, channel, ines)
    await office.presses(ines, office.whispered(ines), "event.show_name")
    asking = office.whispered(ines)
    await answers(office, channel, ines, "event.not_going")
    await answers(office, channel, ines, "event.maybe")
    assert ines.id not in await who(office, otto)
    await answers(office, channel, ines, "event.not_going")
    await office.presses(ines, asking, "event.hide_name")
    assert ines.id not in await who(office, otto)


@ONE_DATABASE
async def test_who_does_not_come_cannot_show_their_name(office: Office, channel: Channel) -> None:
    otto = await an_event(office, channel)
    await answers(office, channel, otto)
    asked = office.whispered(otto)
    await answers(office, channel, otto, "event.not_going")
    await office.presses(otto, asked, "event.show_name")
    assert "say first whether you come" in text_of(office.whispered(otto))


@ONE_DATABASE
async def test_somebody_of_another_workspace_is_shown_by_their_organisation(
    office: Office, channel: Channel
) -> None:
    otto = await an_event(office, channel)
    far, _ = await office.add_team("Universities", network=await office.network())
    ines = await academic(office, team=far)
    await office.types(ines, "/events")
    await office.presses(ines, office.last(ines), "event.going")
    await office.presses(ines, office.whispered(ines), "event.show_name")
    await answers(office, channel, otto)
    seen = await who(office, otto)
    assert "Besides you: somebody of University of Nowhere" in seen
    assert " more" not in seen
    assert ines.id not in seen


async def test_a_change_is_told_to_those_who_come_with_what_it_was(
    office: Office, channel: Channel
) -> None:
    otto = await an_event(office, channel)
    ines, kit = await academic(office), await academic(office, "Kit Invented")
    await answers(office, channel, ines)
    await answers(office, channel, kit, "event.not_going")
    await answers(office, channel, otto)
    before = {one.id: len(office.messages(one)) for one in (ines, kit, otto)}
    await office.types(otto, "/events edit")
    await office.presses(otto, office.last(otto), "event.edit")
    form = office.form(otto)
    assert "Flood evening <b>" in text_of(form)
    await office.fills_in(otto, starts_at="19:00", place="Other Hall")
    assert "*Changed.*" in text_of(office.form(otto))
    told = text_of(office.last(ines))
    assert "Changed: Flood evening &lt;b&gt;" in told
    assert "It was " in told
    assert "Fri 20 Mar, 18:00" in told
    assert told.count("Fri 20 Mar, 19:00") == 1
    assert "The place was Made-up Hall" in told
    assert told.count("Other Hall") == 1
    assert told.count("Flood evening") == 2  # the notification, and the event itself
    assert len(office.messages(ines)) == before[ines.id] + 1
    assert len(office.messages(kit)) == before[kit.id]
    assert "Changed:" not in office.sees(otto)
    (post,) = office.posted(channel)
    assert "Fri 20 Mar, 19:00" in post
    assert "Other Hall" in post


async def test_what_nobody_need_be_told_of_is_only_saved(office: Office, channel: Channel) -> None:
    otto = await an_event(office, channel)
    ines = await academic(office)
    await answers(office, channel, ines)
    before = len(office.messages(ines))
    await office.types(otto, "/events edit")
    await office.presses(otto, office.last(otto), "event.edit")
    await office.fills_in(otto, description="Bring maps & tea.")
    assert "*Saved.*" in text_of(office.form(otto))
    assert len(office.messages(ines)) == before
    assert "Bring maps &amp; tea." in office.posted(channel)[0]


@ONE_DATABASE
async def test_wrong_changes_are_told_beside_their_fields(office: Office, channel: Channel) -> None:
    otto = await an_event(office, channel)
    await office.types(otto, "/events edit")
    await office.presses(otto, office.last(otto), "event.edit")
    assert (await office.fills_in(otto, ends_at="17:00")).errors == {
        "ends_at": "It has to end after it starts. Please check the times."
    }
    assert (await office.fills_in(otto, day="2026-03-01")).errors == {
        "day": "That has passed already. Please choose a later time."
    }


@ONE_DATABASE
async def test_only_who_added_an_event_or_an_admin_changes_it(
    office: Office, channel: Channel
) -> None:
    otto = await an_event(office, channel)
    ines = await academic(office)
    await office.types(ines, "/events edit")
    assert "no event of yours to change" in text_of(office.last(ines))
    await office.types(otto, "/events edit")
    stolen = office.last(otto)
    stolen.only_for = ines.id
    office.direct(otto).members.append(ines.id)
    await office.presses(ines, stolen, "event.edit")
    assert "Only who added an event, or an admin, can change it." in office.sees(ines)


async def test_two_changes_in_quiet_hours_are_one_message_in_the_morning(
    office: Office, channel: Channel, clock: FrozenClock
) -> None:
    otto = await an_event(office, channel)
    ines = await academic(office)
    await answers(office, channel, ines)
    before = len(office.messages(ines))
    clock.move_to(datetime(2026, 3, 4, 21, tzinfo=UTC))
    for time in ("19:00", "20:00"):
        await office.types(otto, "/events edit")
        await office.presses(otto, office.last(otto), "event.edit")
        await office.fills_in(otto, starts_at=time)
    assert len(office.messages(ines)) == before
    clock.move_to(datetime(2026, 3, 5, 8, tzinfo=UTC))
    await office.clock_moved()
    assert len(office.messages(ines)) == before + 1
    told = text_of(office.last(ines))
    assert "Fri 20 Mar, 18:00" in told
    assert "Fri 20 Mar, 20:00" in told
    assert "Fri 20 Mar, 19:00" not in told


async def test_who_would_come_for_nothing_is_told_even_in_quiet_hours(
    office: Office, channel: Channel, clock: FrozenClock
) -> None:
    await add(office, day="2026-03-05", starts_at="07:30", ends_at="09:00")
    ines = await academic(office)
    await answers(office, channel, ines)
    clock.move_to(datetime(2026, 3, 4, 22, tzinfo=UTC))
    await office.types(office.admin, "/events remove")
    await office.presses(office.admin, office.last(office.admin), "event.remove")
    assert "will not take place" in text_of(office.last(ines))


async def test_people_are_reminded_by_their_own_clocks_outside_their_quiet_hours(
    office: Office, channel: Channel, clock: FrozenClock
) -> None:
    """Monday 30 March 2026, 08:30: the day before is a Sunday, on which the clocks go forward."""
    await add(office, day="2026-03-30", starts_at="08:30", ends_at="09:30")
    ines = await academic(office)
    await answers(office, channel, ines)
    mine, posts = [], []
    for day, hour, minute in (
        (28, 16, 30), (28, 17, 30), (28, 18, 0), (28, 18, 30), (29, 6, 30), (29, 7, 0),
        (29, 7, 30), (29, 8, 30), (30, 5, 30), (30, 6, 0), (30, 6, 30), (30, 7, 0), (30, 8, 0),
    ):  # fmt: skip
        clock.move_to(datetime(2026, 3, day, hour, minute, tzinfo=UTC))
        told, posted = len(office.messages(ines)), len(office.posted(channel))
        await office.clock_moved()
        mine += [clock.now()] * (len(office.messages(ines)) - told)
        posts += [clock.now()] * (len(office.posted(channel)) - posted)
    assert mine == [datetime(2026, 3, 28, 18, tzinfo=UTC)]  # for both reminders
    assert posts == [
        datetime(2026, 3, 29, 7, 30, tzinfo=UTC),  # 08:30 on the day before, by the new time
        datetime(2026, 3, 30, 6, 30, tzinfo=UTC),
    ]
    assert "In 2 days" in text_of(office.last(ines))


async def test_admins_choose_how_often_the_channel_is_reminded(
    office: Office, channel: Channel, clock: FrozenClock
) -> None:
    await an_event(office, channel)
    await office.types(office.admin, "/network settings")
    assert (await office.fills_in(office.admin, event_reminders=["hour"])).errors == {}
    for before in (timedelta(days=7), timedelta(days=1)):
        clock.move_to(STARTS - before)
        await office.clock_moved()
    assert len(office.posted(channel)) == 1
    clock.move_to(STARTS - timedelta(hours=1))
    await office.clock_moved()
    assert "In one hour" in office.posted(channel)[-1]


async def test_a_server_that_was_down_sends_what_is_still_of_use(
    office: Office, channel: Channel, clock: FrozenClock
) -> None:
    await add(office)
    await add(office, title="Another evening", day="2026-03-14")
    clock.move_to(STARTS - timedelta(days=5, hours=12))  # one was a day and a half ago
    await office.clock_moved()
    reminded = office.posted(channel)[2:]
    assert len(reminded) == 1
    assert "In 5 days: Flood evening" in reminded[0]
    clock.move_to(STARTS + timedelta(hours=1))
    await office.clock_moved()
    assert len(office.posted(channel)) == 3


async def test_a_moved_event_is_reminded_of_anew_and_not_by_its_old_time(
    office: Office, channel: Channel, clock: FrozenClock
) -> None:
    otto = await an_event(office, channel)
    clock.move_to(STARTS - timedelta(days=7))
    await office.clock_moved()
    assert "In 7 days" in office.posted(channel)[-1]
    await office.types(otto, "/events edit")
    await office.presses(otto, office.last(otto), "event.edit")
    await office.fills_in(otto, day="2026-03-27")
    reminded = office.posted(channel)[-1]
    assert "Fri 27 Mar, 18:00" in reminded
    assert "In 7 days" not in reminded
    moments = []
    while clock.now() < STARTS + timedelta(days=8):
        posted = len(office.posted(channel))
        clock.move(hours=12)
        await office.clock_moved()
        if len(office.posted(channel)) > posted:
            moments.append(clock.now())
    starts = STARTS + timedelta(days=7)
    assert moments == [starts - timedelta(days=7), starts - timedelta(days=1)]


async def test_the_day_after_those_who_were_there_are_asked_and_counted(
    office: Office, channel: Channel, clock: FrozenClock
) -> None:
    await office.channel_for("digest")
    otto = await an_event(office, channel)
    ines, kit = await academic(office), await academic(office, "Kit Invented")
    await answers(office, channel, ines)
    await answers(office, channel, otto)
    await answers(office, channel, kit, "event.maybe")
    clock.move_to(datetime(2026, 3, 20, 22, tzinfo=UTC))
    await office.clock_moved()
    assert "Was it useful?" not in office.sees(ines)
    clock.move_to(datetime(2026, 3, 21, 10, tzinfo=UTC))
    await office.clock_moved()
    assert "Was it useful?" not in office.sees(kit)
    asked = office.last(ines)
    assert "Was it useful? *Flood evening &lt;b&gt;*" in text_of(asked)
    await office.presses(ines, asked, "event.useful.partly")
    assert "You said: Partly." in text_of(asked)
    await office.presses(ines, asked, "event.useful.yes")
    assert "You said: Yes." in text_of(asked)
    assert "You said" not in text_of(office.last(otto))
    await office.presses(otto, office.last(otto), "event.useful.no")
    await office.types(office.admin, "/network digest")
    shown = text_of(office.last(office.admin))
    assert "1 useful and 1 not useful" in shown
    for person in (ines, otto):
        assert person.id not in shown
    told = len(office.messages(ines))
    clock.move(days=2)
    await office.clock_moved()
    assert len(office.messages(ines)) == told


@ONE_DATABASE
async def test_a_cancelled_event_is_not_asked_about_and_takes_no_answer(
    office: Office, channel: Channel, clock: FrozenClock
) -> None:
    otto = await an_event(office, channel)
    await answers(office, channel, otto)
    post = office.card(otto, "Made-up Hall")
    await office.types(office.admin, "/events remove")
    await office.presses(office.admin, office.last(office.admin), "event.remove")
    assert "Maybe" not in text_of(post)
    clock.move_to(datetime(2026, 3, 21, 10, tzinfo=UTC))
    await office.clock_moved()
    assert "Was it useful?" not in office.sees(otto)


async def test_what_changes_in_the_last_hour_stops_a_reminder(
    office: Office, channel: Channel, clock: FrozenClock
) -> None:
    """The hourly job has left the errand to its minute already."""
    otto = await an_event(office, channel)
    await add(office, title="Other evening", place="Other Hall")
    ines = await academic(office)
    await answers(office, channel, ines)
    await answers(office, channel, otto)
    clock.move_to(STARTS - timedelta(days=1, minutes=30))
    await office.clock_moved()
    await answers(office, channel, ines, "event.not_going")
    await office.types(office.admin, "/events remove")
    other = next(
        element["value"]
        for block in office.last(office.admin).blocks
        if "Other evening" in str(block)
        for element in [block["accessory"]]
    )
    listed = office.last(office.admin)
    await office.presses(office.admin, listed, "event.remove", value=other)
    before = len(office.messages(ines))
    clock.move(minutes=30)
    await office.clock_moved()
    assert len(office.messages(ines)) == before
    assert "Tomorrow: Flood evening" in text_of(office.last(otto))
    assert "Tomorrow: Flood evening" in office.posted(channel)[-1]
    assert "Tomorrow: Other evening" not in "".join(office.posted(channel))


@ONE_DATABASE
async def test_the_question_comes_late_or_not_at_all(
    office: Office, channel: Channel, clock: FrozenClock
) -> None:
    otto = await an_event(office, channel)
    await answers(office, channel, otto)
    clock.move_to(datetime(2026, 3, 24, 10, tzinfo=UTC))  # nobody was there for four days
    await office.clock_moved()
    assert "Was it useful?" not in office.sees(otto)


@ONE_DATABASE
async def test_only_who_was_going_says_whether_it_was_useful(
    office: Office, channel: Channel, clock: FrozenClock
) -> None:
    otto = await an_event(office, channel)
    await answers(office, channel, otto)
    clock.move_to(datetime(2026, 3, 21, 10, tzinfo=UTC))
    await office.clock_moved()
    stolen = office.last(otto)
    ines = await academic(office)
    office.direct(otto).members.append(ines.id)
    await office.presses(ines, stolen, "event.useful.no")
    assert "Only who was there can say that" in text_of(office.whispered(ines))


@ONE_DATABASE
async def test_a_cancelled_event_says_so_to_who_still_sees_its_buttons(
    office: Office, channel: Channel
) -> None:
    otto = await an_event(office, channel)
    await office.types(otto, "/events")
    listed = office.last(otto)
    await office.types(office.admin, "/events remove")
    await office.presses(office.admin, office.last(office.admin), "event.remove")
    await office.presses(otto, listed, "event.going")
    assert "That event was cancelled." in text_of(office.whispered(otto))
    await office.types(otto, "/events edit")
    assert "no event of yours to change" in text_of(office.last(otto))


@ONE_DATABASE
async def test_the_form_starts_with_what_the_event_is(office: Office, channel: Channel) -> None:
    otto = await officer(office)
    await office.types(otto, "/events add")
    await office.fills_in(otto, **{**EVENT, "end_day": "2026-03-21", "link": "https://inv.example"})
    await office.types(otto, "/events edit")
    await office.presses(otto, office.last(otto), "event.edit")
    assert (await office.fills_in(otto)).errors == {}
    assert "*Saved.*" in text_of(office.form(otto))
