"""What is not kept for ever goes."""

from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from registry import events, joining, networks, outbox, runs
from registry.networks import Network

ERRANDS_KEPT = timedelta(days=14)
RUNS_KEPT = timedelta(days=400)


async def purge(session: AsyncSession, network: Network, now: datetime) -> None:
    """Delete workspaces that left, errands long done, what ended a year ago, and old runs."""
    await networks.purge(session, network.id, now)
    await outbox.forget_done(session, network.id, now - ERRANDS_KEPT)
    await events.forget(session, network.id, now)
    await joining.forget_expired(session, network.id, now)
    await runs.forget(session, network.id, now - RUNS_KEPT)
