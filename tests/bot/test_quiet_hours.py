"""Nobody is sent what they did not ask for at night or on their Sunday; answers come at once."""

import ast
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from playground.slack import User
from registry.members import Member, zone_of
from registry.networks import Network
from tests.conftest import FrozenClock
from tests.office import Office
from tests.people import FLOODS, ONE_DATABASE, QUESTION, academic, officer, pressed

ROOT = Path(__file__).parents[2]
ASKED = "Could you help with this?"
FRIDAY_NIGHT = datetime(2026, 3, 6, 21, 0, tzinfo=UTC)
SATURDAY_8 = datetime(2026, 3, 7, 8, 0, tzinfo=UTC)


async def asks(office: Office, clock: FrozenClock, at: datetime, **values: str) -> User:
    """An academic registers in the morning; an officer posts and asks at that moment."""
    helper = await academic(office)
    await office.registers(helper, FLOODS)
    clock.move_to(at)
    asker = await officer(office)
    card = await office.posts(asker, QUESTION, **values)
    await office.presses(
        asker, card, "introduction.ask", value=pressed(card, "introduction.ask")["value"]
    )
    assert "Asked: waiting for an answer" in office.sees(asker)
    return helper


async def set_zone(office: Office, user: User, zone: str) -> None:
    async with office.session_factory.begin() as session:
        member = await session.get_one(Member, (await office.member(user)).id)
        member.time_zone = user.tz = zone


@ONE_DATABASE
async def test_an_answer_to_ones_own_press_comes_at_any_hour(
    office: Office, clock: FrozenClock
) -> None:
    clock.move_to(FRIDAY_NIGHT)
    card = await office.posts(await officer(office), QUESTION)
    assert card.ts.startswith(str(int(FRIDAY_NIGHT.timestamp())))


@ONE_DATABASE
async def test_who_is_asked_at_night_is_told_in_the_morning(
    office: Office, clock: FrozenClock
) -> None:
    helper = await asks(office, clock, FRIDAY_NIGHT)
    assert ASKED not in office.sees(helper)
    clock.move_to(SATURDAY_8)
    await office.clock_moved()
    assert ASKED in office.sees(helper)


@ONE_DATABASE
async def test_a_sunday_is_quiet_all_day(office: Office, clock: FrozenClock) -> None:
    helper = await asks(office, clock, datetime(2026, 3, 8, 11, tzinfo=UTC))
    clock.move(hours=8)
    await office.clock_moved()
    assert ASKED not in office.sees(helper)
    clock.move_to(datetime(2026, 3, 9, 8, tzinfo=UTC))
    await office.clock_moved()
    assert ASKED in office.sees(helper)


@ONE_DATABASE
async def test_the_hours_are_those_of_the_person_not_of_the_network(
    office: Office, clock: FrozenClock
) -> None:
    helper = await academic(office)
    await office.registers(helper, FLOODS)
    await set_zone(office, helper, "Pacific/Auckland")
    clock.move_to(datetime(2026, 3, 5, 12, tzinfo=UTC))  # Friday 01:00 there
    asker = await officer(office)
    card = await office.posts(asker, QUESTION)
    await office.presses(
        asker, card, "introduction.ask", value=pressed(card, "introduction.ask")["value"]
    )
    assert ASKED not in office.sees(helper)
    clock.move_to(datetime(2026, 3, 5, 19, tzinfo=UTC))  # Friday 08:00 there
    await office.clock_moved()
    assert ASKED in office.sees(helper)


@ONE_DATABASE
async def test_who_is_told_late_still_has_a_working_day_to_answer(
    office: Office, clock: FrozenClock
) -> None:
    helper = await academic(office)
    await office.registers(helper, FLOODS)
    await set_zone(office, helper, "Pacific/Honolulu")
    asker = await officer(office)
    clock.move_to(datetime(2026, 3, 8, 10, 30, tzinfo=UTC))  # Sunday 00:30 there
    card = await office.posts(asker, QUESTION, needed_by="2026-03-09")
    await office.presses(
        asker, card, "introduction.ask", value=pressed(card, "introduction.ask")["value"]
    )
    clock.move_to(datetime(2026, 3, 9, 18, tzinfo=UTC))  # Monday 08:00 there
    await office.clock_moved()
    assert "Tue 10 Mar, 07:00" in office.sees(helper)  # 17:00 in London


