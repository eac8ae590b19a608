"""`/expertise`, its form and the buttons of its card."""

import json
import re
from typing import Any

from slack_bolt.async_app import AsyncApp, AsyncBoltContext
from slack_bolt.context.ack.async_ack import AsyncAck

from bot import forms
from bot.actor import Actor, acting
from bot.answers.deliveries import refresh_consents_of
from bot.blocks import actions, section
from bot.cards import refresh_cards
from bot.commands import Command
from bot.contact.gate import form_for
from bot.expertise.deliveries import CARD
from bot.expertise.views import (
    CALLBACK,
    ExpertiseForm,
    confirmation,
    expertise_form,
    not_suggested,
    own_buttons,
    publications_line,
)
from bot.introductions.deliveries import refresh
from bot.needs.suggestion import refresh_suggestions_of
from bot.text import quoted
from bot.words import EXPERTISE_INSISTS, HOW_SOON, LEAST_MONEY, OUTPUTS, sure
from registry import expertise as profiles
from registry import introductions
from registry.expertise import Expertise, ExpertiseDraft
from registry.matchmaker import look_for_needs
from registry.refusal import Refused

COMMAND = Command(
    "/expertise",
    "say what you can help with, and see open needs that fit. `/expertise` followed by your "
    "words opens the form with them.",
    {
        "edit": "change it",
        "pause": "stop being suggested for a while, or go on",
        "remove": "delete it, with everything that hangs on it",
    },
)
NONE_YET = "You have not offered any expertise yet. Type `/expertise` and what you can help with."


def register(app: AsyncApp) -> None:
    app.command("/expertise")(command)
    app.action("expertise.start")(start)
    app.action("expertise.detail")(add_detail)
    app.view(CALLBACK)(submit)
    app.action("expertise.pause")(pause)
    app.action("expertise.remove")(remove)


async def command(ack: AsyncAck, command: dict[str, Any], context: AsyncBoltContext) -> None:
    """`/expertise ...`: a known word does it, anything else is what the person can help with."""
    text = " ".join(command.get("text", "").split())
    word, rest = COMMAND.split(text)
    if word == "help" and not rest:
        await ack(COMMAND.help())
    elif word in ("pause", "remove") and not rest:
        await _offer_act(ack, context)
    elif word == "" and " " not in text and COMMAND.meant(text):
        await ack(f"{COMMAND.unknown(text)} To offer expertise, write a few words about it.")
    else:
        await _open(command["trigger_id"], context, "" if word == "edit" and not rest else text)
        await ack()


async def _open(trigger_id: str, context: AsyncBoltContext, text: str) -> None:
    async with acting(context) as actor:
        view = await form_for(actor, "expertise", text)
    await actor.services.messenger.open_modal(context.client, trigger_id, view)


async def _offer_act(ack: AsyncAck, context: AsyncBoltContext) -> None:
    """Show the profile with its buttons: pausing and removing are pressed, and asked about."""
    async with acting(context) as actor:
        own = await profiles.of_member(actor.session, actor.member)
    if own is None:
        await ack(NONE_YET)
        return
    words = not_suggested(own, actor.now, actor.network.zone)
    blocks = [section(quoted(own.summary)), *publications_line(own)]
    blocks += [section(words)] if words else []
    blocks.append(actions(own_buttons(own, actor.now)))
    await ack(text="Your expertise", blocks=blocks)


