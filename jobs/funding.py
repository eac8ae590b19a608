"""Feeds are read every hour; what is new and what closes soon is posted once a day."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.cards import post_card
from bot.funding.deliveries import DAILY, READ
from registry import funding, outbox
from registry.networks import Network, Purpose


async def read_feeds(session: AsyncSession, network: Network, now: datetime) -> None:
    """Have every feed read, each once for this hour."""
    for feed in await funding.feeds(session, network.id):
        await outbox.enqueue(
            session,
            network.id,
            READ,
            {"feed_id": feed.id},
            now=now,
            once=f"{READ}:{feed.id}:{now:%Y-%m-%dT%H}",
        )


async def post_calls(session: AsyncSession, network: Network, now: datetime) -> None:
    """The day's one bundled post: the feeds' new and moved calls, and those closing soon."""
    new = await funding.take_pending(session, network.id, now)
    closing = [
        call for call in await funding.take_reminders(session, network, now) if call not in new
    ]
    if new or closing:
        today = now.astimezone(network.zone).date()
        await post_card(
            session,
            network.id,
            DAILY,
            today.toordinal(),
            purpose=Purpose.FUNDING,
            now=now,
            more={"new": [call.id for call in new], "closing": [call.id for call in closing]},
        )
