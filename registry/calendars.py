"""Calendars that a network reads, and the events that are in them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, UniqueConstraint, delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from feeds.calendar import Calendar, Occurrence
from registry.attendances import COMING, Attendance
from registry.database import Base
from registry.events import (
    LONGEST_DESCRIPTION,
    LONGEST_PLACE,
    LONGEST_TITLE,
    Before,
    Event,
    cancel,
    moved,
    told,
)
from registry.links import is_link
from registry.members import Member
from registry.networks import Network
from registry.refusal import Refused

AHEAD = timedelta(days=180)
WHOLE_AGAIN = timedelta(hours=23)
FAILING_FOR = timedelta(days=1)
LONGEST_WAIT = timedelta(hours=6)
TRIED_FOR = timedelta(days=7)
SAME_MEETING = timedelta(days=3)
MOST_CALENDARS = 50
ADDED_ALREADY = "That calendar was added already. `/events calendars` lists them."


class News(StrEnum):
    """What the next bundled post says of an event."""

    NEW = "new"
    CHANGED = "changed"
    CANCELLED = "cancelled"
    BACK = "back"


class EventCalendar(Base):
    """A calendar at an address, read hourly once somebody has seen what is in it.

    accepted_at: None while it is only being tried, with what was `found` in it. whole_at: when
    it was last read from end to end; the days ahead move on, so that is done once a day even
    where nothing changed.
    """

    __tablename__ = "event_calendars"
    __table_args__ = (
        UniqueConstraint("network_id", "address"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    network_id: Mapped[int] = mapped_column(ForeignKey("networks.id", ondelete="CASCADE"))
    address: Mapped[str]
    title: Mapped[str]
    added_by: Mapped[int | None] = mapped_column(ForeignKey("members.id", ondelete="SET NULL"))
    added_at: Mapped[datetime]
    accepted_at: Mapped[datetime | None]
    paused_at: Mapped[datetime | None]
    found: Mapped[dict[str, Any] | None]
    etag: Mapped[str | None]
    modified: Mapped[str | None]
    read_at: Mapped[datetime | None]
    whole_at: Mapped[datetime | None]
    failures: Mapped[int] = mapped_column(default=0)
    failing_since: Mapped[datetime | None]
    failure: Mapped[str | None]
    failure_told_at: Mapped[datetime | None]
    not_before: Mapped[datetime | None]


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


@dataclass
class Kept:
    """What a reading changed for people: each event with what it was."""

    changed: list[tuple[Event, Before]] = field(default_factory=list)
    cancelled: list[Event] = field(default_factory=list)
    back: list[Event] = field(default_factory=list)


# The calendars


async def add(
    session: AsyncSession, member: Member, address: str, *, now: datetime
) -> EventCalendar:
    """Try a calendar, or one again that was only tried; raises `Refused`."""
    address = as_link(address)
    if not is_link(address):
        words = "Please give the calendar's whole address, starting with https:// or webcal://."
        raise Refused(fields={"address": words})
    already = {one.address: one for one in await calendars(session, member.network_id)}
    known = already.get(address)
    if known is not None:
        if known.accepted_at is None:
            return known
        raise Refused(fields={"address": ADDED_ALREADY})
    if len(already) >= MOST_CALENDARS:
        raise Refused(fields={"address": f"At most {MOST_CALENDARS} calendars can be read."})
    calendar = EventCalendar(
        network_id=member.network_id,
        address=address,
        title=address,
        added_by=member.id,
        added_at=now,
    )
    try:
        async with session.begin_nested():
            session.add(calendar)
    except IntegrityError:
        raise Refused(fields={"address": ADDED_ALREADY}) from None
    return calendar


def as_link(address: str) -> str:
    """An address as people paste it: in Slack's markup, or as calendar programs write it."""
    address = address.strip().removeprefix("<").removesuffix(">").partition("|")[0]
    scheme, _, rest = address.partition("://")
    return f"https://{rest}" if scheme.casefold() in ("webcal", "webcals") else address


