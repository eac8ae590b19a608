from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, text
from sqlalchemy.exc import StatementError
from sqlalchemy.ext.asyncio import AsyncEngine

from registry.database import SessionFactory, database_url
from registry.migrate import is_current, migrate
from registry.networks import Network
from registry.schema import METADATA


async def test_a_moment_comes_back_as_the_same_moment(session_factory: SessionFactory) -> None:
    moment = datetime(2026, 3, 2, 9, 0, tzinfo=timezone(timedelta(hours=1)))
    async with session_factory.begin() as session:
        session.add(Network(name="a", created_at=moment))
    async with session_factory.begin() as session:
        kept = (await session.get_one(Network, 1)).created_at
    assert kept == moment
    assert kept.tzinfo is UTC


async def test_a_naive_moment_is_refused(session_factory: SessionFactory) -> None:
    with pytest.raises(StatementError, match="naive"):
        async with session_factory.begin() as session:
            session.add(Network(name="a", created_at=datetime(2026, 3, 2, 9)))  # noqa: DTZ001


async def test_the_migrations_give_what_the_models_say(engine: AsyncEngine) -> None:
    def differences(connection: Connection) -> list[object]:
        return list(compare_metadata(MigrationContext.configure(connection), METADATA))

    assert await is_current(engine)
    async with engine.connect() as connection:
        assert await connection.run_sync(differences) == []


async def test_migrating_again_changes_nothing(
    engine: AsyncEngine, session_factory: SessionFactory, network: Network
) -> None:
    await migrate(engine)
    async with session_factory.begin() as session:
        assert (await session.get_one(Network, network.id)).name == network.name


async def test_sqlite_is_set_to_be_shared(engine: AsyncEngine, database: str) -> None:
    if database != "sqlite":
        return
    async with engine.connect() as connection:
        assert (await connection.execute(text("PRAGMA journal_mode"))).scalar() == "wal"
        assert (await connection.execute(text("PRAGMA foreign_keys"))).scalar() == 1


@pytest.mark.parametrize(
    ("configured", "driver"),
    [
        ("postgres://a@b/c", "postgresql+psycopg"),
        ("postgresql://a@b/c", "postgresql+psycopg"),
        ("sqlite:///x.db", "sqlite+aiosqlite"),
        (None, "sqlite+aiosqlite"),
    ],
)
def test_a_plain_address_is_given_our_driver(configured: str | None, driver: str) -> None:
    assert database_url(configured, Path("var")).drivername == driver
