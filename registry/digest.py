"""The weekly digest: what a network's admins are told, with nobody named in it.

Which needs are listed with somebody never hangs on what was said, so that nobody reads a refusal
out of what is missing; a need counts as one that nobody fits by who is there, not by who said no.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, Select, SQLColumnExpression, and_, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from matching.facts import Nearness
from registry import allocations, needs, outbox, places, priorities, runs
from registry.allocations import MOST_LISTED
from registry.attendances import Attendance, Useful
from registry.disclosure import NeedShown, ProfileShown, need_shown, profile_shown
from registry.events import Event
from registry.expertise import SEEKING, Expertise
from registry.funding import CallState, FundingCall
from registry.introductions import Introduction, IntroductionState
from registry.matches import Match
from registry.meetings import Met
from registry.members import Member, Organisation
from registry.needs import SHARED, Need
from registry.networks import Channel, Network
from registry.priorities import PriorityShown
from registry.runs import Run
from registry.working_days import first_working_day

JOB = "digest"
AT = time(9)
WEEK = timedelta(days=7)
AHEAD = timedelta(days=14)
MOST = 5
MOST_PLACES = 15
COVERS = (Nearness.SAME, Nearness.OVERLAPS)

T = TypeVar("T")
S = TypeVar("S")


@dataclass(frozen=True)
class Listing(Generic[T]):
    """The first few of something, and how many more there are."""

    shown: tuple[T, ...] = ()
    more: int = 0

    def __bool__(self) -> bool:
        return bool(self.shown)


@dataclass(frozen=True)
class Pair:
    """A need and a profile that the matcher put together, each as far as it may be shown."""

    need: NeedShown
    profile: ProfileShown
    band: str


@dataclass(frozen=True)
class Usefulness:
    """How many of those who were at an event said so, whatever the event."""

    yes: int = 0
    partly: int = 0
    no: int = 0

    def __bool__(self) -> bool:
        return bool(self.yes or self.partly or self.no)


@dataclass(frozen=True)
class Introductions:
    """How many there were."""

    asked: int = 0
    accepted: int = 0
    met: int = 0

    def __bool__(self) -> bool:
        return bool(self.asked or self.accepted or self.met)


@dataclass(frozen=True)
class Digest:
    """What happened after `since`, what waits for an admin, and what comes after `until`.

    pairs: those of the firing that the digest belongs to; fired: whether there was one yet.
    """

    network: Network
    since: datetime
    until: datetime
    dead_letters: int
    stopped: tuple[Channel, ...]
    new_needs: Listing[NeedShown]
    pairs: Listing[Pair]
    nobody_fits: Listing[NeedShown]
    introductions: Introductions
    calls: Listing[FundingCall]
    events: Listing[Event]
    unserved: Listing[str]
    useful: Usefulness = Usefulness()
    priorities: Listing[PriorityShown] = Listing()
    fired: bool = True


async def digest(
    session: AsyncSession,
    network: Network,
    now: datetime,
    *,
    since: datetime | None = None,
    run: Run | None = None,
) -> Digest:
    """The digest as of now; without `since` it looks back on seven days.

    run: whose pairs are told; without it, those of the newest firing.
    """
    since = since or now - WEEK
    run = run or await runs.latest(session, network.id, JOB)
    return Digest(
        network=network,
        since=since,
        until=now,
        dead_letters=len(await outbox.dead_letters(session, network.id)),
        stopped=tuple(await _stopped(session, network.id)),
        new_needs=await _needs(session, network.id, _within(_shared_at(), since, now)),
        pairs=await _pairs(session, run) if run else Listing(),
        nobody_fits=await _needs(session, network.id, ~_somebody_fits()),
        introductions=await _introductions(session, network.id, since, now),
        calls=await _calls(session, network.id, now),
        events=await _events(session, network.id, now),
        unserved=await _unserved(session, network.id),
        useful=await _useful(session, network.id, since, now),
        priorities=await _priorities(session, network.id),
        fired=run is not None,
    )


async def next_due(session: AsyncSession, network: Network, now: datetime) -> datetime:
    """When the next digest comes: 09:00 on the first working day of a week that has had none."""
    today = now.astimezone(network.zone).date()
    week = today - timedelta(days=today.weekday())
    while True:
        day = first_working_day(week, network.nation)
        due = datetime.combine(day, AT, network.zone).astimezone(UTC) if day else None
        if due and due > now and not await runs.fired(session, network.id, JOB, week.isoformat()):
            return due
        week += timedelta(weeks=1)


async def digest_of(session: AsyncSession, network: Network, run_id: int) -> Digest | None:
    """The digest that belongs to a run: it goes back to the run before."""
    run = await runs.find(session, network.id, JOB, run_id)
    if run is None:
        return None
    before = await runs.before(session, run)
    since = before.fired_at if before else run.fired_at - WEEK
    return await digest(session, network, run.fired_at, since=since, run=run)


def _shared_at() -> ColumnElement[datetime]:
    """When the whole network could first see a need."""
    return func.coalesce(Need.passed_on_at, Need.created_at)


def _open_needs(network_id: int) -> ColumnElement[bool]:
    return and_(Need.network_id == network_id, needs.SEEKING)


def _within(
    moment: SQLColumnExpression[Any], since: datetime, until: datetime
) -> ColumnElement[bool]:
    return and_(moment > since, moment <= until)


def _somebody_fits() -> ColumnElement[bool]:
    return exists(
        select(Match.id)
        .join(Expertise, Expertise.id == Match.expertise_id)
        .join(Member, Member.id == Expertise.member_id)
        .where(Match.need_id == Need.id, SEEKING, Member.deactivated_at.is_(None))
    )


async def _stopped(session: AsyncSession, network_id: int) -> Sequence[Channel]:
    stmt = (
        select(Channel)
        .where(Channel.network_id == network_id, Channel.stopped_because.is_not(None))
        .order_by(Channel.purpose)
    )
    return (await session.scalars(stmt)).all()


async def _first(
    session: AsyncSession, stmt: Select[S], show: Callable[[S], Awaitable[T]]
) -> Listing[T]:
    """The first rows of a statement, as they may be shown, and how many there are beyond."""
    number = await session.scalar(select(func.count()).select_from(stmt.order_by(None).subquery()))
    rows = (await session.scalars(stmt.limit(MOST))).all()
    return Listing(tuple([await show(row) for row in rows]), (number or 0) - len(rows))


async def _needs(
    session: AsyncSession, network_id: int, which: ColumnElement[bool]
) -> Listing[NeedShown]:
    """Open needs that all may see, the most urgent first."""
    stmt = (
        select(Need)
        .where(_open_needs(network_id), which)
        .order_by(Need.needed_by.is_(None), Need.needed_by, Need.id)
    )
    return await _first(session, stmt, lambda need: need_shown(session, need))


async def _pairs(session: AsyncSession, run: Run) -> Listing[Pair]:
    """The firing's allocated pairs, as far as both are still there."""
    there = await allocations.of_run(session, run)
    shown = [
        Pair(await need_shown(session, need), profile_shown(expertise), pair.band)
        for pair, need, expertise in there
        if pair.position < MOST_LISTED
    ]
    return Listing(tuple(shown), len(there) - len(shown))


