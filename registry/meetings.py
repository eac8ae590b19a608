"""Whether the two who were introduced have met, and what goes on where they have not."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import and_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from registry import presses
from registry.introductions import (
    CHECK_AFTER,
    NO_LONGER_OPEN,
    Introduction,
    IntroductionState,
    Side,
    accept,
    answer_by,
    find,
    members_of,
    note,
)
from registry.members import Member
from registry.needs import Need
from registry.networks import Network
from registry.refusal import Refused

MOST_CHECKS = 3
CONCLUDED_AFTER = timedelta(days=60)


class Met(StrEnum):
    """The answer to "Did you meet?"."""

    YES = "yes"
    NOT_YET = "not_yet"
    NO = "no"


async def to_check(session: AsyncSession, network_id: int, now: datetime) -> Sequence[Introduction]:
    """Introductions whose people are to be asked now whether they met; each is returned once.

    Those made long ago are concluded, asked or not.
    """
    made = and_(
        Introduction.network_id == network_id,
        Introduction.state == IntroductionState.ACCEPTED,
        Introduction.concluded_at.is_(None),
    )
    await session.execute(
        update(Introduction)
        .where(made, Introduction.answered_at <= now - CONCLUDED_AFTER)
        .values(concluded_at=now, check_at=None)
    )
    stmt = (
        update(Introduction)
        .where(made, Introduction.check_at <= now)
        .values(check_at=None, checks=Introduction.checks + 1)
        .returning(Introduction)
        .execution_options(populate_existing=True)
    )
    return sorted(await session.scalars(stmt), key=lambda one: one.id)


async def say_met(
    session: AsyncSession,
    network: Network,
    introduction_id: int,
    member: Member,
    met: Met,
    *,
    now: datetime,
) -> list[Introduction]:
    """One of the two says whether they met; the asks that come back to life because of a no."""
    introduction = await find(session, network.id, introduction_id)
    people = await members_of(session, introduction)
    side = next((side for side, one in people.items() if one.id == member.id), None)
    if side is None or introduction.state != IntroductionState.ACCEPTED:
        raise Refused(NO_LONGER_OPEN)
    await note(session, introduction, side, f"{presses.MET}:{met}", now)
    if side is Side.OFFICER:
        introduction.officer_met = met
    else:
        introduction.academic_met = met
    if met is Met.NOT_YET:
        if introduction.checks < MOST_CHECKS and introduction.concluded_at is None:
            introduction.check_at = introduction.check_at or now + CHECK_AFTER
        return []
    introduction.concluded_at = introduction.concluded_at or now
    introduction.check_at = None
    return await _resume(session, network, introduction, now) if met is Met.NO else []


async def _resume(
    session: AsyncSession, network: Network, failed: Introduction, now: datetime
) -> list[Introduction]:
    """Asks that were paused go on with a new time to answer; a yes given meanwhile counts."""
    need = await session.get_one(Need, failed.need_id, with_for_update=True)
    paused = await session.scalars(
        select(Introduction)
        .where(
            Introduction.need_id == failed.need_id,
            Introduction.state == IntroductionState.PAUSED,
            Introduction.answer_by > now,
        )
        .order_by(Introduction.said_yes_while_paused.desc(), Introduction.id)
    )
    resumed = list(paused)
    for introduction in resumed:
        introduction.state = IntroductionState.ASKED
        introduction.answer_by = answer_by(network, need, now, arrives=now)
    await session.flush()
    if resumed and resumed[0].said_yes_while_paused:
        await accept(session, resumed[0], now)
        for introduction in resumed:
            await session.refresh(introduction)
    return resumed
