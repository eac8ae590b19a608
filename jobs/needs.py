"""What becomes of needs by themselves: officers hear of those who joined since."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.needs.deliveries import tell_officers
from registry import suggestions
from registry.networks import Network


async def tell_of_newcomers(session: AsyncSession, network: Network, now: datetime) -> None:
    """Post what waited because an officer had had the day's one message."""
    untold = await suggestions.untold(session, network.id)
    await tell_officers(session, network, untold, now, daily=True)
