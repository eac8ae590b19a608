import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.ext.asyncio import AsyncEngine

from registry import outbox
from registry.database import SessionFactory, make_session_factory
from registry.networks import Network
from registry.outbox import Errand, State
from tests.conftest import FrozenClock


@pytest.fixture
async def errands(
    session_factory: SessionFactory, network: Network, clock: FrozenClock
) -> list[int]:
    async with session_factory.begin() as session:
        for number in range(30):
            await outbox.enqueue(session, network.id, "note", {"n": number}, now=clock.now())
    async with session_factory.begin() as session:
        return list(await session.scalars(select(Errand.id)))


async def test_each_errand_is_claimed_by_one_worker_only(
    engine: AsyncEngine, errands: list[int], clock: FrozenClock
) -> None:
    async def worker() -> list[int]:
        factory = make_session_factory(engine)
        mine: list[int] = []
        while True:
            async with factory.begin() as session:
                claimed = await outbox.claim(session, now=clock.now(), most=4)
            if not claimed:
                return mine
            mine += [errand.id for errand in claimed]

    shares = await asyncio.gather(*(worker() for _ in range(4)))
    assert sorted(id_ for share in shares for id_ in share) == sorted(errands)


async def test_no_more_are_claimed_than_were_asked_for_however_the_server_goes_about_it(
    session_factory: SessionFactory, errands: list[int], clock: FrozenClock, database: str
) -> None:
    """Where it asks the inner query anew for each row, that takes another free row each time."""
    async with session_factory.begin() as session:
        if database == "postgresql":
            for way in ("hashjoin", "mergejoin", "hashagg", "sort", "material"):
                await session.execute(text(f"SET LOCAL enable_{way} = off"))
        claimed = await outbox.claim(session, now=clock.now(), most=4)
    assert len(claimed) == 4


async def test_an_errand_that_is_not_due_waits_for_the_networks_clock(
    session_factory: SessionFactory, network: Network, clock: FrozenClock
) -> None:
    async with session_factory.begin() as session:
        later = clock.now() + timedelta(days=1)
        await outbox.enqueue(session, network.id, "note", {}, now=clock.now(), due_at=later)
        assert await outbox.claim(session, now=clock.now()) == []
        assert len(await outbox.claim(session, now=later)) == 1


async def test_the_same_thing_is_queued_once(
    session_factory: SessionFactory, network: Network, clock: FrozenClock
) -> None:
    async with session_factory.begin() as session:
        first = await outbox.enqueue(session, network.id, "note", {}, now=clock.now(), once="a")
        second = await outbox.enqueue(session, network.id, "note", {}, now=clock.now(), once="a")
        third = await outbox.enqueue(session, network.id, "note", {}, now=clock.now(), once="b")
    assert (first, second, third) == (True, False, True)


async def test_a_lease_that_dies_while_sending_comes_back_counted(
    session_factory: SessionFactory, errands: list[int], clock: FrozenClock
) -> None:
    async with session_factory.begin() as session:
        lost = (await outbox.claim(session, now=clock.now(), most=1))[0]
        assert await outbox.mark(session, lost, State.SENDING, clock.now())
    async with session_factory.begin() as session:
        await session.execute(
            update(Errand)
            .where(Errand.id == lost.id)
            .values(lease_until=datetime.now(UTC) - timedelta(seconds=1))
        )
    async with session_factory.begin() as session:
        again = await outbox.claim(session, now=clock.now(), most=1)
        assert [(one.id, one.resends, one.attempts) for one in again] == [(lost.id, 1, 2)]
        assert not await outbox.mark(session, lost, State.DONE, clock.now())


async def test_a_failed_errand_waits_longer_each_time_and_is_set_aside_at_last(
    session_factory: SessionFactory, errands: list[int], network: Network, clock: FrozenClock
) -> None:
    async with session_factory.begin() as session:
        errand = (await outbox.claim(session, now=clock.now(), most=1))[0]
        await outbox.retry(session, errand, "no answer")
        assert errand.id not in {one.id for one in await outbox.claim(session, now=clock.now())}
    assert outbox.backoff(2) == 2 * outbox.backoff(1)
    assert outbox.backoff(99) == outbox.LONGEST_RETRY
    async with session_factory.begin() as session:
        other = (await outbox.claim(session, now=clock.now(), most=1))[0]
        await outbox.bury(session, other, "refused", clock.now())
        assert [one.id for one in await outbox.dead_letters(session, network.id)] == [other.id]
        assert await outbox.dead_letters(session, network.id + 1) == []
        assert not await outbox.revive(session, network.id + 1, other.id)
        assert await outbox.revive(session, network.id, other.id)
        assert await outbox.dead_letters(session, network.id) == []


async def test_forgetting_a_subject_deletes_what_is_queued_about_it(
    session_factory: SessionFactory, network: Network, clock: FrozenClock
) -> None:
    async with session_factory.begin() as session:
        for about in ("need:1", "need:1", "need:2"):
            await outbox.enqueue(session, network.id, "note", {}, now=clock.now(), about=about)
        await outbox.forget(session, network.id, "need:1")
        assert list(await session.scalars(select(Errand.about))) == ["need:2"]
