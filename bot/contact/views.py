"""The one form of the first contact."""

import json

from bot.blocks import METADATA_LIMIT, Block, context, input_block, modal, options, section, select
from bot.text import cut
from registry.members import Role

CALLBACK = "contact.introduce"
ROLES = {
    Role.OFFICER: "I work for a council or public body",
    Role.ACADEMIC: "I do research",
    Role.BROKER: "I connect the two (knowledge exchange, policy engagement)",
}


def first_contact(then: str, text: str) -> Block:
    """Role, organisation and place, asked once. then, text: what the person set out to do."""
    return modal(
        "Welcome",
        [
            section("*First, who are you here?* You are asked this only once."),
            input_block(
                "role", "What do you do?", select("role", options(ROLES.items()), "Choose one")
            ),
            input_block(
                "organisation",
                "Your organisation",
                type_ahead("organisation.search", "Type its name"),
                hint="Not in the list? Type the whole name and choose “Add …”.",
            ),
            input_block(
                "place",
                "Your place",
                type_ahead("place.search", "Type a council area, region or nation"),
                hint="It is used to find people nearby. Suggestions are not limited to it.",
            ),
            context("Your name stays hidden until you and the other person have both said yes."),
        ],
        callback_id=CALLBACK,
        submit="Continue",
        metadata=carried(then, text),
    )


def carried(then: str, text: str) -> str:
    """What the person set out to do, for the form that follows; as much as a form can carry."""
    found = json.dumps({"then": then, "text": text}, ensure_ascii=False)
    if len(found) <= METADATA_LIMIT:
        return found
    return carried(then, cut(text, len(text) - max(1, (len(found) - METADATA_LIMIT) // 2)))


def type_ahead(action_id: str, placeholder: str) -> Block:
    """A menu whose choices are looked up while typing."""
    return {
        "type": "external_select",
        "action_id": action_id,
        "placeholder": {"type": "plain_text", "text": placeholder},
        "min_query_length": 2,
    }
