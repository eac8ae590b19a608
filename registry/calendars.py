"""Calendars that a network reads, and what becomes of their events when one is removed."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import UniqueConstraint, delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped

from registry import sources
from registry.attendances import COMING, Attendance
from registry.event_bundles import EventBundleItem
from registry.events import Event
from registry.networks import Network
from registry.sources import Source

AHEAD = timedelta(days=180)
WHOLE_AGAIN = timedelta(hours=23)


class EventCalendar(Source):
    """A calendar at an address.

    whole_at: when it was last read from end to end; the days ahead move on, so that is done once
    a day even where nothing changed.
    """

    __tablename__ = "event_calendars"
    __table_args__ = (
        UniqueConstraint("network_id", "address"),
        {"sqlite_autoincrement": True},
    )

    noun = "calendar"
    command = "/events calendars"

    whole_at: Mapped[datetime | None]


def window(network: Network, now: datetime) -> tuple[date, date]:
    """The days that are read: today and those ahead, by the network's clock."""
    today = now.astimezone(network.zone).date()
    return today, today + AHEAD


async def must_be_whole(session: AsyncSession, calendar: EventCalendar, now: datetime) -> bool:
    """Whether to read all of it even if nothing in it changed."""
    if calendar.whole_at is None or now - calendar.whole_at >= WHOLE_AGAIN:
        return True
    missing = select(Event.id).where(
        Event.calendar_id == calendar.id,
        Event.missing_since.is_not(None),
        Event.cancelled_at.is_(None),
    )
    return await session.scalar(missing.limit(1)) is not None


async def remove(
    session: AsyncSession, network_id: int, calendar_id: int, now: datetime
) -> set[int]:
    """Stop reading a calendar. What is coming goes with it, but not what somebody comes to.

    Gives the bundled posts that this changes; raises `Refused`.
    """
    calendar = await sources.find_here(session, EventCalendar, network_id, calendar_id)
    somebody = select(Attendance.event_id).where(Attendance.answer.in_(COMING))
    mine = Event.calendar_id == calendar.id
    going = (mine, Event.ends > now, Event.id.not_in(somebody))
    posts = select(EventBundleItem.bundle_id).where(
        EventBundleItem.event_id.in_(select(Event.id).where(*going))
    )
    changed = set(await session.scalars(posts))
    await session.execute(delete(Event).where(*going).execution_options(synchronize_session=False))
    await session.execute(
        update(Event)
        .where(mine)
        .values(calendar_id=None, news=None, was=None, missing_since=None)
        .execution_options(synchronize_session=False)
    )
    await session.execute(delete(EventCalendar).where(EventCalendar.id == calendar.id))
    return changed


async def in_calendar(
    session: AsyncSession, calendar: EventCalendar, now: datetime
) -> Sequence[Event]:
    """What is coming in a calendar, the next first."""
    stmt = (
        select(Event)
        .where(Event.calendar_id == calendar.id, Event.ends > now, Event.cancelled_at.is_(None))
        .order_by(Event.starts, Event.id)
    )
    return (await session.scalars(stmt)).all()
