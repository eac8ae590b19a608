"""Events, and who said they are going."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

from sqlalchemy import ForeignKey, UniqueConstraint, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from registry import runs
from registry.database import Base
from registry.links import is_link
from registry.members import Member
from registry.networks import Network
from registry.refusal import Refused

REMINDERS = (timedelta(days=7), timedelta(days=1), timedelta(hours=1))
LONGEST_TITLE = 200
LONGEST_PLACE = 200


class Event(Base):
    """Something to go to. Times are moments; `time_zone` is how they are told."""

    __tablename__ = "events"
    __table_args__ = (UniqueConstraint("form"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    network_id: Mapped[int] = mapped_column(
        ForeignKey("networks.id", ondelete="CASCADE"), index=True
    )
    form: Mapped[str]
    added_by: Mapped[int | None] = mapped_column(ForeignKey("members.id", ondelete="SET NULL"))
    title: Mapped[str]
    starts: Mapped[datetime]
    ends: Mapped[datetime]
    time_zone: Mapped[str]
    place: Mapped[str]
    link: Mapped[str | None]
    created_at: Mapped[datetime]


class Attendance(Base):
    """One member's answer to one event."""

    __tablename__ = "attendances"
    __table_args__ = (UniqueConstraint("event_id", "member_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id", ondelete="CASCADE"))
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id", ondelete="CASCADE"))
    going: Mapped[bool]
    said_at: Mapped[datetime]


@dataclass(frozen=True)
class EventDraft:
    """An event as the form gives it, not yet checked. Times are "14:30"."""

    title: str
    day: date | None
    starts_at: str | None
    end_day: date | None
    ends_at: str | None
    time_zone: str
    place: str
    link: str


def check(draft: EventDraft, now: datetime) -> tuple[datetime, datetime]:
    """Start and end; raises `Refused` with words beside each field that cannot be taken."""
    wrong: dict[str, str] = {}
    if not draft.title.strip() or len(draft.title) > LONGEST_TITLE:
        wrong["title"] = f"Please give 1 to {LONGEST_TITLE} characters."
    if draft.time_zone not in available_timezones():
        wrong["time_zone"] = "Please choose a time zone from the list."
    if not draft.place.strip() and not draft.link:
        wrong["place"] = "Please give a place, or a link below."
    elif len(draft.place) > LONGEST_PLACE:
        wrong["place"] = f"Please keep it to {LONGEST_PLACE} characters."
    if draft.link and not is_link(draft.link):
        wrong["link"] = "Please give a whole address that starts with https://."
    if "time_zone" in wrong:
        raise Refused(fields=wrong)
    zone = ZoneInfo(draft.time_zone)
    starts = _moment(draft.day, draft.starts_at, zone, "starts_at", wrong)
    ends = _moment(draft.end_day or draft.day, draft.ends_at, zone, "ends_at", wrong)
    if starts and starts <= now:
        wrong["day"] = "That has passed already. Please choose a later time."
    elif starts and ends and ends <= starts:
        wrong["ends_at"] = "It ends before it starts. Please check the times."
    if wrong or starts is None or ends is None:
        raise Refused(fields=wrong)
    return starts, ends


def _moment(
    day: date | None, at: str | None, zone: ZoneInfo, name: str, wrong: dict[str, str]
) -> datetime | None:
    if day is None or at is None:
        wrong.setdefault(name, "Please give a day and a time.")
        return None
    moment = datetime.combine(day, time.fromisoformat(at), zone).astimezone(UTC)
    if f"{moment.astimezone(zone):%H:%M}" != at[:5]:
        wrong[name] = "The clocks go forward then, so that time does not exist."
        return None
    return moment


async def add(
    session: AsyncSession, member: Member, draft: EventDraft, *, form: str, now: datetime
) -> tuple[Event, bool]:
    """Keep an event. The same form delivered again gives the same event, and False."""
    starts, ends = check(draft, now)
    event = Event(
        network_id=member.network_id,
        form=form,
        added_by=member.id,
        title=draft.title.strip(),
        starts=starts,
        ends=ends,
        time_zone=draft.time_zone,
        place=draft.place.strip(),
        link=draft.link or None,
        created_at=now,
    )
    try:
        async with session.begin_nested():
            session.add(event)
    except IntegrityError:
        return (await session.scalars(select(Event).where(Event.form == form))).one(), False
    return event, True


async def coming(session: AsyncSession, network_id: int, now: datetime) -> list[Event]:
    """What has not ended, the next first."""
    stmt = (
        select(Event)
        .where(Event.network_id == network_id, Event.ends > now)
        .order_by(Event.starts, Event.id)
    )
    return list(await session.scalars(stmt))


async def find(session: AsyncSession, network_id: int, event_id: int) -> Event:
    """An event of this network; raises `Refused` for any other."""
    event = await session.scalar(
        select(Event).where(Event.network_id == network_id, Event.id == event_id)
    )
    if event is None:
        raise Refused("That event is no longer here.")
    return event


async def say_going(
    session: AsyncSession, member: Member, event: Event, *, going: bool, now: datetime
) -> None:
    """Keep a member's answer; the last one counts."""
    if event.ends <= now:
        raise Refused("That event is over.")
    found = select(Attendance).where(
        Attendance.event_id == event.id, Attendance.member_id == member.id
    )
    answer = await session.scalar(found)
    if answer is None:
        answer = Attendance(event_id=event.id, member_id=member.id, going=going, said_at=now)
        try:
            async with session.begin_nested():
                session.add(answer)
        except IntegrityError:
            answer = (await session.scalars(found)).one()
    answer.going, answer.said_at = going, now


async def going_count(session: AsyncSession, event_id: int) -> int:
    """How many said that they are going."""
    stmt = select(func.count(Attendance.id)).where(
        Attendance.event_id == event_id, Attendance.going.is_(True)
    )
    return await session.scalar(stmt) or 0


async def going_members(session: AsyncSession, event_id: int) -> Sequence[Member]:
    """Who said that they are going."""
    stmt = (
        select(Member)
        .join(Attendance, Attendance.member_id == Member.id)
        .where(Attendance.event_id == event_id, Attendance.going.is_(True))
        .order_by(Member.id)
    )
    return (await session.scalars(stmt)).all()


async def remove(session: AsyncSession, member: Member, event_id: int) -> Event:
    """Delete an event that the member added, or any as an admin; raises `Refused`."""
    event = await find(session, member.network_id, event_id)
    if event.added_by != member.id and not member.is_admin:
        raise Refused("Only who added an event, or an admin, can remove it.")
    await session.delete(event)
    return event


async def take_reminders(
    session: AsyncSession, network: Network, now: datetime
) -> list[tuple[Event, timedelta]]:
    """The events that are to be reminded of now, each reminder once.

    None for an event that was added inside that time or has begun; of two due at once, the later.
    """
    found: list[tuple[Event, timedelta]] = []
    for event in await coming(session, network.id, now):
        due = [one for one in REMINDERS if event.created_at < event.starts - one <= now]
        if not due or event.starts <= now:
            continue
        before = min(due)
        due_at = event.starts - before
        slot = f"{event.id}:{due_at:%Y-%m-%dT%H:%M}"
        if await runs.start(session, network.id, "event_reminder", slot, due_at=due_at, now=now):
            found.append((event, before))
    return found
