"""`/need`, its form and the buttons of its cards."""

import json
from typing import Any

from slack_bolt.async_app import AsyncApp, AsyncBoltContext
from slack_bolt.context.ack.async_ack import AsyncAck

from bot import forms
from bot.actor import Actor, acting
from bot.answers.listeners import form_of
from bot.cards import refresh_cards
from bot.commands import Command
from bot.contact.gate import form_for
from bot.matches.mine import list_pressed, redraw_list
from bot.needs import docking
from bot.needs.showing import refresh_need
from bot.needs.suggestion import LAPSED, refresh_suggestion
from bot.needs.views import (
    CALLBACK,
    LAPSED_WORDS,
    WRITE_FIRST,
    Earlier,
    NeedForm,
    confirmation,
    edit_need_form,
    need_form,
    note_of,
    own_needs,
)
from bot.pressed import pressed_choice, pressed_id
from bot.priorities.views import MOST, shared_blocks
from bot.services import Services
from bot.words import MONEY, NEED_INSISTS, OFFERS, OUTPUTS, sure
from registry import earlier, introductions, matches, needs, presses, priorities
from registry.expertise import is_new
from registry.introductions import Side
from registry.matchmaker import look_for
from registry.needs import Need, NeedDraft, Visibility
from registry.refusal import Refused

COMMAND = Command(
    "/need",
    "post a research question, and hear who could help. `/need` followed by your question "
    "opens the form with it.",
    {
        "list": "your needs",
        "shared": "what several councils ask, so that they can act together",
        "edit": "change one",
        "close": "stop looking, and say what came of it",
        "remove": "delete one, with everything that hangs on it",
    },
)


def register(app: AsyncApp) -> None:
    app.command("/need")(command)
    app.action("need.start")(start)
    app.action("need.detail")(add_detail)
    app.action("need.earlier")(show_earlier)
    app.view(CALLBACK)(submit)
    app.action("need.edit")(edit)
    app.action("need.close")(close)
    app.action("need.reopen")(reopen)
    app.action("need.remove")(remove)
    app.action("match.not_fit")(not_fit)
    docking.register(app)


async def command(ack: AsyncAck, command: dict[str, Any], context: AsyncBoltContext) -> None:
    """`/need ...`: a known word does it, anything else is the question."""
    word, rest = COMMAND.split(command.get("text", ""))
    if word == "help" and not rest:
        await ack(COMMAND.help())
        return
    if word == "shared" and not rest:
        await _show_shared(ack, context)
        return
    if word and not rest:
        await _show_own(ack, context, word)
        return
    text = " ".join(command.get("text", "").split())
    if " " not in text and COMMAND.meant(text):
        await ack(f"{COMMAND.unknown(text)} To post a need, write it as a question.")
        return
    async with acting(context) as actor:
        view = await form_for(actor, "need", text)
    await actor.services.messenger.open_modal(context.client, command["trigger_id"], view)
    await ack()


async def _show_own(ack: AsyncAck, context: AsyncBoltContext, word: str) -> None:
    async with acting(context) as actor:
        own = await needs.of_member(actor.session, actor.member)
    if not own:
        await ack("You have no needs here yet. Type `/need` and your question to post one.")
        return
    await ack(text="Your needs", blocks=own_needs(own, None if word == "list" else word))


async def _show_shared(ack: AsyncAck, context: AsyncBoltContext) -> None:
    async with acting(context) as actor:
        found, number = await priorities.shown(actor.session, actor.network.id, most=MOST)
    blocks = shared_blocks(found, number - len(found), actor.network.zone)
    await ack(text="What several councils ask", blocks=blocks)


