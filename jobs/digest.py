"""The weekly digest, posted to the admins' channel once its pairs are allocated."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.digest.deliveries import ALLOCATE
from registry import outbox, runs
from registry.digest import JOB
from registry.networks import Network


async def post_digest(session: AsyncSession, network: Network, now: datetime) -> None:
    """Have this firing's pairs allocated; the card follows, and is drawn when it is sent."""
    run = await runs.newest(session, network.id, JOB)
    await outbox.enqueue(
        session, network.id, ALLOCATE, {"run_id": run.id}, now=now, once=f"{ALLOCATE}:{run.id}"
    )
