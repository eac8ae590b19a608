"""Where a member stands: what waits for them, their needs, expertise and introductions."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from registry import expertise as profiles
from registry import introductions, needs
from registry.disclosure import (
    NeedShown,
    OtherTold,
    ShownState,
    introduced_to,
    need_shown,
    shown_state,
)
from registry.expertise import Expertise
from registry.introductions import Introduction, Side
from registry.members import Member
from registry.needs import Need

WAITS = (ShownState.YOUR_ANSWER, ShownState.ON_HOLD, ShownState.WAITING)


@dataclass(frozen=True)
class Standing:
    """One introduction as the member may see it. other: only once both said yes."""

    introduction_id: int
    side: Side
    need: NeedShown
    state: ShownState
    asked_by_me: bool
    other: OtherTold | None = None


@dataclass(frozen=True)
class Overview:
    """Everything of one member."""

    needs: list[Need]
    expertise: Expertise | None
    standings: list[Standing]

    @property
    def waiting(self) -> list[Standing]:
        """What waits for the member's own answer."""
        return [one for one in self.standings if one.state is ShownState.YOUR_ANSWER]


async def overview(session: AsyncSession, member: Member, now: datetime) -> Overview:
    """All that is the member's own; what waits for them comes first."""
    own_needs = await needs.of_member(session, member)
    own = await profiles.of_member(session, member)
    standings: list[Standing] = []
    for need in own_needs:
        asked = await introductions.of_need(session, need.id)
        standings += [
            await _standing(session, one, need, Side.OFFICER, member, now) for one in asked
        ]
    if own is not None:
        for one in await introductions.of_expertise(session, own.id):
            need = await session.get_one(Need, one.need_id)
            standings.append(await _standing(session, one, need, Side.ACADEMIC, member, now))
    standings.sort(key=lambda one: (_urgency(one), -one.introduction_id))
    return Overview(own_needs, own, standings)


def _urgency(one: Standing) -> int:
    order = (*WAITS[:1], ShownState.INTRODUCED, *WAITS[1:])
    return order.index(one.state) if one.state in order else len(order)


async def _standing(
    session: AsyncSession,
    one: Introduction,
    need: Need,
    side: Side,
    reader: Member,
    now: datetime,
) -> Standing:
    return Standing(
        introduction_id=one.id,
        side=side,
        need=await need_shown(session, need),
        state=shown_state(one, side, now),
        asked_by_me=one.asked_by == side,
        other=await introduced_to(session, one, reader),
    )
