"""What becomes of an errand for each way in which Slack, a worker or a row can fail it."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, update
from structlog.testing import capture_logs

from bot.admin.deliveries import ADMIN_CARD
from bot.cards import post_card, refresh_card
from bot.deliveries import Call, Delivery
from bot.features import DELIVERIES, TASKS
from bot.services import Services
from jobs.running import make_worker, working
from jobs.worker import LaneWorker, Worker
from playground.slack import User
from registry import matchmaker, outbox
from registry.cards import cards_of
from registry.needs import Need
from registry.networks import Workspace
from registry.outbox import Errand, Lane, State
from tests.conftest import FrozenClock
from tests.office import Office, text_of
from tests.people import FLOODS, ONE_DATABASE, QUESTION, academic, officer

POST = "chat.postMessage"


async def errands(office: Office, state: State) -> list[Errand]:
    async with office.session_factory.begin() as session:
        stmt = select(Errand).where(Errand.state == state).order_by(Errand.id)
        return list(await session.scalars(stmt))


async def hurry(office: Office) -> None:
    """Let what waits for a later attempt be due at once, and Slack's own waiting be over."""
    async with office.session_factory.begin() as session:
        await session.execute(update(Errand).values(retry_at=None))
    office.services.messenger._held_back.clear()
    await office.settle()


def sent(office: Office) -> int:
    return sum(call.method == POST for call in office.slack.calls)


async def test_what_is_rate_limited_waits_and_is_sent_once(office: Office) -> None:
    await office.settle()
    otto = await officer(office)
    office.slack.fail(POST, status=429, retry_after=30)
    await office.types(otto, f"/need {QUESTION}")
    await office.fills_in(otto)
    assert office.messages(otto) == []
    (waiting,) = await errands(office, State.WAITING)
    assert waiting.retry_at is not None
    assert waiting.retry_at - datetime.now(UTC) > timedelta(seconds=20)
    await office.settle()
    assert office.messages(otto) == []
    await hurry(office)
    assert len(office.messages(otto)) == 1


async def test_a_method_that_is_held_back_is_not_called_meanwhile(office: Office) -> None:
    await office.settle()
    otto, olga = await officer(office), await officer(office, "Olga Madeup")
    office.slack.fail(POST, status=429, retry_after=30, times=99)
    for person in (otto, olga):
        await office.types(person, f"/need {QUESTION}")
        await office.fills_in(person)
    assert office.slack._faults[POST].times == 98  # one attempt for both cards
    office.slack.fail(POST, times=0)
    await hurry(office)
    assert len(office.messages(otto)) == len(office.messages(olga)) == 1


@ONE_DATABASE
@pytest.mark.parametrize("error", [None, "internal_error", "ratelimited", "drop"])
async def test_what_may_work_the_next_time_is_tried_again(
    office: Office, error: str | None
) -> None:
    await office.settle()
    otto = await officer(office)
    if error == "drop":
        office.slack.fail(POST, status=0)
    else:
        office.slack.fail(POST, error, status=200 if error else 503)
    await office.types(otto, f"/need {QUESTION}")
    await office.fills_in(otto)
    assert office.messages(otto) == []
    await hurry(office)
    assert len(office.messages(otto)) == 1


async def test_what_never_works_is_set_aside_and_an_admin_tries_it_again(office: Office) -> None:
    await office.settle()
    otto = await officer(office)
    office.slack.fail(POST, status=503, times=99)
    await office.types(otto, f"/need {QUESTION}")
    await office.fills_in(otto)
    for _ in range(outbox.MOST_ATTEMPTS):
        await hurry(office)
    assert len(await errands(office, State.DEAD)) == 1
    office.slack.fail(POST, times=0)
    await office.types(office.admin, "/network errors")
    shown = office.last(office.admin)
    await office.presses(office.admin, shown, "network.retry")
    assert len(office.messages(otto)) == 1
    assert await errands(office, State.DEAD) == []


async def test_what_slack_refuses_as_ours_is_set_aside_at_once(office: Office) -> None:
    await office.settle()
    otto = await officer(office)
    office.slack.fail(POST, "invalid_blocks")
    await office.types(otto, f"/need {QUESTION}")
    await office.fills_in(otto)
    (dead,) = await errands(office, State.DEAD)
    assert dead.last_error == "Ours: invalid_blocks"
    assert dead.attempts == 1


async def test_a_deleted_channel_stops_and_the_admins_are_told(
    office: Office, clock: FrozenClock
) -> None:
    channel = await office.channel_for("funding")
    del office.slack.channels[channel.id]
    otto = await officer(office)
    for title in ("Rivers fund", "Towns fund"):
        await office.types(otto, "/funding add")
        assert (await office.fills_in(otto, title=title, funder="Invented Trust")).errors == {}
    told = [one for one in office.messages(office.admin) if "funding" in one.text.lower()]
    assert len(told) == 1
    assert "Choose channels" in text_of(told[0])


