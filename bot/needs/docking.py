"""What a docking point does with a need: suggest somebody, or pass it on if the officer agrees."""

import json
from typing import Any

from slack_bolt.async_app import AsyncApp, AsyncBoltContext
from slack_bolt.context.ack.async_ack import AsyncAck
from sqlalchemy import update

from bot import forms
from bot.actor import Actor, acting
from bot.blocks import Block, actions, button, context, input_block, modal, section
from bot.cards import Message, Render, Showing, post_card, refresh_cards
from bot.deliveries import Work
from bot.introductions.views import need_blocks
from bot.pressed import pressed_id
from bot.text import quoted
from bot.views import notice
from matching.matcher import Suggestion
from matching.reasons import Reason
from matching.weights import Band
from registry import audit, docking, expertise, matches, matchmaker, needs
from registry.disclosure import need_shown
from registry.docking import DockingPoint
from registry.members import Member, member_of
from registry.needs import Need
from registry.refusal import Refused

CALLBACK = "need.somebody"
ASKED = "need_for_docking_point"
KEPT_BACK = "need_kept_back"
AGREE = "need_may_be_passed_on"
THOUGHT_OF = "need_thought_of_you"
NOT_YOURS = "Only the docking point that was asked can do that."


def register(app: AsyncApp) -> None:
    app.action("need.ask_docking_point")(ask)
    app.action("need.suggest_somebody")(open_suggestion)
    app.view(CALLBACK)(suggest_somebody)
    app.action("need.pass_on")(ask_to_pass_on)
    app.action("need.agree")(agree)
    app.action("need.keep_back")(keep_back)


