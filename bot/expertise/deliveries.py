"""What becomes of expertise once it is kept: open needs that fit, and officers who are told."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.cards import Message, Render, Showing, post_card, refresh_cards
from bot.deliveries import Task, Work
from bot.expertise.views import NeedSuggested, expertise_message
from bot.needs.deliveries import tell_officers
from bot.services import Services
from registry import expertise as profiles
from registry import introductions, matches, matchmaker, suggestions
from registry.cards import cards_of
from registry.disclosure import need_shown, shown_state
from registry.introductions import Introduction, Side
from registry.matches import Match
from registry.needs import Need
from registry.networks import Network
from registry.outbox import Errand

CARD = "expertise"
MOST_SHOWN = 5


async def suggest(services: Services, errand: Errand) -> None:
    """Rank the open needs, keep what was found, show it, and tell officers of it."""
    expertise_id = errand.payload["expertise_id"]
    now = services.clock.now()
    found = await services.matchmaker.for_expertise(services.session_factory, expertise_id, now)
    async with services.session_factory.begin() as session:
        expertise = await profiles.find(session, errand.network_id, expertise_id)
        if expertise is None:
            return
        network = await session.get_one(Network, errand.network_id)
        pairs = {(int(one.id), expertise.id): one for one in found}
        kept = await matchmaker.keep(session, network.id, pairs, now=now)
        if services.matchmaker.should_read_on(errand.network_id):
            await matchmaker.read_on(session, errand.network_id, now=now)
        dropped = await matchmaker.forget_outdated(session, expertise)
        if await cards_of(session, network.id, CARD, expertise.id) or not await post_card(
            session,
            network.id,
            CARD,
            expertise.id,
            member_id=expertise.member_id,
            now=now,
            about=f"expertise:{expertise.id}",
            once=f"expertise:{expertise.id}:card",
        ):
            await refresh_cards(session, network.id, CARD, expertise.id, now=now)
        for need_id in sorted({need_id for need_id, _ in [*kept, *dropped]}):
            await refresh_cards(session, network.id, "need", need_id, now=now)
        if expertise.seeking:
            await tell_officers(session, network, list(kept.values()), now, daily=False)
    services.wake.set()


async def render(work: Work, showing: Showing) -> Message | None:
    """The academic's card."""
    expertise = await profiles.find(work.session, work.network.id, showing.subject_id)
    if expertise is None:
        return None
    found = await suggested_needs(work.session, expertise.id, work.now)
    return expertise_message(expertise, found, work.now, work.network.zone)


async def suggested_needs(
    session: AsyncSession, expertise_id: int, now: datetime
) -> list[NeedSuggested]:
    """What goes on first, then the best, and last what was settled: it hides no open need."""
    asked = {one.match_id: one for one in await introductions.of_expertise(session, expertise_id)}
    found: list[NeedSuggested] = []
    for match in await matches.of_expertise(session, expertise_id):
        shown = await _shown(session, match, asked.get(match.id), now)
        if shown is not None:
            found.append(shown)
    found.sort(key=lambda one: (one.settled, one.state is None))
    return found[:MOST_SHOWN]


async def _shown(
    session: AsyncSession, match: Match, introduction: Introduction | None, now: datetime
) -> NeedSuggested | None:
    need = await session.get(Need, match.need_id)
    if need is None or (introduction is None and not need.seeking):
        return None
    offered = introduction is not None and introduction.asked_by == Side.ACADEMIC
    return NeedSuggested(
        match_id=match.id,
        band=match.band,
        reasons=suggestions.reasons_of(match, Side.ACADEMIC),
        need=await need_shown(session, need),
        state=shown_state(introduction, Side.ACADEMIC, now) if introduction else None,
        offered_id=introduction.id if introduction and offered else None,
    )


RENDERS: dict[str, Render] = {CARD: render}
TASKS: dict[str, Task] = {matchmaker.SUGGEST_FOR_EXPERTISE: suggest}