async def test_somebody_who_left_slack_is_not_written_to_again(office: Office) -> None:
    ines, otto = await academic(office), await officer(office)
    await office.registers(ines, FLOODS)
    card = await office.posts(otto, QUESTION)
    office.slack.fail(POST, "user_not_found")
    await office.presses(otto, card, "introduction.ask")
    assert (await office.member(ines)).deactivated_at is not None
    before = sent(office)
    await office.types(otto, "/need list")
    await office.settle()
    assert sent(office) == before


@pytest.mark.parametrize("error", ["token_revoked", "account_inactive", "invalid_auth"])
async def test_a_workspace_whose_token_is_gone_stops(office: Office, error: str) -> None:
    await office.settle()
    otto = await officer(office)
    office.slack.fail(POST, error, times=99)
    await office.types(otto, f"/need {QUESTION}")
    await office.fills_in(otto)
    assert (await office.workspace()).suspended_because == error
    assert len(await errands(office, State.DEAD)) >= 1
    await office.types(otto, "/need list")
    assert "not installed here any more" in office.sees(otto)


async def test_admins_elsewhere_in_the_network_are_told_of_a_lost_workspace(
    office: Office,
) -> None:
    network = await office.network()
    team, _ = await office.add_team("University Workspace", network=network)
    await office.settle()
    ines = await academic(office, team=team)
    await office.types(ines, f"/expertise {FLOODS}")
    form = office.form(ines)
    team.token = "xoxb-changed"
    await office.delivery.submit(ines, form, {})
    await office.settle()
    assert "University Workspace" in office.sees(office.admin)


async def test_a_token_that_opens_with_no_key_stops_the_workspace(office: Office) -> None:
    await office.settle()
    otto = await officer(office)
    await office.types(otto, f"/need {QUESTION}")
    form = office.form(otto)
    async with office.session_factory.begin() as session:
        await session.execute(update(Workspace).values(sealed_token="not sealed by us"))
    await office.delivery.submit(otto, form, {})
    await office.settle()
    assert office.messages(otto) == []


async def test_a_worker_that_vanished_while_sending_is_made_good_once(office: Office) -> None:
    await office.settle()
    otto = await officer(office)
    await office.types(otto, f"/need {QUESTION}")
    await office.fills_in(otto)
    long_ago = datetime.now(UTC) - timedelta(hours=1)
    for expected in (2, 2):
        async with office.session_factory.begin() as session:
            await session.execute(
                update(Errand)
                .where(Errand.kind == "card.post", Errand.payload.is_not(None))
                .where(Errand.about.like("need:%"))
                .values(state=State.SENDING, lease_until=long_ago)
            )
        await office.settle()
        assert len(office.messages(otto)) == expected
    assert len(await errands(office, State.DEAD)) == 1


async def test_an_errand_that_breaks_is_tried_again_and_others_go_on(office: Office) -> None:
    await office.settle()
    network = await office.network()
    async with office.session_factory.begin() as session:
        now = office.services.clock.now()
        await outbox.enqueue(session, network.id, "card.post", {"kind": "need"}, now=now)
        await outbox.enqueue(session, network.id, "of_long_ago", {}, now=now)
    otto = await officer(office)
    await office.posts(otto, QUESTION)
    waiting = await errands(office, State.WAITING)
    assert [one.last_error for one in waiting] == ["KeyError", "KeyError"]


async def test_a_worker_and_a_clock_run_side_by_side_and_end(office: Office) -> None:
    otto = await officer(office)
    async with working(office.services):
        await office.delivery.command(otto, "/need", QUESTION, office.direct(otto))
        await office.delivery.submit(otto, office.form(otto), {})
        for _ in range(400):
            if office.messages(otto):
                break
            await asyncio.sleep(0.01)
    assert "Your need" in text_of(office.last(otto))