async def start(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
    """The button that opens the form, wherever it stands."""
    await _open(body["trigger_id"], context, "")
    await ack()


async def add_detail(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
    """Open the rest of the form, keeping what was typed."""
    view = body["view"]
    meant = json.loads(view["private_metadata"])
    async with acting(context) as actor:
        begun = profiles.default_shown_as(actor.member)
    typed = read_draft(view["state"]["values"])
    draft = ExpertiseDraft(
        summary=typed.summary,
        publications=typed.publications,
        suggestable=typed.suggestable,
        places=tuple(meant["places"]),
        shown_as=begun,
    )
    form = ExpertiseForm(draft, changing=meant["changing"], detail=True)
    await actor.services.messenger.change_modal(
        context.client, view["id"], view["hash"], expertise_form(form)
    )
    await ack()


def read_draft(state: forms.State, places: tuple[str, ...] = ()) -> ExpertiseDraft:
    """Expertise as the form has it; `places` where it was sent without its detail."""
    summary = forms.text(state, "summary")
    publications = forms.lines(state, "publications")
    suggestable = "yes" in forms.several(state, "suggestable")
    if not forms.has(state, "capacity"):
        return ExpertiseDraft(summary, suggestable, publications, places=places)
    how_soon = forms.chosen(state, "how_soon")
    least = forms.chosen(state, "least_money")
    return ExpertiseDraft(
        summary=summary,
        suggestable=suggestable,
        publications=publications,
        topics=_split(forms.text(state, "topics")),
        methods=_split(forms.text(state, "methods")),
        places=forms.several(state, "places"),
        outputs=sure(forms.several(state, "outputs"), OUTPUTS),
        how_soon=how_soon if how_soon in HOW_SOON else None,
        capacity=forms.text(state, "capacity"),
        least_money=least if least in LEAST_MONEY else None,
        insists_on=sure(forms.several(state, "insists_on"), EXPERTISE_INSISTS),
        links=tuple(forms.text(state, "links").split()),
        shown_as=forms.text(state, "shown_as"),
    )


def _split(text: str) -> tuple[str, ...]:
    words = (" ".join(word.split()) for word in re.split(r"[,;\n]", text))
    return tuple(dict.fromkeys(word for word in words if word))


async def submit(ack: AsyncAck, view: dict[str, Any], context: AsyncBoltContext) -> None:
    """Keep the profile and turn the form into a confirmation."""
    meant = json.loads(view["private_metadata"])
    draft = read_draft(view["state"]["values"], tuple(meant["places"]))
    async with acting(context) as actor:
        if not actor.member.introduced_themselves:
            raise Refused("Please type `/expertise` again: we need to know who you are first.")
        expertise = await profiles.save(actor.session, actor.member, draft, now=actor.now)
        await look_for_needs(actor.session, expertise, now=actor.now)
        new_network = await profiles.is_new(actor.session, actor.network.id)
    shown = confirmation(
        changed=meant["changing"], suggestable=draft.suggestable, new_network=new_network
    )
    await ack(response_action="update", view=shown)


async def pause(ack: AsyncAck, context: AsyncBoltContext) -> None:
    """Stop being suggested, or go on."""
    async with acting(context) as actor:
        own = await _own(actor)
        paused = await profiles.pause(actor.session, own, now=actor.now)
        await refresh_suggestions_of(actor.session, own, now=actor.now)
        await look_for_needs(actor.session, own, now=actor.now)
    words = (
        "Paused: you are not suggested to anybody. Introductions that are open stay open."
        if paused
        else "You are suggested again."
    )
    await actor.services.messenger.whisper(context, words)
    await ack()


async def _own(actor: Actor) -> Expertise:
    own = await profiles.of_member(actor.session, actor.member)
    if own is None:
        raise Refused(NONE_YET)
    return own


async def remove(ack: AsyncAck, context: AsyncBoltContext) -> None:
    """Delete the profile now; every card of it says that it is gone."""
    async with acting(context) as actor:
        own = await _own(actor)
        for introduction in await introductions.of_expertise(actor.session, own.id):
            await refresh(actor.session, introduction, now=actor.now)
        await refresh_suggestions_of(actor.session, own, now=actor.now)
        await refresh_consents_of(actor.session, own, now=actor.now)
        await refresh_cards(actor.session, actor.network.id, CARD, own.id, now=actor.now)
        await profiles.remove(actor.session, own)
    await actor.services.messenger.whisper(context, "Removed. Nothing of your expertise is kept.")
    await ack()
