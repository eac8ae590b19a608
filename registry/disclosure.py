"""What may be shown of a person before both said yes: decided here, and nowhere else.

Views, digests and lists are drawn from `NeedShown` and `ProfileShown`, which have no field for a
name, an organisation of an academic, or a Slack id.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy.ext.asyncio import AsyncSession

from registry import places
from registry.expertise import Expertise
from registry.introductions import Introduction, IntroductionState, Side
from registry.members import Member, find_organisation
from registry.needs import Need


@dataclass(frozen=True)
class NeedShown:
    """A need as the other side sees it. council: None where the officer hides it."""

    id: int
    question: str
    where: str
    council: str | None
    background: str
    needed_by: date | None
    outputs: tuple[str, ...]
    offers: tuple[str, ...]
    money: str | None


@dataclass(frozen=True)
class ProfileShown:
    """Expertise as the other side sees it."""

    id: int
    shown_as: str
    outputs: tuple[str, ...]
    how_soon: str | None


class ShownState(StrEnum):
    """Where an introduction stands, as one side is told.

    What was declined, ran out or was withdrawn by the other side is `NOT_THIS_TIME`, from the
    same moment on; until then all three are `WAITING`.
    """

    WAITING = "waiting"
    YOUR_ANSWER = "your_answer"
    ON_HOLD = "on_hold"
    INTRODUCED = "introduced"
    NOT_THIS_TIME = "not_this_time"
    WITHDRAWN_BY_YOU = "withdrawn_by_you"
    DECLINED_BY_YOU = "declined_by_you"


async def need_shown(session: AsyncSession, need: Need) -> NeedShown:
    """What of a need may be shown to whoever may see it."""
    where = ", ".join(places.label(code) for code in need.places)
    council = await _council(session, need)
    return NeedShown(
        id=need.id,
        question=need.question,
        where=places.region_label(need.places) if need.hide_council else where,
        council=None if need.hide_council else council,
        background="" if need.hide_council else need.background,
        needed_by=need.needed_by,
        outputs=tuple(need.outputs),
        offers=tuple(need.offers),
        money=need.money,
    )


async def _council(session: AsyncSession, need: Need) -> str | None:
    member = await session.get(Member, need.member_id)
    if member is None:
        return None
    organisation = await find_organisation(session, need.network_id, member.organisation_id)
    return organisation.name if organisation else None


def profile_shown(expertise: Expertise) -> ProfileShown:
    """What of a profile may be shown to officers."""
    return ProfileShown(
        id=expertise.id,
        shown_as=expertise.shown_as,
        outputs=tuple(expertise.outputs),
        how_soon=expertise.how_soon,
    )


def shown_state(introduction: Introduction, side: Side, now: datetime) -> ShownState:
    """Where an introduction stands, as that side is told at that time."""
    state = IntroductionState(introduction.state)
    asker = introduction.asked_by == side
    if state is IntroductionState.ACCEPTED:
        return ShownState.INTRODUCED
    if asker and state is IntroductionState.WITHDRAWN:
        return ShownState.WITHDRAWN_BY_YOU
    if not asker and introduction.answered_at is not None:
        return ShownState.DECLINED_BY_YOU
    if introduction.closed_at is not None or introduction.answer_by <= now:
        return ShownState.NOT_THIS_TIME
    if not asker:
        answered = introduction.said_yes_while_paused
        return ShownState.ON_HOLD if answered else ShownState.YOUR_ANSWER
    return ShownState.WAITING