async def test_a_press_is_answered_while_something_slow_is_being_done(office: Office) -> None:
    await office.settle()
    network, otto = await office.network(), await officer(office)
    begun, may_end = asyncio.Event(), asyncio.Event()

    async def slow(_services: Services, _errand: Errand) -> None:
        begun.set()
        await may_end.wait()

    worker = Worker(office.services, DELIVERIES, {**TASKS, "slow": slow})
    async with office.session_factory.begin() as session:
        outbox.enter(session, Lane.BULK)
        for _ in range(3):
            await outbox.enqueue(session, network.id, "slow", {}, now=office.services.clock.now())
    running = asyncio.create_task(worker.run())
    async with asyncio.timeout(10):
        await begun.wait()
    await office.delivery.command(otto, "/need", QUESTION, office.direct(otto))
    await office.delivery.submit(otto, office.form(otto), {})
    await until(lambda: _seen(office, otto))
    assert [one.kind for one in await errands(office, State.LEASED)] == ["slow"]
    assert len(await errands(office, State.WAITING)) == 2  # which another worker may take
    may_end.set()
    await until(lambda: _all_done(office))
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_bulk_goes_on_while_an_answer_is_slow(office: Office) -> None:
    await office.settle()
    network, now = await office.network(), office.services.clock.now()
    answers, bulk = make_worker(office.services).lanes
    async with office.session_factory.begin() as session:
        await outbox.enqueue(session, network.id, "of_long_ago", {}, now=now)
        await matchmaker.match_anew(session, network.id, now=now)
    assert [await bulk.work(), await bulk.work()] == [1, 0]
    assert [one.kind for one in await errands(office, State.WAITING)] == ["of_long_ago"]
    assert await answers.work() == 1


async def test_what_a_job_leads_to_is_bulk_and_what_a_press_leads_to_is_not(
    office: Office, clock: FrozenClock
) -> None:
    await office.settle()
    otto, ines = await officer(office), await academic(office)
    await office.registers(ines, FLOODS)
    card = await office.posts(otto, QUESTION)
    await office.presses(otto, card, "introduction.ask")
    async with office.session_factory.begin() as session:
        assert set(await session.scalars(select(Errand.lane))) == {Lane.ANSWERS}
        last = await session.scalar(select(func.max(Errand.id)))
    clock.move(days=15)  # until which Ines said nothing
    await office.clock_moved()
    async with office.session_factory.begin() as session:
        rows = await session.execute(select(Errand.kind, Errand.lane).where(Errand.id > last))
        after = {(kind, lane) for kind, lane in rows}
    assert ("card.post", Lane.BULK) in after
    assert {lane for _, lane in after} == {Lane.BULK}


async def test_a_card_that_was_drawn_twice_at_once_ends_as_the_newest(office: Office) -> None:
    """The older picture reaches Slack last: it is drawn once more."""
    await office.settle()
    otto = await officer(office)
    card = await office.posts(otto, QUESTION)
    async with office.session_factory.begin() as session:
        (need,) = await session.scalars(select(Need))
        (shown,) = await cards_of(session, need.network_id, "need", need.id)
        for _ in range(2):
            await refresh_card(session, shown, now=office.services.clock.now())
    older, newer = (make_worker(office.services).lanes[0] for _ in range(2))
    (first,) = await claimed(office, 1)
    (second,) = await claimed(office, 1)
    work = DELIVERIES["card.refresh"]
    call = await prepared(older, first, work)
    async with office.session_factory.begin() as session:
        changed = await session.get_one(Need, need.id)
        changed.question = "What else could the streets do?"
    await newer._deliver(second, work)
    await office.services.messenger.call(await office.workspace(), call.method, call.arguments)
    await older._sent(first, work, {})
    assert QUESTION in text_of(card)
    await office.settle()
    assert "What else could the streets do?" in text_of(office.card(otto, "Your need"))


async def until(reached: Callable[[], Awaitable[bool]]) -> None:
    for _ in range(2000):
        if await reached():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("never")


async def _seen(office: Office, user: User) -> bool:
    return bool(office.messages(user))


async def _all_done(office: Office) -> bool:
    return not await errands(office, State.WAITING) + await errands(office, State.LEASED)


async def claimed(office: Office, most: int) -> Sequence[Errand]:
    async with office.session_factory.begin() as session:
        return await outbox.claim(session, now=office.services.clock.now(), most=most)


async def prepared(worker: LaneWorker, errand: Errand, delivery: Delivery) -> Call:
    async with worker.services.session_factory.begin() as session:
        call = await delivery.prepare(await worker._work(session, errand))
    assert call is not None
    return call


async def test_a_worker_outlives_a_database_that_is_away(office: Office) -> None:
    worker = make_worker(office.services).lanes[0]
    factory = worker.services.session_factory
    broken = factory.kw["bind"]
    factory.configure(bind=None)
    assert await worker.safely_work() == 0
    factory.configure(bind=broken)
    assert await worker.safely_work() > 0


@ONE_DATABASE
async def test_what_is_of_no_use_any_more_is_dropped_and_logged(office: Office) -> None:
    otto = await officer(office)
    await office.settle()
    member = await office.member(otto)  # who is no admin, or not any more
    async with office.session_factory.begin() as session:
        await post_card(
            session,
            member.network_id,
            ADMIN_CARD,
            member.id,
            member_id=member.id,
            now=office.services.clock.now(),
        )
    with capture_logs() as logs:
        await office.settle()
    dropped = [one for one in logs if one["event"] == "errand_dropped"]
    assert [one["kind"] for one in dropped] == [ADMIN_CARD]
    assert office.messages(otto) == []
