from typing import Any

import pytest
from sqlalchemy import select

from playground.slack import Channel, Team, User, texts
from registry import members, networks, outbox
from registry.audit import AuditEntry
from registry.members import Member
from registry.networks import Purpose
from registry.outbox import Errand, State
from tests.bot.admin.conftest import Office


def person(user: User) -> dict[str, Any]:
    return {"selected_user": user.id}


def conversation(channel: Channel | None) -> dict[str, Any]:
    return {"selected_conversation": channel.id if channel else None}


def new_organisation(name: str) -> dict[str, Any]:
    option = {"text": {"type": "plain_text", "text": name}, "value": f"new:{name}"}
    return {"selected_option": option}


Here = tuple[Team, User, Channel]


@pytest.fixture
async def here(office: Office) -> Here:
    return await office.installed("Invented Councils")


@pytest.fixture
def colleague(office: Office, here: Here) -> User:
    """Somebody in that workspace who is no admin."""
    team, _, channel = here
    user = office.slack.add_user(team, "Corin Example")
    channel.members.append(user.id)
    return user


async def audited(office: Office) -> list[str]:
    async with office.services.session_factory.begin() as session:
        return [*await session.scalars(select(AuditEntry.action).order_by(AuditEntry.id))]


async def admins(office: Office, team: Team) -> set[str]:
    network = await office.network(team)
    async with office.services.session_factory.begin() as session:
        return {one.slack_id for one in await members.admins(session, network.id)}


async def chosen(office: Office, team: Team) -> dict[Purpose, str]:
    network = await office.network(team)
    async with office.services.session_factory.begin() as session:
        found = await networks.channels(session, network.id)
    return {purpose: channel.slack_id for purpose, channel in found.items()}


# Words


async def test_the_installer_is_welcomed_with_three_buttons_that_work(
    office: Office, here: Here
) -> None:
    _, admin, _ = here
    assert "Docking Point is ready" in office.last(admin).text
    for action_id, title in (
        ("network.channels", "Channels"),
        ("network.docking", "Name a docking point"),
        ("network.invite_people", "Post an invitation"),
    ):
        await office.presses(admin, action_id)
        assert office.form(admin).body["title"]["text"] == title


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("", "*/network*: who looks after this network"),
        ("help", "• `/network invite`: a code with which another workspace joins"),
        ("digset", "Did you mean `/network digest`?"),
        ("digest tomorrow", "I don't know `/network digest tomorrow`."),
        ("<!here>", "I don't know `/network &lt;!here&gt;`. Try `/network help`."),
        ("join", "Type the code too"),
    ],
)
async def test_what_is_answered_to_words(
    office: Office, here: Here, typed: str, answer: str
) -> None:
    _, admin, channel = here
    assert answer in (await office.types(admin, typed, channel)).text


@pytest.mark.parametrize("typed", ["digest", "channels", "errors", "invite", "join ABCD-EFGH"])
async def test_what_only_admins_may(
    office: Office, here: Here, colleague: User, typed: str
) -> None:
    result = await office.types(colleague, typed, here[2])
    assert result.text.startswith("Only admins of this network can do that.")
    assert office.slack.top_view(colleague) is None


async def test_an_admin_reads_the_digest_for_their_eyes_only(
    office: Office, here: Here, colleague: User
) -> None:
    _, admin, channel = here
    await office.types(admin, "digest", channel)
    assert "the week to 2 March 2026" in office.last(admin).text
    assert office.last(admin).only_for == admin.id
    assert not any("the week to" in message.text for message in office.now_reads(colleague))


# Channels


async def chooses(office: Office, admin: User, channel: Channel, **values: Any) -> Any:
    await office.types(admin, "channels", channel)
    return await office.submits(admin, **values)


async def test_an_admin_chooses_channels(office: Office, here: Here) -> None:
    team, admin, stewards = here
    news = office.slack.add_channel(team, "news", [admin], kind="public")
    await chooses(
        office, admin, stewards, digest=conversation(stewards), funding=conversation(news)
    )
    assert "no channel yet for events" in "\n".join(texts(office.form(admin).body))
    assert await chosen(office, team) == {Purpose.DIGEST: stewards.id, Purpose.FUNDING: news.id}
    assert await audited(office) == ["channel_chosen", "channel_chosen"]


