"""The cards of an introduction, and the conversation that follows two yeses."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.cards import Message, Render, Showing, post_card, refresh_cards
from bot.deliveries import Call, Delivery, Work
from bot.introductions.views import (
    asked_message,
    check_message,
    closed_message,
    exchange_message,
    group_message,
)
from bot.messenger import Response
from bot.needs.suggestion import refresh_suggestion, suggestion_blocks
from bot.text import short_day
from registry import introductions, outbox, suggestions
from registry.disclosure import need_shown, profile_shown, shown_state
from registry.expertise import Expertise
from registry.introductions import Introduction, IntroductionState, Side
from registry.matches import Match
from registry.members import Member, find_organisation, zone_of
from registry.needs import Need

ASKED = "introduction.asked"
CLOSED = "introduction.closed"
GROUP = "introduction.group"
CHECK = "introduction.check"
OPEN = "introduction.open"
LOOK_UP = "introduction.look_up"
EXCHANGE = "introduction.exchange"


async def refresh(session: AsyncSession, introduction: Introduction, *, now: datetime) -> None:
    """Bring every card that shows an introduction up to date, on both sides."""
    await refresh_cards(session, introduction.network_id, ASKED, introduction.id, now=now)
    await refresh_side(session, introduction, Side.OFFICER, now=now)
    await refresh_side(session, introduction, Side.ACADEMIC, now=now)


async def refresh_side(
    session: AsyncSession, introduction: Introduction, side: Side, *, now: datetime
) -> None:
    """The same for the suggestions that one side has, and nothing on the other's screen."""
    if side is Side.OFFICER:
        match = await session.get_one(Match, introduction.match_id)
        await refresh_suggestion(session, match, now=now)
    else:
        subject = introduction.expertise_id
        await refresh_cards(session, introduction.network_id, "expertise", subject, now=now)


async def render_asked(work: Work, showing: Showing) -> Message | None:
    """The card of the one who is asked."""
    introduction = await _find(work.session, work.network.id, showing.subject_id)
    if introduction is None:
        return None
    need = await work.session.get_one(Need, introduction.need_id)
    expertise = await work.session.get_one(Expertise, introduction.expertise_id)
    match = await work.session.get_one(Match, introduction.match_id)
    side = introductions.other(introduction.asked_by)
    zone = zone_of(showing.reader, work.network) if showing.reader else work.network.zone
    last = introduction.answer_by.astimezone(zone)
    return asked_message(
        introduction.id,
        side,
        shown_state(introduction, side, work.now),
        await need_shown(work.session, need),
        profile_shown(expertise),
        suggestions.reasons_of(match, side),
        f"{short_day(last.date())}, {last:%H:%M}",
    )


async def _find(
    session: AsyncSession, network_id: int, introduction_id: int
) -> Introduction | None:
    introduction = await session.get(Introduction, introduction_id)
    if introduction is None or introduction.network_id != network_id:
        return None
    return introduction


async def render_closed(work: Work, showing: Showing) -> Message | None:
    """What the asker is told at the end of an ask, with the next candidate."""
    introduction = await _find(work.session, work.network.id, showing.subject_id)
    if introduction is None:
        return None
    need = await work.session.get_one(Need, introduction.need_id)
    blocks = []
    if introduction.asked_by == Side.OFFICER and need.seeking:
        found = await suggestions.shown_to_officer(work.session, need, work.now)
        free = [one for one in found if one.state is None]
        blocks = suggestion_blocks(free[0]) if free else []
    return closed_message(await need_shown(work.session, need), blocks)


async def _both_yes(work: Work, introduction_id: int) -> Introduction | None:
    """The introduction, only where both have said yes: what names people asks here first."""
    introduction = await _find(work.session, work.network.id, introduction_id)
    if introduction is None or introduction.state != IntroductionState.ACCEPTED:
        return None
    return introduction


async def prepare_open(work: Work) -> Call | None:
    """Open the group; across workspaces, look both people up instead."""
    introduction = await _both_yes(work, work.payload["introduction_id"])
    if introduction is None:
        return None
    people = await introductions.members_of(work.session, introduction)
    officer, academic = people[Side.OFFICER], people[Side.ACADEMIC]
    if officer.workspace_id != academic.workspace_id:
        for side in Side:
            await _enqueue(work, LOOK_UP, introduction, side=side.value)
        return None
    return Call(
        officer.workspace_id,
        "conversations.open",
        {"users": f"{officer.slack_id},{academic.slack_id}"},
    )


