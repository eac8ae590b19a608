from typing import Any

import pytest
from sqlalchemy import select

from playground.delivery import Result
from playground.slack import Channel, Message, Team, User
from registry import members, networks, outbox
from registry.audit import AuditEntry
from registry.members import Member
from registry.networks import Purpose
from registry.outbox import Errand, State
from tests.office import Office, text_of

Here = tuple[Team, User, Channel]


@pytest.fixture
async def here(office: Office) -> Here:
    """The workspace that is there from the start, its admin, and a channel of the admin's."""
    await office.settle()
    channel = office.slack.add_channel(office.team, "stewards", [office.admin])
    return office.team, office.admin, channel


async def another(office: Office) -> Here:
    """Another workspace with a network of its own."""
    team, admin = await office.add_team("Invented University")
    await office.settle()
    return team, admin, office.slack.add_channel(team, "stewards", [admin])


def reads(office: Office, user: User) -> list[Message]:
    """Everything that a person can read, newest last."""
    return office.slack.seen_by(user)


def last(office: Office, user: User) -> Message:
    return reads(office, user)[-1]


async def types(office: Office, user: User, text: str, channel: Channel) -> Result:
    return await office.types(user, f"/network {text}", channel)


async def presses(office: Office, user: User, action_id: str) -> Result:
    """Press the newest such button in sight."""
    for message in reversed(reads(office, user)):
        if f"'{action_id}'" in repr(message.blocks):
            return await office.presses(user, message, action_id)
    raise AssertionError(f"{user.name} sees no {action_id}")


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
    assert "Docking Point is ready" in last(office, admin).text
    for action_id, title in (
        ("network.channels", "Channels"),
        ("network.docking", "Name a docking point"),
        ("network.invite_people", "Post an invitation"),
    ):
        await presses(office, admin, action_id)
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
    assert answer in (await types(office, admin, typed, channel)).text


@pytest.mark.parametrize("typed", ["digest", "channels", "errors", "invite", "join ABCD-EFGH"])
async def test_what_only_admins_may(
    office: Office, here: Here, colleague: User, typed: str
) -> None:
    result = await types(office, colleague, typed, here[2])
    assert result.text.startswith("Only admins of this network can do that.")
    assert office.slack.top_view(colleague) is None


async def test_an_admin_reads_the_digest_for_their_eyes_only(
    office: Office, here: Here, colleague: User
) -> None:
    _, admin, channel = here
    await types(office, admin, "digest", channel)
    assert "the week to 2 March 2026" in last(office, admin).text
    assert last(office, admin).only_for == admin.id
    assert not any("the week to" in message.text for message in reads(office, colleague))


# Channels


async def chooses(office: Office, admin: User, channel: Channel, **values: Any) -> Any:
    await types(office, admin, "channels", channel)
    return await office.fills_in(admin, **values)


async def test_an_admin_chooses_channels(office: Office, here: Here) -> None:
    team, admin, stewards = here
    news = office.slack.add_channel(team, "news", [admin], kind="public")
    await chooses(office, admin, stewards, digest=stewards.id, funding=news.id)
    assert "no channel yet for events" in text_of(office.form(admin))
    assert await chosen(office, team) == {Purpose.DIGEST: stewards.id, Purpose.FUNDING: news.id}
    assert await audited(office) == ["channel_chosen", "channel_chosen"]


async def test_an_emptied_field_gives_the_channel_up(office: Office, here: Here) -> None:
    team, admin, stewards = here
    await chooses(office, admin, stewards, digest=stewards.id)
    await chooses(office, admin, stewards, digest=None)
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
    result = await chooses(office, admin, stewards, digest=other.id)
    assert list(result.errors) == ["digest"]
    assert words in result.errors["digest"]
    assert await chosen(office, team) == {}


async def test_a_channel_that_does_not_exist_is_refused_as_one_without_us(
    office: Office, here: Here
) -> None:
    _, admin, stewards = here
    result = await chooses(office, admin, stewards, digest="C0NOWHERE")
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
    await chooses(office, admin, stewards, funding=calls.id)
    told = last(office, admin)
    assert "Funding calls: I cannot post in its channel" in told.text
    assert why in text_of(told)

    await presses(office, admin, "network.channels")
    await office.fills_in(admin, funding=stewards.id)
    assert told.text == "Funding calls: the channel works again"
    assert await chosen(office, team) == {Purpose.FUNDING: stewards.id}


