"""What holds for every address that is read hourly, be it a feed or a calendar."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from registry import sources
from registry.calendars import EventCalendar
from registry.database import SessionFactory
from registry.funding_feeds import FundingFeed
from registry.members import Member
from registry.networks import Network, Workspace
from registry.refusal import Refused
from registry.sources import Source
from tests.conftest import MONDAY

DAY = timedelta(days=1)
ADDRESS = "https://inv.example/a"

each_kind = pytest.mark.parametrize("kind", [FundingFeed, EventCalendar])


def a_source(kind: type[Source], **more: Any) -> Source:
    given: dict[str, Any] = {"accepted_at": MONDAY, "read_at": MONDAY, "failures": 0}
    return kind(**{**given, **more})


@each_kind
def test_each_failure_waits_twice_as_long_up_to_twelve_hours(kind: type[Source]) -> None:
    source, waits = a_source(kind), []
    for _ in range(7):
        sources.failed(source, "busy", MONDAY)
        assert source.next_read_at is not None
        waits.append((source.next_read_at - MONDAY) / timedelta(hours=1))
    assert waits == [1, 2, 4, 8, 12, 12, 12]
    sources.was_read(source, MONDAY)
    assert [source.failure, source.failures, source.next_read_at] == [None, 0, None]


@pytest.mark.parametrize(("asked", "waits"), [(timedelta(days=2), 48), (timedelta(), 1)])
def test_a_longer_wait_that_was_asked_for_is_kept(asked: timedelta, waits: int) -> None:
    source = a_source(FundingFeed)
    sources.failed(source, "busy", MONDAY, retry_after=asked)
    assert source.next_read_at == MONDAY + timedelta(hours=waits)


@each_kind
def test_what_fails_for_a_day_is_told_once_and_what_is_gone_at_once(kind: type[Source]) -> None:
    source = a_source(kind)
    told = [
        sources.failed(source, "busy", MONDAY + timedelta(hours=hours))
        for hours in (0, 12, 23, 24, 25, 300)
    ]
    assert told == [False, False, False, True, False, False]
    assert sources.failed(source, "gone", MONDAY + 20 * DAY, for_good=True)
    assert not source.reading
    assert sources.failed(a_source(kind, read_at=None), "busy", MONDAY), "it was never read"


async def test_what_is_left_alone_is_told_of_all_the_same(
    session_factory: SessionFactory, network: Network
) -> None:
    later: datetime = MONDAY + timedelta(hours=25)
    async with session_factory.begin() as session:
        feed = a_source(FundingFeed, network_id=network.id, address="a", title="a", added_at=MONDAY)
        session.add(feed)
        await session.flush()
        sources.failed(feed, "busy", MONDAY, retry_after=timedelta(days=7))
        assert await sources.due(session, FundingFeed, network.id, later) == []
        assert await sources.failing_for_a_day(session, FundingFeed, network.id, later) == [feed]
        assert await sources.failing_for_a_day(session, FundingFeed, network.id, later) == []
        assert sources.was_read(feed, later), "whoever was told is to hear of it"
        assert await sources.due(session, FundingFeed, network.id, later) == [feed]


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("webcal://inv.example/a.ics", "https://inv.example/a.ics"),
        ("WEBCAL://inv.example/a.ics", "https://inv.example/a.ics"),
        ("<https://inv.example/a.ics|inv.example/a.ics>", "https://inv.example/a.ics"),
        ("  https://inv.example/a.ics ", "https://inv.example/a.ics"),
    ],
)
def test_addresses_as_people_paste_them(typed: str, address: str) -> None:
    assert sources.as_link(typed) == address


@each_kind
async def test_it_is_tried_then_read_and_then_neither_added_nor_refused(
    session_factory: SessionFactory, network: Network, workspace: Workspace, kind: type[Source]
) -> None:
    async with session_factory.begin() as session:
        member = Member(
            network_id=network.id, workspace_id=workspace.id, slack_id="U1", created_at=MONDAY
        )
        session.add(member)
        await session.flush()
        source = await sources.add(session, kind, member, ADDRESS, now=MONDAY)
        assert not await sources.accept(session, kind, network.id, source.id, MONDAY), "not seen"
        again = await sources.add(session, kind, member, ADDRESS, now=MONDAY + DAY)
        assert (again, again.added_at) == (source, MONDAY + DAY)
        source.preview = {"title": "A"}
        await session.flush()
        with pytest.raises(Refused):
            await sources.accept(session, kind, network.id + 1, source.id, MONDAY)
        assert await sources.accept(session, kind, network.id, source.id, MONDAY)
        await session.refresh(source)
        assert source.reading
        with pytest.raises(Refused, match="is read already"):
            await sources.add(session, kind, member, ADDRESS, now=MONDAY)
        with pytest.raises(Refused, match="is read already"):
            await sources.refuse(session, kind, network.id, source.id)
        await sources.forget_tried(session, kind, network.id, MONDAY + 30 * DAY)
        assert await sources.known_of(session, kind, network.id) == [source]


async def test_there_is_a_limit_to_how_many_are_read(
    session_factory: SessionFactory, network: Network, workspace: Workspace
) -> None:
    async with session_factory.begin() as session:
        member = Member(
            network_id=network.id, workspace_id=workspace.id, slack_id="U1", created_at=MONDAY
        )
        session.add(member)
        await session.flush()
        for number in range(sources.MOST_SOURCES):
            await sources.add(session, FundingFeed, member, f"{ADDRESS}{number}", now=MONDAY)
        with pytest.raises(Refused, match="At most 50"):
            await sources.add(session, FundingFeed, member, ADDRESS, now=MONDAY)
        await sources.add(session, FundingFeed, member, f"{ADDRESS}0", now=MONDAY)
