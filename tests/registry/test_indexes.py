"""An index that is loaded, built, caught up, swept and saved: on both databases."""

import asyncio
import os
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import event, update
from sqlalchemy.ext.asyncio import AsyncEngine

from matching import engine as numbers
from matching.analysis import Field, analyse
from matching.index import Hit, Index
from registry import changes, expertise, indexes
from registry.database import SessionFactory
from registry.expertise import SUBJECT, Expertise, ExpertiseDraft
from registry.indexes import IDLE, REFRESHED_EVERY, SAVED_EVERY, Indexes
from registry.matchmaker import document_of
from registry.members import Member
from registry.networks import Network, Workspace
from tests.conftest import MONDAY

FLOODS = "Surface water flooding and drainage in terraced streets"
SHOPS = "Empty shops and footfall in town centres"
BATS = "Bats, hedgerows and lighting of country lanes"


class Stopwatch:
    """Seconds that go on when a test says so."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def stopwatch() -> Stopwatch:
    return Stopwatch()


class People:
    """Profiles in the database, and what an index finds of them."""

    def __init__(
        self, session_factory: SessionFactory, workspace: Workspace, folder: Path, clock: Stopwatch
    ) -> None:
        self.session_factory = session_factory
        self.workspace = workspace
        self.network_id = workspace.network_id
        self.folder = folder
        self.clock = clock
        self.indexes = self.restarted()

    def restarted(self) -> Indexes:
        """A new process's indexes."""
        self.indexes = Indexes(document_of, self.folder, self.clock)
        return self.indexes

    @property
    def file(self) -> Path:
        return self.folder / f"{self.network_id}.index"

    async def joins(self, summary: str) -> int:
        async with self.session_factory.begin() as session:
            member = Member(
                network_id=self.network_id,
                workspace_id=self.workspace.id,
                slack_id=f"U{uuid4().hex}",
                role="academic",
                created_at=MONDAY,
            )
            session.add(member)
            await session.flush()
            found = await expertise.save(session, member, ExpertiseDraft(summary), now=MONDAY)
            return found.id

    async def rewrites(self, id_: int, summary: str) -> None:
        async with self.session_factory.begin() as session:
            found = await session.get_one(Expertise, id_)
            found.summary = summary
            await changes.record(session, self.network_id, SUBJECT, id_)

    async def leaves(self, id_: int) -> None:
        async with self.session_factory.begin() as session:
            await expertise.remove(session, await session.get_one(Expertise, id_))

    async def sweeps(self) -> None:
        await self.indexes.sweep(self.session_factory)

    def ages(self) -> None:
        """Let the files be of two hours ago."""
        for path in self.folder.iterdir():
            os.utime(path, (time.time() - 7200,) * 2)

    async def found(self, text: str) -> list[Hit]:
        async with self.indexes.up_to_date(self.session_factory, self.network_id) as index:
            return index.search(analyse([Field(text)]).counts, top=10)

    async def ids(self, text: str) -> list[int]:
        return [int(hit.id) for hit in await self.found(text)]


@pytest.fixture
async def people(
    session_factory: SessionFactory, workspace: Workspace, tmp_path: Path, stopwatch: Stopwatch
) -> People:
    return People(session_factory, workspace, tmp_path / "indexes", stopwatch)


