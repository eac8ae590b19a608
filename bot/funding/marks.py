"""What is pressed on a call: save, share to a need, not relevant; and one's own alerts."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from slack_bolt.async_app import AsyncApp, AsyncBoltContext
from slack_bolt.context.ack.async_ack import AsyncAck

from bot import forms
from bot.actor import Actor, acting
from bot.blocks import actions, button, section
from bot.cards import REFRESH, refresh_cards
from bot.funding.deliveries import OF_ONE_CALL
from bot.funding.forms import ALERTS, LEVELS, SHARE, alerts_form, share_form
from bot.funding.views import days_words
from bot.needs.suggestion import CARD as NEED_CARD
from bot.pressed import pressed_id
from bot.text import counted
from bot.views import notice
from registry import funding, funding_marks, funding_reminders, outbox
from registry.cards import cards_of
from registry.funding import FundingCall
from registry.funding_marks import Level, Said
from registry.refusal import Refused


def register(app: AsyncApp) -> None:
    app.action("funding.save")(save)
    app.action("funding.unsave")(unsave)
    app.action("funding.not_relevant")(not_relevant)
    app.action("funding.relevant")(relevant)
    app.action("funding.share")(share)
    app.view(SHARE)(shared)
    app.action("funding.alerts")(open_alerts)
    app.view(ALERTS)(choose_alerts)


async def save(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
    """Keep a call on the presser's own list; pressed again, offer to take it off."""
    async with acting(context) as actor:
        call = await _open_call(actor, pressed_id(body))
        new = await funding_marks.mark(actor.session, actor.member, call, Said.SAVED, now=actor.now)
        await funding_marks.unmark(actor.session, actor.member, call.id, Said.NOT_RELEVANT)
        days = await funding_reminders.reminder_days(actor.session, actor.network.id)
        await _redraw_own(actor, call)
    words = "*Saved.*" if new else "You have saved this call already."
    words += _reminded(call, days, actor.now)
    undo = actions([button("Unsave", "funding.unsave", str(call.id))])
    await actor.services.messenger.whisper(context, words, [section(words), undo])
    await ack()


def _reminded(call: FundingCall, days: Sequence[int], now: datetime) -> str:
    """When the presser is still reminded of it; nothing where the closing is too near."""
    closes = call.closes
    to_come = [] if closes is None else [one for one in days if closes - timedelta(one) > now]
    return f" You are reminded {days_words(to_come)} before it closes." if to_come else ""


async def _open_call(actor: Actor, call_id: int) -> FundingCall:
    call = await funding.find_here(actor.session, actor.network.id, call_id)
    if not call.is_open(actor.now):
        raise Refused("This call is no longer open.")
    return call


async def _redraw_own(actor: Actor, call: FundingCall) -> None:
    """The member's own messages about the call; a channel's are nobody's own."""
    for kind in OF_ONE_CALL:
        for card in await cards_of(actor.session, actor.network.id, kind, call.id):
            if card.member_id == actor.member.id:
                await outbox.enqueue(
                    actor.session,
                    actor.network.id,
                    REFRESH,
                    {"card_id": card.id},
                    now=actor.now,
                )


async def unsave(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
    """Take a call off the presser's list, with its reminders."""
    async with acting(context) as actor:
        call = await funding.find_here(actor.session, actor.network.id, pressed_id(body))
        await funding_marks.unmark(actor.session, actor.member, call.id, Said.SAVED)
        await _redraw_own(actor, call)
    await actor.services.messenger.whisper(context, "It is no longer on your list.")
    await ack()


async def not_relevant(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
    """Learn that calls like this one are not for the presser, nor perhaps for this channel."""
    async with acting(context) as actor:
        call = await funding.find_here(actor.session, actor.network.id, pressed_id(body))
        await funding_marks.mark(
            actor.session,
            actor.member,
            call,
            Said.NOT_RELEVANT,
            now=actor.now,
            where=_where(actor, body),
        )
        await funding_marks.unmark(actor.session, actor.member, call.id, Said.SAVED)
        await _redraw_own(actor, call)
    words = "*Noted.* You will hear less of calls like this one. Nobody sees what you pressed."
    undo = actions([button("Take it back", "funding.relevant", str(call.id))])
    await actor.services.messenger.whisper(context, words, [section(words), undo])
    await ack()


def _where(actor: Actor, body: dict[str, Any]) -> tuple[int, str] | None:
    """The channel in which everybody sees what was pressed."""
    container = body.get("container") or {}
    channel = str((body.get("channel") or {}).get("id") or "")
    if container.get("is_ephemeral") or not channel.startswith(("C", "G")):
        return None
    return actor.workspace.id, channel


async def relevant(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
    """Take "not relevant" back."""
    async with acting(context) as actor:
        call = await funding.find_here(actor.session, actor.network.id, pressed_id(body))
        await funding_marks.unmark(actor.session, actor.member, call.id, Said.NOT_RELEVANT)
    await actor.services.messenger.whisper(
        context, "Taken back. You hear of calls like this one as before."
    )
    await ack()


async def share(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
    """Ask on which of the presser's own open needs the call is to be noted."""
    async with acting(context) as actor:
        call = await _open_call(actor, pressed_id(body))
        own = await funding_marks.open_needs(actor.session, actor.member)
        noted = await funding_marks.noted_on(actor.session, actor.member, call.id)
    view = (
        share_form(call, own, noted)
        if own
        else notice("You have no open need. Type `/need` and your question to post one.")
    )
    await actor.services.messenger.open_modal(context.client, body["trigger_id"], view)
    await ack()


async def shared(ack: AsyncAck, view: dict[str, Any], context: AsyncBoltContext) -> None:
    """Note the call on the chosen needs, and on no other of the presser's."""
    call_id = str(view.get("private_metadata") or "")
    chosen = forms.several(view["state"]["values"], "needs")
    async with acting(context) as actor:
        call = await funding.find_here(
            actor.session, actor.network.id, int(call_id) if call_id.isdecimal() else 0
        )
        ids = {int(one) if one.isdecimal() and len(one) < 16 else 0 for one in chosen}  # noqa: PLR2004
        changed = await funding_marks.note_on(actor.session, actor.member, call, ids, now=actor.now)
        for need_id in sorted(changed):
            await refresh_cards(actor.session, actor.network.id, NEED_CARD, need_id, now=actor.now)
    where = counted(len(ids), "need")
    words = f"*Noted* on {where}: see its card." if ids else "It is noted on none of your needs."
    await ack(response_action="update", view=notice(words, title="Share to a need"))


async def open_alerts(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
    """Open the form with what the presser wants now. body: the command's or the press's."""
    async with acting(context) as actor:
        wish = await funding_marks.wish_of(actor.session, actor.member.id)
    await actor.services.messenger.open_modal(context.client, body["trigger_id"], alerts_form(wish))
    await ack()


async def choose_alerts(ack: AsyncAck, view: dict[str, Any], context: AsyncBoltContext) -> None:
    state = view["state"]["values"]
    async with acting(context) as actor:
        wish = await funding_marks.choose_wish(
            actor.session,
            actor.member,
            forms.chosen(state, "level") or "",
            forms.chosen(state, "a_week") or "",
        )
    words = (
        "*Saved.* You get no direct messages about calls."
        if wish.level is Level.OFF
        else f"*Saved.* {LEVELS[wish.level]}, at most {wish.a_week} in seven days."
    )
    await ack(response_action="update", view=notice(words, title="My alerts"))
