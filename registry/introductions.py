"""Introductions: one side asks, the other answers, and only two yeses name anybody."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, ForeignKey, UniqueConstraint, and_, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from registry import matches, presses, working_days
from registry.database import Base
from registry.expertise import Expertise
from registry.matches import Match
from registry.members import Member, told_from
from registry.needs import Need
from registry.networks import Network
from registry.refusal import Refused

MOST_OPEN_ASKS = 2
ANSWER_DAYS = 5
CHECK_AFTER = timedelta(days=7)
NO_LONGER_OPEN = "This request is no longer open. Thank you for looking."


class Side(StrEnum):
    """Which of the two a person is."""

    OFFICER = "officer"
    ACADEMIC = "academic"


class IntroductionState(StrEnum):
    """What is true. What each side is shown of it is another matter: see `shown_state`."""

    ASKED = "asked"
    PAUSED = "paused"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class Introduction(Base):
    """One ask for one match, and what became of it.

    answered_at: when the one asked said yes or no. closed_at: when both sides see that there is
    no introduction. check_at: when both are asked whether they met. concluded_at: when an
    introduction that was made stops counting against the academic's capacity.
    """

    __tablename__ = "introductions"
    __table_args__ = (UniqueConstraint("match_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    network_id: Mapped[int] = mapped_column(
        ForeignKey("networks.id", ondelete="CASCADE"), index=True
    )
    match_id: Mapped[int] = mapped_column(ForeignKey("matches.id", ondelete="CASCADE"))
    need_id: Mapped[int] = mapped_column(ForeignKey("needs.id", ondelete="CASCADE"), index=True)
    expertise_id: Mapped[int] = mapped_column(
        ForeignKey("expertise.id", ondelete="CASCADE"), index=True
    )
    asked_by: Mapped[str]
    state: Mapped[str] = mapped_column(default=IntroductionState.ASKED)
    asked_at: Mapped[datetime]
    answer_by: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    said_yes_while_paused: Mapped[bool] = mapped_column(default=False)
    group_channel: Mapped[str | None]
    check_at: Mapped[datetime | None]
    officer_met: Mapped[str | None]
    academic_met: Mapped[str | None]
    checks: Mapped[int] = mapped_column(default=0)
    concluded_at: Mapped[datetime | None]


class Decline(StrEnum):
    """Why somebody who was asked said no. The other side is never told."""

    NOT_MY_FIELD = "not_my_field"
    NO_TIME_MONTH = "no_time_month"
    NO_TIME_TERM = "no_time_term"
    OTHER = "other"


AWAY = {Decline.NO_TIME_MONTH: timedelta(days=30), Decline.NO_TIME_TERM: timedelta(days=120)}


def answer_by(network: Network, need: Need, now: datetime, arrives: datetime) -> datetime:
    """When an ask closes without an answer: five working days, sooner if the date requires.

    arrives: when the one asked is told, which may be the end of their quiet hours; from that day
    on they always have one more working day.
    """
    today = now.astimezone(network.zone).date()
    last = working_days.after(today, ANSWER_DAYS, network.nation)
    if need.needed_by is not None and need.needed_by < last:
        told_on = arrives.astimezone(network.zone).date()
        soonest = working_days.after(told_on, 1, network.nation)
        last = max(need.needed_by, soonest)
    return working_days.end_of(last, network.zone)


def _open_for(side: Side) -> ColumnElement[bool]:
    """Asks that still take a place, as far as that side can see.

    What the other side declined or withdrew is open to this one until it closes for both.
    """
    own_withdrawn = and_(
        Introduction.state == IntroductionState.WITHDRAWN, Introduction.asked_by == side
    )
    return and_(
        Introduction.closed_at.is_(None),
        Introduction.state != IntroductionState.ACCEPTED,
        ~own_withdrawn,
    )


BOOKED = or_(
    Introduction.state.in_([IntroductionState.ASKED, IntroductionState.PAUSED]),
    and_(Introduction.state == IntroductionState.ACCEPTED, Introduction.concluded_at.is_(None)),
)


async def rooms(session: AsyncSession, network_id: int) -> dict[int, int]:
    """How many more introductions each booked expertise can take: open asks count too.

    One that is not in it has room for as many as its capacity says.
    """
    room = Expertise.capacity - func.count(Introduction.id)
    stmt = (
        select(Expertise.id, room)
        .join(Introduction, Introduction.expertise_id == Expertise.id)
        .where(Expertise.network_id == network_id, BOOKED)
        .group_by(Expertise.id, Expertise.capacity)
    )
    return {id_: max(left, 0) for id_, left in await session.execute(stmt)}


async def fully_booked(session: AsyncSession, network_id: int) -> set[int]:
    """The expertise that can take no further introduction."""
    return {id_ for id_, left in (await rooms(session, network_id)).items() if left == 0}


async def of_need(session: AsyncSession, need_id: int) -> list[Introduction]:
    """Every ask for a need, oldest first."""
    stmt = select(Introduction).where(Introduction.need_id == need_id).order_by(Introduction.id)
    return list(await session.scalars(stmt))


async def of_expertise(session: AsyncSession, expertise_id: int) -> list[Introduction]:
    """Every ask of or by a profile, oldest first."""
    stmt = (
        select(Introduction)
        .where(Introduction.expertise_id == expertise_id)
        .order_by(Introduction.id)
    )
    return list(await session.scalars(stmt))


async def ask(
    session: AsyncSession,
    network: Network,
    match_id: int,
    side: Side,
    member: Member,
    *,
    now: datetime,
) -> Introduction:
    """Ask the other side of a match for an introduction; raises `Refused`."""
    match = await matches.find(session, network.id, match_id)
    need, expertise = await _locked(session, match.need_id, match.expertise_id)
    if member.id != (need.member_id if side is Side.OFFICER else expertise.member_id):
        raise Refused("That suggestion is no longer here.")
    await _check_ask(session, match, need, expertise, side)
    asked = await session.get_one(
        Member, expertise.member_id if side is Side.OFFICER else need.member_id
    )
    introduction = Introduction(
        network_id=network.id,
        match_id=match.id,
        need_id=need.id,
        expertise_id=expertise.id,
        asked_by=side,
        asked_at=now,
        answer_by=answer_by(network, need, now, told_from(asked, network, now)),
    )
    session.add(introduction)
    presses.note(session, match, side, presses.ASK, now=now)
    await session.flush()
    return introduction


async def _locked(session: AsyncSession, need_id: int, expertise_id: int) -> tuple[Need, Expertise]:
    """Both rows, held until the commit, in one order: who asks at the same time waits."""
    need = await session.get(Need, need_id, with_for_update=True, populate_existing=True)
    expertise = await session.get(
        Expertise, expertise_id, with_for_update=True, populate_existing=True
    )
    if need is None or expertise is None:
        raise Refused("That suggestion is no longer here.")
    return need, expertise


async def _check_ask(
    session: AsyncSession, match: Match, need: Need, expertise: Expertise, side: Side
) -> None:
    if need.member_id == expertise.member_id or match.refused:
        raise Refused("That suggestion is no longer here.")
    if await begun(session, match):
        raise Refused("This introduction has been asked for already.")
    if not need.in_sight:
        raise Refused("This need is no longer open.")
    if need.lapsed:
        then = " “Change it” on its card sets a new one." if side is Side.OFFICER else ""
        raise Refused(f"The date of this need has passed.{then}")
    if not expertise.seeking:
        raise Refused("This person takes no introductions just now.")
    asked = await session.scalar(
        select(func.count(Introduction.id)).where(Introduction.need_id == need.id, _open_for(side))
    )
    if (asked or 0) >= MOST_OPEN_ASKS:
        raise Refused("Two people are being asked for this need already. Wait for one answer.")
    booked = await session.scalar(
        select(func.count(Introduction.id)).where(Introduction.expertise_id == expertise.id, BOOKED)
    )
    if (booked or 0) >= expertise.capacity:
        raise Refused(
            "This person takes no further introductions just now."
            if side is Side.OFFICER
            else "You have as many open introductions as you said you can take. "
            "`/expertise edit` changes that."
        )


async def begun(session: AsyncSession, match: Match) -> bool:
    """Whether one of the two has asked for an introduction, whatever became of it."""
    stmt = select(Introduction.id).where(Introduction.match_id == match.id)
    return await session.scalar(stmt) is not None


async def find(session: AsyncSession, network_id: int, introduction_id: int) -> Introduction:
    """An introduction of this network; raises `Refused` for any other."""
    introduction = await session.scalar(
        select(Introduction).where(
            Introduction.network_id == network_id, Introduction.id == introduction_id
        )
    )
    if introduction is None:
        raise Refused(NO_LONGER_OPEN)
    return introduction


async def members_of(session: AsyncSession, introduction: Introduction) -> dict[Side, Member]:
    """The two people, by side."""
    need = await session.get_one(Need, introduction.need_id)
    expertise = await session.get_one(Expertise, introduction.expertise_id)
    return {
        Side.OFFICER: await session.get_one(Member, need.member_id),
        Side.ACADEMIC: await session.get_one(Member, expertise.member_id),
    }


def other(side: str) -> Side:
    return Side.ACADEMIC if side == Side.OFFICER else Side.OFFICER


async def _asked_of(
    session: AsyncSession, network: Network, introduction_id: int, member: Member
) -> Introduction:
    """An introduction that this member was asked for, with its need held; or `Refused`."""
    introduction = await find(session, network.id, introduction_id)
    people = await members_of(session, introduction)
    if people[other(introduction.asked_by)].id != member.id:
        raise Refused(NO_LONGER_OPEN)
    await _locked(session, introduction.need_id, introduction.expertise_id)
    await session.refresh(introduction)
    return introduction


async def say_yes(
    session: AsyncSession, network: Network, introduction_id: int, member: Member, *, now: datetime
) -> Introduction:
    """The one asked says yes: the first yes of a need pauses its other asks.

    A yes to an ask that is paused is kept, and made good if the first one comes to nothing.
    Raises `Refused` for what is no longer open.
    """
    introduction = await _asked_of(session, network, introduction_id, member)
    if introduction.answer_by <= now:
        raise Refused(NO_LONGER_OPEN)
    if introduction.state == IntroductionState.PAUSED:
        if not introduction.said_yes_while_paused:
            await note(session, introduction, other(introduction.asked_by), presses.YES, now)
        introduction.said_yes_while_paused = True
        return introduction
    if introduction.state != IntroductionState.ASKED:
        raise Refused(
            "You have answered this already."
            if introduction.answered_at is not None
            else NO_LONGER_OPEN
        )
    await note(session, introduction, other(introduction.asked_by), presses.YES, now)
    await accept(session, introduction, now)
    return introduction


async def note(
    session: AsyncSession, introduction: Introduction, side: Side, said: str, now: datetime
) -> None:
    """Keep a press with what was known of the match."""
    match = await session.get_one(Match, introduction.match_id)
    presses.note(session, match, side, said, now=now)


async def accept(session: AsyncSession, introduction: Introduction, now: datetime) -> None:
    """Make an introduction of an ask, and pause the need's other asks; raises `Refused`."""
    moved = await session.scalar(
        update(Introduction)
        .where(
            Introduction.id == introduction.id,
            Introduction.state == IntroductionState.ASKED,
            Introduction.closed_at.is_(None),
        )
        .values(state=IntroductionState.ACCEPTED, answered_at=now, check_at=now + CHECK_AFTER)
        .returning(Introduction.id)
    )
    if moved is None:
        raise Refused(NO_LONGER_OPEN)
    await session.refresh(introduction)
    await session.execute(
        update(Introduction)
        .where(
            Introduction.need_id == introduction.need_id,
            Introduction.id != introduction.id,
            Introduction.state == IntroductionState.ASKED,
        )
        .values(state=IntroductionState.PAUSED)
    )
    await session.flush()


