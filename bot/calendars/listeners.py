"""Adding, pausing and removing calendars: for admins only, asked again at every press."""

from typing import Any

from slack_bolt.async_app import AsyncApp, AsyncBoltContext
from slack_bolt.context.ack.async_ack import AsyncAck

from bot import forms
from bot.actor import Actor, acting
from bot.calendars.deliveries import READ, TRIAL, TRY
from bot.calendars.views import CALLBACK, add_form, calendars_blocks
from bot.cards import refresh_cards
from bot.events.deliveries import BUNDLE
from bot.pressed import pressed_id
from bot.views import notice
from registry import audit, calendars, outbox
from registry.members import zone_of
from registry.refusal import Refused

TRYING = "Reading it now. In a moment you see what is in it, and say whether it is the one."


def register(app: AsyncApp) -> None:
    app.view(CALLBACK)(submit)
    app.action("calendar.add")(open_form)
    app.action("calendar.try")(try_again)
    app.action("calendar.accept")(accept)
    app.action("calendar.refuse")(refuse)
    app.action("calendar.pause")(pause)
    app.action("calendar.resume")(resume)
    app.action("calendar.remove")(remove)


async def show(ack: AsyncAck, context: AsyncBoltContext) -> None:
    """The network's calendars, each with its buttons."""
    async with acting(context) as actor:
        actor.must_be_admin()
        found = [
            (one, len(await calendars.in_calendar(actor.session, one, actor.now)))
            for one in await calendars.calendars(actor.session, actor.network.id)
        ]
        blocks = calendars_blocks(found, zone_of(actor.member, actor.network))
    await ack(text="Calendars", blocks=blocks)


async def add(ack: AsyncAck, context: AsyncBoltContext, address: str) -> None:
    """Try the calendar at an address that was typed after the command."""
    async with acting(context) as actor:
        try:
            await _try(actor, address)
        except Refused as refused:
            raise Refused(" ".join(refused.fields.values()) or refused.words) from None
    await ack(TRYING)


async def _try(actor: Actor, address: str) -> None:
    actor.must_be_admin()
    calendar = await calendars.add(actor.session, actor.member, address, now=actor.now)
    await _read_for(actor, calendar.id)


async def _read_for(actor: Actor, calendar_id: int) -> None:
    """Have it tried, and shown to the admin who asks."""
    payload = {"calendar_id": calendar_id, "member_id": actor.member.id}
    await outbox.enqueue(actor.session, actor.network.id, TRY, payload, now=actor.now)


async def open_form(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
    """The form for an address."""
    async with acting(context) as actor:
        actor.must_be_admin()
    await actor.services.messenger.open_modal(context.client, body["trigger_id"], add_form())
    await ack()


async def submit(ack: AsyncAck, view: dict[str, Any], context: AsyncBoltContext) -> None:
    """Try the calendar at that address."""
    async with acting(context) as actor:
        await _try(actor, forms.text(view["state"]["values"], "address"))
    await ack(response_action="update", view=notice(TRYING, title="Calendars"))


async def try_again(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
    """Read a calendar once more that was only tried."""
    async with acting(context) as actor:
        actor.must_be_admin()
        calendar = await calendars.find(actor.session, actor.network.id, pressed_id(body))
        if calendar is None:
            raise Refused("That calendar is no longer here.")
        await _read_for(actor, calendar.id)
    await actor.services.messenger.whisper(context, TRYING)
    await ack()


async def accept(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
    """This is the one: read it from now on."""
    async with acting(context) as actor:
        actor.must_be_admin()
        calendar_id = pressed_id(body)
        network_id = actor.network.id
        if await calendars.accept(actor.session, network_id, calendar_id, actor.now):
            payload = {"calendar_id": calendar_id}
            await outbox.enqueue(actor.session, network_id, READ, payload, now=actor.now)
            _note(actor, "calendar_added", calendar_id)
        await refresh_cards(actor.session, network_id, TRIAL, calendar_id, now=actor.now)
    words = "It is read every hour from now on. What is in it is posted to the events channel."
    await actor.services.messenger.whisper(context, words)
    await ack()


async def refuse(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
    """Not this one: forget it, unless somebody had it read meanwhile."""
    async with acting(context) as actor:
        actor.must_be_admin()
        calendar = await calendars.find(actor.session, actor.network.id, pressed_id(body))
        if calendar is not None and calendar.accepted_at is not None:
            raise Refused("It is read already. `/events calendars` removes it.")
        if calendar is not None:
            await calendars.remove(actor.session, actor.network.id, calendar.id, actor.now)
            await refresh_cards(actor.session, actor.network.id, TRIAL, calendar.id, now=actor.now)
    await actor.services.messenger.whisper(context, "It is not read.")
    await ack()


async def pause(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
    """Do not read it for a while."""
    await _pause(ack, body, context, paused=True)


async def resume(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
    """Go on reading it."""
    await _pause(ack, body, context, paused=False)


async def _pause(
    ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext, *, paused: bool
) -> None:
    async with acting(context) as actor:
        actor.must_be_admin()
        calendar = await calendars.pause(
            actor.session, actor.network.id, pressed_id(body), paused=paused, now=actor.now
        )
        _note(actor, "calendar_paused" if paused else "calendar_resumed", calendar.id)
    stays = "It is not read until you say so. Its events stay, with their reminders."
    words = stays if paused else "It is read again, from the next full hour on."
    await actor.services.messenger.whisper(context, words)
    await ack()


async def remove(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
    """Stop reading a calendar."""
    async with acting(context) as actor:
        actor.must_be_admin()
        calendar_id = pressed_id(body)
        network_id = actor.network.id
        posts = await calendars.remove(actor.session, network_id, calendar_id, actor.now)
        for bundle_id in sorted(posts):
            await refresh_cards(actor.session, network_id, BUNDLE, bundle_id, now=actor.now)
        _note(actor, "calendar_removed", calendar_id)
    words = "It is no longer read. Events that somebody comes to stay."
    await actor.services.messenger.whisper(context, words)
    await ack()


def _note(actor: Actor, action: str, calendar_id: int) -> None:
    audit.note(
        actor.session,
        actor.network.id,
        actor.member.id,
        action,
        f"calendar:{calendar_id}",
        now=actor.now,
    )
