"""How a second workspace joins a network: by a code that an admin gives to that workspace's."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, exists, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from registry import audit, funding_channels
from registry.calendars import EventCalendar
from registry.events import Event
from registry.expertise import Expertise
from registry.funding import FundingCall
from registry.funding_feeds import FundingFeed
from registry.members import Member, Organisation, find_organisation, organisation_named
from registry.needs import Need
from registry.networks import Channel, Invitation, Network, Workspace
from registry.refusal import Refused

LASTS = timedelta(days=7)
ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"  # nothing that is easily mistaken for something else
GROUPS, GROUP = 4, 4
OWN_THINGS = (Need, Expertise, FundingCall, FundingFeed, EventCalendar)

DOES_NOT_WORK = (
    "That code does not work. It may be mistyped, used already, or older than seven days. "
    "Ask the network's admin for a new one."
)
HERE_ALREADY = "This workspace is in that network already."
NOT_EMPTY = (
    "This workspace has needs, expertise, funding calls, feeds, events or calendars of its own, so "
    "it cannot move. Remove them first, or ask the other network to join yours."
)


@dataclass(frozen=True)
class Offered:
    """A code that works: who offers it and into which network."""

    invitation_id: int
    network: Network


async def invite(session: AsyncSession, admin: Member, *, now: datetime) -> tuple[str, datetime]:
    """A new code, which is not kept, and when it stops working."""
    code = "-".join("".join(secrets.choice(ALPHABET) for _ in range(GROUP)) for _ in range(GROUPS))
    session.add(
        Invitation(
            network_id=admin.network_id,
            code_hash=_hash(code),
            made_by=admin.id,
            expires_at=now + LASTS,
        )
    )
    audit.note(session, admin.network_id, admin.id, "workspace_invited", "network", now=now)
    return code, now + LASTS


def _hash(code: str) -> str:
    """Case, spaces and hyphens do not matter. A code has 79 random bits, so one hash is enough."""
    letters = "".join(letter for letter in code.upper() if letter in ALPHABET)
    return hashlib.sha256(letters.encode()).hexdigest()


async def offered(
    session: AsyncSession, workspace: Workspace, code: str, *, now: datetime
) -> Offered:
    """What a code leads to, for a workspace that may use it; raises `Refused` where it may not."""
    invitation = await session.scalar(
        select(Invitation).where(
            Invitation.code_hash == _hash(code),
            Invitation.used_at.is_(None),
            Invitation.expires_at > now,
        )
    )
    if invitation is None:
        raise Refused(DOES_NOT_WORK)
    if invitation.network_id == workspace.network_id:
        raise Refused(HERE_ALREADY)
    if await _has_things_of_its_own(session, workspace.network_id):
        raise Refused(NOT_EMPTY)
    return Offered(invitation.id, await session.get_one(Network, invitation.network_id))


async def _has_things_of_its_own(session: AsyncSession, network_id: int) -> bool:
    for table in OWN_THINGS:
        if await session.scalar(select(exists().where(table.network_id == network_id))):
            return True
    takes_place = (Event.network_id == network_id, Event.cancelled_at.is_(None))
    return bool(await session.scalar(select(exists().where(*takes_place))))


async def join(
    session: AsyncSession, workspace: Workspace, admin: Member, code: str, *, now: datetime
) -> Network:
    """Move a workspace and its members into the network that the code is of.

    None of them is an admin there, nor does a docking point move with them: both are for the
    network's own admins to say. What is left of a network without workspaces is deleted.
    """
    left = workspace.network_id
    # Held, so that nothing can be added to the old network while it is being left.
    await session.execute(select(Network.id).where(Network.id == left).with_for_update())
    offer = await offered(session, workspace, code, now=now)
    taken = await session.scalar(
        update(Invitation)
        .where(Invitation.id == offer.invitation_id, Invitation.used_at.is_(None))
        .values(used_at=now)
        .returning(Invitation.id)
    )
    if taken is None:
        raise Refused(DOES_NOT_WORK)
    await _leave_docking_points(session, workspace)
    await _move_members(session, workspace, offer.network.id)
    await session.execute(delete(Channel).where(Channel.workspace_id == workspace.id))
    await funding_channels.leave(session, workspace)
    workspace.network_id, workspace.installer = offer.network.id, None
    await session.flush()
    if not await session.scalar(select(exists().where(Workspace.network_id == left))):
        await session.execute(delete(Network).where(Network.id == left))
    audit.note(
        session,
        offer.network.id,
        admin.id,
        "workspace_joined",
        f"workspace:{workspace.id}",
        now=now,
    )
    return offer.network


async def _leave_docking_points(session: AsyncSession, workspace: Workspace) -> None:
    movers = select(Member.id).where(Member.workspace_id == workspace.id)
    await session.execute(
        update(Organisation)
        .where(
            Organisation.network_id == workspace.network_id,
            or_(
                Organisation.docking_member_id.in_(movers),
                Organisation.docking_workspace_id == workspace.id,
            ),
        )
        .values(docking_member_id=None, docking_workspace_id=None, docking_channel=None)
        .execution_options(synchronize_session=False)
    )


async def _move_members(session: AsyncSession, workspace: Workspace, network_id: int) -> None:
    rows = await session.scalars(select(Member).where(Member.workspace_id == workspace.id))
    for member in rows.all():
        old = await find_organisation(session, member.network_id, member.organisation_id)
        member.organisation_id = await _same_organisation(session, network_id, old)
        member.network_id = network_id
        member.is_admin = False
    await session.flush()


async def _same_organisation(
    session: AsyncSession, network_id: int, old: Organisation | None
) -> int | None:
    if old is None:
        return None
    new = await organisation_named(session, network_id, old.name)
    new.place = new.place or old.place
    return new.id


async def forget_expired(session: AsyncSession, network_id: int, now: datetime) -> None:
    """Delete the codes that no longer work."""
    await session.execute(
        delete(Invitation).where(
            Invitation.network_id == network_id,
            or_(Invitation.expires_at <= now, Invitation.used_at.is_not(None)),
        )
    )