async def test_a_digest_channel_that_is_archived_later_stops_and_is_told(
    office: Office, here: Here
) -> None:
    team, admin, stewards = here
    await chooses(office, admin, stewards, digest=stewards.id)
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
    await office.settle()
    stopped = [one for one in reads(office, admin) if "cannot post in its channel" in one.text]
    assert len(stopped) == 1
    assert "The weekly digest" in stopped[0].text


# Invitations to people


async def test_an_invitation_is_posted_once_however_often_the_form_arrives(
    office: Office, here: Here, colleague: User
) -> None:
    _, admin, channel = here
    await presses(office, admin, "network.invite_people")
    await office.fills_in(admin, channel=channel.id)
    await office.delivery.again()
    await office.settle()
    posted = [one for one in reads(office, colleague) if "meet researchers" in one.text]
    assert len(posted) == 1


async def test_an_invitation_needs_a_channel_that_we_are_in(office: Office, here: Here) -> None:
    team, admin, _ = here
    elsewhere = office.slack.add_channel(team, "elsewhere", [admin], with_bot=False)
    await presses(office, admin, "network.invite_people")
    result = await office.fills_in(admin, channel=elsewhere.id)
    assert "Invite @Docking Point" in result.errors["channel"]


# People


async def test_naming_a_person_as_docking_point_tells_them_and_everybody_who_asks(
    office: Office, here: Here, colleague: User
) -> None:
    _, admin, channel = here
    await types(office, admin, "people", channel)
    await presses(office, admin, "network.docking")
    await office.fills_in(admin, organisation="new:Ambleby & Co", person=colleague.id)
    assert "The docking point of Ambleby &amp; Co" in last(office, colleague).text
    await types(office, colleague, "people", channel)
    shown = text_of(last(office, colleague))
    assert f"*Ambleby &amp; Co*: <@{colleague.id}>" in shown
    assert f"• <@{admin.id}>" in shown
    assert "Name a docking point" not in shown
    assert await audited(office) == ["docking_point_named"]


async def test_naming_a_channel_as_docking_point_replaces_the_person(
    office: Office, here: Here, colleague: User
) -> None:
    _, admin, channel = here
    for contact in ({"person": colleague.id}, {"channel": channel.id}):
        await presses(office, admin, "network.docking")
        await office.fills_in(admin, organisation="new:Ambleby", **contact)
    assert last(office, admin).channel == channel.id
    await types(office, colleague, "people", channel)
    shown = text_of(last(office, colleague))
    assert f"*Ambleby*: <#{channel.id}>" in shown


async def test_a_docking_point_is_a_person_or_a_private_channel(
    office: Office, here: Here, colleague: User
) -> None:
    team, admin, channel = here
    public = office.slack.add_channel(team, "hall", [admin], kind="public")
    bot = office.slack.users[team.bot_user_id]
    ambleby = "new:Ambleby"
    for values, field, words in (
        ({}, "person", "Please choose somebody."),
        ({"person": bot.id}, "person", "That is a bot."),
        ({"channel": public.id}, "channel", "That channel is public."),
        (
            {"person": colleague.id, "channel": channel.id},
            "channel",
            "not both",
        ),
    ):
        await presses(office, admin, "network.docking")
        result = await office.fills_in(admin, organisation=ambleby, **values)
        assert words in result.errors[field]
    assert await audited(office) == []


async def test_an_admin_makes_another_member_an_admin(
    office: Office, here: Here, colleague: User
) -> None:
    team, admin, channel = here
    await types(office, admin, "people", channel)
    await presses(office, admin, "network.admin")
    await office.fills_in(admin, person=colleague.id)
    assert last(office, colleague).text == "You are an admin now"
    assert await admins(office, team) == {admin.id, colleague.id}
    await types(office, admin, "people", channel)
    await presses(office, admin, "network.admin")
    result = await office.fills_in(admin, person=colleague.id)
    assert result.errors == {"person": "They are an admin already."}
    assert await audited(office) == ["admin_made"]


async def test_an_admin_hands_over_and_stops_but_never_the_last_one(
    office: Office, here: Here, colleague: User
) -> None:
    team, admin, channel = here
    await types(office, admin, "people", channel)
    assert "Stop being an admin" not in text_of(last(office, admin))
    await presses(office, admin, "network.admin")
    await office.fills_in(admin, person=colleague.id)
    for person in (admin, colleague):
        await types(office, person, "people", channel)
    await presses(office, admin, "network.stop_admin")
    assert "You are no admin any more" in last(office, admin).text
    assert await admins(office, team) == {colleague.id}
    await presses(office, colleague, "network.stop_admin")
    assert "You are the only admin. Make somebody else one first." in last(office, colleague).text
    assert await admins(office, team) == {colleague.id}
    assert await audited(office) == ["admin_made", "admin_stopped"]
    await presses(office, admin, "network.stop_admin")
    assert "Only admins" in last(office, admin).text