@ONE_DATABASE
async def test_what_waited_while_the_worker_was_away_does_not_come_at_night(
    office: Office, clock: FrozenClock
) -> None:
    helper = await asks(office, clock, datetime(2026, 3, 6, 7, 0, tzinfo=UTC))
    clock.move_to(FRIDAY_NIGHT)  # it was due at eight in the morning
    await office.clock_moved()
    assert ASKED not in office.sees(helper)
    clock.move_to(SATURDAY_8)
    await office.clock_moved()
    assert office.sees(helper).count(f"*{ASKED}*") == 1


@ONE_DATABASE
async def test_an_officer_is_told_of_those_who_come_at_night_in_one_morning_message(
    office: Office, clock: FrozenClock
) -> None:
    asker = await officer(office)
    await office.posts(asker, QUESTION)
    clock.move_to(FRIDAY_NIGHT)
    await office.clock_moved()
    await office.registers(await academic(office), FLOODS)
    before = len(office.messages(asker))
    clock.move_to(SATURDAY_8)
    await office.clock_moved()
    assert len(office.messages(asker)) == before
    clock.move_to(datetime(2026, 3, 7, 9, 30, tzinfo=UTC))
    await office.clock_moved()
    assert "Somebody new could help with your need" in office.last(asker).text


@ONE_DATABASE
async def test_a_network_may_have_no_quiet_hours(office: Office, clock: FrozenClock) -> None:
    async with office.session_factory.begin() as session:
        (await session.get_one(Network, (await office.network()).id)).quiet_hours = False
    helper = await asks(office, clock, FRIDAY_NIGHT)
    assert ASKED in office.sees(helper)


# Time zones are learnt from Slack


@ONE_DATABASE
async def test_a_persons_zone_is_learnt_at_first_contact(office: Office) -> None:
    user = office.slack.add_user(office.team, "Nell Newcomer", tz="America/St_Johns")
    await office.types(user, "/need help")
    await office.types(user, "/events")
    assert zone_of(await office.member(user), await office.network()).key == "America/St_Johns"
    asked = [call for call in office.slack.calls if call.arguments.get("user") == user.id]
    assert [call.method for call in asked] == ["users.info"]


@ONE_DATABASE
@pytest.mark.parametrize("tz", ["Middle/Earth", "", "Europe", "../etc/passwd"])
async def test_a_zone_that_nobody_knows_is_the_networks(office: Office, tz: str) -> None:
    user = office.slack.add_user(office.team, "Nell Newcomer", tz=tz)
    await office.types(user, "/events")
    member = await office.member(user)
    assert member.time_zone is None
    assert zone_of(member, await office.network()) == ZoneInfo("Europe/London")


@ONE_DATABASE
async def test_what_slack_does_not_tell_bothers_nobody(office: Office) -> None:
    office.team.scopes.remove("users:read")
    user = office.slack.add_user(office.team, "Nell Newcomer", tz="Asia/Kolkata")
    await office.types(user, "/events")
    assert (await office.member(user)).time_zone is None
    await office.types(office.admin, "/network errors")
    assert "Everything was delivered" in office.last(office.admin).text


@ONE_DATABASE
async def test_zones_are_learnt_anew_each_month_and_for_those_never_asked(
    office: Office, clock: FrozenClock
) -> None:
    mover = await officer(office)  # kept before time zones were
    mover.tz = "Europe/Lisbon"
    clock.move(days=1)
    await office.clock_moved()
    assert (await office.member(mover)).time_zone == "Europe/Lisbon"
    mover.tz = "Asia/Kolkata"
    clock.move(days=29)
    await office.clock_moved()
    assert (await office.member(mover)).time_zone == "Europe/Lisbon"
    clock.move(days=1)
    await office.clock_moved()
    assert (await office.member(mover)).time_zone == "Asia/Kolkata"


# Every card


def posted_at_once() -> set[str]:
    """Where a card is posted to a member without saying whether it was asked for."""
    found = set()
    for path in [*(ROOT / "bot").rglob("*.py"), *(ROOT / "jobs").rglob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "post_card":
                names = {keyword.arg for keyword in node.keywords}
                if "member_id" in names and "unasked" not in names:
                    found.add(str(path.relative_to(ROOT)))
    return found


def test_only_answers_to_ones_own_press_are_posted_at_any_hour() -> None:
    assert posted_at_once() == {
        "bot/needs/deliveries.py",  # the card of one's own need, once it is posted
        "bot/expertise/deliveries.py",  # and of one's own expertise
        "bot/installing.py",  # the welcome to whoever installed the app
        "bot/sources/reading.py",  # what is in a feed or calendar that one had tried
    }
