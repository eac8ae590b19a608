"""`/network vocabulary`: words that mean the same here, beside those that every network has."""

from typing import Any

from slack_bolt.async_app import AsyncApp, AsyncBoltContext
from slack_bolt.context.ack.async_ack import AsyncAck

from bot import forms
from bot.actor import Actor, acting
from bot.admin.vocabulary_views import ADD, add_form, added_words, said, vocabulary_blocks
from bot.deliveries import Task
from bot.pressed import pressed_choice
from bot.services import Services
from bot.views import notice
from matching.vocabulary import read_line
from registry import matchmaker, vocabulary
from registry.outbox import Errand
from registry.vocabulary import EntryDraft


def register(app: AsyncApp) -> None:
    app.action("network.add_words")(open_form)
    app.view(ADD)(add)
    app.action("network.remove_words")(remove)


async def show(actor: Actor) -> dict[str, Any]:
    """The answer to `/network vocabulary`."""
    actor.must_be_admin()
    found = await vocabulary.entries(actor.session, actor.network.id)
    return {"text": "This network's own words", "blocks": vocabulary_blocks(found)}


async def open_form(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
    """Ask for the words of either side."""
    async with acting(context) as actor:
        actor.must_be_admin()
    await actor.services.messenger.open_modal(context.client, body["trigger_id"], add_form())
    await ack()


async def add(ack: AsyncAck, view: dict[str, Any], context: AsyncBoltContext) -> None:
    """Keep them, and have every open need matched anew."""
    state = view["state"]["values"]
    draft = EntryDraft(
        councils=forms.text(state, "councils"),
        researchers=forms.text(state, "researchers"),
        weight=forms.chosen(state, "weight") or "",
        both_ways=forms.chosen(state, "direction") != "one",
    )
    async with acting(context) as actor:
        actor.must_be_admin()
        entry = await vocabulary.add(actor.session, actor.member, draft, now=actor.now)
        await matchmaker.match_anew(actor.session, actor.network.id, now=actor.now)
        words = added_words(entry)
    await ack(response_action="update", view=notice(words, title="Vocabulary"))


async def remove(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
    """Take one out, and have every open need matched anew."""
    entry_id, _ = pressed_choice(body)
    async with acting(context) as actor:
        actor.must_be_admin()
        line = await vocabulary.remove(actor.session, actor.member, entry_id, now=actor.now)
        await matchmaker.match_anew(actor.session, actor.network.id, now=actor.now)
    words = f"Removed: {said(read_line(line))}. `/network vocabulary` shows what is left."
    await actor.services.messenger.whisper(context, words)
    await ack()


async def look_again(services: Services, errand: Errand) -> None:
    """Have every open need of the network matched anew."""
    async with services.session_factory.begin() as session:
        await matchmaker.look_again(session, errand.network_id, now=services.clock.now())
    services.wake.set()


async def read_on(services: Services, errand: Errand) -> None:
    """Make vectors that are lacking, some at a time; once all are there, match needs anew."""
    now = services.clock.now()
    left = await services.matchmaker.lacking(services.session_factory, errand.network_id)
    async with services.session_factory.begin() as session:
        if left:
            await matchmaker.read_on(session, errand.network_id, now=now)
        else:
            await matchmaker.match_anew(session, errand.network_id, now=now)
    services.wake.set()


TASKS: dict[str, Task] = {matchmaker.LOOK_AGAIN: look_again, matchmaker.READ_ON: read_on}
