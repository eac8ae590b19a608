"""`/funding feeds`: trying a feed, reading it, pausing it, removing it."""

from typing import Any

from slack_bolt.async_app import AsyncApp, AsyncBoltContext
from slack_bolt.context.ack.async_ack import AsyncAck

from bot.actor import Actor, acting
from bot.funding.deliveries import FEED
from bot.funding.feed_views import feeds_blocks
from bot.pressed import pressed_id
from bot.sources.listeners import TRYING, Buttons
from registry import funding_feeds, sources
from registry.funding_feeds import FundingFeed
from registry.refusal import Refused


async def _remove(actor: Actor, feed_id: int) -> None:
    if not await funding_feeds.remove_feed(actor.session, actor.network.id, feed_id):
        raise Refused("That feed is no longer here.")


BUTTONS = Buttons(
    FEED,
    paused="Paused: nothing new comes from it. Its calls stay, with their reminders.",
    removed="It is no longer read.",
    remove=_remove,
)


def register(app: AsyncApp) -> None:
    BUTTONS.register(app)
    app.action("funding.feeds_page")(page)
    app.action("funding.feeds_back")(page)


async def add(ack: AsyncAck, context: AsyncBoltContext, address: str) -> None:
    """Try the feed at an address that was typed after the command."""
    async with acting(context) as actor:
        await BUTTONS.add(actor, address)
    await ack(TRYING)


async def show(ack: AsyncAck, context: AsyncBoltContext) -> None:
    """The feeds, for an admin's eyes."""
    async with acting(context) as actor:
        actor.must_be_admin()
        found = await sources.accepted_of(actor.session, FundingFeed, actor.network.id)
    await ack(text="Funding feeds", blocks=feeds_blocks(found, actor.network.zone))


async def page(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
    """Another page of them."""
    async with acting(context) as actor:
        actor.must_be_admin()
        found = await sources.accepted_of(actor.session, FundingFeed, actor.network.id)
    blocks = feeds_blocks(found, actor.network.zone, pressed_id(body))
    await actor.services.messenger.whisper(context, "Funding feeds", blocks, replace=True)
    await ack()
