"""When a network, and who saved a call, are reminded that it closes."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

import structlog
from sqlalchemy import JSON, ForeignKey, UniqueConstraint, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from registry import runs
from registry.database import Base
from registry.funding import CallState, FundingCall, open_calls
from registry.networks import Network
from registry.refusal import Refused

log = structlog.get_logger()

REMINDERS = (28, 7, 1)
MOST_REMINDERS = 5
EARLIEST_REMINDER = 180
STILL_LOGGED = timedelta(days=14)


class FundingSettings(Base):
    """What a network's admins chose for its calls. reminder_days: before the closing."""

    __tablename__ = "funding_settings"
    __table_args__ = (UniqueConstraint("network_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    network_id: Mapped[int] = mapped_column(ForeignKey("networks.id", ondelete="CASCADE"))
    reminder_days: Mapped[list[int]] = mapped_column(JSON)


async def reminder_days(session: AsyncSession, network_id: int) -> tuple[int, ...]:
    """How many days before the closing a network wants to be reminded, the earliest first."""
    chosen = await session.scalar(
        select(FundingSettings).where(FundingSettings.network_id == network_id)
    )
    return REMINDERS if chosen is None else tuple(chosen.reminder_days)


def check_reminders(written: str) -> tuple[int, ...]:
    """The numbers in "28, 7, 1", the earliest first; empty means none. Raises `Refused`."""
    numbers = [int(one) for one in re.findall(r"\d{1,4}", written)]
    stray = re.sub(r"\d+|[\s,;]|and|days?", "", written)
    if (
        stray
        or len(numbers) > MOST_REMINDERS
        or not all(1 <= one <= EARLIEST_REMINDER for one in numbers)
    ):
        raise Refused(
            fields={
                "reminders": f"Please give up to {MOST_REMINDERS} numbers from 1 to "
                f"{EARLIEST_REMINDER}, such as 28, 7, 1."
            }
        )
    return tuple(sorted(set(numbers), reverse=True))


async def choose_reminders(session: AsyncSession, network_id: int, days: Sequence[int]) -> None:
    """Remind so many days before a closing from now on."""
    chosen = await session.scalar(
        select(FundingSettings).where(FundingSettings.network_id == network_id)
    )
    if chosen is None:
        session.add(FundingSettings(network_id=network_id, reminder_days=list(days)))
    else:
        chosen.reminder_days = list(days)
    await session.flush()


@dataclass(frozen=True)
class Reminder:
    """A reminder of a call, so many days before it closes."""

    call: FundingCall
    closes: datetime
    days: int
    due_at: datetime

    @property
    def slot(self) -> str:
        """A moved deadline has reminders of its own; a changed time zone has not."""
        nominal = self.closes - timedelta(days=self.days)
        return f"{self.call.id}:{self.days}:{nominal:%Y-%m-%dT%H:%M}"


def as_it_is(moment: datetime) -> datetime:
    return moment


def reminder_due(
    call: FundingCall,
    all_days: Sequence[int],
    since: datetime,
    now: datetime,
    allowed: Callable[[datetime], datetime] = as_it_is,
    zone: tzinfo = UTC,
) -> Reminder | None:
    """The reminder that is due and still of use.

    A call that was already nearer than that at `since` gets no such reminder, and of two that
    are due at once only the later one. allowed: the last time before a moment at which the
    reminder may come. zone: where days before are at the same time of the day; of the day that
    is 25 hours long, the day's one post would otherwise miss some.
    """
    if call.closes is None or not call.is_open(now):
        return None
    times = {days: allowed(_days_before(call.closes, days, zone)) for days in all_days}
    due = [Reminder(call, call.closes, days, at) for days, at in times.items() if at <= now]
    newest = min(due, key=lambda one: one.days, default=None)
    return newest if newest is not None and newest.due_at > since else None


def _days_before(moment: datetime, days: int, zone: tzinfo) -> datetime:
    local = moment.astimezone(zone)
    day = local.date() - timedelta(days=days)
    return datetime.combine(day, local.time(), zone).astimezone(UTC)


async def take_reminders(
    session: AsyncSession, network: Network, now: datetime
) -> list[FundingCall]:
    """The calls that the channels are to be reminded of now, each reminder once.

    What closed while nobody could be reminded is logged.
    """
    days = await reminder_days(session, network.id)
    await _drop_late(session, network, days, now)
    found: list[FundingCall] = []
    for call in await open_calls(session, network.id, now):
        one = reminder_due(call, days, call.created_at, now, zone=network.zone)
        if one is not None and await runs.start(
            session, network.id, "call_reminder", one.slot, due_at=one.due_at, now=now
        ):
            found.append(call)
    return found


async def _drop_late(
    session: AsyncSession, network: Network, days: Sequence[int], now: datetime
) -> None:
    """Note the last reminder of what has closed as dropped, where it never went out."""
    stmt = select(FundingCall).where(
        FundingCall.network_id == network.id,
        FundingCall.state == CallState.OPEN,
        FundingCall.closes <= now,
        FundingCall.closes > now - STILL_LOGGED,
    )
    for call in (await session.scalars(stmt)).all() if days else ():
        last = (call.closes or now) - timedelta(microseconds=1)
        one = reminder_due(call, days, call.created_at, last, zone=network.zone)
        if one is not None and await runs.start(
            session, network.id, "call_reminder", one.slot, due_at=one.due_at, now=now
        ):
            log.warning("reminder_dropped", call_id=call.id, slot=one.slot)
