"""Presses that ask for an introduction, answer, withdraw, and tell whether two people met."""

from typing import Any

from slack_bolt.async_app import AsyncApp, AsyncBoltContext
from slack_bolt.context.ack.async_ack import AsyncAck

from bot.actor import Actor, acting
from bot.cards import post_card, refresh_cards
from bot.expertise.views import away_words
from bot.introductions.deliveries import ASKED, CHECK, OPEN, refresh, refresh_side
from bot.introductions.views import profile_modal
from bot.matches.mine import list_pressed, redraw_list
from bot.pressed import pressed_answer, pressed_choice, pressed_id
from registry import introductions, meetings, outbox
from registry.disclosure import profile_told
from registry.expertise import Expertise
from registry.introductions import Decline, Introduction, IntroductionState, Side
from registry.meetings import Met
from registry.refusal import Refused


def register(app: AsyncApp) -> None:
    app.action("introduction.ask")(ask)
    app.action("introduction.offer")(offer)
    app.action("introduction.yes")(yes)
    app.action("introduction.no")(no)
    app.action("introduction.withdraw")(withdraw)
    app.action("introduction.profile")(see_profile)
    app.action("introduction.met")(met)
    app.action("introduction.met_not_yet")(met)
    app.action("introduction.met_no")(met)


async def ask(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
    """The officer asks for an introduction to a suggestion."""
    await _ask(body, context, Side.OFFICER)
    await ack()


async def offer(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
    """The academic offers to help with a need."""
    await _ask(body, context, Side.ACADEMIC)
    await ack()


async def _ask(body: dict[str, Any], context: AsyncBoltContext, side: Side) -> None:
    async with acting(context) as actor:
        introduction = await introductions.ask(
            actor.session, actor.network, pressed_id(body), side, actor.member, now=actor.now
        )
        people = await introductions.members_of(actor.session, introduction)
        await post_card(
            actor.session,
            actor.network.id,
            ASKED,
            introduction.id,
            member_id=people[introductions.other(side)].id,
            unasked=True,
            now=actor.now,
            about=f"need:{introduction.need_id}",
        )
        await refresh(actor.session, introduction, now=actor.now)
        mine = await list_pressed(actor, body)
    await redraw_list(actor, context, mine)


async def yes(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
    """The one asked says yes: now both have."""
    async with acting(context) as actor:
        introduction = await introductions.say_yes(
            actor.session, actor.network, pressed_id(body), actor.member, now=actor.now
        )
        await follow_up(actor, introduction)
        await refresh(actor.session, introduction, now=actor.now)
        mine = await list_pressed(actor, body)
    await redraw_list(actor, context, mine)
    await ack()


async def follow_up(actor: Actor, introduction: Introduction) -> None:
    """Have the two people brought together, where both have said yes."""
    if introduction.state == IntroductionState.ACCEPTED:
        await outbox.enqueue(
            actor.session,
            actor.network.id,
            OPEN,
            {"introduction_id": introduction.id},
            now=actor.now,
            about=f"need:{introduction.need_id}",
            once=f"{OPEN}:{introduction.id}",
        )


async def no(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
    """The one asked says no; the asker's cards do not change before the ask would run out."""
    introduction_id, reason = pressed_choice(body)
    if reason not in list(Decline):
        raise Refused("Please choose one of the reasons.")
    async with acting(context) as actor:
        introduction = await introductions.say_no(
            actor.session,
            actor.network,
            introduction_id,
            actor.member,
            Decline(reason),
            now=actor.now,
        )
        await refresh_cards(actor.session, actor.network.id, ASKED, introduction.id, now=actor.now)
        side = introductions.other(introduction.asked_by)
        await refresh_side(actor.session, introduction, side, now=actor.now)
        expertise = await actor.session.get_one(Expertise, introduction.expertise_id)
        away = expertise.away_until(actor.now) if side is Side.ACADEMIC else None
    if away is not None and Decline(reason) in introductions.AWAY:
        words = f"{away_words(away, actor.network.zone)} `/expertise pause` ends that sooner."
        await actor.services.messenger.whisper(context, words)
    await ack()


async def withdraw(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
    """The asker takes an ask back; the other side's card does not change before its time."""
    async with acting(context) as actor:
        introduction = await introductions.withdraw(
            actor.session, actor.network, pressed_id(body), actor.member, now=actor.now
        )
        await refresh_side(actor.session, introduction, Side(introduction.asked_by), now=actor.now)
        mine = await list_pressed(actor, body)
    await redraw_list(actor, context, mine)
    await ack()


async def see_profile(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
    """Open what somebody offers, for whom they were introduced to."""
    async with acting(context) as actor:
        introduction = await introductions.find(actor.session, actor.network.id, pressed_id(body))
        profile = await profile_told(actor.session, introduction, actor.member)
    if profile is None:
        raise Refused(introductions.NO_LONGER_OPEN)
    await actor.services.messenger.open_modal(
        context.client, body["trigger_id"], profile_modal(profile)
    )
    await ack()


async def met(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
    """One of the two says whether they met."""
    introduction_id, word = pressed_answer(body)
    if word not in list(Met):
        raise Refused("Please choose one of the answers.")
    async with acting(context) as actor:
        resumed = await meetings.say_met(
            actor.session, actor.network, introduction_id, actor.member, Met(word), now=actor.now
        )
        await refresh_cards(actor.session, actor.network.id, CHECK, introduction_id, now=actor.now)
        for introduction in resumed:
            await follow_up(actor, introduction)
            await refresh(actor.session, introduction, now=actor.now)
    await ack()
