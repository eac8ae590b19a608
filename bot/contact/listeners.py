"""The first contact's form, and the type-ahead of places and organisations."""

import json
from typing import Any

from slack_bolt.async_app import AsyncApp, AsyncBoltContext
from slack_bolt.context.ack.async_ack import AsyncAck

from bot import forms
from bot.actor import acting
from bot.blocks import option
from bot.contact.gate import FORMS
from bot.contact.organisation import chosen_organisation
from bot.contact.views import CALLBACK
from bot.text import cut
from registry import places
from registry.members import (
    Role,
    fold,
    organisations,
)
from registry.refusal import Refused

LONGEST_ORGANISATION = 70
MOST_OPTIONS = 20


def register(app: AsyncApp) -> None:
    app.view(CALLBACK)(introduce)
    app.options("place.search")(search_places)
    app.options("organisation.search")(search_organisations)


async def introduce(ack: AsyncAck, view: dict[str, Any], context: AsyncBoltContext) -> None:
    """Keep who the person is, and go on to what they set out to do."""
    state = view["state"]["values"]
    meant = json.loads(view["private_metadata"])
    async with acting(context) as actor:
        place = forms.chosen(state, "place") or ""
        if places.find(place) is None:
            raise Refused(fields={"place": "Please choose a place from the list."})
        role = forms.chosen(state, "role")
        if role not in list(Role):
            raise Refused(fields={"role": "Please choose one."})
        organisation = await chosen_organisation(actor, state)
        organisation.place = organisation.place or place
        actor.member.role = role
        actor.member.organisation_id = organisation.id
        actor.member.place = place
        form = await FORMS[meant["then"]](actor, meant["text"])
    await ack(response_action="update", view=form)


async def search_places(ack: AsyncAck, payload: dict[str, Any]) -> None:
    """The places whose names begin with what was typed."""
    found = places.search(payload.get("value", ""), limit=MOST_OPTIONS)
    await ack(options=[option(places.label(place.code), place.code) for place in found])


async def search_organisations(
    ack: AsyncAck, payload: dict[str, Any], context: AsyncBoltContext
) -> None:
    """The network's organisations, and the way to add the one that is missing."""
    typed = " ".join(payload.get("value", "").split())
    async with acting(context) as actor:
        known = await organisations(actor.session, actor.network.id)
    found = [one for one in known if fold(typed) in one.folded_name][:MOST_OPTIONS]
    choices = [option(cut(one.name, 75), f"id:{one.id}") for one in found]
    if typed and all(one.folded_name != fold(typed) for one in found):
        name = typed[:LONGEST_ORGANISATION]
        choices.append(option(cut(f"Add “{name}”", 75), f"new:{name}"))
    await ack(options=choices)