async def test_an_emptied_field_gives_the_channel_up(office: Office, here: Here) -> None:
    team, admin, stewards = here
    await chooses(office, admin, stewards, digest=conversation(stewards))
    await chooses(office, admin, stewards, digest=conversation(None))
    assert await chosen(office, team) == {}


@pytest.mark.parametrize(
    ("about", "words"),
    [
        ({"kind": "public"}, "That channel is public."),
        ({"is_ext_shared": True}, "shared with another organisation"),
        ({"is_archived": True}, "archived"),
        ({"with_bot": False}, "Invite @Docking Point to that channel first"),
    ],
)
async def test_a_channel_that_cannot_have_the_digest_is_refused_beside_its_field(
    office: Office, here: Here, about: dict[str, Any], words: str
) -> None:
    team, admin, stewards = here
    other = office.slack.add_channel(team, "other", [admin], **about)
    result = await chooses(office, admin, stewards, digest=conversation(other))
    assert list(result.errors) == ["digest"]
    assert words in result.errors["digest"]
    assert await chosen(office, team) == {}


async def test_a_channel_that_does_not_exist_is_refused_as_one_without_us(
    office: Office, here: Here
) -> None:
    _, admin, stewards = here
    made_up = {"selected_conversation": "C0NOWHERE"}
    result = await chooses(office, admin, stewards, digest=made_up)
    assert "Invite @Docking Point" in result.errors["digest"]


@pytest.mark.parametrize(
    ("about", "why"),
    [
        ({"kind": "public", "with_bot": False}, "because I am not in it"),
        ({"kind": "private", "with_bot": False}, "because it is gone, or I am no longer in it"),
        ({"is_archived": True}, "because it was archived"),
    ],
)
async def test_a_funding_channel_that_cannot_be_used_is_told_to_the_admins_and_mended(
    office: Office, here: Here, about: dict[str, Any], why: str
) -> None:
    team, admin, stewards = here
    calls = office.slack.add_channel(team, "calls", [admin], **about)
    await chooses(office, admin, stewards, funding=conversation(calls))
    told = office.last(admin)
    assert "Funding calls: I cannot post in its channel" in told.text
    assert why in "\n".join(texts(told.blocks))

    await office.presses(admin, "network.channels")
    await office.submits(admin, funding=conversation(stewards))
    assert told.text == "Funding calls: the channel works again"
    assert await chosen(office, team) == {Purpose.FUNDING: stewards.id}


async def test_a_digest_channel_that_is_archived_later_stops_and_is_told(
    office: Office, here: Here
) -> None:
    team, admin, stewards = here
    await chooses(office, admin, stewards, digest=conversation(stewards))
    stewards.is_archived = True
    network = await office.network(team)
    async with office.services.session_factory.begin() as session:
        for _ in range(2):
            await outbox.enqueue(
                session,
                network.id,
                "card.post",
                {"kind": "invitation", "subject_id": 1, "purpose": "digest"},
                now=office.services.clock.now(),
            )
    await office.worker.drain()
    stopped = [one for one in office.now_reads(admin) if "cannot post in its channel" in one.text]
    assert len(stopped) == 1
    assert "The weekly digest" in stopped[0].text


# Invitations to people


async def test_an_invitation_is_posted_once_however_often_the_form_arrives(
    office: Office, here: Here, colleague: User
) -> None:
    _, admin, channel = here
    await office.presses(admin, "network.invite_people")
    await office.submits(admin, channel=conversation(channel))
    await office.delivery.again()
    await office.worker.drain()
    posted = [one for one in office.now_reads(colleague) if "meet researchers" in one.text]
    assert len(posted) == 1


async def test_an_invitation_needs_a_channel_that_we_are_in(office: Office, here: Here) -> None:
    team, admin, _ = here
    elsewhere = office.slack.add_channel(team, "elsewhere", [admin], with_bot=False)
    await office.presses(admin, "network.invite_people")
    result = await office.submits(admin, channel=conversation(elsewhere))
    assert "Invite @Docking Point" in result.errors["channel"]


