"""When each job is due in each network: a pure function of the time."""

from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from typing import Protocol
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from registry.networks import Network
from registry.working_days import first_working_day

SUNDAY = 6

Work = Callable[[AsyncSession, Network, datetime], Awaitable[None]]
"""What a job does in a network, in the transaction that takes the slot: it writes rows and
errands for everything that is due up to now, since slots that were missed are not made up for."""


class Rhythm(Protocol):
    """How often a job comes round."""

    def newest(self, zone: ZoneInfo, nation: str, until: datetime) -> tuple[str, datetime]:
        """The key and moment of the last time it came round, up to `until`.

        The key is what it comes round once for, whatever becomes of the network's time zone.
        """
        ...


@dataclass(frozen=True)
class Job:
    """Something that happens without anyone asking.

    everywhere: also in networks of which no workspace lets us in any more.
    """

    name: str
    rhythm: Rhythm
    work: Work
    everywhere: bool = False


@dataclass(frozen=True)
class Slot:
    """One firing of one job in one network."""

    job: str
    network_id: int
    key: str
    due_at: datetime


@dataclass(frozen=True)
class Hourly:
    """On the hour, UTC: a local hour comes twice in October and is missing in March."""

    def newest(self, zone: ZoneInfo, nation: str, until: datetime) -> tuple[str, datetime]:  # noqa: ARG002
        hour = until.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
        return f"{hour:%Y-%m-%dT%H}", hour


def every_day(_day: date, _nation: str) -> bool:
    return True


def not_on_sunday(day: date, _nation: str) -> bool:
    return day.weekday() != SUNDAY


@dataclass(frozen=True)
class Daily:
    """At a time of the network's day, on the days that `on` picks: some, sooner or later.

    Never between 01:00 and 03:00: in October 01:30 comes twice, in March not at all. The key is
    the moment: after a change of time zone the next one is another, and nothing waits for two days.
    """

    at: time
    on: Callable[[date, str], bool] = every_day

    def newest(self, zone: ZoneInfo, nation: str, until: datetime) -> tuple[str, datetime]:
        today = until.astimezone(zone).date()
        days = (today - timedelta(days=back) for back in count())
        moments = (_moment(day, self.at, zone) for day in days if self.on(day, nation))
        moment = next(one for one in moments if one <= until)
        return f"{moment:%Y-%m-%dT%H:%M}", moment


@dataclass(frozen=True)
class Weekly:
    """At a time of the week's first working day, by the bank holidays of the network's nation.

    The key is the week's Monday.
    """

    at: time

    def newest(self, zone: ZoneInfo, nation: str, until: datetime) -> tuple[str, datetime]:
        today = until.astimezone(zone).date()
        this_week = today - timedelta(days=today.weekday())
        weeks = (this_week - timedelta(weeks=back) for back in count())
        slots = ((week, first_working_day(week, nation)) for week in weeks)
        return next(
            (week.isoformat(), _moment(day, self.at, zone))
            for week, day in slots
            if day is not None and _moment(day, self.at, zone) <= until
        )


def _moment(day: date, at: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, at, zone).astimezone(UTC)


def due(
    jobs: Iterable[Job], networks: Sequence[Network], after: datetime, until: datetime
) -> Iterator[tuple[Job, Slot]]:
    """The newest slot of each job in each network that came after `after`, up to `until`.

    Only the newest: however far the clock moved, a job is done once for all that was missed.
    Never a slot from before the network existed.
    """
    for job in jobs:
        for network in networks:
            key, moment = job.rhythm.newest(network.zone, network.nation, until)
            if moment > after and moment >= network.created_at:
                yield job, Slot(job.name, network.id, key, moment)
