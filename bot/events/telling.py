"""Tells those who said they come of changes and cancellations, and brings the posts in step."""

from datetime import date, datetime, time

from sqlalchemy.ext.asyncio import AsyncSession

from bot.cards import post_card
from bot.events.deliveries import BACK, CANCELLED, CHANGE, refresh
from registry import attendances, outbox
from registry.events import Before, Event, told
from registry.members import Member, told_from
from registry.networks import Network


async def tell_of_change(
    session: AsyncSession, event: Event, was: Before, *, now: datetime, by: Member | None = None
) -> None:
    """What it was, and what it is now. by: who changed it, and needs no telling."""
    await _tell(session, event, CHANGE, was, now, by)


async def tell_of_cancellation(
    session: AsyncSession, event: Event, *, now: datetime, by: Member | None = None
) -> None:
    """It will not take place."""
    await _tell(session, event, CANCELLED, told(event), now, by)


async def tell_it_is_back(session: AsyncSession, event: Event, *, now: datetime) -> None:
    """It takes place after all."""
    await _tell(session, event, BACK, told(event), now, None)


async def _tell(
    session: AsyncSession,
    event: Event,
    kind: str,
    was: Before,
    now: datetime,
    by: Member | None,
) -> None:
    network = await session.get_one(Network, event.network_id)
    for _, member in await attendances.those_coming(session, event.id):
        if by is None or member.id != by.id:
            await _tell_one(session, network, event, member, kind, was, now)
    await refresh(session, event, now=now)


async def _tell_one(
    session: AsyncSession,
    network: Network,
    event: Event,
    member: Member,
    kind: str,
    was: Before,
    now: datetime,
) -> None:
    """One message, with what the member was told last, in place of any that still waits."""
    about = f"event_told:{event.id}:{member.id}"
    waiting = await outbox.take_back(session, network.id, about)
    if waiting:
        was = waiting[0]["was"]
        if kind == BACK and waiting[-1]["kind"] == CANCELLED:
            kind = CHANGE  # the cancellation was never told
    # Whoever would wait for the morning and come for nothing is told at once.
    in_time = told_from(member, network, now) < _begins(event, was)
    await post_card(
        session,
        network.id,
        kind,
        event.id,
        member_id=member.id,
        unasked=in_time,
        now=now,
        about=about,
        more={"was": was},
    )


def _begins(event: Event, was: Before) -> datetime:
    """The earlier of the two starts."""
    said = was["starts"]
    if len(said) == len("2026-03-20"):
        return min(event.starts, datetime.combine(date.fromisoformat(said), time(), event.zone))
    return min(event.starts, datetime.fromisoformat(said))
