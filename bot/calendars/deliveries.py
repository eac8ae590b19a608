"""Reading a calendar, trying one, and the posts about what is in them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.calendars.views import (
    Item,
    as_found,
    bundle_message,
    summary_message,
    trial_message,
)
from bot.cards import Message, Render, Showing, post_card
from bot.deliveries import Task, Work
from bot.events.deliveries import BUNDLE, reader_zone, shown
from bot.events.telling import tell_it_is_back, tell_of_cancellation, tell_of_change
from bot.services import Services
from bot.sources import reading
from bot.sources.deliveries import failure_renderer
from bot.sources.kinds import Kind
from feeds.calendar import Calendar, FeedError, read_apart
from feeds.fetch import Fetched, FetchError
from registry import calendar_events, calendars, event_bundles, sources
from registry.calendars import EventCalendar
from registry.event_bundles import EventBundle
from registry.networks import Network, Purpose
from registry.outbox import Errand

CALENDAR = Kind(
    EventCalendar,
    read="calendar.read",
    try_="calendar.try",
    trial="calendar.trial",
    failed="calendar.failed",
)
FIRST_FEW = 3


@dataclass(frozen=True)
class _Answer:
    """What a calendar answered: `found` is None where nothing changed."""

    fetched: Fetched
    found: Calendar | None


async def _ask(
    services: Services, calendar: EventCalendar, network: Network, *, whole: bool
) -> _Answer:
    """Fetch and read, with no session open. Raises FetchError or FeedError."""
    first, until = calendars.window(network, services.clock.now())
    fetched = await services.fetcher.fetch(
        calendar.address,
        etag=None if whole else calendar.etag,
        modified=None if whole else calendar.modified,
    )
    if fetched.unchanged:
        return _Answer(fetched, None)
    found = await read_apart(fetched.body, first=first, until=until, zone=network.time_zone)
    return _Answer(fetched, found)


async def try_calendar(services: Services, errand: Errand) -> None:
    """Read a calendar for the first time, and show its admin what is in it."""
    async with services.session_factory.begin() as session:
        calendar = await reading.find_tried(session, CALENDAR, errand)
        network = await session.get_one(Network, errand.network_id)
    if calendar is None:
        return
    found, failure = None, None
    now = services.clock.now()
    try:
        found = (await _ask(services, calendar, network, whole=True)).found
    except (FetchError, FeedError) as error:
        failure = error.words
    async with services.session_factory.begin() as session:
        calendar = await reading.find_tried(session, CALENDAR, errand)
        if calendar is None:
            return
        calendar.preview, calendar.failure = None, failure
        if found is not None:
            calendar.title = calendar_events.title_of(found) or calendar.address
            calendar.preview = _preview(calendar, found, now)
        await reading.show_trial(session, CALENDAR, calendar, errand, now)
    services.wake.set()


def _preview(calendar: EventCalendar, found: Calendar, now: datetime) -> dict[str, Any]:
    coming = calendar_events.as_events(calendar, found, now)
    return {
        "number": len(coming),
        "more": found.more,
        "events": as_found(coming[:FIRST_FEW]),
    }


async def read_calendar(services: Services, errand: Errand) -> None:
    """Read a calendar, keep what is in it, and tell whom it concerns; or why it cannot be read."""
    async with services.session_factory.begin() as session:
        calendar = await reading.find_read(session, CALENDAR, errand)
        if calendar is None:
            return
        network = await session.get_one(Network, errand.network_id)
        whole = await calendars.must_be_whole(session, calendar, services.clock.now())
    answer: _Answer | FetchError | FeedError
    try:
        answer = await _ask(services, calendar, network, whole=whole)
    except (FetchError, FeedError) as error:
        answer = error
    async with services.session_factory.begin() as session:
        calendar = await reading.find_read(session, CALENDAR, errand)
        if calendar is None:
            return
        now = services.clock.now()
        if isinstance(answer, _Answer):
            if answer.found is not None:
                await _keep(session, calendar, network, answer.found, now)
            await reading.answered(session, CALENDAR, calendar, answer.fetched, now)
        else:
            await reading.failed(session, CALENDAR, calendar, answer, now)
    services.wake.set()


async def _keep(
    session: AsyncSession,
    calendar: EventCalendar,
    network: Network,
    found: Calendar,
    now: datetime,
) -> None:
    first = calendar.whole_at is None
    _, until = calendars.window(network, now)
    kept = await calendar_events.keep(session, calendar, found, until=until, now=now)
    for event, was in kept.changed:
        await tell_of_change(session, event, was, now=now)
    for event in kept.cancelled:
        await tell_of_cancellation(session, event, now=now)
    for event in kept.back:
        await tell_it_is_back(session, event, now=now)
    if first:
        coming = await calendars.in_calendar(session, calendar, now)
        bundle = await event_bundles.first_bundle(
            session, network.id, calendar.id, coming[:FIRST_FEW], now
        )
        await post_bundle(session, bundle, now=now)


async def post_bundle(session: AsyncSession, bundle: EventBundle, *, now: datetime) -> None:
    """Have a post about several events made in the events channel."""
    await post_card(
        session,
        bundle.network_id,
        BUNDLE,
        bundle.id,
        purpose=Purpose.EVENTS,
        now=now,
        once=f"{BUNDLE}:{bundle.id}",
    )


async def render_trial(work: Work, showing: Showing) -> Message | None:
    """What is in a calendar that somebody wants read."""
    calendar = await sources.find(work.session, EventCalendar, work.network.id, showing.subject_id)
    if calendar is None:
        return None
    return trial_message(calendar, reader_zone(work.network, showing.reader))


async def render_bundle(work: Work, showing: Showing) -> Message | None:
    """Several events in one post, each as it is now."""
    session = work.session
    bundle = await event_bundles.find_bundle(session, work.network.id, showing.subject_id)
    if bundle is None:
        return None
    items = [
        Item(item, await shown(work.services, session, event, work.network.zone))
        for item, event in await event_bundles.items_of(session, bundle)
    ]
    calendar = await sources.find(session, EventCalendar, work.network.id, bundle.calendar_id or 0)
    if calendar is not None:
        coming = await calendars.in_calendar(session, calendar, work.now)
        return summary_message(calendar.known_as, len(coming), items)
    return bundle_message(items) if items else None


RENDERS: dict[str, Render] = {
    CALENDAR.trial: render_trial,
    CALENDAR.failed: failure_renderer(CALENDAR),
    BUNDLE: render_bundle,
}
TASKS: dict[str, Task] = {CALENDAR.read: read_calendar, CALENDAR.try_: try_calendar}
