"""When people are reminded of events.

To a channel by the network's clock, to a person by their own, and never in their quiet hours.
A reminder that is late is sent once if it is still of use, else dropped and logged.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from registry import quiet, runs
from registry.attendances import Answer, those_coming
from registry.events import Event, told
from registry.members import Member, zone_of
from registry.networks import EventReminder, Network

log = structlog.get_logger()

WEEK = timedelta(days=7)
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
LATE = {WEEK: timedelta(days=2), DAY: timedelta(hours=12), HOUR: HOUR}
BEFORE = {EventReminder.WEEK: WEEK, EventReminder.DAY: DAY, EventReminder.HOUR: HOUR}
TO_PERSON = {Answer.GOING: (DAY, HOUR), Answer.MAYBE: (DAY,)}
AHEAD = timedelta(hours=1)
LOOKS_BACK = timedelta(days=14)
MORNING = time(9)
"""What lasts the whole day is reminded of at that time."""


@dataclass(frozen=True)
class Reminder:
    """One reminder, so long before, to be sent at `due_at`; to a channel where `member` is None."""

    event: Event
    before: timedelta
    due_at: datetime
    member: Member | None = None

    @property
    def slot(self) -> str:
        """Once for each start that the event ever has, whatever becomes of anybody's time zone."""
        who = self.member.id if self.member else "channel"
        minutes = int(self.before.total_seconds()) // 60
        return f"{self.event.id}:{who}:{minutes}:{told(self.event)['starts']}"


def due_at(event: Event, before: timedelta, zone: ZoneInfo) -> datetime | None:
    """When a reminder is due by the clocks of a zone; days before, at the same time of the day.

    None where there is no such reminder: an hour before what lasts the whole day.
    """
    if before < DAY:
        return None if event.all_day else event.starts - before
    local = event.starts.astimezone(zone)
    day, at = (event.first_day, MORNING) if event.all_day else (local.date(), local.time())
    return datetime.combine(day - before, at, zone).astimezone(UTC)


async def take(session: AsyncSession, network: Network, now: datetime) -> list[Reminder]:
    """What is to be sent up to an hour from now, each reminder once."""
    found = []
    for event in await _near(session, network.id, now):
        for reminder in await _of(session, network, event):
            if reminder.due_at > now + AHEAD:
                continue
            if not await runs.start(
                session,
                network.id,
                "event_reminder",
                reminder.slot,
                due_at=reminder.due_at,
                now=now,
            ):
                continue
            if event.starts <= now or reminder.due_at < now - LATE[reminder.before]:
                log.warning("reminder_dropped", event_id=event.id, slot=reminder.slot)
            else:
                found.append(reminder)
    return found


async def _near(session: AsyncSession, network_id: int, now: datetime) -> list[Event]:
    stmt = (
        select(Event)
        .where(
            Event.network_id == network_id,
            Event.cancelled_at.is_(None),
            Event.starts > now - LOOKS_BACK,
            Event.starts < now + WEEK + DAY,
        )
        .order_by(Event.starts, Event.id)
    )
    return list(await session.scalars(stmt))


async def _of(session: AsyncSession, network: Network, event: Event) -> list[Reminder]:
    """Every reminder of an event that was still ahead when its time became known."""
    coming = await those_coming(session, event.id)
    # A calendar may hold hundreds of events; the channel is reminded of those somebody wants.
    found = _to_channel(event, network) if event.calendar_id is None or coming else []
    for attendance, member in coming:
        since = max(event.known_since, attendance.said_at)
        befores = TO_PERSON[Answer(attendance.answer)]
        found += [
            Reminder(event, before, moment, member)
            for moment, before in _to_person(event, befores, member, network).items()
            if moment > since
        ]
    return found


def _to_channel(event: Event, network: Network) -> list[Reminder]:
    befores = tuple(BEFORE[EventReminder(one)] for one in network.event_reminders)
    return [
        Reminder(event, before, moment)
        for before, moment in _moments(event, befores, network.zone)
        if moment > event.known_since
    ]


def _to_person(
    event: Event, befores: tuple[timedelta, ...], member: Member, network: Network
) -> dict[datetime, timedelta]:
    """When somebody is reminded; of two that quiet hours bring together, the nearer one."""
    zone = zone_of(member, network)
    return {
        _allowed(moment, zone, network): before for before, moment in _moments(event, befores, zone)
    }


def to_come(
    event: Event, answer: Answer, member: Member, network: Network, now: datetime
) -> list[timedelta]:
    """How long before an event somebody with that answer is still reminded, the earliest first."""
    reminders = _to_person(event, TO_PERSON.get(answer, ()), member, network)
    return [before for moment, before in sorted(reminders.items()) if moment > now]


def _allowed(moment: datetime, zone: ZoneInfo, network: Network) -> datetime:
    return quiet.last_allowed_before(moment, zone) if network.quiet_hours else moment


def _moments(
    event: Event, befores: tuple[timedelta, ...], zone: ZoneInfo
) -> Iterator[tuple[timedelta, datetime]]:
    for before in befores:
        moment = due_at(event, before, zone)
        if moment is not None:
            yield before, moment
