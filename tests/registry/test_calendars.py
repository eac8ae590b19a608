"""One event is one record, whatever its calendar does."""

import asyncio
import random
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from feeds.calendar import Calendar, Occurrence
from registry import attendances, calendar_events, calendars, event_bundles, outbox, sources
from registry.attendances import Answer
from registry.calendar_events import Kept
from registry.calendars import EventCalendar
from registry.database import SessionFactory
from registry.event_bundles import News
from registry.events import Event, cancel
from registry.members import Member
from registry.networks import Network, Workspace
from registry.refusal import Refused
from tests.conftest import FrozenClock

LONDON = ZoneInfo("Europe/London")
STARTS = datetime(2026, 3, 12, 18, tzinfo=UTC)


def occurrence(
    uid: str, starts: datetime = STARTS, instance: str = "", **more: object
) -> Occurrence:
    values: dict[str, object] = {
        "uid": uid,
        "instance": instance,
        "title": "Seminar",
        "place": "Hall",
        "link": None,
        "description": "",
        "starts": starts,
        "ends": starts + timedelta(hours=1),
        "time_zone": "Europe/London",
        "all_day": False,
        "cancelled": False,
    }
    return Occurrence(**{**values, **more})  # type: ignore[arg-type]


def weekly(uid: str, times: int, starts: datetime = STARTS, **more: object) -> list[Occurrence]:
    moments = [starts + timedelta(weeks=week) for week in range(times)]
    return [occurrence(uid, one, one.isoformat(), **more) for one in moments]


class Reader:
    """A calendar that is read again and again."""

    def __init__(
        self, session_factory: SessionFactory, network: Network, clock: FrozenClock
    ) -> None:
        self.session_factory = session_factory
        self.network = network
        self.clock = clock
        self.id = 0

    async def add(self) -> None:
        async with self.session_factory.begin() as session:
            calendar = EventCalendar(
                network_id=self.network.id,
                address="https://inv.example/events.ics",
                title="Events",
                added_at=self.clock.now(),
                accepted_at=self.clock.now(),
            )
            session.add(calendar)
        self.id = calendar.id

    async def read(self, *found: Occurrence, more: bool = False) -> Kept:
        self.clock.move(hours=1)
        async with self.session_factory.begin() as session:
            calendar = await session.get_one(EventCalendar, self.id)
            _, until = calendars.window(self.network, self.clock.now())
            return await calendar_events.keep(
                session,
                calendar,
                Calendar("Events", found, more=more),
                until=until,
                now=self.clock.now(),
            )

    async def events(self) -> list[Event]:
        async with self.session_factory.begin() as session:
            return list(await session.scalars(select(Event).order_by(Event.starts, Event.id)))

    async def news(self) -> list[tuple[str, int, int]]:
        """What a bundled post would say: the kind, the event, how many of the series besides."""
        async with self.session_factory.begin() as session:
            bundle = await event_bundles.take_news(session, self.network, self.clock.now())
            if bundle is None:
                return []
            items = await event_bundles.items_of(session, bundle)
            return [(item.news, event.id, item.more) for item, event in items]


@pytest.fixture
async def reader(session_factory: SessionFactory, network: Network, clock: FrozenClock) -> Reader:
    reader = Reader(session_factory, network, clock)
    await reader.add()
    return reader


async def test_a_moved_event_stays_the_same_and_says_what_it_was(reader: Reader) -> None:
    await reader.read(occurrence("a"))
    kept = await reader.read(occurrence("a", STARTS + timedelta(days=1)))
    (event,) = await reader.events()
    ((changed, was),) = kept.changed
    assert changed.id == event.id
    assert was["starts"] == STARTS.isoformat()
    assert event.sequence == 1
    assert event.known_since == reader.clock.now()
    assert await reader.news() == [(News.CHANGED, event.id, 0)]
    assert await reader.news() == []


async def test_what_is_changed_back_before_it_was_told_is_no_news(reader: Reader) -> None:
    await reader.read(occurrence("a"))
    await reader.read(occurrence("a", place="Other hall"))
    await reader.read(occurrence("a"))
    assert await reader.news() == []


async def test_cancelled_told_and_back(reader: Reader) -> None:
    await reader.read(occurrence("a"))
    kept = await reader.read(occurrence("a", cancelled=True))
    assert len(kept.cancelled) == 1
    assert (await reader.read(occurrence("a", cancelled=True))).cancelled == []
    (event,) = await reader.events()
    assert await reader.news() == [(News.CANCELLED, event.id, 0)]
    kept = await reader.read(occurrence("a"))
    assert len(kept.back) == 1
    assert await reader.news() == [(News.BACK, event.id, 0)]


async def test_cancelled_and_back_between_two_posts_is_no_news(reader: Reader) -> None:
    await reader.read(occurrence("a"))
    await reader.read(occurrence("a", cancelled=True))
    await reader.read(occurrence("a"))
    assert await reader.news() == []


