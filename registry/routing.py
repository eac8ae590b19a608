"""Whom a call is for: its text is scored against open needs and expertise, and people are told.

Only needs that the whole network may see take part, so none that is kept back is ever listed or
counted.
"""

import asyncio
import math
import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, UniqueConstraint, delete, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from matching.analysis import Field
from matching.facts import Facts
from matching.index import Document
from matching.matcher import Profiles, Suggestion, suggest
from matching.query import query
from matching.weights import Band
from matching.words import stem, words
from registry import funding, funding_marks
from registry.database import Base, SessionFactory
from registry.expertise import Expertise
from registry.funding import FundingCall
from registry.funding_marks import Level, Mark, Said, Wish, terms_of
from registry.matchmaker import document_of, fields_of, fields_of_need, query_of
from registry.members import Member
from registry.needs import Money, Need
from registry.networks import Network

MOST_FITS = 100
SUMMARY_READ = 600
WEEK = timedelta(days=7)
REMEMBERED = timedelta(days=365)
SEVERAL = 3
HALF = 0.5
ONE_BAND_LOWER = 0.75
OUT = 0.4
BANDS = (Band.STRONG, Band.GOOD)
# Every call says these of itself, so they say nothing of what it is about.
_OF_CALLS = frozenset(
    stem(word)
    for word in re.findall(
        r"\w+",
        """application apply award bid call closing competition date deadline eligible funder
        funding fund grant guidance open opening opportunity programme project proposal publication
        scheme status support total type update maximum minimum million pounds euros
        dollars""",
    )
)