async def calendars(session: AsyncSession, network_id: int) -> Sequence[EventCalendar]:
    """The network's calendars, oldest first, also those only tried."""
    stmt = select(EventCalendar).where(EventCalendar.network_id == network_id)
    return (await session.scalars(stmt.order_by(EventCalendar.id))).all()


async def find(
    session: AsyncSession, network_id: int, calendar_id: int, *, held: bool = False
) -> EventCalendar | None:
    """A calendar of this network; one of another is as if not there.

    held: until the transaction ends, so that two readings of it never change the same events.
    """
    stmt = select(EventCalendar).where(
        EventCalendar.network_id == network_id, EventCalendar.id == calendar_id
    )
    return await session.scalar(stmt.with_for_update() if held else stmt)


async def accept(session: AsyncSession, network_id: int, calendar_id: int, now: datetime) -> bool:
    """Read a tried calendar from now on; False where it is read already. Raises `Refused`."""
    if await find(session, network_id, calendar_id) is None:
        raise Refused("That calendar is no longer here.")
    stmt = (
        update(EventCalendar)
        .where(
            EventCalendar.network_id == network_id,
            EventCalendar.id == calendar_id,
            EventCalendar.accepted_at.is_(None),
        )
        .values(accepted_at=now, found=None)
    )
    return (await session.scalar(stmt.returning(EventCalendar.id))) is not None


async def pause(
    session: AsyncSession, network_id: int, calendar_id: int, *, paused: bool, now: datetime
) -> EventCalendar:
    """Stop reading a calendar for a while, or go on at once; raises `Refused`."""
    calendar = await find(session, network_id, calendar_id)
    if calendar is None or calendar.accepted_at is None:
        raise Refused("That calendar is no longer here.")
    calendar.paused_at = now if paused else None
    if not paused:
        calendar.not_before = None
    return calendar


async def remove(
    session: AsyncSession, network_id: int, calendar_id: int, now: datetime
) -> set[int]:
    """Stop reading a calendar. What is coming goes with it, but not what somebody comes to.

    Gives the bundled posts that this changes; raises `Refused`.
    """
    calendar = await find(session, network_id, calendar_id)
    if calendar is None:
        raise Refused("That calendar is no longer here.")
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


async def due(session: AsyncSession, network_id: int, now: datetime) -> list[EventCalendar]:
    """The calendars to be read now."""
    return [
        one
        for one in await calendars(session, network_id)
        if one.accepted_at is not None
        and one.paused_at is None
        and (one.not_before is None or one.not_before <= now)
    ]


async def forget_tried(session: AsyncSession, network_id: int, now: datetime) -> None:
    """Delete what was tried and never accepted."""
    await session.execute(
        delete(EventCalendar).where(
            EventCalendar.network_id == network_id,
            EventCalendar.accepted_at.is_(None),
            EventCalendar.added_at <= now - TRIED_FOR,
        )
    )


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


def failed(
    calendar: EventCalendar, words: str, now: datetime, *, wait: timedelta | None = None
) -> bool:
    """Note that it could not be read, and wait longer each time; True where to tell its admin.

    wait: how long the other side asked us to stay away. Told once after a day.
    """
    calendar.failing_since = calendar.failing_since or now
    calendar.failure = words
    calendar.failures += 1
    doubled: timedelta = timedelta(hours=1) * 2 ** min(calendar.failures - 1, 10)
    calendar.not_before = now + max(min(doubled, LONGEST_WAIT), wait or timedelta())
    if now - calendar.failing_since >= FAILING_FOR and calendar.failure_told_at is None:
        calendar.failure_told_at = now
        return True
    return False


def was_read(calendar: EventCalendar, now: datetime) -> None:
    """Note that it answered."""
    calendar.read_at = now
    calendar.failures = 0
    calendar.failing_since = calendar.failure = calendar.failure_told_at = None
    calendar.not_before = None


# What is in them


