"""Reading sources: which are due, what a trial found, and what came of a reading."""

from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.cards import post_card, refresh_card, refresh_cards
from bot.sources.kinds import Kind
from feeds.command import Refusal
from feeds.fetch import Fetched, FetchError
from registry import outbox, sources
from registry.cards import cards_of
from registry.members import admins, find_member
from registry.networks import Network
from registry.outbox import Errand
from registry.sources import AnySource, Source


async def read_due(
    session: AsyncSession, kind: Kind[AnySource], network: Network, now: datetime
) -> None:
    """Have every source that is due read, each once for this hour."""
    await sources.forget_tried(session, kind.model, network.id, now)
    for source in await sources.due(session, kind.model, network.id, now):
        await outbox.enqueue(
            session,
            network.id,
            kind.read,
            {kind.key: source.id},
            now=now,
            once=f"{kind.read}:{source.id}:{now:%Y-%m-%dT%H}",
        )
    for source in await sources.failing_for_a_day(session, kind.model, network.id, now):
        await _tell_of_failure(session, kind, source, now)


async def find(
    session: AsyncSession, kind: Kind[AnySource], errand: Errand, *, held: bool = False
) -> AnySource | None:
    """The source that an errand is about; None where it was removed meanwhile."""
    source_id = errand.payload[kind.key]
    return await sources.find(session, kind.model, errand.network_id, source_id, held=held)


async def find_tried(
    session: AsyncSession, kind: Kind[AnySource], errand: Errand
) -> AnySource | None:
    """The same, None also where it was accepted meanwhile."""
    source = await find(session, kind, errand)
    return source if source is not None and source.accepted_at is None else None


async def find_read(
    session: AsyncSession, kind: Kind[AnySource], errand: Errand
) -> AnySource | None:
    """The same, held until the commit; None also where it is not read any more."""
    source = await find(session, kind, errand, held=True)
    return source if source is not None and source.reading else None


async def show_trial(
    session: AsyncSession,
    kind: Kind[Any],
    source: Source,
    errand: Errand,
    now: datetime,
) -> None:
    """Show what a trial found to the admin who asked.

    Tried again by a button, it is shown in the place of what was shown before.
    """
    member_id = errand.payload["member_id"]
    cards = await cards_of(session, source.network_id, kind.trial, source.id)
    for card in cards:
        await refresh_card(session, card, now=now)
    if errand.payload.get("again") and member_id in {card.member_id for card in cards}:
        return
    await post_card(session, source.network_id, kind.trial, source.id, member_id=member_id, now=now)


async def answered(
    session: AsyncSession, kind: Kind[Any], source: Source, fetched: Fetched, now: datetime
) -> None:
    """Note that a source was read; whoever was told that it fails is shown that it recovered."""
    source.etag, source.modified = fetched.etag, fetched.modified
    if sources.was_read(source, now):
        await refresh_cards(session, source.network_id, kind.failed, source.id, now=now)


async def failed(
    session: AsyncSession,
    kind: Kind[Any],
    source: Source,
    error: FetchError | Refusal,
    now: datetime,
) -> None:
    """Note why a source could not be read, and have its admin told when it is time."""
    fetching = error if isinstance(error, FetchError) else None
    if sources.failed(
        source,
        error.words,
        now,
        retry_after=fetching.retry_after if fetching else None,
        for_good=fetching is not None and fetching.for_good,
    ):
        await _tell_of_failure(session, kind, source, now)


async def _tell_of_failure(
    session: AsyncSession, kind: Kind[Any], source: Source, now: datetime
) -> None:
    """Have whoever added it told; else the first admin."""
    adder = await find_member(session, source.network_id, source.added_by or 0)
    there = adder is not None and adder.is_admin and adder.deactivated_at is None
    everyone = [adder] if adder is not None and there else await admins(session, source.network_id)
    for member in everyone[:1]:
        await post_card(
            session,
            source.network_id,
            kind.failed,
            source.id,
            member_id=member.id,
            unasked=True,
            now=now,
        )