class Fit(Base):
    """That a call fits a need or a profile, strongly or well. member_id: whose it is."""

    __tablename__ = "funding_fits"
    __table_args__ = (
        UniqueConstraint("call_id", "need_id"),
        UniqueConstraint("call_id", "expertise_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    network_id: Mapped[int] = mapped_column(
        ForeignKey("networks.id", ondelete="CASCADE"), index=True
    )
    call_id: Mapped[int] = mapped_column(ForeignKey("funding_calls.id", ondelete="CASCADE"))
    need_id: Mapped[int | None] = mapped_column(
        ForeignKey("needs.id", ondelete="CASCADE"), index=True
    )
    expertise_id: Mapped[int | None] = mapped_column(
        ForeignKey("expertise.id", ondelete="CASCADE"), index=True
    )
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id", ondelete="CASCADE"))
    score: Mapped[float]
    band: Mapped[str]
    words: Mapped[list[str]]


class Alert(Base):
    """That a person was told of a call in a direct message: once for each call."""

    __tablename__ = "funding_alerts"
    __table_args__ = (UniqueConstraint("member_id", "call_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    network_id: Mapped[int] = mapped_column(ForeignKey("networks.id", ondelete="CASCADE"))
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id", ondelete="CASCADE"))
    call_id: Mapped[int | None] = mapped_column(ForeignKey("funding_calls.id", ondelete="SET NULL"))
    told_at: Mapped[datetime]


# Scoring


@dataclass(frozen=True)
class Sought:
    """What calls are scored against: the needs and profiles that take part in matching, by id."""

    needs: Mapping[int, Need]
    profiles: Mapping[int, Expertise]


@dataclass(frozen=True)
class Found:
    """What one call fits."""

    needs: Mapping[int, Suggestion]
    profiles: Mapping[int, Suggestion]


def text_of_call(call: FundingCall) -> str:
    """What a call is matched by: title, themes and how it begins, without what every call says."""
    text = " ".join([call.title, *call.themes, (call.summary or "")[:SUMMARY_READ]])
    return " ".join(word for word in words(text) if stem(word) not in _OF_CALLS)


def scorer(sought: Sought) -> Callable[[str], Found]:
    """Scores texts against needs and profiles as the matcher scores these against each other.

    How rare a word is, is counted over needs and profiles together.
    """
    among = Profiles()
    for need in sought.needs.values():
        among.index.put(Document(f"n{need.id}", (query_of(need).counts,)))
    for profile in sought.profiles.values():
        among.index.put(replace(document_of(profile), id=f"e{profile.id}"))

    def score(text: str) -> Found:
        found = suggest(
            query([Field(text)]),
            among,
            lambda id_: _facts(sought, id_),
            lambda id_: _fields(sought, id_),
            top=MOST_FITS,
        )
        good = [one for one in found if one.band in BANDS]
        return Found(
            needs={int(one.id[1:]): one for one in good if one.id.startswith("n")},
            profiles={int(one.id[1:]): one for one in good if one.id.startswith("e")},
        )

    return score


def _fields(sought: Sought, id_: str) -> list[Field]:
    number = int(id_[1:])
    if id_.startswith("n"):
        return fields_of_need(sought.needs[number])
    return fields_of(sought.profiles[number])


def _facts(sought: Sought, id_: str) -> Facts:
    """A need whose money is yet to be applied for is one that a call helps."""
    need = sought.needs.get(int(id_[1:])) if id_.startswith("n") else None
    applies = need is not None and need.money == Money.TO_BE_APPLIED_FOR
    return Facts(money_fits=True if applies else None)


async def route(session_factory: SessionFactory, network_id: int, now: datetime) -> int:
    """Score the network's open calls that were not scored since a call, need or profile changed.

    Returns how many there were.
    """
    async with session_factory.begin() as session:
        number = (await session.get_one(Network, network_id)).change_number
        calls = await _unrouted(session, network_id, number, now)
        if not calls:
            return 0
        sought = await _sought(session, network_id)
    found = await asyncio.to_thread(_score_all, calls, sought)
    async with session_factory.begin() as session:
        # Held, so that no need or profile changes meanwhile: each change takes this row's number.
        await session.execute(select(Network.id).where(Network.id == network_id).with_for_update())
        await _keep(session, network_id, calls, found, number)
    return len(calls)


async def _unrouted(
    session: AsyncSession, network_id: int, number: int, now: datetime
) -> list[FundingCall]:
    stmt = select(FundingCall).where(
        FundingCall.network_id == network_id,
        funding.open_now(now),
        or_(FundingCall.routed_number.is_(None), FundingCall.routed_number != number),
    )
    return list(await session.scalars(stmt.order_by(FundingCall.id)))


async def _sought(session: AsyncSession, network_id: int) -> Sought:
    there = Member.deactivated_at.is_(None)
    needs = await session.scalars(
        select(Need)
        .join(Member, Member.id == Need.member_id)
        .where(Need.network_id == network_id, there)
    )
    profiles = await session.scalars(
        select(Expertise)
        .join(Member, Member.id == Expertise.member_id)
        .where(Expertise.network_id == network_id, there)
    )
    return Sought(
        needs={need.id: need for need in needs if need.seeking},
        profiles={profile.id: profile for profile in profiles if profile.seeking},
    )


def _score_all(calls: Sequence[FundingCall], sought: Sought) -> dict[int, Found]:
    score = scorer(sought)
    return {call.id: score(text_of_call(call)) for call in calls}


async def _keep(
    session: AsyncSession,
    network_id: int,
    calls: Sequence[FundingCall],
    found: Mapping[int, Found],
    number: int,
) -> None:
    there = await funding.find_some(session, network_id, [call.id for call in calls])
    still = await _sought(session, network_id)
    await session.execute(delete(Fit).where(Fit.call_id.in_(there)))
    for id_, call in there.items():
        session.add_all(_fits_of(call, found[id_], still))
        call.routed_number = number
    await session.flush()


def _fits_of(call: FundingCall, found: Found, still: Sought) -> Iterable[Fit]:
    for need_id, one in found.needs.items():
        if need_id in still.needs:
            yield _fit(call, one, still.needs[need_id].member_id, need_id=need_id)
    for expertise_id, one in found.profiles.items():
        if expertise_id in still.profiles:
            member_id = still.profiles[expertise_id].member_id
            yield _fit(call, one, member_id, expertise_id=expertise_id)


def _fit(call: FundingCall, one: Suggestion, member_id: int, **of: int) -> Fit:
    shared = next((reason.words for reason in one.reasons if reason.kind == "words"), ())
    return Fit(
        network_id=call.network_id,
        call_id=call.id,
        member_id=member_id,
        score=one.score,
        band=one.band,
        words=list(shared),
        **of,
    )


# What a call fits


async def fitting_needs(
    session: AsyncSession, network_id: int, call_ids: Collection[int]
) -> dict[int, list[Need]]:
    """The open needs that the whole network may see and that each call fits, the best first."""
    stmt = (
        select(Fit.call_id, Need)
        .join(Need, Need.id == Fit.need_id)
        .where(Fit.network_id == network_id, Fit.call_id.in_(list(call_ids)))
        .order_by(Fit.score.desc(), Fit.id)
    )
    found: dict[int, list[Need]] = defaultdict(list)
    for call_id, need in await session.execute(stmt):
        if need.seeking:
            found[call_id].append(need)
    return found


async def fits_of(session: AsyncSession, member: Member, call_id: int) -> list[Fit]:
    """What of the member's own a call fits, the best first."""
    stmt = (
        select(Fit)
        .where(
            Fit.network_id == member.network_id,
            Fit.call_id == call_id,
            Fit.member_id == member.id,
        )
        .order_by(Fit.score.desc(), Fit.id)
    )
    return list(await session.scalars(stmt))


async def find_fit(session: AsyncSession, call: FundingCall, need_id: int) -> Fit | None:
    """That the call fits that need, if it does."""
    return await session.scalar(select(Fit).where(Fit.call_id == call.id, Fit.need_id == need_id))


async def calls_fitting(session: AsyncSession, need_id: int) -> list[int]:
    """The calls that fit a need."""
    return list(await session.scalars(select(Fit.call_id).where(Fit.need_id == need_id)))


# What "not relevant" teaches


def liking(call_terms: Collection[str], marks: Iterable[Mark]) -> float:
    """How much of a fit is left for a person after the calls they marked as not relevant.

    Each mark takes away half of the share of this call's terms that the marked call had too: 1
    for somebody who marked nothing, 0.5 after one mark of a call with all of the same terms.
    """
    own = set(call_terms)
    if not own:
        return 1.0
    return math.prod(1 - HALF * len(own & set(mark.terms)) / len(own) for mark in marks)


def lowered(band: str, left: float) -> Band | None:
    """The band that is left of a fit: one lower under 0.75, none under 0.4."""
    if left >= ONE_BAND_LOWER:
        return Band(band)
    return Band.GOOD if left >= OUT and band == Band.STRONG else None


def unwanted(marks: Iterable[Mark], at: tuple[int, str]) -> frozenset[str]:
    """The terms of calls that three people or more marked as not relevant in a channel."""
    people: dict[str, set[int]] = defaultdict(set)
    for mark in marks:
        if (mark.workspace_id, mark.channel) == at:
            for term in mark.terms:
                people[term].add(mark.member_id)
    return frozenset(term for term, who in people.items() if len(who) >= SEVERAL)


def turned_down(call: FundingCall, terms: Collection[str]) -> bool:
    """Whether more than half of a call's terms are unwanted in a channel."""
    own = terms_of(call)
    return bool(own) and sum(term in terms for term in own) > HALF * len(own)


# Alerts


async def take_alerts(
    session: AsyncSession, network: Network, now: datetime, *, only: int | None = None
) -> list[tuple[Member, FundingCall]]:
    """Whom to tell now of which call, each pair once, the best fits first.

    only: a call's id, to tell of no other. Nobody is told of a call that they added, saved or
    marked, below their own threshold, or past their own number in seven days.
    """
    # Held, so that two workers do not both find room in somebody's week.
    await session.execute(select(Network.id).where(Network.id == network.id).with_for_update())
    candidates = await _candidates(session, network.id, now, only)
    told = await _told(session, network.id)
    lately = await _told_lately(session, network.id, now)
    marks = await funding_marks.not_relevant(session, network.id, now - REMEMBERED)
    said = {(one.member_id, one.call_id) for one in await _marks(session, network.id)}
    wishes: dict[int, Wish] = {}
    found: list[tuple[Member, FundingCall]] = []
    for fit, member, call in candidates:
        pair = (member.id, call.id)
        if pair in told or pair in said or call.added_by == member.id:
            continue
        if member.id not in wishes:
            wishes[member.id] = await funding_marks.wish_of(session, member.id)
        own_marks = [mark for mark in marks if mark.member_id == member.id]
        wish = wishes[member.id]
        if lately[member.id] >= wish.a_week or not _wanted(fit, call, wish, own_marks):
            continue
        told.add(pair)
        lately[member.id] += 1
        session.add(Alert(network_id=network.id, member_id=member.id, call_id=call.id, told_at=now))
        found.append((member, call))
    await session.flush()
    return found


def _wanted(fit: Fit, call: FundingCall, wish: Wish, marks: Sequence[Mark]) -> bool:
    band = lowered(fit.band, liking(terms_of(call), marks))
    if band is None or wish.level is Level.OFF:
        return False
    return band is Band.STRONG or wish.level is Level.GOOD


async def _candidates(
    session: AsyncSession, network_id: int, now: datetime, only: int | None
) -> list[tuple[Fit, Member, FundingCall]]:
    stmt = (
        select(Fit, Member, FundingCall)
        .join(Member, Member.id == Fit.member_id)
        .join(FundingCall, FundingCall.id == Fit.call_id)
        .where(
            Fit.network_id == network_id,
            Member.network_id == network_id,
            Member.deactivated_at.is_(None),
            funding.open_now(now),
        )
        .order_by(Fit.score.desc(), Fit.id)
    )
    if only is not None:
        stmt = stmt.where(FundingCall.id == only)
    rows = [(fit, member, call) for fit, member, call in await session.execute(stmt)]
    return sorted(rows, key=lambda row: BANDS.index(Band(row[0].band)))


async def _told(session: AsyncSession, network_id: int) -> set[tuple[int, int | None]]:
    stmt = select(Alert.member_id, Alert.call_id).where(Alert.network_id == network_id)
    return {(member_id, call_id) for member_id, call_id in await session.execute(stmt)}


async def _told_lately(
    session: AsyncSession, network_id: int, now: datetime
) -> defaultdict[int, int]:
    stmt = select(Alert.member_id).where(Alert.network_id == network_id, Alert.told_at > now - WEEK)
    counts: defaultdict[int, int] = defaultdict(int)
    for member_id in await session.scalars(stmt):
        counts[member_id] += 1
    return counts


async def _marks(session: AsyncSession, network_id: int) -> list[Mark]:
    stmt = select(Mark).where(
        Mark.network_id == network_id, Mark.said.in_([Said.SAVED, Said.NOT_RELEVANT])
    )
    return list(await session.scalars(stmt))
