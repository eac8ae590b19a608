"""Each network's index of profiles: loaded when it is used, kept up to date, dropped when not.

An index holds nothing that the database does not. It comes from a file, if there is a good one,
or else from the rows, and then follows the network's changes. Whatever computes runs in a
thread, and no session is open meanwhile.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy import Select, select

from matching.index import Document, Index
from matching.matcher import MATCHER_VERSION
from matching.saved import Wrong, claimed
from matching.vocabulary import Vocabulary
from registry import changes
from registry.database import SessionFactory
from registry.expertise import SUBJECT, Expertise
from registry.members import Member
from registry.networks import Network
from registry.vocabulary import Words, words_of

log = structlog.get_logger()

PAGE = 500
MOST_BEHIND = 0.5
IDLE = 30 * 60.0
SAVED_EVERY = 60 * 60.0
REFRESHED_EVERY = 24 * 60 * 60.0
DRIFTED = 0.05


@dataclass
class _Known:
    """One network's index as of a change number, and when what was last done to it.

    Times are seconds of the clock that `Indexes` was given.
    """

    index: Index
    words: Words
    about: dict[str, Any]
    number: int
    used: float
    refreshed: float
    saved: float
    saved_number: int | None


class Indexes:
    """A process's indexes, by network. One search at a time in each.

    document_of: what a profile is found by, in a network's vocabulary. folder: where files are
    kept, if anywhere. clock: seconds that only ever go on.
    """

    def __init__(
        self,
        document_of: Callable[[Expertise, Vocabulary], Document],
        folder: Path | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._document_of = document_of
        self._folder = folder
        self._clock = clock
        self._known: dict[int, _Known] = {}
        self._locks: dict[int, asyncio.Lock] = {}

    @asynccontextmanager
    async def up_to_date(
        self, session_factory: SessionFactory, network_id: int
    ) -> AsyncIterator[Index]:
        """The network's index with every change that is committed now; nobody else's meanwhile."""
        async with self._locks.setdefault(network_id, asyncio.Lock()):
            known = await self._caught_up(session_factory, network_id)
            known.used = self._clock()
            yield known.index

    def vocabulary(self, network_id: int) -> Vocabulary:
        """The vocabulary that a network's index was made with; of one that is in use."""
        return self._known[network_id].words.vocabulary

    @property
    def loaded(self) -> frozenset[int]:
        """The networks whose index is in memory."""
        return frozenset(self._known)

    async def sweep(self, session_factory: SessionFactory) -> None:
        """Drop what nobody uses, take drifted statistics anew, and save what has changed.

        What was removed from the database is thereby gone from the files within two hours.
        """
        for network_id in list(self._known):
            lock = self._locks[network_id]
            if not lock.locked():
                async with lock:
                    await self._sweep(session_factory, network_id)
        if self._folder is not None and self._folder.exists():
            await self._tidy(session_factory, self._folder)

    async def _tidy(self, session_factory: SessionFactory, folder: Path) -> None:
        """Files that no index in memory keeps up: renewed when behind, deleted when of nothing."""
        async with session_factory.begin() as session:
            rows = await session.execute(select(Network.id, Network.change_number))
            numbers = {f"{id_}.index": (id_, number) for id_, number in rows}
        for path in await asyncio.to_thread(_old_files, folder):
            network_id, number = numbers.get(path.name, (None, 0))
            if network_id is None:
                path.unlink(missing_ok=True)
            elif network_id not in self._known and _number_of(path) != number:
                async with self.up_to_date(session_factory, network_id):
                    await self._save(network_id, self._known[network_id])

    async def _sweep(self, session_factory: SessionFactory, network_id: int) -> None:
        known = self._known[network_id]
        await self._catch_up(session_factory, network_id, known)
        now = self._clock()
        idle = now - known.used >= IDLE
        if idle or known.index.drift > DRIFTED or now - known.refreshed >= REFRESHED_EVERY:
            await self._refresh(network_id, known)
        if idle or now - known.saved >= SAVED_EVERY:
            await self._save(network_id, known)
        if idle:
            del self._known[network_id]
            log.info("index_dropped", network=network_id)

    async def _refresh(self, network_id: int, known: _Known) -> None:
        drift, known.refreshed = known.index.drift, self._clock()
        if drift:
            await asyncio.to_thread(known.index.refresh)
            log.info("index_refreshed", network=network_id, drift=round(drift, 4))

    async def _save(self, network_id: int, known: _Known) -> None:
        known.saved = self._clock()
        path = self._path(network_id)
        if path is None or known.saved_number == known.number:
            return
        about = known.about | {"number": known.number}
        try:
            await asyncio.to_thread(known.index.save, path, about)
        except OSError as error:  # a full disk costs a slower start, and nothing else
            log.warning("index_not_saved", network=network_id, error=type(error).__name__)
            return
        known.saved_number = known.number

    def _path(self, network_id: int) -> Path | None:
        return self._folder / f"{network_id}.index" if self._folder else None

    async def _caught_up(self, session_factory: SessionFactory, network_id: int) -> _Known:
        known = self._known.get(network_id)
        async with session_factory.begin() as session:
            network = await session.get_one(Network, network_id)
            words = await words_of(session, network_id, known.words if known else None)
        if known is None or known.words != words:
            known = await self._loaded(network, words)
        if known is None or _too_old(known, network):
            known = await self._built(session_factory, network, words)
        self._known[network_id] = known
        await self._catch_up(session_factory, network_id, known)
        return known

    async def _loaded(self, network: Network, words: Words) -> _Known | None:
        path = self._path(network.id)
        if path is None:
            return None
        try:
            index, about = await asyncio.to_thread(Index.load, path, _about(network, words))
        except Wrong as wrong:
            log.info("index_not_loaded", network=network.id, why=str(wrong))
            return None
        log.info("index_loaded", network=network.id, profiles=len(index), number=about["number"])
        return self._new(network, words, index, about["number"], about["number"])

    def _new(
        self, network: Network, words: Words, index: Index, number: int, saved: int | None
    ) -> _Known:
        now = self._clock()
        return _Known(index, words, _about(network, words), number, now, now, now, saved)

    async def _built(
        self, session_factory: SessionFactory, network: Network, words: Words
    ) -> _Known:
        """From the rows, page by page. What changes meanwhile is caught up with afterwards."""
        index, after = Index(), 0
        while rows := await _page(session_factory, network.id, after):
            after = rows[-1].id
            await asyncio.to_thread(self._put, index, words, rows)
        await asyncio.to_thread(index.refresh)
        known = self._new(network, words, index, network.change_number, None)
        log.info("index_built", network=network.id, profiles=len(index), number=known.number)
        await self._save(network.id, known)
        return known

    def _put(self, index: Index, words: Words, rows: Iterable[Expertise]) -> None:
        for row in rows:
            if row.seeking:
                index.put(self._document_of(row, words.vocabulary))

    async def _catch_up(
        self, session_factory: SessionFactory, network_id: int, known: _Known
    ) -> None:
        async with session_factory.begin() as session:
            changed = await changes.since(session, network_id, known.number)
        ids = sorted(id_ for subject, id_ in changed.subjects if subject == SUBJECT)
        for begin in range(0, len(ids), PAGE):
            some = ids[begin : begin + PAGE]
            rows = await _rows(session_factory, network_id, some)
            await asyncio.to_thread(self._replace, known, some, rows)
        known.number = changed.number

    def _replace(self, known: _Known, ids: Sequence[int], rows: Sequence[Expertise]) -> None:
        for id_ in ids:
            known.index.remove(str(id_))
        self._put(known.index, known.words, rows)


