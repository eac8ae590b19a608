"""Docking points: which named contact a need goes to."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from matching.facts import Nearness
from registry import places
from registry.members import Member, Organisation, Role, admins, find_organisation
from registry.needs import Need

NEAREST_FIRST = tuple(Nearness)
PointFor = Callable[[AsyncSession, Need], "Awaitable[DockingPoint | None]"]


@dataclass(frozen=True)
class DockingPoint:
    """A contact: a member, or a channel as (workspace id, channel id), and what it is called."""

    known_as: str
    member_id: int | None
    channel: tuple[int, str] | None


def point_of(organisation: Organisation) -> DockingPoint | None:
    """The contact that an organisation named, if it did."""
    name = f"the contact at {organisation.name}"
    if organisation.docking_member_id is not None:
        return DockingPoint(name, organisation.docking_member_id, None)
    if organisation.docking_channel is not None and organisation.docking_workspace_id is not None:
        channel = (organisation.docking_workspace_id, organisation.docking_channel)
        return DockingPoint(name, None, channel)
    return None


async def own_point(session: AsyncSession, need: Need) -> DockingPoint | None:
    """The contact of the officer's own organisation: it alone may pass a restricted need on."""
    officer = await session.get_one(Member, need.member_id)
    organisation = await find_organisation(session, need.network_id, officer.organisation_id)
    return point_of(organisation) if organisation else None


async def point_to_ask(session: AsyncSession, need: Need) -> DockingPoint | None:
    """Whom to ask when nobody fits: where research is done, the nearest one first.

    Falls back on the officer's own docking point, then on the network's first admin.
    """
    for organisation in await _research_organisations(session, need):
        point = point_of(organisation)
        if point is not None and point.member_id != need.member_id:
            return point
    own = await own_point(session, need)
    if own is not None and own.member_id != need.member_id:
        return own
    for admin in await admins(session, need.network_id):
        if admin.id != need.member_id:
            return DockingPoint("an admin of this network", admin.id, None)
    return None


async def _research_organisations(session: AsyncSession, need: Need) -> list[Organisation]:
    researching = select(Member.organisation_id).where(
        Member.network_id == need.network_id, Member.role.in_([Role.ACADEMIC, Role.BROKER])
    )
    stmt = select(Organisation).where(
        Organisation.network_id == need.network_id, Organisation.id.in_(researching)
    )

    def distance(organisation: Organisation) -> tuple[int, int]:
        near = places.nearness(need.places, [organisation.place]) if organisation.place else None
        rank = NEAREST_FIRST.index(near) if near else len(NEAREST_FIRST)
        return rank, organisation.id

    return sorted(await session.scalars(stmt), key=distance)
