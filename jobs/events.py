"""Reminders of events, and the question whether they were useful."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.cards import post_card
from bot.events.deliveries import REMINDER, USEFUL
from registry import attendances, reminders
from registry.events import told
from registry.members import zone_of
from registry.networks import Network, Purpose
from registry.reminders import Reminder


async def remind(session: AsyncSession, network: Network, now: datetime) -> None:
    """Have what is due up to an hour from now sent at its minute, each reminder once."""
    for reminder in await reminders.take(session, network, now):
        await _send(session, network, reminder, now)


async def _send(session: AsyncSession, network: Network, reminder: Reminder, now: datetime) -> None:
    to_person = reminder.member is not None
    await post_card(
        session,
        network.id,
        REMINDER,
        reminder.event.id,
        member_id=reminder.member.id if reminder.member else None,
        purpose=None if to_person else Purpose.EVENTS,
        unasked=to_person,
        now=now,
        due_at=reminder.due_at,
        once=f"{REMINDER}:{reminder.slot}",
        more={
            "before": int(reminder.before.total_seconds()),
            "due": reminder.due_at.isoformat(),
            "starts": told(reminder.event)["starts"],
        },
    )


async def ask_if_useful(session: AsyncSession, network: Network, now: datetime) -> None:
    """Ask those who were going, in the morning after by their own clocks."""
    for event, member in await attendances.take_to_ask(session, network, now):
        await post_card(
            session,
            network.id,
            USEFUL,
            event.id,
            member_id=member.id,
            unasked=True,
            now=now,
            due_at=max(attendances.asked_at(event, zone_of(member, network)), now),
            once=f"{USEFUL}:{event.id}:{member.id}",
        )
