import asyncio
import contextlib
import sys
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest
from sqlalchemy import URL, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.services import Services
from jobs.clock import Ticker, fire
from jobs.slots import Daily, Hourly, Job, Slot, Weekly
from registry import networks, outbox
from registry.database import SessionFactory, make_engine, make_session_factory
from registry.networks import Network, Workspace
from registry.outbox import Errand
from registry.runs import Run
from tests.conftest import MONDAY, FrozenClock
from tests.jobs.replica import TICKED

ROOT = Path(__file__).parents[2]


async def note(session: AsyncSession, network: Network, now: datetime) -> None:
    await outbox.enqueue(session, network.id, "note", {"at": now.isoformat()}, now=now)


HOURLY = Job("hourly", Hourly(), note)
DAILY = Job("daily", Daily(time(9)), note)
WEEKLY = Job("weekly", Weekly(time(9)), note)


async def fired(session_factory: SessionFactory) -> list[tuple[str, str]]:
    async with session_factory.begin() as session:
        return [(run.job, run.slot) for run in await session.scalars(select(Run).order_by(Run.id))]


async def errands(session_factory: SessionFactory) -> int:
    async with session_factory.begin() as session:
        return await session.scalar(select(func.count(Errand.id))) or 0


async def test_a_new_process_fires_the_newest_slot_of_each_job_and_no_older_one(
    services: Services, session_factory: SessionFactory, workspace: Workspace
) -> None:
    ticker = Ticker(services, [HOURLY, DAILY, WEEKLY])
    assert await ticker.tick() == 3
    assert await fired(session_factory) == [
        ("hourly", "2026-03-02T10"),
        ("daily", "2026-03-02T09:00"),
        ("weekly", "2026-03-02"),
    ]
    assert await errands(session_factory) == 3


async def test_what_has_fired_does_not_fire_again_in_the_same_or_another_process(
    services: Services, session_factory: SessionFactory, workspace: Workspace
) -> None:
    jobs = [HOURLY, DAILY]
    ticker = Ticker(services, jobs)
    await ticker.tick()
    assert await ticker.tick() == 0
    assert await Ticker(services, jobs).tick() == 0
    assert await errands(session_factory) == 2


async def test_downtime_is_made_up_for_once(
    services: Services, session_factory: SessionFactory, workspace: Workspace, clock: FrozenClock
) -> None:
    await Ticker(services, [HOURLY, DAILY, WEEKLY]).tick()
    clock.move(days=17)
    assert await Ticker(services, [HOURLY, DAILY, WEEKLY]).tick() == 3
    assert (await fired(session_factory))[3:] == [
        ("hourly", "2026-03-19T10"),
        ("daily", "2026-03-19T09:00"),
        ("weekly", "2026-03-16"),
    ]


async def test_moving_the_clock_a_week_fires_each_job_once(
    services: Services, session_factory: SessionFactory, workspace: Workspace, clock: FrozenClock
) -> None:
    ticker = Ticker(services, [HOURLY, DAILY, WEEKLY])
    await ticker.tick()
    clock.move(days=7)
    assert await ticker.tick() == 3
    assert Counter(job for job, _ in await fired(session_factory)) == {
        "hourly": 2,
        "daily": 2,
        "weekly": 2,
    }


async def test_a_clock_that_is_moved_back_fires_nothing_twice(
    services: Services, session_factory: SessionFactory, workspace: Workspace, clock: FrozenClock
) -> None:
    ticker = Ticker(services, [HOURLY, DAILY])
    await ticker.tick()
    clock.move(days=1)
    await ticker.tick()
    for _ in range(3):
        clock.move(hours=-8)
        await ticker.tick()
        clock.move(hours=8)
        await ticker.tick()
    slots = await fired(session_factory)
    assert len(slots) == len(set(slots))
    assert slots.count(("hourly", "2026-03-03T10")) == 1
    assert await errands(session_factory) == len(slots)


async def test_a_network_younger_than_the_slot_waits_for_the_next_one(
    services: Services, session_factory: SessionFactory, workspace: Workspace, clock: FrozenClock
) -> None:
    clock.move(minutes=1)
    async with session_factory.begin() as session:
        (await session.get_one(Network, workspace.network_id)).created_at = clock.now()
    ticker = Ticker(services, [HOURLY, WEEKLY])
    assert await ticker.tick() == 0
    clock.move(hours=1)
    assert await ticker.tick() == 1
    clock.move(days=7)
    assert await ticker.tick() == 2