async def test_who_is_no_longer_an_admin_is_refused_at_the_press_and_at_the_form(
    office: Office, here: Here, colleague: User
) -> None:
    team, admin, channel = here
    await types(office, admin, "people", channel)
    await presses(office, admin, "network.admin")
    async with office.services.session_factory.begin() as session:
        for member in await session.scalars(select(Member)):
            member.is_admin = False
    result = await office.fills_in(admin, person=colleague.id)
    assert "Only admins" in result.errors["person"]
    await presses(office, admin, "network.docking")
    assert "Only admins" in last(office, admin).text
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
    assert "Everything was delivered" in (await types(office, admin, "errors", channel)).text
    errand = await with_a_dead_letter(office, team)
    await types(office, admin, "errors", channel)
    listed = last(office, admin)
    assert "*1 thing could not be done*" in text_of(listed)
    await presses(office, admin, "network.retry")
    assert "Trying it again now" in "\n".join(one.text for one in reads(office, admin))
    async with office.services.session_factory.begin() as session:
        assert (await session.get_one(Errand, errand.id)).state == State.DONE
    await presses(office, admin, "network.retry")
    assert "no longer waiting" in last(office, admin).text
    assert await audited(office) == ["dead_letter_retried"]


async def test_another_networks_dead_letter_cannot_be_retried(office: Office, here: Here) -> None:
    team, admin, channel = here
    other, other_admin, other_channel = await another(office)
    await with_a_dead_letter(office, other)
    await with_a_dead_letter(office, team)
    await types(office, other_admin, "errors", other_channel)
    await types(office, admin, "errors", channel)
    mine = last(office, admin)
    theirs = next(
        one["accessory"]["value"]
        for one in last(office, other_admin).blocks
        if one.get("accessory")
    )
    mine.blocks[1]["accessory"]["value"] = theirs  # a forged hint
    await presses(office, admin, "network.retry")
    assert "no longer waiting" in last(office, admin).text


# Another workspace joins


async def code_of(office: Office, admin: User, channel: Channel) -> str:
    text = (await types(office, admin, "invite", channel)).text
    return text.split("/network join ")[1].split("`")[0]


async def test_a_workspace_joins_and_its_installer_is_an_admin_when_the_networks_say_so(
    office: Office, here: Here
) -> None:
    team, admin, channel = here
    other, joiner, there = await another(office)
    code = await code_of(office, admin, channel)
    assert "until 9 March 2026" in last(office, admin).text

    await types(office, joiner, f"join {code}", there)
    assert "*Join Invented Partnership?*" in text_of(last(office, joiner))
    assert (await office.network(other)).id != (await office.network(team)).id

    await presses(office, joiner, "network.join")
    assert (await office.network(other)).id == (await office.network(team)).id
    assert "This workspace is part of *Invented Partnership* now." in last(office, joiner).text
    assert last(office, admin).text == "Invented University has joined this network"
    assert await admins(office, team) == {admin.id}
    assert "Only admins" in (await types(office, joiner, "digest", there)).text

    await presses(office, admin, "network.admit")
    assert await admins(office, team) == {admin.id, joiner.id}
    assert "You are an admin now" in [one.text for one in reads(office, joiner)]
    card = next(one for one in reads(office, admin) if "has joined" in one.text)
    assert "is an admin of this network." in text_of(card)


async def test_a_join_that_is_pressed_twice_moves_the_workspace_once(
    office: Office, here: Here
) -> None:
    _, admin, channel = here
    _, joiner, there = await another(office)
    await types(office, joiner, f"join {await code_of(office, admin, channel)}", there)
    await presses(office, joiner, "network.join")
    await presses(office, joiner, "network.join")
    assert "Only admins" in last(office, joiner).text
    assert [one.text for one in reads(office, admin)].count(
        "Invented University has joined this network"
    ) == 1


async def test_a_wrong_code_says_so(office: Office, here: Here) -> None:
    _, _, _ = here
    _, joiner, there = await another(office)
    result = await types(office, joiner, "join AAAA-AAAA-AAAA-AAAA", there)
    assert result.text.startswith("That code does not work.")


