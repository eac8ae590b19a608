"""Addresses that a network reads every hour: tried, accepted, paused, backed off, told of."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar, TypeVar

from sqlalchemy import JSON, ForeignKey, delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from registry.database import Base
from registry.links import holds_login, is_link, shown_address
from registry.members import Member
from registry.refusal import Refused

FAILING_FOR = timedelta(days=1)
FIRST_WAIT = timedelta(hours=1)
LONGEST_WAIT = timedelta(hours=12)
ABOUT_NOW = timedelta(minutes=5)  # an hourly job does not come to the second
TRIED_FOR = timedelta(days=7)
MOST_SOURCES = 50


class Source(Base):
    """What is at an address, read hourly once somebody has seen what is in it.

    accepted_at: None while it is only tried; preview: what the trial found, None where it found
    nothing. stopped_at: when asking again could not help any more. next_read_at: not before
    then, after a failure. noun, command: what people call it, and where it is listed.
    """

    __abstract__ = True

    noun: ClassVar[str]
    command: ClassVar[str]

    id: Mapped[int] = mapped_column(primary_key=True)
    network_id: Mapped[int] = mapped_column(ForeignKey("networks.id", ondelete="CASCADE"))
    address: Mapped[str]
    title: Mapped[str]
    added_by: Mapped[int | None] = mapped_column(ForeignKey("members.id", ondelete="SET NULL"))
    added_at: Mapped[datetime]
    accepted_at: Mapped[datetime | None]
    preview: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    etag: Mapped[str | None]
    modified: Mapped[str | None]
    read_at: Mapped[datetime | None]
    paused_at: Mapped[datetime | None]
    stopped_at: Mapped[datetime | None]
    failures: Mapped[int] = mapped_column(default=0)
    next_read_at: Mapped[datetime | None]
    failing_since: Mapped[datetime | None]
    failure: Mapped[str | None]
    failure_told_at: Mapped[datetime | None]

    @property
    def reading(self) -> bool:
        """Whether it is read at all."""
        return self.accepted_at is not None and self.paused_at is None and self.stopped_at is None

    @property
    def shown_address(self) -> str:
        """Where it is read from, without what may be a secret."""
        return shown_address(self.address)

    @property
    def known_as(self) -> str:
        """What it calls itself, else where it is read from."""
        unnamed = "://" in self.title and self.address.startswith(self.title)
        return self.shown_address if unnamed else self.title


AnySource = TypeVar("AnySource", bound=Source)


def as_link(address: str) -> str:
    """An address as people paste it: in Slack's markup, or as calendar programs write it."""
    address = address.strip().removeprefix("<").removesuffix(">").partition("|")[0]
    scheme, _, rest = address.partition("://")
    return f"https://{rest}" if scheme.casefold() in ("webcal", "webcals") else address


# Adding, pausing


async def add(
    session: AsyncSession, kind: type[AnySource], member: Member, address: str, *, now: datetime
) -> AnySource:
    """One that is to be tried, not yet to be read; raises `Refused` with words for its field."""
    address = as_link(address)
    if not is_link(address):
        words = f"Please give the {kind.noun}'s whole address, starting with https://."
        raise Refused(fields={"address": words})
    if holds_login(address):
        words = "That address holds a user name or password. Use a public address."
        raise Refused(fields={"address": words})
    known = await known_of(session, kind, member.network_id)
    if len(known) >= MOST_SOURCES and address not in {one.address for one in known}:
        raise Refused(fields={"address": f"At most {MOST_SOURCES} {kind.noun}s can be read."})
    source = kind(
        network_id=member.network_id,
        address=address,
        title=address,
        added_by=member.id,
        added_at=now,
    )
    try:
        async with session.begin_nested():
            session.add(source)
    except IntegrityError:
        return await _tried_again(session, kind, member, address, now)
    return source


async def _tried_again(
    session: AsyncSession, kind: type[AnySource], member: Member, address: str, now: datetime
) -> AnySource:
    stmt = select(kind).where(kind.network_id == member.network_id, kind.address == address)
    source = (await session.scalars(stmt)).one()
    if source.accepted_at is not None:
        words = f"That {kind.noun} is read already. `{kind.command}` lists them."
        raise Refused(fields={"address": words})
    source.added_by, source.added_at = member.id, now
    source.preview = source.failure = None
    return source


async def known_of(
    session: AsyncSession, kind: type[AnySource], network_id: int
) -> Sequence[AnySource]:
    """The network's sources of a kind, oldest first, also those only tried."""
    stmt = select(kind).where(kind.network_id == network_id)
    return (await session.scalars(stmt.order_by(kind.id))).all()


async def accepted_of(
    session: AsyncSession, kind: type[AnySource], network_id: int
) -> list[AnySource]:
    """Those that the network reads, has paused or cannot read any more, oldest first."""
    return [one for one in await known_of(session, kind, network_id) if one.accepted_at is not None]