async def _priorities(session: AsyncSession, network_id: int) -> Listing[PriorityShown]:
    found, number = await priorities.shown(session, network_id, most=MOST)
    return Listing(tuple(found), number - len(found))


async def _introductions(
    session: AsyncSession, network_id: int, since: datetime, until: datetime
) -> Introductions:
    accepted = Introduction.state == IntroductionState.ACCEPTED
    met = or_(Introduction.officer_met == Met.YES, Introduction.academic_met == Met.YES)

    async def count(*which: ColumnElement[bool]) -> int:
        stmt = (
            select(func.count(Introduction.id))
            .join(Need, Need.id == Introduction.need_id)
            .where(Introduction.network_id == network_id, SHARED, *which)
        )
        return await session.scalar(stmt) or 0

    return Introductions(
        asked=await count(_within(Introduction.asked_at, since, until)),
        accepted=await count(accepted, _within(Introduction.answered_at, since, until)),
        met=await count(accepted, met, _within(Introduction.concluded_at, since, until)),
    )


async def _calls(session: AsyncSession, network_id: int, now: datetime) -> Listing[FundingCall]:
    stmt = (
        select(FundingCall)
        .where(
            FundingCall.network_id == network_id,
            FundingCall.state == CallState.OPEN,
            _within(FundingCall.closes, now, now + AHEAD),
        )
        .order_by(FundingCall.closes, FundingCall.id)
    )
    return await _first(session, stmt, _as_it_is)


async def _events(session: AsyncSession, network_id: int, now: datetime) -> Listing[Event]:
    stmt = (
        select(Event)
        .where(
            Event.network_id == network_id,
            Event.cancelled_at.is_(None),
            _within(Event.starts, now, now + AHEAD),
        )
        .order_by(Event.starts, Event.id)
    )
    return await _first(session, stmt, _as_it_is)


async def _useful(
    session: AsyncSession, network_id: int, since: datetime, until: datetime
) -> Usefulness:
    """Numbers over all events together: of one alone they might say who."""
    stmt = (
        select(Attendance.useful, func.count(Attendance.id))
        .join(Event, Event.id == Attendance.event_id)
        .where(Event.network_id == network_id, _within(Attendance.useful_at, since, until))
        .group_by(Attendance.useful)
    )
    said = {row[0]: row[1] for row in await session.execute(stmt)}
    return Usefulness(*(said.get(one, 0) for one in Useful))


async def _as_it_is(row: S) -> S:
    return row


async def _unserved(session: AsyncSession, network_id: int) -> Listing[str]:
    """The network's own places that no open need and no profile is about."""
    served = await _served(session, network_id)
    empty = [code for code in await _own_places(session, network_id) if not _is_in(code, served)]
    return Listing(tuple(empty[:MOST_PLACES]), max(0, len(empty) - MOST_PLACES))


async def _own_places(session: AsyncSession, network_id: int) -> list[str]:
    """Where its organisations and members are, by name."""
    organisations = select(Organisation.place).where(Organisation.network_id == network_id)
    members = select(Member.place).where(
        Member.network_id == network_id, Member.deactivated_at.is_(None)
    )
    codes = {*await session.scalars(organisations), *await session.scalars(members)}
    return sorted((code for code in codes if code and places.find(code)), key=places.label)


async def _served(session: AsyncSession, network_id: int) -> set[str]:
    needs = select(Need.places).where(_open_needs(network_id))
    profiles = (
        select(Expertise.places, Member.place)
        .join(Member, Member.id == Expertise.member_id)
        .where(Expertise.network_id == network_id, SEEKING, Member.deactivated_at.is_(None))
    )
    served = {code for codes in await session.scalars(needs) for code in codes}
    for codes, own in await session.execute(profiles):
        served.update(codes or ([own] if own else []))
    return served


def _is_in(code: str, served: set[str]) -> bool:
    """Whether one of the places served is this one, overlaps with it or lies in it."""
    inside = (place for one in served if (place := places.find(one)))
    if any(code in place.within for place in inside):
        return True
    return places.nearness([code], served) in COVERS
