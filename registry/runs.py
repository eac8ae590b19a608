"""Runs: one firing of one job for one slot, however many workers see that it is due."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint, bindparam, delete, exists, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from registry.database import Base


class Run(Base):
    """A slot that has fired."""

    __tablename__ = "runs"
    __table_args__ = (
        UniqueConstraint("network_id", "job", "slot"),
        Index(None, "network_id", "job", "due_at"),
    )

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


_RUNS = Base.metadata.tables[Run.__tablename__]
_LATER = _RUNS.alias()
_GIVEN = {
    column.name: bindparam(column.name, type_=column.type)
    for column in _RUNS.columns
    if not column.primary_key
}
_UNLESS_LATER = select(*_GIVEN.values()).where(
    ~exists().where(
        _LATER.c.network_id == _GIVEN["network_id"],
        _LATER.c.job == _GIVEN["job"],
        _LATER.c.due_at >= _GIVEN["due_at"],
        _LATER.c.due_at <= _GIVEN["fired_at"],
    )
)
_TAKE = {
    name: insert(_RUNS)
    .from_select(list(_GIVEN), _UNLESS_LATER)
    .on_conflict_do_nothing()
    .returning(_RUNS.c.id)
    for name, insert in (("sqlite", sqlite.insert), ("postgresql", postgresql.insert))
}


async def take(
    session: AsyncSession, network_id: int, job: str, slot: str, *, due_at: datetime, now: datetime
) -> bool:
    """Take a job's slot; False where it has fired, or one of the job's that is due as late.

    Made once and in one statement: every worker asks it of every job in every network.
    """
    values = {"network_id": network_id, "job": job, "slot": slot, "due_at": due_at, "fired_at": now}
    stmt = _TAKE[session.get_bind().dialect.name]
    return (await session.execute(stmt, values)).first() is not None


async def fired(session: AsyncSession, network_id: int, job: str, slot: str) -> bool:
    """Whether that slot of a job has fired."""
    stmt = select(Run.id).where(Run.network_id == network_id, Run.job == job, Run.slot == slot)
    return await session.scalar(stmt) is not None


async def latest(session: AsyncSession, network_id: int, job: str) -> Run | None:
    """The newest firing of a job, or None before its first."""
    stmt = (
        select(Run)
        .where(Run.network_id == network_id, Run.job == job)
        .order_by(Run.id.desc())
        .limit(1)
    )
    return await session.scalar(stmt)


async def newest(session: AsyncSession, network_id: int, job: str) -> Run:
    """Within a firing of the job, that firing."""
    run = await latest(session, network_id, job)
    assert run is not None, f"no firing of {job}"  # noqa: S101 - the caller is in one
    return run


async def find(session: AsyncSession, network_id: int, job: str, run_id: int) -> Run | None:
    """A firing of this job in this network; any other is as if not there."""
    return await session.scalar(
        select(Run).where(Run.network_id == network_id, Run.job == job, Run.id == run_id)
    )


async def before(session: AsyncSession, run: Run) -> Run | None:
    """The firing before this one, by the network's clock."""
    return await session.scalar(
        select(Run)
        .where(Run.network_id == run.network_id, Run.job == run.job, Run.due_at < run.due_at)
        .order_by(Run.due_at.desc())
        .limit(1)
    )


async def forget(session: AsyncSession, network_id: int, older_than: datetime) -> None:
    """Delete the firings that were due before a moment."""
    await session.execute(delete(Run).where(Run.network_id == network_id, Run.due_at < older_than))
