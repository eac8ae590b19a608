"""Invented people with something to ask, and people with an answer."""

from typing import Any

import pytest

from playground.slack import Json, Message, Team, User
from tests.office import Office

ONE_DATABASE = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
"""For what is only about words: the suite has to stay quick."""

BRISTOL = "E06000023"
BATH = "E06000022"
CARDIFF = "W06000015"
QUESTION = "How can we reduce surface water flooding in older terraced streets after heavy rain?"
FLOODS = (
    "I study surface water flooding in terraced streets, drainage after heavy rain, and what "
    "older neighbourhoods can do."
)
FLOODS_TOO = (
    "Surface water flooding in older terraced streets: I measure how heavy rain runs off and "
    "what reduces it."
)
HIGH_STREETS = "Town centres and their high streets: vacancy, footfall and what shops need."


async def officer(office: Office, name: str = "Otto Madeup", **more: Any) -> User:
    """Somebody of a council with questions."""
    return await office.person(name, "officer", "Made-up Council", BRISTOL, **more)


async def academic(
    office: Office, name: str = "Ines Fictional", *, team: Team | None = None
) -> User:
    """Somebody of a university, with nothing registered yet."""
    return await office.person(name, "academic", "University of Nowhere", BATH, team=team)


def pressed(message: Message, action_id: str) -> Json:
    """The button or menu of that name on a message."""
    for block in message.blocks:
        for element in [*block.get("elements", []), block.get("accessory") or {}]:
            if element.get("action_id") == action_id:
                found: Json = element
                return found
    raise AssertionError(f"no {action_id} on: {message.text}")
