"""Adding, pausing and removing calendars: for admins only, asked again at every press."""

from typing import Any

from slack_bolt.async_app import AsyncApp, AsyncBoltContext
from slack_bolt.context.ack.async_ack import AsyncAck

from bot import forms
from bot.actor import Actor, acting
from bot.calendars.deliveries import CALENDAR
from bot.calendars.views import CALLBACK, add_form, calendars_blocks
from bot.cards import refresh_cards
from bot.events.deliveries import BUNDLE
from bot.sources.listeners import TRYING, Buttons
from bot.views import notice
from registry import calendars, sources
from registry.calendars import EventCalendar
from registry.members import zone_of


async def _remove(actor: Actor, calendar_id: int) -> None:
    network_id = actor.network.id
    posts = await calendars.remove(actor.session, network_id, calendar_id, actor.now)
    for bundle_id in sorted(posts):
        await refresh_cards(actor.session, network_id, BUNDLE, bundle_id, now=actor.now)


BUTTONS = Buttons(
    CALENDAR,
    paused="It is not read until you say so. Its events stay, with their reminders.",
    removed="It is no longer read. Events that somebody comes to stay.",
    remove=_remove,
)


def register(app: AsyncApp) -> None:
    BUTTONS.register(app)
    app.view(CALLBACK)(submit)
    app.action("calendar.add")(open_form)


async def show(ack: AsyncAck, context: AsyncBoltContext) -> None:
    """The network's calendars, each with its buttons."""
    async with acting(context) as actor:
        actor.must_be_admin()
        found = [
            (one, len(await calendars.in_calendar(actor.session, one, actor.now)))
            for one in await sources.known_of(actor.session, EventCalendar, actor.network.id)
        ]
        blocks = calendars_blocks(found, zone_of(actor.member, actor.network))
    await ack(text="Calendars", blocks=blocks)


async def add(ack: AsyncAck, context: AsyncBoltContext, address: str) -> None:
    """Try the calendar at an address that was typed after the command."""
    async with acting(context) as actor:
        await BUTTONS.add(actor, address)
    await ack(TRYING)


async def open_form(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
    """The form for an address."""
    async with acting(context) as actor:
        actor.must_be_admin()
    await actor.services.messenger.open_modal(context.client, body["trigger_id"], add_form())
    await ack()


async def submit(ack: AsyncAck, view: dict[str, Any], context: AsyncBoltContext) -> None:
    """Try the calendar at that address."""
    async with acting(context) as actor:
        await BUTTONS.add(actor, forms.text(view["state"]["values"], "address"))
    await ack(response_action="update", view=notice(TRYING, title="Calendars"))
