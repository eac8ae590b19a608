"""Runs: one firing of one job for one slot, however many workers see that it is due."""

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from registry.database import Base


class Run(Base):
    """A slot that has fired."""

    __tablename__ = "runs"
    __table_args__ = (UniqueConstraint("network_id", "job", "slot"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    network_id: Mapped[int] = mapped_column(ForeignKey("networks.id", ondelete="CASCADE"))
    job: Mapped[str]
    slot: Mapped[str]
    due_at: Mapped[datetime]
    fired_at: Mapped[datetime]


async def start(
    session: AsyncSession, network_id: int, job: str, slot: str, *, due_at: datetime, now: datetime
) -> bool:
    """Take a slot in the caller's transaction; False where it has fired already."""
    run = Run(network_id=network_id, job=job, slot=slot, due_at=due_at, fired_at=now)
    try:
        async with session.begin_nested():
            session.add(run)
    except IntegrityError:
        return False
    return True


async def latest(session: AsyncSession, network_id: int, job: str) -> Run | None:
    """The job's last firing in a network."""
    return await session.scalar(
        select(Run)
        .where(Run.network_id == network_id, Run.job == job)
        .order_by(Run.due_at.desc())
        .limit(1)
    )