class Watched:
    """How many indexes were built from the rows, and how many profiles were read anew."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.read: list[int] = []
        self.pages = 0
        page, rows = indexes._page, indexes._rows

        async def counted_page(*arguments: Any) -> Any:
            self.pages += 1
            return await page(*arguments)

        async def counted_rows(factory: Any, network_id: int, ids: list[int]) -> Any:
            self.read += ids
            return await rows(factory, network_id, ids)

        monkeypatch.setattr(indexes, "_page", counted_page)
        monkeypatch.setattr(indexes, "_rows", counted_rows)


@pytest.fixture
def watched(monkeypatch: pytest.MonkeyPatch) -> Watched:
    return Watched(monkeypatch)


async def test_every_change_is_seen_and_nothing_else_is_read(
    people: People, watched: Watched
) -> None:
    floods, shops = await people.joins(FLOODS), await people.joins(SHOPS)
    assert sorted(await people.ids("flooding shops drainage")) == [floods, shops]
    assert (watched.pages, watched.read) == (2, [])
    bats = await people.joins(BATS)
    assert sorted(await people.ids("bats and shops")) == [shops, bats]
    await people.rewrites(shops, FLOODS)
    await people.leaves(floods)
    assert await people.ids("flooding and shops") == [shops]
    assert (watched.pages, watched.read) == (2, [bats, *sorted([floods, shops])])


async def test_a_list_of_publications_is_taken_up_as_any_change_is(
    people: People, watched: Watched
) -> None:
    shops = await people.joins(SHOPS)
    assert await people.ids("bats") == []
    for lines, found in (([BATS, FLOODS], [shops]), ([FLOODS], [])):
        async with people.session_factory.begin() as session:
            member = await session.get_one(
                Member, (await session.get_one(Expertise, shops)).member_id
            )
            draft = ExpertiseDraft(SHOPS, publications=tuple(lines))
            await expertise.save(session, member, draft, now=MONDAY)
        assert await people.ids("bats") == found
        assert await people.ids("drainage") == [shops]
    assert (watched.pages, watched.read) == (2, [shops, shops])
    people.ages()
    await people.sweeps()
    people.restarted()
    assert await people.ids("drainage") == [shops]
    assert watched.pages == 2


async def test_what_was_rolled_back_is_never_seen(people: People) -> None:
    floods = await people.joins(FLOODS)
    assert await people.ids("bats") == []
    async with people.session_factory() as session:
        (await session.get_one(Expertise, floods)).summary = BATS
        await changes.record(session, people.network_id, SUBJECT, floods)
        await session.flush()
        await session.rollback()
    assert await people.ids("bats") == []


async def test_many_pages_make_one_index(
    people: People, watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(indexes, "PAGE", 2)
    joined = [await people.joins(FLOODS) for _ in range(5)]
    assert await people.ids("flooding") == joined
    assert watched.pages == 4


async def test_those_who_left_and_those_who_paused_are_not_in_it(people: People) -> None:
    left, paused, there = [await people.joins(FLOODS) for _ in range(3)]
    async with people.session_factory.begin() as session:
        await expertise.pause(session, await session.get_one(Expertise, paused), now=MONDAY)
        member_id = (await session.get_one(Expertise, left)).member_id
        (await session.get_one(Member, member_id)).deactivated_at = MONDAY
    assert await people.ids("flooding") == [there]


async def test_no_session_is_open_while_it_computes(
    people: People, engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = 0

    def begun(_: object) -> None:
        nonlocal held
        held += 1

    def ended(_: object) -> None:
        nonlocal held
        held -= 1

    for name, listener in (("begin", begun), ("commit", ended), ("rollback", ended)):
        event.listen(engine.sync_engine, name, listener)
    seen: list[int] = []
    to_thread = asyncio.to_thread

    async def watching(work: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        seen.append(held)
        return await to_thread(work, *args, **kwargs)

    monkeypatch.setattr(asyncio, "to_thread", watching)
    floods = await people.joins(FLOODS)
    assert await people.ids("flooding") == [floods]
    await people.rewrites(floods, SHOPS)
    assert await people.ids("shops") == [floods]
    for name, listener in (("begin", begun), ("commit", ended), ("rollback", ended)):
        event.remove(engine.sync_engine, name, listener)
    assert len(seen) >= 4
    assert set(seen) == {0}


# The file


async def test_a_restart_loads_the_file_and_catches_up(people: People, watched: Watched) -> None:
    floods, shops, bats = [await people.joins(text) for text in (FLOODS, SHOPS, BATS)]
    before = await people.found("flooding shops bats")
    pages = watched.pages
    assert people.file.exists()
    people.restarted()
    assert await people.found("flooding shops bats") == before
    await people.rewrites(floods, BATS)
    more = await people.joins(SHOPS)
    await people.leaves(bats)
    people.restarted()
    assert await people.ids("flooding") == []
    assert await people.ids("bats") == [floods]
    assert await people.ids("shops") == [shops, more]
    assert watched.pages == pages
    assert sorted(watched.read) == sorted([floods, bats, more])


async def cut(people: People) -> None:
    people.file.write_bytes(people.file.read_bytes()[:-50])


async def changed(people: People) -> None:
    content = bytearray(people.file.read_bytes())
    content[-100] ^= 1
    people.file.write_bytes(content)


async def missing(people: People) -> None:
    people.file.unlink()


async def other_matcher(people: People) -> None:
    index, about = Index.load(people.file, {})
    index.save(people.file, about | {"matcher": "words-0"})


async def other_network(people: People) -> None:
    index, about = Index.load(people.file, {})
    index.save(people.file, about | {"network": about["network"] + 1})


async def other_database(people: People) -> None:
    index, about = Index.load(people.file, {})
    index.save(people.file, about | {"created": "2020-01-01T00:00:00+00:00"})


async def later_than_the_database(people: People) -> None:
    index, about = Index.load(people.file, {})
    index.save(people.file, about | {"number": about["number"] + 1})


async def long_ago(people: People) -> None:
    async with people.session_factory.begin() as session:
        await session.execute(
            update(Network).values(change_number=Network.change_number + indexes.PAGE + 1)
        )


@pytest.mark.parametrize(
    "spoil",
    [
        cut,
        changed,
        missing,
        other_matcher,
        other_network,
        other_database,
        later_than_the_database,
        long_ago,
    ],
)
async def test_no_good_file_means_that_it_is_built_from_the_rows(
    spoil: Callable[[People], Awaitable[None]], people: People, watched: Watched
) -> None:
    floods = await people.joins(FLOODS)
    # What a wrong file would find, were it believed.
    index = Index()
    index.put(document_of(Expertise(id=99, summary=FLOODS, publications=[], topics=[], methods=[])))
    before = await people.found("flooding")
    _, about = Index.load(people.file, {})
    index.save(people.file, about)
    await spoil(people)
    people.restarted()
    pages = watched.pages
    assert await people.found("flooding") == before
    assert [hit.id for hit in before] == [str(floods)]
    assert watched.pages == pages + 2
    people.restarted()
    assert await people.found("flooding") == before
    assert watched.pages == pages + 2


async def test_a_file_that_cannot_be_written_costs_nothing_else(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "no space left on device")

    monkeypatch.setattr(Index, "save", full)
    floods = await people.joins(FLOODS)
    assert await people.ids("flooding") == [floods]
    assert not people.file.exists()


# The sweep


async def test_an_index_that_nobody_uses_is_saved_and_dropped(
    people: People, watched: Watched, stopwatch: Stopwatch
) -> None:
    floods = await people.joins(FLOODS)
    await people.ids("flooding")
    shops = await people.joins(SHOPS)
    stopwatch.seconds = 100
    await people.ids("flooding")
    stopwatch.seconds = IDLE + 99
    await people.sweeps()
    assert people.indexes.loaded == {people.network_id}
    stopwatch.seconds = IDLE + 100
    await people.sweeps()
    assert people.indexes.loaded == frozenset()
    pages, read = watched.pages, list(watched.read)
    assert await people.ids("flooding") == [floods]
    assert await people.ids("shops") == [shops]
    assert (watched.pages, watched.read) == (pages, read)


async def test_an_index_in_use_is_saved_now_and_then(people: People, stopwatch: Stopwatch) -> None:
    await people.joins(FLOODS)
    await people.ids("flooding")
    floods = await people.joins(FLOODS)
    for stopwatch.seconds in range(0, int(SAVED_EVERY) + 1, 600):
        await people.ids("flooding")
        await people.sweeps()
    loaded, about = Index.load(people.file, {})
    assert str(floods) in loaded
    assert about["number"] == 2
    written = people.file.stat().st_mtime_ns
    stopwatch.seconds += SAVED_EVERY
    await people.ids("flooding")
    await people.sweeps()
    assert people.file.stat().st_mtime_ns == written


async def test_statistics_are_taken_anew_when_they_have_drifted_or_are_a_day_old(
    people: People, stopwatch: Stopwatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(numbers, "REFRESHED_BELOW", 1)
    monkeypatch.setattr(numbers, "MOST_DRIFT", 10.0)
    monkeypatch.setattr(indexes, "DRIFTED", 0.4)

    async def drift() -> float:
        async with people.indexes.up_to_date(people.session_factory, people.network_id) as index:
            return index.drift

    for _ in range(4):
        await people.joins(FLOODS)
    assert await drift() == 0
    await people.joins(SHOPS)
    assert await drift() == 0.25
    await people.sweeps()
    assert await drift() == 0.25
    await people.joins(SHOPS)
    assert await drift() == 0.5
    await people.sweeps()
    assert await drift() == 0
    await people.joins(SHOPS)
    stopwatch.seconds = REFRESHED_EVERY
    assert await drift() > 0
    await people.sweeps()
    assert await drift() == 0


async def test_what_is_in_use_is_not_swept(people: People, stopwatch: Stopwatch) -> None:
    await people.joins(FLOODS)
    async with people.indexes.up_to_date(people.session_factory, people.network_id):
        stopwatch.seconds = 10 * IDLE
        await people.sweeps()
        assert people.indexes.loaded == {people.network_id}


async def test_what_was_removed_leaves_the_file_though_nobody_searches(people: People) -> None:
    floods = await people.joins(FLOODS)
    await people.ids("flooding")
    people.restarted()
    await people.leaves(floods)
    await people.sweeps()
    assert b"flood" in people.file.read_bytes()
    people.ages()
    await people.sweeps()
    assert b"flood" not in people.file.read_bytes()


async def test_an_index_in_memory_is_caught_up_by_the_sweep(
    people: People, stopwatch: Stopwatch
) -> None:
    floods = await people.joins(FLOODS)
    await people.ids("flooding")
    await people.leaves(floods)
    stopwatch.seconds = SAVED_EVERY
    await people.sweeps()
    assert b"flood" not in people.file.read_bytes()


async def test_files_of_nothing_are_deleted_and_good_ones_left(people: People) -> None:
    await people.joins(FLOODS)
    await people.ids("flooding")
    people.restarted()
    good = people.file.stat().st_ino
    (people.folder / "99999.index").write_bytes(people.file.read_bytes())
    (people.folder / f"{people.file.name}half-written").write_bytes(b"half")
    await people.sweeps()
    assert len(list(people.folder.iterdir())) == 3
    people.ages()
    await people.sweeps()
    assert [path.stat().st_ino for path in people.folder.iterdir()] == [good]
    assert people.indexes.loaded == frozenset()


async def test_an_old_file_that_cannot_be_read_is_renewed(people: People) -> None:
    floods = await people.joins(FLOODS)
    await people.ids("flooding")
    people.restarted()
    people.file.write_bytes(b"nothing of use")
    people.ages()
    await people.sweeps()
    people.restarted()
    assert await people.ids("flooding") == [floods]
    assert Index.load(people.file, {})
