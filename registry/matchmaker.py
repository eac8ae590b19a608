"""The matcher at work on a network: who is found for whom, and what is kept of it."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import delete, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from matching.analysis import Analysed, Field, analyse
from matching.analysis import profile as profile_document
from matching.encoding import need_texts, profile_texts
from matching.facts import Facts, insisted
from matching.index import Document
from matching.matcher import (
    MATCHER_VERSION,
    Profiles,
    Suggestion,
    pairs,
    suggest_among,
    suggest_needs,
)
from matching.meanings import Meanings
from matching.publications import documents_of_list
from matching.query import Query, query, text_of
from matching.vectors import Encoder, Vectors
from matching.vocabulary import Side, Vocabulary
from matching.weights import (
    BACKGROUND,
    METHODS,
    QUESTION,
    SUMMARY,
    TOPICS,
)
from registry import introductions, matches, outbox, places
from registry.database import SessionFactory
from registry.expertise import Expertise, HowSoon
from registry.indexes import Indexes
from registry.matches import Match
from registry.members import Member, Role
from registry.needs import Money, Need, NeedState
from registry.outbox import Lane
from registry.reading import Readings

SUGGEST_FOR_NEED = "need.suggest"
SUGGEST_FOR_EXPERTISE = "expertise.suggest"
LOOK_AGAIN = "network.look_again"
READ_ON = "network.read_on"
MOST_RANKED = 20
MONEY_RISES = (Money.NONE, Money.UNDER_5K, Money.FROM_5K_TO_25K, Money.OVER_25K)
READY_IN_DAYS: Mapping[str, int] = {
    HowSoon.NOW: 0,
    HowSoon.THIS_MONTH: 30,
    HowSoon.THIS_TERM: 90,
    HowSoon.THIS_YEAR: 270,
}


def fields_of_need(need: Need) -> list[Field]:
    """What a need is matched by. A hidden council's background is withheld, so it stays out."""
    background = "" if need.hide_council else need.background
    return [Field(need.question, QUESTION, quoted=False), Field(background, BACKGROUND)]


def query_of(need: Need, vocabulary: Vocabulary | None = None) -> Analysed:
    """A need's terms."""
    return analyse(fields_of_need(need), side=Side.NEED, vocabulary=vocabulary)


def documents_of(expertise: Expertise) -> list[list[Field]]:
    """A profile's statement: a document for each line of its summary.

    Topics and methods go with the first line.
    """
    first, *others = expertise.summary.splitlines() or [""]
    topics, methods = ", ".join(expertise.topics), ", ".join(expertise.methods)
    statement = [
        Field(first, SUMMARY),
        Field(topics, TOPICS, quoted=False),
        Field(methods, METHODS, quoted=False),
    ]
    return [statement, *([Field(line, SUMMARY)] for line in others if line.strip())]


def publications_of(expertise: Expertise) -> list[Field]:
    """Its publications and projects, read beside the statement."""
    return documents_of_list(expertise.publications)


def fields_of(expertise: Expertise) -> list[Field]:
    """All that a profile is matched by."""
    statement = [field for some in documents_of(expertise) for field in some]
    return [*statement, *publications_of(expertise)]


def document_of(expertise: Expertise, vocabulary: Vocabulary | None = None) -> Document:
    """What a profile is found by, in words."""
    return profile_document(
        str(expertise.id),
        documents_of(expertise),
        publications_of(expertise),
        vocabulary=vocabulary,
    )


def texts_of(expertise: Expertise) -> list[str]:
    """What a model reads of a profile."""
    documents = [text_of(some) for some in documents_of(expertise)]
    return profile_texts(documents, [field.text for field in publications_of(expertise)])


