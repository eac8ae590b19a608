"""Calendars that an admin adds, from a server on this machine."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from playground.slack import Channel, User
from tests.conftest import FrozenClock
from tests.office import Office, text_of
from tests.people import ONE_DATABASE, academic, officer

ENTRY = """BEGIN:VEVENT
UID:{uid}
DTSTAMP:20260301T120000Z
SUMMARY:{title}
LOCATION:{place}
{when}
{more}END:VEVENT
"""


@dataclass
class University:
    """Its calendar: the entries it holds, or the status it answers with."""

    address: str = ""
    name: str = "X-WR-CALNAME:Events at Nowhere"
    entries: dict[str, str] = field(default_factory=dict)
    status: int = 200
    body: bytes | None = None
    headers: dict[str, str] = field(default_factory=dict)
    asked: list[str | None] = field(default_factory=list)

    def put(
        self, uid: str, title: str, starts: str, *, place: str = "Made-up Hall", more: str = ""
    ) -> None:
        """An event of one hour from such as "20260310T180000", in London's time."""
        ends = datetime.strptime(starts, "%Y%m%dT%H%M%S") + timedelta(hours=1)  # noqa: DTZ007
        when = f"DTSTART;TZID=Europe/London:{starts}\nDTEND;TZID=Europe/London:{ends:%Y%m%dT%H%M%S}"
        self.entries[uid] = ENTRY.format(uid=uid, title=title, place=place, when=when, more=more)

    async def answer(self, request: web.Request) -> web.Response:
        self.asked.append(request.headers.get("If-None-Match"))
        etag = f'"{hash(frozenset(self.entries.items()))}"'
        if self.status != 200:
            return web.Response(status=self.status, headers=self.headers)
        if request.headers.get("If-None-Match") == etag:
            return web.Response(status=304, headers={"ETag": etag})
        entries = "".join(self.entries.values())
        calendar = (
            "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//Invented//EN\n"
            f"{self.name}\n{entries}END:VCALENDAR\n"
        ).replace("\n", "\r\n")
        body = calendar.encode() if self.body is None else self.body
        return web.Response(body=body, content_type="text/calendar", headers={"ETag": etag})


@pytest.fixture
async def university() -> AsyncIterator[University]:
    university = University()
    app = web.Application()
    app.router.add_get("/events.ics", university.answer)
    async with TestServer(app) as server:
        university.address = str(server.make_url("/events.ics"))
        yield university


@pytest.fixture
async def channel(office: Office) -> Channel:
    return await office.channel_for("events")


async def tries(office: Office, address: str) -> str:
    return (await office.types(office.admin, f"/events calendars add {address}")).text


async def reads(office: Office, university: University) -> None:
    """The admin adds the calendar and takes it."""
    assert "Reading it now." in await tries(office, university.address)
    await office.presses(office.admin, office.last(office.admin), "calendar.accept")


async def hours_later(office: Office, clock: FrozenClock, hours: int = 1) -> None:
    for _ in range(hours):
        clock.move(hours=1)
        await office.clock_moved()


async def next_morning(office: Office, clock: FrozenClock) -> None:
    clock.move_to((clock.now() + timedelta(days=1)).replace(hour=10, minute=0))
    await office.clock_moved()


async def says_going(office: Office, channel: Channel, words: str, **who: Any) -> User:
    """Somebody presses Going under the newest post with those words."""
    user = who.get("user") or await academic(office)
    if user.id not in channel.members:
        channel.members.append(user.id)
    await office.presses(user, office.card(user, words), who.get("action", "event.going"))
    return user


async def test_a_calendar_is_shown_before_it_is_read(
    office: Office, channel: Channel, university: University
) -> None:
    for day in (10, 11, 12, 13):
        university.put(f"u{day}", f"Seminar {day} & tea", f"202603{day}T180000")
    university.put("past", "Long ago", "20250101T180000")
    await tries(office, university.address)
    shown = text_of(office.last(office.admin))
    assert "Events at Nowhere" in shown
    assert "4 events in the next six months" in shown
    assert "Seminar 10 &amp; tea" in shown
    assert "Tue 10 Mar, 18:00" in shown
    assert "Seminar 12" in shown
    assert "Seminar 13" not in shown
    assert "Long ago" not in shown
    assert office.posted(channel) == []
    trial = office.last(office.admin)
    await office.presses(office.admin, trial, "calendar.accept")
    (post,) = office.posted(channel)
    assert "Now reading Events at Nowhere" in post
    assert "4 events in the next six months" in post
    assert "is read every hour now" in text_of(trial)


