"""`/events`, its form, and the answers of those who come."""

from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from slack_bolt.async_app import AsyncApp, AsyncBoltContext
from slack_bolt.context.ack.async_ack import AsyncAck

from bot import forms
from bot.actor import Actor, acting
from bot.blocks import Block, option
from bot.calendars import listeners as calendars
from bot.cards import post_card, refresh_card
from bot.commands import Command
from bot.events.deliveries import EVENT, USEFUL, refresh, shown
from bot.events.telling import tell_of_cancellation, tell_of_change
from bot.events.views import (
    CALLBACK,
    CHANGED,
    PAGE,
    answered_blocks,
    answered_words,
    consent_blocks,
    event_form,
    list_blocks,
    own_event_blocks,
    who_blocks,
)
from bot.own import pressed_own_page
from bot.pressed import pressed_answer, pressed_id
from bot.views import notice
from registry import attendances, disclosure, events, reminders
from registry.attendances import Answer, Useful
from registry.cards import cards_of
from registry.events import EventDraft
from registry.members import zone_of
from registry.networks import Purpose
from registry.refusal import Refused

COMMAND = Command(
    "/events",
    "what is coming",
    {
        "add": "add an event",
        "edit": "change one that you added; those who come are told",
        "remove": "remove one that you added; those who come are told",
        "calendars": "the calendars that are read every hour (admins)",
        "calendars add": "read another: `/events calendars add` and its address (admins)",
    },
)
MOST_OPTIONS = 30
NOT_KNOWN = "Please type `/need` or `/expertise` first, to say who you are."


def register(app: AsyncApp) -> None:
    app.command("/events")(command)
    app.view(CALLBACK)(submit)
    app.view(CHANGED)(submit_change)
    app.options("time_zone.search")(search_time_zones)
    app.action("event.page")(page)
    app.action("event.going")(going)
    app.action("event.maybe")(maybe)
    app.action("event.not_going")(not_going)
    app.action("event.show_name")(show_name)
    app.action("event.hide_name")(hide_name)
    app.action("event.who")(who)
    app.action("event.read")(read)
    app.action("event.calendar")(read)
    app.action("event.own_page")(own_page)
    app.action("event.own_page_back")(own_page)
    app.action("event.edit")(edit)
    app.action("event.remove")(remove)
    for answer in Useful:
        app.action(f"event.useful.{answer}")(useful)


async def command(ack: AsyncAck, command: dict[str, Any], context: AsyncBoltContext) -> None:
    """`/events` lists; a known word does more."""
    word, rest = COMMAND.split(command.get("text", ""))
    if word == "calendars add":
        await calendars.add(ack, context, rest)
    elif rest:
        await ack(COMMAND.unknown(f"{word} {rest}".strip()))
    elif word == "help":
        await ack(COMMAND.help())
    elif word == "add":
        await _open_form(ack, command, context)
    elif word == "calendars":
        await calendars.show(ack, context)
    else:
        await _show(ack, context, word)


async def _show(ack: AsyncAck, context: AsyncBoltContext, word: str) -> None:
    async with acting(context) as actor:
        blocks = await (_own(actor, word, 0) if word else _page(actor, 0))
    await ack(text="Events", blocks=blocks)


async def _own(actor: Actor, word: str, start: int) -> list[Block]:
    coming = await events.coming(actor.session, actor.network.id, actor.now)
    me = actor.member
    mine = [
        one for one in coming if one.calendar_id is None and (me.is_admin or one.added_by == me.id)
    ]
    return own_event_blocks(mine, word, start, _zone(actor))


