"""Has a model read the texts of needs and profiles: each once, however many processes ask.

Vectors are in the database; those of a network's profiles are kept at hand too, and follow its
changes. What a model has to read is read some at a time, in a thread, with no session open.
"""

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate

import structlog
from sqlalchemy import select

from matching.encoding import digest
from matching.meanings import Meanings
from matching.vectors import Encoder, UnusableModel, Vectors
from registry import changes, vectors
from registry.database import SessionFactory
from registry.expertise import SUBJECT, Expertise
from registry.needs import Need
from registry.networks import Network
from registry.vectors import AT_ONCE, OF_EXPERTISE, OF_NEEDS, Kept, as_kept

log = structlog.get_logger()

MOST_READ = 64
"""Needs, or texts of profiles, read before a ranking goes on: two to four seconds of one core."""


@dataclass
class _Known:
    """A network's vectors as of a change number. unread: profiles whose vectors are to be made."""

    number: int
    meanings: Meanings = field(default_factory=Meanings)
    unread: set[int] = field(default_factory=set)
    reading_on: bool = False

    def take(self, id_: int, found: Vectors | None) -> None:
        """What was found for a profile; None where it is to be read."""
        if found is None:
            self.meanings.remove(str(id_))
            self.unread.add(id_)
        else:
            self.meanings.put(str(id_), found)
            self.unread.discard(id_)

    def forget(self, id_: int) -> None:
        self.meanings.remove(str(id_))
        self.unread.discard(id_)


