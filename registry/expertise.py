"""Expertise: what a member offers, one profile each."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, and_, delete, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from matching.facts import Insists
from matching.publications import subject_of
from registry import changes, outbox, places
from registry.contact_details import refuse_contact_details
from registry.database import Base
from registry.links import is_link
from registry.members import Member, Role
from registry.refusal import Refused

SUBJECT = "expertise"
DEFAULT_CAPACITY = 2
MOST_CAPACITY = 10
LONGEST_SUMMARY = 2000
LONGEST_PUBLICATIONS = 3000
"""In all: what Slack lets a field hold, so that the form can show whatever is kept."""
MOST_PUBLICATIONS = 50
LONGEST_PUBLICATION = 400
LONGEST_SHOWN_AS = 150
LONGEST_WORDS = 60
MOST_WORDS = 30
MOST_LINKS = 10
MOST_PLACES = 10
NEW_BELOW = 10
KINDS = {
    Role.OFFICER: "a council or public body",
    Role.ACADEMIC: "a university",
    Role.BROKER: "a partner organisation",
}


class HowSoon(StrEnum):
    """When a member could start."""

    NOW = "now"
    THIS_MONTH = "this_month"
    THIS_TERM = "this_term"
    THIS_YEAR = "this_year"


class Expertise(Base):
    """A member's profile. It takes part in matching while `suggestable` and not paused.

    publications: of projects too, as they were pasted, one each.
    """

    __tablename__ = "expertise"

    id: Mapped[int] = mapped_column(primary_key=True)
    network_id: Mapped[int] = mapped_column(
        ForeignKey("networks.id", ondelete="CASCADE"), index=True
    )
    member_id: Mapped[int] = mapped_column(
        ForeignKey("members.id", ondelete="CASCADE"), unique=True
    )
    summary: Mapped[str]
    publications: Mapped[list[str]] = mapped_column(default=list)
    suggestable: Mapped[bool] = mapped_column(default=True)
    topics: Mapped[list[str]]
    methods: Mapped[list[str]]
    places: Mapped[list[str]]
    outputs: Mapped[list[str]]
    how_soon: Mapped[str | None]
    capacity: Mapped[int] = mapped_column(default=DEFAULT_CAPACITY)
    links: Mapped[list[str]]
    shown_as: Mapped[str]
    least_money: Mapped[str | None]
    insists_on: Mapped[list[str]] = mapped_column(default=list)
    paused_at: Mapped[datetime | None]
    no_capacity_until: Mapped[datetime | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    @property
    def seeking(self) -> bool:
        """Whether it takes part in matching at all."""
        return self.suggestable and self.paused_at is None

    def away_until(self, now: datetime) -> datetime | None:
        """When somebody who said that they have no time is suggested again; None where they are."""
        until = self.no_capacity_until
        return until if until is not None and until > now else None


SEEKING = and_(Expertise.suggestable.is_(True), Expertise.paused_at.is_(None))
"""`Expertise.seeking`, for a query."""


@dataclass(frozen=True)
class ExpertiseDraft:
    """Expertise as the form gives it, not yet checked."""

    summary: str
    suggestable: bool = True
    publications: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    methods: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    how_soon: str | None = None
    capacity: str = str(DEFAULT_CAPACITY)
    least_money: str | None = None
    insists_on: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    shown_as: str = ""


def default_shown_as(member: Member) -> str:
    """What others see before an introduction, unless the member says otherwise."""
    where = places.region_label([member.place] if member.place else [])
    what = KINDS[Role(member.role)] if member.role else "a partner organisation"
    if not where:
        return what
    return f"{what} in {'the ' if _takes_the(where) else ''}{where}"


def _takes_the(region: str) -> bool:
    return region.split(maxsplit=1)[0] in ("North", "South", "East", "West") or "Midlands" in region


def check(draft: ExpertiseDraft) -> None:
    """Raise `Refused` with words beside each field that cannot be taken."""
    checked = {
        "summary": _wrong_summary(draft.summary),
        "publications": _wrong_publications(draft.publications),
        "topics": _wrong_words(draft.topics),
        "methods": _wrong_words(draft.methods),
        "places": _wrong_places(draft.places),
        "capacity": _wrong_capacity(draft.capacity),
        "links": _wrong_links(draft.links),
        "shown_as": _wrong_shown_as(draft.shown_as),
        "insists_on": _wrong_insists_on(draft),
    }
    wrong = {name: words for name, words in checked.items() if words}
    if wrong:
        raise Refused(fields=wrong)


def _wrong_summary(summary: str) -> str | None:
    if not summary.strip():
        return "Please say in a sentence or two what you can help with."
    if len(summary) > LONGEST_SUMMARY:
        return f"Please keep it to {LONGEST_SUMMARY:,} characters."
    return refuse_contact_details(summary)


def _wrong_publications(lines: tuple[str, ...]) -> str | None:
    """Contact details are no matter: nothing of it is told before both said yes."""
    if len(lines) > MOST_PUBLICATIONS:
        return f"That is {len(lines)} lines. Please keep the {MOST_PUBLICATIONS} that matter most."
    for line in lines:
        if len(line) > LONGEST_PUBLICATION:
            return (
                f"One line has {len(line)} characters: “{line[:30]}…”. Please give one publication "
                f"a line, of up to {LONGEST_PUBLICATION}."
            )
        if not subject_of(line):
            return f"Please give titles: we do not follow links or numbers such as “{line[:30]}”."
    if len("\n".join(lines)) > LONGEST_PUBLICATIONS:
        return f"Please keep the list to {LONGEST_PUBLICATIONS:,} characters."
    return None


def _wrong_words(words: tuple[str, ...]) -> str | None:
    if len(words) > MOST_WORDS or any(len(word) > LONGEST_WORDS for word in words):
        return f"Please give at most {MOST_WORDS}, of up to {LONGEST_WORDS} characters."
    return refuse_contact_details(", ".join(words))


def _wrong_places(codes: tuple[str, ...]) -> str | None:
    if len(codes) > MOST_PLACES or any(places.find(code) is None for code in codes):
        return f"Please choose up to {MOST_PLACES} places from the list."
    return None


def _wrong_capacity(capacity: str) -> str | None:
    if capacity.isdecimal() and 1 <= int(capacity) <= MOST_CAPACITY:
        return None
    return f"Please give a number from 1 to {MOST_CAPACITY}."


def _wrong_links(links: tuple[str, ...]) -> str | None:
    if len(links) <= MOST_LINKS and all(map(is_link, links)):
        return None
    return "Please give each link on a line of its own, starting with https://."


def _wrong_insists_on(draft: ExpertiseDraft) -> str | None:
    said = {
        Insists.PLACE: draft.places,
        Insists.TIME: draft.how_soon,
        Insists.OUTPUTS: draft.outputs,
        Insists.MONEY: draft.least_money,
    }
    if all(said[Insists(one)] for one in draft.insists_on):
        return None
    return "Please fill in above what you want needs to be compared with."


def _wrong_shown_as(shown_as: str) -> str | None:
    if len(shown_as) > LONGEST_SHOWN_AS:
        return f"Please keep it to {LONGEST_SHOWN_AS} characters."
    return refuse_contact_details(shown_as)


async def save(
    session: AsyncSession, member: Member, draft: ExpertiseDraft, *, now: datetime
) -> Expertise:
    """Keep the member's one profile, new or changed."""
    check(draft)
    expertise = await of_member(session, member)
    if expertise is None:
        expertise = await _begin(session, member, now)
    expertise.summary = draft.summary.strip()
    expertise.publications = list(draft.publications)
    expertise.suggestable = draft.suggestable
    expertise.topics, expertise.methods = list(draft.topics), list(draft.methods)
    expertise.places, expertise.outputs = list(draft.places), list(draft.outputs)
    expertise.how_soon, expertise.capacity = draft.how_soon, int(draft.capacity)
    expertise.least_money, expertise.insists_on = draft.least_money, list(draft.insists_on)
    expertise.links = list(draft.links)
    expertise.shown_as = draft.shown_as.strip() or default_shown_as(member)
    expertise.updated_at = now
    await session.flush()
    await changes.record(session, expertise.network_id, SUBJECT, expertise.id)
    return expertise


