"""Matches: a need and an expertise that the matcher put together, and what each side said."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, ForeignKey, UniqueConstraint, and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from registry.database import Base
from registry.refusal import Refused

SUBJECT = "match"
BROKER = "broker"
NOT_FIT: Mapping[str, str] = {
    "topic": "Not the right topic",
    "method": "Not the right kind of work",
    "known": "We know each other already",
    "other": "Another reason",
}


class Match(Base):
    """One pair, with the score and reasons it had when it was last suggested.

    told_on: the day on which the officer was told; in_news: whether by that day's message of
    news. matcher: which matcher scored it, or BROKER. officer_said / academic_said: why that side
    does not want the pair, or None. features: what the matcher knew of the pair.
    """

    __tablename__ = "matches"
    __table_args__ = (UniqueConstraint("need_id", "expertise_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    network_id: Mapped[int] = mapped_column(
        ForeignKey("networks.id", ondelete="CASCADE"), index=True
    )
    need_id: Mapped[int] = mapped_column(ForeignKey("needs.id", ondelete="CASCADE"))
    expertise_id: Mapped[int] = mapped_column(
        ForeignKey("expertise.id", ondelete="CASCADE"), index=True
    )
    score: Mapped[float]
    band: Mapped[str]
    reasons: Mapped[list[dict[str, Any]]]
    features: Mapped[dict[str, Any]] = mapped_column(default=dict)
    matcher: Mapped[str]
    suggested_at: Mapped[datetime]
    told_on: Mapped[date | None]
    in_news: Mapped[bool] = mapped_column(default=False)
    officer_said: Mapped[str | None]
    academic_said: Mapped[str | None]

    @property
    def refused(self) -> bool:
        """Whether one of the two does not want the pair."""
        return self.officer_said is not None or self.academic_said is not None


async def find(session: AsyncSession, network_id: int, match_id: int) -> Match:
    """A match of this network; raises `Refused` for any other."""
    match = await session.scalar(
        select(Match).where(Match.network_id == network_id, Match.id == match_id)
    )
    if match is None:
        raise Refused("That suggestion is no longer here.")
    return match


async def pair(session: AsyncSession, need_id: int, expertise_id: int) -> Match | None:
    """The match of a need and an expertise, if they were ever put together."""
    return await session.scalar(
        select(Match).where(Match.need_id == need_id, Match.expertise_id == expertise_id)
    )


async def of_need(
    session: AsyncSession, need_id: int, *, including: Iterable[int] = ()
) -> list[Match]:
    """A need's matches that neither side refused, best first; `including` those ids anyway."""
    return await _best_first(session, Match.need_id == need_id, including)


async def of_expertise(session: AsyncSession, expertise_id: int) -> list[Match]:
    """A profile's matches that neither side refused, best first."""
    return await _best_first(session, Match.expertise_id == expertise_id, ())


async def _best_first(
    session: AsyncSession, which: ColumnElement[bool], including: Iterable[int]
) -> list[Match]:
    wanted = and_(Match.officer_said.is_(None), Match.academic_said.is_(None))
    stmt = select(Match).where(which, or_(wanted, Match.id.in_(list(including))))
    stmt = stmt.order_by(Match.score.desc(), Match.id)
    return list(await session.scalars(stmt))
