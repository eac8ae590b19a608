"""The message in which who answered is asked whether they may be named."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.answers.views import consent_message
from bot.cards import Message, Render, Showing, post_card, refresh_cards
from bot.deliveries import Work
from registry import answers
from registry.answers import Answer, Credit
from registry.disclosure import need_shown
from registry.expertise import Expertise
from registry.needs import Need

CARD = "answer.consent"


async def ask_to_be_named(
    session: AsyncSession, need: Need, credit: Credit, *, now: datetime
) -> None:
    """Ask who answered, once, where the officer agrees that they be named."""
    if credit.officer_agrees:
        academic = await answers.academic_of(session, credit)
        await post_card(
            session,
            need.network_id,
            CARD,
            credit.id,
            member_id=academic.id,
            unasked=True,
            now=now,
            about=f"need:{need.id}",
            once=f"{CARD}:{credit.id}",
        )


async def refresh_consent(session: AsyncSession, need: Need, *, now: datetime) -> None:
    """Bring the message of who answered a need up to date."""
    credit = await answers.credit_of(session, need.id)
    if credit is not None:
        await refresh_cards(session, need.network_id, CARD, credit.id, now=now)


async def refresh_consents_of(
    session: AsyncSession, expertise: Expertise, *, now: datetime
) -> None:
    """The same for every answer that the profile's member gave."""
    for credit in await answers.credits_of(session, expertise.id):
        await refresh_cards(session, expertise.network_id, CARD, credit.id, now=now)


async def render_consent(work: Work, showing: Showing) -> Message | None:
    """The ask, for the one it is about."""
    credit = await work.session.get(Credit, showing.subject_id)
    if credit is None or credit.network_id != work.network.id or showing.reader is None:
        return None
    need = await answers.need_of(work.session, credit)
    academic = await answers.academic_of(work.session, credit)
    if academic.id != showing.reader.id or not need.shared:
        return None
    answer = await work.session.get_one(Answer, credit.answer_id)
    return consent_message(credit, await need_shown(work.session, need), answer)


RENDERS: dict[str, Render] = {CARD: render_consent}
