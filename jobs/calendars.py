"""Calendars are read every hour; what is new or changed in them is posted once a day."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.calendars.deliveries import CALENDAR, post_bundle
from bot.sources.reading import read_due
from registry import event_bundles
from registry.networks import Network


async def read_calendars(session: AsyncSession, network: Network, now: datetime) -> None:
    """Have every calendar that is due read, each once for this hour."""
    await read_due(session, CALENDAR, network, now)


async def post_news(session: AsyncSession, network: Network, now: datetime) -> None:
    """The day's one bundled post of what is new, changed or cancelled."""
    bundle = await event_bundles.take_news(session, network, now)
    if bundle is not None:
        await post_bundle(session, bundle, now=now)
