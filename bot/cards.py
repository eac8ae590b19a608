"""Posts cards and keeps them in step: every message is drawn from the rows when it is sent.

A feature gives a `Render` for each kind of card it has; everything that waits in the outbox is
only the kind and the subject's id, so what was removed meanwhile is never shown.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.blocks import Block, section
from bot.deliveries import Call, Delivery, NotYet, Task, Work
from bot.messenger import Response
from bot.services import Services
from registry import outbox
from registry.cards import Card, cards_drawn_by, cards_of
from registry.members import Member, find_member, told_from
from registry.networks import Network, Purpose, channel_for
from registry.outbox import Errand

POST = "card.post"
REFRESH = "card.refresh"
REFRESH_POSTED = "card.refresh_posted"
POSTED_BY_THEN = timedelta(seconds=2)
GONE = "This is no longer here."


@dataclass(frozen=True)
class Message:
    """What a card says: `text` for notifications and screen readers, `blocks` for the eye."""

    text: str
    blocks: list[Block]


@dataclass(frozen=True)
class Showing:
    """Which card to draw, and for whom: a member, or None for a channel."""

    subject_id: int
    reader: Member | None


Render = Callable[[Work, Showing], Awaitable[Message | None]]


async def post_card(
    session: AsyncSession,
    network_id: int,
    kind: str,
    subject_id: int,
    *,
    now: datetime,
    member_id: int | None = None,
    purpose: Purpose | None = None,
    channel: tuple[int, str] | None = None,
    unasked: bool = False,
    due_at: datetime | None = None,
    about: str | None = None,
    once: str | None = None,
    more: dict[str, Any] | None = None,
) -> bool:
    """Have a card posted: to a member, a purpose's channel, or (workspace id, channel id).

    unasked: it answers nothing that the member just did, so it waits for the end of their quiet
    hours; a channel has none. more: what else its `Render` finds in the errand's payload.
    """
    payload: dict[str, Any] = {**(more or {}), "kind": kind, "subject_id": subject_id}
    if member_id is not None:
        payload["member_id"] = member_id
        if unasked:
            payload["unasked"] = True
            due_at = await _not_in_quiet_hours(session, network_id, member_id, due_at or now)
    elif purpose is not None:
        payload["purpose"] = purpose.value
    elif channel is not None:
        payload["workspace_id"], payload["channel"] = channel
    return await outbox.enqueue(
        session, network_id, POST, payload, now=now, due_at=due_at, about=about, once=once
    )


async def _not_in_quiet_hours(
    session: AsyncSession, network_id: int, member_id: int, moment: datetime
) -> datetime:
    member = await find_member(session, network_id, member_id)
    if member is None:
        return moment
    return told_from(member, await session.get_one(Network, network_id), moment)


async def refresh_cards(
    session: AsyncSession,
    network_id: int,
    kind: str | tuple[str, ...],
    subject_id: int,
    *,
    now: datetime,
    only_for: int | None = None,
) -> None:
    """Have every card that shows the subject drawn anew, also one that is just being posted.

    That one may have been drawn before the change, and has no row yet: it is drawn anew once it
    stands. What the caller has posted itself in this transaction shows the change already.
    only_for: a member; what stands in others' direct messages stays as it is.
    """
    kinds = (kind,) if isinstance(kind, str) else kind
    readers = None if only_for is None else (None, only_for)
    # Before the cards: a post that is done after this question has its card's row.
    posts = await outbox.not_done(session, network_id, POST, kinds, subject_id)
    for post in posts:
        if readers is None or post.payload.get("member_id") in readers:
            about = {"post_id": post.id}
            await outbox.enqueue(session, network_id, REFRESH_POSTED, about, now=now)
    for one in kinds:
        for card in await cards_of(session, network_id, one, subject_id):
            if readers is None or card.member_id in readers:
                await refresh_card(session, card, now=now)


async def refresh_card(session: AsyncSession, card: Card, *, now: datetime) -> None:
    """Have one card drawn anew."""
    await outbox.enqueue(session, card.network_id, REFRESH, {"card_id": card.id}, now=now)


async def _refresh_posted(services: Services, errand: Errand) -> None:
    """Nothing where it is to be tried again, or was drawn anew: then it shows what there is."""
    now = services.clock.now()
    async with services.session_factory.begin() as session:
        post = await session.get(Errand, errand.payload["post_id"])
        if post is not None and post.state in outbox.IN_HAND:
            raise NotYet(now + POSTED_BY_THEN)
        for card in await cards_drawn_by(session, errand.network_id, errand.payload["post_id"]):
            await refresh_card(session, card, now=now)


TASKS: dict[str, Task] = {REFRESH_POSTED: _refresh_posted}


def being_sent(work: Work) -> bool:
    """Whether a card is posted for the first time, not drawn anew."""
    return work.errand.kind == POST


def card_deliveries(renders: Mapping[str, Render]) -> dict[str, Delivery]:
    """The two deliveries that serve every kind of card."""

    async def prepare_post(work: Work) -> Call | None:
        target = await _target(work)
        if target is None:
            return None
        _must_be_allowed(work, target)
        showing = Showing(work.payload["subject_id"], target.reader)
        message = await renders[work.payload["kind"]](work, showing)
        return _post(target, message) if message else None

    async def prepare_refresh(work: Work) -> Call | None:
        # Held until the commit: whoever draws it after us finds what we found, or newer.
        card = await work.session.get(Card, work.payload["card_id"], with_for_update=True)
        if card is None:
            return None
        card.drawn_by = work.errand.id
        reader = await work.session.get(Member, card.member_id) if card.member_id else None
        message = await renders[card.kind](work, Showing(card.subject_id, reader))
        if message is None:
            await work.session.delete(card)
            message = Message(GONE, [section(GONE)])
        return _update(card, message)

    return {POST: Delivery(prepare_post, _keep), REFRESH: Delivery(prepare_refresh, _redrawn)}


def _post(target: "_Target", message: Message) -> Call:
    return Call(
        target.workspace_id,
        "chat.postMessage",
        {
            "channel": target.channel,
            "text": message.text,
            "blocks": message.blocks,
            "unfurl_links": False,
            "unfurl_media": False,
        },
        purpose=target.purpose,
        member_id=target.reader.id if target.reader else None,
    )


def _update(card: Card, message: Message) -> Call:
    return Call(
        card.workspace_id,
        "chat.update",
        {
            "channel": card.channel,
            "ts": card.ts,
            "text": message.text,
            "blocks": message.blocks,
        },
        member_id=card.member_id,
    )


@dataclass(frozen=True)
class _Target:
    workspace_id: int
    channel: str
    reader: Member | None = None
    purpose: Purpose | None = None


async def _target(work: Work) -> _Target | None:
    payload = work.payload
    if "member_id" in payload:
        member = await work.session.get(Member, payload["member_id"])
        if member is None or member.deactivated_at is not None:
            return None
        return _Target(member.workspace_id, member.slack_id, member)
    if "purpose" in payload:
        purpose = Purpose(payload["purpose"])
        channel = await channel_for(work.session, work.network.id, purpose)
        if channel is None:
            return None
        return _Target(channel.workspace_id, channel.slack_id, purpose=purpose)
    return _Target(payload["workspace_id"], payload["channel"])


def _must_be_allowed(work: Work, target: _Target) -> None:
    """Asked again when it is sent: a worker may have been away until the quiet hours began."""
    if work.payload.get("unasked") and target.reader is not None:
        until = told_from(target.reader, work.network, work.now)
        if until > work.now:
            raise NotYet(until)


async def _redrawn(work: Work, _response: Response) -> None:
    """Draw it once more if another worker or lane drew it meanwhile: ours may have come last."""
    card = await work.session.get(Card, work.payload["card_id"])
    if card is not None and card.drawn_by != work.errand.id:
        await refresh_card(work.session, card, now=work.now)


async def _keep(work: Work, response: Response) -> None:
    target = await _target(work)
    if target is None:
        return
    work.session.add(
        Card(
            network_id=work.network.id,
            workspace_id=target.workspace_id,
            kind=work.payload["kind"],
            subject_id=work.payload["subject_id"],
            member_id=target.reader.id if target.reader else None,
            channel=response["channel"],
            ts=response["ts"],
            drawn_by=work.errand.id,
        )
    )
