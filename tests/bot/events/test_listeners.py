from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from playground.slack import Channel
from registry.events import Event
from tests.conftest import FrozenClock
from tests.office import Office, text_of
from tests.people import ONE_DATABASE, academic, officer

EVENT = {
    "title": "Flood evening <b>",
    "day": "2026-03-20",
    "starts_at": "18:00",
    "ends_at": "20:30",
    "place": "Made-up Hall",
}


@pytest.fixture
async def channel(office: Office) -> Channel:
    return await office.channel_for("events")


async def add(office: Office, **values: Any) -> dict[str, str]:
    """Otto adds an event; what was wrong with it, by field."""
    otto = await officer(office)
    await office.types(otto, "/events add")
    return (await office.fills_in(otto, **{**EVENT, **values})).errors


async def test_an_event_is_posted_and_listed(office: Office, channel: Channel) -> None:
    assert await add(office, link="https://inv.example/evening") == {}
    (post,) = office.posted(channel)
    assert "Flood evening &lt;b&gt;" in post
    assert "Fri 20 Mar, 18:00" in post
    assert "|20:30>" in post  # the day is said once
    assert "Made-up Hall" in post
    assert "Join or read more" in post
    ines = await academic(office)
    await office.types(ines, "/events")
    assert "Flood evening" in text_of(office.last(ines))


async def test_answers_are_counted_and_the_last_one_holds(office: Office, channel: Channel) -> None:
    await add(office)
    otto, ines = await officer(office), await academic(office)
    channel.members += [otto.id, ines.id]
    for person in (otto, ines):
        await office.presses(person, office.card(person, "Flood evening"), "event.going")
    assert "2 people are going" in office.posted(channel)[0]
    assert "See you there." in office.sees(ines)
    post = office.card(ines, "Made-up Hall")
    await office.presses(ines, post, "event.maybe")
    assert "1 person is going, 1 may come" in office.posted(channel)[0]
    assert "We remind you the day before." in text_of(office.whispered(ines))
    await office.presses(otto, post, "event.not_going")
    assert "Noted. Thank you." in text_of(office.whispered(otto))
    assert "1 person may come" in office.posted(channel)[0]
    await office.presses(ines, post, "event.not_going")
    assert "come" not in office.posted(channel)[0]


@ONE_DATABASE
@pytest.mark.parametrize(
    ("at", "action", "said"),
    [
        ((19, 17), "going", "See you there. We remind you the day before and an hour before."),
        ((20, 9), "going", "See you there. We remind you an hour before."),
        ((20, 17), "going", "See you there."),
        ((20, 9), "maybe", "Noted."),
    ],
)
async def test_only_reminders_that_are_still_to_come_are_promised(
    office: Office,
    channel: Channel,
    clock: FrozenClock,
    at: tuple[int, int],
    action: str,
    said: str,
) -> None:
    await add(office)
    ines = await academic(office)
    channel.members.append(ines.id)
    clock.move_to(datetime(2026, 3, *at, 30, tzinfo=UTC))
    await office.presses(ines, office.card(ines, "Flood evening"), f"event.{action}")
    assert office.whispered(ines).text == said


@ONE_DATABASE
async def test_events_of_one_name_are_told_apart_where_one_is_removed(
    office: Office, channel: Channel
) -> None:
    await add(office)
    await office.types(office.admin, "/events remove")
    assert "Flood evening &lt;b&gt;\n<!date^" in text_of(office.last(office.admin))


