"""What a network's admins add to the shared vocabulary of councils and universities."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from sqlalchemy import ForeignKey, UniqueConstraint, delete, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from matching.vocabulary import (
    USUAL,
    Meeting,
    Unreadable,
    Vocabulary,
    read_line,
    read_phrases,
    same_words,
    says_nothing,
    shared_vocabulary,
)
from registry import audit, changes
from registry.database import Base
from registry.members import Member
from registry.refusal import Refused

SUBJECT = "vocabulary"
MOST_ENTRIES = 100  # as many as fit into the menu from which one is removed
LONGEST_WORDS = 140
WEIGHTS = ("1", "0.7", "0.5", "0.3")


class Entry(Base):
    """A meeting that admins added, as a line of the vocabulary's file."""

    __tablename__ = "vocabulary"
    __table_args__ = (UniqueConstraint("network_id", "line"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    network_id: Mapped[int] = mapped_column(ForeignKey("networks.id", ondelete="CASCADE"))
    line: Mapped[str]
    added_by: Mapped[int | None] = mapped_column(ForeignKey("members.id", ondelete="SET NULL"))
    added_at: Mapped[datetime]

    @property
    def meeting(self) -> Meeting:
        return read_line(self.line)


async def entries(session: AsyncSession, network_id: int) -> Sequence[Entry]:
    """What this network added, oldest first."""
    stmt = select(Entry).where(Entry.network_id == network_id).order_by(Entry.id)
    return (await session.scalars(stmt)).all()


@dataclass(frozen=True)
class Words:
    """A network's lines, and the vocabulary that they make with the shared one."""

    lines: tuple[str, ...]

    @cached_property
    def vocabulary(self) -> Vocabulary:
        if not self.lines:
            return shared_vocabulary()
        return shared_vocabulary().with_more(map(read_line, self.lines))


async def words_of(session: AsyncSession, network_id: int, before: Words | None = None) -> Words:
    """What this network's texts are read by; `before` itself where nothing has changed."""
    words = Words(tuple(entry.line for entry in await entries(session, network_id)))
    return before if before == words else words


@dataclass(frozen=True)
class EntryDraft:
    """An entry as the form gives it, not yet checked: phrases with commas between."""

    councils: str
    researchers: str
    weight: str = f"{USUAL:g}"
    both_ways: bool = True


def check(draft: EntryDraft) -> Meeting:
    """The meeting that was meant; raises `Refused` with words beside each field."""
    wrong: dict[str, str] = {}
    sides: dict[str, tuple[str, ...]] = {}
    for name, text in (("councils", draft.councils), ("researchers", draft.researchers)):
        try:
            sides[name] = read_phrases(text[:LONGEST_WORDS])
        except Unreadable as error:
            wrong[name] = str(error)
            continue
        if any(map(says_nothing, sides[name])):
            wrong[name] = "Please give words that say what it is about."
    if draft.weight not in WEIGHTS:
        wrong["weight"] = "Please choose one."
    if not wrong and same_words(sides["councils"], sides["researchers"]):
        wrong["researchers"] = "The other field says the same words: those meet already."
    if wrong:
        raise Refused(fields=wrong)
    weight = float(draft.weight)
    return Meeting(sides["councils"], sides["researchers"], weight, draft.both_ways)


async def add(session: AsyncSession, member: Member, draft: EntryDraft, *, now: datetime) -> Entry:
    """Keep words; raises `Refused` for what cannot be taken or is there already."""
    meeting = check(draft)
    network_id = member.network_id
    if any(one.left == meeting.left and one.right == meeting.right for one in _shared()):
        raise Refused(fields={"councils": "Every network has that already."})
    stmt = select(func.count(Entry.id)).where(Entry.network_id == network_id)
    if (await session.scalar(stmt) or 0) >= MOST_ENTRIES:
        words = f"There are {MOST_ENTRIES} already. Please remove one first."
        raise Refused(fields={"councils": words})
    entry = Entry(network_id=network_id, line=meeting.line(), added_by=member.id, added_at=now)
    try:
        async with session.begin_nested():
            session.add(entry)
    except IntegrityError:
        raise Refused(fields={"councils": "That is there already."}) from None
    await _changed(session, member, "vocabulary_added", entry.id, now)
    return entry


def _shared() -> tuple[Meeting, ...]:
    return shared_vocabulary().meetings


async def remove(session: AsyncSession, member: Member, entry_id: int, *, now: datetime) -> str:
    """Take a line out, and give it back; raises `Refused` where it is gone."""
    stmt = (
        delete(Entry)
        .where(Entry.network_id == member.network_id, Entry.id == entry_id)
        .returning(Entry.line)
    )
    line = await session.scalar(stmt)
    if line is None:
        raise Refused("That is gone already. `/network vocabulary` lists what there is.")
    await _changed(session, member, "vocabulary_removed", entry_id, now)
    return line


async def _changed(
    session: AsyncSession, member: Member, action: str, entry_id: int, now: datetime
) -> None:
    await changes.record(session, member.network_id, SUBJECT, entry_id)
    audit.note(session, member.network_id, member.id, action, f"{SUBJECT}:{entry_id}", now=now)
