"""Members, their organisations and the docking point of each organisation."""

from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from sqlalchemy import ForeignKey, UniqueConstraint, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from registry import outbox, quiet
from registry.database import Base
from registry.networks import Network, Workspace

LEARN_ZONE = "member.zone"
ZONE_KEPT = timedelta(days=30)
MOST_ZONES = 200


class Role(StrEnum):
    """What a member is in the network for."""

    OFFICER = "officer"
    ACADEMIC = "academic"
    BROKER = "broker"


class Organisation(Base):
    """A council, university or other body.

    Its docking point is a member or a channel: one of the two, or neither yet.
    """

    __tablename__ = "organisations"
    __table_args__ = (UniqueConstraint("network_id", "folded_name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    network_id: Mapped[int] = mapped_column(ForeignKey("networks.id", ondelete="CASCADE"))
    name: Mapped[str]
    folded_name: Mapped[str]
    place: Mapped[str | None]
    docking_member_id: Mapped[int | None] = mapped_column(
        ForeignKey("members.id", ondelete="SET NULL", use_alter=True)
    )
    docking_workspace_id: Mapped[int | None] = mapped_column(
        ForeignKey("workspaces.id", ondelete="SET NULL")
    )
    docking_channel: Mapped[str | None]

    @property
    def has_docking_point(self) -> bool:
        return self.docking_member_id is not None or self.docking_channel is not None


class Member(Base):
    """A Slack user in a network. Names stay in Slack; here is only the user's id.

    time_zone: as Slack has it (IANA), None before it is learnt. zone_asked_at: when Slack was
    last asked.
    """

    __tablename__ = "members"
    __table_args__ = (UniqueConstraint("workspace_id", "slack_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    network_id: Mapped[int] = mapped_column(
        ForeignKey("networks.id", ondelete="CASCADE"), index=True
    )
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id", ondelete="CASCADE"))
    slack_id: Mapped[str]
    role: Mapped[str | None]
    organisation_id: Mapped[int | None] = mapped_column(
        ForeignKey("organisations.id", ondelete="SET NULL")
    )
    place: Mapped[str | None]
    is_admin: Mapped[bool] = mapped_column(default=False)
    news_on: Mapped[date | None]
    time_zone: Mapped[str | None]
    zone_asked_at: Mapped[datetime | None]
    deactivated_at: Mapped[datetime | None]
    created_at: Mapped[datetime]

    @property
    def introduced_themselves(self) -> bool:
        """Whether role, organisation and place were given."""
        return self.role is not None and self.organisation_id is not None


async def member_of(
    session: AsyncSession, workspace: Workspace, slack_id: str, *, now: datetime
) -> Member:
    """The member behind a Slack user, made at the first contact.

    Who installed the app is the first admin; nobody else becomes one by themselves.
    """
    found = select(Member).where(Member.workspace_id == workspace.id, Member.slack_id == slack_id)
    member = await session.scalar(found)
    if member is not None:
        return member
    member = Member(
        network_id=workspace.network_id,
        workspace_id=workspace.id,
        slack_id=slack_id,
        is_admin=slack_id == workspace.installer,
        created_at=now,
    )
    try:
        async with session.begin_nested():
            session.add(member)
    except IntegrityError:  # the same person did two things at once
        return (await session.scalars(found)).one()
    await learn_zone(session, member, now=now)
    return member


async def learn_zone(session: AsyncSession, member: Member, *, now: datetime) -> None:
    """Have Slack asked for the member's time zone."""
    member.zone_asked_at = now
    await outbox.enqueue(session, member.network_id, LEARN_ZONE, {"member_id": member.id}, now=now)


async def zones_to_learn(session: AsyncSession, network_id: int, now: datetime) -> list[Member]:
    """Whose time zone was never asked for, or long ago: some of them, the longest first."""
    stmt = (
        select(Member)
        .where(
            Member.network_id == network_id,
            Member.deactivated_at.is_(None),
            or_(Member.zone_asked_at.is_(None), Member.zone_asked_at <= now - ZONE_KEPT),
        )
        .order_by(Member.zone_asked_at.is_not(None), Member.zone_asked_at, Member.id)
        .limit(MOST_ZONES)
    )
    return list(await session.scalars(stmt))


def zone_named(name: object) -> ZoneInfo | None:
    """The time zone of that IANA name; None where this machine knows none."""
    try:
        return ZoneInfo(name) if isinstance(name, str) and name else None
    except (KeyError, ValueError, OSError):  # unknown, no name at all, a folder of names
        return None


def zone_of(member: Member, network: Network) -> ZoneInfo:
    """The member's own time zone; the network's where it is not known."""
    return zone_named(member.time_zone) or network.zone


def told_from(member: Member, network: Network, moment: datetime) -> datetime:
    """When, from that moment on, the member may be sent what they did not ask for."""
    if not network.quiet_hours:
        return moment
    return quiet.next_allowed(moment, zone_of(member, network))


async def find_member(session: AsyncSession, network_id: int, member_id: int) -> Member | None:
    """A member of this network; one of another is as if not there."""
    return await session.scalar(
        select(Member).where(Member.network_id == network_id, Member.id == member_id)
    )


def fold(name: str) -> str:
    """A name as it is compared: case and spacing do not make another organisation."""
    return " ".join(name.casefold().split())


async def organisation_named(session: AsyncSession, network_id: int, name: str) -> Organisation:
    """The network's organisation of that name, made where there is none."""
    found = await session.scalar(
        select(Organisation).where(
            Organisation.network_id == network_id, Organisation.folded_name == fold(name)
        )
    )
    if found is None:
        found = Organisation(
            network_id=network_id, name=" ".join(name.split()), folded_name=fold(name)
        )
        session.add(found)
        await session.flush()
    return found


async def find_organisation(
    session: AsyncSession, network_id: int, organisation_id: int | None
) -> Organisation | None:
    """An organisation of this network; one of another is as if not there."""
    return await session.scalar(
        select(Organisation).where(
            Organisation.network_id == network_id, Organisation.id == organisation_id
        )
    )


async def organisations(session: AsyncSession, network_id: int) -> list[Organisation]:
    """All organisations of the network, by name."""
    stmt = (
        select(Organisation)
        .where(Organisation.network_id == network_id)
        .order_by(Organisation.folded_name)
    )
    return list(await session.scalars(stmt))


async def admins(session: AsyncSession, network_id: int) -> list[Member]:
    """The network's admins, the first one first."""
    stmt = (
        select(Member)
        .where(
            Member.network_id == network_id,
            Member.is_admin.is_(True),
            Member.deactivated_at.is_(None),
        )
        .order_by(Member.id)
    )
    return list(await session.scalars(stmt))
