"""What may be shown of a person who has not said yes to it: decided here, and nowhere else.

Views, digests and lists are drawn from `NeedShown` and `ProfileShown`, which have no field for a
name, an organisation of an academic, or a Slack id.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy.ext.asyncio import AsyncSession

from matching.reasons import IN_OWN_WORDS, SENTENCE, Reason
from registry import answers, attendances, introductions, places
from registry.attendances import Numbers
from registry.events import Event
from registry.expertise import Expertise
from registry.introductions import Introduction, IntroductionState, Side
from registry.members import Member, find_organisation
from registry.needs import Need, NeedState


@dataclass(frozen=True)
class NeedShown:
    """A need as the other side sees it. council: None where the officer hides it."""

    id: int
    question: str
    where: str
    council: str | None
    background: str
    needed_by: date | None
    outputs: tuple[str, ...]
    offers: tuple[str, ...]
    money: str | None


@dataclass(frozen=True)
class ProfileShown:
    """Expertise as the other side sees it."""

    id: int
    shown_as: str
    outputs: tuple[str, ...]
    how_soon: str | None


@dataclass(frozen=True)
class ProfileTold:
    """What a member offers in their own words, for whom they were introduced to."""

    summary: str
    topics: tuple[str, ...]
    methods: tuple[str, ...]
    publications: tuple[str, ...]
    links: tuple[str, ...]


@dataclass(frozen=True)
class OtherTold:
    """Whom a member was introduced to.

    slack_id: where they share the reader's workspace, since a mention works only there; else
    organisation: what they belong to, where that is known.
    """

    slack_id: str | None = None
    organisation: str | None = None


@dataclass(frozen=True)
class ComingShown:
    """Who comes to an event, as one reader sees it.

    slack_ids: of those in the reader's workspace who show their name; a mention works only there.
    organisations: of those elsewhere who do. Without `reader_comes` both are empty. Neither has
    the reader, whom only the numbers count.
    """

    numbers: Numbers
    reader_comes: bool
    slack_ids: tuple[str, ...] = ()
    organisations: tuple[str, ...] = ()

    @property
    def total(self) -> int:
        return self.numbers.going + self.numbers.maybe

    @property
    def others(self) -> int:
        """How many come besides the reader."""
        return self.total - self.reader_comes


@dataclass(frozen=True)
class AnswerShown:
    """What came of a need, as everybody in the network sees it.

    named: who answered, as they call themselves; None where one of the two has not agreed,
    whichever it is and whether they were asked or not.
    """

    words: str
    link: str | None
    named: str | None


@dataclass(frozen=True)
class AskedShown:
    """A need that was asked, as everybody in the network sees it, and what came of it."""

    need: NeedShown
    asked_at: datetime
    closed: bool
    answer: AnswerShown | None


class ShownState(StrEnum):
    """Where an introduction stands, as one side is told.

    What was declined, ran out or was withdrawn by the other side is `NOT_THIS_TIME`, from the
    same moment on; until then all three are `WAITING`.
    """

    WAITING = "waiting"
    YOUR_ANSWER = "your_answer"
    ON_HOLD = "on_hold"
    INTRODUCED = "introduced"
    NOT_THIS_TIME = "not_this_time"
    WITHDRAWN_BY_YOU = "withdrawn_by_you"
    DECLINED_BY_YOU = "declined_by_you"


CAME_TO_NOTHING = frozenset(
    {ShownState.NOT_THIS_TIME, ShownState.WITHDRAWN_BY_YOU, ShownState.DECLINED_BY_YOU}
)
"""As far as that side is told."""


async def need_shown(session: AsyncSession, need: Need) -> NeedShown:
    """What of a need may be shown to whoever may see it."""
    where = ", ".join(places.label(code) for code in need.places)
    council = await _council(session, need)
    return NeedShown(
        id=need.id,
        question=need.question,
        where=places.region_label(need.places) if need.hide_council else where,
        council=None if need.hide_council else council,
        background="" if need.hide_council else need.background,
        needed_by=need.needed_by,
        outputs=tuple(need.outputs),
        offers=tuple(need.offers),
        money=need.money,
    )


async def answer_of(session: AsyncSession, need: Need) -> AnswerShown | None:
    """What came of a closed need that the network may see, if that was told."""
    if need.state != NeedState.CLOSED or not need.shared:
        return None
    answer = await answers.of_need(session, need.id)
    if answer is None:
        return None
    credit = await answers.credit_of(session, need.id)
    both = credit is not None and credit.officer_agrees and credit.academic_agrees is True
    return AnswerShown(answer.words, answer.link, credit.named_as if credit and both else None)


async def asked_shown(session: AsyncSession, need: Need) -> AskedShown:
    """A need that the network may see, as something that was asked."""
    return AskedShown(
        need=await need_shown(session, need),
        asked_at=need.passed_on_at or need.created_at,
        closed=need.state == NeedState.CLOSED,
        answer=await answer_of(session, need),
    )


async def _council(session: AsyncSession, need: Need) -> str | None:
    member = await session.get(Member, need.member_id)
    if member is None:
        return None
    organisation = await find_organisation(session, need.network_id, member.organisation_id)
    return organisation.name if organisation else None


def profile_shown(expertise: Expertise) -> ProfileShown:
    """What of a profile may be shown to officers."""
    return ProfileShown(
        id=expertise.id,
        shown_as=expertise.shown_as,
        outputs=tuple(expertise.outputs),
        how_soon=expertise.how_soon,
    )


async def profile_told(
    session: AsyncSession, introduction: Introduction, reader: Member
) -> ProfileTold | None:
    """The profile of an introduction, for its two people once both said yes; else None."""
    people = await introductions.members_of(session, introduction)
    if introduction.state != IntroductionState.ACCEPTED or reader.id not in {
        member.id for member in people.values()
    }:
        return None
    expertise = await session.get_one(Expertise, introduction.expertise_id)
    return ProfileTold(
        summary=expertise.summary,
        topics=tuple(expertise.topics),
        methods=tuple(expertise.methods),
        publications=tuple(expertise.publications),
        links=tuple(expertise.links),
    )


async def introduced_to(
    session: AsyncSession, introduction: Introduction, reader: Member
) -> OtherTold | None:
    """Who the other of an introduction is, for its two people once both said yes; else None."""
    if introduction.state != IntroductionState.ACCEPTED:
        return None
    people = list((await introductions.members_of(session, introduction)).values())
    others = [member for member in people if member.id != reader.id]
    if len(others) != 1:
        return None
    other = others[0]
    if other.workspace_id == reader.workspace_id:
        return OtherTold(slack_id=other.slack_id)
    organisation = await find_organisation(session, other.network_id, other.organisation_id)
    return OtherTold(organisation=organisation.name if organisation else None)


def reasons_shown(reasons: Iterable[Reason], reader: Side | None) -> tuple[Reason, ...]:
    """Why a pair was put together, in words of the reader's own and never of the other's.

    What both mention is shown as the reader wrote it; of words that the vocabulary joins and of
    the closest sentence only the reader's own are told. reader: None where both read it, who
    have both said yes: what both see anyway, the need's words.
    """
    return tuple(
        replace(
            reason,
            words=_own_words(reason) if reader is Side.ACADEMIC else reason.words,
            profile_words=(),
            terms=(),
        )
        for reason in reasons
        if reader is not None or reason.kind != SENTENCE
    )


def _own_words(reason: Reason) -> tuple[str, ...]:
    return reason.profile_words if reason.kind in IN_OWN_WORDS else reason.words


def shown_state(introduction: Introduction, side: Side, now: datetime) -> ShownState:
    """Where an introduction stands, as that side is told at that time."""
    state = IntroductionState(introduction.state)
    asker = introduction.asked_by == side
    if state is IntroductionState.ACCEPTED:
        return ShownState.INTRODUCED
    if asker and state is IntroductionState.WITHDRAWN:
        return ShownState.WITHDRAWN_BY_YOU
    if not asker and introduction.answered_at is not None:
        return ShownState.DECLINED_BY_YOU
    if introduction.closed_at is not None or introduction.answer_by <= now:
        return ShownState.NOT_THIS_TIME
    if not asker:
        answered = introduction.said_yes_while_paused
        return ShownState.ON_HOLD if answered else ShownState.YOUR_ANSWER
    return ShownState.WAITING


async def coming_shown(session: AsyncSession, event: Event, reader: Member) -> ComingShown:
    """Who comes, by name only to others who come, and only those who want that."""
    numbers = await attendances.numbers(session, event.id)
    coming = await attendances.those_coming(session, event.id)
    if reader.id not in {member.id for _, member in coming}:
        return ComingShown(numbers, reader_comes=False)
    slack_ids, organisations = [], []
    for attendance, member in coming:
        if not attendance.show_name or member.id == reader.id:
            continue
        if member.workspace_id == reader.workspace_id:
            slack_ids.append(member.slack_id)
        else:
            found = await find_organisation(session, member.network_id, member.organisation_id)
            organisations.append(found.name if found else "another workspace")
    return ComingShown(
        numbers,
        reader_comes=True,
        slack_ids=tuple(slack_ids),
        organisations=tuple(organisations),
    )
