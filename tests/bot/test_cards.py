"""A message is drawn when it is sent: what is gone by then is not sent, and nobody is bothered."""

import asyncio
from dataclasses import replace

import pytest
from sqlalchemy import select

from bot import features
from bot.cards import post_card, refresh_cards
from bot.introductions.deliveries import EXCHANGE, LOOK_UP, OPEN
from jobs.running import make_worker
from registry import outbox
from registry.needs import Need
from registry.outbox import Errand, Lane, State
from tests.conftest import FrozenClock
from tests.office import Office, text_of
from tests.people import QUESTION, officer
from tests.slow_slack import SlowSlack

ABOUT_NO_ROW = {"welcome", "invitation"}
GONE = 404


async def test_what_is_gone_when_its_message_would_be_sent_is_not_sent(office: Office) -> None:
    await office.settle()
    before = len(office.messages(office.admin))
    admin, now = await office.member(office.admin), office.services.clock.now()
    admin.is_admin = False
    kinds = sorted(set(features.RENDERS) - ABOUT_NO_ROW)
    async with office.session_factory.begin() as session:
        await session.merge(admin)
        for kind in kinds:
            await post_card(session, admin.network_id, kind, GONE, member_id=admin.id, now=now)
        for kind in (OPEN, LOOK_UP, EXCHANGE):
            about = {"introduction_id": GONE, "side": "officer", "name": "", "email": ""}
            await outbox.enqueue(session, admin.network_id, kind, about, now=now)
    await office.settle()
    assert [one.text for one in office.messages(office.admin)[before:]] == []
    async with office.session_factory.begin() as session:
        left = await session.scalars(select(Errand).where(Errand.state != State.DONE))
        assert [(one.kind, one.payload, one.last_error) for one in left] == []


@pytest.mark.parametrize("lane", Lane)
@pytest.mark.parametrize("answered", ["first", "later"])
async def test_a_change_while_a_card_is_first_posted_is_drawn_once_it_stands(
    office: Office, clock: FrozenClock, lane: Lane, answered: str
) -> None:
    await office.settle()
    otto, slack = await officer(office), SlowSlack(office)
    await office.delivery.command(otto, "/need", QUESTION, office.direct(otto))
    await office.delivery.submit(otto, office.form(otto), {})
    posting = asyncio.create_task(make_worker(replace(office.services, messenger=slack)).drain())
    async with asyncio.timeout(10):
        await slack.has_it.wait()
    async with office.session_factory.begin() as session:
        outbox.enter(session, lane)
        (need,) = await session.scalars(select(Need))
        need.question = "What else could the streets do?"
        await refresh_cards(session, need.network_id, "need", need.id, now=clock.now())
    if answered == "later":
        await office.settle()
    slack.may_answer.set()
    async with asyncio.timeout(10):
        await posting
    clock.move(seconds=5)
    await office.settle()
    (card,) = office.messages(otto)
    assert "What else could the streets do?" in text_of(card)
    async with office.session_factory.begin() as session:
        assert (await session.scalars(select(Errand).where(Errand.state != State.DONE))).all() == []


@pytest.mark.parametrize("first", ["change", "post"])
async def test_what_a_change_posts_itself_is_not_drawn_a_second_time(
    office: Office, clock: FrozenClock, first: str
) -> None:
    await office.settle()
    member = await office.member(await officer(office))
    async with office.session_factory.begin() as session:
        about = (member.network_id, "welcome", member.id)
        if first == "change":
            await refresh_cards(session, *about, now=clock.now())
        await post_card(session, *about, member_id=member.id, now=clock.now())
        if first == "post":
            await refresh_cards(session, *about, now=clock.now())
    before = len(office.slack.calls)
    await office.settle()
    assert [one.method for one in office.slack.calls[before:]] == ["chat.postMessage"]
