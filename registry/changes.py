"""A network's numbered log of what changed, so that every process can catch up.

The number is taken by updating the network's row, which stays locked until the commit: a
reader that has seen number n has seen every committed change up to n, and never one that
was rolled back.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ForeignKey, UniqueConstraint, delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from registry.database import Base
from registry.networks import Network


class Change(Base):
    """One change of a need or an expertise."""

    __tablename__ = "changes"
    __table_args__ = (UniqueConstraint("network_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    network_id: Mapped[int] = mapped_column(ForeignKey("networks.id", ondelete="CASCADE"))
    number: Mapped[int]
    subject: Mapped[str]
    subject_id: Mapped[int]


@dataclass(frozen=True)
class Changed:
    """What changed after a number: the newest number and the subjects' ids, each once."""

    number: int
    subjects: frozenset[tuple[str, int]]


async def record(session: AsyncSession, network_id: int, subject: str, subject_id: int) -> None:
    """Note, in the caller's transaction, that a subject was added, changed or removed."""
    number = await session.scalar(
        update(Network)
        .where(Network.id == network_id)
        .values(change_number=Network.change_number + 1)
        .returning(Network.change_number)
    )
    # Only the newest change of a subject matters to a reader who catches up.
    await session.execute(
        delete(Change).where(
            Change.network_id == network_id,
            Change.subject == subject,
            Change.subject_id == subject_id,
        )
    )
    session.add(
        Change(network_id=network_id, number=number, subject=subject, subject_id=subject_id)
    )


async def since(session: AsyncSession, network_id: int, number: int) -> Changed:
    """What was committed after `number`."""
    rows: Sequence[Change] = (
        await session.scalars(
            select(Change).where(Change.network_id == network_id, Change.number > number)
        )
    ).all()
    newest = max((row.number for row in rows), default=number)
    return Changed(newest, frozenset((row.subject, row.subject_id) for row in rows))