async def keep(
    session: AsyncSession, calendar: EventCalendar, found: Calendar, *, until: date, now: datetime
) -> Kept:
    """Bring a calendar's events up to date: each is one record, whatever the calendar does.

    until: the last day that was read. At the first reading nothing is news: one summary is
    posted instead.
    """
    first = calendar.whole_at is None
    rows = list(await session.scalars(select(Event).where(Event.calendar_id == calendar.id)))
    pairs, new = _paired(rows, found.events, now)
    kept = Kept()
    series = {row.uid for row in rows}
    for row, occurrence in pairs:
        await _amend(session, kept, row, occurrence, now)
    for occurrence in new:
        if occurrence.cancelled or occurrence.ends <= now:
            continue
        row = _row(calendar, occurrence, now)
        # Of a series only the first meeting is news, not one more at the end every week.
        row.news = None if first or occurrence.uid in series else News.NEW
        series.add(occurrence.uid)
        session.add(row)
    seen = {row.id for row, _ in pairs}
    left = await _without_twins(session, [row for row in rows if row.id not in seen], pairs)
    if not found.more:
        await _missing(session, kept, left, until, now)
    calendar.whole_at = now
    calendar.title = title_of(found) or calendar.title
    was_read(calendar, now)
    await session.flush()
    return kept


def title_of(found: Calendar) -> str:
    """What a calendar calls itself; "" where it does not say."""
    return _line(found.title, LONGEST_TITLE)


def as_events(calendar: EventCalendar, found: Calendar, now: datetime) -> list[Event]:
    """What is coming in a calendar as it would be kept, for a look; none of it is kept."""
    _, new = _paired([], found.events, now)
    return [_row(calendar, one, now) for one in new if not one.cancelled and one.ends > now]


Pair = tuple[Event, Occurrence]


def _paired(
    rows: Sequence[Event], occurrences: Iterable[Occurrence], now: datetime
) -> tuple[list[Pair], list[Occurrence]]:
    """Which record each occurrence is, and those that are none yet, the next first.

    By its id; else by title and start, since some calendars give new ids at every export; else,
    where a whole series was moved, the nearest of the same series.
    """
    by_key = {(row.uid or "", row.instance or ""): row for row in rows}
    each = {_key(one): one for one in occurrences}
    in_file = sorted(each.values(), key=lambda one: one.starts)
    pairs = {row.id: (row, each[key]) for key, row in by_key.items() if key in each}
    known = {_same(row.title, row.starts): row for row in rows}
    rest: dict[tuple[str, datetime], Occurrence] = {}
    for one in in_file:
        if _key(one) in by_key:
            continue
        same = _same(_line(one.title, LONGEST_TITLE) or UNTITLED, one.starts)
        row = known.get(same)
        if row is None:
            rest[same] = _going_ahead(rest.get(same), one)
        else:
            said = pairs[row.id][1] if row.id in pairs else None
            pairs[row.id] = (row, _going_ahead(said, one))
    free = [row for row in rows if row.id not in pairs and row.starts > now]
    new = []
    for one in rest.values():
        row = _nearest(free, one)
        if row is None:
            new.append(one)
        else:
            free.remove(row)
            pairs[row.id] = (row, one)
    return list(pairs.values()), new


def _going_ahead(said: Occurrence | None, one: Occurrence) -> Occurrence:
    """Which of two that are the same event counts: the first, unless it alone is cancelled."""
    return one if said is None or (said.cancelled and not one.cancelled) else said


def _nearest(free: Sequence[Event], one: Occurrence) -> Event | None:
    mine = [
        row
        for row in free
        if row.uid == one.uid and one.instance and abs(row.starts - one.starts) <= SAME_MEETING
    ]
    return min(mine, key=lambda row: abs(row.starts - one.starts), default=None)


UNTITLED = "Untitled event"


def _key(one: Occurrence) -> tuple[str, str]:
    return one.uid, one.instance


def _same(title: str, starts: datetime) -> tuple[str, datetime]:
    return title.casefold(), starts