class Matchmaker:
    """The matcher at work: what it finds follows the database as of the moment it is asked.

    A change is seen once it is committed, in whichever process it was made, and what was rolled
    back is never seen. folder: where indexes are kept for the next start, if anywhere. encoder:
    what makes vectors; without one everything is matched by words alone.
    """

    def __init__(self, folder: Path | None = None, encoder: Encoder | None = None) -> None:
        self.indexes = Indexes(document_of, folder)
        self.readings = Readings(encoder, texts_of) if encoder is not None else None

    async def for_need(
        self, session_factory: SessionFactory, need_id: int, now: datetime
    ) -> list[Suggestion]:
        """The best profiles for a need, best first; none for a need that does not seek."""
        async with session_factory.begin() as session:
            need = await session.get(Need, need_id)
            if need is None or not need.seeking:
                return []
            barred = await _barred_profiles(session, need, now)
            rooms = await introductions.rooms(session, need.network_id)
        async with self._matched(session_factory, need.network_id) as matched:
            asked = (await self._queries(session_factory, matched, {need_id: need}))[str(need_id)]
            excluding = frozenset(str(id_) for id_ in barred)
            near = await asyncio.to_thread(pairs, asked, matched, excluding)
            async with session_factory.begin() as session:
                found = await _profiles(session, need.network_id, {int(id_) for id_ in near})
            return await asyncio.to_thread(
                suggest_among,
                {id_: pair for id_, pair in near.items() if int(id_) in found},
                asked,
                matched,
                lambda id_: _facts(need, found[int(id_)], rooms, now),
                lambda id_: fields_of(found[int(id_)].expertise),
                top=MOST_RANKED,
            )

    async def for_expertise(
        self, session_factory: SessionFactory, expertise_id: int, now: datetime
    ) -> list[Suggestion]:
        """The open needs that a profile fits, best first, scored as `for_need` scores them."""
        async with session_factory.begin() as session:
            expertise = await session.get(Expertise, expertise_id)
            if expertise is None or not expertise.seeking:
                return []
            network_id = expertise.network_id
            needs = await _needs_for(session, expertise)
            rooms = await introductions.rooms(session, network_id)
            profile = (await _profiles(session, network_id, {expertise_id})).get(expertise_id)
        async with self._matched(session_factory, network_id) as matched:
            if profile is None or str(expertise_id) not in matched.index:
                return []
            asked = await self._queries(session_factory, matched, needs)
            return await asyncio.to_thread(
                _needs_that_fit, profile, matched, needs, asked, rooms, now
            )

    @asynccontextmanager
    async def _matched(
        self, session_factory: SessionFactory, network_id: int
    ) -> AsyncIterator[Profiles]:
        """A network's profiles, by words and maybe by meaning; nobody else's meanwhile."""
        async with self.indexes.up_to_date(session_factory, network_id) as index:
            meanings = Meanings()
            if self.readings is not None:
                meanings = await self.readings.up_to_date(session_factory, network_id)
            yield Profiles(index, meanings, self.indexes.vocabulary(network_id))

    async def _queries(
        self, session_factory: SessionFactory, matched: Profiles, needs: Mapping[int, Need]
    ) -> dict[str, Query]:
        """The needs as they are matched; without vectors where those are not made yet."""
        found: Mapping[int, Vectors] = {}
        if self.readings is not None and needs:
            texts = {id_: need_texts(text_of(fields_of_need(need))) for id_, need in needs.items()}
            found = await self.readings.of_needs(session_factory, needs, texts)
        return await asyncio.to_thread(_asked, needs, found, matched.vocabulary)

    def should_read_on(self, network_id: int) -> bool:
        """Whether profiles lack vectors, and nobody was told yet to go on making them."""
        return self.readings is not None and self.readings.should_read_on(network_id)

    async def lacking(self, session_factory: SessionFactory, network_id: int) -> int:
        """Make some of the vectors that a network lacks; how many profiles lack them still."""
        if self.readings is None:
            return 0
        async with self.indexes.up_to_date(session_factory, network_id):
            return await self.readings.lacking(session_factory, network_id)

    async def sweep(self, session_factory: SessionFactory) -> None:
        """Drop what nobody uses, and keep up the rest."""
        await self.indexes.sweep(session_factory)
        if self.readings is not None:
            self.readings.keep_only(self.indexes.loaded)


def _asked(
    needs: Mapping[int, Need], vectors: Mapping[int, Vectors], vocabulary: Vocabulary
) -> dict[str, Query]:
    return {
        str(id_): query(fields_of_need(need), vocabulary=vocabulary, vectors=vectors.get(id_))
        for id_, need in needs.items()
    }