# People


async def test_naming_a_person_as_docking_point_tells_them_and_everybody_who_asks(
    office: Office, here: Here, colleague: User
) -> None:
    _, admin, channel = here
    await office.types(admin, "people", channel)
    await office.presses(admin, "network.docking")
    await office.submits(
        admin, organisation=new_organisation("Ambleby & Co"), person=person(colleague)
    )
    assert "The docking point of Ambleby &amp; Co" in office.last(colleague).text
    await office.types(colleague, "people", channel)
    shown = "\n".join(texts(office.last(colleague).blocks))
    assert f"*Ambleby &amp; Co*: <@{colleague.id}>" in shown
    assert f"• <@{admin.id}>" in shown
    assert "Name a docking point" not in shown
    assert await audited(office) == ["docking_point_named"]


async def test_naming_a_channel_as_docking_point_replaces_the_person(
    office: Office, here: Here, colleague: User
) -> None:
    _, admin, channel = here
    for contact in ({"person": person(colleague)}, {"channel": conversation(channel)}):
        await office.presses(admin, "network.docking")
        await office.submits(admin, organisation=new_organisation("Ambleby"), **contact)
    assert office.last(admin).channel == channel.id
    await office.types(colleague, "people", channel)
    shown = "\n".join(texts(office.last(colleague).blocks))
    assert f"*Ambleby*: <#{channel.id}>" in shown


async def test_a_docking_point_is_a_person_or_a_private_channel(
    office: Office, here: Here, colleague: User
) -> None:
    team, admin, channel = here
    public = office.slack.add_channel(team, "hall", [admin], kind="public")
    bot = office.slack.users[team.bot_user_id]
    ambleby = new_organisation("Ambleby")
    for values, field, words in (
        ({}, "person", "Please choose somebody."),
        ({"person": person(bot)}, "person", "That is a bot."),
        ({"channel": conversation(public)}, "channel", "That channel is public."),
        (
            {"person": person(colleague), "channel": conversation(channel)},
            "channel",
            "not both",
        ),
    ):
        await office.presses(admin, "network.docking")
        result = await office.submits(admin, organisation=ambleby, **values)
        assert words in result.errors[field]
    assert await audited(office) == []


async def test_an_admin_makes_another_member_an_admin(
    office: Office, here: Here, colleague: User
) -> None:
    team, admin, channel = here
    await office.types(admin, "people", channel)
    await office.presses(admin, "network.admin")
    await office.submits(admin, person=person(colleague))
    assert office.last(colleague).text == "You are an admin now"
    assert await admins(office, team) == {admin.id, colleague.id}
    await office.types(admin, "people", channel)
    await office.presses(admin, "network.admin")
    result = await office.submits(admin, person=person(colleague))
    assert result.errors == {"person": "They are an admin already."}
    assert await audited(office) == ["admin_made"]


async def test_who_is_no_longer_an_admin_is_refused_at_the_press_and_at_the_form(
    office: Office, here: Here, colleague: User
) -> None:
    team, admin, channel = here
    await office.types(admin, "people", channel)
    await office.presses(admin, "network.admin")
    form = office.form(admin)
    async with office.services.session_factory.begin() as session:
        for member in await session.scalars(select(Member)):
            member.is_admin = False
    result = await office.delivery.submit(admin, form, {"person": person(colleague)})
    assert "Only admins" in result.errors["person"]
    await office.presses(admin, "network.docking")
    assert "Only admins" in office.last(admin).text
    assert await admins(office, team) == set()


# What went wrong


async def with_a_dead_letter(office: Office, team: Team) -> Errand:
    network = await office.network(team)
    async with office.services.session_factory.begin() as session:
        await outbox.enqueue(
            session,
            network.id,
            "card.post",
            {"kind": "made_admin", "subject_id": 1, "member_id": 1},
            now=office.services.clock.now(),
        )
        await session.flush()
        [errand] = await outbox.claim(session, now=office.services.clock.now())
        await outbox.bury(session, errand, "Ours: invalid_blocks", office.services.clock.now())
    return errand


