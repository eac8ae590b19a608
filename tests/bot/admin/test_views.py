from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.admin import messages, views
from bot.admin.facts import ARCHIVED, INVITE_FIRST, NO_CHANNEL, PRIVATE_ONLY, SHARED, objection
from bot.blocks import Block
from registry.members import Member, Organisation
from registry.networks import Channel, Network, Purpose, Workspace
from registry.outbox import Errand

NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)
HERE = Workspace(id=1, network_id=1, name="Invented Councils", bot_user_id="U0BOT")
THERE = Workspace(id=2, network_id=1, name="Invented <University>", bot_user_id="U0BOT")
NETWORK = Network(id=1, name="Tide & Tarn <partners>", time_zone="Europe/London", created_at=NOW)


def words(blocks: list[Block]) -> str:
    """Everything that the blocks say, on lines of their own."""

    def texts(value: Any) -> list[str]:
        if isinstance(value, dict):
            own = [value["text"]] if isinstance(value.get("text"), str) else []
            return own + [one for inner in value.values() for one in texts(inner)]
        if isinstance(value, list):
            return [one for inner in value for one in texts(inner)]
        return []

    return "\n".join(texts(blocks))


def pressable(blocks: Any) -> list[str]:
    """The action ids that can be pressed."""
    if isinstance(blocks, dict):
        own = [blocks["action_id"]] if "action_id" in blocks else []
        return own + [one for inner in blocks.values() for one in pressable(inner)]
    if isinstance(blocks, list):
        return [one for inner in blocks for one in pressable(inner)]
    return []


def member(
    id_: int, slack_id: str, workspace: Workspace = HERE, *, is_admin: bool = False
) -> Member:
    return Member(
        id=id_,
        network_id=1,
        workspace_id=workspace.id,
        slack_id=slack_id,
        is_admin=is_admin,
        created_at=NOW,
    )


def organisation(id_: int, name: str, **docking: Any) -> Organisation:
    return Organisation(id=id_, network_id=1, name=name, folded_name=name.lower(), **docking)


def people(organisations: list[Organisation], members: list[Member]) -> views.People:
    return views.People(
        workspace=HERE,
        workspaces={1: HERE, 2: THERE},
        admins=[member(1, "U0ADMIN"), member(2, "U0FAR", THERE)],
        organisations=organisations,
        docking_members={one.id: one for one in members},
    )


def test_people_are_mentioned_only_inside_their_own_workspace() -> None:
    blocks = views.people_blocks(
        people(
            [
                organisation(1, "Ambleby Council", docking_member_id=3),
                organisation(2, "Brindle & Co", docking_workspace_id=1, docking_channel="C0DOCK"),
                organisation(3, "Far University", docking_workspace_id=2, docking_channel="C0FAR"),
                organisation(4, "Quiet Council"),
            ],
            [member(3, "U0DOCK")],
        ),
        for_admin=False,
    )
    assert words(blocks).splitlines() == [
        "*Admins of this network*",
        "• <@U0ADMIN>",
        "• somebody in the workspace Invented &lt;University&gt;",
        "*Docking points*: whom to ask at each organisation",
        "• *Ambleby Council*: <@U0DOCK>",
        "• *Brindle &amp; Co*: <#C0DOCK>",
        "• *Far University*: a channel in the workspace Invented &lt;University&gt;",
        "• *Quiet Council*: nobody yet",
    ]
    assert pressable(blocks) == []


def test_admins_can_name_others_where_they_see_who_there_is() -> None:
    blocks = views.people_blocks(people([], []), for_admin=True)
    assert "No organisation is known yet." in words(blocks)
    assert pressable(blocks) == ["network.docking", "network.admin", "network.stop_admin"]


def test_the_only_admin_cannot_stop_being_one() -> None:
    alone = replace(people([], []), admins=[member(1, "U0ADMIN")])
    assert pressable(views.people_blocks(alone, for_admin=True)) == [
        "network.docking",
        "network.admin",
    ]


def test_hundreds_of_organisations_stay_inside_slacks_limits() -> None:
    many = [organisation(number, f"Council of {number} " + "&" * 50) for number in range(300)]
    blocks = views.people_blocks(people(many, []), for_admin=True)
    assert len(blocks) <= 50
    assert all(len(one["text"]["text"]) <= 3000 for one in blocks if one["type"] == "section")


def channel(purpose: Purpose, workspace: Workspace = HERE, **more: Any) -> Channel:
    return Channel(
        id=7, network_id=1, purpose=purpose, workspace_id=workspace.id, slack_id="C0HERE", **more
    )


