"""The feeds that a network reads, and which call each of them told of."""

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint, delete, exists, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from registry import funding, funding_marks
from registry.database import Base
from registry.funding import CallState, FundingCall
from registry.sources import Source


class FundingFeed(Source):
    """A feed at an address.

    body_digest: of what was read last, for the many that answer no conditional request.
    """

    __tablename__ = "funding_feeds"
    __table_args__ = (UniqueConstraint("network_id", "address"),)

    noun = "feed"
    command = "/funding feeds"

    body_digest: Mapped[str | None]


class FundingSource(Base):
    """That a feed has a call, and what it said of it when it was last read.

    key: the call's id within the feed. digest: of the call's text.
    """

    __tablename__ = "funding_sources"
    __table_args__ = (UniqueConstraint("feed_id", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    feed_id: Mapped[int] = mapped_column(ForeignKey("funding_feeds.id", ondelete="CASCADE"))
    call_id: Mapped[int] = mapped_column(
        ForeignKey("funding_calls.id", ondelete="CASCADE"), index=True
    )
    key: Mapped[str]
    closes: Mapped[datetime | None]
    state: Mapped[str] = mapped_column(default=CallState.OPEN)
    digest: Mapped[str]
    seen_at: Mapped[datetime]


async def remove_feed(session: AsyncSession, network_id: int, feed_id: int) -> bool:
    """Stop reading a feed; False where it was gone.

    Its calls go with it, but for what another feed has, or somebody added, saved or noted on a
    need.
    """
    stmt = delete(FundingFeed).where(
        FundingFeed.network_id == network_id, FundingFeed.id == feed_id
    )
    if (await session.scalar(stmt.returning(FundingFeed.id))) is None:
        return False
    await session.execute(
        delete(FundingCall).where(
            FundingCall.network_id == network_id,
            FundingCall.form.is_(None),
            ~exists().where(FundingSource.call_id == FundingCall.id),
            ~funding_marks.wanted(),
        )
    )
    return True


async def calls_of(session: AsyncSession, feed: FundingFeed, now: datetime) -> list[FundingCall]:
    """A feed's calls that can be applied for, the next to close first."""
    stmt = (
        select(FundingCall)
        .where(
            FundingCall.network_id == feed.network_id,
            funding.open_now(now),
            FundingCall.id.in_(
                select(FundingSource.call_id).where(FundingSource.feed_id == feed.id)
            ),
        )
        .order_by(FundingCall.closes.is_(None), FundingCall.closes, FundingCall.id)
    )
    return list(await session.scalars(stmt))