async def test_not_this_one_is_forgotten(
    office: Office, channel: Channel, university: University, clock: FrozenClock
) -> None:
    university.put("a", "Seminar", "20260310T180000")
    await tries(office, university.address)
    trial = office.last(office.admin)
    await office.presses(office.admin, trial, "calendar.refuse")
    assert "It is not read." in text_of(office.whispered(office.admin))
    await hours_later(office, clock, 2)
    assert len(university.asked) == 1
    await office.types(office.admin, "/events calendars")
    assert "No calendar is read yet." in text_of(office.last(office.admin))


async def test_the_form_tries_an_address_and_says_what_is_wrong_beside_it(
    office: Office, channel: Channel, university: University
) -> None:
    university.put("a", "Seminar", "20260310T180000")
    await office.types(office.admin, "/events calendars")
    await office.presses(office.admin, office.last(office.admin), "calendar.add")
    wrong = await office.fills_in(office.admin, address="nowhere")
    assert "whole address" in wrong.errors["address"]
    assert (await office.fills_in(office.admin, address=university.address)).errors == {}
    assert "Seminar" in text_of(office.last(office.admin))


async def test_later_there_is_one_bundled_post_a_day(
    office: Office, channel: Channel, university: University, clock: FrozenClock
) -> None:
    university.put("old", "Seminar", "20260310T180000")
    university.put("moves", "Workshop", "20260312T180000")
    university.put("ends", "Reading group", "20260313T180000")
    await reads(office, university)
    university.put("new", "Lecture", "20260320T180000")
    university.put("moves", "Workshop", "20260312T190000", place="Other Hall")
    university.put("ends", "Reading group", "20260313T180000", more="STATUS:CANCELLED\n")
    await hours_later(office, clock, 3)
    assert len(office.posted(channel)) == 1
    await next_morning(office, clock)
    first, bundle = office.posted(channel)
    assert "Seminar" not in bundle
    new, _, rest = bundle.partition("Changed events")
    changed, _, cancelled = rest.partition("Cancelled events")
    assert "Lecture" in new
    assert "It was " in changed
    assert "Thu 12 Mar, 18:00" in changed
    assert changed.count("Thu 12 Mar, 19:00") == 1
    assert "The place was Made-up Hall" in changed
    assert changed.count("Other Hall") == 1
    assert "Cancelled: *Reading group*" in cancelled
    assert "Cancelled: *Reading group*" in first
    await hours_later(office, clock, 20)
    await next_morning(office, clock)
    assert len(office.posted(channel)) == 2


async def test_those_who_come_are_told_of_changes_and_cancellations(
    office: Office, channel: Channel, university: University, clock: FrozenClock
) -> None:
    university.put("a", "Seminar", "20260312T180000")
    await reads(office, university)
    ines = await says_going(office, channel, "Seminar")
    otto = await says_going(
        office, channel, "Seminar", user=await officer(office), action="event.maybe"
    )
    admins = len(office.messages(office.admin))
    university.put("a", "Seminar", "20260313T180000")
    await hours_later(office, clock)
    for person in (ines, otto):
        told = text_of(office.last(person))
        assert "Thu 12 Mar, 18:00" in told
        assert told.count("Fri 13 Mar, 18:00") == 1
    university.put("a", "Seminar", "20260313T180000", more="STATUS:CANCELLED\n")
    await hours_later(office, clock)
    assert "This event will not take place: *Seminar*" in text_of(office.last(ines))
    university.put("a", "Seminar", "20260313T180000")
    await hours_later(office, clock)
    assert "takes place after all" in text_of(office.last(ines))
    assert len(office.messages(office.admin)) == admins


