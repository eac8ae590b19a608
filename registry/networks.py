"""Networks, the workspaces that joined them, and which channel gets what."""

from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from sqlalchemy import ForeignKey, UniqueConstraint, delete, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from registry.database import Base
from registry.secrets import Keys

KEPT_AFTER_UNINSTALL = timedelta(days=30)


class Purpose(StrEnum):
    """What a channel is used for."""

    DIGEST = "digest"
    FUNDING = "funding"
    EVENTS = "events"


class EventReminder(StrEnum):
    """How long before an event its channel is reminded."""

    WEEK = "week"
    DAY = "day"
    HOUR = "hour"


class Network(Base):
    """A partnership network: the tenant.

    nation: whose bank holidays it keeps: ENG, SCT, WLS or NIR. quiet_hours: see registry/quiet.py.
    """

    __tablename__ = "networks"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    time_zone: Mapped[str] = mapped_column(default="Europe/London")
    nation: Mapped[str] = mapped_column(default="ENG")
    quiet_hours: Mapped[bool] = mapped_column(default=True)
    event_reminders: Mapped[list[str]] = mapped_column(default=lambda: [*EventReminder])
    change_number: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)


class Workspace(Base):
    """A Slack workspace in which the app is installed; its network is the tenant."""

    __tablename__ = "workspaces"

    id: Mapped[int] = mapped_column(primary_key=True)
    network_id: Mapped[int] = mapped_column(ForeignKey("networks.id"), index=True)
    team_id: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    bot_user_id: Mapped[str]
    sealed_token: Mapped[str]
    installer: Mapped[str | None]
    installed_at: Mapped[datetime]
    suspended_at: Mapped[datetime | None]
    suspended_because: Mapped[str | None]
    uninstalled_at: Mapped[datetime | None]

    @property
    def active(self) -> bool:
        return self.suspended_at is None and self.uninstalled_at is None


class Channel(Base):
    """The channel that a network chose for a purpose, one each."""

    __tablename__ = "channels"
    __table_args__ = (UniqueConstraint("network_id", "purpose"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    network_id: Mapped[int] = mapped_column(ForeignKey("networks.id", ondelete="CASCADE"))
    purpose: Mapped[str]
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id", ondelete="CASCADE"))
    slack_id: Mapped[str]
    stopped_because: Mapped[str | None]


class Invitation(Base):
    """A single-use code with which another workspace joins a network. Only its hash is kept."""

    __tablename__ = "invitations"

    id: Mapped[int] = mapped_column(primary_key=True)
    network_id: Mapped[int] = mapped_column(ForeignKey("networks.id", ondelete="CASCADE"))
    code_hash: Mapped[str] = mapped_column(unique=True)
    made_by: Mapped[int | None] = mapped_column(ForeignKey("members.id", ondelete="SET NULL"))
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


async def workspace_of_team(session: AsyncSession, team_id: str) -> Workspace | None:
    """The workspace that Slack names `team_id`, also one that is suspended."""
    return await session.scalar(select(Workspace).where(Workspace.team_id == team_id))


async def install(
    session: AsyncSession,
    *,
    keys: Keys,
    team_id: str,
    team_name: str,
    bot_user_id: str,
    bot_token: str,
    installer: str | None,
    now: datetime,
    network: Network | None = None,
) -> tuple[Workspace, bool]:
    """Keep a workspace's token; a first installation starts a network of its own.

    Returns the workspace and whether it is new. A repeated installation renews the token
    and ends a suspension, and leaves network and members as they are.
    """
    workspace = await workspace_of_team(session, team_id)
    if workspace is not None:
        workspace.sealed_token = keys.seal(bot_token)
        workspace.bot_user_id = bot_user_id
        workspace.name = team_name
        workspace.suspended_at = workspace.suspended_because = workspace.uninstalled_at = None
        return workspace, False
    if network is None:
        network = Network(name=team_name, created_at=now)
        session.add(network)
        await session.flush()
    workspace = Workspace(
        network_id=network.id,
        team_id=team_id,
        name=team_name,
        bot_user_id=bot_user_id,
        sealed_token=keys.seal(bot_token),
        installer=installer,
        installed_at=now,
    )
    session.add(workspace)
    await session.flush()
    return workspace, True


def suspend(workspace: Workspace, because: str, now: datetime) -> None:
    """Stop posting to a workspace whose token no longer works."""
    if workspace.suspended_at is None:
        workspace.suspended_at = now
        workspace.suspended_because = because


def uninstall(workspace: Workspace, now: datetime) -> None:
    """Note that the app was removed; the token is of no more use, so it goes at once."""
    workspace.uninstalled_at = workspace.uninstalled_at or now
    workspace.sealed_token = ""


async def purge(session: AsyncSession, network_id: int, now: datetime) -> None:
    """Delete what is kept of this network's workspaces that removed the app long enough ago.

    Their members go, and with them needs, expertise and introductions; a network of which no
    workspace is left is emptied but stays, so that its runs are not done again.
    """
    gone = delete(Workspace).where(
        Workspace.network_id == network_id, Workspace.uninstalled_at <= now - KEPT_AFTER_UNINSTALL
    )
    await session.execute(gone)


async def channel_for(session: AsyncSession, network_id: int, purpose: Purpose) -> Channel | None:
    """The channel chosen for a purpose, unless it stopped working."""
    return await session.scalar(
        select(Channel).where(
            Channel.network_id == network_id,
            Channel.purpose == purpose,
            Channel.stopped_because.is_(None),
        )
    )


async def choose_channel(
    session: AsyncSession, workspace: Workspace, purpose: Purpose, slack_id: str
) -> Channel:
    """Use a channel for a purpose from now on, in place of the one before."""
    channel = (await channels(session, workspace.network_id)).get(purpose)
    if channel is None:
        channel = Channel(network_id=workspace.network_id, purpose=purpose)
        session.add(channel)
    channel.workspace_id, channel.slack_id = workspace.id, slack_id
    channel.stopped_because = None
    await session.flush()
    return channel


async def give_up_channel(session: AsyncSession, workspace: Workspace, purpose: Purpose) -> None:
    """Use no channel for a purpose any more, if it was one of this workspace."""
    await session.execute(
        delete(Channel).where(
            Channel.network_id == workspace.network_id,
            Channel.workspace_id == workspace.id,
            Channel.purpose == purpose,
        )
    )


async def channels(session: AsyncSession, network_id: int) -> dict[Purpose, Channel]:
    """What was chosen for each purpose, also where it stopped working."""
    rows = await session.scalars(select(Channel).where(Channel.network_id == network_id))
    return {Purpose(row.purpose): row for row in rows}


async def find_channel(session: AsyncSession, network_id: int, channel_id: int) -> Channel | None:
    """A choice of this network; one of another is as if not there."""
    return await session.scalar(
        select(Channel).where(Channel.network_id == network_id, Channel.id == channel_id)
    )


async def workspaces(session: AsyncSession, network_id: int) -> dict[int, Workspace]:
    """The workspaces of a network, by id."""
    stmt = select(Workspace).where(Workspace.network_id == network_id).order_by(Workspace.id)
    return {row.id: row for row in await session.scalars(stmt)}