async def test_reminders_come_a_week_a_day_and_an_hour_before(
    office: Office, channel: Channel, clock: FrozenClock
) -> None:
    await add(office)
    ines = await academic(office)
    channel.members.append(ines.id)
    await office.presses(ines, office.card(ines, "Flood evening"), "event.going")
    starts = datetime(2026, 3, 20, 18, tzinfo=UTC)
    reminded = []
    mine = []
    around = [timedelta(days=7), timedelta(days=1), timedelta(hours=1)]
    hours = [one + timedelta(hours=away) for one in around for away in (2, 1, 0, -1)]
    for ahead in sorted({*hours, timedelta(hours=-2)}, reverse=True):
        clock.move_to(starts - ahead)
        before = len(office.posted(channel))
        told = len(office.messages(ines))
        await office.clock_moved()
        if len(office.posted(channel)) > before:
            reminded.append(starts - clock.now())
        if len(office.messages(ines)) > told:
            mine.append(starts - clock.now())
    assert reminded == [timedelta(days=7), timedelta(days=1), timedelta(hours=1)]
    assert mine == [timedelta(days=1), timedelta(hours=1)]
    assert "In 7 days" in office.posted(channel)[1]
    assert "Tomorrow" in office.posted(channel)[2]
    assert "In one hour" in office.posted(channel)[3]


async def test_a_reminder_whose_time_went_by_is_dropped_for_the_next(
    office: Office, channel: Channel, clock: FrozenClock
) -> None:
    await add(office)
    clock.move_to(datetime(2026, 3, 19, 19, tzinfo=UTC))  # nobody was there for two weeks
    await office.clock_moved()
    assert len(office.posted(channel)) == 2
    assert "Tomorrow" in office.posted(channel)[1]


async def test_an_event_keeps_its_own_time_zone_across_the_change_of_the_clocks(
    office: Office, channel: Channel, clock: FrozenClock
) -> None:
    otto = await officer(office)
    await office.types(otto, "/events add")
    zones = await office.delivery.options(otto, office.form(otto), "time_zone.search", "new york")
    assert [one["value"] for one in zones] == ["America/New_York"]
    await office.fills_in(otto, **{**EVENT, "time_zone": "America/New_York"})
    starts = datetime(2026, 3, 20, 22, tzinfo=UTC)  # summer time has begun there, not here
    assert str(int(starts.timestamp())) in office.posted(channel)[0]


@ONE_DATABASE
@pytest.mark.parametrize(
    ("values", "field", "words"),
    [
        ({"title": "   "}, "title", "1 to"),
        ({"day": "2026-03-01"}, "day", "passed already"),
        ({"day": "2126-03-20"}, "day", "more than 5 years ahead"),
        ({"ends_at": "17:00"}, "ends_at", "has to end after it starts"),
        ({"end_day": "2030-03-20"}, "end_day", "more than a year later"),
        ({"day": "2026-03-29", "starts_at": "01:30"}, "starts_at", "clocks go forward"),
        ({"place": None, "link": None}, "place", "a place, or a link"),
        ({"place": "p" * 400}, "place", "keep it to"),
        ({"link": "hall.example"}, "link", "https://"),
        ({"time_zone": "Mars/Olympus"}, "time_zone", "from the list"),
    ],
)
async def test_what_cannot_be_taken_is_told_beside_its_field(
    office: Office, values: dict[str, Any], field: str, words: str
) -> None:
    errors = await add(office, **values)
    assert list(errors) == [field]
    assert words in errors[field]


async def test_an_event_may_end_on_another_day(office: Office, channel: Channel) -> None:
    assert await add(office, ends_at="01:00", end_day="2026-03-21") == {}
    assert "Sat 21 Mar, 01:00" in office.posted(channel)[0]


async def test_the_same_form_sent_twice_is_one_event(office: Office, channel: Channel) -> None:
    await add(office)
    await office.delivery.again()
    await office.settle()
    assert len(office.posted(channel)) == 1


async def test_who_goes_is_told_when_it_is_cancelled(office: Office, channel: Channel) -> None:
    await add(office)
    ines = await academic(office)
    channel.members.append(ines.id)
    await office.presses(ines, office.card(ines, "Flood evening"), "event.going")
    await office.types(office.admin, "/events remove")
    listed = office.last(office.admin)
    await office.presses(office.admin, listed, "event.remove")
    assert "Removed. Those who come are told." in text_of(office.last(office.admin))
    assert "This event will not take place: *Flood evening &lt;b&gt;*" in text_of(office.last(ines))
    (post,) = office.posted(channel)
    assert "Cancelled: *Flood evening &lt;b&gt;*" in post
    assert "Going" not in post
    await office.types(ines, "/events")
    assert "Nothing is coming." in text_of(office.last(ines))
    await office.presses(office.admin, listed, "event.remove")
    assert "That event is no longer here." in text_of(office.last(office.admin))


