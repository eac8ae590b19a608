"""Calendars are read every hour; what is new or changed in them is posted once a day."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.calendars.deliveries import READ
from bot.cards import post_card
from bot.events.deliveries import BUNDLE
from registry import calendars, outbox
from registry.networks import Network, Purpose


async def read_calendars(session: AsyncSession, network: Network, now: datetime) -> None:
    """Have every calendar read that is not paused or waiting, each once for this hour."""
    await calendars.forget_tried(session, network.id, now)
    for calendar in await calendars.due(session, network.id, now):
        await outbox.enqueue(
            session,
            network.id,
            READ,
            {"calendar_id": calendar.id},
            now=now,
            once=f"{READ}:{calendar.id}:{now:%Y-%m-%dT%H}",
        )


async def post_news(session: AsyncSession, network: Network, now: datetime) -> None:
    """The day's one bundled post of what is new, changed or cancelled."""
    bundle = await calendars.take_news(session, network, now)
    if bundle is not None:
        await post_card(
            session,
            network.id,
            BUNDLE,
            bundle.id,
            purpose=Purpose.EVENTS,
            now=now,
            once=f"{BUNDLE}:{bundle.id}",
        )
