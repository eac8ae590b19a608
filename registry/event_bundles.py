"""One post about several events, and what is new of each."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from registry.database import Base
from registry.events import Event, told
from registry.networks import Network


class News(StrEnum):
    """What the next bundled post says of an event."""

    NEW = "new"
    CHANGED = "changed"
    CANCELLED = "cancelled"
    BACK = "back"


class EventBundle(Base):
    """One post about several events; calendar_id: of whose first reading, or None."""

    __tablename__ = "event_bundles"

    id: Mapped[int] = mapped_column(primary_key=True)
    network_id: Mapped[int] = mapped_column(
        ForeignKey("networks.id", ondelete="CASCADE"), index=True
    )
    calendar_id: Mapped[int | None] = mapped_column(
        ForeignKey("event_calendars.id", ondelete="SET NULL")
    )
    made_at: Mapped[datetime]


class EventBundleItem(Base):
    """An event in such a post: what is new of it, what it was, how many of its series with it."""

    __tablename__ = "event_bundle_items"

    id: Mapped[int] = mapped_column(primary_key=True)
    bundle_id: Mapped[int] = mapped_column(
        ForeignKey("event_bundles.id", ondelete="CASCADE"), index=True
    )
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id", ondelete="CASCADE"), index=True)
    news: Mapped[str]
    was: Mapped[dict[str, Any] | None]
    more: Mapped[int] = mapped_column(default=0)


async def take_news(session: AsyncSession, network: Network, now: datetime) -> EventBundle | None:
    """The day's one bundled post: what is new, changed or cancelled, once; None for nothing."""
    stmt = select(Event).where(Event.network_id == network.id, Event.news.is_not(None))
    pending = list(await session.scalars(stmt.order_by(Event.starts, Event.id)))
    items: dict[tuple[str, str, int | None, str], EventBundleItem] = {}
    for event in pending:
        news, was = event.news or "", event.was
        event.news = event.was = None
        if event.ends <= now or (news == News.CHANGED and was == told(event)):
            continue
        series = event.uid if event.uid and event.instance else f"event {event.id}"
        key = (news, event.title, event.calendar_id, series)
        if key in items:
            items[key].more += 1
        else:
            items[key] = EventBundleItem(event_id=event.id, news=news, was=was, more=0)
    if not items:
        return None
    return await _bundle(session, EventBundle(network_id=network.id, made_at=now), items.values())


async def first_bundle(
    session: AsyncSession,
    network_id: int,
    calendar_id: int,
    events: Iterable[Event],
    now: datetime,
) -> EventBundle:
    """The summary of a calendar's first reading, with its next events."""
    bundle = EventBundle(network_id=network_id, calendar_id=calendar_id, made_at=now)
    items = [EventBundleItem(event_id=event.id, news=News.NEW, more=0) for event in events]
    return await _bundle(session, bundle, items)


async def _bundle(
    session: AsyncSession, bundle: EventBundle, items: Iterable[EventBundleItem]
) -> EventBundle:
    session.add(bundle)
    await session.flush()
    for item in items:
        item.bundle_id = bundle.id
        session.add(item)
    await session.flush()
    return bundle


async def find_bundle(session: AsyncSession, network_id: int, bundle_id: int) -> EventBundle | None:
    return await session.scalar(
        select(EventBundle).where(EventBundle.network_id == network_id, EventBundle.id == bundle_id)
    )


async def items_of(
    session: AsyncSession, bundle: EventBundle
) -> list[tuple[EventBundleItem, Event]]:
    """What a bundled post is about, in its order."""
    stmt = (
        select(EventBundleItem, Event)
        .join(Event, Event.id == EventBundleItem.event_id)
        .where(EventBundleItem.bundle_id == bundle.id)
        .order_by(EventBundleItem.id)
    )
    return [(item, event) for item, event in await session.execute(stmt)]


async def bundles_with(session: AsyncSession, event_id: int) -> Sequence[int]:
    """The bundled posts that an event stands in."""
    stmt = select(EventBundleItem.bundle_id).where(EventBundleItem.event_id == event_id)
    return (await session.scalars(stmt.distinct())).all()
