"""Needs: research questions of officers, each with a place and a decision date."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, UniqueConstraint, and_, delete, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from matching.facts import Insists
from registry import changes, outbox, places
from registry.contact_details import refuse_contact_details
from registry.database import Base
from registry.days_ahead import TOO_FAR, is_too_far
from registry.members import Member
from registry.refusal import Refused

SUBJECT = "need"
LONGEST_QUESTION = 500
LONGEST_BACKGROUND = 2000
MOST_PLACES = 10


class Output(StrEnum):
    """What the council wants out of it, and what an academic offers."""

    CONVERSATION = "conversation"
    EVIDENCE = "evidence"
    DATA_ANALYSIS = "data_analysis"
    EVALUATION = "evaluation"
    MODELLING = "modelling"
    STUDENT_PROJECT = "student_project"
    PLACEMENT = "placement"
    JOINT_BID = "joint_bid"


class Offer(StrEnum):
    """What the council can give in return."""

    DATA = "data"
    PUBLICATION = "publication"
    STATEMENT_OF_USE = "statement_of_use"
    FEE = "fee"


class Money(StrEnum):
    """How much there is to spend."""

    NONE = "none"
    UNDER_5K = "under_5k"
    FROM_5K_TO_25K = "5k_to_25k"
    OVER_25K = "over_25k"
    TO_BE_APPLIED_FOR = "to_be_applied_for"


class Visibility(StrEnum):
    """Who may see a need."""

    NETWORK = "network"
    DOCKING_POINT = "docking_point"


class NeedState(StrEnum):
    """Whether a need still looks for somebody. A removed need has no row."""

    OPEN = "open"
    CLOSED = "closed"


class Need(Base):
    """A need. `form` is the Slack view it came from: the same form arrives only once."""

    __tablename__ = "needs"
    __table_args__ = (UniqueConstraint("form"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    network_id: Mapped[int] = mapped_column(
        ForeignKey("networks.id", ondelete="CASCADE"), index=True
    )
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id", ondelete="CASCADE"))
    form: Mapped[str]
    question: Mapped[str]
    places: Mapped[list[str]]
    needed_by: Mapped[date | None]
    background: Mapped[str]
    outputs: Mapped[list[str]]
    offers: Mapped[list[str]]
    money: Mapped[str | None]
    visibility: Mapped[str] = mapped_column(default=Visibility.NETWORK)
    passed_on_at: Mapped[datetime | None]
    hide_council: Mapped[bool] = mapped_column(default=False)
    insists_on: Mapped[list[str]] = mapped_column(default=list)
    state: Mapped[str] = mapped_column(default=NeedState.OPEN)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    docking_asked_at: Mapped[datetime | None]
    lapsed_on: Mapped[date | None]

    @property
    def shared(self) -> bool:
        """Whether the whole network may see it: the docking point has let it through."""
        return self.visibility == Visibility.NETWORK or self.passed_on_at is not None

    @property
    def lapsed(self) -> bool:
        """Whether its date has passed, and its officer was asked about that and set no other."""
        return self.lapsed_on is not None and self.lapsed_on == self.needed_by

    @property
    def in_sight(self) -> bool:
        """Whether it is open and the whole network may see it."""
        return self.state == NeedState.OPEN and self.shared

    @property
    def seeking(self) -> bool:
        """Whether it takes part in matching."""
        return self.in_sight and not self.lapsed


SHARED = or_(Need.visibility == Visibility.NETWORK, Need.passed_on_at.is_not(None))
"""`Need.shared`, for a query."""

LAPSED = and_(Need.lapsed_on.is_not(None), Need.needed_by.is_not_distinct_from(Need.lapsed_on))
"""`Need.lapsed`, for a query."""

SEEKING = and_(Need.state == NeedState.OPEN, SHARED, ~LAPSED)
"""`Need.seeking`, for a query."""


@dataclass(frozen=True)
class NeedDraft:
    """A need as the form gives it, not yet checked."""

    question: str
    places: tuple[str, ...]
    needed_by: date | None
    background: str = ""
    outputs: tuple[str, ...] = (Output.CONVERSATION,)
    offers: tuple[str, ...] = ()
    money: str | None = None
    visibility: str = Visibility.NETWORK
    hide_council: bool = False
    insists_on: tuple[str, ...] = ()


def check(draft: NeedDraft, today: date, *, kept: date | None = None) -> None:
    """Raise `Refused` with words beside each field that cannot be taken.

    kept: the decision date that it has already, which may stay whatever it is.
    """
    wrong: dict[str, str] = {}
    if not draft.question.strip():
        wrong["question"] = "Please write your question in a sentence or two."
    elif len(draft.question) > LONGEST_QUESTION:
        wrong["question"] = f"Please keep it to {LONGEST_QUESTION} characters."
    elif said := refuse_contact_details(draft.question):
        wrong["question"] = said
    if len(draft.background) > LONGEST_BACKGROUND:
        wrong["background"] = f"Please keep it to {LONGEST_BACKGROUND:,} characters."
    elif said := refuse_contact_details(draft.background):
        wrong["background"] = said
    if not draft.places or any(places.find(code) is None for code in draft.places):
        wrong["places"] = "Please choose at least one place from the list."
    elif len(draft.places) > MOST_PLACES:
        wrong["places"] = f"Please choose at most {MOST_PLACES} places, or a larger one."
    wrong |= _wrong_day(draft.needed_by, today, kept) | _not_comparable(draft)
    if wrong:
        raise Refused(fields=wrong)


def _wrong_day(day: date | None, today: date, kept: date | None) -> dict[str, str]:
    if day is None or day == kept:
        return {}
    if day < today:
        return {"needed_by": "That day has passed. Choose a later one, or leave it empty."}
    return {"needed_by": TOO_FAR} if is_too_far(day, today) else {}


def _not_comparable(draft: NeedDraft) -> dict[str, str]:
    """What the officer makes a condition without saying it."""
    asked = {
        Insists.TIME: ("needed_by", draft.needed_by, "the date that people have to be in time for"),
        Insists.OUTPUTS: ("outputs", draft.outputs, "what would help"),
        Insists.MONEY: ("money", draft.money, "what money there is"),
    }
    return {
        field: f"Please say {what}, or untick the condition below."
        for one, (field, said, what) in asked.items()
        if one in draft.insists_on and not said
    }


async def add(
    session: AsyncSession,
    member: Member,
    draft: NeedDraft,
    *,
    form: str,
    now: datetime,
    today: date,
) -> tuple[Need, bool]:
    """Keep a new need. The same form delivered again gives the same need, and False."""
    check(draft, today)
    need = Need(
        network_id=member.network_id,
        member_id=member.id,
        form=form,
        created_at=now,
        updated_at=now,
        **_columns(draft),
    )
    try:
        async with session.begin_nested():
            session.add(need)
    except IntegrityError:
        return (await session.scalars(select(Need).where(Need.form == form))).one(), False
    await changes.record(session, need.network_id, SUBJECT, need.id)
    return need, True


async def edit(
    session: AsyncSession, need: Need, draft: NeedDraft, *, now: datetime, today: date
) -> None:
    """Change a need. One that was passed on stays so; one made narrower waits again."""
    check(draft, today, kept=need.needed_by)
    narrowed = draft.visibility == Visibility.DOCKING_POINT != need.visibility
    for name, value in _columns(draft).items():
        setattr(need, name, value)
    need.passed_on_at = None if narrowed else need.passed_on_at
    need.updated_at = now
    await changes.record(session, need.network_id, SUBJECT, need.id)


def _columns(draft: NeedDraft) -> dict[str, object]:
    return {
        "question": draft.question.strip(),
        "places": list(draft.places),
        "needed_by": draft.needed_by,
        "background": draft.background.strip(),
        "outputs": list(draft.outputs),
        "offers": list(draft.offers),
        "money": draft.money,
        "visibility": draft.visibility,
        "hide_council": draft.hide_council,
        "insists_on": list(draft.insists_on),
    }


async def find(session: AsyncSession, network_id: int, need_id: int) -> Need | None:
    """A need of this network; one of another is as if not there."""
    return await session.scalar(
        select(Need).where(Need.network_id == network_id, Need.id == need_id)
    )


async def find_own(session: AsyncSession, member: Member, need_id: int) -> Need:
    """The member's own need; raises `Refused` for anything else."""
    need = await find(session, member.network_id, need_id)
    if need is None or need.member_id != member.id:
        raise Refused("That need is no longer here. `/need list` shows yours.")
    return need


