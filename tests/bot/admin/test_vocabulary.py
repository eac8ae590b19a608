from typing import Any

import pytest

from bot.admin.vocabulary_views import said
from matching.vocabulary import read_line
from playground.slack import Channel, User
from registry import vocabulary
from registry.members import Member
from tests.office import Office, text_of
from tests.people import ONE_DATABASE, academic, officer

PROFILE = "I evaluate the Corrib scheme and retail geography, footfall among it."
NEED = "Did the Lough Derg bargain help footfall?"


@pytest.fixture
async def channel(office: Office) -> Channel:
    await office.settle()
    return office.slack.add_channel(office.team, "stewards", [office.admin])


async def opens(office: Office, user: User, channel: Channel) -> str:
    await office.types(user, "/network vocabulary", channel)
    return text_of(office.slack.seen_by(user)[-1])


async def adds(office: Office, channel: Channel, **values: Any) -> dict[str, str]:
    await opens(office, office.admin, channel)
    message = office.slack.seen_by(office.admin)[-1]
    await office.presses(office.admin, message, "network.add_words")
    result = await office.fills_in(office.admin, **values)
    return result.errors


async def test_words_that_an_admin_adds_join_needs_and_profiles_at_once(
    office: Office, channel: Channel
) -> None:
    await office.registers(await academic(office), PROFILE)
    otto = await officer(office)
    card = await office.posts(otto, NEED)
    assert "Nobody in the network fits yet." in text_of(card)
    assert "Nothing has been added yet." in await opens(office, office.admin, channel)
    errors = await adds(
        office, channel, councils="Lough Derg bargain", researchers="Corrib scheme", weight="1"
    )
    assert errors == {}
    assert "Lough Derg bargain meets Corrib scheme" in text_of(office.form(office.admin))
    await office.settle()
    assert "Lough Derg bargain" in text_of(office.card(otto, "met in other words"))
    shown = await opens(office, office.admin, channel)
    assert "Lough Derg bargain meets Corrib scheme (the same thing)" in shown


async def test_what_is_removed_joins_nothing_any_more(office: Office, channel: Channel) -> None:
    await adds(
        office, channel, councils="Lough Derg bargain", researchers="Corrib scheme", weight="1"
    )
    await office.settle()
    await opens(office, office.admin, channel)
    message = office.slack.seen_by(office.admin)[-1]
    value = "Lough Derg bargain meets Corrib scheme"
    await office.chooses(office.admin, message, "network.remove_words", value)
    assert "Removed: Lough Derg bargain meets Corrib scheme (the same thing)." in text_of(
        office.whispered(office.admin)
    )
    await office.chooses(office.admin, message, "network.remove_words", value)
    assert "gone already" in text_of(office.whispered(office.admin))
    await office.registers(await academic(office), PROFILE)
    card = await office.posts(await officer(office), NEED)
    assert "Nobody in the network fits yet." in text_of(card)


@ONE_DATABASE
@pytest.mark.parametrize(
    ("values", "field", "words"),
    [
        ({"councils": ", ,", "researchers": "x ray"}, "councils", "phrases of 1 to 12 words"),
        ({"councils": "a <-> b", "researchers": "x ray"}, "councils", "leave out"),
        ({"councils": "of the", "researchers": "retail"}, "councils", "say what it is about"),
        ({"councils": "flood wall", "researchers": "Flood Walls"}, "researchers", "same words"),
        ({"councils": "home " * 13, "researchers": "x ray"}, "councils", "1 to 12 words"),
        ({"councils": "childcare", "researchers": "child care"}, "councils", "has that already"),
    ],
)
async def test_what_cannot_be_taken_is_told_beside_its_field(
    office: Office, channel: Channel, values: dict[str, str], field: str, words: str
) -> None:
    errors = await adds(office, channel, **values)
    assert list(errors) == [field]
    assert words in errors[field]


async def test_the_same_words_are_there_only_once(office: Office, channel: Channel) -> None:
    values = {"councils": "Lough Derg bargain", "researchers": "Corrib scheme"}
    assert await adds(office, channel, **values) == {}
    assert "there already" in (await adds(office, channel, **values))["councils"]


async def test_another_networks_words_are_not_there(office: Office, channel: Channel) -> None:
    await adds(
        office, channel, councils="Lough Derg bargain", researchers="Corrib scheme", weight="1"
    )
    team, admin = await office.add_team("Invented University")
    await office.settle()
    elsewhere = office.slack.add_channel(team, "stewards", [admin])
    assert "Lough" not in await opens(office, admin, elsewhere)
    await office.registers(
        await office.person("Una Elsewhere", "academic", "College", "W06000015", team=team), PROFILE
    )
    otto = await office.person("Olaf Elsewhere", "officer", "Council", "W06000015", team=team)
    assert "Nobody in the network fits yet." in text_of(await office.posts(otto, NEED))


@ONE_DATABASE
async def test_only_admins_see_and_change_it(office: Office, channel: Channel) -> None:
    await adds(office, channel, councils="Lough Derg bargain", researchers="Corrib scheme")
    assert "Lough Derg" in await opens(office, office.admin, channel)
    message = office.slack.seen_by(office.admin)[-1]
    async with office.session_factory.begin() as session:
        member = await session.get_one(Member, (await office.member(office.admin)).id)
        member.is_admin = False
    assert "Only admins" in await opens(office, office.admin, channel)
    await office.presses(office.admin, message, "network.add_words")
    assert "Only admins" in text_of(office.whispered(office.admin))
    await office.chooses(
        office.admin, message, "network.remove_words", "Lough Derg bargain meets Corrib scheme"
    )
    assert "Only admins" in text_of(office.whispered(office.admin))
    async with office.session_factory.begin() as session:
        assert len(await vocabulary.entries(session, member.network_id)) == 1


def test_several_words_of_a_side_meet_those_of_the_other() -> None:
    meeting = read_line("potholes, dips <-> R&D of roads @ 0.7")
    assert said(meeting) == "potholes and dips meet R&amp;D of roads (mostly the same)"