async def test_what_vanishes_is_cancelled_once_a_second_reading_confirms_it(
    office: Office, channel: Channel, university: University, clock: FrozenClock
) -> None:
    university.put("a", "Seminar", "20260312T180000")
    university.put("b", "Lecture", "20260313T180000")
    await reads(office, university)
    ines = await says_going(office, channel, "Seminar")
    before = len(office.messages(ines))
    kept = dict(university.entries)
    university.entries.clear()
    await hours_later(office, clock)  # a broken export
    university.entries = kept
    await hours_later(office, clock, 2)
    assert len(office.messages(ines)) == before
    university.entries = {"b": kept["b"]}
    await hours_later(office, clock, 2)
    assert "This event will not take place: *Seminar*" in text_of(office.last(ines))
    assert "Cancelled: *Seminar*" in office.posted(channel)[0]


async def test_new_ids_at_every_export_post_nothing_twice(
    office: Office, channel: Channel, university: University, clock: FrozenClock
) -> None:
    university.put("a-1", "Seminar", "20260312T180000")
    university.put("b-1", "Lecture", "20260313T180000")
    await reads(office, university)
    ines = await says_going(office, channel, "Seminar")
    for export in range(2, 5):
        university.entries.clear()
        university.put(f"a-{export}", "Seminar", "20260312T180000")
        university.put(f"b-{export}", "Lecture", "20260313T180000")
        await hours_later(office, clock)
    before = len(office.messages(ines))
    await next_morning(office, clock)
    assert len(office.posted(channel)) == 1
    assert len(office.messages(ines)) == before
    await office.types(ines, "/events")
    assert text_of(office.last(ines)).count("Seminar") == 1


async def test_a_series_is_one_line_and_grows_in_silence(
    office: Office, channel: Channel, university: University, clock: FrozenClock
) -> None:
    university.put("a", "Seminar", "20260310T180000")
    await reads(office, university)
    university.put(
        "s",
        "Weekly clinic",
        "20260305T120000",
        more="RRULE:FREQ=WEEKLY\nEXDATE;TZID=Europe/London:20260312T120000\n",
    )
    await hours_later(office, clock)
    await next_morning(office, clock)
    bundle = office.posted(channel)[-1]
    assert bundle.count("Weekly clinic") == 1
    assert "Thu 5 Mar, 12:00" in bundle
    for _ in range(8):
        await next_morning(office, clock)
    assert "Weekly clinic" not in "".join(office.posted(channel)[2:])
    await office.types(office.admin, "/events calendars")
    listed = text_of(office.last(office.admin))
    assert "25 events coming" in listed or "26 events coming" in listed


@ONE_DATABASE
async def test_whole_days_are_written_as_days_and_moved_as_days(
    office: Office, channel: Channel, university: University, clock: FrozenClock
) -> None:
    def put(first: int) -> None:
        days = f"DTSTART;VALUE=DATE:202603{first}\nDTEND;VALUE=DATE:202603{first + 2}"
        university.entries["a"] = ENTRY.format(
            uid="a", title="Field days", place="Hills", when=days, more=""
        )

    put(28)
    await reads(office, university)
    (post,) = office.posted(channel)
    assert "Sat 28 Mar to Sun 29 Mar" in post
    assert "<!date" not in post
    ines = await says_going(office, channel, "Field days")
    home = text_of(await office.opens_home(ines))
    assert "Field days, Sat 28 Mar" in home
    put(29)
    await hours_later(office, clock)
    told = text_of(office.last(ines))
    assert "It was Sat 28 Mar to Sun 29 Mar" in told
    assert told.count("Sun 29 Mar to Mon 30 Mar") == 1
    clock.move_to(datetime(2026, 3, 27, 18, tzinfo=UTC))
    await office.clock_moved()
    clock.move_to(datetime(2026, 3, 28, 9, tzinfo=UTC))
    await office.clock_moved()
    assert "Tomorrow: Field days" in text_of(office.last(ines))
    clock.move_to(datetime(2026, 3, 31, 9, tzinfo=UTC))
    await office.clock_moved()
    assert "Was it useful? *Field days*" in text_of(office.last(ines))


