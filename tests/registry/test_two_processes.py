"""Two processes at one database: what one commits the other's index sees, and nothing else."""

import asyncio
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from sqlalchemy import URL, select

from registry.matchmaker import Matchmaker
from registry.needs import Need
from tests.office import Office
from tests.people import QUESTION, academic, officer
from tests.processes import PATIENCE, ROOT
from tests.registry.neighbour import DONE

Tell = Callable[[str], Awaitable[None]]


@pytest.fixture
async def neighbour(office: Office, url: URL) -> AsyncIterator[Tell]:
    """Somebody's profile in the hands of another process, which does what it is told."""
    member = await office.member(await academic(office))
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.registry.neighbour",
        url.render_as_string(hide_password=False),
        str(member.id),
        cwd=ROOT,
        stdin=PIPE,
        stdout=PIPE,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    told, says = process.stdin, process.stdout

    async def tell(word: str) -> None:
        told.write(f"{word}\n".encode())
        async with asyncio.timeout(PATIENCE):
            assert (await says.readline()).decode() == DONE

    yield tell
    told.close()
    async with asyncio.timeout(PATIENCE):
        assert await process.wait() == 0


async def test_the_index_follows_another_process_and_never_what_it_rolled_back(
    office: Office, neighbour: Tell
) -> None:
    await office.posts(await officer(office), QUESTION)
    matchmaker = Matchmaker()
    async with office.session_factory.begin() as session:
        need = (await session.scalars(select(Need))).one()

    async def bands() -> list[str]:
        now = office.services.clock.now()
        found = await matchmaker.for_need(office.session_factory, need.id, now)
        return [one.band for one in found]

    assert await bands() == []
    await neighbour("nearly save")
    assert await bands() == []
    await neighbour("save")
    assert await bands() == ["strong"]
    await neighbour("nearly save elsewhere")
    assert await bands() == ["strong"]
    await neighbour("save elsewhere")
    assert await bands() == []
    await neighbour("save")
    assert await bands() == ["strong"]
    await neighbour("remove")
    assert await bands() == []
