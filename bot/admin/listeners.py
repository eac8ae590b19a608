"""`/network` and what its words do."""

from typing import Any

from slack_bolt.async_app import AsyncApp, AsyncBoltContext
from slack_bolt.context.ack.async_ack import AsyncAck

from bot.actor import Actor, acting
from bot.admin import channels, joining, people, settings, vocabulary
from bot.admin.views import errors_blocks
from bot.commands import Command
from bot.digest.views import digest_message
from bot.pressed import pressed_id
from registry import audit, outbox
from registry.digest import digest
from registry.refusal import Refused

COMMAND = Command(
    "/network",
    "who looks after this network, and for its admins everything to do so.",
    {
        "people": "its admins, and whom to ask at each organisation",
        "digest": "this week's digest now (admins)",
        "channels": "which channel gets what (admins)",
        "settings": "its name, time zone, bank holidays, quiet hours and reminders (admins)",
        "vocabulary": "words that mean the same here (admins)",
        "errors": "what could not be delivered (admins)",
        "invite": "a code with which another workspace joins (admins)",
        "join": "use such a code, `/network join CODE` (admins of the other workspace)",
    },
)


def register(app: AsyncApp) -> None:
    app.command("/network")(command)
    app.action("network.retry")(retry)
    channels.register(app)
    people.register(app)
    joining.register(app)
    settings.register(app)
    vocabulary.register(app)


async def command(ack: AsyncAck, command: dict[str, Any], context: AsyncBoltContext) -> None:
    """`/network ...`: does what the word says, or says which words there are."""
    typed = " ".join(command.get("text", "").split())
    word, rest = COMMAND.split(typed)
    if word == "help" or not typed:
        await ack(COMMAND.help())
    elif word == "join":
        await joining.ask(ack, context, rest)
    elif rest or not word:
        await ack(COMMAND.unknown(typed))
    elif word == "channels":
        await channels.open_form(ack, command, context)
    elif word == "settings":
        await settings.open_form(ack, command, context)
    else:
        async with acting(context) as actor:
            answer = await ANSWERS[word](actor)
        await ack(**answer)


async def show_digest(actor: Actor) -> dict[str, Any]:
    """The last seven days, for the admin's eyes only."""
    actor.must_be_admin()
    shown = digest_message(await digest(actor.session, actor.network, actor.now))
    return {"text": shown.text, "blocks": shown.blocks}


async def show_errors(actor: Actor) -> dict[str, Any]:
    """What could not be delivered."""
    actor.must_be_admin()
    dead = await outbox.dead_letters(actor.session, actor.network.id)
    twice = await outbox.sent_twice(actor.session, actor.network.id)
    if not dead and not twice:
        return {"text": "Everything was delivered. There is nothing to look after here."}
    return {
        "text": "What could not be delivered",
        "blocks": errors_blocks(actor.network, dead, twice),
    }


ANSWERS = {
    "digest": show_digest,
    "errors": show_errors,
    "people": people.show,
    "invite": joining.invite,
    "vocabulary": vocabulary.show,
}


async def retry(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
    """Give a dead letter another round of attempts."""
    async with acting(context) as actor:
        actor.must_be_admin()
        errand_id = pressed_id(body)
        if not await outbox.revive(actor.session, actor.network.id, errand_id):
            raise Refused("That is no longer waiting: somebody has tried it again already.")
        audit.note(
            actor.session,
            actor.network.id,
            actor.member.id,
            "dead_letter_retried",
            f"outbox:{errand_id}",
            now=actor.now,
        )
    words = "Trying it again now. `/network errors` shows it if it fails once more."
    await actor.services.messenger.whisper(context, words)
    await ack()
