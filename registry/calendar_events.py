"""How what a calendar says becomes one record for each event, whatever the calendar does."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from feeds.calendar import Calendar, Occurrence
from registry.attendances import Attendance
from registry.calendars import EventCalendar
from registry.event_bundles import News
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

SAME_MEETING = timedelta(days=3)
UNTITLED = "Untitled event"
Pair = tuple[Event, Occurrence]


@dataclass
class Kept:
    """What a reading changed for people: each event with what it was."""

    changed: list[tuple[Event, Before]] = field(default_factory=list)
    cancelled: list[Event] = field(default_factory=list)
    back: list[Event] = field(default_factory=list)


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
    await session.flush()
    return kept


def title_of(found: Calendar) -> str:
    """What a calendar calls itself; "" where it does not say."""
    return _line(found.title, LONGEST_TITLE)


def as_events(calendar: EventCalendar, found: Calendar, now: datetime) -> list[Event]:
    """What is coming in a calendar as it would be kept, for a look; none of it is kept."""
    _, new = _paired([], found.events, now)
    return [_row(calendar, one, now) for one in new if not one.cancelled and one.ends > now]


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