async def test_a_series_that_is_moved_is_told_as_moved(
    office: Office, channel: Channel, university: University, clock: FrozenClock
) -> None:
    rule = "RRULE:FREQ=WEEKLY;COUNT=6\n"
    university.put("s", "Clinic", "20260305T120000", more=rule)
    await reads(office, university)
    ines = await says_going(office, channel, "Thu 5 Mar, 12:00")
    university.put("s", "Clinic", "20260305T140000", more=rule)
    await hours_later(office, clock, 3)
    assert "Thu 5 Mar, 14:00" in text_of(office.last(ines))
    await next_morning(office, clock)
    bundle = office.posted(channel)[-1]
    assert "Changed events" in bundle
    assert "The same goes for 5 later dates of this series." in bundle
    assert "Cancelled" not in bundle
    assert "New events" not in bundle


async def test_it_is_asked_whether_it_changed_and_read_whole_once_a_day(
    office: Office, channel: Channel, university: University, clock: FrozenClock
) -> None:
    university.put("s", "Clinic", "20260305T120000", more="RRULE:FREQ=WEEKLY\n")
    await reads(office, university)
    university.asked.clear()
    await hours_later(office, clock, 24)
    assert university.asked.count(None) == 1
    assert len(university.asked) == 24


async def test_a_calendar_that_fails_is_asked_less_often_and_told_once_after_a_day(
    office: Office, channel: Channel, university: University, clock: FrozenClock
) -> None:
    university.put("a", "Seminar", "20260312T180000")
    await reads(office, university)
    before = len(office.messages(office.admin))
    university.asked.clear()
    university.status = 503
    told: list[int] = []
    for hour in range(33):
        await hours_later(office, clock)
        if len(office.messages(office.admin)) > before + len(told):
            told.append(hour)
    assert len(told) == 1
    assert 24 <= told[0] < 32
    card = office.last(office.admin)
    words = text_of(card)
    assert "A calendar cannot be read" in words
    assert "too busy to answer" in words
    assert len(university.asked) < 10
    await office.types(office.admin, "/events calendars")
    assert "It could not be read" in text_of(office.last(office.admin))
    university.status = 200
    await hours_later(office, clock, 12)
    await office.types(office.admin, "/events calendars")
    assert "It could not be read" not in text_of(office.last(office.admin))
    assert "can be read again" in text_of(card)


async def test_a_calendar_that_is_gone_is_told_at_once_and_not_tried_any_more(
    office: Office, channel: Channel, university: University, clock: FrozenClock
) -> None:
    university.put("a", "Seminar", "20260312T180000")
    await reads(office, university)
    university.status = 410
    await hours_later(office, clock)
    assert "A calendar is gone" in text_of(office.last(office.admin))
    asked = len(university.asked)
    await hours_later(office, clock, 30)
    assert len(university.asked) == asked
    await office.types(office.admin, "/events calendars")
    listed = office.last(office.admin)
    assert "No longer read" in text_of(listed)
    university.status = 200
    await office.presses(office.admin, listed, "calendar.resume")
    assert len(university.asked) == asked + 1


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        (b"<html><body>Hello</body></html>", 200, "cannot be read"),
        (b"", 200, "cannot be read"),
        (None, 404, "nothing at that address"),
    ],
)
@ONE_DATABASE
async def test_what_is_no_calendar_is_told_to_who_tries_it(
    office: Office,
    channel: Channel,
    university: University,
    body: bytes | None,
    status: int,
    words: str,
) -> None:
    university.body, university.status = body, status
    await tries(office, university.address)
    told = office.last(office.admin)
    assert words in text_of(told)
    university.body, university.status = None, 200
    university.put("a", "Seminar", "20260312T180000")
    await office.presses(office.admin, told, "calendar.try")
    assert "Seminar" in text_of(told), "shown in the place of what was wrong"
    assert office.posted(channel) == []


@ONE_DATABASE
@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("nowhere.example/events.ics", "whole address"),
        ("file:///etc/passwd", "whole address"),
        ("", "whole address"),
    ],
)
async def test_what_is_no_address_is_told_at_once(office: Office, address: str, words: str) -> None:
    assert words in await tries(office, address)


@ONE_DATABASE
async def test_an_address_inside_our_own_network_is_not_read(office: Office) -> None:
    await tries(office, "http://169.254.169.254/latest/meta-data")
    assert "private network" in text_of(office.last(office.admin))


