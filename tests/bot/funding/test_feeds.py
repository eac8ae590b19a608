"""Feeds that an admin adds, from a server on this machine."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from playground.slack import Channel
from tests.conftest import FrozenClock
from tests.office import Office, text_of

ITEM = (
    "<item><title>{title}</title><link>https://inv.example/{key}</link><guid>{key}</guid>"
    "<description>Closing date: {closes}. For flooding.</description></item>"
)


@dataclass
class Publisher:
    """A funder's site: what its feed holds, or the status it answers with."""

    address: str = ""
    items: dict[str, tuple[str, str]] = field(default_factory=dict)
    status: int = 200
    body: bytes | None = None
    asked: list[str | None] = field(default_factory=list)

    def put(self, key: str, title: str, closes: str = "30 April 2026") -> None:
        self.items[key] = (title, closes)

    async def answer(self, request: web.Request) -> web.Response:
        self.asked.append(request.headers.get("If-None-Match"))
        if self.status != 200:
            return web.Response(status=self.status)
        items = "".join(
            ITEM.format(key=key, title=title, closes=closes)
            for key, (title, closes) in self.items.items()
        )
        feed = f'<rss version="2.0"><channel><title>Invented funder</title>{items}</channel></rss>'
        body = feed.encode() if self.body is None else self.body
        return web.Response(body=body, content_type="application/rss+xml", headers={"ETag": '"1"'})


@pytest.fixture
async def publisher() -> AsyncIterator[Publisher]:
    publisher = Publisher()
    app = web.Application()
    app.router.add_get("/feed", publisher.answer)
    async with TestServer(app) as server:
        publisher.address = str(server.make_url("/feed"))
        yield publisher


@pytest.fixture
async def channel(office: Office) -> Channel:
    return await office.channel_for("funding")


async def adds(office: Office, address: str) -> str:
    return (await office.types(office.admin, f"/funding feeds add {address}")).text


async def an_hour_later(office: Office, clock: FrozenClock) -> None:
    clock.move(hours=1)
    await office.clock_moved()


async def test_the_first_reading_posts_one_summary(
    office: Office, channel: Channel, publisher: Publisher
) -> None:
    publisher.put("a", "Rivers fund")
    publisher.put("b", "Towns fund", "1 May 2026")
    publisher.put("c", "Long closed", "1 May 2020")
    assert "Reading it now." in await adds(office, publisher.address)
    (post,) = office.posted(channel)
    assert "Invented funder" in post
    assert "Rivers fund" in post
    assert "Towns fund" in post
    assert "Long closed" not in post


async def test_after_that_there_is_one_bundled_post_a_day(
    office: Office, channel: Channel, publisher: Publisher, clock: FrozenClock
) -> None:
    publisher.put("a", "Rivers fund")
    await adds(office, publisher.address)
    await an_hour_later(office, clock)
    publisher.put("b", "Towns fund", "9 March 2026")
    publisher.put("c", "Woods fund", "1 June 2026")
    await an_hour_later(office, clock)
    assert len(office.posted(channel)) == 1
    clock.move_to(datetime(2026, 3, 3, 10, tzinfo=UTC))
    await office.clock_moved()
    assert len(office.posted(channel)) == 2
    bundle = office.posted(channel)[-1]
    assert "Towns fund" in bundle
    assert "Woods fund" in bundle
    assert "Rivers fund" not in bundle
    for _ in range(20):
        await an_hour_later(office, clock)
    assert len(office.posted(channel)) == 2


async def test_a_moved_deadline_is_told_with_what_it_was(
    office: Office, channel: Channel, publisher: Publisher, clock: FrozenClock
) -> None:
    publisher.put("a", "Rivers fund")
    await adds(office, publisher.address)
    publisher.put("a", "Rivers fund", "15 May 2026")
    publisher.body = None
    await an_hour_later(office, clock)
    clock.move_to(datetime(2026, 3, 3, 10, tzinfo=UTC))
    await office.clock_moved()
    assert "The closing time has moved: it was" in office.posted(channel)[-1]


async def test_a_feed_is_read_every_hour_and_asked_whether_it_changed(
    office: Office, channel: Channel, publisher: Publisher, clock: FrozenClock
) -> None:
    publisher.put("a", "Rivers fund")
    await adds(office, publisher.address)
    publisher.status = 304
    for _ in range(3):
        await an_hour_later(office, clock)
        await office.clock_moved()
    assert publisher.asked == [None, '"1"', '"1"', '"1"']
    await office.types(office.admin, "/funding")
    assert "Rivers fund" in text_of(office.last(office.admin))


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        (b"<html><body>Hello</body></html>", 200, "not a feed"),
        (b"", 200, "nothing at all"),
        (None, 404, "nothing at that address"),
        (None, 500, "has a fault"),
    ],
)
async def test_a_feed_that_is_no_feed_is_told_to_who_added_it(
    office: Office,
    channel: Channel,
    publisher: Publisher,
    body: bytes | None,
    status: int,
    words: str,
) -> None:
    publisher.body, publisher.status = body, status
    await adds(office, publisher.address)
    told = text_of(office.last(office.admin))
    assert "cannot be read" in told or "could not be read" in told
    assert words in told
    assert office.posted(channel) == []


async def test_a_feed_that_fails_later_is_told_once_after_a_day(
    office: Office, channel: Channel, publisher: Publisher, clock: FrozenClock
) -> None:
    publisher.put("a", "Rivers fund")
    await adds(office, publisher.address)
    before = len(office.messages(office.admin))
    publisher.status = 503
    told: list[int] = []
    for hour in range(50):
        await an_hour_later(office, clock)
        if len(office.messages(office.admin)) > before + len(told):
            told.append(hour)
    assert len(told) == 1
    assert 23 <= told[0] <= 26


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("rivers.example/feed", "whole address"),
        ("file:///etc/passwd", "whole address"),
        ("", "whole address"),
    ],
)
async def test_what_is_no_address_is_told_at_once(office: Office, address: str, words: str) -> None:
    assert words in await adds(office, address)


async def test_an_address_inside_our_own_network_is_not_read(
    office: Office, channel: Channel
) -> None:
    await adds(office, "http://169.254.169.254/latest/meta-data")
    assert "not public" in text_of(office.last(office.admin)) or "private" in text_of(
        office.last(office.admin)
    )


async def test_slack_s_own_link_markup_around_an_address_is_taken(
    office: Office, channel: Channel, publisher: Publisher
) -> None:
    publisher.put("a", "Rivers fund")
    await adds(office, f"<{publisher.address}|{publisher.address}>")
    assert "Rivers fund" in office.posted(channel)[0]


async def test_feeds_are_listed_and_removed(
    office: Office, channel: Channel, publisher: Publisher, clock: FrozenClock
) -> None:
    publisher.put("a", "Rivers fund")
    await adds(office, publisher.address)
    assert "is read already" in await adds(office, publisher.address)
    await office.types(office.admin, "/funding feeds")
    listed = office.last(office.admin)
    assert "Invented funder" in text_of(listed)
    await office.presses(office.admin, listed, "funding.remove_feed")
    assert "It is no longer read." in text_of(office.last(office.admin))
    await office.presses(office.admin, listed, "funding.remove_feed")
    assert "no longer here" in text_of(office.last(office.admin))
    asked = len(publisher.asked)
    await an_hour_later(office, clock)
    assert len(publisher.asked) == asked
    await office.types(office.admin, "/funding feeds")
    assert "No feed is read yet" in text_of(office.last(office.admin))
