"""What admins see: who looks after what, which channel gets what, and what went wrong."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.blocks import (
    Block,
    actions,
    button,
    checkboxes,
    confirm,
    context,
    input_block,
    modal,
    option,
    options,
    section,
    select,
    text_input,
)
from bot.contact.views import type_ahead
from bot.text import counted, cut, day, escape, moment, quoted
from registry.members import Member, Organisation
from registry.network_settings import LONGEST_NAME, NATIONS
from registry.networks import Channel, EventReminder, Network, Purpose, Workspace
from registry.outbox import Errand

CHANNELS = "network.choose_channels"
DOCKING = "network.name_docking"
ADMIN = "network.make_admin"
INVITATION = "network.post_invitation"
SETTINGS = "network.change_settings"

MOST_ERRORS = 15
BEFORE = {
    EventReminder.WEEK: "7 days before",
    EventReminder.DAY: "1 day before",
    EventReminder.HOUR: "1 hour before",
}
SECTION = 2900

PURPOSES: Mapping[Purpose, str] = {
    Purpose.DIGEST: "The weekly digest",
    Purpose.FUNDING: "Funding calls",
    Purpose.EVENTS: "Events",
}
HINTS: Mapping[Purpose, str] = {
    Purpose.DIGEST: "A private channel for the people who look after this network.",
    Purpose.FUNDING: "New calls and reminders before they close.",
    Purpose.EVENTS: "New events and reminders before they start.",
}


@dataclass(frozen=True)
class People:
    """Who looks after a network, as a reader in `workspace` may see it."""

    workspace: Workspace
    workspaces: Mapping[int, Workspace]
    admins: list[Member]
    organisations: list[Organisation]
    docking_members: Mapping[int, Member]


def people_blocks(people: People, *, for_admin: bool) -> list[Block]:
    """The network's admins and each organisation's docking point; admins can change both."""
    admins = [f"• {_person(people, one)}" for one in people.admins]
    contacts = [f"• *{quoted(one.name)}*: {_contact(people, one)}" for one in people.organisations]
    blocks = [
        *_paragraphs("*Admins of this network*", admins or ["• nobody yet"]),
        *_paragraphs(
            "*Docking points*: whom to ask at each organisation",
            contacts or ["• No organisation is known yet."],
        ),
    ]
    if for_admin:
        buttons = [
            button("Name a docking point", "network.docking"),
            button("Make somebody an admin", "network.admin"),
        ]
        if len(people.admins) > 1:
            buttons.append(_stop_button())
        blocks.append(actions(buttons))
    return blocks


def _stop_button() -> Block:
    return button(
        "Stop being an admin",
        "network.stop_admin",
        confirm=confirm(
            "Stop being an admin?",
            "The other admins go on without you. Leave the digest's channel yourself if you like.",
            "Stop",
            "Stay one",
        ),
    )


def _person(people: People, member: Member) -> str:
    """A mention works only inside the person's own workspace."""
    if member.workspace_id == people.workspace.id:
        return f"<@{member.slack_id}>"
    return f"somebody in {_workspace(people, member.workspace_id)}"


def _contact(people: People, organisation: Organisation) -> str:
    member = people.docking_members.get(organisation.docking_member_id or 0)
    if member is not None:
        return _person(people, member)
    if organisation.docking_channel is None:
        return "nobody yet"
    if organisation.docking_workspace_id == people.workspace.id:
        return f"<#{organisation.docking_channel}>"
    return f"a channel in {_workspace(people, organisation.docking_workspace_id)}"


def _workspace(people: People, workspace_id: int | None) -> str:
    known = people.workspaces.get(workspace_id or 0)
    return f"the workspace {quoted(known.name)}" if known else "another workspace"


def _paragraphs(title: str, lines: Iterable[str]) -> list[Block]:
    """The lines under a title, in as many sections as they need."""
    parts = [title]
    for line in lines:
        if len(parts[-1]) + 1 + len(line) > SECTION:
            parts.append(line)
        else:
            parts[-1] += f"\n{line}"
    return [section(part) for part in parts]


def channels_form(chosen: Mapping[Purpose, Channel], workspace: Workspace) -> Block:
    """Which channel gets what; each may be left empty."""
    blocks = [section("*Which channel gets what?* Invite @Docking Point to each channel first.")]
    for purpose, label in PURPOSES.items():
        channel = chosen.get(purpose)
        here = channel is not None and channel.workspace_id == workspace.id
        blocks.append(
            input_block(
                purpose.value,
                label,
                conversation_menu(
                    purpose.value,
                    private_only=purpose == Purpose.DIGEST,
                    initial=channel.slack_id if channel and here else None,
                ),
                hint=HINTS[purpose],
                optional=True,
            )
        )
        if channel is not None and not here:
            blocks.append(
                context(
                    f"{label}: a channel in another workspace of this network has this now. "
                    "Choose one here to use it instead."
                )
            )
    return modal("Channels", blocks, callback_id=CHANNELS, submit="Save")


def conversation_menu(
    action_id: str, *, private_only: bool = False, initial: str | None = None
) -> Block:
    """A menu of channels that are not shared with other organisations."""
    kinds = ["private"] if private_only else ["public", "private"]
    menu: Block = {
        "type": "conversations_select",
        "action_id": action_id,
        "placeholder": {"type": "plain_text", "text": "Choose a channel"},
        "filter": {
            "include": kinds,
            "exclude_external_shared_channels": True,
            "exclude_bot_users": True,
        },
    }
    if initial:
        menu["initial_conversation"] = initial
    return menu


