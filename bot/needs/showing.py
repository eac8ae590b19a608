"""Everything on which a need is shown, brought up to date after a change of it."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.answers.deliveries import refresh_consent
from bot.cards import refresh_cards
from bot.funding.deliveries import refresh_fitting
from bot.introductions.deliveries import CHECK, CLOSED, refresh
from bot.needs import docking
from bot.needs.suggestion import CARD, LAPSED, refresh_suggestion
from registry import introductions, matches, priorities
from registry.needs import Need


async def refresh_need(session: AsyncSession, need: Need, *, now: datetime) -> None:
    """Every card that shows a need, but for what two people have in their own conversation."""
    await refresh_consent(session, need, now=now)
    showing = [(kind, need.id) for kind in (CARD, LAPSED, *docking.RENDERS)]
    for introduction in await introductions.of_need(session, need.id):
        await refresh(session, introduction, now=now)
        showing += [(kind, introduction.id) for kind in (CLOSED, CHECK)]
    for match in await matches.of_need(session, need.id):
        await refresh_suggestion(session, match, now=now)
        showing.append(("expertise", match.expertise_id))
    showing += [(CARD, id_) for id_ in await priorities.neighbours(session, need)]
    for kind, subject in showing:
        await refresh_cards(session, need.network_id, kind, subject, now=now)
    await refresh_fitting(session, need.network_id, need.id, now=now)