async def start(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
    """The button "Post a need", wherever it stands."""
    async with acting(context) as actor:
        view = await form_for(actor, "need")
    await actor.services.messenger.open_modal(context.client, body["trigger_id"], view)
    await ack()


async def add_detail(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
    """Open the rest of the form, keeping what was typed and what was found."""
    view = body["view"]
    meant = json.loads(view["private_metadata"])
    async with acting(context) as actor:
        ids = meant.get("earlier")
        found = None if ids is None else await _earlier_shown(actor, ids)
    form = NeedForm(
        read_draft(view["state"]["values"]), meant["need_id"], detail=True, earlier=found
    )
    await actor.services.messenger.change_modal(
        context.client, view["id"], view["hash"], need_form(form)
    )
    await ack()


async def show_earlier(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
    """Show, inside the form, what was asked before that is like what stands in it."""
    view = body["view"]
    meant = json.loads(view["private_metadata"])
    draft = read_draft(view["state"]["values"])
    async with acting(context) as actor:
        services, network = actor.services, actor.network
    if not draft.question:
        form = NeedForm(draft, meant["need_id"], detail=meant["detail"], note=WRITE_FIRST)
        await _show_instead(services, context, view, form)
        await ack()
        return
    ids = await services.earlier.like(
        services.session_factory,
        network.id,
        Need(question=draft.question, background=draft.background, hide_council=False),
        excluding=[meant["need_id"]] if meant["need_id"] else [],
    )
    found = Earlier(None, network.zone)
    if ids is not None:
        async with acting(context) as actor:
            found = await _earlier_shown(actor, ids)
    form = NeedForm(
        draft, meant["need_id"], detail=meant["detail"], note=note_of(view), earlier=found
    )
    await _show_instead(services, context, view, form)
    await ack()


async def _show_instead(
    services: Services, context: AsyncBoltContext, view: dict[str, Any], form: NeedForm
) -> None:
    """Put the form in the open one's place."""
    await services.messenger.change_modal(context.client, view["id"], view["hash"], need_form(form))


async def _earlier_shown(actor: Actor, ids: list[int]) -> Earlier:
    found = await earlier.shown(actor.session, actor.network.id, ids)
    return Earlier(tuple(found), actor.network.zone)


def read_draft(state: forms.State) -> NeedDraft:
    """The need as the form has it."""
    detailed = forms.has(state, "visibility")
    money = forms.chosen(state, "money")
    first = NeedDraft(
        question=forms.text(state, "question"),
        places=forms.several(state, "places"),
        needed_by=forms.day(state, "needed_by"),
    )
    if not detailed:
        return first
    visibility = forms.chosen(state, "visibility")
    return NeedDraft(
        question=first.question,
        places=first.places,
        needed_by=first.needed_by,
        background=forms.text(state, "background"),
        outputs=sure(forms.several(state, "outputs"), OUTPUTS),
        offers=sure(forms.several(state, "offers"), OFFERS),
        money=money if money in MONEY else None,
        insists_on=sure(forms.several(state, "insists_on"), NEED_INSISTS),
        visibility=visibility or Visibility.NETWORK,
        hide_council="hide" in forms.several(state, "hide_council"),
    )


async def submit(ack: AsyncAck, view: dict[str, Any], context: AsyncBoltContext) -> None:
    """Keep the need and turn the form into a confirmation."""
    draft = read_draft(view["state"]["values"])
    need_id = json.loads(view["private_metadata"])["need_id"]
    async with acting(context) as actor:
        if not actor.member.introduced_themselves:
            raise Refused("Please type `/need` again: we need to know who you are first.")
        if need_id is None:
            need, new = await needs.add(
                actor.session,
                actor.member,
                draft,
                form=view["id"],
                now=actor.now,
                today=actor.today,
            )
        else:
            need, new = await needs.find_own(actor.session, actor.member, need_id), True
            await needs.edit(actor.session, need, draft, now=actor.now, today=actor.today)
            await refresh_need(actor.session, need, now=actor.now)
        if new:
            await look_for(actor.session, need, now=actor.now)
            if not need.shared:
                await docking.hand_over(actor, need)
        new_network = await is_new(actor.session, actor.network.id)
    shown = confirmation(need, changed=need_id is not None, new_network=new_network)
    await ack(response_action="update", view=shown)


async def edit(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
    """Open the form with one's own need in it."""
    async with acting(context) as actor:
        need = await needs.find_own(actor.session, actor.member, pressed_id(body))
    await actor.services.messenger.open_modal(
        context.client, body["trigger_id"], edit_need_form(need)
    )
    await ack()


async def close(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
    """Stop looking, and ask what came of it, where the network may know.

    Who was asked is told only what an ask that ran out tells.
    """
    async with acting(context) as actor:
        need = await needs.find_own(actor.session, actor.member, pressed_id(body))
        if not await needs.close(actor.session, need, now=actor.now):
            raise Refused("This need is closed already.")
        await introductions.close_all_of(actor.session, need.id, now=actor.now)
        await refresh_need(actor.session, need, now=actor.now)
        view = await form_of(actor, need, just_closed=True) if need.shared else None
    if view is not None:
        await actor.services.messenger.open_modal(context.client, body["trigger_id"], view)
    else:
        await actor.services.messenger.whisper(
            context, "Closed. We have stopped looking. `/need list` opens it again."
        )
    await ack()


async def reopen(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
    """Look again for a need that was closed."""
    async with acting(context) as actor:
        need = await needs.find_own(actor.session, actor.member, pressed_id(body))
        if not await needs.reopen(actor.session, need, today=actor.today):
            raise Refused("We are looking for this one already.")
        await look_for(actor.session, need, now=actor.now)
        await refresh_cards(actor.session, need.network_id, LAPSED, need.id, now=actor.now)
    words = f"It is open again. {LAPSED_WORDS}" if need.lapsed else "We are looking again."
    await actor.services.messenger.whisper(context, words)
    await ack()


async def remove(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
    """Delete the need now; every card of it says that it is gone."""
    async with acting(context) as actor:
        need = await needs.find_own(actor.session, actor.member, pressed_id(body))
        await refresh_need(actor.session, need, now=actor.now)
        await needs.remove(actor.session, need)
    await actor.services.messenger.whisper(context, "Removed. Nothing of this need is kept.")
    await ack()


async def not_fit(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
    """Take one suggestion away for good, with the reason that was pressed."""
    match_id, reason = pressed_choice(body)
    async with acting(context) as actor:
        match = await matches.find(actor.session, actor.network.id, match_id)
        need = await needs.find_own(actor.session, actor.member, match.need_id)
        if reason not in matches.NOT_FIT:
            raise Refused("Please choose one of the reasons.")
        match.officer_said = reason
        presses.note(actor.session, match, Side.OFFICER, reason, now=actor.now)
        await refresh_suggestion(actor.session, match, now=actor.now)
        await look_for(actor.session, need, now=actor.now)
        mine = await list_pressed(actor, body)
    await redraw_list(actor, context, mine)
    await ack()
