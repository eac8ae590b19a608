"""What an errand of the outbox leads to: one call to Slack, made by a worker."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.messenger import Response
from bot.services import Services
from registry.networks import Network, Purpose
from registry.outbox import Errand


class NotYet(Exception):
    """Raised by `prepare`: this errand waits until that moment of the network's clock."""

    def __init__(self, until: datetime) -> None:
        self.until = until
        super().__init__(until.isoformat())


@dataclass(frozen=True)
class Work:
    """An errand in hand, inside a transaction."""

    services: Services
    session: AsyncSession
    network: Network
    errand: Errand
    now: datetime

    @property
    def payload(self) -> dict[str, Any]:
        return self.errand.payload


@dataclass(frozen=True)
class Call:
    """One call to Slack. purpose, member_id: whose channel or who it is for, if it fails."""

    workspace_id: int
    method: str
    arguments: dict[str, Any]
    purpose: Purpose | None = None
    member_id: int | None = None


async def _nothing_more(_work: Work, _response: Response) -> None:
    return None


@dataclass(frozen=True)
class Delivery:
    """How to do one kind of errand.

    prepare: reads and writes rows, and gives the call to make, or None where there is nothing
    (more) to do; raises `NotYet` where it is too early. sent: writes down what Slack answered.
    Each runs in a transaction of its own, with no session open while Slack is called.
    """

    prepare: Callable[[Work], Awaitable[Call | None]]
    sent: Callable[[Work, Response], Awaitable[None]] = _nothing_more


Task = Callable[[Services, Errand], Awaitable[None]]
"""An errand that is no single call: opens its own sessions, and may be done twice."""
