"""Which channel gets what, and the invitation that an admin posts."""

from typing import Any

from slack_bolt.async_app import AsyncApp, AsyncBoltContext
from slack_bolt.context.ack.async_ack import AsyncAck

from bot import forms
from bot.actor import Actor, acting
from bot.admin.deliveries import CHECK, INVITATION_CARD, STOPPED_CARD
from bot.admin.facts import usable
from bot.admin.views import CHANNELS, INVITATION, PURPOSES, channels_form, invitation_form
from bot.blocks import Block
from bot.cards import post_card, refresh_cards
from bot.text import joined, moment
from bot.views import notice
from registry import audit, digest, networks, outbox
from registry.networks import Purpose
from registry.refusal import Refused


def register(app: AsyncApp) -> None:
    app.action("network.channels")(open_form_by_button)
    app.view(CHANNELS)(choose)
    app.action("network.invite_people")(open_invitation)
    app.view(INVITATION)(post_invitation)


async def open_form(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
    """Open the form with what is chosen now. body: the command's or the press's."""
    async with acting(context) as actor:
        actor.must_be_admin()
        chosen = await networks.channels(actor.session, actor.network.id)
    await _open(actor, context, body, channels_form(chosen, actor.workspace))
    await ack()


async def open_form_by_button(
    ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext
) -> None:
    await open_form(ack, body, context)


async def _open(actor: Actor, context: AsyncBoltContext, body: dict[str, Any], view: Block) -> None:
    await actor.services.messenger.open_modal(context.client, body["trigger_id"], view)


async def choose(ack: AsyncAck, view: dict[str, Any], context: AsyncBoltContext) -> None:
    """Keep the choice. The digest's channel is looked at first, the others by an errand."""
    state = view["state"]["values"]
    wanted = {purpose: forms.chosen(state, purpose.value) for purpose in PURPOSES}
    async with acting(context) as actor:
        actor.must_be_admin()
    if slack_id := wanted[Purpose.DIGEST]:
        await usable(
            actor.services.messenger, context, slack_id, Purpose.DIGEST.value, private=True
        )
    async with acting(context) as actor:
        actor.must_be_admin()
        for purpose, channel in wanted.items():
            await _set(actor, purpose, channel)
        chosen = await networks.channels(actor.session, actor.network.id)
        words = _chosen_words(set(chosen)) + await next_digest_words(actor)
    await ack(response_action="update", view=notice(words, title="Channels"))


async def _set(actor: Actor, purpose: Purpose, slack_id: str | None) -> None:
    session, network_id = actor.session, actor.network.id
    if slack_id is None:
        # One that is in another workspace cannot be shown in this form: empty leaves it as it is.
        await networks.give_up_channel(session, actor.workspace, purpose)
        return
    channel = await networks.choose_channel(session, actor.workspace, purpose, slack_id)
    await refresh_cards(session, network_id, STOPPED_CARD, channel.id, now=actor.now)
    if purpose != Purpose.DIGEST:
        check = {"channel_id": channel.id, "chosen_by": actor.member.id}
        await outbox.enqueue(session, network_id, CHECK, check, now=actor.now)
    audit.note(
        session,
        network_id,
        actor.member.id,
        "channel_chosen",
        f"channel:{purpose.value}",
        now=actor.now,
    )


async def next_digest_words(actor: Actor) -> str:
    """When the next weekly digest comes; "" where it has no channel."""
    if await networks.channel_for(actor.session, actor.network.id, Purpose.DIGEST) is None:
        return ""
    due = await digest.next_due(actor.session, actor.network, actor.now)
    return f" The next weekly digest comes {moment(due, actor.network.zone)}."


def _chosen_words(chosen: set[Purpose]) -> str:
    lacking = [label.lower() for purpose, label in PURPOSES.items() if purpose not in chosen]
    if not lacking:
        return "*Saved.* Each has its channel."
    return f"*Saved.* There is no channel yet for {joined(lacking)}."


async def open_invitation(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
    """Ask which channel is to get the invitation."""
    async with acting(context) as actor:
        actor.must_be_admin()
    await _open(actor, context, body, invitation_form())
    await ack()


async def post_invitation(ack: AsyncAck, view: dict[str, Any], context: AsyncBoltContext) -> None:
    """Have the invitation posted: once for each form, however often it arrives."""
    channel = forms.chosen(view["state"]["values"], "channel")
    async with acting(context) as actor:
        actor.must_be_admin()
    if channel is None:
        raise Refused(fields={"channel": "Please choose a channel."})
    await usable(actor.services.messenger, context, channel, "channel", private=False)
    async with acting(context) as actor:
        actor.must_be_admin()
        await post_card(
            actor.session,
            actor.network.id,
            INVITATION_CARD,
            actor.workspace.id,
            channel=(actor.workspace.id, channel),
            now=actor.now,
            once=f"{INVITATION_CARD}:{view['id']}",
        )
    await ack(response_action="update", view=notice(f"*On its way* to <#{channel}>."))
