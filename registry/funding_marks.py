"""What people say to a call: saved, not relevant, noted on a need; and which alerts they want."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, ForeignKey, UniqueConstraint, delete, exists, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from matching.words import terms
from registry.database import Base
from registry.funding import FundingCall, open_now
from registry.members import Member
from registry.needs import Need, NeedState
from registry.refusal import Refused

MOST_A_WEEK = 10
DEFAULT_A_WEEK = 2


class Said(StrEnum):
    """What a person says to a call."""

    SAVED = "saved"
    NOT_RELEVANT = "not_relevant"


class Level(StrEnum):
    """For which calls a person wants a direct message."""

    OFF = "off"
    STRONG = "strong"
    GOOD = "good"


class Mark(Base):
    """What one person said to one call.

    call_id: None once the call is gone: what it taught stays. terms: the call's own, at that
    time. workspace_id, channel: where it was said, if that was in a channel.
    """

    __tablename__ = "funding_marks"
    __table_args__ = (UniqueConstraint("member_id", "call_id", "said"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    network_id: Mapped[int] = mapped_column(
        ForeignKey("networks.id", ondelete="CASCADE"), index=True
    )
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id", ondelete="CASCADE"))
    call_id: Mapped[int | None] = mapped_column(
        ForeignKey("funding_calls.id", ondelete="SET NULL"), index=True
    )
    said: Mapped[str]
    terms: Mapped[list[str]]
    workspace_id: Mapped[int | None] = mapped_column(
        ForeignKey("workspaces.id", ondelete="CASCADE")
    )
    channel: Mapped[str | None]
    at: Mapped[datetime]


class Share(Base):
    """A call that an officer noted on a need of their own."""

    __tablename__ = "funding_shares"
    __table_args__ = (UniqueConstraint("need_id", "call_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    network_id: Mapped[int] = mapped_column(ForeignKey("networks.id", ondelete="CASCADE"))
    need_id: Mapped[int] = mapped_column(ForeignKey("needs.id", ondelete="CASCADE"))
    call_id: Mapped[int] = mapped_column(
        ForeignKey("funding_calls.id", ondelete="CASCADE"), index=True
    )
    at: Mapped[datetime]


class AlertWish(Base):
    """Which direct messages a person wants, where they said so."""

    __tablename__ = "funding_alert_wishes"
    __table_args__ = (UniqueConstraint("member_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id", ondelete="CASCADE"))
    level: Mapped[str] = mapped_column(default=Level.STRONG)
    a_week: Mapped[int] = mapped_column(default=DEFAULT_A_WEEK)


@dataclass(frozen=True)
class Wish:
    """Which direct messages a person gets: how good the fit must be, and how many in seven days."""

    level: Level = Level.STRONG
    a_week: int = DEFAULT_A_WEEK


def wanted() -> ColumnElement[bool]:
    """Whether somebody saved a call or noted it on a need."""
    return or_(
        exists().where(Mark.call_id == FundingCall.id, Mark.said == Said.SAVED),
        exists().where(Share.call_id == FundingCall.id),
    )


def terms_of(call: FundingCall) -> list[str]:
    """What a call is about, as it is learned from: the stems of its title and themes."""
    return sorted(terms(" ".join([call.title, *call.themes])))


async def mark(
    session: AsyncSession,
    member: Member,
    call: FundingCall,
    said: Said,
    *,
    now: datetime,
    where: tuple[int, str] | None = None,
) -> bool:
    """Keep what a member says to a call; False where they said so already.

    where: workspace id and channel in which it was said.
    """
    row = Mark(
        network_id=call.network_id,
        member_id=member.id,
        call_id=call.id,
        said=said,
        terms=terms_of(call),
        workspace_id=where[0] if where else None,
        channel=where[1] if where else None,
        at=now,
    )
    try:
        async with session.begin_nested():
            session.add(row)
    except IntegrityError:
        return False
    return True


async def unmark(session: AsyncSession, member: Member, call_id: int, said: Said) -> bool:
    """Take it back; False where there was nothing to take back."""
    stmt = delete(Mark).where(
        Mark.member_id == member.id, Mark.call_id == call_id, Mark.said == said
    )
    return (await session.scalar(stmt.returning(Mark.id))) is not None


async def forget_saved(session: AsyncSession, network_id: int, call_id: int) -> None:
    """Before a call is deleted: nothing of who saved it is kept."""
    await session.execute(
        delete(Mark).where(
            Mark.network_id == network_id, Mark.call_id == call_id, Mark.said == Said.SAVED
        )
    )


async def marked(session: AsyncSession, member: Member, said: Said) -> set[int]:
    """The ids of the calls to which the member said that."""
    stmt = select(Mark.call_id).where(Mark.member_id == member.id, Mark.said == said)
    return {id_ for id_ in await session.scalars(stmt) if id_ is not None}


async def saved_calls(session: AsyncSession, member: Member, now: datetime) -> list[FundingCall]:
    """The member's saved calls that can be applied for, the next to close first."""
    stmt = (
        select(FundingCall)
        .join(Mark, Mark.call_id == FundingCall.id)
        .where(
            Mark.member_id == member.id,
            Mark.said == Said.SAVED,
            FundingCall.network_id == member.network_id,
            open_now(now),
        )
        .order_by(FundingCall.closes.is_(None), FundingCall.closes, FundingCall.id)
    )
    return list(await session.scalars(stmt))


