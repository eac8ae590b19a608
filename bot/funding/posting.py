"""Scores calls and has them posted: to the channels that they fit, and to people."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.cards import post_card
from bot.deliveries import Task
from bot.funding.deliveries import ALERT, CALL, POSTED, SAVED_CHANGED, tell
from bot.services import Services
from registry import (
    funding,
    funding_channels,
    funding_feeds,
    funding_marks,
    funding_reminders,
    outbox,
    routing,
    sources,
)
from registry.funding import FundingCall, News
from registry.funding_channels import CLOSING, Destination
from registry.funding_feeds import FundingFeed
from registry.networks import Network, Purpose
from registry.outbox import Errand, Lane

ANNOUNCE = "funding.announce"
ANNOUNCE_FEED = "funding.announce_feed"
DAY = "funding.day"


async def announce(
    session: AsyncSession, call: FundingCall, *, now: datetime, due_at: datetime | None = None
) -> None:
    """Have a call that somebody added scored, posted where it fits, and told to whom it fits."""
    await outbox.enqueue(
        session,
        call.network_id,
        ANNOUNCE,
        {"call_id": call.id},
        now=now,
        due_at=due_at,
        once=f"{ANNOUNCE}:{_once(call)}",
        lane=Lane.BULK,
    )


def _once(call: FundingCall) -> str:
    """A key of the call alone: SQLite gives the id of a row that was deleted to the next one."""
    return f"{call.id}:{call.created_at:%Y%m%dT%H%M%S%f}"


async def announced(services: Services, errand: Errand) -> None:
    """Score the call first, so that its post can say what it fits."""
    now, network_id = services.clock.now(), errand.network_id
    await routing.route(services.session_factory, network_id, now)
    async with services.session_factory.begin() as session:
        network = await session.get_one(Network, network_id)
        call = await funding.find(session, network_id, errand.payload["call_id"])
        if call is None or not call.is_open(now):
            return
        for channel in await _taking(session, network_id, [call], now):
            await _post(session, network_id, CALL, call.id, channel, now=now, once=_once(call))
        await _alert(session, network, now, only=call.id)
    services.wake.set()


async def post_day(services: Services, errand: Errand) -> None:
    """The day's bundled posts, one a channel, and what people are told one by one."""
    now, network_id = services.clock.now(), errand.network_id
    await routing.route(services.session_factory, network_id, now)
    async with services.session_factory.begin() as session:
        network = await session.get_one(Network, network_id)
        news = await funding.take_news(session, network_id, now)
        told = {call.id for call, _ in news}
        closing = [
            (call, CLOSING)
            for call in await funding_reminders.take_reminders(session, network, now)
            if call.id not in told
        ]
        await _post_in_channels(session, network_id, [*news, *closing], now)
        await _tell_savers(session, network_id, news, now)
        await _alert(session, network, now)
    services.wake.set()


async def announce_feed(session: AsyncSession, feed: FundingFeed, *, now: datetime) -> None:
    """Have the channels told of what the first reading of a feed finds for each."""
    await outbox.enqueue(
        session,
        feed.network_id,
        ANNOUNCE_FEED,
        {"feed_id": feed.id},
        now=now,
        once=f"{ANNOUNCE_FEED}:{feed.id}:{feed.added_at:%Y%m%dT%H%M%S%f}",
    )


async def announced_feed(services: Services, errand: Errand) -> None:
    """One post in each channel: the default one hears of it also where nothing is open."""
    now, network_id = services.clock.now(), errand.network_id
    await routing.route(services.session_factory, network_id, now)
    async with services.session_factory.begin() as session:
        feed = await sources.find(session, FundingFeed, network_id, errand.payload["feed_id"])
        if feed is None:
            return
        calls = await funding_feeds.calls_of(session, feed, now)
        taking = await _taking(session, network_id, calls, now)
        for channel in await funding_channels.destinations(session, network_id):
            found = [(call, News.NEW.value) for call in taking.get(channel, [])]
            if found or channel.default:
                post = await funding_channels.begin_post(
                    session, network_id, found, now=now, feed_id=feed.id
                )
                await _post(session, network_id, POSTED, post.id, channel, now=now)
    services.wake.set()


async def _post_in_channels(
    session: AsyncSession, network_id: int, calls: Sequence[tuple[FundingCall, str]], now: datetime
) -> None:
    taking = await _taking(session, network_id, [call for call, _ in calls], now)
    for channel, taken in taking.items():
        ids = {call.id for call in taken}
        found = [(call, why) for call, why in calls if call.id in ids]
        post = await funding_channels.begin_post(session, network_id, found, now=now)
        await _post(session, network_id, POSTED, post.id, channel, now=now)


async def _taking(
    session: AsyncSession, network_id: int, calls: Sequence[FundingCall], now: datetime
) -> dict[Destination, list[FundingCall]]:
    """The channels that get any of these calls, and which.

    A call that a channel's readers turned down by what they marked before is left out there,
    unless it fits an open need.
    """
    fits = await routing.fitting_needs(session, network_id, [call.id for call in calls])
    marks = await funding_marks.not_relevant(session, network_id, now - routing.REMEMBERED)
    found: dict[Destination, list[FundingCall]] = {}
    for channel in await funding_channels.destinations(session, network_id):
        terms = routing.unwanted(marks, (channel.workspace_id, channel.slack_id))
        taken = [
            call
            for call in calls
            if channel.takes(call) and (fits.get(call.id) or not routing.turned_down(call, terms))
        ]
        if taken:
            found[channel] = taken
    return found


async def _post(
    session: AsyncSession,
    network_id: int,
    kind: str,
    subject_id: int,
    channel: Destination,
    *,
    now: datetime,
    once: str | None = None,
) -> None:
    """To the default channel by its purpose, so that the admins hear of it where it fails."""
    at = (channel.workspace_id, channel.slack_id)
    await post_card(
        session,
        network_id,
        kind,
        subject_id,
        purpose=Purpose.FUNDING if channel.default else None,
        channel=None if channel.default else at,
        now=now,
        once=f"{kind}:{once}:{at[0]}:{at[1]}" if once else None,
    )


async def _tell_savers(
    session: AsyncSession, network_id: int, news: Sequence[tuple[FundingCall, News]], now: datetime
) -> None:
    """Who saved a call hears in person that it moved, was withdrawn, or is open again."""
    changed = [call.id for call, what in news if what is not News.NEW]
    for mark, member in await funding_marks.savers(session, network_id, changed):
        if mark.call_id is not None:
            await tell(session, network_id, SAVED_CHANGED, mark.call_id, member, now)


async def _alert(
    session: AsyncSession, network: Network, now: datetime, *, only: int | None = None
) -> None:
    for member, call in await routing.take_alerts(session, network, now, only=only):
        await tell(session, network.id, ALERT, call.id, member, now)


TASKS: dict[str, Task] = {ANNOUNCE: announced, ANNOUNCE_FEED: announced_feed, DAY: post_day}
