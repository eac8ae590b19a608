"""Who is asking: a Slack workspace and user become a member of a network, with their rights."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.services import Services, services_of
from registry import outbox
from registry.members import Member, member_of
from registry.networks import Network, Workspace, workspace_of_team
from registry.refusal import Refused

NOT_INSTALLED = (
    "Docking Point is not installed in your own workspace yet. Ask whoever looks after Slack "
    "there to add it, or your contact in this network to act for you."
)
HOME = "home"
ADMINS_ONLY = "Only admins of this network can do that. `/network people` says who they are."


@dataclass(frozen=True)
class Actor:
    """The person behind a request, inside a transaction."""

    services: Services
    session: AsyncSession
    now: datetime
    network: Network
    workspace: Workspace
    member: Member

    @property
    def today(self) -> date:
        """The network's own day."""
        return self.now.astimezone(self.network.zone).date()

    async def redraw_home(self) -> None:
        """Have the member's App Home published as it is after this transaction."""
        await outbox.enqueue(
            self.session, self.network.id, HOME, {"member_id": self.member.id}, now=self.now
        )

    def must_be_admin(self) -> None:
        """Raise `Refused` for everybody else; asked again at every press."""
        if not self.member.is_admin:
            raise Refused(ADMINS_ONLY)


@asynccontextmanager
async def acting(context: Any) -> AsyncIterator[Actor]:
    """Open the one transaction of a listener, for the person it serves.

    The tenant is the workspace that the app is installed in, never the user's own: someone who
    comes through a channel shared with another workspace is told so kindly (`Refused`).
    Wakes the worker after the commit. What is pressed in App Home has no message to answer
    under: there the home itself is drawn anew.
    """
    services = services_of(context)
    async with services.session_factory.begin() as session:
        actor = await _actor(services, session, context)
        yield actor
        if context.get("in_home"):
            await actor.redraw_home()
    services.wake.set()


async def _actor(services: Services, session: AsyncSession, context: Any) -> Actor:
    workspace = await workspace_of_team(session, context.team_id or "")
    home = context.get("actor_team_id") or context.team_id
    if workspace is None or home != context.team_id:
        raise Refused(NOT_INSTALLED)
    network = await session.get_one(Network, workspace.network_id)
    now = services.clock.now()
    member = await member_of(session, workspace, context.user_id or "", now=now)
    return Actor(services, session, now, network, workspace, member)
