"""Time zones are learnt anew: people move."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from registry.members import learn_zone, zones_to_learn
from registry.networks import Network


async def refresh_zones(session: AsyncSession, network: Network, now: datetime) -> None:
    """Have Slack asked for those that are old or were never asked for."""
    for member in await zones_to_learn(session, network.id, now):
        await learn_zone(session, member, now=now)
