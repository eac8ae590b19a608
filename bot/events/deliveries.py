"""Posts of events, their reminders, changes, and the question the day after."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from bot.cards import Message, Render, Showing, being_sent, refresh_cards
from bot.deliveries import Work
from bot.events.calendar_file import calendar_link
from bot.events.views import (
    EventShown,
    back_message,
    cancelled_message,
    change_message,
    event_message,
    reminder_message,
    useful_message,
)
from bot.services import Services
from registry import attendances, event_bundles, reminders
from registry.attendances import COMING, STILL_OF_USE, Answer
from registry.events import Event, told
from registry.members import Member, zone_of
from registry.networks import Network

log = structlog.get_logger()

EVENT = "event"
REMINDER = "event_reminder"
CHANGE = "event_changed"
CANCELLED = "event_cancelled"
BACK = "event_back"
USEFUL = "event_useful"
BUNDLE = "event_bundle"
OF_ONE = (EVENT, REMINDER, CHANGE, CANCELLED, BACK)


async def shown(
    services: Services, session: AsyncSession, event: Event, zone: ZoneInfo
) -> EventShown:
    """An event as it is now, for a reader in that zone."""
    numbers = await attendances.numbers(session, event.id)
    return EventShown(event, numbers, zone, calendar_link(services, event))


def reader_zone(network: Network, reader: Member | None) -> ZoneInfo:
    """A person's own time zone, a channel's network's."""
    return zone_of(reader, network) if reader else network.zone


async def refresh(
    session: AsyncSession, event: Event, *, now: datetime, only_for: Member | None = None
) -> None:
    """Have every post that shows an event drawn anew.

    only_for: whose answer it is: what stands in other people's direct messages stays as it is.
    """
    reader = only_for.id if only_for else None
    await refresh_cards(session, event.network_id, OF_ONE, event.id, now=now, only_for=reader)
    for bundle in await event_bundles.bundles_with(session, event.id):
        await refresh_cards(session, event.network_id, BUNDLE, bundle, now=now)


async def _find(work: Work, showing: Showing) -> EventShown | None:
    event = await work.session.get(Event, showing.subject_id)
    if event is None or event.network_id != work.network.id:
        return None
    return await shown(
        work.services, work.session, event, reader_zone(work.network, showing.reader)
    )


async def render_event(work: Work, showing: Showing) -> Message | None:
    """An event with the answers so far."""
    found = await _find(work, showing)
    return event_message(found) if found else None


async def render_reminder(work: Work, showing: Showing) -> Message | None:
    """A reminder, if it is still of use."""
    found = await _find(work, showing)
    if found is None or not being_sent(work):
        return event_message(found) if found else None
    return reminder_message(found, work.now) if await _of_use(work, showing, found.event) else None


async def _of_use(work: Work, showing: Showing, event: Event) -> bool:
    payload = work.payload
    if event.cancelled_at or told(event)["starts"] != payload["starts"]:
        return False
    if showing.reader is not None:
        said = await attendances.of(work.session, showing.reader, event.id)
        if said is None or said.answer not in COMING:
            return False
    before = timedelta(seconds=payload["before"])
    too_late = datetime.fromisoformat(payload["due"]) + reminders.LATE[before]
    if event.starts <= work.now or work.now > too_late:
        log.warning("reminder_dropped", event_id=event.id, before=str(before))
        return False
    return True


async def render_change(work: Work, showing: Showing) -> Message | None:
    """What was changed, unless it was changed back meanwhile."""
    found = await _find(work, showing)
    if found is None or not being_sent(work):
        return event_message(found) if found else None
    was = work.payload["was"]
    if found.event.cancelled_at or found.event.ends <= work.now or was == told(found.event):
        return None
    return change_message(found, was)


async def render_cancelled(work: Work, showing: Showing) -> Message | None:
    """What those who come are told, unless it takes place after all or would have ended."""
    found = await _find(work, showing)
    if found is None:
        return None
    if found.event.cancelled_at is None:
        return None if being_sent(work) else event_message(found)
    if being_sent(work) and found.event.ends <= work.now:
        return None
    return cancelled_message(found)


async def render_back(work: Work, showing: Showing) -> Message | None:
    """A cancelled event that takes place after all."""
    found = await _find(work, showing)
    if found is None or not being_sent(work):
        return event_message(found) if found else None
    if found.event.cancelled_at or found.event.ends <= work.now:
        return None
    return back_message(found)


async def render_useful(work: Work, showing: Showing) -> Message | None:
    """The question to somebody who was going, with what they said."""
    event = await work.session.get(Event, showing.subject_id)
    if event is None or event.network_id != work.network.id or showing.reader is None:
        return None
    said = await attendances.of(work.session, showing.reader, event.id)
    if said is None or said.answer != Answer.GOING or event.cancelled_at:
        return None
    if being_sent(work) and event.ends <= work.now - STILL_OF_USE:
        log.warning("useful_question_dropped", event_id=event.id)
        return None
    return useful_message(event, said.useful)


RENDERS: dict[str, Render] = {
    EVENT: render_event,
    REMINDER: render_reminder,
    CHANGE: render_change,
    CANCELLED: render_cancelled,
    BACK: render_back,
    USEFUL: render_useful,
}