def _line(text: str, most: int) -> str:
    return " ".join(text.split())[:most].strip()


def _fill(row: Event, one: Occurrence) -> None:
    row.uid, row.instance = one.uid, one.instance
    row.title = _line(one.title, LONGEST_TITLE) or UNTITLED
    row.starts = one.starts.astimezone(UTC)
    row.ends = max(one.ends, one.starts).astimezone(UTC)
    row.all_day = one.all_day
    row.time_zone = one.time_zone
    row.place = _line(one.place, LONGEST_PLACE)
    row.link = one.link if one.link and is_link(one.link) else None
    row.description = one.description[:LONGEST_DESCRIPTION].strip()


def _row(calendar: EventCalendar, one: Occurrence, now: datetime) -> Event:
    row = Event(
        network_id=calendar.network_id,
        calendar_id=calendar.id,
        created_at=now,
    )
    _fill(row, one)
    return row


async def _amend(
    session: AsyncSession, kept: Kept, row: Event, one: Occurrence, now: datetime
) -> None:
    """Take over what the calendar says of an event now."""
    row.missing_since = None
    if row.ends <= now and one.ends <= now:
        return
    before, was_cancelled = told(row), row.cancelled_at is not None
    _fill(row, one)
    if one.cancelled:
        if not was_cancelled and await cancel(session, row, now):
            _note(row, News.CANCELLED, before)
            kept.cancelled.append(row)
        return
    changed = moved(row, before, now)
    if was_cancelled:
        row.cancelled_at = None
        row.sequence += 1
        row.updated_at = row.known_since = now
        _note(row, News.BACK, before)
        kept.back.append(row)
    elif changed:
        _note(row, News.CHANGED, before)
        kept.changed.append((row, before))


async def _without_twins(
    session: AsyncSession, rows: Sequence[Event], pairs: Iterable[Pair]
) -> list[Event]:
    """Of the records that are no longer in the calendar, those whose event has no other record.

    Where an event was given another id and moved at once, two records may come to be the same
    event: they become one, with everybody's answer.
    """
    by_same = {_same(row.title, row.starts): row for row, _ in pairs}
    left = []
    for row in rows:
        twin = by_same.get(_same(row.title, row.starts))
        if twin is None:
            left.append(row)
            continue
        answered = select(Attendance.member_id).where(Attendance.event_id == twin.id)
        await session.execute(
            update(Attendance)
            .where(Attendance.event_id == row.id, Attendance.member_id.not_in(answered))
            .values(event_id=twin.id)
            .execution_options(synchronize_session=False)
        )
        await session.delete(row)
    return left


async def _missing(
    session: AsyncSession, kept: Kept, rows: Iterable[Event], until: date, now: datetime
) -> None:
    """What is in the calendar no more is cancelled, once a second reading has confirmed it.

    Broken exports come and go; a cancellation that was none would keep people away.
    """
    for row in rows:
        if row.cancelled_at is not None or row.starts <= now or row.first_day > until:
            continue
        if row.missing_since is None:
            row.missing_since = now
        elif await cancel(session, row, now):
            _note(row, News.CANCELLED, told(row))
            kept.cancelled.append(row)


def _note(row: Event, news: News, before: Before) -> None:
    """Have it told in the next bundled post, with what was told of it last."""
    if row.news == News.NEW:
        row.news = None if news is News.CANCELLED else News.NEW
        return
    if row.news == News.CANCELLED and news is News.BACK:
        news = News.CHANGED  # nobody was told of the cancellation yet
    row.news, row.was = news, row.was or before


# Posts


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
    session: AsyncSession, calendar: EventCalendar, most: int, now: datetime
) -> EventBundle:
    """The summary of a calendar's first reading, with its next events."""
    upcoming = (await in_calendar(session, calendar, now))[:most]
    bundle = EventBundle(network_id=calendar.network_id, calendar_id=calendar.id, made_at=now)
    items = [EventBundleItem(event_id=event.id, news=News.NEW, more=0) for event in upcoming]
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