async def group_opened(work: Work, response: Response) -> None:
    """Keep the group's id, and have its first message posted."""
    introduction = await _both_yes(work, work.payload["introduction_id"])
    if introduction is None:
        return
    introduction.group_channel = response["channel"]["id"]
    people = await introductions.members_of(work.session, introduction)
    await post_card(
        work.session,
        work.network.id,
        GROUP,
        introduction.id,
        channel=(people[Side.OFFICER].workspace_id, introduction.group_channel),
        now=work.now,
        about=f"need:{introduction.need_id}",
        once=f"{GROUP}:{introduction.id}",
    )


async def render_group(work: Work, showing: Showing) -> Message | None:
    """The group's first message."""
    introduction = await _both_yes(work, showing.subject_id)
    if introduction is None:
        return None
    people = await introductions.members_of(work.session, introduction)
    need = await work.session.get_one(Need, introduction.need_id)
    match = await work.session.get_one(Match, introduction.match_id)
    return group_message(
        introduction.id,
        await need_shown(work.session, need),
        suggestions.reasons_of(match, None),
        f"<@{people[Side.OFFICER].slack_id}>",
        f"<@{people[Side.ACADEMIC].slack_id}>",
    )


async def _enqueue(work: Work, kind: str, introduction: Introduction, **more: str) -> None:
    side = more.get("side", "")
    await outbox.enqueue(
        work.session,
        work.network.id,
        kind,
        {"introduction_id": introduction.id, **more},
        now=work.now,
        about=f"need:{introduction.need_id}",
        once=f"{kind}:{introduction.id}:{side}",
    )


async def prepare_look_up(work: Work) -> Call | None:
    """Ask Slack for the name and address of the person on one side."""
    introduction = await _both_yes(work, work.payload["introduction_id"])
    if introduction is None:
        return None
    people = await introductions.members_of(work.session, introduction)
    person = people[Side(work.payload["side"])]
    return Call(person.workspace_id, "users.info", {"user": person.slack_id})


async def looked_up(work: Work, response: Response) -> None:
    """Have the other side told; the name is kept only until that message is sent."""
    introduction = await _both_yes(work, work.payload["introduction_id"])
    if introduction is None:
        return
    profile = response["user"]["profile"]
    await _enqueue(
        work,
        EXCHANGE,
        introduction,
        side=introductions.other(work.payload["side"]).value,
        name=profile.get("real_name", ""),
        email=profile.get("email", ""),
    )


async def prepare_exchange(work: Work) -> Call | None:
    """Tell one side who the other is."""
    introduction = await _both_yes(work, work.payload["introduction_id"])
    if introduction is None:
        return None
    side = Side(work.payload["side"])
    people = await introductions.members_of(work.session, introduction)
    need = await work.session.get_one(Need, introduction.need_id)
    message = exchange_message(
        await need_shown(work.session, need),
        work.payload["name"],
        await _organisation(work.session, people[introductions.other(side)]),
        work.payload["email"],
        profile_of=introduction.id if side is Side.OFFICER else None,
    )
    return Call(
        people[side].workspace_id,
        "chat.postMessage",
        {"channel": people[side].slack_id, "text": message.text, "blocks": message.blocks},
        member_id=people[side].id,
    )


async def exchanged(work: Work, _response: Response) -> None:
    """The name has done its work."""
    kept = {"introduction_id": work.payload["introduction_id"], "side": work.payload["side"]}
    await outbox.redact(work.session, work.errand, kept)


async def _organisation(session: AsyncSession, member: Member) -> str:
    found = await find_organisation(session, member.network_id, member.organisation_id)
    return found.name if found else ""


async def render_check(work: Work, showing: Showing) -> Message | None:
    """Seven days later: did you meet?"""
    introduction = await _both_yes(work, showing.subject_id)
    if introduction is None or showing.reader is None:
        return None
    people = await introductions.members_of(work.session, introduction)
    officer = people[Side.OFFICER].id == showing.reader.id
    need = await work.session.get_one(Need, introduction.need_id)
    said = introduction.officer_met if officer else introduction.academic_met
    asked_again = said == "not_yet" and introduction.check_at is None
    return check_message(introduction.id, need.question, None if asked_again else said)


RENDERS: dict[str, Render] = {
    ASKED: render_asked,
    CLOSED: render_closed,
    GROUP: render_group,
    CHECK: render_check,
}
DELIVERIES: dict[str, Delivery] = {
    OPEN: Delivery(prepare_open, group_opened),
    LOOK_UP: Delivery(prepare_look_up, looked_up),
    EXCHANGE: Delivery(prepare_exchange, exchanged),
}
