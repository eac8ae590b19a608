"""A network whose time zone or nation is changed: its slots are neither doubled nor lost."""

from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from bot.services import Services
from jobs.clock import Ticker
from jobs.slots import Daily, Job, Weekly
from registry.database import SessionFactory
from registry.networks import Network, Workspace
from registry.runs import Run
from tests.conftest import FrozenClock
from tests.jobs.test_clock import note
from tests.people import ONE_DATABASE

HOUR = timedelta(hours=1)
JOBS = [Job("daily", Daily(time(10)), note), Job("weekly", Weekly(time(9)), note)]
SUNDAY = datetime(2026, 3, 1, 12, tzinfo=UTC)
LONDON, AUCKLAND, ST_JOHNS = "Europe/London", "Pacific/Auckland", "America/St_Johns"
CHANGES = [
    (LONDON, AUCKLAND, 20),  # Monday 08:00 in London, and past nine in Auckland
    (LONDON, AUCKLAND, 22),
    (AUCKLAND, LONDON, 30),
    (AUCKLAND, "Pacific/Honolulu", 20),
    (LONDON, ST_JOHNS, 23),  # Monday 11:00 in London, and before nine in St John's
    (ST_JOHNS, LONDON, 26),
    (LONDON, "Europe/Paris", 22),
    (LONDON, "Europe/Lisbon", 22),
]


async def change(session_factory: SessionFactory, network_id: int, **to: str) -> None:
    async with session_factory.begin() as session:
        network = await session.get_one(Network, network_id)
        for name, value in to.items():
            setattr(network, name, value)


async def runs_of(session_factory: SessionFactory, job: str) -> list[Run]:
    async with session_factory.begin() as session:
        stmt = select(Run).where(Run.job == job).order_by(Run.fired_at, Run.id)
        return list(await session.scalars(stmt))


@ONE_DATABASE
@pytest.mark.parametrize("restarts", [False, True])
@pytest.mark.parametrize(("before", "after", "hours"), CHANGES)
async def test_a_change_of_time_zone_neither_doubles_nor_loses_a_slot(
    services: Services,
    session_factory: SessionFactory,
    workspace: Workspace,
    clock: FrozenClock,
    before: str,
    after: str,
    hours: int,
    restarts: bool,
) -> None:
    """By the hour over nine days, with a worker that goes on or is started anew."""
    clock.move_to(SUNDAY)
    await change(session_factory, workspace.network_id, time_zone=before)
    ticker = Ticker(services, JOBS)
    await ticker.tick()
    changed_at = SUNDAY + hours * HOUR
    while clock.now() < SUNDAY + timedelta(days=9):
        clock.move(hours=1)
        if clock.now() == changed_at:
            await change(session_factory, workspace.network_id, time_zone=after)
            ticker = Ticker(services, JOBS) if restarts else ticker
        await ticker.tick()
    weekly = await runs_of(session_factory, "weekly")
    assert [run.slot for run in weekly] == ["2026-02-23", "2026-03-02", "2026-03-09"]
    daily = await runs_of(session_factory, "daily")
    gaps = [two.fired_at - one.fired_at for one, two in pairwise(daily[1:])]
    assert max(gaps) <= timedelta(hours=25)  # an hour's step on top of the day
    assert all(one.due_at < two.due_at for one, two in pairwise(daily))
    settled = [run for run in daily if run.due_at > changed_at]
    assert len(settled) in (7, 8)
    for run in settled:
        assert run.due_at.astimezone(ZoneInfo(after)).time() == time(10)
    days = [run.due_at.astimezone(ZoneInfo(after)).date() for run in settled]
    assert len(set(days)) == len(days)


@pytest.mark.parametrize(
    ("before", "after", "changed", "expected"),
    [
        ("ENG", "SCT", (2026, 4, 8, 12), [(2026, 4, 7, 8)]),  # England had it on Tuesday
        ("SCT", "ENG", (2026, 4, 6, 12), [(2026, 4, 6, 8)]),  # Scotland on Monday
        ("ENG", "SCT", (2026, 4, 6, 12), [(2026, 4, 6, 8)]),  # not yet: at once
        ("SCT", "ENG", (2026, 4, 6, 6), [(2026, 4, 7, 8)]),
    ],
)
async def test_a_change_of_nation_brings_the_week_one_digest(
    services: Services,
    session_factory: SessionFactory,
    workspace: Workspace,
    clock: FrozenClock,
    before: str,
    after: str,
    changed: tuple[int, ...],
    expected: list[tuple[int, ...]],
) -> None:
    clock.move_to(datetime(2026, 4, 5, 12, tzinfo=UTC))  # Easter Sunday
    await change(session_factory, workspace.network_id, nation=before)
    ticker = Ticker(services, JOBS)
    while clock.now() < datetime(2026, 4, 12, tzinfo=UTC):
        await ticker.tick()
        clock.move(hours=1)
        if clock.now() == datetime(*changed, tzinfo=UTC):  # type: ignore[arg-type,misc]
            await change(session_factory, workspace.network_id, nation=after)
    weekly = [run for run in await runs_of(session_factory, "weekly") if run.slot > "2026-04-01"]
    assert [run.due_at for run in weekly] == [
        datetime(*moment, tzinfo=UTC)  # type: ignore[arg-type,misc]
        for moment in expected
    ]
