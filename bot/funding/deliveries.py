"""Posts of calls, and reading a feed."""

from bot.cards import Message, Render, Showing, post_card
from bot.deliveries import Task, Work
from bot.funding.views import call_message, daily_message, failure_message, feed_summary
from bot.services import Services
from feeds.documents import FeedError
from feeds.fetch import FetchError
from feeds.funding import Call, read_apart
from registry import funding
from registry.funding import FeedCall
from registry.members import Member, admins
from registry.networks import Purpose
from registry.outbox import Errand

CALL = "funding.call"
DAILY = "funding.daily"
SUMMARY = "funding.feed_summary"
FAILED = "funding.feed_failed"
READ = "funding.feed_read"


async def render_call(work: Work, showing: Showing) -> Message | None:
    """A call that somebody added, unless it closed or was removed meanwhile."""
    call = await funding.find(work.session, work.network.id, showing.subject_id)
    if call is None or (call.closes is not None and call.closes <= work.now):
        return None
    return call_message(call, work.now, work.network.zone)


async def render_daily(work: Work, _showing: Showing) -> Message | None:
    """The bundled post, of the calls that the errand names."""
    found = {}
    for name in ("new", "closing"):
        calls = [
            await funding.find(work.session, work.network.id, id_)
            for id_ in work.payload.get(name, [])
        ]
        found[name] = [
            call
            for call in calls
            if call is not None and (call.closes is None or call.closes > work.now)
        ]
    if not any(found.values()):
        return None
    return daily_message(found["new"], found["closing"], work.now, work.network.zone)


async def render_summary(work: Work, showing: Showing) -> Message | None:
    """What the first reading of a feed found."""
    feed = await funding.find_feed(work.session, work.network.id, showing.subject_id)
    if feed is None:
        return None
    calls = await funding.open_calls(work.session, work.network.id, work.now)
    mine = [call for call in calls if call.feed_id == feed.id]
    return feed_summary(feed, mine, work.now, work.network.zone)


async def render_failed(work: Work, showing: Showing) -> Message | None:
    """A feed that cannot be read, unless it has recovered meanwhile."""
    feed = await funding.find_feed(work.session, work.network.id, showing.subject_id)
    return failure_message(feed) if feed is not None and feed.failure else None


async def read_feed(services: Services, errand: Errand) -> None:
    """Fetch a feed with no session open, then keep what is in it, or why it could not be read."""
    feed_id = errand.payload["feed_id"]
    async with services.session_factory.begin() as session:
        feed = await funding.find_feed(session, errand.network_id, feed_id)
    if feed is None:
        return
    try:
        fetched = await services.fetcher.fetch(feed.address, etag=feed.etag, modified=feed.modified)
        found = (
            None
            if fetched.unchanged
            else await read_apart(fetched.body, fetched.content_type, address=fetched.address)
        )
    except (FetchError, FeedError) as error:
        await _failed(services, errand, error.words)
        return
    async with services.session_factory.begin() as session:
        feed = await funding.find_feed(session, errand.network_id, feed_id)
        if feed is None:
            return
        now = services.clock.now()
        first = feed.read_at is None
        calls = [_feed_call(call) for call in found.calls] if found else []
        feed.etag, feed.modified = fetched.etag, fetched.modified
        if found is not None and found.title:
            feed.title = found.title[:200]
        await funding.keep_feed_calls(session, feed, calls, now=now)
        if first:
            await post_card(
                session,
                feed.network_id,
                SUMMARY,
                feed.id,
                purpose=Purpose.FUNDING,
                now=now,
                once=f"{SUMMARY}:{feed.id}",
            )
    services.wake.set()


def _feed_call(call: Call) -> FeedCall:
    return FeedCall(
        key=call.id,
        title=call.title,
        link=call.link,
        summary=call.summary,
        funder=call.funder,
        opens=call.opens,
        closes=call.closes,
        themes=call.themes,
    )


async def _failed(services: Services, errand: Errand, words: str) -> None:
    now = services.clock.now()
    async with services.session_factory.begin() as session:
        feed = await funding.find_feed(session, errand.network_id, errand.payload["feed_id"])
        if feed is None or not funding.feed_failed(feed, words, now):
            return
        told = await session.get(Member, feed.added_by) if feed.added_by else None
        everyone = [told] if told else await admins(session, feed.network_id)
        for member in everyone[:1]:
            await post_card(
                session,
                feed.network_id,
                FAILED,
                feed.id,
                member_id=member.id,
                unasked=True,
                now=now,
            )
    services.wake.set()


RENDERS: dict[str, Render] = {
    CALL: render_call,
    DAILY: render_daily,
    SUMMARY: render_summary,
    FAILED: render_failed,
}
TASKS: dict[str, Task] = {READ: read_feed}