async def of_member(session: AsyncSession, member: Member) -> list[Need]:
    """The member's needs, open ones first, newest first."""
    stmt = (
        select(Need).where(Need.member_id == member.id).order_by(Need.state.desc(), Need.id.desc())
    )
    return list(await session.scalars(stmt))


async def close(session: AsyncSession, need: Need, *, now: datetime) -> bool:
    """End the search; False where it had ended."""
    return await _move(session, need, NeedState.OPEN, NeedState.CLOSED, closed_at=now)


async def reopen(session: AsyncSession, need: Need, *, today: date) -> bool:
    """Search again, unless its date has passed by now; False where it never stopped."""
    reopened = await _move(session, need, NeedState.CLOSED, NeedState.OPEN, closed_at=None)
    if reopened and need.needed_by is not None and need.needed_by < today:
        need.lapsed_on = need.needed_by
    return reopened


async def lapse(session: AsyncSession, network_id: int, today: date) -> list[Need]:
    """The open needs whose date has passed, which seek nobody from now on; each once for a date."""
    stmt = (
        update(Need)
        .where(
            Need.network_id == network_id,
            Need.state == NeedState.OPEN,
            Need.needed_by < today,
            ~LAPSED,
        )
        .values(lapsed_on=Need.needed_by)
        .returning(Need)
        .execution_options(populate_existing=True)
    )
    lapsed = sorted(await session.scalars(stmt), key=lambda need: need.id)
    for need in lapsed:
        await changes.record(session, network_id, SUBJECT, need.id)
    return lapsed


async def pass_on(session: AsyncSession, need: Need, *, now: datetime) -> bool:
    """Let the whole network see it, once the officer has agreed; False where it could already."""
    moved = await session.scalar(
        update(Need)
        .where(
            Need.id == need.id,
            Need.visibility == Visibility.DOCKING_POINT,
            Need.passed_on_at.is_(None),
        )
        .values(passed_on_at=now)
        .returning(Need.id)
    )
    if moved is not None:
        await changes.record(session, need.network_id, SUBJECT, need.id)
    return moved is not None


async def _move(
    session: AsyncSession,
    need: Need,
    before: NeedState,
    after: NeedState,
    closed_at: datetime | None,
) -> bool:
    moved = await session.scalar(
        update(Need)
        .where(Need.id == need.id, Need.state == before)
        .values(state=after, closed_at=closed_at)
        .returning(Need.id)
    )
    if moved is not None:
        await changes.record(session, need.network_id, SUBJECT, need.id)
    return moved is not None


async def remove(session: AsyncSession, need: Need) -> None:
    """Delete a need with everything that hangs on it, and what is queued about it."""
    await changes.record(session, need.network_id, SUBJECT, need.id)
    await outbox.forget(session, need.network_id, f"need:{need.id}")
    await session.execute(delete(Need).where(Need.id == need.id))