async def test_a_dead_letter_is_listed_and_tried_again_once(office: Office, here: Here) -> None:
    team, admin, channel = here
    assert "Everything was delivered" in (await office.types(admin, "errors", channel)).text
    errand = await with_a_dead_letter(office, team)
    await office.types(admin, "errors", channel)
    listed = office.last(admin)
    assert "*1 thing could not be done*" in "\n".join(texts(listed.blocks))
    await office.presses(admin, "network.retry")
    assert "Trying it again now" in "\n".join(one.text for one in office.now_reads(admin))
    async with office.services.session_factory.begin() as session:
        assert (await session.get_one(Errand, errand.id)).state == State.DONE
    await office.presses(admin, "network.retry")
    assert "no longer waiting" in office.last(admin).text
    assert await audited(office) == ["dead_letter_retried"]


async def test_another_networks_dead_letter_cannot_be_retried(office: Office, here: Here) -> None:
    team, admin, channel = here
    other, other_admin, other_channel = await office.installed("Invented University")
    await with_a_dead_letter(office, other)
    await with_a_dead_letter(office, team)
    await office.types(other_admin, "errors", other_channel)
    await office.types(admin, "errors", channel)
    mine = office.last(admin)
    theirs = next(
        one["accessory"]["value"] for one in office.last(other_admin).blocks if one.get("accessory")
    )
    mine.blocks[1]["accessory"]["value"] = theirs  # a forged hint
    await office.presses(admin, "network.retry")
    assert "no longer waiting" in office.last(admin).text


# Another workspace joins


async def code_of(office: Office, admin: User, channel: Channel) -> str:
    text = (await office.types(admin, "invite", channel)).text
    return text.split("/network join ")[1].split("`")[0]


async def test_a_workspace_joins_and_its_installer_is_an_admin_when_the_networks_say_so(
    office: Office, here: Here
) -> None:
    team, admin, channel = here
    other, joiner, there = await office.installed("Invented University")
    code = await code_of(office, admin, channel)
    assert "until 9 March 2026" in office.last(admin).text

    await office.types(joiner, f"join {code}", there)
    assert "*Join Invented Councils?*" in "\n".join(texts(office.last(joiner).blocks))
    assert (await office.network(other)).id != (await office.network(team)).id

    await office.presses(joiner, "network.join")
    assert (await office.network(other)).id == (await office.network(team)).id
    assert "This workspace is part of *Invented Councils* now." in office.last(joiner).text
    assert office.last(admin).text == "Invented University has joined this network"
    assert await admins(office, team) == {admin.id}
    assert "Only admins" in (await office.types(joiner, "digest", there)).text

    await office.presses(admin, "network.admit")
    assert await admins(office, team) == {admin.id, joiner.id}
    assert "You are an admin now" in [one.text for one in office.now_reads(joiner)]
    card = next(one for one in office.now_reads(admin) if "has joined" in one.text)
    assert "is an admin of this network." in "\n".join(texts(card.blocks))


async def test_a_join_that_is_pressed_twice_moves_the_workspace_once(
    office: Office, here: Here
) -> None:
    _, admin, channel = here
    _, joiner, there = await office.installed("Invented University")
    await office.types(joiner, f"join {await code_of(office, admin, channel)}", there)
    await office.presses(joiner, "network.join")
    await office.presses(joiner, "network.join")
    assert "Only admins" in office.last(joiner).text
    assert [one.text for one in office.now_reads(admin)].count(
        "Invented University has joined this network"
    ) == 1


async def test_a_wrong_code_says_so(office: Office, here: Here) -> None:
    _, _, _ = here
    _, joiner, there = await office.installed("Invented University")
    result = await office.types(joiner, "join AAAA-AAAA-AAAA-AAAA", there)
    assert result.text.startswith("That code does not work.")


async def test_people_of_another_workspace_are_not_mentioned(office: Office, here: Here) -> None:
    _, admin, channel = here
    _, joiner, there = await office.installed("Invented University")
    await office.types(joiner, f"join {await code_of(office, admin, channel)}", there)
    await office.presses(joiner, "network.join")
    await office.types(joiner, "people", there)
    shown = "\n".join(texts(office.last(joiner).blocks))
    assert "somebody in the workspace Invented Councils" in shown
    assert admin.id not in shown