async def test_a_network_that_cannot_be_reached_is_left_alone_but_for_the_purge(
    services: Services, session_factory: SessionFactory, workspace: Workspace, clock: FrozenClock
) -> None:
    everywhere = Job("purge", Daily(time(4)), note, everywhere=True)
    async with session_factory.begin() as session:
        here = await session.get_one(Workspace, workspace.id)
        networks.suspend(here, "token_revoked", clock.now())
    assert await Ticker(services, [HOURLY, everywhere]).tick() == 1
    assert await fired(session_factory) == [("purge", "2026-03-02T04:00")]


async def test_a_job_that_fails_is_tried_again_and_holds_up_no_other(
    services: Services, session_factory: SessionFactory, workspace: Workspace
) -> None:
    broken = True

    async def breaks(session: AsyncSession, network: Network, now: datetime) -> None:
        await note(session, network, now)
        if broken:
            raise RuntimeError("not today")

    ticker = Ticker(services, [Job("breaks", Hourly(), breaks), DAILY])
    assert await ticker.tick() == 1
    assert await fired(session_factory) == [("daily", "2026-03-02T09:00")]
    assert await errands(session_factory) == 1
    broken = False
    assert await ticker.tick() == 1
    assert await fired(session_factory) == [
        ("daily", "2026-03-02T09:00"),
        ("breaks", "2026-03-02T10"),
    ]


async def test_a_slot_of_a_network_that_is_gone_fires_nothing(
    services: Services, session_factory: SessionFactory
) -> None:
    assert not await fire(services, HOURLY, Slot("hourly", 404, "2026-03-02T10", MONDAY))
    assert await errands(session_factory) == 0


async def test_many_at_once_fire_a_slot_once(
    url: URL, services: Services, session_factory: SessionFactory, workspace: Workspace
) -> None:
    engines = [make_engine(url) for _ in range(4)]
    slot = Slot("hourly", workspace.network_id, "2026-03-02T10", MONDAY)
    rivals = [replace(services, session_factory=make_session_factory(engine)) for engine in engines]
    won = await asyncio.gather(*(fire(rival, HOURLY, slot) for rival in rivals))
    for engine in engines:
        await engine.dispose()
    assert sorted(won) == [False, False, False, True]
    assert await errands(session_factory) == 1


@pytest.mark.long
async def test_three_workers_of_which_one_is_killed_fire_each_hour_once(
    url: URL, session_factory: SessionFactory, workspace: Workspace
) -> None:
    start = datetime(2026, 3, 28, 12, tzinfo=UTC)  # through the night that loses an hour
    address = url.render_as_string(hide_password=False)
    workers = [
        await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "tests.jobs.replica",
            address,
            start.isoformat(),
            cwd=ROOT,
            stdout=asyncio.subprocess.PIPE,
        )
        for _ in range(3)
    ]
    doomed, *others = workers
    assert doomed.stdout is not None
    ticked = 0
    while ticked < 8:
        line = (await doomed.stdout.readline()).decode()
        assert line, "it ended before it could be killed"
        ticked += line == TICKED
    doomed.kill()
    for worker in workers:
        await worker.communicate()
    assert [worker.returncode for worker in others] == [0, 0]
    hours = [f"{start + timedelta(hours=hour):%Y-%m-%dT%H}" for hour in range(24)]
    assert [slot for _, slot in await fired(session_factory)] == hours
    assert await errands(session_factory) == 24


async def test_the_ticker_begins_at_once_and_ends_cleanly(
    services: Services, session_factory: SessionFactory, workspace: Workspace
) -> None:
    done = asyncio.Event()

    async def notice(_session: AsyncSession, _network: Network, _now: datetime) -> None:
        done.set()

    ticker = Ticker(services, [Job("hourly", Hourly(), notice)])
    ticker.start()
    async with asyncio.timeout(10):
        await done.wait()
    await ticker.stop()
    assert await fired(session_factory) == [("hourly", "2026-03-02T10")]


async def test_the_clock_outlives_a_database_that_is_away(
    services: Services, session_factory: SessionFactory, workspace: Workspace
) -> None:
    away = True
    ticked = asyncio.Event()

    class SometimesAway:
        @contextlib.asynccontextmanager
        async def begin(self) -> AsyncIterator[AsyncSession]:
            ticked.set()
            if away:
                raise ConnectionError("the database is away")
            async with session_factory.begin() as session:
                yield session

    flaky = replace(services, session_factory=SometimesAway())  # type: ignore[arg-type]  # has all it needs
    ticker = Ticker(flaky, [HOURLY])
    ticker.start()
    async with asyncio.timeout(10):
        await ticked.wait()
    away = False
    assert await ticker.tick() == 1
    await ticker.stop()
