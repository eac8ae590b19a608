"""Which form a person gets who sets out to do something: the first contact comes first."""

from collections.abc import Awaitable, Callable

from bot.actor import Actor
from bot.blocks import Block
from bot.contact.views import first_contact
from bot.expertise.views import expertise_form_for
from bot.needs.views import new_need_form


async def _need(actor: Actor, text: str) -> Block:
    return new_need_form(text, actor.member.place)


FORMS: dict[str, Callable[[Actor, str], Awaitable[Block]]] = {
    "need": _need,
    "expertise": expertise_form_for,
}


async def form_for(actor: Actor, then: str, text: str = "") -> Block:
    """The form for `then` ("need" or "expertise"), or the first contact that leads to it."""
    if not actor.member.introduced_themselves:
        return first_contact(then, text)
    return await FORMS[then](actor, text)