async def test_only_who_added_an_event_or_an_admin_removes_it(
    office: Office, channel: Channel
) -> None:
    await add(office)
    ines = await academic(office)
    await office.types(ines, "/events remove")
    assert "There is no event of yours to remove." in text_of(office.last(ines))
    await office.types(office.admin, "/events remove")
    stolen = office.last(office.admin)
    stolen.only_for = ines.id
    channel_of_both = office.direct(office.admin)
    channel_of_both.members.append(ines.id)
    await office.presses(ines, stolen, "event.remove")
    assert "Only who added an event, or an admin, can remove it." in office.sees(ines)


async def test_an_answer_after_the_end_says_so(
    office: Office, channel: Channel, clock: FrozenClock
) -> None:
    await add(office)
    clock.move(days=30)
    post = next(one for one in office.slack.messages if one.channel == channel.id)
    result = await office.presses(office.admin, post, "event.going")
    assert result.status == 200
    assert "That event is over." in office.sees(office.admin)


async def test_who_is_new_says_who_they_are_first(office: Office) -> None:
    nell = office.slack.add_user(office.team, "Nell Newcomer")
    assert "to say who you are" in (await office.types(nell, "/events add")).text


async def test_a_long_list_says_how_many_more(office: Office) -> None:
    otto = await officer(office)
    for number in range(14):
        await office.types(otto, "/events add")
        await office.fills_in(otto, **{**EVENT, "title": f"Evening {number}"})
    await office.types(otto, "/events")
    assert "And 2 more, later." in text_of(office.last(otto))
    await office.presses(otto, office.last(otto), "event.page")
    assert "Evening 13" in text_of(office.last(otto))
    assert "more, later" not in text_of(office.last(otto))


@ONE_DATABASE
@pytest.mark.parametrize("word", ["edit", "remove"])
async def test_every_event_of_ones_own_can_be_reached(
    office: Office, clock: FrozenClock, word: str
) -> None:
    await office.settle()
    member = await office.member(office.admin)
    async with office.session_factory.begin() as session:
        for number in range(21):
            starts = clock.now() + timedelta(days=1 + number)
            event = Event(
                network_id=member.network_id,
                added_by=member.id,
                title=f"Evening {number}",
                starts=starts,
                ends=starts + timedelta(hours=2),
                time_zone="Europe/London",
                place="Made-up Hall",
                created_at=clock.now(),
            )
            session.add(event)
    await office.types(office.admin, f"/events {word}")
    assert "Evening 20" not in text_of(office.last(office.admin))
    await office.presses(office.admin, office.last(office.admin), "event.own_page")
    last_page = office.last(office.admin)
    assert "Evening 20" in text_of(last_page)
    assert "Evening 19" not in text_of(last_page)
    await office.presses(office.admin, last_page, f"event.{word}")
    if word == "edit":
        assert "Evening 20" in str(office.form(office.admin).body)
    else:
        assert "Removed." in text_of(office.whispered(office.admin))
    await office.presses(office.admin, last_page, "event.own_page_back")  # in the page's place
    assert "Evening 0" in text_of(last_page)
    assert "Evening 20" not in text_of(last_page)


@ONE_DATABASE
@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("/events help", "`/events add`"),
        ("/events removed", "Did you mean `/events remove`?"),
        ("/events add party", "I don't know `/events add party`."),
    ],
)
async def test_words(office: Office, typed: str, answer: str) -> None:
    assert answer in (await office.types(await officer(office), typed)).text


async def test_nothing_coming_says_how_to_add(office: Office) -> None:
    otto = await officer(office)
    await office.types(otto, "/events")
    assert "Nothing is coming. `/events add` adds an event." in text_of(office.last(otto))
