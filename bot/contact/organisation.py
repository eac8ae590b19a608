"""Which organisation a form names: one that is known, or a new one."""

from bot import forms
from bot.actor import Actor
from registry.members import Organisation, find_organisation, organisation_named
from registry.refusal import Refused

MOST_DIGITS = 16


async def chosen_organisation(actor: Actor, state: forms.State) -> Organisation:
    """The organisation in the form's field of that name; raises `Refused` for anything else."""
    kind, _, rest = (forms.chosen(state, "organisation") or "").partition(":")
    if kind == "new" and rest.strip():
        return await organisation_named(actor.session, actor.network.id, rest)
    known = int(rest) if rest.isdecimal() and len(rest) < MOST_DIGITS else None
    found = await find_organisation(actor.session, actor.network.id, known)
    if found is None:
        raise Refused(fields={"organisation": "Please choose one from the list."})
    return found
