"""`/funding feeds`: trying a feed, reading it, pausing it, removing it."""

from typing import Any

from slack_bolt.async_app import AsyncApp, AsyncBoltContext
from slack_bolt.context.ack.async_ack import AsyncAck

from bot.actor import Actor, acting
from bot.cards import refresh_cards
from bot.funding.deliveries import FAILED, TRIAL
from bot.funding.feed_views import feeds_blocks
from bot.funding.reading import READ, TRY
from bot.pressed import pressed_id
from registry import audit, funding_feeds, outbox
from registry.refusal import Refused


def register(app: AsyncApp) -> None:
    app.action("funding.accept_feed")(accept)
    app.action("funding.decline_feed")(decline)
    app.action("funding.try_again")(try_again)
    app.action("funding.pause_feed")(pause)
    app.action("funding.remove_feed")(remove)
    app.action("funding.feeds_page")(page)
    app.action("funding.feeds_back")(page)


async def add(ack: AsyncAck, context: AsyncBoltContext, address: str) -> None:
    """Have an address tried at once; what is there comes as a direct message."""
    async with acting(context) as actor:
        actor.must_be_admin()
        address = address.strip("<>").partition("|")[0]
        feed = await funding_feeds.try_feed(actor.session, actor.member, address, now=actor.now)
        await _enqueue(actor, TRY, feed.id)
    await ack("Trying it now. What is in it comes to you as a direct message, and you decide then.")


async def _enqueue(actor: Actor, kind: str, feed_id: int, **more: bool) -> None:
    payload = {"feed_id": feed_id, **more}
    await outbox.enqueue(actor.session, actor.network.id, kind, payload, now=actor.now)


def _note(actor: Actor, action: str, feed_id: int) -> None:
    audit.note(
        actor.session,
        actor.network.id,
        actor.member.id,
        action,
        f"feed:{feed_id}",
        now=actor.now,
    )


async def show(ack: AsyncAck, context: AsyncBoltContext) -> None:
    """The feeds, for an admin's eyes."""
    async with acting(context) as actor:
        actor.must_be_admin()
        found = await funding_feeds.feeds(actor.session, actor.network.id)
    await ack(text="Funding feeds", blocks=feeds_blocks(found, actor.network.zone))


async def page(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
    """Another page of them."""
    async with acting(context) as actor:
        actor.must_be_admin()
        found = await funding_feeds.feeds(actor.session, actor.network.id)
    blocks = feeds_blocks(found, actor.network.zone, pressed_id(body))
    await actor.services.messenger.whisper(context, "Funding feeds", blocks, replace=True)
    await ack()


async def accept(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
    """Read a tried feed from now on, the first time at once."""
    async with acting(context) as actor:
        actor.must_be_admin()
        feed_id = pressed_id(body)
        await funding_feeds.accept(actor.session, actor.network.id, feed_id, now=actor.now)
        await _enqueue(actor, READ, feed_id)
        await refresh_cards(actor.session, actor.network.id, TRIAL, feed_id, now=actor.now)
        _note(actor, "feed_added", feed_id)
    await ack()


async def decline(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
    """Forget a tried feed."""
    async with acting(context) as actor:
        actor.must_be_admin()
        feed_id = pressed_id(body)
        await refresh_cards(actor.session, actor.network.id, TRIAL, feed_id, now=actor.now)
        await funding_feeds.decline(actor.session, actor.network.id, feed_id)
    await actor.services.messenger.whisper(context, "It is not read.")
    await ack()


async def try_again(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
    """Try an address that could not be read once more."""
    async with acting(context) as actor:
        actor.must_be_admin()
        feed = await funding_feeds.find_feed(actor.session, actor.network.id, pressed_id(body))
        if feed is None or feed.accepted_at is not None:
            raise Refused("That is decided already. `/funding feeds` lists what is read.")
        await _enqueue(actor, TRY, feed.id, again=True)
    await actor.services.messenger.whisper(context, "Trying it again now.")
    await ack()


async def pause(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
    """Stop reading a feed for now, or go on with it."""
    async with acting(context) as actor:
        actor.must_be_admin()
        feed_id = pressed_id(body)
        reading = await funding_feeds.pause(actor.session, actor.network.id, feed_id, now=actor.now)
        if reading:
            await _enqueue(actor, READ, feed_id)
        _note(actor, "feed_resumed" if reading else "feed_paused", feed_id)
    words = (
        "It is read again."
        if reading
        else "Paused: nothing new comes from it. Its calls stay, with their reminders."
    )
    await actor.services.messenger.whisper(context, words)
    await ack()


async def remove(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
    """Stop reading a feed for good."""
    async with acting(context) as actor:
        actor.must_be_admin()
        feed_id = pressed_id(body)
        for kind in (TRIAL, FAILED):
            await refresh_cards(actor.session, actor.network.id, kind, feed_id, now=actor.now)
        if not await funding_feeds.remove_feed(actor.session, actor.network.id, feed_id):
            raise Refused("That feed is no longer here.")
        _note(actor, "feed_removed", feed_id)
    await actor.services.messenger.whisper(context, "It is no longer read.")
    await ack()
