"""`/network settings`: the network's name, time zone, bank holidays and quiet hours."""

from typing import Any

from slack_bolt.async_app import AsyncApp, AsyncBoltContext
from slack_bolt.context.ack.async_ack import AsyncAck

from bot import forms
from bot.actor import acting
from bot.admin.channels import next_digest_words
from bot.admin.views import SETTINGS, settings_form
from bot.views import notice
from registry import network_settings
from registry.network_settings import NetworkDraft


def register(app: AsyncApp) -> None:
    app.view(SETTINGS)(change)


async def open_form(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
    """Open the form with what is set now."""
    async with acting(context) as actor:
        actor.must_be_admin()
        view = settings_form(actor.network)
    await actor.services.messenger.open_modal(context.client, body["trigger_id"], view)
    await ack()


async def change(ack: AsyncAck, view: dict[str, Any], context: AsyncBoltContext) -> None:
    """Keep what the form says."""
    state = view["state"]["values"]
    draft = NetworkDraft(
        name=forms.text(state, "name"),
        time_zone=forms.chosen(state, "time_zone") or "",
        nation=forms.chosen(state, "nation") or "",
        quiet_hours="on" in forms.several(state, "quiet_hours"),
        event_reminders=forms.several(state, "event_reminders"),
    )
    async with acting(context) as actor:
        actor.must_be_admin()
        changed = network_settings.change(
            actor.session, actor.network, actor.member, draft, now=actor.now
        )
        when = await next_digest_words(actor) if changed else ""
    words = f"*Saved.* It holds from now on.{when}" if changed else "Nothing was changed."
    await ack(response_action="update", view=notice(words, title="Settings"))
