"""Answers: what came of a need that was closed, and whether who answered may be named.

Somebody is named only while the officer and they themselves both agree. What each of them said is
kept here and told to nobody: `disclosure.answer_of` makes of it what may be shown.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint, delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from registry.contact_details import refuse_contact_details
from registry.database import Base
from registry.expertise import Expertise
from registry.introductions import Introduction, IntroductionState
from registry.links import is_link
from registry.members import Member
from registry.needs import Need, NeedState
from registry.refusal import Refused

LONGEST_WORDS = 600
LONGEST_NAME = 150
LONGEST_LINK = 300
GONE = "This is no longer here. Thank you for looking."


class Answer(Base):
    """What came of a need, in the officer's words, with a link to what was published."""

    __tablename__ = "answers"
    __table_args__ = (UniqueConstraint("need_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    network_id: Mapped[int] = mapped_column(
        ForeignKey("networks.id", ondelete="CASCADE"), index=True
    )
    need_id: Mapped[int] = mapped_column(ForeignKey("needs.id", ondelete="CASCADE"))
    words: Mapped[str]
    link: Mapped[str | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class Credit(Base):
    """Who answered: the academic of an introduction. It goes with the introduction.

    academic_agrees: None until they say. named_as: their name as they gave it, kept only while
    they agree.
    """

    __tablename__ = "credits"
    __table_args__ = (UniqueConstraint("answer_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    network_id: Mapped[int] = mapped_column(
        ForeignKey("networks.id", ondelete="CASCADE"), index=True
    )
    answer_id: Mapped[int] = mapped_column(ForeignKey("answers.id", ondelete="CASCADE"))
    introduction_id: Mapped[int] = mapped_column(
        ForeignKey("introductions.id", ondelete="CASCADE"), index=True
    )
    officer_agrees: Mapped[bool]
    academic_agrees: Mapped[bool | None]
    named_as: Mapped[str | None]


@dataclass(frozen=True)
class AnswerDraft:
    """An answer as the form gives it. introduction_id: whose, if it was anybody's here."""

    words: str
    link: str = ""
    introduction_id: int | None = None
    may_be_named: bool = False


def check(draft: AnswerDraft) -> None:
    """Raise `Refused` with words beside each field that cannot be taken."""
    wrong: dict[str, str] = {}
    if not draft.words.strip():
        wrong["words"] = "Please say in a sentence what came of it, or close this form."
    elif len(draft.words) > LONGEST_WORDS:
        wrong["words"] = f"Please keep it to {LONGEST_WORDS} characters."
    elif said := refuse_contact_details(draft.words):
        wrong["words"] = said
    if draft.link and not is_link(draft.link):
        wrong["link"] = "Please give the whole address, starting with https://."
    elif len(draft.link) > LONGEST_LINK:
        wrong["link"] = f"Please give an address of at most {LONGEST_LINK} characters."
    if draft.may_be_named and draft.introduction_id is None:
        wrong["who"] = "Please say who answered, or take the tick away."
    if wrong:
        raise Refused(fields=wrong)


async def of_need(session: AsyncSession, need_id: int) -> Answer | None:
    """The need's answer, if one was given."""
    return await session.scalar(select(Answer).where(Answer.need_id == need_id))


async def credit_of(session: AsyncSession, need_id: int) -> Credit | None:
    """Who answered a need, if that was said."""
    stmt = select(Credit).join(Answer, Answer.id == Credit.answer_id)
    return await session.scalar(stmt.where(Answer.need_id == need_id))


async def credits_of(session: AsyncSession, expertise_id: int) -> Sequence[Credit]:
    """Every credit of a profile."""
    stmt = select(Credit).join(Introduction, Introduction.id == Credit.introduction_id)
    return (await session.scalars(stmt.where(Introduction.expertise_id == expertise_id))).all()


async def introduced(
    session: AsyncSession, need_id: int
) -> Sequence[tuple[Introduction, Expertise]]:
    """Those who were introduced because of a need: one of them may have answered it."""
    stmt = (
        select(Introduction, Expertise)
        .join(Expertise, Expertise.id == Introduction.expertise_id)
        .where(Introduction.need_id == need_id, Introduction.state == IntroductionState.ACCEPTED)
        .order_by(Introduction.id)
    )
    return [(one, expertise) for one, expertise in await session.execute(stmt)]


async def publish(
    session: AsyncSession, need: Need, draft: AnswerDraft, *, now: datetime
) -> Credit | None:
    """Keep what came of a closed need, new or changed; who answered, if that was said."""
    check(draft)
    if need.state != NeedState.CLOSED or not need.shared:
        raise Refused("Close the need first: an answer is shown with a closed need.")
    answer = await of_need(session, need.id) or await _begin(session, need, now)
    await session.refresh(answer, with_for_update=True)  # two forms at once take turns
    answer.words, answer.link = draft.words.strip(), draft.link or None
    answer.updated_at = now
    await session.flush()
    return await _credit(session, answer, need, draft)


async def _begin(session: AsyncSession, need: Need, now: datetime) -> Answer:
    """An empty answer; the one that came first where two forms came at once."""
    answer = Answer(
        network_id=need.network_id, need_id=need.id, words="", created_at=now, updated_at=now
    )
    try:
        async with session.begin_nested():
            session.add(answer)
    except IntegrityError:
        stmt = select(Answer).where(Answer.need_id == need.id)
        return (await session.scalars(stmt)).one()
    return answer


async def _credit(
    session: AsyncSession, answer: Answer, need: Need, draft: AnswerDraft
) -> Credit | None:
    """The answer's one credit. Another person is another credit: nobody inherits a yes."""
    credit = await credit_of(session, need.id)
    if credit is not None and credit.introduction_id != draft.introduction_id:
        await session.execute(delete(Credit).where(Credit.id == credit.id))
        session.expunge(credit)
        credit = None
    if draft.introduction_id is None:
        return None
    if draft.introduction_id not in {one.id for one, _ in await introduced(session, need.id)}:
        raise Refused(fields={"who": "Please choose somebody you were introduced to."})
    if credit is None:
        credit = Credit(
            network_id=need.network_id,
            answer_id=answer.id,
            introduction_id=draft.introduction_id,
            officer_agrees=draft.may_be_named,
        )
        session.add(credit)
    credit.officer_agrees = draft.may_be_named
    await session.flush()
    return credit


async def academic_of(session: AsyncSession, credit: Credit) -> Member:
    """Who would be named."""
    introduction = await session.get_one(Introduction, credit.introduction_id)
    expertise = await session.get_one(Expertise, introduction.expertise_id)
    return await session.get_one(Member, expertise.member_id)


async def find_own_credit(session: AsyncSession, member: Member, credit_id: int) -> Credit:
    """A credit that is about this member; raises `Refused` for any other."""
    credit = await session.scalar(
        select(Credit).where(Credit.network_id == member.network_id, Credit.id == credit_id)
    )
    if credit is None or (await academic_of(session, credit)).id != member.id:
        raise Refused(GONE)
    return credit


async def need_of(session: AsyncSession, credit: Credit) -> Need:
    """The need that the credit's answer is about."""
    answer = await session.get_one(Answer, credit.answer_id)
    return await session.get_one(Need, answer.need_id)


def agree(credit: Credit, named_as: str) -> None:
    """Who answered agrees to be named so; raises `Refused` beside the field."""
    name = " ".join(named_as.split())
    if not name:
        raise Refused(fields={"named_as": "Please write your name as it should stand."})
    if len(name) > LONGEST_NAME:
        raise Refused(fields={"named_as": f"Please keep it to {LONGEST_NAME} characters."})
    if said := refuse_contact_details(name):
        raise Refused(fields={"named_as": said})
    credit.academic_agrees, credit.named_as = True, name


def disagree(credit: Credit) -> None:
    """Who answered does not want to be named, or no longer; their name goes."""
    credit.academic_agrees, credit.named_as = False, None
