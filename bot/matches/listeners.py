"""`/matches`: mine, and where each stands."""

from typing import Any

from slack_bolt.async_app import AsyncApp, AsyncBoltContext
from slack_bolt.context.ack.async_ack import AsyncAck

from bot.actor import acting
from bot.commands import Command
from bot.matches.mine import TITLE, list_blocks

COMMAND = Command("/matches", "who fits and what was asked, and where each stands", {})


def register(app: AsyncApp) -> None:
    app.command("/matches")(command)


async def command(ack: AsyncAck, command: dict[str, Any], context: AsyncBoltContext) -> None:
    """`/matches` lists them; there are no other words."""
    word, rest = COMMAND.split(command.get("text", ""))
    if word == "help" and not rest:
        await ack(COMMAND.help())
        return
    if rest:
        await ack(COMMAND.unknown(" ".join(command["text"].split())))
        return
    async with acting(context) as actor:
        blocks = await list_blocks(actor)
    await ack(text=TITLE, blocks=blocks)
