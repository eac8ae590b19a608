"""The admins' cards, and the check of a channel that was chosen."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.admin import messages
from bot.admin.facts import objection
from bot.cards import Message, Render, Showing, post_card
from bot.deliveries import Task, Work
from bot.messenger import TargetGone
from bot.services import Services
from registry import members, networks
from registry.members import Member
from registry.networks import Channel, Workspace
from registry.outbox import Errand

WELCOME_CARD = "welcome"
INVITATION_CARD = "invitation"
STOPPED_CARD = "channel_stopped"
WORKSPACE_CARD = "workspace_stopped"
JOINED_CARD = "workspace_joined"
ADMIN_CARD = "made_admin"
DOCKING_CARD = "docking_named"
CHECK = "channel.check"


async def render_welcome(work: Work, _showing: Showing) -> Message:
    return messages.welcome_message(work.network)


async def render_invitation(work: Work, _showing: Showing) -> Message:
    return messages.invitation_message(work.network)


async def render_channel_stopped(work: Work, showing: Showing) -> Message | None:
    channel = await networks.find_channel(work.session, work.network.id, showing.subject_id)
    if channel is None or showing.reader is None:
        return None
    here = showing.reader.workspace_id == channel.workspace_id
    return messages.channel_stopped_message(channel, here)


async def render_workspace_stopped(work: Work, showing: Showing) -> Message | None:
    workspace = (await networks.workspaces(work.session, work.network.id)).get(showing.subject_id)
    return messages.workspace_stopped_message(workspace) if workspace else None


async def render_workspace_joined(work: Work, showing: Showing) -> Message | None:
    joiner = await members.find_member(work.session, work.network.id, showing.subject_id)
    if joiner is None:
        return None
    workspace = await work.session.get_one(Workspace, joiner.workspace_id)
    stmt = select(func.count(Member.id)).where(Member.workspace_id == workspace.id)
    number = await work.session.scalar(stmt) or 0
    return messages.workspace_joined_message(workspace, joiner, number)


async def render_made_admin(work: Work, showing: Showing) -> Message | None:
    """Only as long as it is so."""
    if showing.reader is None or not showing.reader.is_admin:
        return None
    return messages.made_admin_message(work.network)


async def render_docking_named(work: Work, showing: Showing) -> Message | None:
    organisation = await members.find_organisation(
        work.session, work.network.id, showing.subject_id
    )
    return messages.docking_named_message(organisation) if organisation else None


async def check_channel(services: Services, errand: Errand) -> None:
    """Look at a channel that was chosen; where it cannot be used, stop it and tell the admins."""
    async with services.session_factory.begin() as session:
        channel = await networks.find_channel(
            session, errand.network_id, errand.payload["channel_id"]
        )
        if channel is None or channel.stopped_because is not None:
            return
        workspace = await session.get_one(Workspace, channel.workspace_id)
    if not workspace.active:
        return
    client = services.messenger.client(services.keys.open(workspace.sealed_token))
    try:
        facts = await services.messenger.channel_facts(client, channel.slack_id)
    except TargetGone as gone:
        because = str(gone)
    else:
        if objection(facts, private=False) is None:
            return
        because = "is_archived" if facts.get("is_archived") else "not_in_channel"
    async with services.session_factory.begin() as session:
        await stop_channel(
            session,
            channel,
            because,
            services.clock.now(),
            chosen_by=errand.payload.get("chosen_by"),
        )
    services.wake.set()


async def stop_channel(
    session: AsyncSession,
    channel: Channel,
    because: str,
    now: datetime,
    *,
    chosen_by: int | None = None,
) -> None:
    """Post nothing there any more, and say so to the admins, unless another was chosen since.

    chosen_by: the member who chose it just now, and waits for the answer.
    """
    current = await networks.find_channel(session, channel.network_id, channel.id)
    if current is None or current.slack_id != channel.slack_id or current.stopped_because:
        return
    current.stopped_because = because
    for admin in await members.admins(session, channel.network_id):
        await post_card(
            session,
            channel.network_id,
            STOPPED_CARD,
            channel.id,
            member_id=admin.id,
            unasked=admin.id != chosen_by,
            now=now,
        )


RENDERS: dict[str, Render] = {
    WELCOME_CARD: render_welcome,
    INVITATION_CARD: render_invitation,
    STOPPED_CARD: render_channel_stopped,
    WORKSPACE_CARD: render_workspace_stopped,
    JOINED_CARD: render_workspace_joined,
    ADMIN_CARD: render_made_admin,
    DOCKING_CARD: render_docking_named,
}
TASKS: dict[str, Task] = {CHECK: check_channel}
