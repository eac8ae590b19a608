"""One call, one record, whatever the feeds do."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from registry import feed_calls, funding, funding_feeds, funding_marks, sources
from registry.database import SessionFactory
from registry.feed_calls import FeedCall
from registry.funding import CallState, FundingCall, News
from registry.funding_feeds import FundingFeed, FundingSource
from registry.funding_marks import Mark, Said
from registry.members import Member, Role
from registry.networks import Network, Workspace
from tests.conftest import MONDAY, FrozenClock

DAY = timedelta(days=1)
CLOSES = MONDAY + 30 * DAY


def item(key: str, title: str = "Rivers", **more: Any) -> FeedCall:
    given: dict[str, Any] = {
        "link": f"https://inv.example/{key}",
        "summary": "",
        "funder": "Invented Trust",
        "opens": None,
        "closes": CLOSES,
        "themes": (),
    }
    return FeedCall(key=key, title=title, **{**given, **more})


class Reader:
    """Reads feeds into one network, as an errand does, each reading in its own transaction."""

    def __init__(self, session_factory: SessionFactory, network: Network) -> None:
        self.session_factory = session_factory
        self.network = network
        self.now = MONDAY

    async def feed(self, name: str) -> int:
        async with self.session_factory.begin() as session:
            feed = FundingFeed(
                network_id=self.network.id,
                address=f"https://feeds.example/{name}",
                title=name,
                added_at=self.now,
                accepted_at=self.now,
            )
            session.add(feed)
            await session.flush()
            return feed.id

    async def read(
        self, feed_id: int, *items: FeedCall, withdrawn: tuple[str, ...] = ()
    ) -> frozenset[int]:
        async with self.session_factory.begin() as session:
            feed = await session.get_one(FundingFeed, feed_id)
            changed = await feed_calls.keep(session, feed, items, now=self.now, withdrawn=withdrawn)
            sources.was_read(feed, self.now)
            return changed

    async def calls(self) -> list[FundingCall]:
        async with self.session_factory.begin() as session:
            return list(await session.scalars(select(FundingCall).order_by(FundingCall.id)))

    async def only(self) -> FundingCall:
        (call,) = await self.calls()
        return call

    async def told(self) -> list[str | None]:
        """What waits to be told, taken as the day's post takes it."""
        async with self.session_factory.begin() as session:
            found = await funding.take_news(session, self.network.id, self.now)
        return [news for _, news in found]


@pytest.fixture
def reader(session_factory: SessionFactory, network: Network) -> Reader:
    return Reader(session_factory, network)


async def test_nothing_is_news_at_the_first_reading_and_only_what_is_new_after_it(
    reader: Reader,
) -> None:
    feed = await reader.feed("one")
    await reader.read(feed, item("a"), item("b", "Towns"))
    assert await reader.told() == []
    await reader.read(feed, item("a"), item("b", "Towns"), item("c", "Woods"))
    await reader.read(feed, item("a"), item("b", "Towns"), item("c", "Woods"))
    assert await reader.told() == [News.NEW]
    assert len(await reader.calls()) == 3


async def test_what_is_not_open_when_it_is_first_seen_is_never_news(reader: Reader) -> None:
    feed = await reader.feed("one")
    await reader.read(feed)
    await reader.read(
        feed,
        item("a", closes=MONDAY - DAY),
        item("b", "Towns", state=CallState.WITHDRAWN),
        item("c", "Woods", state=CallState.CLOSED),
        item("d", "Closes now", closes=MONDAY),
    )
    assert await reader.told() == []
    assert len(await reader.calls()) == 4


async def test_an_item_that_rolled_over_and_comes_back_is_the_same_call(reader: Reader) -> None:
    feed = await reader.feed("one")
    await reader.read(feed, *(item(f"k{number}", f"Fund {number}") for number in range(20)))
    await reader.read(feed, *(item(f"n{number}", f"New {number}") for number in range(20)))
    await reader.read(feed, item("k1", "Fund 1"))
    calls = await reader.calls()
    assert len(calls) == 40
    assert {call.state for call in calls} == {CallState.OPEN}
    assert await reader.told() == [News.NEW] * 20