def test_the_channels_form_shows_what_is_chosen_here_and_says_what_is_elsewhere() -> None:
    form = views.channels_form(
        {
            Purpose.DIGEST: channel(Purpose.DIGEST),
            Purpose.FUNDING: channel(Purpose.FUNDING, THERE),
        },
        HERE,
    )
    inputs = {one["block_id"]: one for one in form["blocks"] if one["type"] == "input"}
    assert list(inputs) == ["digest", "funding", "events"]
    assert inputs["digest"]["element"]["initial_conversation"] == "C0HERE"
    assert inputs["digest"]["element"]["filter"]["include"] == ["private"]
    assert "initial_conversation" not in inputs["funding"]["element"]
    assert "Funding calls: a channel in another workspace" in words(form["blocks"])


@pytest.mark.parametrize(
    ("facts", "private", "expected"),
    [
        ({"is_private": True, "is_member": True}, True, None),
        ({"is_private": False, "is_member": True}, True, PRIVATE_ONLY),
        ({"is_private": False, "is_member": True}, False, None),
        ({"is_private": True, "is_member": True, "is_ext_shared": True}, True, SHARED),
        ({"is_private": True, "is_member": True, "is_pending_ext_shared": True}, True, SHARED),
        ({"is_private": True, "is_member": True, "is_ext_shared": True}, False, None),
        ({"is_private": True, "is_member": True, "is_archived": True}, True, ARCHIVED),
        ({"is_private": False, "is_member": False}, False, INVITE_FIRST),
        ({"is_im": True}, False, NO_CHANNEL),
        ({"is_mpim": True, "is_private": True, "is_member": True}, True, NO_CHANNEL),
    ],
)
def test_which_channels_can_be_used(
    facts: dict[str, Any], private: bool, expected: str | None
) -> None:
    assert objection(facts, private=private) == expected


def dead(id_: int, **more: Any) -> Errand:
    return Errand(
        id=id_,
        network_id=1,
        kind="card.post",
        payload={"kind": "need_news", "subject_id": 4, "member_id": 12},
        state="dead",
        due_at=NOW,
        created_at=NOW,
        done_at=NOW,
        resends=more.pop("resends", 0),
        last_error=more.pop("last_error", "Ours: <invalid_blocks>"),
    )


def test_a_dead_letter_says_what_it_was_and_never_to_whom() -> None:
    assert views.error_line(NETWORK, dead(1)) == (
        "*need news* · <!date^1772445600^{date_short_pretty}, {time}|Mon 2 Mar, 10:00>\n"
        "Ours: &lt;invalid_blocks&gt;"
    )
    assert "arrived already" in views.error_line(NETWORK, dead(1, resends=1))


def test_many_dead_letters_are_cut_to_the_newest() -> None:
    blocks = views.errors_blocks(NETWORK, [dead(number) for number in range(40)])
    assert words(blocks).startswith("*40 things could not be done*")
    assert "And 25 older." in words(blocks)
    assert pressable(blocks) == ["network.retry"] * 15


def test_the_welcome_has_three_things_to_do() -> None:
    message = messages.welcome_message(NETWORK)
    assert pressable(message.blocks) == [
        "network.channels",
        "network.docking",
        "network.invite_people",
    ]
    assert "Tide &amp; Tarn &lt;partners&gt;" in words(message.blocks)


def test_the_invitation_leads_to_both_forms() -> None:
    message = messages.invitation_message(NETWORK)
    assert pressable(message.blocks) == ["expertise.start", "need.start"]
    assert message.text.startswith("Tide &amp; Tarn &lt;partners&gt;")


def test_a_stopped_channel_is_told_with_its_reason_and_the_way_out() -> None:
    stopped = channel(Purpose.FUNDING, stopped_because="is_archived")
    message = messages.channel_stopped_message(stopped, here=True)
    assert "in its channel (<#C0HERE>)*, because it was archived" in words(message.blocks)
    assert pressable(message.blocks) == ["network.channels"]
    unknown = channel(Purpose.FUNDING, stopped_because="something_new")
    elsewhere = messages.channel_stopped_message(unknown, here=False)
    assert "in its channel*, because Slack does not let me" in words(elsewhere.blocks)


def test_a_channel_that_was_mended_says_so_and_asks_for_nothing() -> None:
    message = messages.channel_stopped_message(channel(Purpose.EVENTS), here=True)
    assert "works again" in message.text
    assert pressable(message.blocks) == []


def test_a_workspace_that_is_gone_and_one_that_came_back() -> None:
    gone = Workspace(id=2, name="Far & Away", suspended_at=NOW)
    assert "cannot reach Far &amp; Away" in messages.workspace_stopped_message(gone).text
    back = Workspace(id=2, name="Far & Away")
    assert messages.workspace_stopped_message(back).text == "Far &amp; Away works again"


def test_who_brought_a_workspace_in_can_be_made_an_admin_once() -> None:
    joiner = member(5, "U0FAR", THERE)
    message = messages.workspace_joined_message(THERE, joiner, 1)
    assert "with 1 person." in words(message.blocks)
    assert pressable(message.blocks) == ["network.admit"]
    joiner.is_admin = True
    again = messages.workspace_joined_message(THERE, joiner, 3)
    assert "with 3 people." in words(again.blocks)
    assert pressable(again.blocks) == []
