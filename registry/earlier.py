"""Earlier needs that are like one somebody is writing: found in this process, shown from the rows.

A process that answers Slack has no worker's index at hand, so it keeps a small one of its own: the
newest needs of a network that everybody there may see. What it finds are ids; what is shown of
them is read again, so that a need which was narrowed or removed a moment ago is not there.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from matching.index import Index
from matching.priorities import as_document, like
from registry import changes, needs
from registry.database import SessionFactory
from registry.disclosure import AskedShown, asked_shown
from registry.matchmaker import query_of
from registry.needs import SHARED, Need
from registry.networks import Network

MOST_NEEDS = 2000
MOST_NETWORKS = 8
MOST_FOUND = 3
WAIT = 1.2
"""Seconds that a listener waits at most; what is not ready by then is ready at the next press."""


class EarlierNeeds:
    """A process's index of the needs of the networks that asked last."""

    def __init__(self) -> None:
        self._known: OrderedDict[int, _Known] = OrderedDict()
        self._running: set[asyncio.Task[list[int]]] = set()

    async def like(
        self,
        session_factory: SessionFactory,
        network_id: int,
        draft: Need,
        *,
        excluding: Sequence[int] = (),
        wait: float | None = None,
    ) -> list[int] | None:
        """The ids of the needs most like a draft, best first; None where it takes too long.

        It goes on reading then, so that the next press finds it ready.
        """
        task = asyncio.create_task(self._like(session_factory, network_id, draft, excluding))
        self._running.add(task)
        task.add_done_callback(self._ended)
        done, _ = await asyncio.wait({task}, timeout=WAIT if wait is None else wait)
        return task.result() if done else None

    async def _like(
        self,
        session_factory: SessionFactory,
        network_id: int,
        draft: Need,
        excluding: Sequence[int],
    ) -> list[int]:
        known = self._of(network_id)
        async with known.lock:
            await known.catch_up(session_factory, network_id)
            # More than are shown: of those that were narrowed or removed since, none is.
            return await asyncio.to_thread(
                like, query_of(draft), known.index, top=4 * MOST_FOUND, excluding=excluding
            )

    def _ended(self, task: asyncio.Task[list[int]]) -> None:
        self._running.discard(task)
        if not task.cancelled():
            task.exception()  # nobody waits any more: the next press meets it again

    def _of(self, network_id: int) -> "_Known":
        known = self._known.setdefault(network_id, _Known())
        self._known.move_to_end(network_id)
        while len(self._known) > MOST_NETWORKS:
            self._known.popitem(last=False)
        return known


@dataclass
class _Known:
    """One network's needs, as of a change number; None before the first reading."""

    index: Index = field(default_factory=Index)
    ids: set[int] = field(default_factory=set)
    number: int | None = None
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def catch_up(self, session_factory: SessionFactory, network_id: int) -> None:
        async with session_factory.begin() as session:
            if self.number is None:
                network = await session.get_one(Network, network_id)
                # The number first: what changes meanwhile is read once more, and no change is lost.
                number, changed = network.change_number, None
            else:
                found = await changes.since(session, network_id, self.number)
                number = found.number
                changed = {id_ for subject, id_ in found.subjects if subject == needs.SUBJECT}
            rows = await _newest(session, network_id, changed)
        await asyncio.to_thread(self._put, rows, changed or set())
        self.number = number

    def _put(self, rows: Sequence[Need], changed: set[int]) -> None:
        for id_ in changed - {need.id for need in rows}:
            self.index.remove(str(id_))
            self.ids.discard(id_)
        for need in rows:
            self.index.put(as_document(need.id, query_of(need)))
            self.ids.add(need.id)
        for id_ in sorted(self.ids)[:-MOST_NEEDS]:
            self.index.remove(str(id_))
            self.ids.discard(id_)
        if rows:
            self.index.refresh()


async def _newest(session: AsyncSession, network_id: int, among: set[int] | None) -> Sequence[Need]:
    """The newest needs that everybody may see, or those of some ids."""
    stmt = (
        select(Need)
        .where(Need.network_id == network_id, SHARED)
        .order_by(Need.id.desc())
        .limit(MOST_NEEDS)
    )
    if among is not None:
        stmt = stmt.where(Need.id.in_(sorted(among)[-MOST_NEEDS:]))
    return (await session.scalars(stmt)).all()


async def shown(
    session: AsyncSession, network_id: int, ids: Sequence[int], *, most: int = MOST_FOUND
) -> list[AskedShown]:
    """These needs as everybody in the network may see them, in this order; others are not there."""
    found = {
        need.id: need
        for need in await session.scalars(
            select(Need).where(Need.network_id == network_id, Need.id.in_(ids))
        )
        if need.shared
    }
    there = [found[id_] for id_ in ids if id_ in found]
    return [await asked_shown(session, need) for need in there[:most]]