async def test_pausing_and_removing(
    office: Office, channel: Channel, university: University, clock: FrozenClock
) -> None:
    university.put("a", "Seminar", "20260312T180000")
    university.put("b", "Lecture", "20260313T180000")
    await reads(office, university)
    assert "is read already" in await tries(office, university.address)
    ines = await says_going(office, channel, "Seminar")
    await office.types(office.admin, "/events calendars")
    listed = office.last(office.admin)
    await office.presses(office.admin, listed, "calendar.pause")
    asked = len(university.asked)
    await hours_later(office, clock, 2)
    assert len(university.asked) == asked
    await office.types(office.admin, "/events calendars")
    paused = office.last(office.admin)
    assert "Paused since" in text_of(paused)
    await office.presses(office.admin, paused, "calendar.resume")
    assert len(university.asked) == asked + 1
    await office.presses(office.admin, listed, "calendar.remove")
    assert "no longer read" in text_of(office.whispered(office.admin))
    (post,) = office.posted(channel)
    assert "Seminar" in post
    assert "Lecture" not in post
    await office.types(ines, "/events")
    assert "Seminar" in text_of(office.last(ines))
    assert "Lecture" not in text_of(office.last(ines))
    await office.presses(office.admin, listed, "calendar.remove")
    assert "no longer here" in text_of(office.whispered(office.admin))


@ONE_DATABASE
async def test_only_admins_see_and_press(
    office: Office, channel: Channel, university: University
) -> None:
    otto = await officer(office)
    assert "Only admins" in (await office.types(otto, "/events calendars")).text
    typed = await office.types(otto, f"/events calendars add {university.address}")
    assert "Only admins" in typed.text
    university.put("a", "Seminar", "20260312T180000")
    await tries(office, university.address)
    stolen = office.last(office.admin)
    office.direct(office.admin).members.append(otto.id)
    for action in ("calendar.accept", "calendar.refuse"):
        await office.presses(otto, stolen, action)
        assert "Only admins" in text_of(office.whispered(otto))
    assert office.posted(channel) == []


async def test_a_calendar_s_events_are_reminded_of_in_the_channel_once_somebody_comes(
    office: Office, channel: Channel, university: University, clock: FrozenClock
) -> None:
    university.put("a", "Seminar", "20260312T180000")
    university.put("b", "Lecture", "20260312T190000")
    await reads(office, university)
    await says_going(office, channel, "Seminar")
    clock.move_to(datetime(2026, 3, 11, 18, 30, tzinfo=UTC))
    await office.clock_moved()
    assert "Tomorrow: Seminar" in office.posted(channel)[-1]
    assert "Lecture" not in "".join(office.posted(channel)[1:])
    await office.types(office.admin, "/events remove")
    assert "no event of yours" in text_of(office.last(office.admin))


async def test_another_network_sees_nothing_of_it(
    office: Office, channel: Channel, university: University
) -> None:
    university.put("a", "Seminar", "20260312T180000")
    await reads(office, university)
    _, elsewhere = await office.add_team("Elsewhere")
    await office.settle()
    await office.types(elsewhere, "/events")
    assert "Nothing is coming" in text_of(office.last(elsewhere))
    await office.types(elsewhere, "/events calendars")
    assert "No calendar is read yet" in text_of(office.last(elsewhere))


@ONE_DATABASE
async def test_the_secret_in_an_address_is_shown_to_nobody(
    office: Office, channel: Channel, university: University
) -> None:
    university.put("u1", "Seminar on rivers", "20260310T180000")
    university.name = "X-NOTHING:here"
    login = university.address.replace("://", "://ann:s3cret@")
    assert "user name or password" in await tries(office, login)
    await tries(office, f"{university.address}?key=s3cret")
    shown = university.address.partition("://")[2] + "?…"
    trial = office.last(office.admin)
    assert f"Found: {shown}" in text_of(trial)
    await office.presses(office.admin, trial, "calendar.accept")
    assert f"Now reading {shown}" in office.posted(channel)[0]
    await office.types(office.admin, "/events calendars")
    assert shown in text_of(office.last(office.admin))
    assert "s3cret" not in office.sees(office.admin)
