"""The week's allocated pairs: what they are drawn from, and what each firing of the digest keeps.

Which needs are listed never hangs on what anybody said: see docs/decisions/digest.md.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ForeignKey, Select, UniqueConstraint, and_, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from matching.allocation import Candidate, lift
from registry import needs
from registry.database import Base
from registry.expertise import SEEKING, Expertise
from registry.introductions import Introduction, IntroductionState
from registry.matches import Match
from registry.members import Member
from registry.needs import Need
from registry.runs import Run

MOST_LISTED = 5
"""How many pairs of a firing are told; the others are only counted, and may come another week."""


class AllocatedPair(Base):
    """A need and a profile that a firing put together. position: 0 for the first that is told."""

    __tablename__ = "allocated_pairs"
    __table_args__ = (UniqueConstraint("run_id", "need_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    network_id: Mapped[int] = mapped_column(
        ForeignKey("networks.id", ondelete="CASCADE"), index=True
    )
    run_id: Mapped[int] = mapped_column(ForeignKey("runs.id", ondelete="CASCADE"))
    need_id: Mapped[int] = mapped_column(ForeignKey("needs.id", ondelete="CASCADE"), index=True)
    expertise_id: Mapped[int] = mapped_column(
        ForeignKey("expertise.id", ondelete="CASCADE"), index=True
    )
    position: Mapped[int]
    band: Mapped[str]


@dataclass(frozen=True)
class Inputs:
    """What `matching.allocation.allocate` takes, and each pair's band by (need, profile)."""

    candidates: tuple[Candidate, ...]
    room: Mapping[int, int]
    served: Mapping[int, int]
    bands: Mapping[tuple[int, int], str]


# What both sides see as open takes room, also where one has said no: room that came back at the
# moment of a no would tell of it.
TAKES_ROOM = or_(
    and_(
        Introduction.state != IntroductionState.ACCEPTED,
        Introduction.closed_at.is_(None),
    ),
    and_(
        Introduction.state == IntroductionState.ACCEPTED,
        Introduction.concluded_at.is_(None),
    ),
)


async def inputs(session: AsyncSession, network_id: int, now: datetime) -> Inputs:
    """Every pair above the bar of a need that all may see and a profile in matching."""
    taken = await _room_taken(session, network_id)
    served = await _served(session, network_id)
    candidates: list[Candidate] = []
    room: dict[int, int] = {}
    places: dict[int, list[str]] = {}
    bands: dict[tuple[int, int], str] = {}
    for need_id, profile_id, score, band, capacity, codes, avoid, barred in await session.execute(
        _pairs(network_id, now)
    ):
        one = Candidate(need_id, profile_id, score, barred=bool(barred), avoid=bool(avoid))
        candidates.append(one)
        room[profile_id] = max(0, capacity - taken[profile_id])
        places[need_id] = codes
        bands[need_id, profile_id] = band
    return Inputs(
        tuple(candidates),
        room,
        {need_id: served.of(need_id, codes) for need_id, codes in places.items()},
        bands,
    )


def _pairs(
    network_id: int, now: datetime
) -> Select[int, int, float, str, int, list[str], bool, bool]:
    """The pairs, each with its capacity, places, and whether it is taken up or listed already."""
    said = or_(
        Match.officer_said.is_not(None),
        Match.academic_said.is_not(None),
        func.coalesce(Expertise.no_capacity_until > now, False),
        exists(select(Introduction.id).where(Introduction.match_id == Match.id)),
    )
    listed = exists(
        select(AllocatedPair.id).where(
            AllocatedPair.need_id == Match.need_id,
            AllocatedPair.expertise_id == Match.expertise_id,
            AllocatedPair.position < MOST_LISTED,
        )
    )
    return (
        select(
            Match.need_id,
            Match.expertise_id,
            Match.score,
            Match.band,
            Expertise.capacity,
            Need.places,
            said,
            listed,
        )
        .join(Need, Need.id == Match.need_id)
        .join(Expertise, Expertise.id == Match.expertise_id)
        .join(Member, Member.id == Expertise.member_id)
        .where(
            Match.network_id == network_id,
            needs.SEEKING,
            SEEKING,
            Member.deactivated_at.is_(None),
            Need.member_id != Expertise.member_id,
        )
    )


async def _room_taken(session: AsyncSession, network_id: int) -> Counter[int]:
    """How many asks and introductions each profile has."""
    stmt = (
        select(Introduction.expertise_id, func.count(Introduction.id))
        .where(Introduction.network_id == network_id, TAKES_ROOM)
        .group_by(Introduction.expertise_id)
    )
    taken: Counter[int] = Counter()
    for expertise_id, number in await session.execute(stmt):
        taken[expertise_id] = number
    return taken


@dataclass(frozen=True)
class _Served:
    """How often each place was served, and by which needs, which do not count for themselves."""

    places: Mapping[str, int]
    needs: Mapping[int, int]

    def of(self, need_id: int, codes: Iterable[str]) -> int:
        own = self.needs.get(need_id, 0)
        return min((self.places.get(code, 0) - own for code in codes), default=0)


async def _served(session: AsyncSession, network_id: int) -> _Served:
    """Needs whose officers were told of somebody, introductions asked for, profiles about it."""
    told = exists(select(Match.id).where(Match.need_id == Need.id, Match.told_on.is_not(None)))
    asked = (
        select(func.count(Introduction.id)).where(Introduction.need_id == Need.id).scalar_subquery()
    )
    places: Counter[str] = Counter()
    needs: dict[int, int] = {}
    stmt = select(Need.id, Need.places, told, asked).where(Need.network_id == network_id)
    for need_id, codes, was_told, number in await session.execute(stmt):
        needs[need_id] = int(was_told) + number
        places.update(dict.fromkeys(codes, needs[need_id]))
    profiles = select(Expertise.places).where(Expertise.network_id == network_id, SEEKING)
    for codes in await session.scalars(profiles):
        places.update(set(codes))
    return _Served(places, needs)


async def keep(session: AsyncSession, run: Run, chosen: Iterable[Candidate], drawn: Inputs) -> None:
    """Keep a firing's pairs, the one most worth first; what was removed meanwhile is left out."""
    needs = set(await session.scalars(select(Need.id).where(Need.network_id == run.network_id)))
    profiles = set(
        await session.scalars(select(Expertise.id).where(Expertise.network_id == run.network_id))
    )
    there = [one for one in chosen if one.need in needs and one.profile in profiles]
    there.sort(key=lambda one: (-(one.score + lift(drawn.served.get(one.need, 0))), one.need))
    session.add_all(
        AllocatedPair(
            network_id=run.network_id,
            run_id=run.id,
            need_id=one.need,
            expertise_id=one.profile,
            position=position,
            band=drawn.bands[one.need, one.profile],
        )
        for position, one in enumerate(there)
    )
    await session.flush()


async def of_run(
    session: AsyncSession, run: Run
) -> Sequence[tuple[AllocatedPair, Need, Expertise]]:
    """A firing's pairs as far as both are still there for all to see, in order."""
    stmt = (
        select(AllocatedPair, Need, Expertise)
        .join(Need, Need.id == AllocatedPair.need_id)
        .join(Expertise, Expertise.id == AllocatedPair.expertise_id)
        .join(Member, Member.id == Expertise.member_id)
        .where(
            AllocatedPair.network_id == run.network_id,
            AllocatedPair.run_id == run.id,
            needs.SEEKING,
            SEEKING,
            Member.deactivated_at.is_(None),
        )
        .order_by(AllocatedPair.position)
    )
    return [(pair, need, one) for pair, need, one in await session.execute(stmt)]
