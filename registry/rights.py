"""Rights that only an admin gives or gives up: to be an admin, and an organisation's contact."""

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from registry import audit, members
from registry.members import Member, Organisation
from registry.networks import Network
from registry.refusal import Refused


async def make_admin(
    session: AsyncSession, admin: Member, member: Member, *, now: datetime
) -> bool:
    """Make a member of the admin's network an admin too; False where they are one already."""
    made = await session.scalar(
        update(Member)
        .where(
            Member.network_id == admin.network_id,
            Member.id == member.id,
            Member.is_admin.is_(False),
        )
        .values(is_admin=True)
        .returning(Member.id)
    )
    if made is None:
        return False
    audit.note(session, admin.network_id, admin.id, "admin_made", f"member:{member.id}", now=now)
    return True


async def stop_being_admin(session: AsyncSession, admin: Member, *, now: datetime) -> None:
    """Make an admin an ordinary member; raises `Refused` where nobody else is one."""
    # Held until the commit, so that of two who stop at once the second one sees the first.
    await session.get(Network, admin.network_id, with_for_update=True, populate_existing=True)
    found = await members.admins(session, admin.network_id)
    if [one.id for one in found] == [admin.id]:
        raise Refused("You are the only admin. Make somebody else one first.")
    admin.is_admin = False
    audit.note(session, admin.network_id, admin.id, "admin_stopped", f"member:{admin.id}", now=now)


def name_member(
    session: AsyncSession,
    admin: Member,
    organisation: Organisation,
    member: Member,
    *,
    now: datetime,
) -> None:
    """Make a person the docking point, in place of whoever was it."""
    organisation.docking_member_id = member.id
    organisation.docking_workspace_id = organisation.docking_channel = None
    _note(session, admin, organisation, now)


def name_channel(
    session: AsyncSession,
    admin: Member,
    organisation: Organisation,
    slack_id: str,
    *,
    now: datetime,
) -> None:
    """Make a channel of the admin's workspace the docking point, in place of whoever was it."""
    organisation.docking_member_id = None
    organisation.docking_workspace_id = admin.workspace_id
    organisation.docking_channel = slack_id
    _note(session, admin, organisation, now)


def _note(session: AsyncSession, admin: Member, organisation: Organisation, now: datetime) -> None:
    subject = f"organisation:{organisation.id}"
    audit.note(session, admin.network_id, admin.id, "docking_point_named", subject, now=now)
