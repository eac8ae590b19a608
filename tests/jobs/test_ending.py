"""A worker that is ended finishes what it has in hand, and nothing is sent twice for it."""

import asyncio
from dataclasses import replace

import pytest
from sqlalchemy import select

from bot.admin.deliveries import WELCOME_CARD
from bot.cards import post_card
from bot.deliveries import NotYet
from bot.features import DELIVERIES, TASKS
from bot.services import Services
from jobs import running
from jobs.worker import Worker
from playground.slack import User
from registry import outbox
from registry.outbox import Errand, Lane, State
from tests.office import Office
from tests.people import officer
from tests.slow_slack import SlowSlack

SOON = 0.05  # seconds, in which an end that does not wait would be over


async def three_cards(office: Office, reader: User, lane: Lane) -> None:
    """Put three messages to somebody in that lane, with nothing else to do."""
    await office.clock_moved()
    member, now = await office.member(reader), office.services.clock.now()
    async with office.session_factory.begin() as session:
        outbox.enter(session, lane)
        for _ in range(3):
            await post_card(
                session, member.network_id, WELCOME_CARD, member.id, member_id=member.id, now=now
            )


async def working_until_cancelled(services: Services) -> None:
    async with running.working(services):
        await asyncio.Event().wait()


async def newest(office: Office, most: int) -> list[tuple[str, int]]:
    """The state and the attempts of the errands that were written last, oldest first."""
    async with office.session_factory.begin() as session:
        stmt = select(Errand).order_by(Errand.id.desc()).limit(most)
        return [(one.state, one.attempts) for one in reversed([*await session.scalars(stmt)])]


@pytest.mark.parametrize("lane", Lane)
async def test_what_is_in_hand_is_finished_and_what_is_not_begun_is_left(
    office: Office, lane: Lane
) -> None:
    otto, slack = await officer(office), SlowSlack(office)
    await three_cards(office, otto, lane)
    process = asyncio.create_task(
        working_until_cancelled(replace(office.services, messenger=slack))
    )
    async with asyncio.timeout(10):
        await slack.has_it.wait()
        process.cancel()
        asyncio.get_running_loop().call_later(SOON, slack.may_answer.set)
        await asyncio.gather(process, return_exceptions=True)
    assert len(office.messages(otto)) == 1
    assert await newest(office, 3) == [(State.DONE, 1), (State.WAITING, 0), (State.WAITING, 0)]
    await office.settle()  # by the process that is started next
    assert len(office.messages(otto)) == 3
    assert await newest(office, 3) == [(State.DONE, 1)] * 3


async def test_an_end_waits_no_longer_than_it_may(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "GRACE", SOON)
    otto, slack = await officer(office), SlowSlack(office)
    await three_cards(office, otto, Lane.ANSWERS)
    process = asyncio.create_task(
        working_until_cancelled(replace(office.services, messenger=slack))
    )
    async with asyncio.timeout(10):
        await slack.has_it.wait()
        process.cancel()
        await asyncio.gather(process, return_exceptions=True)
    assert await newest(office, 3) == [(State.SENDING, 1), (State.WAITING, 0), (State.WAITING, 0)]


async def test_a_second_signal_ends_it_at_once(office: Office) -> None:
    otto, slack = await officer(office), SlowSlack(office)
    await three_cards(office, otto, Lane.ANSWERS)
    process = asyncio.create_task(
        working_until_cancelled(replace(office.services, messenger=slack))
    )
    async with asyncio.timeout(running.GRACE / 2):
        await slack.has_it.wait()
        process.cancel()
        asyncio.get_running_loop().call_later(SOON, process.cancel)
        await asyncio.gather(process, return_exceptions=True)
    assert await newest(office, 3) == [(State.SENDING, 1), (State.WAITING, 0), (State.WAITING, 0)]


async def test_an_idle_worker_ends_at_once(office: Office) -> None:
    await office.clock_moved()
    worker = Worker(office.services, DELIVERIES, TASKS)
    work = asyncio.create_task(worker.run())
    await asyncio.sleep(SOON)
    worker.end()
    async with asyncio.timeout(0.5):  # and not when it would look for work again
        await work


async def test_what_was_put_off_or_done_is_not_given_back(office: Office) -> None:
    """The rest of a claim is given back, and only that."""
    await office.settle()
    network, now = await office.network(), office.services.clock.now()

    async def too_early(_services: Services, _errand: Errand) -> None:
        worker.end()
        raise NotYet(now.replace(year=now.year + 1))

    async with office.session_factory.begin() as session:
        for _ in range(2):
            await outbox.enqueue(session, network.id, "too_early", {}, now=now)
    worker = Worker(office.services, DELIVERIES, {**TASKS, "too_early": too_early})
    async with asyncio.timeout(10):
        await worker.run()
    assert await newest(office, 2) == [(State.WAITING, 0), (State.WAITING, 0)]
    async with office.session_factory.begin() as session:
        first, second = await session.scalars(select(Errand).order_by(Errand.id.desc()).limit(2))
        assert sorted([first.due_at, second.due_at]) == [now, now.replace(year=now.year + 1)]