async def say_no(
    session: AsyncSession,
    network: Network,
    introduction_id: int,
    member: Member,
    reason: Decline,
    *,
    now: datetime,
) -> Introduction:
    """The one asked says no. The asker is told nothing until the ask would have run out.

    A no to what was withdrawn meanwhile is taken too: whoever says it does not know of that.
    Raises `Refused` for what is no longer open.
    """
    introduction = await _asked_of(session, network, introduction_id, member)
    if introduction.state == IntroductionState.ACCEPTED:
        raise Refused("You have said yes already: the introduction is made.")
    if introduction.answered_at is None:
        if introduction.answer_by <= now:
            raise Refused(NO_LONGER_OPEN)
        introduction.answered_at = now
        if introduction.state != IntroductionState.WITHDRAWN:
            introduction.state = IntroductionState.DECLINED
        await note(session, introduction, other(introduction.asked_by), reason, now)
    match = await session.get_one(Match, introduction.match_id)
    if introduction.asked_by == Side.OFFICER:
        expertise = await session.get_one(Expertise, introduction.expertise_id)
        if reason in AWAY:
            expertise.no_capacity_until = now + AWAY[reason]
        if reason is Decline.NOT_MY_FIELD:
            match.academic_said = reason
    else:
        match.officer_said = reason
    return introduction


