"""Reading a calendar, trying one, and the posts about what is in them."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from bot.calendars.views import (
    Item,
    as_found,
    bundle_message,
    failure_message,
    summary_message,
    trial_message,
)
from bot.cards import Message, Render, Showing, post_card
from bot.deliveries import Task, Work
from bot.events.deliveries import BUNDLE, reader_zone, shown
from bot.events.telling import tell_it_is_back, tell_of_cancellation, tell_of_change
from bot.services import Services
from feeds.calendar import Calendar, FeedError, read_apart
from feeds.fetch import Fetched, FetchError
from registry import calendars
from registry.calendars import EventCalendar
from registry.members import admins, find_member
from registry.networks import Network, Purpose
from registry.outbox import Errand

READ = "calendar.read"
TRY = "calendar.try"
TRIAL = "calendar.trial"
FAILED = "calendar.failed"
FIRST_FEW = 3


@dataclass(frozen=True)
class _Reading:
    """What a calendar answered: `found` is None where nothing changed; or why it did not."""

    fetched: Fetched | None = None
    found: Calendar | None = None
    failure: str = ""
    wait: timedelta | None = None


async def _read(
    services: Services, calendar: EventCalendar, network: Network, *, whole: bool
) -> _Reading:
    """Fetch and read, with no session open."""
    first, until = calendars.window(network, services.clock.now())
    try:
        fetched = await services.fetcher.fetch(
            calendar.address,
            etag=None if whole else calendar.etag,
            modified=None if whole else calendar.modified,
        )
        if fetched.unchanged:
            return _Reading(fetched)
        found = await read_apart(fetched.body, first=first, until=until, zone=network.time_zone)
    except FetchError as error:
        return _Reading(failure=error.words, wait=error.retry_after)
    except FeedError as error:
        return _Reading(failure=error.words)
    return _Reading(fetched, found)


async def try_calendar(services: Services, errand: Errand) -> None:
    """Read a calendar for the first time, and show its admin what is in it."""
    async with services.session_factory.begin() as session:
        calendar = await _find(session, errand)
        network = await session.get_one(Network, errand.network_id)
    if calendar is None or calendar.accepted_at is not None:
        return
    reading = await _read(services, calendar, network, whole=True)
    async with services.session_factory.begin() as session:
        calendar = await _find(session, errand)
        if calendar is None or calendar.accepted_at is not None:
            return
        calendar.failure, calendar.found = reading.failure or None, None
        if reading.found is not None:
            now = services.clock.now()
            coming = calendars.as_events(calendar, reading.found, now)
            calendar.title = calendars.title_of(reading.found) or calendar.address
            calendar.found = {
                "number": len(coming),
                "more": reading.found.more,
                "events": as_found(coming[:FIRST_FEW]),
            }
        await post_card(
            session,
            calendar.network_id,
            TRIAL,
            calendar.id,
            member_id=errand.payload["member_id"],
            now=services.clock.now(),
        )
    services.wake.set()


async def read_calendar(services: Services, errand: Errand) -> None:
    """Read a calendar, keep what is in it, and tell whom it concerns; or why it cannot be read."""
    now = services.clock.now()
    async with services.session_factory.begin() as session:
        calendar = await _find(session, errand)
        if calendar is None or calendar.accepted_at is None or calendar.paused_at is not None:
            return
        network = await session.get_one(Network, errand.network_id)
        whole = await calendars.must_be_whole(session, calendar, now)
    reading = await _read(services, calendar, network, whole=whole)
    async with services.session_factory.begin() as session:
        calendar = await _find(session, errand, held=True)
        if calendar is None or calendar.paused_at is not None:
            return
        if reading.fetched is None:
            await _failed(services, session, calendar, reading)
        else:
            await _keep(services, session, calendar, network, reading)
    services.wake.set()


async def _find(
    session: AsyncSession, errand: Errand, *, held: bool = False
) -> EventCalendar | None:
    id_ = errand.payload["calendar_id"]
    return await calendars.find(session, errand.network_id, id_, held=held)


async def _keep(
    services: Services,
    session: AsyncSession,
    calendar: EventCalendar,
    network: Network,
    reading: _Reading,
) -> None:
    now = services.clock.now()
    if reading.fetched is not None:
        calendar.etag, calendar.modified = reading.fetched.etag, reading.fetched.modified
    if reading.found is None:
        calendars.was_read(calendar, now)
        return
    first = calendar.whole_at is None
    _, until = calendars.window(network, now)
    kept = await calendars.keep(session, calendar, reading.found, until=until, now=now)
    for event, was in kept.changed:
        await tell_of_change(session, event, was, now=now)
    for event in kept.cancelled:
        await tell_of_cancellation(session, event, now=now)
    for event in kept.back:
        await tell_it_is_back(session, event, now=now)
    if first:
        await _post_summary(services, session, calendar)


async def _post_summary(services: Services, session: AsyncSession, calendar: EventCalendar) -> None:
    now = services.clock.now()
    bundle = await calendars.first_bundle(session, calendar, FIRST_FEW, now)
    await post_card(
        session,
        calendar.network_id,
        BUNDLE,
        bundle.id,
        purpose=Purpose.EVENTS,
        now=now,
        once=f"{BUNDLE}:{bundle.id}",
    )


async def _failed(
    services: Services, session: AsyncSession, calendar: EventCalendar, reading: _Reading
) -> None:
    now = services.clock.now()
    if not calendars.failed(calendar, reading.failure, now, wait=reading.wait):
        return
    added_by = await find_member(session, calendar.network_id, calendar.added_by or 0)
    stays = added_by is not None and added_by.is_admin and added_by.deactivated_at is None
    everyone = await admins(session, calendar.network_id)
    for member in [added_by] if added_by and stays else everyone[:1]:
        await post_card(
            session,
            calendar.network_id,
            FAILED,
            calendar.id,
            member_id=member.id,
            unasked=True,
            now=now,
        )


async def render_trial(work: Work, showing: Showing) -> Message | None:
    """What is in a calendar that somebody wants read."""
    calendar = await calendars.find(work.session, work.network.id, showing.subject_id)
    if calendar is None:
        return None
    return trial_message(calendar, reader_zone(work.network, showing.reader))


async def render_failed(work: Work, showing: Showing) -> Message | None:
    """A calendar that cannot be read, unless it has recovered meanwhile."""
    calendar = await calendars.find(work.session, work.network.id, showing.subject_id)
    return failure_message(calendar) if calendar is not None and calendar.failure else None


async def render_bundle(work: Work, showing: Showing) -> Message | None:
    """Several events in one post, each as it is now."""
    session = work.session
    bundle = await calendars.find_bundle(session, work.network.id, showing.subject_id)
    if bundle is None:
        return None
    items = [
        Item(item, await shown(work.services, session, event, work.network.zone))
        for item, event in await calendars.items_of(session, bundle)
    ]
    calendar = await calendars.find(session, work.network.id, bundle.calendar_id or 0)
    if calendar is not None:
        coming = await calendars.in_calendar(session, calendar, work.now)
        return summary_message(calendar.title, len(coming), items)
    return bundle_message(items) if items else None


RENDERS: dict[str, Render] = {
    TRIAL: render_trial,
    FAILED: render_failed,
    BUNDLE: render_bundle,
}
TASKS: dict[str, Task] = {READ: read_calendar, TRY: try_calendar}
