"""What becomes of needs by themselves: officers hear of who joined, and of dates that passed."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.cards import post_card
from bot.needs.deliveries import tell_officers
from bot.needs.showing import refresh_need
from bot.needs.suggestion import LAPSED
from registry import needs, suggestions
from registry.cards import cards_of
from registry.needs import Need
from registry.networks import Network


async def tell_of_newcomers(session: AsyncSession, network: Network, now: datetime) -> None:
    """Post what waited because an officer had had the day's one message."""
    untold = await suggestions.untold(session, network.id)
    await tell_officers(session, network, untold, now, daily=True)


async def ask_if_still_open(session: AsyncSession, network: Network, now: datetime) -> None:
    """Ask the officer of each need whose date has passed, once for each date.

    Nobody new is suggested for it until it has another date.
    """
    today = now.astimezone(network.zone).date()
    for need in await needs.lapse(session, network.id, today):
        await refresh_need(session, need, now=now)
        await _ask(session, need, now)


async def _ask(session: AsyncSession, need: Need, now: datetime) -> None:
    for earlier in await cards_of(session, need.network_id, LAPSED, need.id):
        await session.delete(earlier)  # it says what became of the date before, and stays so
    await post_card(
        session,
        need.network_id,
        LAPSED,
        need.id,
        member_id=need.member_id,
        unasked=True,
        now=now,
        about=f"need:{need.id}",
        once=f"{LAPSED}:{need.id}:{need.lapsed_on}",
    )
