"""Who comes to an event, who may see that, and whether it was useful."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import ForeignKey, UniqueConstraint, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from registry.database import Base
from registry.events import Event
from registry.members import Member
from registry.networks import Network
from registry.refusal import Refused

log = structlog.get_logger()

MORNING = time(10)
STILL_OF_USE = timedelta(days=3)
FORGOTTEN = timedelta(days=30)


class Answer(StrEnum):
    """What a member says to an event."""

    GOING = "going"
    MAYBE = "maybe"
    NO = "no"


class Useful(StrEnum):
    """The answer to "Was it useful?"."""

    YES = "yes"
    PARTLY = "partly"
    NO = "no"


COMING = (Answer.GOING, Answer.MAYBE)


class Attendance(Base):
    """One member's answer to one event.

    show_name: whether others who come may see who it is; no, until the member says so.
    """

    __tablename__ = "attendances"
    __table_args__ = (UniqueConstraint("event_id", "member_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id", ondelete="CASCADE"))
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id", ondelete="CASCADE"))
    answer: Mapped[str]
    said_at: Mapped[datetime]
    show_name: Mapped[bool] = mapped_column(default=False)
    useful: Mapped[str | None]
    useful_at: Mapped[datetime | None]


@dataclass(frozen=True)
class Numbers:
    """How many said what."""

    going: int = 0
    maybe: int = 0


async def say(
    session: AsyncSession, member: Member, event: Event, answer: Answer, now: datetime
) -> Attendance:
    """Keep a member's answer; the last one counts. Who does not come is shown to nobody."""
    if event.cancelled_at is not None:
        raise Refused("That event was cancelled.")
    if event.ends <= now:
        raise Refused("That event is over.")
    kept = await of(session, member, event.id)
    if kept is None:
        kept = Attendance(event_id=event.id, member_id=member.id, answer=answer, said_at=now)
        try:
            async with session.begin_nested():
                session.add(kept)
        except IntegrityError:  # pressed twice at once
            kept = await of(session, member, event.id)
            if kept is None:
                raise
    kept.answer, kept.said_at = answer, now
    kept.show_name = bool(kept.show_name) and answer in COMING
    return kept


async def of(session: AsyncSession, member: Member, event_id: int) -> Attendance | None:
    """What a member said to an event."""
    return await session.scalar(
        select(Attendance).where(Attendance.event_id == event_id, Attendance.member_id == member.id)
    )


async def show_name(session: AsyncSession, member: Member, event: Event, *, show: bool) -> None:
    """Let others who come see the member's name, or no longer; raises `Refused`."""
    kept = await of(session, member, event.id)
    if kept is None or kept.answer not in COMING:
        if show:
            raise Refused("Please say first whether you come.")
        return
    kept.show_name = show


async def numbers(session: AsyncSession, event_id: int) -> Numbers:
    """How many are going and how many may be."""
    stmt = (
        select(Attendance.answer, func.count(Attendance.id))
        .join(Member, Member.id == Attendance.member_id)
        .where(Attendance.event_id == event_id, Member.deactivated_at.is_(None))
        .group_by(Attendance.answer)
    )
    said = {row[0]: row[1] for row in await session.execute(stmt)}
    return Numbers(said.get(Answer.GOING, 0), said.get(Answer.MAYBE, 0))


async def those_coming(session: AsyncSession, event_id: int) -> Sequence[tuple[Attendance, Member]]:
    """Who said going or maybe and is still there."""
    stmt = (
        select(Attendance, Member)
        .join(Member, Member.id == Attendance.member_id)
        .where(
            Attendance.event_id == event_id,
            Attendance.answer.in_(COMING),
            Member.deactivated_at.is_(None),
        )
        .order_by(Attendance.id)
    )
    return [(kept, member) for kept, member in await session.execute(stmt)]


async def say_useful(
    session: AsyncSession, member: Member, event: Event, useful: Useful, now: datetime
) -> None:
    """Keep what somebody who was going thought of it; the last answer counts."""
    kept = await of(session, member, event.id)
    if kept is None or kept.answer != Answer.GOING or event.ends > now:
        raise Refused("Only who was there can say that, once it is over.")
    kept.useful, kept.useful_at = useful, now


def asked_at(event: Event, zone: ZoneInfo) -> datetime:
    """When somebody in that zone is asked whether it was useful: the morning after."""
    last = event.last_day if event.all_day else event.ends.astimezone(zone).date()
    return datetime.combine(last + timedelta(days=1), MORNING, zone).astimezone(UTC)


async def take_to_ask(
    session: AsyncSession, network: Network, now: datetime
) -> list[tuple[Event, Member]]:
    """Who is to be asked about what has ended, once; not about what ended long ago."""
    stmt = (
        select(Event)
        .where(
            Event.network_id == network.id,
            Event.ends <= now,
            Event.ends > now - FORGOTTEN,
            Event.cancelled_at.is_(None),
            Event.useful_asked_at.is_(None),
        )
        .order_by(Event.ends, Event.id)
    )
    found = []
    for event in (await session.scalars(stmt)).all():
        event.useful_asked_at = now
        going = [
            member
            for kept, member in await those_coming(session, event.id)
            if kept.answer == Answer.GOING
        ]
        if event.ends > now - STILL_OF_USE:
            found += [(event, member) for member in going]
        elif going:
            log.warning("useful_question_dropped", event_id=event.id)
    return found
