"""Trying a feed, and reading it: fetched with no session open, then kept in one transaction."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.cards import post_card, refresh_cards
from bot.deliveries import Task
from bot.funding.deliveries import FAILED, TRIAL, refresh_calls, tell
from bot.funding.feed_views import previewed
from bot.funding.posting import announce_feed
from bot.services import Services
from feeds.documents import FeedError
from feeds.fetch import Fetched, FetchError
from feeds.funding import Call, Feed, read_apart
from feeds.status import bare_title
from registry import funding_feeds
from registry.funding import CallState
from registry.funding_feeds import FeedCall, FundingFeed, call_of
from registry.members import Member, admins
from registry.outbox import Errand

READ = "funding.feed_read"
TRY = "funding.feed_try"


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


async def _feed(services: Services, errand: Errand) -> FundingFeed | None:
    async with services.session_factory.begin() as session:
        return await funding_feeds.find_feed(session, errand.network_id, errand.payload["feed_id"])


async def try_feed(services: Services, errand: Errand) -> None:
    """Look what is at an address, and show it to the admin who gave it.

    Tried again by a button, it is shown in the place of what was shown before.
    """
    feed = await _feed(services, errand)
    if feed is None or feed.accepted_at is not None:
        return
    preview, failure = None, None
    now = services.clock.now()
    try:
        found = (await _ask(services, feed)).found or Feed("", (), more=False)
        title = found.title or feed.address
        calls = [call_of(feed, feed_call(call), title, now) for call in found.calls]
        preview = previewed(calls, title[:200], now, more=found.more)
    except (FetchError, FeedError) as error:
        failure = error.words
    async with services.session_factory.begin() as session:
        feed = await funding_feeds.find_feed(session, errand.network_id, feed.id)
        if feed is None or feed.accepted_at is not None:
            return
        feed.preview, feed.failure = preview, failure
        feed.title = str(preview["title"]) if preview else feed.title
        await refresh_cards(session, feed.network_id, TRIAL, feed.id, now=now)
        if feed.added_by is not None and not errand.payload.get("again"):
            await post_card(
                session, feed.network_id, TRIAL, feed.id, member_id=feed.added_by, now=now
            )
    services.wake.set()


async def read_feed(services: Services, errand: Errand) -> None:
    """Read a feed, keep what is in it, and tell of it; or keep why it could not be read."""
    feed = await _feed(services, errand)
    if feed is None or not feed.reading:
        return
    try:
        answer = await _ask(services, feed)
    except (FetchError, FeedError) as error:
        await _failed(services, errand, error)
        return
    await _keep(services, errand, answer)
    services.wake.set()


async def _keep(services: Services, errand: Errand, answer: _Answer) -> None:
    """Nothing where the feed was removed or paused meanwhile."""
    async with services.session_factory.begin() as session:
        feed = await funding_feeds.find_feed(session, errand.network_id, errand.payload["feed_id"])
        if feed is None or not feed.reading:
            return
        now, found = services.clock.now(), answer.found
        if feed.read_at is None:
            await announce_feed(session, feed, now=now)
        feed.etag, feed.modified = answer.fetched.etag, answer.fetched.modified
        feed.body_digest = answer.digest
        if found is None:
            recovered = funding_feeds.unchanged(feed, now)
        else:
            feed.title = found.title[:200] or feed.title
            calls = [feed_call(call) for call in found.calls]
            kept = await funding_feeds.keep(
                session, feed, calls, now=now, withdrawn=found.withdrawn
            )
            recovered = kept.recovered
            await refresh_calls(session, feed.network_id, kept.changed, now=now)
        if recovered:
            await refresh_cards(session, feed.network_id, FAILED, feed.id, now=now)


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
        state=CallState(call.status.value),
    )


async def _failed(services: Services, errand: Errand, error: FetchError | FeedError) -> None:
    now = services.clock.now()
    fetching = error if isinstance(error, FetchError) else None
    async with services.session_factory.begin() as session:
        feed = await funding_feeds.find_feed(session, errand.network_id, errand.payload["feed_id"])
        if feed is not None and funding_feeds.failed(
            feed,
            error.words,
            now,
            retry_after=fetching.retry_after if fetching else None,
            for_good=fetching is not None and fetching.for_good,
        ):
            await tell_of_failure(session, feed, now)
    services.wake.set()


async def tell_of_failure(session: AsyncSession, feed: FundingFeed, now: datetime) -> None:
    """Have whoever added a feed told that it cannot be read; else the first admin."""
    adder = await session.get(Member, feed.added_by) if feed.added_by else None
    there = adder is not None and adder.is_admin and adder.deactivated_at is None
    everyone = [adder] if adder is not None and there else await admins(session, feed.network_id)
    for member in everyone[:1]:
        await tell(session, feed.network_id, FAILED, feed.id, member, now)


TASKS: dict[str, Task] = {READ: read_feed, TRY: try_feed}
