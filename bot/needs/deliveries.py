"""What becomes of a need once it is kept: suggestions, the officer's card, daily news."""

from datetime import date, datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.cards import Message, Render, Showing, being_sent, post_card, refresh_cards
from bot.deliveries import Task, Work
from bot.funding.views import noted_block
from bot.needs import docking as docking_cards
from bot.needs.suggestion import CARD, LAPSED, NEWS
from bot.needs.views import NeedCard, lapsed_message, need_message, news_message
from bot.services import Services
from registry import (
    answers,
    docking,
    funding_marks,
    matchmaker,
    needs,
    priorities,
    suggestions,
)
from registry.cards import cards_of
from registry.expertise import is_new
from registry.matches import Match
from registry.needs import NeedState
from registry.networks import Network
from registry.outbox import Errand


async def suggest(services: Services, errand: Errand) -> None:
    """Rank, keep what was found, and post the officer's card or bring it up to date."""
    need_id = errand.payload["need_id"]
    now = services.clock.now()
    found = await services.matchmaker.for_need(services.session_factory, need_id, now)
    async with services.session_factory.begin() as session:
        need = await needs.find(session, errand.network_id, need_id)
        if need is None:
            return
        network = await session.get_one(Network, need.network_id)
        pairs = {(need.id, int(one.id)): one for one in found}
        kept = await matchmaker.keep(session, need.network_id, pairs, now=now)
        if services.matchmaker.should_read_on(errand.network_id):
            await matchmaker.read_on(session, errand.network_id, now=now)
        for _, expertise_id in await matchmaker.forget_outdated(session, need):
            await refresh_cards(session, need.network_id, "expertise", expertise_id, now=now)
        for match in list(kept.values())[: suggestions.MOST_SHOWN]:
            match.told_on = match.told_on or now.astimezone(network.zone).date()
        if await cards_of(session, need.network_id, CARD, need.id) or not await post_card(
            session,
            need.network_id,
            CARD,
            need.id,
            member_id=need.member_id,
            now=now,
            about=f"need:{need.id}",
            once=f"need:{need.id}:card",
        ):
            await refresh_cards(session, need.network_id, CARD, need.id, now=now)
    services.wake.set()


async def render_need(work: Work, showing: Showing) -> Message | None:
    """The officer's card of a need."""
    need = await needs.find(work.session, work.network.id, showing.subject_id)
    if need is None:
        return None
    find_point = docking.point_to_ask if need.shared else docking.own_point
    point = await find_point(work.session, need)
    shown = await suggestions.shown_to_officer(work.session, need, work.now) if need.shared else []
    if need.lapsed:
        shown = [one for one in shown if one.state is not None]
    calls = await funding_marks.calls_on(work.session, need.id)
    return need_message(
        NeedCard(
            need=need,
            suggestions=shown,
            docking_point=point.known_as if point else None,
            asked_docking_point=need.docking_asked_at is not None,
            new_network=await is_new(work.session, work.network.id),
            answer=await answers.of_need(work.session, need.id),
            credit=await answers.credit_of(work.session, need.id),
            others=await priorities.others_who_ask(work.session, need),
            noted=noted_block(calls, work.now, work.network.zone) if calls else None,
        )
    )


async def tell_officers(
    session: AsyncSession, network: Network, found: list[Match], now: datetime, *, daily: bool
) -> None:
    """Post today's news to each officer who has not had theirs yet.

    daily: the day's round, which leaves nobody out; else officers in quiet hours wait for it.
    """
    telling = await suggestions.tell_today(session, network, found, now, all_hours=daily)
    today = now.astimezone(network.zone).date()
    for member_id in telling:
        await post_card(
            session,
            network.id,
            NEWS,
            today.toordinal(),
            member_id=member_id,
            unasked=True,
            now=now,
            once=f"{NEWS}:{member_id}:{today}",
        )


async def render_news(work: Work, showing: Showing) -> Message | None:
    """What came for an officer's needs on the day that the card is of."""
    if showing.reader is None:
        return None
    day = date.fromordinal(showing.subject_id)
    found = []
    for need, match in await suggestions.in_news_of(work.session, showing.reader, day):
        shown = await suggestions.shown_to_officer(work.session, need, work.now, most=50)
        found += [(need, one) for one in shown if one.match_id == match.id]
    return news_message(found) if found else None


async def render_lapsed(work: Work, showing: Showing) -> Message | None:
    """Whether a need is still open whose date has passed; not asked of one that has a new date."""
    need = await needs.find(work.session, work.network.id, showing.subject_id)
    if need is None:
        return None
    done = need.state == NeedState.CLOSED or not need.lapsed
    return None if done and being_sent(work) else lapsed_message(need)


RENDERS: dict[str, Render] = {
    CARD: render_need,
    NEWS: render_news,
    LAPSED: render_lapsed,
    **docking_cards.RENDERS,
}
TASKS: dict[str, Task] = {matchmaker.SUGGEST_FOR_NEED: suggest}
