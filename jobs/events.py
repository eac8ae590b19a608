"""Reminders of events: to the channel, and the day before to those going."""

from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from bot.cards import post_card
from bot.events.deliveries import REMINDER
from registry import events
from registry.events import Event
from registry.networks import Network, Purpose

DAY = timedelta(days=1)


async def remind(session: AsyncSession, network: Network, now: datetime) -> None:
    """Everything that is due up to now, each reminder once."""
    for event, before in await events.take_reminders(session, network, now):
        more = {"before": int(before.total_seconds())}
        await post_card(
            session, network.id, REMINDER, event.id, purpose=Purpose.EVENTS, now=now, more=more
        )
        if before == DAY:
            await _remind_those_going(session, event, now)


async def _remind_those_going(session: AsyncSession, event: Event, now: datetime) -> None:
    for member in await events.going_members(session, event.id):
        await post_card(
            session,
            event.network_id,
            REMINDER,
            event.id,
            member_id=member.id,
            unasked=True,
            now=now,
            more={"before": int(DAY.total_seconds())},
        )
