"""Cards: the messages in Slack that show a row and are kept in step with it."""

from sqlalchemy import ForeignKey, UniqueConstraint, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from registry.database import Base


class Card(Base):
    """Where a message stands: `kind` and `subject_id` say what it shows.

    member_id: whose direct message it is, or None for one in a channel. drawn_by: the errand that
    drew it last; what another one drew before may reach Slack later.
    """

    __tablename__ = "cards"
    __table_args__ = (UniqueConstraint("workspace_id", "channel", "ts"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    network_id: Mapped[int] = mapped_column(ForeignKey("networks.id", ondelete="CASCADE"))
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(index=True)
    subject_id: Mapped[int] = mapped_column(index=True)
    member_id: Mapped[int | None] = mapped_column(ForeignKey("members.id", ondelete="CASCADE"))
    channel: Mapped[str]
    ts: Mapped[str]
    drawn_by: Mapped[int | None]


async def cards_of(
    session: AsyncSession, network_id: int, kind: str, subject_id: int
) -> list[Card]:
    """Every message that shows this subject, oldest first."""
    stmt = (
        select(Card)
        .where(Card.network_id == network_id, Card.kind == kind, Card.subject_id == subject_id)
        .order_by(Card.id)
    )
    return list(await session.scalars(stmt))


async def cards_drawn_by(session: AsyncSession, network_id: int, errand_id: int) -> list[Card]:
    """The messages that are as that errand drew them."""
    stmt = select(Card).where(Card.network_id == network_id, Card.drawn_by == errand_id)
    return list(await session.scalars(stmt))
