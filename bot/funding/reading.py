"""Trying a feed, and reading it: fetched with no session open, then kept in one transaction."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.deliveries import Task
from bot.funding.deliveries import FEED, refresh_calls
from bot.funding.feed_views import previewed
from bot.funding.posting import announce_feed
from bot.services import Services
from bot.sources import reading
from feeds.documents import FeedError
from feeds.fetch import Fetched, FetchError
from feeds.funding import Call, Feed, read_apart
from feeds.status import bare_title
from registry import feed_calls
from registry.feed_calls import FeedCall, call_of
from registry.funding import CallState
from registry.funding_feeds import FundingFeed
from registry.outbox import Errand

LONGEST_TITLE = 200


@dataclass(frozen=True)
class _Answer:
    """What an address gave: found is None where nothing is new."""

    fetched: Fetched
    found: Feed | None
    digest: str | None


async def _ask(services: Services, feed: FundingFeed) -> _Answer:
    """Raises FetchError or FeedError."""
    fetched = await services.fetcher.fetch(feed.address, etag=feed.etag, modified=feed.modified)
    digest = feed.body_digest if fetched.unchanged else hashlib.sha256(fetched.body).hexdigest()
    if fetched.unchanged or digest == feed.body_digest:
        return _Answer(fetched, None, digest)
    found = await read_apart(fetched.body, fetched.content_type, address=fetched.address)
    return _Answer(fetched, found, digest)


async def try_feed(services: Services, errand: Errand) -> None:
    """Look what is at an address, and show it to the admin who gave it."""
    async with services.session_factory.begin() as session:
        feed = await reading.find_tried(session, FEED, errand)
    if feed is None:
        return
    preview, failure = None, None
    now = services.clock.now()
    try:
        found = (await _ask(services, feed)).found or Feed("", (), more=False)
        preview = _preview(feed, found, now)
    except (FetchError, FeedError) as error:
        failure = error.words
    async with services.session_factory.begin() as session:
        feed = await reading.find_tried(session, FEED, errand)
        if feed is None:
            return
        feed.preview, feed.failure = preview, failure
        feed.title = str(preview["title"]) if preview else feed.title
        await reading.show_trial(session, FEED, feed, errand, now)
    services.wake.set()


def _preview(feed: FundingFeed, found: Feed, now: datetime) -> dict[str, Any]:
    title = found.title or feed.shown_address
    calls = [call_of(feed, feed_call(call), title, now) for call in found.calls]
    return previewed(calls, title[:LONGEST_TITLE], now, more=found.more)


async def read_feed(services: Services, errand: Errand) -> None:
    """Read a feed, keep what is in it, and tell of it; or keep why it could not be read."""
    async with services.session_factory.begin() as session:
        feed = await reading.find_read(session, FEED, errand)
    if feed is None:
        return
    answer: _Answer | FetchError | FeedError
    try:
        answer = await _ask(services, feed)
    except (FetchError, FeedError) as error:
        answer = error
    async with services.session_factory.begin() as session:
        feed = await reading.find_read(session, FEED, errand)
        if feed is None:
            return
        now = services.clock.now()
        if isinstance(answer, _Answer):
            await _keep(session, feed, answer, now)
        else:
            await reading.failed(session, FEED, feed, answer, now)
    services.wake.set()


async def _keep(session: AsyncSession, feed: FundingFeed, answer: _Answer, now: datetime) -> None:
    if feed.read_at is None:
        await announce_feed(session, feed, now=now)
    found = answer.found
    if found is not None:
        feed.title = found.title[:LONGEST_TITLE] or feed.title
        calls = [feed_call(call) for call in found.calls]
        changed = await feed_calls.keep(session, feed, calls, now=now, withdrawn=found.withdrawn)
        await refresh_calls(session, feed.network_id, changed, now=now)
    feed.body_digest = answer.digest
    await reading.answered(session, FEED, feed, answer.fetched, now)


def feed_call(call: Call) -> FeedCall:
    """A call as the registry keeps it: its title without what says that it changed."""
    return FeedCall(
        key=call.id,
        title=bare_title(call.title),
        link=call.link,
        summary=call.summary,
        funder=call.funder,
        opens=call.opens,
        closes=call.closes,
        themes=call.themes,
        least=call.least,
        most=call.most,
        currency=call.currency,
        state=CallState(call.status.value),
    )


TASKS: dict[str, Task] = {FEED.read: read_feed, FEED.try_: try_feed}
