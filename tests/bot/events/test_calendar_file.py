"""The file for calendar programs: what is in it, and who gets it."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest
from icalendar import Calendar

from bot.events.calendar_file import calendar_file
from playground.slack import Channel
from registry.events import Event
from registry.secrets import Keys
from tests.bot.events.test_listeners import add
from tests.conftest import KEY, FrozenClock
from tests.office import Office, text_of
from tests.people import ONE_DATABASE, academic, pressed

NOW = datetime(2026, 3, 2, 10, 0, 0, 123456, tzinfo=UTC)
OTHER_KEY = "b3RoZXItaW52ZW50ZWQta2V5LWZvci10ZXN0cy0zMmI="


def an_event(**more: object) -> Event:
    values = {
        "id": 7,
        "title": "Flood evening; maps, tea\nand more",
        "starts": datetime(2026, 3, 29, 17, 0, tzinfo=UTC),
        "ends": datetime(2026, 3, 29, 19, 30, tzinfo=UTC),
        "all_day": False,
        "time_zone": "Europe/London",
        "place": "Made-up Hall, Bristol",
        "link": "https://inv.example/a?b=1,2",
        "description": "Bring maps.\r\nAll, welcome; \\ free\x00",
        "created_at": NOW,
        "updated_at": NOW,
        "sequence": 0,
        "cancelled_at": None,
    }
    return Event(**{**values, **more})


def entry_of(content: bytes) -> Any:
    (entry,) = Calendar.from_ical(content).walk("VEVENT")
    return entry


def test_it_says_what_when_and_where() -> None:
    content = calendar_file(an_event())
    entry = entry_of(content)
    assert str(entry["summary"]) == "Flood evening; maps, tea\nand more"
    assert str(entry["location"]) == "Made-up Hall, Bristol"
    assert "All, welcome; \\ free" in str(entry["description"])
    assert "https://inv.example/a?b=1,2" in str(entry["description"])
    assert entry.start == datetime(2026, 3, 29, 17, tzinfo=UTC)
    assert entry.end == datetime(2026, 3, 29, 19, 30, tzinfo=UTC)
    assert str(entry["status"]) == "CONFIRMED"
    assert b"METHOD:PUBLISH\r\n" in content
    assert b"DTSTART:20260329T170000Z\r\n" in content
    assert b"SUMMARY:Flood evening\\; maps\\, tea\\nand more\r\n" in content
    assert all(len(line) <= 75 for line in content.split(b"\r\n"))
    assert b"\x00" not in content


def test_a_change_keeps_the_uid_and_counts_on() -> None:
    before = entry_of(calendar_file(an_event()))
    later = NOW + timedelta(hours=1)
    after = entry_of(calendar_file(an_event(sequence=1, updated_at=later, title="Moved")))
    assert before["uid"] == after["uid"]
    assert (before["sequence"], after["sequence"]) == (0, 1)
    assert before["dtstamp"].dt < after["dtstamp"].dt
    assert entry_of(calendar_file(an_event(id=8)))["uid"] != before["uid"]


def test_a_cancelled_event_says_so() -> None:
    entry = entry_of(calendar_file(an_event(cancelled_at=NOW, sequence=2)))
    assert str(entry["status"]) == "CANCELLED"
    assert str(entry["summary"]).startswith("Cancelled: Flood evening")


@pytest.mark.parametrize("zone", ["Europe/London", "Pacific/Auckland", "America/New_York"])
def test_whole_days_are_days_wherever_it_is(zone: str) -> None:
    starts = datetime(2026, 3, 28, tzinfo=ZoneInfo(zone))
    ends = datetime(2026, 3, 30, tzinfo=ZoneInfo(zone))
    event = an_event(starts=starts, ends=ends, all_day=True, time_zone=zone)
    entry = entry_of(calendar_file(event))
    assert (entry["dtstart"].dt, entry["dtend"].dt) == (date(2026, 3, 28), date(2026, 3, 30))


def test_a_signature_is_made_by_any_of_the_keys_and_by_no_other() -> None:
    old, new = Keys([KEY]), Keys([OTHER_KEY])
    signature = old.sign("event 7-1")
    assert old.signed("event 7-1", signature)
    assert Keys([OTHER_KEY, KEY]).signed("event 7-1", signature)
    assert not old.signed("event 8-1", signature)
    assert not new.signed("event 7-1", signature)


@pytest.fixture
async def channel(office: Office) -> Channel:
    return await office.channel_for("events")


async def fetched(office: Office, address: str) -> httpx.Response:
    return await office.delivery._client.get(address)


async def test_the_button_gives_the_file_and_later_the_change_and_the_cancellation(
    office: Office, channel: Channel
) -> None:
    await add(office, link="https://inv.example/evening")
    ines = await academic(office)
    channel.members.append(ines.id)
    post = office.card(ines, "Made-up Hall")
    answer = await fetched(office, pressed(post, "event.calendar")["url"])
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/calendar")
    assert "attachment" in answer.headers["content-disposition"]
    first = entry_of(answer.content)
    assert str(first["summary"]) == "Flood evening <b>"
    assert str(first["location"]) == "Made-up Hall"
    await office.presses(ines, post, "event.going")
    await office.types(office.admin, "/events edit")
    await office.presses(office.admin, office.last(office.admin), "event.edit")
    await office.fills_in(office.admin, starts_at="19:00")
    told = office.last(ines)
    second = entry_of((await fetched(office, pressed(told, "event.calendar")["url"])).content)
    assert second["uid"] == first["uid"]
    assert second["sequence"] > first["sequence"]
    assert second.start == datetime(2026, 3, 20, 19, tzinfo=UTC)
    await office.types(office.admin, "/events remove")
    await office.presses(office.admin, office.last(office.admin), "event.remove")
    told = office.last(ines)
    assert "Take it out of my calendar" in text_of(told)
    third = entry_of((await fetched(office, pressed(told, "event.calendar")["url"])).content)
    assert third["uid"] == first["uid"]
    assert str(third["status"]) == "CANCELLED"
    assert third["sequence"] > second["sequence"]


@ONE_DATABASE
async def test_a_link_runs_out_and_cannot_be_made_up(
    office: Office, channel: Channel, clock: FrozenClock
) -> None:
    await add(office)
    post = next(one for one in office.slack.messages if one.channel == channel.id)
    link = pressed(post, "event.calendar")["url"]
    head = link[: -len(".ics") - 23]
    forged = [
        link.replace("/events/1-", "/events/2-"),
        link.replace(".ics", "x.ics"),
        f"{head}-{'A' * 22}.ics",
        f"{link.rpartition('/')[0]}/1-99999999999-{'A' * 22}.ics",
        f"{link.rpartition('/')[0]}/é.ics",
    ]
    for address in forged:
        assert (await fetched(office, address)).status_code == 404, address
    clock.move_to(datetime(2026, 4, 19, 20, tzinfo=UTC))
    assert (await fetched(office, link)).status_code == 200
    clock.move(days=1)
    gone = await fetched(office, link)
    assert gone.status_code == 404
    assert "has run out" in gone.text


@ONE_DATABASE
async def test_where_browsers_cannot_reach_us_there_is_no_such_button(
    office: Office, channel: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(office.services.settings, "public_url", None)
    await add(office)
    assert "Add to my calendar" not in office.posted(channel)[0]