async def test_people_of_another_workspace_are_not_mentioned(office: Office, here: Here) -> None:
    _, admin, channel = here
    _, joiner, there = await another(office)
    await types(office, joiner, f"join {await code_of(office, admin, channel)}", there)
    await presses(office, joiner, "network.join")
    await types(office, joiner, "people", there)
    shown = text_of(last(office, joiner))
    assert "somebody in the workspace Invented Partnership" in shown
    assert admin.id not in shown


async def joined(office: Office, admin: User, channel: Channel) -> Here:
    """Another workspace that has joined the network."""
    team, joiner, there = await another(office)
    await types(office, joiner, f"join {await code_of(office, admin, channel)}", there)
    await presses(office, joiner, "network.join")
    return team, joiner, there


async def test_a_workspace_that_lets_us_in_no_more_is_told_to_the_admins_elsewhere(
    office: Office, here: Here
) -> None:
    _, admin, channel = here
    team, _, _ = await joined(office, admin, channel)
    team.error = "token_revoked"
    await presses(office, admin, "network.admit")
    told = last(office, admin)
    assert told.text == "Docking Point cannot reach Invented University"
    assert "until somebody there installs Docking Point again" in text_of(told)


async def test_the_digest_of_a_network_with_two_workspaces_can_move_to_the_other(
    office: Office, here: Here
) -> None:
    team, admin, channel = here
    await chooses(office, admin, channel, digest=channel.id)
    _, joiner, there = await joined(office, admin, channel)
    await presses(office, admin, "network.admit")
    await types(office, joiner, "channels", there)
    form = office.form(joiner)
    assert "The weekly digest: a channel in another workspace" in text_of(form)
    await office.fills_in(joiner, funding=there.id, events=there.id)
    assert "*Saved.* Each has its channel." in text_of(office.form(joiner))
    assert await chosen(office, team) == {
        Purpose.DIGEST: channel.id,
        Purpose.FUNDING: there.id,
        Purpose.EVENTS: there.id,
    }
    await types(office, joiner, "channels", there)
    await office.fills_in(joiner, digest=there.id)
    assert (await chosen(office, team))[Purpose.DIGEST] == there.id


async def test_nobody_of_another_network_can_be_made_an_admin(office: Office, here: Here) -> None:
    _, admin, channel = here
    team, joiner, _ = await joined(office, admin, channel)
    async with office.session_factory.begin() as session:
        stranger = await session.scalar(select(Member).where(Member.slack_id == joiner.id))
        workspace = await networks.workspace_of_team(session, team.id)
        assert stranger is not None
        assert workspace is not None
        elsewhere = networks.Network(name="Elsewhere", created_at=office.services.clock.now())
        session.add(elsewhere)
        await session.flush()
        stranger.network_id = workspace.network_id = elsewhere.id
    await presses(office, admin, "network.admit")
    assert last(office, admin).text == "That person is no longer here."
    assert await admins(office, team) == set()


async def test_who_is_an_admin_already_is_not_told_again(office: Office, here: Here) -> None:
    _, admin, channel = here
    _, joiner, _ = await joined(office, admin, channel)
    card = last(office, admin)
    before = [dict(block) for block in card.blocks]
    await presses(office, admin, "network.admit")
    card.blocks = before  # another admin, whose card was not yet drawn anew
    await presses(office, admin, "network.admit")
    assert last(office, admin).text == "They are an admin already."
    assert [one.text for one in reads(office, joiner)].count("You are an admin now") == 1


async def test_a_choice_that_was_taken_back_before_it_was_looked_at_is_not_complained_of(
    office: Office, here: Here
) -> None:
    team, admin, stewards = here
    calls = office.slack.add_channel(team, "calls", [admin], with_bot=False)
    for value in ({"selected_conversation": calls.id}, {"selected_conversation": None}):
        await office.delivery.command(admin, "/network", "channels", stewards)
        await office.delivery.submit(admin, office.form(admin), {"funding": value})
    await office.settle()
    assert not any("cannot post" in message.text for message in reads(office, admin))
    assert await chosen(office, team) == {}


async def test_what_may_have_arrived_twice_is_counted(office: Office, here: Here) -> None:
    _, admin, channel = here
    async with office.session_factory.begin() as session:
        for errand in await session.scalars(select(Errand).where(Errand.kind == "card.post")):
            errand.resends = 1
    await types(office, admin, "errors", channel)
    told = text_of(last(office, admin))
    assert "*Nothing was lost*" in told
    assert "1 message may have arrived twice: we were cut off while sending." in told