def person_menu(action_id: str) -> Block:
    return {
        "type": "users_select",
        "action_id": action_id,
        "placeholder": {"type": "plain_text", "text": "Choose a person"},
    }


def docking_form() -> Block:
    """An organisation and its contact: a person or a channel."""
    return modal(
        "Name a docking point",
        [
            section(
                "*Whom should people ask at an organisation?* They get the questions that nobody "
                "in the network fits, and needs that only they may pass on."
            ),
            input_block(
                "organisation",
                "Organisation",
                type_ahead("organisation.search", "Type its name"),
                hint="Not in the list? Type the whole name and choose “Add …”.",
            ),
            input_block("person", "A person", person_menu("person"), optional=True),
            input_block(
                "channel",
                "Or a private channel",
                conversation_menu("channel", private_only=True),
                hint="Invite @Docking Point to it first.",
                optional=True,
            ),
        ],
        callback_id=DOCKING,
        submit="Save",
    )


def admin_form() -> Block:
    return modal(
        "Make an admin",
        [
            section(
                "*Admins* read the digest, choose channels, name docking points and make other "
                "admins."
            ),
            input_block("person", "Who should be an admin too?", person_menu("person")),
        ],
        callback_id=ADMIN,
        submit="Make an admin",
    )


def invitation_form() -> Block:
    return modal(
        "Post an invitation",
        [
            section("One message, with the buttons *Offer expertise* and *Post a need*."),
            input_block(
                "channel",
                "In which channel?",
                conversation_menu("channel"),
                hint="Invite @Docking Point to it first.",
            ),
        ],
        callback_id=INVITATION,
        submit="Post it",
    )


def settings_form(network: Network) -> Block:
    """What holds for the whole network, as it is now."""
    zone_menu: Block = {
        **type_ahead("time_zone.search", "Type a city"),
        "initial_option": option(network.time_zone, network.time_zone),
    }
    quiet = option("No unasked direct messages from 19:00 to 08:00, or on Sundays", "on")
    return modal(
        "Network settings",
        [
            input_block(
                "name", "Name", text_input("name", most=LONGEST_NAME, initial=network.name)
            ),
            input_block(
                "time_zone",
                "Time zone",
                zone_menu,
                hint="Posts in channels keep to it. People have their own, as Slack knows it.",
            ),
            input_block(
                "nation",
                "Bank holidays of",
                select("nation", options(NATIONS.items()), "Choose one", initial=network.nation),
                hint="On a bank holiday the digest waits for the next working day.",
            ),
            input_block(
                "quiet_hours",
                "Quiet hours",
                checkboxes("quiet_hours", [quiet], ["on"] if network.quiet_hours else []),
                hint="In each person's own time. Answers to what somebody presses come at once.",
                optional=True,
            ),
            input_block(
                "event_reminders",
                "Reminders of events in their channel",
                checkboxes(
                    "event_reminders", options(BEFORE.items()), initial=network.event_reminders
                ),
                hint="Those who said that they come have their own, as direct messages.",
                optional=True,
            ),
        ],
        callback_id=SETTINGS,
        submit="Save",
    )


def errors_blocks(network: Network, dead: list[Errand], twice: int = 0) -> list[Block]:
    """What could not be delivered, newest first, each with a button to try again.

    twice: how many messages may have arrived twice.
    """
    title = f"{counted(len(dead), 'thing')} could not be done" if dead else "Nothing was lost"
    blocks = [section(f"*{title}*")]
    blocks += [
        section(
            error_line(network, errand),
            accessory=button("Try again", "network.retry", str(errand.id)),
        )
        for errand in dead[:MOST_ERRORS]
    ]
    if len(dead) > MOST_ERRORS:
        blocks.append(context(f"And {len(dead) - MOST_ERRORS} older."))
    if twice:
        messages = counted(twice, "message")
        blocks.append(context(f"{messages} may have arrived twice: we were cut off while sending."))
    return blocks


def error_line(network: Network, errand: Errand) -> str:
    """What kind of thing it was, when, and what went wrong; never what it said or to whom."""
    kind = str(errand.payload.get("kind") or errand.kind)
    what = kind.replace("_", " ").replace(".", " ")
    since = moment(errand.done_at or errand.created_at, network.zone)
    twice = " It may have arrived already." if errand.resends else ""
    reason = escape(cut(errand.last_error or "no reason known", 500))  # an error's name to copy
    return f"*{quoted(what)}* · {since}\n{reason}{twice}"


def code_words(network: Network, code: str, until: datetime) -> str:
    """The one time that a code is shown."""
    last = day(until.astimezone(network.zone).date())
    return (
        f"Give this to the admin of the other workspace, who types:\n`/network join {code}`\n"
        f"It works once, until {last}. The people there then become part of "
        f"*{quoted(network.name)}*; you stay its admins."
    )


def join_blocks(network: Network, code: str) -> list[Block]:
    """What joining means, and the button that does it."""
    name = cut(network.name, 40)
    return [
        section(
            f"*Join {quoted(network.name)}?*\nEverybody in this workspace who uses Docking Point "
            "becomes part of that network. Its admins look after it; you will not be one unless "
            "they make you one. The channels chosen here are forgotten."
        ),
        actions(
            [
                button(
                    "Join",
                    "network.join",
                    code,
                    style="primary",
                    confirm=confirm(
                        "Join this network?", f"This workspace joins {name}.", "Join", "Not now"
                    ),
                )
            ]
        ),
    ]
