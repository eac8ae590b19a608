"""A message is drawn when it is sent: what is gone by then is not sent, and nobody is bothered."""

from sqlalchemy import select

from bot import features
from bot.cards import post_card
from bot.introductions.deliveries import EXCHANGE, LOOK_UP, OPEN
from registry import outbox
from registry.outbox import Errand, State
from tests.office import Office

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