async def withdraw(
    session: AsyncSession, network: Network, introduction_id: int, member: Member, *, now: datetime
) -> Introduction:
    """The asker takes it back; the one asked sees no more of it than of one that ran out."""
    introduction = await find(session, network.id, introduction_id)
    people = await members_of(session, introduction)
    if people[Side(introduction.asked_by)].id != member.id:
        raise Refused(NO_LONGER_OPEN)
    await _locked(session, introduction.need_id, introduction.expertise_id)
    moved = await session.scalar(
        update(Introduction)
        .where(
            Introduction.id == introduction.id,
            Introduction.state.in_(
                [
                    IntroductionState.ASKED,
                    IntroductionState.PAUSED,
                    # The asker does not know of a no, so withdrawing works as ever.
                    IntroductionState.DECLINED,
                ]
            ),
            Introduction.closed_at.is_(None),
            Introduction.answer_by > now,
        )
        .values(state=IntroductionState.WITHDRAWN)
        .returning(Introduction.id)
    )
    await session.refresh(introduction)
    if moved is None and introduction.state == IntroductionState.ACCEPTED:
        raise Refused("They have said yes: the introduction is made.")
    if moved is None:
        raise Refused("This ask has ended already.")
    asker = Side(introduction.asked_by)
    await note(session, introduction, asker, presses.WITHDRAW, now)
    return introduction