async def ask(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
    """The officer asks the docking point: once for each need."""
    async with acting(context) as actor:
        need = await needs.find_own(actor.session, actor.member, pressed_id(body))
        point = await docking.point_to_ask(actor.session, need)
        if point is None:
            raise Refused("No docking point is named yet. `/network people` says who to ask.")
        asked = await actor.session.scalar(
            update(Need)
            .where(Need.id == need.id, Need.docking_asked_at.is_(None))
            .values(docking_asked_at=actor.now)
            .returning(Need.id)
        )
        if asked is None:
            raise Refused("The docking point has been asked already.")
        await _post(actor, point, ASKED, need.id)
        await refresh_cards(actor.session, actor.network.id, "need", need.id, now=actor.now)
    await ack()


async def hand_over(actor: Actor, need: Need) -> None:
    """Give a need that only the docking point may see to the officer's own docking point."""
    point = await docking.own_point(actor.session, need)
    if point is not None:
        await _post(actor, point, KEPT_BACK, need.id)


async def _post(actor: Actor, point: DockingPoint, kind: str, need_id: int) -> None:
    await post_card(
        actor.session,
        actor.network.id,
        kind,
        need_id,
        member_id=point.member_id,
        unasked=True,
        channel=point.channel,
        now=actor.now,
        about=f"need:{need_id}",
    )


async def _asked_need(
    actor: Actor, need_id: int, channel: str, point_for: docking.PointFor
) -> Need:
    """The need, for its docking point alone: that member, or somebody in that channel."""
    need = await needs.find(actor.session, actor.network.id, need_id)
    point = await point_for(actor.session, need) if need else None
    if need is None or point is None:
        raise Refused("That need is no longer here.")
    in_channel = point.channel == (actor.workspace.id, channel)
    if point.member_id != actor.member.id and not in_channel:
        raise Refused(NOT_YOURS)
    return need


async def open_suggestion(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
    """Open the form in which the docking point names somebody."""
    channel = (body.get("channel") or {}).get("id", "")
    async with acting(context) as actor:
        need = await _asked_need(actor, pressed_id(body), channel, docking.point_to_ask)
        view = _suggestion_form(need, channel)
    await actor.services.messenger.open_modal(context.client, body["trigger_id"], view)
    await ack()


def _suggestion_form(need: Need, channel: str) -> Block:
    return modal(
        "Suggest somebody",
        [
            section(f"*The need*\n{quoted(need.question)}"),
            input_block(
                "person",
                "Who could help?",
                {
                    "type": "users_select",
                    "action_id": "person",
                    "placeholder": {"type": "plain_text", "text": "Choose a person"},
                },
                hint="The officer is not told the name. Both are asked first.",
            ),
        ],
        callback_id=CALLBACK,
        submit="Suggest",
        metadata=json.dumps({"need_id": need.id, "channel": channel}),
    )


async def suggest_somebody(ack: AsyncAck, view: dict[str, Any], context: AsyncBoltContext) -> None:
    """Put a person forward: as a suggestion where they have a profile, else they are asked."""
    meant = json.loads(view["private_metadata"])
    person = forms.chosen(view["state"]["values"], "person") or ""
    async with acting(context) as actor:
        need = await _asked_need(actor, meant["need_id"], meant["channel"], docking.point_to_ask)
        member = await member_of(actor.session, actor.workspace, person, now=actor.now)
        if member.id == need.member_id:
            raise Refused(fields={"person": "That is who asked. Please choose somebody else."})
        profile = await expertise.of_member(actor.session, member)
        if profile is not None and profile.seeking:
            await _put_forward(actor, need, profile.id)
            words = "The officer now sees this suggestion, without a name."
        else:
            await _think_of(actor, need, member)
            words = "They have no profile yet, so we have asked them to offer their expertise."
        audit.note(
            actor.session,
            actor.network.id,
            actor.member.id,
            "somebody_suggested",
            f"need:{need.id}",
            now=actor.now,
        )
    await ack(response_action="update", view=notice(f"*Thank you.* {words}"))


async def _put_forward(actor: Actor, need: Need, expertise_id: int) -> None:
    reason = Reason(kind="broker", share=0.0, words=(), value=None)
    suggestion = Suggestion(id=str(expertise_id), score=0.0, band=Band.POSSIBLE, reasons=(reason,))
    pair = (need.id, expertise_id)
    if await matchmaker.already_paired(actor.session, *pair):
        return
    await matchmaker.keep(
        actor.session,
        actor.network.id,
        {pair: suggestion},
        now=actor.now,
        matcher=matches.BROKER,
    )
    await post_card(
        actor.session,
        actor.network.id,
        "need",
        need.id,
        member_id=need.member_id,
        unasked=True,
        now=actor.now,
        about=f"need:{need.id}",
    )


async def _think_of(actor: Actor, need: Need, member: Member) -> None:
    await post_card(
        actor.session,
        actor.network.id,
        THOUGHT_OF,
        need.id,
        member_id=member.id,
        unasked=True,
        now=actor.now,
        about=f"need:{need.id}",
        once=f"{THOUGHT_OF}:{need.id}:{member.id}",
    )


async def ask_to_pass_on(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
    """The docking point would pass a restricted need on: the officer is asked."""
    channel = (body.get("channel") or {}).get("id", "")
    async with acting(context) as actor:
        need = await _asked_need(actor, pressed_id(body), channel, docking.own_point)
        if need.shared:
            raise Refused("The officer has agreed already: it is with the network.")
        new = await post_card(
            actor.session,
            actor.network.id,
            AGREE,
            need.id,
            member_id=need.member_id,
            unasked=True,
            now=actor.now,
            about=f"need:{need.id}",
            once=f"{AGREE}:{need.id}:{need.updated_at:%Y%m%d%H%M%S}",
        )
        if not new:
            raise Refused("The officer has been asked already.")
    await actor.services.messenger.whisper(context, "We have asked the officer.")
    await ack()


async def agree(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
    """The officer lets the network see the need."""
    async with acting(context) as actor:
        need = await needs.find_own(actor.session, actor.member, pressed_id(body))
        if not await needs.pass_on(actor.session, need, now=actor.now):
            raise Refused("The network can see this need already.")
        audit.note(
            actor.session,
            actor.network.id,
            actor.member.id,
            "need_passed_on",
            f"need:{need.id}",
            now=actor.now,
        )
        await matchmaker.look_for(actor.session, need, now=actor.now)
        for kind in (AGREE, KEPT_BACK):
            await refresh_cards(actor.session, actor.network.id, kind, need.id, now=actor.now)
    await ack()


async def keep_back(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
    """The officer would rather not: nothing changes."""
    async with acting(context) as actor:
        await needs.find_own(actor.session, actor.member, pressed_id(body))
    await actor.services.messenger.whisper(context, "It stays with your docking point.")
    await ack()


async def render_asked(work: Work, showing: Showing) -> Message | None:
    """What the docking point is asked when nobody fits."""
    need = await needs.find(work.session, work.network.id, showing.subject_id)
    if need is None or not need.shared:
        return None
    shown = await need_shown(work.session, need)
    blocks = [
        section("*Nobody in the network fits this need. Do you know somebody?*"),
        *need_blocks(shown),
        actions([button("Suggest somebody", "need.suggest_somebody", str(need.id))]),
    ]
    return Message("A need looks for somebody you may know", blocks)


async def render_kept_back(work: Work, showing: Showing) -> Message | None:
    """What the officer's docking point is given of a restricted need."""
    need = await needs.find(work.session, work.network.id, showing.subject_id)
    if need is None:
        return None
    blocks = [
        section("*Only you can see this need.* It goes no further unless its officer agrees."),
        *need_blocks(await need_shown(work.session, need)),
    ]
    if need.shared:
        blocks.append(context("The officer has agreed: the network can see it now."))
    else:
        blocks.append(actions([button("Ask to pass it on", "need.pass_on", str(need.id))]))
    return Message("A need for you to look at", blocks)


async def render_agree(work: Work, showing: Showing) -> Message | None:
    """The question to the officer."""
    need = await needs.find(work.session, work.network.id, showing.subject_id)
    if need is None:
        return None
    blocks = [
        section(
            "*Your docking point would like to pass your need on to the network.*\n"
            f"{quoted(need.question)}"
        )
    ]
    if need.shared:
        blocks.append(context("You agreed: we are looking for people who can help."))
    else:
        value = str(need.id)
        blocks.append(
            actions(
                [
                    button("Yes, pass it on", "need.agree", value, style="primary"),
                    button("No, keep it back", "need.keep_back", value),
                ]
            )
        )
    return Message("May your need be passed on?", blocks)


async def render_thought_of(work: Work, showing: Showing) -> Message | None:
    """What somebody without a profile is told whom a docking point thought of."""
    need = await needs.find(work.session, work.network.id, showing.subject_id)
    if need is None or not need.shared:
        return None
    blocks = [
        section("*A docking point thought that you could help with this.*"),
        *need_blocks(await need_shown(work.session, need)),
        context("Say what you can help with; nobody is told your name before you say yes."),
        actions([button("Offer expertise", "expertise.start", style="primary")]),
    ]
    return Message("You may be able to help a council", blocks)


RENDERS: dict[str, Render] = {
    ASKED: render_asked,
    KEPT_BACK: render_kept_back,
    AGREE: render_agree,
    THOUGHT_OF: render_thought_of,
}