def _needs_that_fit(
    profile: "_Profile",
    matched: Profiles,
    needs: Mapping[int, Need],
    asked: Mapping[str, Query],
    rooms: Mapping[int, int],
    now: datetime,
) -> list[Suggestion]:
    return suggest_needs(
        str(profile.expertise.id),
        matched,
        asked,
        lambda id_: _facts(needs[int(id_)], profile, rooms, now),
        fields_of(profile.expertise),
        top=MOST_RANKED,
    )


async def look_for(session: AsyncSession, need: Need, *, now: datetime) -> None:
    """Have a worker look for a need's candidates and bring the officer's card up to date."""
    await outbox.enqueue(
        session,
        need.network_id,
        SUGGEST_FOR_NEED,
        {"need_id": need.id},
        now=now,
        about=f"need:{need.id}",
    )


async def look_for_needs(session: AsyncSession, expertise: Expertise, *, now: datetime) -> None:
    """Have a worker look for the open needs that a profile fits."""
    await outbox.enqueue(
        session,
        expertise.network_id,
        SUGGEST_FOR_EXPERTISE,
        {"expertise_id": expertise.id},
        now=now,
        about=f"expertise:{expertise.id}",
    )


async def match_anew(session: AsyncSession, network_id: int, *, now: datetime) -> None:
    """Have a worker match every open need of a network anew."""
    await outbox.enqueue(session, network_id, LOOK_AGAIN, {}, now=now, lane=Lane.BULK)


async def read_on(session: AsyncSession, network_id: int, *, now: datetime) -> None:
    """Have a worker go on making the vectors that a network lacks."""
    await outbox.enqueue(session, network_id, READ_ON, {}, now=now, lane=Lane.BULK)


async def look_again(session: AsyncSession, network_id: int, *, now: datetime) -> None:
    """Have a worker look for the candidates of every open need: all are matched otherwise now."""
    stmt = select(Need).where(Need.network_id == network_id, Need.state == NeedState.OPEN)
    for need in await session.scalars(stmt.order_by(Need.id)):
        if need.shared:
            await look_for(session, need, now=now)


async def already_paired(session: AsyncSession, need_id: int, expertise_id: int) -> bool:
    """Whether the two were put together before, whatever became of it."""
    return await matches.pair(session, need_id, expertise_id) is not None


class _Profile(NamedTuple):
    expertise: Expertise
    role: str | None


def _facts(need: Need, profile: _Profile, rooms: Mapping[int, int], now: datetime) -> Facts:
    room = rooms.get(profile.expertise.id, profile.expertise.capacity)
    return facts_of(need, profile.expertise, profile.role, room=room, now=now)


def facts_of(
    need: Need, expertise: Expertise, role: str | None, *, room: int, now: datetime
) -> Facts:
    """What else than words speaks for a pair. room: introductions it can still take."""
    said = bool(expertise.places)
    return Facts(
        nearness=places.nearness(need.places, expertise.places) if said else None,
        covered=places.cover(need.places, expertise.places) if said else None,
        days_left=(need.needed_by - now.date()).days if need.needed_by else None,
        ready_in_days=READY_IN_DAYS.get(expertise.how_soon or ""),
        outputs_shared=_shared_outputs(need, expertise),
        money_fits=money_fits(need.money, expertise.least_money),
        money_needed=expertise.least_money != Money.NONE if expertise.least_money else None,
        room=room,
        research=role == Role.ACADEMIC if role else None,
        insisted=insisted(need.insists_on, expertise.insists_on),
    )


def _shared_outputs(need: Need, expertise: Expertise) -> tuple[str, ...] | None:
    if not need.outputs or not expertise.outputs:
        return None
    return tuple(one for one in need.outputs if one in expertise.outputs)


def money_fits(money: str | None, least: str | None) -> bool | None:
    """Whether what there is covers the least that is needed; None where one cannot tell."""
    if least == Money.NONE:
        return True
    if money not in MONEY_RISES or least not in MONEY_RISES:
        return None
    return MONEY_RISES.index(money) >= MONEY_RISES.index(least)


