"""A need's suggestions as the officer may see them, and who is told of new ones when."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from matching.reasons import Reason
from registry import introductions, matches
from registry.disclosure import (
    CAME_TO_NOTHING,
    ProfileShown,
    ShownState,
    profile_shown,
    reasons_shown,
    shown_state,
)
from registry.expertise import Expertise
from registry.introductions import Introduction, Side
from registry.matches import Match
from registry.members import Member, told_from
from registry.needs import Need
from registry.networks import Network

MOST_SHOWN = 5
WORTH_TELLING = ("strong", "good")


@dataclass(frozen=True)
class SuggestionShown:
    """One candidate as the officer may see it: state is None before anybody asked."""

    match_id: int
    band: str
    reasons: tuple[Reason, ...]
    profile: ProfileShown
    state: ShownState | None
    introduction_id: int | None


async def shown_to_officer(
    session: AsyncSession, need: Need, now: datetime, *, most: int = MOST_SHOWN
) -> list[SuggestionShown]:
    """The need's best candidates; nobody who cannot take more.

    Those already asked come first, and what came to nothing last, so that it hides nobody.
    """
    asked = {one.match_id: one for one in await introductions.of_need(session, need.id)}
    booked = await introductions.fully_booked(session, need.network_id)
    found = [
        match
        for match in await matches.of_need(session, need.id, including=asked)
        if match.id in asked or match.expertise_id not in booked
    ]
    each = [await _shown(session, match, asked.get(match.id), now) for match in found]
    shown = [one for one in each if one is not None]
    shown.sort(key=lambda one: (one.state in CAME_TO_NOTHING, one.state is None))
    return shown[:most]


async def _shown(
    session: AsyncSession, match: Match, introduction: Introduction | None, now: datetime
) -> SuggestionShown | None:
    expertise = await session.get(Expertise, match.expertise_id)
    if expertise is None or not (expertise.seeking or introduction):
        return None
    return SuggestionShown(
        match_id=match.id,
        band=match.band,
        reasons=reasons_of(match, Side.OFFICER),
        profile=profile_shown(expertise),
        state=shown_state(introduction, Side.OFFICER, now) if introduction else None,
        introduction_id=introduction.id if introduction else None,
    )


def reasons_of(match: Match, reader: Side | None) -> tuple[Reason, ...]:
    """The reasons as the matcher gave them, as that side may read them; None: both read them."""
    found = (
        Reason(
            kind=reason["kind"],
            share=reason["share"],
            words=tuple(reason["words"]),
            value=reason["value"],
            profile_words=tuple(reason.get("profile_words", reason["words"])),
        )
        for reason in match.reasons
    )
    return reasons_shown(found, reader)


async def tell_today(
    session: AsyncSession,
    network: Network,
    found: Iterable[Match],
    now: datetime,
    *,
    all_hours: bool,
) -> dict[int, list[Match]]:
    """The strong and good new matches that their officers may be told of now, by member id.

    At most once a day for each officer: what comes later that day waits for the next. Nothing
    is news about somebody who was asked or has offered. all_hours: also officers in whose quiet
    hours this is; else theirs stays untold, so that one morning's message has it all.
    """
    today = now.astimezone(network.zone).date()
    telling: dict[int, list[Match]] = {}
    for match in found:
        if match.told_on is not None or match.band not in WORTH_TELLING:
            continue
        need = await session.get_one(Need, match.need_id)
        if need.seeking and not match.refused and not await introductions.begun(session, match):
            telling.setdefault(need.member_id, []).append(match)
    return {
        member_id: _mark_told(some, today)
        for member_id, some in telling.items()
        if (all_hours or await _awake(session, network, member_id, now))
        and await _may_be_told(session, member_id, today)
    }


async def _awake(session: AsyncSession, network: Network, member_id: int, now: datetime) -> bool:
    member = await session.get_one(Member, member_id)
    return told_from(member, network, now) <= now


async def _may_be_told(session: AsyncSession, member_id: int, today: date) -> bool:
    """Take the member's one message of the day; False where it was taken."""
    stmt = (
        update(Member)
        .where(Member.id == member_id, Member.news_on.is_distinct_from(today))
        .values(news_on=today)
        .returning(Member.id)
    )
    return (await session.scalar(stmt)) is not None


def _mark_told(found: list[Match], today: date) -> list[Match]:
    for match in found:
        match.told_on, match.in_news = today, True
    return found


async def untold(session: AsyncSession, network_id: int) -> list[Match]:
    """Matches that no officer was told of yet."""
    stmt = select(Match).where(
        Match.network_id == network_id,
        Match.told_on.is_(None),
        Match.band.in_(WORTH_TELLING),
    )
    return list(await session.scalars(stmt))


async def in_news_of(session: AsyncSession, member: Member, day: date) -> list[tuple[Need, Match]]:
    """What a member's message of news of that day is about."""
    stmt = (
        select(Need, Match)
        .join(Match, Match.need_id == Need.id)
        .where(Need.member_id == member.id, Match.told_on == day, Match.in_news)
        .order_by(Match.score.desc(), Match.id)
    )
    return [(need, match) for need, match in await session.execute(stmt)]
