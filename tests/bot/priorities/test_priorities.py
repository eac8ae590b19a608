"""What several councils ask: in the digest, by `/need shared`, and on their officers' cards."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from playground.slack import Message, User
from registry.needs import Need, Visibility
from registry.priorities import Priority
from tests.conftest import FrozenClock
from tests.office import Office, text_of
from tests.people import BATH, BRISTOL, CARDIFF, QUESTION
from tests.secrecy import leaks

AGAIN = "What reduces surface water flooding in streets of older terraces after rain?"
THIRD = "Which measures cut surface water flooding in terraced streets when it rains?"
WORK = "What helps young people into work in our town?"
LABEL = "*surface, water, flooding and older*"


async def asks(
    office: Office, name: str, council: str, place: str, question: str, **more: object
) -> tuple[User, Message]:
    user = await office.person(name, "officer", council, place)
    return user, await office.posts(user, question, **more)


async def next_morning(office: Office, clock: FrozenClock) -> None:
    clock.move(days=1)
    await office.clock_moved()


async def shared(office: Office, user: User) -> str:
    await office.types(user, "/need shared")
    return text_of(office.last(user))


async def test_what_two_councils_ask_is_shown_to_both_and_to_everybody(
    office: Office, clock: FrozenClock
) -> None:
    otto, card = await asks(office, "Otto Odd", "Bristol Council", BRISTOL, QUESTION)
    olga, _ = await asks(office, "Olga Odd", "Bath Council", BATH, AGAIN, needed_by="2026-09-01")
    nina, _ = await asks(office, "Nina Odd", "Cardiff Council", CARDIFF, WORK)
    assert "Nothing yet that several councils ask." in await shared(office, nina)
    await next_morning(office, clock)
    told = await shared(office, nina)
    assert f"{LABEL}: asked by 2 organisations" in told
    assert "*Bristol Council*" in told
    assert "*Bath Council*" in told
    assert "(City of Bristol, asked 2 March 2026)" in told
    assert "asked 2 March 2026, needed by 1 September 2026)" in told
    assert WORK not in told
    assert "Another council asks about the same: Bath Council." in text_of(card)
    assert "Another council asks" in text_of(office.card(olga, "Your need"))
    assert "Another council" not in text_of(office.card(nina, "Your need"))
    assert not await leaks(office, [otto, olga, nina])


async def test_the_digest_says_what_is_asked_in_several_places(
    office: Office, clock: FrozenClock
) -> None:
    await asks(office, "Otto Odd", "Bristol Council", BRISTOL, QUESTION)
    await asks(office, "Olga Odd", "Bath Council", BATH, AGAIN, hide_council=["hide"])
    await next_morning(office, clock)
    await office.types(office.admin, "/network digest")
    told = text_of(office.last(office.admin))
    assert "*Asked in several places*" in told
    assert ": Bristol Council and a council in South West" in told
    assert "Bath" not in told


@pytest.mark.parametrize("how", ["from_the_start", "narrowed", "removed"])
async def test_a_need_that_is_not_for_all_is_in_no_group(
    office: Office, clock: FrozenClock, how: str
) -> None:
    otto, card = await asks(office, "Otto Odd", "Bristol Council", BRISTOL, QUESTION)
    more = {"visibility": Visibility.DOCKING_POINT} if how == "from_the_start" else {}
    olga, hers = await asks(office, "Olga Odd", "Bath Council", BATH, f"{AGAIN} Zebra", **more)
    await asks(office, "Owen Odd", "Cardiff Council", CARDIFF, f"{THIRD} Zebra")
    await next_morning(office, clock)
    if how == "narrowed":
        await office.presses(olga, hers, "need.edit")
        await office.fills_in(olga, visibility="docking_point")
    elif how == "removed":
        await office.types(olga, "/need remove")
        await office.presses(olga, office.last(olga), "need.remove")
    told = await shared(office, otto)
    assert "Cardiff Council" in told
    assert "Bath" not in told
    assert "zebra" not in told.split("asked by")[0].lower()
    await office.types(office.admin, "/network digest")
    assert "Bath" not in text_of(office.last(office.admin)).split("*Asked in")[1].split("\n*")[0]
    assert "Another council asks about the same: Cardiff Council." in text_of(card)
    await next_morning(office, clock)
    assert "Another council asks about the same: Cardiff Council." in text_of(card)


async def test_a_group_keeps_its_name_as_needs_come_and_go(
    office: Office, clock: FrozenClock
) -> None:
    otto, _ = await asks(office, "Otto Odd", "Bristol Council", BRISTOL, QUESTION)
    olga, _ = await asks(office, "Olga Odd", "Bath Council", BATH, AGAIN)
    await next_morning(office, clock)
    before = await kept(office)
    await asks(office, "Owen Odd", "Cardiff Council", CARDIFF, THIRD)
    await asks(office, "Omar Odd", "Wells Council", BATH, "Do terraced streets flood from rain?")
    await next_morning(office, clock)
    await office.types(olga, "/need remove")
    await office.presses(olga, office.last(olga), "need.remove")
    await next_morning(office, clock)
    [(id_, label)], [(id_before, label_before)] = await kept(office), before
    assert id_ == id_before
    assert label == label_before[:3] == ["surface", "water", "flooding"]  # "older" went with Olga
    told = await shared(office, otto)
    assert "*Cardiff Council*" in told
    assert "Bath Council" not in told


async def kept(office: Office) -> list[tuple[int, list[str]]]:
    async with office.session_factory.begin() as session:
        return [(one.id, one.label) for one in await session.scalars(select(Priority))]


async def test_one_council_that_asks_twice_is_not_several(
    office: Office, clock: FrozenClock
) -> None:
    otto, card = await asks(office, "Otto Odd", "Bristol Council", BRISTOL, QUESTION)
    await asks(office, "Olga Odd", "Bristol Council", BRISTOL, AGAIN)
    await next_morning(office, clock)
    assert "Nothing yet" in await shared(office, otto)
    assert "asks about the same" not in text_of(card)


async def test_another_networks_needs_are_in_no_group(office: Office, clock: FrozenClock) -> None:
    otto, card = await asks(office, "Otto Odd", "Bristol Council", BRISTOL, QUESTION)
    elsewhere, _ = await office.add_team("Elsewhere")
    sam = await office.person("Sam Odd", "officer", "Far Council", CARDIFF, team=elsewhere)
    await office.posts(sam, AGAIN)
    await next_morning(office, clock)
    assert "Nothing yet" in await shared(office, otto)
    assert "Nothing yet" in await shared(office, sam)
    assert "asks about the same" not in text_of(card)


async def test_what_was_closed_stays_with_what_came_of_it(
    office: Office, clock: FrozenClock
) -> None:
    otto, card = await asks(office, "Otto Odd", "Bristol Council", BRISTOL, QUESTION)
    olga, hers = await asks(office, "Olga Odd", "Bath Council", BATH, AGAIN)
    await next_morning(office, clock)
    await office.presses(olga, hers, "need.close")
    await office.fills_in(olga, words="Rain gardens halved it.", link="https://bath.example/rain")
    told = await shared(office, otto)
    assert "asked 2 March 2026, closed)_" in told
    assert "_Answered:_ Rain gardens halved it. <https://bath.example/rain|Read it>" in told
    await office.presses(otto, card, "need.close")
    assert "Nothing yet" in await shared(office, otto)  # nobody asks it any more


async def test_grouping_twice_changes_nothing(office: Office, clock: FrozenClock) -> None:
    await asks(office, "Otto Odd", "Bristol Council", BRISTOL, QUESTION)
    await asks(office, "Olga Odd", "Bath Council", BATH, AGAIN)
    await next_morning(office, clock)
    before, messages = await kept(office), len(office.slack.calls)
    clock.move_to(datetime(2026, 3, 4, 8, 1, tzinfo=UTC))
    await office.clock_moved()
    assert await kept(office) == before
    assert len(office.slack.calls) == messages  # no card was drawn anew for nothing


async def test_a_long_list_stays_inside_slacks_limits(office: Office, clock: FrozenClock) -> None:
    otto, _ = await asks(office, "Otto Odd", "Bristol Council", BRISTOL, QUESTION)
    async with office.session_factory.begin() as session:
        need = (await session.scalars(select(Need))).one()
        need.question = f"{QUESTION} {'<&> terraced streets ' * 20}"[:500]
    for number in range(9):
        question = f"{AGAIN} {'<&> surface water ' * 20}"[:500]
        await asks(office, f"O{number} Odd", f"Council {number}", BATH, question)
    await next_morning(office, clock)
    told = await shared(office, otto)
    assert "asked by 10 organisations" in told
    assert "_and 2 more_" in told