async def find(
    session: AsyncSession,
    kind: type[AnySource],
    network_id: int,
    source_id: int,
    *,
    held: bool = False,
) -> AnySource | None:
    """A source of this network; one of another is as if not there.

    held: until the transaction ends, so that no two readings of it write at the same time.
    """
    stmt = select(kind).where(kind.network_id == network_id, kind.id == source_id)
    return await session.scalar(stmt.with_for_update() if held else stmt)


async def find_here(
    session: AsyncSession, kind: type[AnySource], network_id: int, source_id: int
) -> AnySource:
    """A source of this network; raises `Refused` for anything else."""
    source = await find(session, kind, network_id, source_id)
    if source is None:
        raise Refused(f"That {kind.noun} is no longer here.")
    return source


async def accept(
    session: AsyncSession, kind: type[Source], network_id: int, source_id: int, now: datetime
) -> bool:
    """Read a tried source from now on; False where it is read already. Raises `Refused`."""
    await find_here(session, kind, network_id, source_id)
    stmt = (
        update(kind)
        .where(
            kind.network_id == network_id,
            kind.id == source_id,
            kind.accepted_at.is_(None),
            kind.preview.is_not(None),
        )
        .values(accepted_at=now, preview=None)
    )
    return (await session.scalar(stmt.returning(kind.id))) is not None


async def refuse(
    session: AsyncSession, kind: type[Source], network_id: int, source_id: int
) -> None:
    """Forget a tried source; raises `Refused`."""
    stmt = delete(kind).where(
        kind.network_id == network_id, kind.id == source_id, kind.accepted_at.is_(None)
    )
    if (await session.scalar(stmt.returning(kind.id))) is None:
        await find_here(session, kind, network_id, source_id)
        raise Refused(f"It is read already. `{kind.command}` removes it.")


async def pause(
    session: AsyncSession,
    kind: type[AnySource],
    network_id: int,
    source_id: int,
    *,
    paused: bool,
    now: datetime,
) -> AnySource:
    """Stop reading a source for now, or go on, also with one that had stopped for good.

    Raises `Refused`.
    """
    source = await find_here(session, kind, network_id, source_id)
    if source.accepted_at is None:
        raise Refused(f"That {kind.noun} is no longer here.")
    if paused:
        source.paused_at = now
    else:
        source.paused_at = source.stopped_at = None
        _recovered(source)
    return source


async def forget_tried(
    session: AsyncSession, kind: type[Source], network_id: int, now: datetime
) -> None:
    """Delete what was tried and never decided."""
    await session.execute(
        delete(kind).where(
            kind.network_id == network_id,
            kind.accepted_at.is_(None),
            kind.added_at <= now - TRIED_FOR,
        )
    )


# Reading


async def due(
    session: AsyncSession, kind: type[AnySource], network_id: int, now: datetime
) -> list[AnySource]:
    """The sources that are to be read now."""
    return [
        one
        for one in await known_of(session, kind, network_id)
        if one.reading and (one.next_read_at is None or one.next_read_at <= now + ABOUT_NOW)
    ]


def failed(
    source: Source,
    words: str,
    now: datetime,
    *,
    retry_after: timedelta | None = None,
    for_good: bool = False,
) -> bool:
    """Note that a source could not be read; True where its admin is to be told now.

    It is left alone for an hour, then twice as long each time, up to twelve; longer where the
    other side asked for it; altogether where it is gone for good. Told at the first reading of a
    new source, when it is gone, and once after it has failed for a day.
    """
    source.failing_since = source.failing_since or now
    source.failure = words
    source.failures += 1
    wait = min(FIRST_WAIT * 2 ** min(source.failures - 1, 10), LONGEST_WAIT)
    source.next_read_at = now + max(wait, retry_after or wait)
    if for_good:
        source.stopped_at = now
        source.failure_told_at = None
    return _to_be_told(source, now)


def _to_be_told(source: Source, now: datetime) -> bool:
    if source.failing_since is None or source.failure_told_at is not None:
        return False
    if (
        source.read_at is None
        or source.stopped_at is not None
        or now - source.failing_since >= FAILING_FOR
    ):
        source.failure_told_at = now
        return True
    return False


async def failing_for_a_day(
    session: AsyncSession, kind: type[AnySource], network_id: int, now: datetime
) -> list[AnySource]:
    """Those whose admin is to be told now, also while they are left alone; each once."""
    return [
        one
        for one in await known_of(session, kind, network_id)
        if one.reading and _to_be_told(one, now)
    ]


def was_read(source: Source, now: datetime) -> bool:
    """Note that it answered; True where a failure that was told is over."""
    source.read_at = now
    return _recovered(source)


def _recovered(source: Source) -> bool:
    """Forget a failure; True where somebody was told of it."""
    told = source.failure_told_at is not None
    source.failing_since = source.failure = source.failure_told_at = source.next_read_at = None
    source.failures = 0
    return told
