"""Presses and forms that tell what came of a need, and that give or take back consent."""

import json
from typing import Any

from slack_bolt.async_app import AsyncApp, AsyncBoltContext
from slack_bolt.context.ack.async_ack import AsyncAck

from bot import forms
from bot.actor import Actor, acting
from bot.answers.deliveries import CARD, ask_to_be_named
from bot.answers.views import CALLBACK, NAME_CALLBACK, answer_form, name_form
from bot.blocks import Block
from bot.cards import refresh_cards
from bot.needs.suggestion import CARD as NEED_CARD
from bot.pressed import pressed_id
from bot.views import notice
from registry import answers, needs
from registry.answers import AnswerDraft
from registry.needs import Need, NeedState
from registry.refusal import Refused


def register(app: AsyncApp) -> None:
    app.action("answer.open")(open_form)
    app.view(CALLBACK)(submit)
    app.action("answer.unname")(unname)
    app.action("answer.yes")(yes)
    app.view(NAME_CALLBACK)(name)
    app.action("answer.no")(no)


async def form_of(actor: Actor, need: Need, *, just_closed: bool = False) -> Block:
    """The form for a need of the actor's own, with what was said before in it."""
    return answer_form(
        need,
        await answers.of_need(actor.session, need.id),
        await answers.credit_of(actor.session, need.id),
        await answers.introduced(actor.session, need.id),
        just_closed=just_closed,
    )


async def open_form(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
    """Ask what came of a need that is closed."""
    async with acting(context) as actor:
        need = await needs.find_own(actor.session, actor.member, pressed_id(body))
        if need.state != NeedState.CLOSED or not need.shared:
            raise Refused("Close the need first: an answer is shown with a closed need.")
        view = await form_of(actor, need)
    await actor.services.messenger.open_modal(context.client, body["trigger_id"], view)
    await ack()


def read_draft(state: forms.State) -> AnswerDraft:
    """The answer as the form has it."""
    who = forms.chosen(state, "who") or ""
    return AnswerDraft(
        words=forms.text(state, "words"),
        link=forms.text(state, "link"),
        introduction_id=int(who) if who.isdecimal() else None,
        may_be_named="yes" in forms.several(state, "may_be_named"),
    )


async def submit(ack: AsyncAck, view: dict[str, Any], context: AsyncBoltContext) -> None:
    """Keep the answer; who gave it is asked whether they may be named."""
    draft = read_draft(view["state"]["values"])
    need_id = json.loads(view["private_metadata"])["need_id"]
    async with acting(context) as actor:
        need = await needs.find_own(actor.session, actor.member, need_id)
        before = await answers.credit_of(actor.session, need.id)
        credit = await answers.publish(actor.session, need, draft, now=actor.now)
        if credit is not None:
            await ask_to_be_named(actor.session, need, credit, now=actor.now)
        if before is not None:
            await refresh_cards(actor.session, actor.network.id, CARD, before.id, now=actor.now)
        await refresh_cards(actor.session, actor.network.id, NEED_CARD, need.id, now=actor.now)
    words = "*Thank you.* People who ask something similar now see what came of yours."
    await ack(response_action="update", view=notice(words, title="Published"))


async def unname(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
    """The officer takes back that who answered may be named."""
    async with acting(context) as actor:
        need = await needs.find_own(actor.session, actor.member, pressed_id(body))
        credit = await answers.credit_of(actor.session, need.id)
        if credit is None or not credit.officer_agrees:
            raise Refused("Nobody is named with it.")
        credit.officer_agrees = False
        await refresh_cards(actor.session, actor.network.id, NEED_CARD, need.id, now=actor.now)
    await actor.services.messenger.whisper(context, "Nobody is named with it now.")
    await ack()


async def yes(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
    """Who answered would be named: how, they say themselves."""
    async with acting(context) as actor:
        credit = await answers.find_own_credit(actor.session, actor.member, pressed_id(body))
        need = await answers.need_of(actor.session, credit)
        view = name_form(credit, need.question)
    await actor.services.messenger.open_modal(context.client, body["trigger_id"], view)
    await ack()


async def name(ack: AsyncAck, view: dict[str, Any], context: AsyncBoltContext) -> None:
    """Keep the yes, and the name that was given with it."""
    credit_id = json.loads(view["private_metadata"])["credit_id"]
    async with acting(context) as actor:
        credit = await answers.find_own_credit(actor.session, actor.member, credit_id)
        answers.agree(credit, forms.text(view["state"]["values"], "named_as"))
        await refresh_cards(actor.session, actor.network.id, CARD, credit.id, now=actor.now)
    words = "*Thank you.* You are named with the answer as long as you and the council both agree."
    await ack(response_action="update", view=notice(words))


async def no(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
    """Who answered would rather not, or no longer, be named: nobody is told."""
    async with acting(context) as actor:
        credit = await answers.find_own_credit(actor.session, actor.member, pressed_id(body))
        answers.disagree(credit)
        await refresh_cards(actor.session, actor.network.id, CARD, credit.id, now=actor.now)
    await ack()