async def close_due(
    session: AsyncSession, network_id: int, now: datetime
) -> Sequence[Introduction]:
    """Close every ask whose time has run out, whatever was said; each is returned once."""
    due = and_(
        Introduction.network_id == network_id,
        Introduction.closed_at.is_(None),
        Introduction.state != IntroductionState.ACCEPTED,
        Introduction.answer_by <= now,
    )
    stmt = (
        update(Introduction)
        .where(due)
        .values(closed_at=now)
        .returning(Introduction)
        .execution_options(populate_existing=True)
    )
    closed = sorted(await session.scalars(stmt), key=lambda one: one.id)
    for introduction in closed:
        if introduction.state in (IntroductionState.ASKED, IntroductionState.PAUSED):
            introduction.state = IntroductionState.EXPIRED
    return closed


async def close_all_of(session: AsyncSession, need_id: int, *, now: datetime) -> None:
    """The officer has stopped looking: own open asks are withdrawn, offers are declined."""
    still_open = and_(
        Introduction.need_id == need_id,
        Introduction.state.in_([IntroductionState.ASKED, IntroductionState.PAUSED]),
    )
    await session.execute(
        update(Introduction)
        .where(still_open, Introduction.asked_by == Side.OFFICER)
        .values(state=IntroductionState.WITHDRAWN)
    )
    await session.execute(
        update(Introduction)
        .where(still_open)
        .values(state=IntroductionState.DECLINED, answered_at=now)
    )
