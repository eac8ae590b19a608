"""The durable queue of things to do: written with the rows it follows from, done by a worker.

`due_at` is on the network's clock (which the playground can move); leases and back-off are
on the machine's own.
"""

import uuid
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    ForeignKey,
    Index,
    Integer,
    and_,
    bindparam,
    case,
    delete,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.sql.dml import ReturningUpdate

from registry.database import Base, SessionFactory

LEASE = timedelta(seconds=60)
FIRST_RETRY = timedelta(seconds=2)
LONGEST_RETRY = timedelta(hours=1)
MOST_ATTEMPTS = 12


class State(StrEnum):
    """Where a row is on its way."""

    WAITING = "waiting"
    LEASED = "leased"
    SENDING = "sending"
    DONE = "done"
    DEAD = "dead"


_OWN = "enqueued"  # in a session's info: what its transaction has written
IN_HAND = (State.LEASED, State.SENDING)


class Lane(StrEnum):
    """What a row waits behind: no lane waits for another.

    ANSWERS: what somebody's press leads to, which is soon done. BULK: what jobs lead to, and what
    takes long whoever asked for it.
    """

    ANSWERS = "answers"
    BULK = "bulk"


class Errand(Base):
    """One thing to do. `about` names its subjects, so that removing one removes the errand."""

    __tablename__ = "outbox"
    __table_args__ = (Index(None, "lane", "state", "due_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    network_id: Mapped[int] = mapped_column(ForeignKey("networks.id", ondelete="CASCADE"))
    kind: Mapped[str]
    payload: Mapped[dict[str, Any]]
    about: Mapped[str | None] = mapped_column(index=True)
    once: Mapped[str | None] = mapped_column(unique=True)
    lane: Mapped[str] = mapped_column(default=Lane.ANSWERS)
    state: Mapped[str] = mapped_column(default=State.WAITING)
    due_at: Mapped[datetime]
    created_at: Mapped[datetime]
    retry_at: Mapped[datetime | None]
    lease: Mapped[str | None]
    lease_until: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    resends: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str | None]
    done_at: Mapped[datetime | None]


def in_lane(session_factory: SessionFactory, lane: Lane) -> SessionFactory:
    """The same sessions; what is enqueued in them goes into that lane.

    So what a bulk errand leads to is bulk too, without a word from whoever enqueues it.
    """
    return SessionFactory(**{**session_factory.kw, "info": {"lane": lane}})


def enter(session: AsyncSession, lane: Lane) -> None:
    """What is enqueued in this session from now on goes into that lane."""
    session.info["lane"] = lane


async def enqueue(
    session: AsyncSession,
    network_id: int,
    kind: str,
    payload: dict[str, Any],
    *,
    now: datetime,
    due_at: datetime | None = None,
    about: str | None = None,
    once: str | None = None,
    lane: Lane | None = None,
) -> bool:
    """Add an errand in the caller's transaction, in the session's lane or the one that is named.

    once: a key under which there is only ever one errand; False where it was there already.
    """
    errand = Errand(
        network_id=network_id,
        kind=kind,
        payload=payload,
        about=about,
        once=once,
        lane=lane or session.info.get("lane", Lane.ANSWERS),
        due_at=due_at or now,
        created_at=now,
    )
    if once is None:
        session.add(errand)
    else:
        try:
            async with session.begin_nested():
                session.add(errand)
        except IntegrityError:
            return False
    session.info.setdefault(_OWN, []).append(errand)
    return True


def _claim() -> ReturningUpdate[Errand]:
    free = and_(
        Errand.state == State.WAITING,
        Errand.due_at <= bindparam("now"),
        or_(Errand.retry_at.is_(None), Errand.retry_at <= bindparam("machine_now")),
    )
    abandoned = and_(Errand.state.in_(IN_HAND), Errand.lease_until < bindparam("machine_now"))
    chosen = (
        select(Errand.id)
        .where(or_(free, abandoned), Errand.lane.in_(bindparam("lanes", expanding=True)))
        .order_by(Errand.due_at, Errand.id)
        .limit(bindparam("most", type_=Integer()))
        .with_for_update(skip_locked=True)
        .cte("chosen")  # chosen once: as a subquery PostgreSQL may choose anew for each row
    )
    return (
        update(Errand)
        .where(Errand.id.in_(select(chosen.c.id)))
        .values(
            state=State.LEASED,
            lease=bindparam("new_lease"),
            lease_until=bindparam("leased_until"),
            attempts=Errand.attempts + 1,
            resends=Errand.resends + case((Errand.state == State.SENDING, 1), else_=0),
        )
        .returning(Errand)
        .execution_options(synchronize_session=False, populate_existing=True)
    )


# Built once: every worker asks it every second, and to build it takes as long as to execute it.
_CLAIM = _claim()


async def claim(
    session: AsyncSession, *, now: datetime, lane: Lane | None = None, most: int = 10
) -> Sequence[Errand]:
    """Take up to `most` due errands, each for one worker only, until the lease runs out.

    lane: which ones; None for all.

    A row whose worker vanished while sending comes back with `resends` counted up: Slack may
    or may not have had it.
    """
    machine_now = datetime.now(UTC)
    given = {
        "now": now,
        "machine_now": machine_now,
        "lanes": [lane] if lane else [*Lane],
        "most": most,
        "new_lease": uuid.uuid4().hex,
        "leased_until": machine_now + LEASE,
    }
    claimed = await session.scalars(_CLAIM, given)
    return sorted(claimed, key=lambda errand: (errand.due_at, errand.id))


async def not_done(
    session: AsyncSession, network_id: int, kind: str, shown: Sequence[str], subject_id: int
) -> list[Errand]:
    """The errands of a kind that wait or are in hand, without those of this transaction.

    shown, subject_id: what their payload says of `kind` and `subject_id`.
    """
    stmt = select(Errand).where(
        Errand.lane.in_([*Lane]),  # for the index
        Errand.state.in_([State.WAITING, *IN_HAND]),
        Errand.network_id == network_id,
        Errand.kind == kind,
        Errand.payload["kind"].as_string().in_(shown),
        Errand.payload["subject_id"].as_integer() == subject_id,
    )
    found = list(await session.scalars(stmt))
    own = session.info.get(_OWN, [])
    return [errand for errand in found if errand not in own]


_MARK = (
    update(Errand)
    .where(Errand.id == bindparam("errand"), Errand.lease == bindparam("its_lease"))
    .values(state=bindparam("new_state"), done_at=bindparam("done"))
    .returning(Errand.id)
    .execution_options(synchronize_session=False)
)


async def mark(session: AsyncSession, errand: Errand, state: State, now: datetime) -> bool:
    """Move a leased errand on; False where the lease was lost to another worker meanwhile."""
    done = now if state in (State.DONE, State.DEAD) else None
    given = {"errand": errand.id, "its_lease": errand.lease, "new_state": state, "done": done}
    return (await session.execute(_MARK, given)).first() is not None


def backoff(attempts: int) -> timedelta:
    """How long to wait after so many attempts: doubling, up to an hour."""
    doublings: int = 2 ** min(max(attempts - 1, 0), 16)
    return min(FIRST_RETRY * doublings, LONGEST_RETRY)


async def retry(
    session: AsyncSession, errand: Errand, error: str, *, after: timedelta | None = None
) -> None:
    """Put a leased errand back for a later attempt; `after` is what Slack asked us to wait."""
    await session.execute(
        update(Errand)
        .where(Errand.id == errand.id, Errand.lease == errand.lease)
        .values(
            state=State.WAITING,
            last_error=error,
            retry_at=datetime.now(UTC) + (after or backoff(errand.attempts)),
        )
    )


async def put_off(session: AsyncSession, errand: Errand, until: datetime) -> None:
    """Give a leased errand back for a later moment of the network's clock: no failed attempt."""
    await session.execute(
        update(Errand)
        .where(Errand.id == errand.id, Errand.lease == errand.lease)
        .values(state=State.WAITING, due_at=until, attempts=Errand.attempts - 1)
    )


async def give_back(session: AsyncSession, errands: Sequence[Errand]) -> None:
    """Let others have what was claimed and not begun, as if it had not been."""
    await session.execute(
        update(Errand)
        .where(
            Errand.id.in_([errand.id for errand in errands]),
            Errand.lease.in_([errand.lease for errand in errands]),
            Errand.state == State.LEASED,
        )
        .values(state=State.WAITING, attempts=Errand.attempts - 1)
        .execution_options(synchronize_session=False)
    )


async def bury(session: AsyncSession, errand: Errand, error: str, now: datetime) -> None:
    """Set an errand aside as a dead letter, which an admin can see and retry."""
    await session.execute(
        update(Errand)
        .where(Errand.id == errand.id, Errand.lease == errand.lease)
        .values(state=State.DEAD, last_error=error, done_at=now)
    )


async def dead_letters(session: AsyncSession, network_id: int) -> list[Errand]:
    """What could not be done, newest first."""
    stmt = (
        select(Errand)
        .where(Errand.network_id == network_id, Errand.state == State.DEAD)
        .order_by(Errand.id.desc())
    )
    return list(await session.scalars(stmt))


async def revive(session: AsyncSession, network_id: int, errand_id: int) -> bool:
    """Give a dead letter another round of attempts."""
    result = await session.execute(
        update(Errand)
        .where(Errand.network_id == network_id, Errand.id == errand_id, Errand.state == State.DEAD)
        .values(state=State.WAITING, attempts=0, resends=0, retry_at=None, done_at=None)
        .returning(Errand.id)
    )
    return result.first() is not None


async def forget(session: AsyncSession, network_id: int, about: str) -> None:
    """Delete every errand about a subject, also the done ones: they may quote it."""
    await session.execute(
        delete(Errand).where(Errand.network_id == network_id, Errand.about == about)
    )


async def forget_done(session: AsyncSession, network_id: int, older_than: datetime) -> None:
    """Delete what was done before a moment, except what must never be done a second time."""
    await session.execute(
        delete(Errand).where(
            Errand.network_id == network_id,
            Errand.state == State.DONE,
            Errand.once.is_(None),
            Errand.done_at < older_than,
        )
    )


async def redact(session: AsyncSession, errand: Errand, payload: dict[str, Any]) -> None:
    """Keep less of an errand that is done."""
    await session.execute(update(Errand).where(Errand.id == errand.id).values(payload=payload))


async def sent_twice(session: AsyncSession, network_id: int) -> int:
    """How many errands may have reached Slack twice: their worker vanished while sending."""
    stmt = select(func.count(Errand.id)).where(
        Errand.network_id == network_id, Errand.state == State.DONE, Errand.resends > 0
    )
    return await session.scalar(stmt) or 0


async def take_back(session: AsyncSession, network_id: int, about: str) -> list[dict[str, Any]]:
    """Delete the errands about a subject that nobody has begun; what each was to say, in order."""
    stmt = (
        delete(Errand)
        .where(
            Errand.network_id == network_id, Errand.about == about, Errand.state == State.WAITING
        )
        .returning(Errand.id, Errand.payload)
        .execution_options(synchronize_session=False)
    )
    rows = [(id_, payload) for id_, payload in await session.execute(stmt)]
    return [payload for _, payload in sorted(rows, key=lambda row: row[0])]
