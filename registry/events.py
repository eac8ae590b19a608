"""Events, by hand or from a calendar."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from sqlalchemy import ForeignKey, UniqueConstraint, delete, select, update
from sqlalchemy.engine.default import DefaultExecutionContext
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from registry.database import Base
from registry.days_ahead import TOO_FAR, is_too_far
from registry.links import is_link
from registry.members import Member
from registry.refusal import Refused

LONGEST_TITLE = 200
LONGEST_PLACE = 200
LONGEST_DESCRIPTION = 1000
LONGEST = timedelta(days=366)
KEPT = timedelta(days=365)

Before = dict[str, Any]
"""What an event was before a change, as JSON: see `told`."""


def _at_first(context: DefaultExecutionContext) -> datetime:
    given = context.get_current_parameters()  # type: ignore[no-untyped-call]
    moment: datetime = given["created_at"]
    return moment


class Event(Base):
    """Something to go to. Times are moments; `time_zone` is that of where it takes place.

    uid, instance: which event of its calendar it is. sequence: how often it was changed.
    known_since: when its present start became known; nobody is reminded of what lies before.
    missing_since: its calendar was read and it was not there. news: what the calendar's next
    bundled post says of it, and `was` what it was before.
    """

    __tablename__ = "events"
    __table_args__ = (
        UniqueConstraint("form"),
        UniqueConstraint("calendar_id", "uid", "instance"),
        {"sqlite_autoincrement": True},  # posts name events by id: none is given out again
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    network_id: Mapped[int] = mapped_column(
        ForeignKey("networks.id", ondelete="CASCADE"), index=True
    )
    calendar_id: Mapped[int | None] = mapped_column(
        ForeignKey("event_calendars.id", ondelete="SET NULL")
    )
    uid: Mapped[str | None]
    instance: Mapped[str | None]
    form: Mapped[str | None]
    added_by: Mapped[int | None] = mapped_column(ForeignKey("members.id", ondelete="SET NULL"))
    title: Mapped[str]
    starts: Mapped[datetime]
    ends: Mapped[datetime]
    all_day: Mapped[bool] = mapped_column(default=False)
    time_zone: Mapped[str]
    place: Mapped[str]
    link: Mapped[str | None]
    description: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime] = mapped_column(default=_at_first)
    known_since: Mapped[datetime] = mapped_column(default=_at_first)
    sequence: Mapped[int] = mapped_column(default=0)
    cancelled_at: Mapped[datetime | None]
    missing_since: Mapped[datetime | None]
    news: Mapped[str | None]
    was: Mapped[dict[str, Any] | None]
    useful_asked_at: Mapped[datetime | None]

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @property
    def first_day(self) -> date:
        """The day on which it starts, where it takes place."""
        return self.starts.astimezone(self.zone).date()

    @property
    def last_day(self) -> date:
        """The day on which it ends; midnight belongs to the day before."""
        last = max(self.ends - timedelta(seconds=1), self.starts)
        return last.astimezone(self.zone).date()


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
    description: str = ""


def check(
    draft: EventDraft, now: datetime, *, begun: datetime | None = None
) -> tuple[datetime, datetime]:
    """Start and end; raises `Refused` with words beside each field that cannot be taken.

    begun: the start that it has already, which may have passed.
    """
    wrong = _wrong_words(draft)
    if "time_zone" in wrong:
        raise Refused(fields=wrong)
    zone = ZoneInfo(draft.time_zone)
    starts = _moment(draft.day, draft.starts_at, zone, "starts_at", wrong)
    ends = _moment(draft.end_day or draft.day, draft.ends_at, zone, "ends_at", wrong)
    if starts and starts <= now and starts != begun:
        wrong["day"] = "That has passed already. Please choose a later time."
    elif starts != begun and is_too_far(draft.day, now.astimezone(zone).date()):
        wrong["day"] = TOO_FAR
    elif starts and ends and ends <= starts:
        wrong["ends_at"] = "It has to end after it starts. Please check the times."
    elif starts and ends and ends - starts > LONGEST:
        wrong["end_day"] = "That is more than a year later. Please check the last day."
    if wrong or starts is None or ends is None:
        raise Refused(fields=wrong)
    return starts, ends


def _wrong_words(draft: EventDraft) -> dict[str, str]:
    wrong: dict[str, str] = {}
    if not draft.title.strip() or len(draft.title) > LONGEST_TITLE:
        wrong["title"] = f"Please give 1 to {LONGEST_TITLE} characters."
    if draft.time_zone not in available_timezones():
        wrong["time_zone"] = "Please choose a time zone from the list."
    if not draft.place.strip() and not draft.link:
        wrong["place"] = "Please give a place, or a link below."
    elif len(draft.place) > LONGEST_PLACE:
        wrong["place"] = f"Please keep it to {LONGEST_PLACE} characters."
    if len(draft.description) > LONGEST_DESCRIPTION:
        wrong["description"] = f"Please keep it to {LONGEST_DESCRIPTION} characters."
    if draft.link and not is_link(draft.link):
        wrong["link"] = "Please give a whole address that starts with https://."
    return wrong


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
        description=draft.description.strip(),
        created_at=now,
    )
    try:
        async with session.begin_nested():
            session.add(event)
    except IntegrityError:
        return (await session.scalars(select(Event).where(Event.form == form))).one(), False
    return event, True


def told(event: Event) -> Before:
    """What an event is now, to be compared with what it becomes.

    starts, ends: moments, or the first and last day of what lasts the whole day.
    """
    first, last = (event.first_day, event.last_day) if event.all_day else (event.starts, event.ends)
    return {
        "title": event.title,
        "starts": first.isoformat(),
        "ends": last.isoformat(),
        "place": event.place,
        "link": event.link,
    }


def moved(event: Event, before: Before, now: datetime) -> bool:
    """Count a change that people are told of; False where nothing of that kind changed."""
    if told(event) == before:
        return False
    event.sequence += 1
    event.updated_at = now
    if told(event)["starts"] != before["starts"]:
        event.known_since = now
    return True


async def change(
    session: AsyncSession, member: Member, event_id: int, draft: EventDraft, *, now: datetime
) -> tuple[Event, Before | None]:
    """Change an event added by hand; with what it was, or None where nobody need be told.

    Raises `Refused`.
    """
    event = await changeable(session, member, event_id, now)
    starts, ends = check(draft, now, begun=event.starts)
    before = told(event)
    event.title, event.place = draft.title.strip(), draft.place.strip()
    event.starts, event.ends, event.time_zone = starts, ends, draft.time_zone
    event.link, event.description = draft.link or None, draft.description.strip()
    await session.flush()
    return event, before if moved(event, before, now) else None


async def changeable(session: AsyncSession, member: Member, event_id: int, now: datetime) -> Event:
    """An event that the member may change by hand; raises `Refused` for any other."""
    event = await find(session, member.network_id, event_id)
    if event.added_by != member.id and not member.is_admin:
        raise Refused("Only who added an event, or an admin, can change it.")
    if event.calendar_id is not None:
        raise Refused("That event comes from a calendar, and is changed there.")
    if event.cancelled_at is not None:
        raise Refused("That event was cancelled.")
    if event.ends <= now:
        raise Refused("That event is over.")
    return event


async def coming(session: AsyncSession, network_id: int, now: datetime) -> list[Event]:
    """What has not ended and takes place, the next first."""
    stmt = (
        select(Event)
        .where(Event.network_id == network_id, Event.ends > now, Event.cancelled_at.is_(None))
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


async def cancel(session: AsyncSession, event: Event, now: datetime) -> bool:
    """Say that an event will not take place; False where that was said before."""
    taken = await session.scalar(
        update(Event)
        .where(Event.id == event.id, Event.cancelled_at.is_(None))
        .values(cancelled_at=now, updated_at=now, sequence=Event.sequence + 1)
        .returning(Event.id)
        .execution_options(synchronize_session=False)
    )
    await session.refresh(event)
    return taken is not None


async def remove(
    session: AsyncSession, member: Member, event_id: int, now: datetime
) -> tuple[Event, bool]:
    """Cancel an event that the member added, or any as an admin; whether it was not before.

    Raises `Refused`.
    """
    event = await find(session, member.network_id, event_id)
    if event.added_by != member.id and not member.is_admin:
        raise Refused("Only who added an event, or an admin, can remove it.")
    if event.calendar_id is not None:
        raise Refused("That event comes from a calendar, and is removed there.")
    if event.ends <= now:
        raise Refused("That event is over.")
    return event, await cancel(session, event, now)


async def forget(session: AsyncSession, network_id: int, now: datetime) -> None:
    """Delete what ended a year ago, and with it who said what."""
    await session.execute(
        delete(Event).where(Event.network_id == network_id, Event.ends < now - KEPT)
    )
