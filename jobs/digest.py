"""The weekly digest, posted to the admins' channel."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.cards import post_card
from bot.digest.deliveries import CARD
from registry import runs
from registry.digest import JOB
from registry.networks import Network, Purpose


async def post_digest(session: AsyncSession, network: Network, now: datetime) -> None:
    """Have this firing's digest posted; it is drawn when it is sent."""
    run = await runs.newest(session, network.id, JOB)
    await post_card(
        session,
        network.id,
        CARD,
        run.id,
        purpose=Purpose.DIGEST,
        now=now,
        once=f"{CARD}:{run.id}",
    )
