"""Common priorities, compared anew every morning before the digest."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.priorities.deliveries import GROUP
from registry import outbox
from registry.networks import Network


async def group_needs(session: AsyncSession, network: Network, now: datetime) -> None:
    """Have a worker find what several places ask."""
    await outbox.enqueue(session, network.id, GROUP, {}, now=now)