async def savers(
    session: AsyncSession, network_id: int, call_ids: Collection[int] | None = None
) -> list[tuple[Mark, Member]]:
    """Who saved calls of the network, or those calls; only people who are still there."""
    stmt = (
        select(Mark, Member)
        .join(Member, Member.id == Mark.member_id)
        .where(
            Mark.network_id == network_id,
            Mark.said == Said.SAVED,
            Mark.call_id.is_not(None),
            Member.network_id == network_id,
            Member.deactivated_at.is_(None),
        )
        .order_by(Mark.id)
    )
    if call_ids is not None:
        stmt = stmt.where(Mark.call_id.in_(list(call_ids)))
    return [(mark_, member) for mark_, member in await session.execute(stmt)]


async def not_relevant(session: AsyncSession, network_id: int, since: datetime) -> list[Mark]:
    """Every call that somebody of the network marked as not relevant since then."""
    stmt = select(Mark).where(
        Mark.network_id == network_id, Mark.said == Said.NOT_RELEVANT, Mark.at > since
    )
    return list(await session.scalars(stmt.order_by(Mark.id)))


# Notes on needs


async def open_needs(session: AsyncSession, member: Member) -> list[Need]:
    """The member's own needs on which a call can be noted, newest first."""
    stmt = (
        select(Need)
        .where(Need.member_id == member.id, Need.state == NeedState.OPEN)
        .order_by(Need.id.desc())
    )
    return list(await session.scalars(stmt))


async def noted_on(session: AsyncSession, member: Member, call_id: int) -> set[int]:
    """The ids of the member's needs on which the call is noted."""
    stmt = (
        select(Share.need_id)
        .join(Need, Need.id == Share.need_id)
        .where(Share.call_id == call_id, Need.member_id == member.id)
    )
    return set(await session.scalars(stmt))


async def note_on(
    session: AsyncSession,
    member: Member,
    call: FundingCall,
    need_ids: Iterable[int],
    *,
    now: datetime,
) -> set[int]:
    """Note a call on these of the member's open needs and on no other of theirs.

    Returns the needs that changed; raises `Refused` for a need that is not the member's.
    """
    wanted_ids, own = set(need_ids), {need.id for need in await open_needs(session, member)}
    if wanted_ids - own:
        raise Refused(fields={"needs": "Please choose among your own open needs."})
    before = await noted_on(session, member, call.id)
    gone = (before & own) - wanted_ids
    await session.execute(delete(Share).where(Share.call_id == call.id, Share.need_id.in_(gone)))
    for need_id in wanted_ids - before:
        session.add(Share(network_id=call.network_id, need_id=need_id, call_id=call.id, at=now))
    await session.flush()
    return gone | (wanted_ids - before)


async def calls_on(session: AsyncSession, need_id: int) -> list[FundingCall]:
    """The calls noted on a need, the next to close first."""
    stmt = (
        select(FundingCall)
        .join(Share, Share.call_id == FundingCall.id)
        .where(Share.need_id == need_id)
        .order_by(FundingCall.closes.is_(None), FundingCall.closes, FundingCall.id)
    )
    return list(await session.scalars(stmt))


async def needs_with(session: AsyncSession, call_id: int) -> list[int]:
    """The needs on which a call is noted."""
    return list(await session.scalars(select(Share.need_id).where(Share.call_id == call_id)))


# Wishes


async def wish_of(session: AsyncSession, member_id: int) -> Wish:
    """What a member wants; strong fits only and two in seven days where they did not say."""
    row = await session.scalar(select(AlertWish).where(AlertWish.member_id == member_id))
    return Wish(Level(row.level), row.a_week) if row else Wish()


async def choose_wish(session: AsyncSession, member: Member, level: str, a_week: str) -> Wish:
    """Keep what a member wants from now on; raises `Refused`."""
    if level not in list(Level):
        raise Refused(fields={"level": "Please choose one of the three."})
    if not (a_week.isdecimal() and 1 <= int(a_week) <= MOST_A_WEEK):
        raise Refused(fields={"a_week": f"Please choose a number from 1 to {MOST_A_WEEK}."})
    row = await session.scalar(select(AlertWish).where(AlertWish.member_id == member.id))
    if row is None:
        row = AlertWish(member_id=member.id)
        session.add(row)
    row.level, row.a_week = level, int(a_week)
    await session.flush()
    return Wish(Level(level), int(a_week))