async def test_what_was_never_posted_is_not_posted_as_cancelled(reader: Reader) -> None:
    await reader.read()
    await reader.read(occurrence("a"))
    await reader.read(occurrence("a", cancelled=True))
    assert await reader.news() == []


async def test_what_is_over_or_cancelled_when_first_seen_is_not_kept(reader: Reader) -> None:
    past = reader.clock.now() - timedelta(days=1)
    await reader.read(occurrence("a", past), occurrence("b", cancelled=True))
    assert await reader.events() == []


@pytest.mark.parametrize("more", [False, True])
async def test_what_vanishes_is_cancelled_only_where_all_was_read(
    reader: Reader, more: bool
) -> None:
    await reader.read(occurrence("a"), occurrence("b", STARTS + timedelta(days=1), title="Talk"))
    other = occurrence("b", STARTS + timedelta(days=1), title="Talk")
    assert (await reader.read(other, more=more)).cancelled == []
    kept = await reader.read(other, more=more)
    assert [one.title for one in kept.cancelled] == ([] if more else ["Seminar"])
    assert (await reader.read(other, more=more)).cancelled == []


async def test_what_has_begun_or_lies_beyond_the_days_read_does_not_vanish(
    reader: Reader,
) -> None:
    soon = reader.clock.now() + timedelta(hours=2)
    await reader.read(occurrence("a", soon, ends=soon + timedelta(days=2)))
    reader.clock.move(hours=3)
    await reader.read()
    await reader.read()
    assert [one.cancelled_at for one in await reader.events()] == [None]


async def test_other_ids_for_the_same_title_and_start_are_the_same_event(reader: Reader) -> None:
    await reader.read(*weekly("x", 3))
    before = {one.id for one in await reader.events()}
    for export in range(4):
        kept = await reader.read(*weekly(f"export-{export}", 3))
        assert kept == Kept()
    assert {one.id for one in await reader.events()} == before
    assert await reader.news() == []


async def test_the_same_event_twice_in_one_file_is_one(reader: Reader) -> None:
    await reader.read()
    await reader.read(occurrence("a"), occurrence("b"), occurrence("c", title=" SEMINAR "))
    assert len(await reader.events()) == 1
    kept = await reader.read(occurrence("b"), occurrence("a", cancelled=True))
    assert kept == Kept()
    assert len(await reader.news()) == 1


async def test_a_series_with_one_meeting_moved_and_one_cancelled(reader: Reader) -> None:
    series = weekly("s", 4)
    await reader.read(*series)
    series[1] = replace(
        series[1],
        starts=series[1].starts + timedelta(days=1),
        ends=series[1].ends + timedelta(days=1),
    )
    series[2] = replace(series[2], cancelled=True)
    kept = await reader.read(*series)
    assert len(kept.changed) == len(kept.cancelled) == 1
    assert len(await reader.events()) == 4


async def test_a_whole_series_moved_is_changed_not_cancelled(reader: Reader) -> None:
    await reader.read(*weekly("s", 5))
    kept = await reader.read(*weekly("s", 5, STARTS + timedelta(days=1, hours=1)))
    assert len(kept.changed) == 5
    await reader.read(*weekly("s", 5, STARTS + timedelta(days=1, hours=1)))
    assert len(await reader.events()) == 5
    ((news, _, more),) = await reader.news()
    assert (news, more) == (News.CHANGED, 4)


async def test_whole_days_stay_the_same_days_where_the_network_s_zone_is_changed(
    reader: Reader,
) -> None:
    def in_zone(zone: str) -> Occurrence:
        day = datetime(2026, 3, 12, tzinfo=ZoneInfo(zone))
        return occurrence("a", day, ends=day + timedelta(days=1), all_day=True, time_zone=zone)

    await reader.read(in_zone("Europe/London"))
    assert await reader.read(in_zone("America/New_York")) == Kept()
    (event,) = await reader.events()
    assert (event.first_day, event.last_day) == (event.last_day, event.first_day)


async def test_two_records_that_come_to_be_the_same_event_are_one(
    session_factory: SessionFactory, network: Network, workspace: Workspace, reader: Reader
) -> None:
    later = STARTS + timedelta(hours=1)
    await reader.read(occurrence("a"))
    await reader.read(occurrence("b", later))  # another id, and moved
    async with session_factory.begin() as session:
        member = Member(
            network_id=network.id,
            workspace_id=workspace.id,
            slack_id="U1",
            created_at=reader.clock.now(),
        )
        session.add(member)
        await session.flush()
        moved = (await session.scalars(select(Event).where(Event.uid == "b"))).one()
        await attendances.say(session, member, moved, Answer.GOING, reader.clock.now())
    kept = await reader.read(occurrence("a", later))
    assert kept.cancelled == []
    (event,) = await reader.events()
    async with session_factory.begin() as session:
        assert (await attendances.numbers(session, event.id)).going == 1


