"""Common priorities: needs of several organisations that ask the same thing, kept from day to day.

What is kept is which needs belong together and what that is called. What is shown is drawn from
the needs that the whole network may see at that moment.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint, delete, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from matching import priorities
from matching.analysis import Analysed
from matching.priorities import Group
from registry.database import Base
from registry.disclosure import AskedShown, asked_shown
from registry.matchmaker import query_of
from registry.members import Member
from registry.needs import SHARED, Need, NeedState

MOST_ASKED = 8
MOST_NEEDS = 2000
"""How many needs of a network are looked at, the newest first."""


class Priority(Base):
    """A group of needs that ask the same. label: a few of their own words."""

    __tablename__ = "priorities"

    id: Mapped[int] = mapped_column(primary_key=True)
    network_id: Mapped[int] = mapped_column(
        ForeignKey("networks.id", ondelete="CASCADE"), index=True
    )
    label: Mapped[list[str]]
    created_at: Mapped[datetime]


class PriorityNeed(Base):
    """A need's place in a group; it is in one at most."""

    __tablename__ = "priority_needs"
    __table_args__ = (UniqueConstraint("need_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    network_id: Mapped[int] = mapped_column(
        ForeignKey("networks.id", ondelete="CASCADE"), index=True
    )
    priority_id: Mapped[int] = mapped_column(
        ForeignKey("priorities.id", ondelete="CASCADE"), index=True
    )
    need_id: Mapped[int] = mapped_column(ForeignKey("needs.id", ondelete="CASCADE"))


@dataclass(frozen=True)
class Kept:
    """A network's groups as they are kept, and the needs that are to be grouped."""

    needs: Mapping[int, Analysed]
    groups: Mapping[int, Group]
    labels: Mapping[int, tuple[str, ...]]


@dataclass(frozen=True)
class Grouped:
    """A group as it is to be kept: whose identity it goes on with, if any."""

    members: Group
    label: tuple[str, ...]
    goes_on: int | None


@dataclass(frozen=True)
class PriorityShown:
    """What several organisations ask: the first needs, open ones before closed ones, oldest first.

    more: how many needs beyond `asked`. organisations: how many ask it, in all.
    """

    id: int
    label: tuple[str, ...]
    asked: tuple[AskedShown, ...]
    more: int
    organisations: int


async def kept(session: AsyncSession, network_id: int) -> Kept:
    """The groups so far, and the newest needs that the whole network may see."""
    stmt = (
        select(Need)
        .where(Need.network_id == network_id, SHARED)
        .order_by(Need.id.desc())
        .limit(MOST_NEEDS)
    )
    needs = {need.id: query_of(need) for need in await session.scalars(stmt)}
    members: dict[int, set[int]] = {}
    rows = await session.scalars(select(PriorityNeed).where(PriorityNeed.network_id == network_id))
    for row in rows:
        members.setdefault(row.priority_id, set()).add(row.need_id)
    labels = await session.scalars(select(Priority).where(Priority.network_id == network_id))
    return Kept(
        needs,
        {id_: frozenset(group) for id_, group in members.items()},
        {one.id: tuple(one.label) for one in labels},
    )


def grouped(so_far: Kept) -> list[Grouped]:
    """The groups as they are now, each going on from the earlier one that it overlaps most."""
    found = priorities.groups(so_far.needs, so_far.groups.values())
    goes_on = priorities.continued(so_far.groups, found)
    rarities = priorities.rarity(so_far.needs)
    return [
        Grouped(
            members,
            priorities.label(
                [so_far.needs[id_] for id_ in sorted(members)],
                rarities,
                before=so_far.labels.get(goes_on.get(place, 0), ()),
            ),
            goes_on.get(place),
        )
        for place, members in enumerate(found)
    ]


async def keep(
    session: AsyncSession, network_id: int, groups: Sequence[Grouped], *, now: datetime
) -> set[int]:
    """Keep the groups in place of the earlier ones; the needs whose group has changed."""
    there = set(await session.scalars(select(Need.id).where(Need.network_id == network_id)))
    rows = list(
        await session.scalars(
            select(PriorityNeed)
            .where(PriorityNeed.network_id == network_id)
            .order_by(PriorityNeed.id)
            .with_for_update()
        )
    )
    before = _neighbours((row.priority_id, row.need_id) for row in rows)
    await session.execute(delete(PriorityNeed).where(PriorityNeed.network_id == network_id))
    earlier = {
        one.id: one
        for one in await session.scalars(select(Priority).where(Priority.network_id == network_id))
    }
    now_kept: list[tuple[int, int]] = []
    for group in groups:
        priority = earlier.pop(group.goes_on or 0, None)
        if priority is None:
            priority = Priority(network_id=network_id, created_at=now)
            session.add(priority)
        priority.label = list(group.label)
        await session.flush()
        members = sorted(group.members & there)
        now_kept += [(priority.id, need_id) for need_id in members]
    session.add_all(
        PriorityNeed(network_id=network_id, priority_id=priority_id, need_id=need_id)
        for priority_id, need_id in now_kept
    )
    for gone in earlier.values():
        await session.delete(gone)
    await session.flush()
    after = _neighbours(now_kept)
    return {id_ for id_ in before.keys() | after.keys() if before.get(id_) != after.get(id_)}


def _neighbours(rows: Iterable[tuple[int, int]]) -> dict[int, Group]:
    """Each need's whole group."""
    groups: dict[int, set[int]] = {}
    for priority_id, need_id in rows:
        groups.setdefault(priority_id, set()).add(need_id)
    return {id_: frozenset(group) for group in groups.values() for id_ in group}


async def shown(
    session: AsyncSession, network_id: int, *, most: int
) -> tuple[list[PriorityShown], int]:
    """The first of what several organisations ask and one still does, and how many there are.

    Those that most ask come first.
    """
    stmt = (
        select(Priority, Need, Member)
        .join(PriorityNeed, PriorityNeed.priority_id == Priority.id)
        .join(Need, Need.id == PriorityNeed.need_id)
        .join(Member, Member.id == Need.member_id)
        .where(Priority.network_id == network_id, SHARED)
        .order_by(Need.state.desc(), Need.id)
    )
    asked: dict[int, _Asked] = {}
    for priority, need, member in await session.execute(stmt):
        asked.setdefault(priority.id, _Asked(priority)).by.append((need, member))
    several = [one for one in asked.values() if one.organisations > 1 and one.still_asked]
    several.sort(key=lambda one: (-one.organisations, -len(one.by), one.priority.id))
    return [await one.shown(session) for one in several[:most]], len(several)


@dataclass(frozen=True)
class _Asked:
    """A group with the needs that may be shown, open ones first, and whose they are."""

    priority: Priority
    by: list[tuple[Need, Member]] = field(default_factory=list)

    @property
    def still_asked(self) -> bool:
        return any(need.state == NeedState.OPEN for need, _ in self.by)

    @property
    def organisations(self) -> int:
        """How many ask; who named no organisation counts as one of their own."""
        named = {one.organisation_id for _, one in self.by if one.organisation_id is not None}
        return len(named) + len({one.id for _, one in self.by if one.organisation_id is None})

    async def shown(self, session: AsyncSession) -> PriorityShown:
        """Its label holds only words of the needs that are shown: one may have gone since."""
        some = [need for need, _ in self.by]
        return PriorityShown(
            id=self.priority.id,
            label=priorities.label([query_of(need) for need in some], before=self.priority.label),
            asked=tuple([await asked_shown(session, need) for need in some[:MOST_ASKED]]),
            more=len(some[MOST_ASKED:]),
            organisations=self.organisations,
        )


async def neighbours(session: AsyncSession, need: Need) -> Sequence[int]:
    """The other needs of a need's group: their officers' cards tell of it."""
    mine = select(PriorityNeed.priority_id).where(PriorityNeed.need_id == need.id)
    stmt = select(PriorityNeed.need_id).where(
        PriorityNeed.network_id == need.network_id,
        PriorityNeed.priority_id.in_(mine),
        PriorityNeed.need_id != need.id,
    )
    return (await session.scalars(stmt)).all()


async def others_who_ask(session: AsyncSession, need: Need) -> PriorityShown | None:
    """What other organisations than the need's own ask alike; None where none does."""
    if not need.shared:
        return None
    own = await session.get_one(Member, need.member_id)
    stmt = (
        select(PriorityNeed.priority_id)
        .where(PriorityNeed.network_id == need.network_id, PriorityNeed.need_id == need.id)
        .scalar_subquery()
    )
    others = (
        select(Priority, Need, Member)
        .join(PriorityNeed, PriorityNeed.priority_id == Priority.id)
        .join(Need, Need.id == PriorityNeed.need_id)
        .join(Member, Member.id == Need.member_id)
        .where(
            Priority.id == stmt,
            SHARED,
            Need.member_id != need.member_id,
            or_(Member.organisation_id.is_(None), Member.organisation_id != own.organisation_id),
        )
        .order_by(Need.state.desc(), Need.id)
    )
    rows = (await session.execute(others)).all()
    if not rows:
        return None
    return await _Asked(rows[0][0], [(one, member) for _, one, member in rows]).shown(session)