async def own_page(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
    """Another page of the events that the presser may change or remove, in its place."""
    word, start = pressed_own_page(body)
    async with acting(context) as actor:
        blocks = await _own(actor, word, start)
    await actor.services.messenger.whisper(context, "Events", blocks, replace=True)
    await ack()


async def _page(actor: Actor, start: int) -> list[Block]:
    coming = await events.coming(actor.session, actor.network.id, actor.now)
    zone = _zone(actor)
    here = [
        await shown(actor.services, actor.session, one, zone)
        for one in coming[start : start + PAGE]
    ]
    return list_blocks(here, start, len(coming))


def _zone(actor: Actor) -> ZoneInfo:
    return zone_of(actor.member, actor.network)


async def page(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
    """The next page of the list."""
    async with acting(context) as actor:
        blocks = await _page(actor, pressed_id(body))
    await actor.services.messenger.whisper(context, "Events", blocks)
    await ack()


async def _open_form(ack: AsyncAck, command: dict[str, Any], context: AsyncBoltContext) -> None:
    async with acting(context) as actor:
        _must_be_known(actor)
    view = event_form(actor.network.time_zone)
    await actor.services.messenger.open_modal(context.client, command["trigger_id"], view)
    await ack()


def _must_be_known(actor: Actor) -> None:
    if not actor.member.introduced_themselves:
        raise Refused(NOT_KNOWN)


async def search_time_zones(ack: AsyncAck, payload: dict[str, Any]) -> None:
    """Time zones by any part of their names."""
    typed = payload.get("value", "").casefold().replace(" ", "_")
    found = sorted(name for name in available_timezones() if typed in name.casefold())
    await ack(options=[option(name, name) for name in found[:MOST_OPTIONS]])


def _draft(view: dict[str, Any]) -> EventDraft:
    state = view["state"]["values"]
    return EventDraft(
        title=forms.text(state, "title"),
        day=forms.day(state, "day"),
        starts_at=forms.clock_time(state, "starts_at"),
        end_day=forms.day(state, "end_day"),
        ends_at=forms.clock_time(state, "ends_at"),
        time_zone=forms.chosen(state, "time_zone") or "",
        place=forms.text(state, "place"),
        link=forms.text(state, "link"),
        description=forms.text(state, "description"),
    )


async def submit(ack: AsyncAck, view: dict[str, Any], context: AsyncBoltContext) -> None:
    """Keep the event, post it, and turn the form into a confirmation."""
    async with acting(context) as actor:
        _must_be_known(actor)
        event, new = await events.add(
            actor.session, actor.member, _draft(view), form=view["id"], now=actor.now
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


async def edit(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
    """Open the form with what the event is now."""
    async with acting(context) as actor:
        event = await events.changeable(actor.session, actor.member, pressed_id(body), actor.now)
    view = event_form(event.time_zone, event)
    await actor.services.messenger.open_modal(context.client, body["trigger_id"], view)
    await ack()


async def submit_change(ack: AsyncAck, view: dict[str, Any], context: AsyncBoltContext) -> None:
    """Change the event, and tell those who come."""
    id_ = str(view.get("private_metadata") or "")
    async with acting(context) as actor:
        event, was = await events.change(
            actor.session,
            actor.member,
            int(id_) if id_.isdecimal() else 0,
            _draft(view),
            now=actor.now,
        )
        if was is None:
            await refresh(actor.session, event, now=actor.now)
        else:
            await tell_of_change(actor.session, event, was, now=actor.now, by=actor.member)
    words = "*Changed.* Those who come are told, and the posts show it as it is now."
    if was is None:
        words = "*Saved.* Nothing changed that anybody need be told of."
    await ack(response_action="update", view=notice(words, title="Events"))


async def going(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
    """I come."""
    await _answer(ack, body, context, Answer.GOING)


async def maybe(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
    """I may come."""
    await _answer(ack, body, context, Answer.MAYBE)


async def not_going(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
    """I do not come."""
    await _answer(ack, body, context, Answer.NO)


async def _answer(
    ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext, answer: Answer
) -> None:
    async with acting(context) as actor:
        event = await events.find(actor.session, actor.network.id, pressed_id(body))
        said = await attendances.say(actor.session, actor.member, event, answer, actor.now)
        await refresh(actor.session, event, now=actor.now, only_for=actor.member)
        left = reminders.to_come(event, answer, actor.member, actor.network, actor.now)
    words = answered_words(answer, left)
    blocks = answered_blocks(event.id, answer, words, name_shown=said.show_name)
    await actor.services.messenger.whisper(context, words, blocks)
    await ack()


async def show_name(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
    """Others who come may see who I am."""
    await _consent(ack, body, context, show=True)


async def hide_name(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
    """They may not, or no longer."""
    await _consent(ack, body, context, show=False)


async def _consent(
    ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext, *, show: bool
) -> None:
    async with acting(context) as actor:
        event = await events.find(actor.session, actor.network.id, pressed_id(body))
        await attendances.show_name(actor.session, actor.member, event, show=show)
    blocks = consent_blocks(event.id, name_shown=show)
    words = "Your name is shown to others who come." if show else "Your name is not shown."
    await actor.services.messenger.whisper(context, words, blocks)
    await ack()


async def who(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
    """Who is coming, as far as they want it known."""
    async with acting(context) as actor:
        event = await events.find(actor.session, actor.network.id, pressed_id(body))
        coming = await disclosure.coming_shown(actor.session, event, actor.member)
        mine = await attendances.of(actor.session, actor.member, event.id)
    blocks = who_blocks(event, coming)
    if coming.reader_comes and mine is not None:
        blocks += consent_blocks(event.id, name_shown=mine.show_name)
    await actor.services.messenger.whisper(context, "Who is coming", blocks)
    await ack()


async def read(ack: AsyncAck) -> None:
    """The browser opens the link; there is nothing to do here."""
    await ack()


async def useful(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
    """Keep what somebody thought of an event, and show it on their card."""
    event_id, said = pressed_answer(body)
    async with acting(context) as actor:
        event = await events.find(actor.session, actor.network.id, event_id)
        if said not in set(Useful):
            raise Refused("Please press one of the three buttons.")
        await attendances.say_useful(actor.session, actor.member, event, Useful(said), actor.now)
        for card in await cards_of(actor.session, actor.network.id, USEFUL, event.id):
            if card.member_id == actor.member.id:
                await refresh_card(actor.session, card, now=actor.now)
    await ack()


async def remove(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
    """Cancel an event; those who come are told."""
    async with acting(context) as actor:
        event, new = await events.remove(actor.session, actor.member, pressed_id(body), actor.now)
        if not new:
            raise Refused("That event is no longer here.")
        await tell_of_cancellation(actor.session, event, now=actor.now, by=actor.member)
    await actor.services.messenger.whisper(context, "Removed. Those who come are told.")
    await ack()
