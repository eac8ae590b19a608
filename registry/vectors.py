"""Vectors of needs and expertise, kept with the digest of the texts they were made of."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

import numpy as np
from sqlalchemy import ForeignKey, and_, delete, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute, Mapped, mapped_column

from matching.vectors import Vectors
from registry.database import Base
from registry.expertise import Expertise
from registry.members import Member
from registry.needs import Need

AT_ONCE = 500


class StoredVectors(Base):
    """A need's or an expertise's vectors by one model, row after row in half precision.

    digest: of the texts, see `matching.encoding.digest`. as_of: when the need or expertise, as it
    was read, had last been changed. A row is worth nothing once the text or the model is
    another. Half precision moves a cosine by less than 0.001.
    """

    __tablename__ = "vectors"

    id: Mapped[int] = mapped_column(primary_key=True)
    network_id: Mapped[int] = mapped_column(
        ForeignKey("networks.id", ondelete="CASCADE"), index=True
    )
    need_id: Mapped[int | None] = mapped_column(
        ForeignKey("needs.id", ondelete="CASCADE"), unique=True
    )
    expertise_id: Mapped[int | None] = mapped_column(
        ForeignKey("expertise.id", ondelete="CASCADE"), unique=True
    )
    digest: Mapped[str]
    as_of: Mapped[datetime]
    model: Mapped[str]
    dimensions: Mapped[int]
    halves: Mapped[bytes]


@dataclass(frozen=True)
class Kept:
    """Vectors, the digest of the texts that they are of, and as of when those were read."""

    digest: str
    as_of: datetime
    vectors: Vectors


Whose = InstrumentedAttribute[int | None]
OF_NEEDS = StoredVectors.need_id
OF_EXPERTISE = StoredVectors.expertise_id


async def stored(
    session: AsyncSession,
    network_id: int,
    whose: Whose,
    ids: Collection[int],
    model: str,
) -> dict[int, Kept]:
    """What that model made for those needs or expertise of this network."""
    found: dict[int, Kept] = {}
    remaining = iter(sorted(ids))
    while some := list(islice(remaining, AT_ONCE)):
        stmt = select(whose, StoredVectors).where(
            StoredVectors.network_id == network_id,
            StoredVectors.model == model,
            whose.in_(some),
        )
        found |= {id_: _read(row) for id_, row in await session.execute(stmt) if id_ is not None}
    return found


async def of_profiles(
    session: AsyncSession, network_id: int, model: str, *, after: int, among: Collection[int] | None
) -> dict[int, Vectors | None]:
    """A page of the profiles that take part in matching: their vectors, None where out of date.

    after: the id after which the page begins. among: only those ids.
    """
    current = and_(
        StoredVectors.expertise_id == Expertise.id,
        StoredVectors.model == model,
        StoredVectors.as_of == Expertise.updated_at,
    )
    stmt = (
        select(Expertise.id, StoredVectors)
        .join(Member, Member.id == Expertise.member_id)
        .outerjoin(StoredVectors, current)
        .where(
            Expertise.network_id == network_id,
            Expertise.id > after,
            Expertise.suggestable,
            Expertise.paused_at.is_(None),
            Member.deactivated_at.is_(None),
        )
        .order_by(Expertise.id)
        .limit(AT_ONCE)
    )
    if among is not None:
        stmt = stmt.where(Expertise.id.in_(among))
    found: dict[int, Vectors | None] = {}
    for id_, row in await session.execute(stmt):
        stored_row: StoredVectors | None = row
        found[id_] = _read(stored_row).vectors if stored_row is not None else None
    return found


async def keep(
    session: AsyncSession,
    network_id: int,
    whose: Whose,
    made: Mapping[int, Kept],
    model: str,
) -> None:
    """Keep vectors in place of those that were there; of what was removed meanwhile, none."""
    subject: Any = Need.id if whose is OF_NEEDS else Expertise.id
    network: Any = Need.network_id if whose is OF_NEEDS else Expertise.network_id
    stmt = select(subject).where(network == network_id, subject.in_(made)).with_for_update()
    there = set(await session.scalars(stmt))
    await session.execute(delete(StoredVectors).where(whose.in_(there)))
    session.add_all(
        StoredVectors(
            network_id=network_id,
            **{whose.key: id_},
            digest=made[id_].digest,
            as_of=made[id_].as_of,
            model=model,
            dimensions=made[id_].vectors.shape[1],
            halves=made[id_].vectors.astype(np.float16).tobytes(),
        )
        for id_ in sorted(there)
    )
    await session.flush()


def as_kept(made: Vectors) -> Vectors:
    """Vectors as they are read again, so that a score does not depend on who made them when."""
    return made.astype(np.float16).astype(np.float32)


def _read(row: StoredVectors) -> Kept:
    halves = np.frombuffer(row.halves, dtype=np.float16).reshape(-1, row.dimensions)
    return Kept(row.digest, row.as_of, halves.astype(np.float32))
