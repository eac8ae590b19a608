"""`/matches`: mine, and where each stands."""

from typing import Any

from slack_bolt.async_app import AsyncApp, AsyncBoltContext
from slack_bolt.context.ack.async_ack import AsyncAck

from bot.actor import acting
from bot.commands import Command
from bot.matches.standing import standing_blocks
from registry.standing import overview

COMMAND = Command("/matches", "your introductions, and where each stands", {})


def register(app: AsyncApp) -> None:
    app.command("/matches")(command)


async def command(ack: AsyncAck, command: dict[str, Any], context: AsyncBoltContext) -> None:
    """`/matches` lists them; there are no other words."""
    word, rest = COMMAND.split(command.get("text", ""))
    if word == "help" and not rest:
        await ack(COMMAND.help())
        return
    if rest:
        await ack(COMMAND.unknown(rest))
        return
    async with acting(context) as actor:
        mine = await overview(actor.session, actor.member, actor.now)
    await ack(text="Your matches", blocks=standing_blocks(mine.standings))