def _old_files(folder: Path) -> list[Path]:
    """The files that nobody has written for a while."""
    long_ago = time.time() - SAVED_EVERY
    return [path for path in folder.iterdir() if path.stat().st_mtime < long_ago]


def _number_of(path: Path) -> object:
    """The change number that a file gives, or None."""
    try:
        return claimed(path).get("number")
    except Wrong:
        return None


def _about(network: Network, words: Words) -> dict[str, Any]:
    """What tells an index from one of another network, database, matcher or vocabulary."""
    return {
        "network": network.id,
        "created": network.created_at.isoformat(),
        "matcher": MATCHER_VERSION,
        "vocabulary": words.vocabulary.digest,
    }


def _too_old(known: _Known, network: Network) -> bool:
    """Whether so much has changed that the rows are the shorter way, or it is not of this past."""
    behind = network.change_number - known.number
    return behind < 0 or behind > max(PAGE, MOST_BEHIND * len(known.index))


async def _page(
    session_factory: SessionFactory, network_id: int, after: int
) -> Sequence[Expertise]:
    stmt = _present(network_id).where(Expertise.id > after).order_by(Expertise.id).limit(PAGE)
    async with session_factory.begin() as session:
        return (await session.scalars(stmt)).all()


async def _rows(
    session_factory: SessionFactory, network_id: int, ids: Sequence[int]
) -> Sequence[Expertise]:
    async with session_factory.begin() as session:
        return (await session.scalars(_present(network_id).where(Expertise.id.in_(ids)))).all()


def _present(network_id: int) -> Select[Expertise]:
    """The profiles of people who have not left."""
    return (
        select(Expertise)
        .join(Member, Member.id == Expertise.member_id)
        .where(Expertise.network_id == network_id, Member.deactivated_at.is_(None))
    )
