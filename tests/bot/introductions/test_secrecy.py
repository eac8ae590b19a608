"""Nobody is named before both said yes, whatever anybody presses in whatever order."""

import json
import random
from typing import Any

import pytest

from playground.delivery import NotFilledIn, NotOnScreen
from playground.slack import Message, User, View
from tests.bot.funding.calls import adds
from tests.conftest import FrozenClock
from tests.office import Office
from tests.people import BATH, BRISTOL, FLOODS, FLOODS_TOO, QUESTION
from tests.secrecy import leaks

PRESSES = 60
COMMANDS = (
    "/need list",
    "/need edit",
    "/need shared",
    "/matches",
    "/expertise pause",
    "/expertise edit",
    f"/need {QUESTION} And what does it cost?",
    f"/expertise {FLOODS_TOO}",
    "/network digest",
    "/funding",
    "/events",
)


async def crowd(office: Office) -> list[User]:
    """Three of each side, in two workspaces of one network, with something to find."""
    university, _ = await office.add_team("University Workspace", network=await office.network())
    people = []
    for number, name in enumerate(("Otto Oddname", "Olga Oddlast", "Owen Oddfirst")):
        one = await office.person(name, "officer", f"Council {number}", BRISTOL, admin=number == 0)
        await office.posts(one, QUESTION if number else f"{QUESTION} Who pays?")
        people.append(one)
    for number, name in enumerate(("Ines Inventa", "Ivan Invento", "Isla Inventy")):
        team = university if number == 2 else office.team
        one = await office.person(name, "academic", f"University {number}", BATH, team=team)
        paper = f"{name.split()[1]}, {name[0]}. (2021) Surface water flooding in older streets"
        await office.registers(one, FLOODS if number else FLOODS_TOO, publications=paper)
        people.append(one)
    await adds(office, people[0])
    return people


def pressable(where: Message | View) -> list[dict[str, Any]]:
    blocks = where.body["blocks"] if isinstance(where, View) else where.blocks
    found = []
    for block in blocks:
        for element in [*block.get("elements", []), block.get("accessory")]:
            if element and element.get("action_id"):
                found.append(element)  # noqa: PERF401 - one comprehension would not be read
    return found


async def act(office: Office, chance: random.Random, people: list[User]) -> str:
    """Somebody does something that stands on their screen, or did before."""
    user = chance.choice(people)
    view = office.slack.top_view(user)
    if view is not None and chance.random() < 0.8:
        found = [one for one in pressable(view) if one["type"] == "button"]
        if found and chance.random() < 0.2:
            element = chance.choice(found)
            await office.presses(user, view, element["action_id"])
            return f"{user.name} presses {element['action_id']} in a form"
        try:
            await office.fills_in(user)
        except (NotFilledIn, NotOnScreen):
            await office.delivery.close(user, view)
        return f"{user.name} sends {view.body['title']['text']}"
    if chance.random() < 0.15:
        typed = chance.choice(COMMANDS)
        await office.types(user, typed)
        return f"{user.name} types {typed}"
    messages = [one for one in office.slack.seen_by(user) if pressable(one)]
    if not messages:
        return "nothing"
    message = chance.choice(messages[-6:])
    offered = pressable(message)
    answers = [one for one in offered if one["action_id"].startswith("introduction.")]
    element = chance.choice(answers if answers and chance.random() < 0.5 else offered)
    what: dict[str, Any] = {}
    if "options" in element:
        what["selected_option"] = chance.choice(element["options"])
    elif "value" in element:
        what["value"] = element["value"]
    try:
        await office.presses(user, message, element["action_id"], **what)
    except NotOnScreen:
        return "gone"
    return f"{user.name} presses {element['action_id']} {json.dumps(what)[:60]}"


@pytest.mark.parametrize(
    ("database", "seed"),
    [("sqlite", 0), ("postgresql", 1), ("sqlite", 2)],  # what is shown does not depend on it
    indirect=["database"],
)
async def test_no_order_of_presses_names_anybody_early(
    office: Office, clock: FrozenClock, seed: int
) -> None:
    people = await crowd(office)
    chance = random.Random(seed)
    done = []
    for _ in range(PRESSES):
        done.append(await act(office, chance, people))
        if chance.random() < 0.1:
            clock.move(hours=chance.choice((1, 30, 200)))
            await office.clock_moved()
            done.append(f"now it is {clock.now()}")
        found = await leaks(office, people)
        assert not found, "\n".join([*done[-8:], *found])
    assert any("introduction." in one for one in done), "nothing was done that could have leaked"
