"""`/network invite` and `/network join`: how a second workspace comes into a network."""

from typing import Any

from slack_bolt.async_app import AsyncApp, AsyncBoltContext
from slack_bolt.context.ack.async_ack import AsyncAck

from bot.actor import Actor, acting
from bot.admin.deliveries import JOINED_CARD
from bot.admin.views import code_words, join_blocks
from bot.cards import post_card
from bot.text import quoted
from registry import joining
from registry.members import admins
from registry.refusal import Refused


def register(app: AsyncApp) -> None:
    app.action("network.join")(join)


async def invite(actor: Actor) -> dict[str, Any]:
    """The answer to `/network invite`: the only time that the code is shown."""
    actor.must_be_admin()
    code, until = await joining.invite(actor.session, actor.member, now=actor.now)
    return {"text": code_words(actor.network, code, until)}


async def ask(ack: AsyncAck, context: AsyncBoltContext, code: str) -> None:
    """`/network join CODE`: say what it means, and ask."""
    if not code:
        raise Refused("Type the code too: `/network join CODE`. The other network's admin has it.")
    async with acting(context) as actor:
        actor.must_be_admin()
        offer = await joining.offered(actor.session, actor.workspace, code, now=actor.now)
    await ack(text="Join this network?", blocks=join_blocks(offer.network, code))


async def join(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
    """The admin said yes: move the workspace, and tell the network's admins."""
    code = str(body["actions"][0].get("value") or "")
    async with acting(context) as actor:
        actor.must_be_admin()
        network = await joining.join(
            actor.session, actor.workspace, actor.member, code, now=actor.now
        )
        for admin in await admins(actor.session, network.id):
            await post_card(
                actor.session,
                network.id,
                JOINED_CARD,
                actor.member.id,
                member_id=admin.id,
                unasked=True,
                now=actor.now,
            )
    name = quoted(network.name)
    words = f"This workspace is part of *{name}* now. `/network people` says who looks after it."
    await actor.services.messenger.whisper(context, words)
    await ack()
