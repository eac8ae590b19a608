"""The day after the date of a need: its officer is asked whether it is still open."""

import asyncio
from datetime import UTC, date, datetime

from playground.slack import Message, User
from registry import needs
from tests.conftest import FrozenClock
from tests.office import Office, text_of
from tests.people import FLOODS, FLOODS_TOO, ONE_DATABASE, QUESTION, academic, officer

ASKED = "The date of your need has passed"


async def at(office: Office, clock: FrozenClock, day: int, hour: int, *, month: int = 3) -> None:
    clock.move_to(datetime(2026, month, day, hour, 30, tzinfo=UTC))
    await office.clock_moved()


def asked(office: Office, user: User) -> list[Message]:
    return [one for one in office.messages(user) if ASKED in text_of(one)]


async def test_the_officer_is_asked_once_for_each_date(office: Office, clock: FrozenClock) -> None:
    ines, otto = await academic(office), await officer(office)
    await office.registers(ines, FLOODS)
    card = await office.posts(otto, QUESTION, needed_by="2026-03-12")
    await at(office, clock, 12, 17)
    assert asked(office, otto) == []
    assert "Ask for an introduction" in text_of(card)
    for hour in (8, 9, 14):
        await at(office, clock, 13, hour)
        assert len(asked(office, otto)) == 1
    question = asked(office, otto)[0]
    assert "It was needed by 12 March 2026. *Is it still open?*" in text_of(question)
    assert "The date of this need has passed" in text_of(card)
    assert "Ask for an introduction" not in text_of(card)
    assert "(its date has passed)" in (text_of(await office.opens_home(otto)))
    assert QUESTION not in text_of(office.card(ines, "Your expertise"))
    isla = await academic(office, "Isla Inventy")
    assert QUESTION not in text_of(await office.registers(isla, FLOODS_TOO))
    await at(office, clock, 16, 10)
    assert "Somebody new" not in office.sees(otto)

    await office.presses(otto, question, "need.edit")
    assert (await office.fills_in(otto, needed_by="2026-04-10")).errors == {}
    assert "This need is open, needed by 10 April 2026" in text_of(question)
    assert "2 people could help" in text_of(card)
    assert QUESTION in text_of(office.card(ines, "Your expertise"))
    await at(office, clock, 10, 17, month=4)
    assert asked(office, otto) == []
    await at(office, clock, 11, 8, month=4)
    assert len(asked(office, otto)) == 1
    assert "needed by 10 April 2026. *Is it" in text_of(asked(office, otto)[0])


@ONE_DATABASE
async def test_a_sunday_is_no_day_to_ask(office: Office, clock: FrozenClock) -> None:
    otto = await officer(office)
    await office.posts(otto, QUESTION, needed_by="2026-03-14")
    await at(office, clock, 15, 12)
    assert asked(office, otto) == []
    await at(office, clock, 16, 8)
    assert len(asked(office, otto)) == 1


@ONE_DATABASE
async def test_it_is_closed_from_there_and_can_be_opened_again(
    office: Office, clock: FrozenClock
) -> None:
    otto = await officer(office)
    await office.registers(await academic(office), FLOODS)
    card = await office.posts(otto, QUESTION, needed_by="2026-03-12")
    await at(office, clock, 13, 8)
    question = asked(office, otto)[0]
    await office.presses(otto, question, "need.close")
    assert "This need is closed" in text_of(question)
    await office.presses(otto, question, "need.reopen")
    assert "It is open again. Its date has passed" in text_of(office.whispered(otto))
    assert ASKED in text_of(question)
    await office.delivery.close(otto, office.form(otto))
    await office.presses(otto, question, "need.edit")
    assert (await office.fills_in(otto, needed_by=None)).errors == {}
    assert "This need is open, without a fixed date" in text_of(question)
    assert "One person could help" in text_of(card)


@ONE_DATABASE
async def test_one_reopened_after_its_date_is_not_asked_about_next_morning(
    office: Office, clock: FrozenClock
) -> None:
    otto = await officer(office)
    card = await office.posts(otto, QUESTION, needed_by="2026-03-12")
    await office.presses(otto, card, "need.close")
    await at(office, clock, 13, 8)
    assert asked(office, otto) == []
    await office.presses(otto, card, "need.reopen")
    assert "The date of this need has passed" in text_of(card)
    await at(office, clock, 14, 8)
    assert asked(office, otto) == []


@ONE_DATABASE
async def test_what_was_asked_before_goes_on_and_nothing_new_begins(
    office: Office, clock: FrozenClock
) -> None:
    ines, otto = await academic(office), await officer(office)
    await office.registers(ines, FLOODS)
    isla = await academic(office, "Isla Inventy")
    await office.registers(isla, FLOODS_TOO)
    card = await office.posts(otto, QUESTION, needed_by="2026-03-10")
    await at(office, clock, 10, 20)
    await office.presses(otto, card, "introduction.ask")
    await office.types(otto, "/matches")
    listed = office.last(otto)
    await at(office, clock, 11, 8)
    assert "Asked: waiting for an answer" in text_of(card)
    await office.presses(otto, listed, "introduction.ask")
    assert "The date of this need has passed." in text_of(office.whispered(otto))
    first = next(one for one in (ines, isla) if "Yes, introduce us" in office.sees(one))
    ask = office.card(first, "Yes, introduce us")
    await office.presses(first, ask, "introduction.yes")
    assert "Introduced" in text_of(card)


@ONE_DATABASE
async def test_the_digest_does_not_list_it_among_what_nobody_fits(
    office: Office, clock: FrozenClock
) -> None:
    await office.posts(await officer(office), QUESTION, needed_by="2026-03-12")
    listed = []
    for day in (12, 13):
        await at(office, clock, day, 8)
        await office.types(office.admin, "/network digest")
        listed.append(QUESTION in text_of(office.last(office.admin)))
    assert listed == [True, False]


async def test_of_two_who_look_at_once_one_asks(office: Office, clock: FrozenClock) -> None:
    otto = await officer(office)
    await office.posts(otto, QUESTION, needed_by="2026-03-12")
    network = await office.network()

    async def lapse() -> int:
        async with office.session_factory.begin() as session:
            return len(await needs.lapse(session, network.id, date(2026, 3, 13)))

    assert sorted(await asyncio.gather(lapse(), lapse())) == [0, 1]