async def test_over_many_readings_nothing_is_kept_or_announced_twice(reader: Reader) -> None:
    chance = random.Random(4)
    await reader.read()
    announced: Counter[int] = Counter()
    for _ in range(60):
        found = []
        for number in range(8):
            if chance.random() < 0.15:
                continue
            uid = f"{number}-{chance.randrange(3)}" if number < 4 else str(number)
            starts = STARTS + timedelta(days=number * 2, hours=chance.choice([0, 0, 0, 1]))
            found.append(
                occurrence(uid, starts, title=f"Talk {number}", cancelled=chance.random() < 0.1)
            )
        await reader.read(*found)
        reader.clock.move(hours=-0.9)
        announced.update(id_ for news, id_, _ in await reader.news() if news == News.NEW)
        live = [one for one in await reader.events() if one.cancelled_at is None]
        assert max(Counter((one.title, one.starts) for one in live).values(), default=0) <= 1
    assert set(announced.values()) <= {1}


async def test_a_reading_is_whole_once_a_day_and_while_something_is_missing(
    reader: Reader,
) -> None:
    async def whole() -> bool:
        async with reader.session_factory.begin() as session:
            calendar = await session.get_one(EventCalendar, reader.id)
            return await calendars.must_be_whole(session, calendar, reader.clock.now())

    assert await whole()
    await reader.read(occurrence("a"))
    assert not await whole()
    await reader.read()
    assert await whole()
    await reader.read()
    assert not await whole()
    reader.clock.move(days=1)
    assert await whole()


async def test_of_many_who_cancel_at_once_one_does(
    session_factory: SessionFactory, reader: Reader, clock: FrozenClock
) -> None:
    await reader.read(occurrence("a"))
    (event,) = await reader.events()

    async def one() -> bool:
        async with session_factory.begin() as session:
            return await cancel(session, await session.get_one(Event, event.id), clock.now())

    assert sorted(await asyncio.gather(*(one() for _ in range(4)))) == [False, False, False, True]


async def test_it_is_accepted_and_cancelled_once(
    session_factory: SessionFactory, network: Network, reader: Reader, clock: FrozenClock
) -> None:
    await reader.read(occurrence("a"))
    (event,) = await reader.events()
    results = []
    for _ in range(2):
        async with session_factory.begin() as session:
            mine = await session.get_one(Event, event.id)
            results.append(await cancel(session, mine, clock.now()))
            assert mine.sequence == 1
            assert not await sources.accept(
                session, EventCalendar, network.id, reader.id, clock.now()
            )
    assert results == [True, False]
    async with session_factory.begin() as session:
        with pytest.raises(Refused):
            await sources.accept(session, EventCalendar, network.id + 1, reader.id, clock.now())


async def test_removing_leaves_what_somebody_comes_to(
    session_factory: SessionFactory,
    network: Network,
    workspace: Workspace,
    reader: Reader,
    clock: FrozenClock,
) -> None:
    await reader.read(occurrence("a"), occurrence("b", STARTS + timedelta(days=1), title="Talk"))
    async with session_factory.begin() as session:
        member = Member(
            network_id=network.id,
            workspace_id=workspace.id,
            slack_id="U1",
            created_at=clock.now(),
        )
        session.add(member)
        await session.flush()
        talk = (await session.scalars(select(Event).where(Event.title == "Talk"))).one()
        await attendances.say(session, member, talk, Answer.MAYBE, clock.now())
    async with session_factory.begin() as session:
        await calendars.remove(session, network.id, reader.id, clock.now())
    (left,) = await reader.events()
    assert (left.title, left.calendar_id) == ("Talk", None)


async def test_only_what_nobody_has_begun_is_taken_back(
    session_factory: SessionFactory, network: Network, clock: FrozenClock
) -> None:
    now = clock.now()
    async with session_factory.begin() as session:
        for number in (1, 2):
            await outbox.enqueue(session, network.id, "x", {"n": number}, now=now, about="a:1")
        await outbox.enqueue(session, network.id, "x", {"n": 3}, now=now, about="a:2")
    async with session_factory.begin() as session:
        (begun,) = await outbox.claim(session, now=now, most=1)
    async with session_factory.begin() as session:
        assert await outbox.take_back(session, network.id, "a:1") == [{"n": 2}]
        assert await outbox.take_back(session, network.id, "a:1") == []
    assert begun.payload == {"n": 1}


async def test_no_id_is_given_out_again(reader: Reader) -> None:
    await reader.read(occurrence("a"))
    (first,) = await reader.events()
    async with reader.session_factory.begin() as session:
        await session.delete(await session.get_one(Event, first.id))
    await reader.read(occurrence("b", title="Talk"))
    (second,) = await reader.events()
    assert second.id > first.id
