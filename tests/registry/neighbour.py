"""Another process at the same database: does what it is told on standard input, a word a line.

Arguments: the database's address and a member's id. Says "done" after each word.
"""

import asyncio
import sys
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncSession

from registry import expertise as profiles
from registry.database import database_url, make_engine, make_session_factory
from registry.expertise import ExpertiseDraft
from registry.members import Member
from tests.people import FLOODS, HIGH_STREETS

DONE = "done\n"


class NotKept(Exception):
    """Ends a transaction that is to leave nothing behind."""


async def act(session: AsyncSession, member: Member, word: str) -> None:
    if word == "remove":
        own = await profiles.of_member(session, member)
        assert own is not None
        await profiles.remove(session, own)
        return
    summary = HIGH_STREETS if "elsewhere" in word else FLOODS
    draft = ExpertiseDraft(summary, shown_as="a university in Wales")
    await profiles.save(session, member, draft, now=datetime.now(UTC))
    if word.startswith("nearly"):
        await session.flush()
        raise NotKept


async def live(address: str, member_id: int) -> None:
    engine = make_engine(database_url(address, Path()))
    session_factory = make_session_factory(engine)
    while word := sys.stdin.readline().strip():
        try:
            async with session_factory.begin() as session:
                await act(session, await session.get_one(Member, member_id), word)
        except NotKept:
            pass
        sys.stdout.write(DONE)
        sys.stdout.flush()
    await engine.dispose()


if __name__ == "__main__":
    asyncio.run(live(sys.argv[1], int(sys.argv[2])))