async def test_a_moved_deadline_is_told_once(reader: Reader) -> None:
    feed = await reader.feed("one")
    await reader.read(feed, item("a"))
    changed = await reader.read(feed, item("a", closes=CLOSES + DAY))
    call = await reader.only()
    assert changed == {call.id}
    assert (call.was_closing, call.closes) == (CLOSES, CLOSES + DAY)
    assert await reader.told() == [News.MOVED]
    assert (await reader.read(feed, item("a", closes=CLOSES + DAY))) == frozenset()
    assert await reader.told() == []


async def test_words_that_change_are_taken_over_and_nothing_is_told(reader: Reader) -> None:
    feed = await reader.feed("one")
    await reader.read(feed, item("a"))
    changed = await reader.read(feed, item("a", "Rivers and lakes", most=5_000, themes=("water",)))
    call = await reader.only()
    assert (call.title, call.most, call.themes) == ("Rivers and lakes", 5_000, ["water"])
    assert call.routed_number is None
    assert changed == {call.id}
    assert await reader.told() == []


async def test_withdrawn_and_open_again(reader: Reader) -> None:
    feed = await reader.feed("one")
    await reader.read(feed, item("a"))
    await reader.read(feed, item("a", state=CallState.WITHDRAWN))
    assert await reader.told() == [News.WITHDRAWN]
    await reader.read(feed, item("a"))
    assert await reader.told() == [News.REOPENED]
    await reader.read(feed, withdrawn=("a", "never seen"))
    assert await reader.told() == [News.WITHDRAWN]
    assert (await reader.only()).state == CallState.WITHDRAWN


async def test_a_closed_call_with_a_later_deadline_opens_again(reader: Reader) -> None:
    feed = await reader.feed("one")
    await reader.read(feed, item("a"))
    reader.now = CLOSES + DAY
    await reader.read(feed, item("a", closes=CLOSES + 9 * DAY))
    assert await reader.told() == [News.REOPENED]


@pytest.mark.parametrize(
    "again",
    [
        item("other", link="http://www.inv.example/a/?utm_source=x"),
        item("other", "Rivers, as we call it", link="https://inv.example/a"),
        item("other", "RIVERS!", link="https://elsewhere.example/1"),
        item("other", "[Extended] Rivers", link=None),
    ],
)
async def test_the_same_call_through_another_feed_is_one_record_and_no_news(
    reader: Reader, again: FeedCall
) -> None:
    one, two = await reader.feed("one"), await reader.feed("two")
    await reader.read(one, item("a"))
    await reader.read(two)
    await reader.read(two, again)
    call = await reader.only()
    assert call.title == "Rivers"
    assert await reader.told() == []


@pytest.mark.parametrize(
    "other",
    [
        item("other", "Lakes"),
        item("other", "Rivers", funder="Another Trust"),
        item("other", "Rivers", closes=CLOSES + DAY),
    ],
)
async def test_another_call_is_another_record(reader: Reader, other: FeedCall) -> None:
    one, two = await reader.feed("one"), await reader.feed("two")
    await reader.read(one, item("a"))
    await reader.read(two, other)
    assert len(await reader.calls()) == 2


async def test_items_that_all_link_to_one_list_are_calls_of_their_own(reader: Reader) -> None:
    feed = await reader.feed("one")
    listing = "https://inv.example/grants"
    items = [item(key, f"Fund {key}", link=listing) for key in "abc"]
    await reader.read(feed, *items)
    await reader.read(feed, *items, item("d", "Fund d", link=listing))
    assert len(await reader.calls()) == 4
    await reader.read(feed, item("e", "Fund e", link=listing))
    assert len(await reader.calls()) == 5


