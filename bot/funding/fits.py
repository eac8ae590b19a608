"""The needs that a call fits, and asking for an introduction to one of them."""

from collections.abc import Sequence
from typing import Any

from slack_bolt.async_app import AsyncApp, AsyncBoltContext
from slack_bolt.context.ack.async_ack import AsyncAck

from bot.actor import Actor, acting
from bot.blocks import Block, actions, button, context, modal, section
from bot.cards import post_card
from bot.introductions.deliveries import ASKED, refresh
from bot.introductions.views import need_line
from bot.pressed import pressed_answer, pressed_id
from bot.text import quoted
from registry import funding, introductions, offers
from registry.funding import FundingCall
from registry.introductions import Introduction, Side
from registry.offers import MOST_SHOWN, May, NeedOffered

SAID = {
    May.BEGUN: "An introduction was asked for. `/matches` shows where it stands.",
    May.OWN: "This is your own need.",
}


def register(app: AsyncApp) -> None:
    app.action("funding.fits")(show)
    app.action("funding.ask")(ask)


async def show(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
    """The needs that a call fits, for the presser's eyes."""
    async with acting(context) as actor:
        view = await _view(actor, pressed_id(body))
    await actor.services.messenger.open_modal(context.client, body["trigger_id"], view)
    await ack()


async def _view(actor: Actor, call_id: int) -> Block:
    call = await funding.find_here(actor.session, actor.network.id, call_id)
    found = await offers.offered(actor.session, actor.member, call, actor.now)
    return fits_view(call, found)


def fits_view(call: FundingCall, found: Sequence[NeedOffered]) -> Block:
    """Each need as far as it may be shown, with what the reader may do about it."""
    blocks = [section(f"*{quoted(call.title, 250)}*")]
    if not found:
        blocks.append(section("No open need fits it any more."))
    for one in found[:MOST_SHOWN]:
        blocks += _need(call, one)
    if len(found) > MOST_SHOWN:
        blocks.append(context(f"And {len(found) - MOST_SHOWN} more."))
    return modal("Needs that it fits", blocks, close="Close")


def _need(call: FundingCall, one: NeedOffered) -> list[Block]:
    who = f"*{quoted(one.need.council, 200)}* asks:" if one.need.council else "*A council* asks:"
    blocks = [section(f"{who}\n{quoted(one.need.question)}"), context(need_line(one.need))]
    if one.may is May.ASK:
        value = f"{call.id}:{one.need.id}"
        press = button("Ask for an introduction", "funding.ask", value, style="primary")
        blocks.append(actions([press], block_id=f"need-{one.need.id}"))
    elif said := SAID.get(one.may):
        blocks.append(context(said))
    return blocks


async def ask(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
    """Ask for an introduction, and show in the same place that it was asked for."""
    call_id, need = pressed_answer(body)
    async with acting(context) as actor:
        introduction = await offers.ask(
            actor.session,
            actor.network,
            actor.member,
            call_id,
            int(need) if need.isdecimal() and len(need) < 16 else 0,  # noqa: PLR2004
            now=actor.now,
        )
        await _ask(actor, introduction)
        view = await _view(actor, call_id)
    shown = body["view"]
    await actor.services.messenger.change_modal(context.client, shown["id"], shown["hash"], view)
    await ack()


async def _ask(actor: Actor, introduction: Introduction) -> None:
    people = await introductions.members_of(actor.session, introduction)
    await post_card(
        actor.session,
        actor.network.id,
        ASKED,
        introduction.id,
        member_id=people[Side.OFFICER].id,
        unasked=True,
        now=actor.now,
        about=f"need:{introduction.need_id}",
    )
    await refresh(actor.session, introduction, now=actor.now)