class Readings:
    """Vectors by network, for a process. Whoever calls sees to it that one does at a time.

    texts_of: what a model reads of a profile.
    """

    def __init__(self, encoder: Encoder, texts_of: Callable[[Expertise], Sequence[str]]) -> None:
        self._encoder = encoder
        self._texts_of = texts_of
        self._known: dict[int, _Known] = {}
        self._usable = True

    async def up_to_date(self, session_factory: SessionFactory, network_id: int) -> Meanings:
        """The vectors of a network's profiles; of those that lack them, the first few are made."""
        known = await self._caught_up(session_factory, network_id)
        if known.unread and self._usable:
            await self._read_some(session_factory, network_id, known)
        return known.meanings

    async def lacking(self, session_factory: SessionFactory, network_id: int) -> int:
        """Make some vectors that are lacking; how many profiles lack them still."""
        await self.up_to_date(session_factory, network_id)
        known = self._known[network_id]
        known.reading_on = bool(known.unread) and self._usable
        return len(known.unread) if self._usable else 0

    def should_read_on(self, network_id: int) -> bool:
        """Whether vectors are lacking and nobody was told yet to go on making them."""
        known = self._known.get(network_id)
        if known is None or not known.unread or known.reading_on or not self._usable:
            return False
        known.reading_on = True
        return True

    def keep_only(self, networks: Collection[int]) -> None:
        """Drop what is at hand of other networks."""
        for network_id in self._known.keys() - set(networks):
            del self._known[network_id]

    async def of_needs(
        self,
        session_factory: SessionFactory,
        needs: Mapping[int, Need],
        texts: Mapping[int, Sequence[str]],
    ) -> dict[int, Vectors]:
        """The vectors of each need's texts; of those that have none yet, the first few are made."""
        network_id = next(iter(needs.values())).network_id
        model = self._encoder.model
        async with session_factory.begin() as session:
            kept = await vectors.stored(session, network_id, OF_NEEDS, texts, model)
        digests = {id_: digest(some) for id_, some in texts.items()}
        found = {id_: one.vectors for id_, one in kept.items() if one.digest == digests[id_]}
        lacking = sorted(texts.keys() - found.keys())[:MOST_READ]
        made = await self._made({id_: texts[id_] for id_ in lacking})
        if made:
            keeping = {
                id_: Kept(digests[id_], needs[id_].updated_at, some) for id_, some in made.items()
            }
            async with session_factory.begin() as session:
                await vectors.keep(session, network_id, OF_NEEDS, keeping, model)
        return found | made

    async def _caught_up(self, session_factory: SessionFactory, network_id: int) -> _Known:
        known = self._known.get(network_id)
        if known is None:
            known = await self._loaded(session_factory, network_id)
            self._known[network_id] = known
        async with session_factory.begin() as session:
            changed = await changes.since(session, network_id, known.number)
        ids = sorted(id_ for subject, id_ in changed.subjects if subject == SUBJECT)
        for begin in range(0, len(ids), AT_ONCE):
            await self._replace(session_factory, network_id, known, ids[begin : begin + AT_ONCE])
        known.number = changed.number
        return known

    async def _loaded(self, session_factory: SessionFactory, network_id: int) -> _Known:
        """From the rows, page by page. What changes meanwhile is caught up with afterwards."""
        async with session_factory.begin() as session:
            network = await session.get_one(Network, network_id)
        known, after = _Known(network.change_number), 0
        while page := await self._page(session_factory, network_id, after, None):
            after = max(page)
            for id_, found in page.items():
                known.take(id_, found)
        return known

    async def _replace(
        self, session_factory: SessionFactory, network_id: int, known: _Known, ids: Sequence[int]
    ) -> None:
        """What has changed is compared with the texts themselves, when it is read."""
        page = await self._page(session_factory, network_id, 0, ids)
        for id_ in ids:
            if id_ in page:
                known.take(id_, None)
            else:
                known.forget(id_)

    async def _page(
        self,
        session_factory: SessionFactory,
        network_id: int,
        after: int,
        among: Collection[int] | None,
    ) -> dict[int, Vectors | None]:
        async with session_factory.begin() as session:
            return await vectors.of_profiles(
                session, network_id, self._encoder.model, after=after, among=among
            )

    async def _read_some(
        self, session_factory: SessionFactory, network_id: int, known: _Known
    ) -> None:
        """Make vectors of the first few that lack them; a text that was read is not read again."""
        ids = sorted(known.unread)[:MOST_READ]
        model = self._encoder.model
        async with session_factory.begin() as session:
            stmt = select(Expertise).where(
                Expertise.network_id == network_id, Expertise.id.in_(ids)
            )
            rows = {row.id: row for row in await session.scalars(stmt)}
            kept = await vectors.stored(session, network_id, OF_EXPERTISE, rows, model)
        texts = {id_: self._texts_of(row) for id_, row in rows.items()}
        digests = {id_: digest(some) for id_, some in texts.items()}
        same = {id_: one.vectors for id_, one in kept.items() if one.digest == digests[id_]}
        made = same | await self._made(
            _first({id_: texts[id_] for id_ in texts.keys() - same.keys()})
        )
        keeping = {
            id_: Kept(digests[id_], rows[id_].updated_at, some) for id_, some in made.items()
        }
        async with session_factory.begin() as session:
            await vectors.keep(session, network_id, OF_EXPERTISE, keeping, model)
        for id_, some in made.items():
            known.take(id_, some)
        known.unread -= set(ids) - rows.keys()

    async def _made(self, texts: Mapping[int, Sequence[str]]) -> dict[int, Vectors]:
        """What the model makes of texts, as it will be read again.

        A model that cannot be used is logged once, and everything goes on by words alone.
        """
        if not texts or not self._usable:
            return {}
        try:
            return await asyncio.to_thread(self._encoded, dict(sorted(texts.items())))
        except UnusableModel as error:
            log.exception("model_unusable", error=str(error))
            self._usable = False
            return {}

    def _encoded(self, texts: Mapping[int, Sequence[str]]) -> dict[int, Vectors]:
        """All together: the model reads short texts with short ones."""
        found = as_kept(self._encoder.encode([text for some in texts.values() for text in some]))
        ends = accumulate(map(len, texts.values()))
        return {
            id_: found[end - len(some) : end]
            for (id_, some), end in zip(texts.items(), ends, strict=True)
        }


def _first(texts: Mapping[int, Sequence[str]]) -> dict[int, Sequence[str]]:
    """Of the first profiles, as many as begin within what is read at once: one at least."""
    ids = sorted(texts)
    begins = accumulate((len(texts[id_]) for id_ in ids), initial=0)
    return {id_: texts[id_] for id_, begin in zip(ids, begins, strict=False) if begin < MOST_READ}
