"""Messages that admins and those they name get, and the invitation to everybody."""

from collections.abc import Mapping

from bot.admin.views import PURPOSES
from bot.blocks import actions, button, context, section
from bot.cards import Message
from bot.text import counted, quoted
from registry.members import Member, Organisation
from registry.networks import Channel, Network, Purpose, Workspace

STOPPED: Mapping[str, str] = {
    "channel_not_found": "it is gone, or I am no longer in it",
    "is_archived": "it was archived",
    "not_in_channel": "I am not in it",
    "restricted_action": "I am not allowed to post in it",
    "cant_post_message": "I am not allowed to post in it",
}


def welcome_message(network: Network) -> Message:
    """The first message to whoever installed the app."""
    return Message(
        "Docking Point is ready: three things to set up",
        [
            section(
                f"*Docking Point is ready for {quoted(network.name)}.* You are its first admin.\n"
                "Three things make it useful:"
            ),
            section(
                "*1. Choose channels* for the weekly digest, funding calls and events.",
                accessory=button("Choose channels", "network.channels"),
            ),
            section(
                "*2. Name docking points*: whom to ask at each council and university.",
                accessory=button("Name docking points", "network.docking"),
            ),
            section(
                "*3. Post an invitation* where your officers and academics are.",
                accessory=button("Post an invitation", "network.invite_people"),
            ),
            context("`/network help` lists everything else."),
        ],
    )


def invitation_message(network: Network) -> Message:
    """What invites people in a channel to take part."""
    text = f"{network.name}: councils with questions meet researchers with answers"
    return Message(
        quoted(text, 200),
        [
            section(
                f"*{quoted(network.name)}* brings councils with questions and researchers with "
                "answers together. You get a few suggestions that fit, with the reasons; names "
                "are shown only when both have said yes."
            ),
            actions(
                [
                    button("Offer expertise", "expertise.start", style="primary"),
                    button("Post a need", "need.start"),
                ]
            ),
        ],
    )


def channel_stopped_message(channel: Channel, here: bool) -> Message:
    """A chosen channel no longer works."""
    label = PURPOSES[Purpose(channel.purpose)]
    if channel.stopped_because is None:
        return Message(f"{label}: the channel works again", [section(f"*{label}* has a channel.")])
    why = STOPPED.get(channel.stopped_because, "Slack does not let me")
    where = f" (<#{channel.slack_id}>)" if here else ""
    return Message(
        f"{label}: I cannot post in its channel",
        [
            section(
                f"*{label}: I cannot post in its channel{where}*, because {why}. Nothing is posted "
                "there until you choose a channel again."
            ),
            actions([button("Choose channels", "network.channels", style="primary")]),
        ],
    )


def workspace_stopped_message(workspace: Workspace) -> Message:
    """A workspace no longer lets us in, told to admins who are elsewhere."""
    name = quoted(workspace.name)
    if workspace.active:
        return Message(f"{name} works again", [section(f"*{name}* works again.")])
    return Message(
        f"Docking Point cannot reach {name}",
        [
            section(
                f"*Docking Point cannot reach the workspace {name} any more.* Its people get no "
                "messages until somebody there installs Docking Point again."
            )
        ],
    )


def workspace_joined_message(workspace: Workspace, joiner: Member, members: int) -> Message:
    """Told to the network's admins."""
    name, people = quoted(workspace.name), counted(members, "person", "people")
    blocks = [section(f"*The workspace {name} has joined this network*, with {people}.")]
    if joiner.is_admin:
        blocks.append(context("Whoever brought it in is an admin of this network."))
    else:
        blocks.append(
            actions(
                [button("Make whoever brought it in an admin", "network.admit", str(joiner.id))]
            )
        )
    return Message(f"{name} has joined this network", blocks)


def made_admin_message(network: Network) -> Message:
    return Message(
        "You are an admin now",
        [
            section(
                f"*You are an admin of {quoted(network.name)} now.* `/network help` lists what you "
                "can do."
            )
        ],
    )


def docking_named_message(organisation: Organisation) -> Message:
    """Told to whom or where an organisation's questions will come."""
    name = quoted(organisation.name)
    return Message(
        f"The docking point of {name}",
        [
            section(
                f"*This is now the docking point of {name}.* Needs that nobody fits come here, "
                "and those that only you may pass on. Each comes with its button."
            )
        ],
    )
