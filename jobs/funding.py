"""Feeds are read every hour; what is new and what closes soon is posted once a day."""

from collections.abc import Callable
from datetime import datetime
from functools import partial

from sqlalchemy.ext.asyncio import AsyncSession

from bot.funding.deliveries import FEED, SAVED_CLOSING, tell
from bot.funding.posting import DAY
from bot.sources.reading import read_due
from registry import funding, funding_marks, outbox, quiet, runs
from registry.funding_reminders import as_it_is, reminder_days, reminder_due
from registry.members import Member, zone_of
from registry.networks import Network


async def read_feeds(session: AsyncSession, network: Network, now: datetime) -> None:
    """Have every feed that is due read, each once for this hour."""
    await read_due(session, FEED, network, now)


async def post_calls(session: AsyncSession, network: Network, now: datetime) -> None:
    """Have the day's bundled posts made: scoring the calls takes longer than a job may."""
    today = now.astimezone(network.zone).date()
    await outbox.enqueue(session, network.id, DAY, {}, now=now, once=f"{DAY}:{network.id}:{today}")


def _last_allowed(member: Member, network: Network) -> Callable[[datetime], datetime]:
    """A reminder that would fall in a member's quiet hours comes before them."""
    if not network.quiet_hours:
        return as_it_is
    return partial(quiet.last_allowed_before, zone=zone_of(member, network))


async def remind_savers(session: AsyncSession, network: Network, now: datetime) -> None:
    """Who saved a call is reminded before it closes, each reminder once."""
    days = await reminder_days(session, network.id)
    saved = await funding_marks.savers(session, network.id)
    calls = await funding.find_some(session, network.id, {mark.call_id or 0 for mark, _ in saved})
    for mark, member in saved:
        call = calls.get(mark.call_id or 0)
        allowed = _last_allowed(member, network)
        zone = zone_of(member, network)
        one = reminder_due(call, days, mark.at, now, allowed, zone) if call else None
        if one is not None and await runs.start(
            session,
            network.id,
            "saved_reminder",
            f"{member.id}:{one.slot}",
            due_at=one.due_at,
            now=now,
        ):
            await tell(session, network.id, SAVED_CLOSING, one.call.id, member, now)
