"""What becomes of introductions by themselves: asks run out, and people are asked if they met."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.cards import post_card
from bot.introductions.deliveries import CHECK, CLOSED, refresh
from registry import introductions, meetings, needs
from registry.introductions import Introduction, IntroductionState, Side
from registry.networks import Network


async def close_due(session: AsyncSession, network: Network, now: datetime) -> None:
    """Close asks whose time has run out, tell who asked, and show it on both sides."""
    for introduction in await introductions.close_due(session, network.id, now):
        await refresh(session, introduction, now=now)
        if introduction.state != IntroductionState.WITHDRAWN:
            await _tell_asker(session, introduction, now)


async def _tell_asker(session: AsyncSession, introduction: Introduction, now: datetime) -> None:
    need = await needs.find(session, introduction.network_id, introduction.need_id)
    people = await introductions.members_of(session, introduction)
    if need is None or not need.in_sight:
        return
    await post_card(
        session,
        introduction.network_id,
        CLOSED,
        introduction.id,
        member_id=people[Side(introduction.asked_by)].id,
        unasked=True,
        now=now,
        about=f"need:{introduction.need_id}",
        once=f"{CLOSED}:{introduction.id}",
    )


async def ask_whether_met(session: AsyncSession, network: Network, now: datetime) -> None:
    """Ask both people of each introduction that is old enough, and again after a "not yet"."""
    for introduction in await meetings.to_check(session, network.id, now):
        people = await introductions.members_of(session, introduction)
        for member in people.values():
            await post_card(
                session,
                network.id,
                CHECK,
                introduction.id,
                member_id=member.id,
                unasked=True,
                now=now,
                about=f"need:{introduction.need_id}",
                once=f"{CHECK}:{introduction.id}:{member.id}:{introduction.checks}",
            )


HOURLY = (close_due, ask_whether_met)