async def test_an_item_that_comes_with_a_new_id_is_the_call_it_was(reader: Reader) -> None:
    feed = await reader.feed("one")
    await reader.read(feed, item("a"))
    link = "https://inv.example/a"
    await reader.read(feed, item("b", "Rivers, round two", link=link, closes=CLOSES + DAY))
    call = await reader.only()
    assert call.title == "Rivers, round two"
    assert await reader.told() == [News.MOVED]


async def test_two_feeds_that_differ_do_not_move_a_deadline_to_and_fro(reader: Reader) -> None:
    one, two = await reader.feed("one"), await reader.feed("two")
    link = "https://inv.example/a"
    await reader.read(one, item("a"))
    await reader.read(two, item("x", link=link, closes=CLOSES + 5 * DAY))
    for _ in range(3):
        await reader.read(one, item("a"))
        await reader.read(two, item("x", link=link, closes=CLOSES + 5 * DAY))
    assert (await reader.only()).closes == CLOSES
    assert await reader.told() == []
    await reader.read(two, item("x", link=link, closes=CLOSES + 6 * DAY))
    assert (await reader.only()).closes == CLOSES + 6 * DAY
    await reader.read(one, item("a"))
    assert await reader.told() == [News.MOVED]
    await reader.read(two, item("x", link=link, state=CallState.WITHDRAWN))
    await reader.read(one, item("a"))
    assert (await reader.only()).state == CallState.WITHDRAWN


async def test_removing_one_feed_keeps_what_another_has_or_somebody_saved(
    reader: Reader, workspace: Workspace, clock: FrozenClock
) -> None:
    one, two = await reader.feed("one"), await reader.feed("two")
    await reader.read(one, item("a"), item("b", "Towns"), item("c", "Woods"))
    await reader.read(two, item("x", link="https://inv.example/a"))
    async with reader.session_factory.begin() as session:
        member = Member(
            network_id=reader.network.id,
            workspace_id=workspace.id,
            slack_id="U1",
            role=Role.OFFICER,
            created_at=MONDAY,
        )
        session.add(member)
        await session.flush()
        towns = await _titled(session, "Towns")
        await funding_marks.mark(session, member, towns, Said.SAVED, now=MONDAY)
        woods = await _titled(session, "Woods")
        await funding_marks.mark(session, member, woods, Said.NOT_RELEVANT, now=MONDAY)
    async with reader.session_factory.begin() as session:
        assert await funding_feeds.remove_feed(session, reader.network.id, one)
    assert [call.title for call in await reader.calls()] == ["Rivers", "Towns"]
    async with reader.session_factory.begin() as session:
        assert await session.scalar(select(func.count(FundingSource.id))) == 1
        taught = await session.scalar(select(Mark).where(Mark.said == Said.NOT_RELEVANT))
        assert taught is not None
        assert taught.call_id is None
        assert not await funding_feeds.remove_feed(session, reader.network.id, one)


async def _titled(session: AsyncSession, title: str) -> FundingCall:
    return (await session.scalars(select(FundingCall).where(FundingCall.title == title))).one()


async def test_two_feeds_read_at_once_make_one_record(reader: Reader) -> None:
    feeds = [await reader.feed(name) for name in ("one", "two", "three", "four")]
    await asyncio.gather(
        *(reader.read(feed, item(f"key-{feed}", link="https://inv.example/same")) for feed in feeds)
    )
    await reader.only()


async def test_the_calls_of_another_network_are_not_the_same_call(
    reader: Reader, session_factory: SessionFactory
) -> None:
    async with session_factory.begin() as session:
        other = Network(name="Elsewhere", created_at=MONDAY)
        session.add(other)
    there = Reader(session_factory, other)
    await reader.read(await reader.feed("one"), item("a"))
    await there.read(await there.feed("one"), item("a"))
    assert len(await reader.calls()) == 2


# Failing