async def _profiles(session: AsyncSession, network_id: int, ids: set[int]) -> dict[int, _Profile]:
    found: dict[int, _Profile] = {}
    remaining = iter(sorted(ids))
    while some := list(islice(remaining, 500)):
        stmt = (
            select(Expertise, Member.role)
            .join(Member, Member.id == Expertise.member_id)
            .where(
                Expertise.network_id == network_id,
                Expertise.id.in_(some),
                Member.deactivated_at.is_(None),
            )
        )
        found |= {one.id: _Profile(one, role) for one, role in await session.execute(stmt)}
    return found


async def _barred_profiles(session: AsyncSession, need: Need, now: datetime) -> set[int]:
    """Profiles that are not suggested for a need: one's own, refused ones, the fully booked."""
    refused = select(Match.expertise_id).where(
        Match.need_id == need.id,
        or_(Match.officer_said.is_not(None), Match.academic_said.is_not(None)),
    )
    away = select(Expertise.id).where(
        Expertise.network_id == need.network_id,
        or_(Expertise.member_id == need.member_id, Expertise.no_capacity_until > now),
    )
    barred = {*await session.scalars(refused), *await session.scalars(away)}
    return barred | await introductions.fully_booked(session, need.network_id)


async def _needs_for(session: AsyncSession, expertise: Expertise) -> dict[int, Need]:
    refused = select(Match.need_id).where(
        Match.expertise_id == expertise.id,
        or_(Match.officer_said.is_not(None), Match.academic_said.is_not(None)),
    )
    stmt = select(Need).where(
        Need.network_id == expertise.network_id,
        Need.state == NeedState.OPEN,
        Need.member_id != expertise.member_id,
        Need.id.not_in(refused),
    )
    return {need.id: need for need in await session.scalars(stmt) if need.seeking}


async def keep(
    session: AsyncSession,
    network_id: int,
    found: Mapping[tuple[int, int], Suggestion],
    *,
    now: datetime,
    matcher: str = MATCHER_VERSION,
) -> dict[tuple[int, int], Match]:
    """Keep suggestions by (need id, expertise id), each pair once; `matcher` says whose they are.

    Subjects that were removed meanwhile are left out.
    """
    kept: dict[tuple[int, int], Match] = {}
    for (need_id, expertise_id), suggestion in found.items():
        if not await _both_there(session, network_id, need_id, expertise_id):
            continue
        match = await matches.pair(session, need_id, expertise_id)
        if match is None:
            match = Match(network_id=network_id, need_id=need_id, expertise_id=expertise_id)
            session.add(match)
        match.score, match.band = suggestion.score, suggestion.band
        match.reasons = [asdict(reason) for reason in suggestion.reasons]
        match.features = features_of(suggestion)
        match.matcher, match.suggested_at = matcher, now
        kept[need_id, expertise_id] = match
    await session.flush()
    return kept


def features_of(suggestion: Suggestion) -> dict[str, Any]:
    """What the matcher knew of a pair, as plain values: each reason's share, and every fact."""
    shares = {reason.kind: reason.share for reason in suggestion.reasons}
    facts = asdict(suggestion.facts)
    return {"shares": shares, "facts": facts | {"insisted": sorted(facts["insisted"])}}


async def forget_outdated(session: AsyncSession, of: Need | Expertise) -> Sequence[tuple[int, int]]:
    """Drop what was matched on words that have been changed since and is not matched now.

    What a person suggested, refused or asked for stays. Returns the dropped pairs, by (need id,
    expertise id): other cards show them still.
    """
    mine = Match.need_id == of.id if isinstance(of, Need) else Match.expertise_id == of.id
    asked = select(introductions.Introduction.match_id)
    dropped = await session.execute(
        delete(Match)
        .where(
            mine,
            Match.suggested_at < of.updated_at,
            Match.matcher != matches.BROKER,
            Match.officer_said.is_(None),
            Match.academic_said.is_(None),
            Match.id.not_in(asked),
        )
        .returning(Match.need_id, Match.expertise_id)
    )
    return [(need_id, expertise_id) for need_id, expertise_id in dropped]


async def _both_there(
    session: AsyncSession, network_id: int, need_id: int, expertise_id: int
) -> bool:
    need = select(Need.id).where(Need.network_id == network_id, Need.id == need_id)
    profile = select(Expertise.id).where(
        Expertise.network_id == network_id, Expertise.id == expertise_id
    )
    return (await session.scalar(need)) is not None and (await session.scalar(profile)) is not None
