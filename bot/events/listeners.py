"""`/events`, its form, and the answers of those who come."""

from typing import Any
from zoneinfo import available_timezones

from slack_bolt.async_app import AsyncApp, AsyncBoltContext
from slack_bolt.context.ack.async_ack import AsyncAck

from bot import forms
from bot.actor import acting
from bot.blocks import option
from bot.cards import post_card, refresh_cards
from bot.commands import Command
from bot.events.deliveries import CANCELLED, EVENT, shown
from bot.events.views import CALLBACK, event_form, list_blocks, removable_blocks
from bot.pressed import pressed_id
from bot.views import notice
from registry import events
from registry.events import EventDraft
from registry.networks import Purpose
from registry.refusal import Refused

COMMAND = Command(
    "/events",
    "what is coming",
    {"add": "add an event", "remove": "remove one that you added"},
)
MOST_OPTIONS = 30


def register(app: AsyncApp) -> None:
    app.command("/events")(command)
    app.view(CALLBACK)(submit)
    app.options("time_zone.search")(search_time_zones)
    app.action("event.going")(going)
    app.action("event.not_going")(not_going)
    app.action("event.read")(read)
    app.action("event.remove")(remove)


async def command(ack: AsyncAck, command: dict[str, Any], context: AsyncBoltContext) -> None:
    """`/events` lists; a known word does more."""
    word, rest = COMMAND.split(command.get("text", ""))
    if rest:
        await ack(COMMAND.unknown(f"{word} {rest}".strip()))
    elif word == "help":
        await ack(COMMAND.help())
    elif word == "add":
        await _open_form(ack, command, context)
    else:
        await _show(ack, context, removing=word == "remove")


async def _show(ack: AsyncAck, context: AsyncBoltContext, *, removing: bool) -> None:
    async with acting(context) as actor:
        coming = await events.coming(actor.session, actor.network.id, actor.now)
        if removing:
            me = actor.member
            mine = [one for one in coming if me.is_admin or one.added_by == me.id]
            blocks = removable_blocks(mine)
        else:
            blocks = list_blocks([await shown(actor.session, one) for one in coming])
    await ack(text="Events", blocks=blocks)


async def _open_form(ack: AsyncAck, command: dict[str, Any], context: AsyncBoltContext) -> None:
    async with acting(context) as actor:
        if not actor.member.introduced_themselves:
            raise Refused("Please type `/need` or `/expertise` first, to say who you are.")
    view = event_form(actor.network.time_zone)
    await actor.services.messenger.open_modal(context.client, command["trigger_id"], view)
    await ack()


async def search_time_zones(ack: AsyncAck, payload: dict[str, Any]) -> None:
    """Time zones by any part of their names."""
    typed = payload.get("value", "").casefold().replace(" ", "_")
    found = sorted(name for name in available_timezones() if typed in name.casefold())
    await ack(options=[option(name, name) for name in found[:MOST_OPTIONS]])


async def submit(ack: AsyncAck, view: dict[str, Any], context: AsyncBoltContext) -> None:
    """Keep the event, post it, and turn the form into a confirmation."""
    state = view["state"]["values"]
    draft = EventDraft(
        title=forms.text(state, "title"),
        day=forms.day(state, "day"),
        starts_at=forms.clock_time(state, "starts_at"),
        end_day=forms.day(state, "end_day"),
        ends_at=forms.clock_time(state, "ends_at"),
        time_zone=forms.chosen(state, "time_zone") or "",
        place=forms.text(state, "place"),
        link=forms.text(state, "link"),
    )
    async with acting(context) as actor:
        event, new = await events.add(
            actor.session, actor.member, draft, form=view["id"], now=actor.now
        )
        if new:
            await post_card(
                actor.session,
                actor.network.id,
                EVENT,
                event.id,
                purpose=Purpose.EVENTS,
                now=actor.now,
                once=f"{EVENT}:{event.id}",
            )
    words = "*Added.* It is posted to the events channel, and reminders follow."
    await ack(response_action="update", view=notice(words, title="Events"))


async def going(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
    """I come."""
    await _answer(body, context, going=True)
    await ack()


async def not_going(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
    """I do not come."""
    await _answer(body, context, going=False)
    await ack()


async def _answer(body: dict[str, Any], context: AsyncBoltContext, *, going: bool) -> None:
    async with acting(context) as actor:
        event = await events.find(actor.session, actor.network.id, pressed_id(body))
        await events.say_going(actor.session, actor.member, event, going=going, now=actor.now)
        await refresh_cards(actor.session, actor.network.id, EVENT, event.id, now=actor.now)
    words = "See you there. We remind you the day before." if going else "Noted. Thank you."
    await actor.services.messenger.whisper(context, words)


async def read(ack: AsyncAck) -> None:
    """The browser opens the link; there is nothing to do here."""
    await ack()


async def remove(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
    """Remove an event; those going are told."""
    async with acting(context) as actor:
        event = await events.find(actor.session, actor.network.id, pressed_id(body))
        for member in await events.going_members(actor.session, event.id):
            await post_card(
                actor.session,
                actor.network.id,
                CANCELLED,
                event.id,
                member_id=member.id,
                unasked=True,
                now=actor.now,
                once=f"{CANCELLED}:{event.id}:{member.id}",
                more={"title": event.title},
            )
        await refresh_cards(actor.session, actor.network.id, EVENT, event.id, now=actor.now)
        await events.remove(actor.session, actor.member, event.id)
    await actor.services.messenger.whisper(context, "Removed. Those going have been told.")
    await ack()