async def _begin(session: AsyncSession, member: Member, now: datetime) -> Expertise:
    """An empty profile; the one that came first where two forms came at once."""
    expertise = Expertise(
        network_id=member.network_id,
        member_id=member.id,
        summary="",
        publications=[],
        topics=[],
        methods=[],
        places=[],
        outputs=[],
        links=[],
        shown_as="",
        created_at=now,
        updated_at=now,
    )
    try:
        async with session.begin_nested():
            session.add(expertise)
    except IntegrityError:
        stmt = select(Expertise).where(Expertise.member_id == member.id)
        return (await session.scalars(stmt)).one()
    return expertise


async def of_member(session: AsyncSession, member: Member) -> Expertise | None:
    """The member's profile, if there is one."""
    return await session.scalar(select(Expertise).where(Expertise.member_id == member.id))


async def find(session: AsyncSession, network_id: int, expertise_id: int) -> Expertise | None:
    """Expertise of this network; that of another is as if not there."""
    return await session.scalar(
        select(Expertise).where(Expertise.network_id == network_id, Expertise.id == expertise_id)
    )


async def pause(session: AsyncSession, expertise: Expertise, *, now: datetime) -> bool:
    """Pause the profile, or go on with it; True where it is paused now.

    Who goes on takes introductions again, also where they had said that they have no time.
    """
    goes_on = expertise.paused_at is not None or expertise.away_until(now) is not None
    expertise.paused_at = None if goes_on else now
    expertise.no_capacity_until = None if goes_on else expertise.no_capacity_until
    await session.flush()
    await changes.record(session, expertise.network_id, SUBJECT, expertise.id)
    return expertise.paused_at is not None


async def remove(session: AsyncSession, expertise: Expertise) -> None:
    """Delete a profile with everything that hangs on it, and what is queued about it."""
    await changes.record(session, expertise.network_id, SUBJECT, expertise.id)
    await outbox.forget(session, expertise.network_id, f"{SUBJECT}:{expertise.id}")
    await session.execute(delete(Expertise).where(Expertise.id == expertise.id))


async def is_new(session: AsyncSession, network_id: int) -> bool:
    """Whether the network is still small, so that docking points help more than the matcher."""
    stmt = select(func.count(Expertise.id)).where(Expertise.network_id == network_id)
    return (await session.scalar(stmt) or 0) < NEW_BELOW
