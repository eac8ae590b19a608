"""Posts of events, and their reminders."""

from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from bot.cards import Message, Render, Showing
from bot.deliveries import Work
from bot.events.views import EventShown, cancelled_message, event_message, reminder_message
from registry import events
from registry.events import Event

EVENT = "event"
REMINDER = "event_reminder"
CANCELLED = "event_cancelled"


async def shown(session: AsyncSession, event: Event) -> EventShown:
    return EventShown(event, await events.going_count(session, event.id))


async def _find(work: Work, event_id: int) -> Event | None:
    event = await work.session.get(Event, event_id)
    return event if event is not None and event.network_id == work.network.id else None


async def render_event(work: Work, showing: Showing) -> Message | None:
    """An event with the answers so far."""
    event = await _find(work, showing.subject_id)
    return event_message(await shown(work.session, event)) if event else None


async def render_reminder(work: Work, showing: Showing) -> Message | None:
    """A reminder; nothing once the event has begun."""
    event = await _find(work, showing.subject_id)
    if event is None or event.starts <= work.now:
        return None
    before = timedelta(seconds=work.payload.get("before", 3600))
    return reminder_message(await shown(work.session, event), before)


async def render_cancelled(work: Work, _showing: Showing) -> Message | None:
    """What those going are told; the event itself is gone."""
    title = work.payload.get("title")
    return cancelled_message(title) if title else None


RENDERS: dict[str, Render] = {
    EVENT: render_event,
    REMINDER: render_reminder,
    CANCELLED: render_cancelled,
}
