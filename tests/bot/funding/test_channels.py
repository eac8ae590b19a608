"""Channels that get some themes and amounts, and the network's own reminders."""

from datetime import UTC, datetime, timedelta

import pytest

from playground.slack import Channel
from tests.bot.funding.calls import BUTTERFLIES, FLOOD_FUND, adds
from tests.conftest import FrozenClock
from tests.office import Office, text_of
from tests.people import ONE_DATABASE, officer
from tests.publisher import Publisher, reads

DAY = timedelta(days=1)


async def with_rule(office: Office, name: str, **values: object) -> Channel:
    """A new channel with a rule for calls."""
    channel = office.slack.add_channel(office.team, name, [office.admin])
    await office.types(office.admin, "/funding channels")
    await office.presses(office.admin, office.last(office.admin), "funding.add_channel")
    result = await office.fills_in(office.admin, channel=channel.id, **values)
    assert result.errors == {}, result.errors
    await office.delivery.close(office.admin, office.form(office.admin))
    return channel


async def test_each_channel_gets_the_themes_and_amounts_it_asked_for(
    office: Office, channel: Channel
) -> None:
    floods = await with_rule(office, "floods", themes="flooding, drainage")
    small = await with_rule(office, "small", most="£10,000", unstated=[])
    large = await with_rule(office, "large", least="100k")
    otto = await officer(office)
    await adds(office, otto, FLOOD_FUND, amount="up to £5,000")
    await adds(office, otto, BUTTERFLIES, themes="butterflies", amount="£50,000 to £1.5m")
    await adds(office, otto, "Any subject at all", themes=None)
    titles = (FLOOD_FUND, BUTTERFLIES, "Any subject")
    got = {
        one.name: [any(title in post for post in office.posted(one)) for title in titles]
        for one in (channel, floods, small, large)
    }
    assert got == {
        "funding": [True, True, True],
        "floods": [True, False, False],
        "small": [True, False, False],
        "large": [False, True, True],
    }
    assert "Up to £5,000" in office.posted(small)[0]
    assert "£50,000 to £1.5 million" in office.posted(large)[0]


@ONE_DATABASE
async def test_bundles_and_first_readings_go_where_they_fit(
    office: Office, channel: Channel, publisher: Publisher, clock: FrozenClock
) -> None:
    floods = await with_rule(office, "floods", themes="rivers")
    empty = await with_rule(office, "empty", themes="volcanoes")
    publisher.put("a", "Rivers fund")
    publisher.put("b", "Woods fund", text="For woods. Grants of up to £20,000.")
    await reads(office, publisher.address)
    assert "1 open call" in office.posted(floods)[0]
    assert "2 open calls" in office.posted(channel)[0]
    assert "Up to £20,000" in office.posted(channel)[0]
    assert office.posted(empty) == []
    publisher.put("c", "More for rivers")
    publisher.put("d", "More for woods")
    clock.move(hours=1)
    await office.clock_moved()
    clock.move(hours=23)
    await office.clock_moved()
    assert "More for woods" not in office.posted(floods)[1]
    assert "More for rivers" in office.posted(floods)[1]
    assert "2 new calls" in office.posted(channel)[1]
    assert office.posted(empty) == []


@ONE_DATABASE
async def test_a_rule_is_changed_and_removed_and_the_default_channel_may_have_one(
    office: Office, channel: Channel
) -> None:
    admin = office.admin
    await office.types(admin, "/funding channels")
    assert "is the default channel" in text_of(office.last(admin))
    await office.presses(admin, office.last(admin), "funding.add_channel")
    await office.fills_in(admin, channel=channel.id, themes="rivers")
    otto = await officer(office)
    await adds(office, otto, BUTTERFLIES, themes="butterflies")
    assert office.posted(channel) == []
    await office.types(admin, "/funding channels")
    listed = office.last(admin)
    assert "about rivers" in text_of(listed)
    await office.presses(admin, listed, "funding.change_channel")
    await office.fills_in(admin, themes="butterflies", least="£5")
    assert "about butterflies, of at least £5, and those that state no amount" in text_of(
        office.form(admin)
    )
    await adds(office, otto, f"{BUTTERFLIES}, two", themes="butterflies")
    assert len(office.posted(channel)) == 1
    await office.types(admin, "/funding channels")
    await office.presses(admin, office.last(admin), "funding.remove_channel")
    await adds(office, otto)
    assert len(office.posted(channel)) == 2


@ONE_DATABASE
@pytest.mark.parametrize(
    ("field", "values", "words"),
    [
        ("least", {"least": "lots"}, "such as £5,000"),
        ("least", {"least": "-5"}, "above nothing"),
        ("most", {"most": "£-5"}, "above nothing"),
        ("most", {"least": "£10k", "most": "£5k"}, "less than the other"),
        ("themes", {"themes": ", ".join(map(str, range(30)))}, "at most 10 themes"),
    ],
)
async def test_a_rule_that_cannot_be_is_told_beside_its_field(
    office: Office, field: str, values: dict[str, str], words: str
) -> None:
    channel = office.slack.add_channel(office.team, "some", [office.admin])
    await office.settle()
    await office.types(office.admin, "/funding channels")
    await office.presses(office.admin, office.last(office.admin), "funding.add_channel")
    errors = (await office.fills_in(office.admin, channel=channel.id, **values)).errors
    assert list(errors) == [field]
    assert words in errors[field]


async def test_a_channel_that_refuses_is_told_to_the_admins_once(
    office: Office, channel: Channel
) -> None:
    floods = await with_rule(office, "floods", themes="flooding")
    floods.is_archived = True
    otto = await officer(office)
    await adds(office, otto)
    await adds(office, otto, f"{FLOOD_FUND}, two")
    told = [one for one in office.messages(office.admin) if "cannot be posted to" in text_of(one)]
    assert len(told) == 1
    assert "it was archived" in text_of(told[0])
    assert len(office.posted(channel)) == 2
    await office.types(office.admin, "/funding channels")
    assert "nothing is posted there, because it was archived" in text_of(office.last(office.admin))


@ONE_DATABASE
async def test_rules_and_settings_are_the_admins_business(office: Office) -> None:
    otto = await officer(office)
    for typed in ("/funding channels", "/funding settings", "/funding feeds remove"):
        assert "Only admins" in (await office.types(otto, typed)).text


@ONE_DATABASE
async def test_a_network_chooses_its_own_reminders(
    office: Office, channel: Channel, clock: FrozenClock
) -> None:
    admin = office.admin
    await office.types(admin, "/funding settings")
    assert (await office.fills_in(admin, reminders="soon")).errors["reminders"].startswith("Please")
    await office.fills_in(admin, reminders="14, 3")
    assert "Reminders come 14 days and 3 days before" in text_of(office.form(admin))
    await adds(office, await officer(office), closes="2026-04-30", closes_at="12:00")
    reminded = []
    for day in range(43, 60):
        before = len(office.posted(channel))
        clock.move_to(datetime(2026, 3, 2, 10, tzinfo=UTC) + day * DAY)
        await office.clock_moved()
        if len(office.posted(channel)) > before:
            reminded.append(f"{clock.now():%d %b}")
    assert reminded == ["17 Apr", "28 Apr"]
    await office.types(admin, "/funding settings")
    await office.fills_in(admin, reminders=None)
    assert "There are no reminders" in text_of(office.form(admin))
