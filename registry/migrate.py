"""Brings a database to the newest version, on either engine."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncEngine

MIGRATIONS = Path(__file__).parent / "migrations"


def configuration(connection: Connection) -> Config:
    """Alembic's settings, made here, so that there is no second file to keep."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    return config


async def migrate(engine: AsyncEngine, revision: str = "head") -> None:
    """Upgrade to `revision`, all or nothing.

    On SQLite a table is changed by making it anew: with foreign keys on that would delete
    child rows, so they are off meanwhile and checked before the commit.
    """
    async with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            await connection.run_sync(_upgrade_sqlite, revision)
        else:
            async with connection.begin():
                # Replicas that start together take turns.
                await connection.execute(text("SELECT pg_advisory_xact_lock(7230417)"))
                await connection.run_sync(_upgrade, revision)


async def is_current(engine: AsyncEngine) -> bool:
    """Whether the database is of the newest version."""
    async with engine.connect() as connection:
        return await connection.run_sync(_is_current)


def _is_current(connection: Connection) -> bool:
    newest = ScriptDirectory.from_config(configuration(connection)).get_current_head()
    return MigrationContext.configure(connection).get_current_revision() == newest


def _upgrade(connection: Connection, revision: str) -> None:
    command.upgrade(configuration(connection), revision)


def _upgrade_sqlite(connection: Connection, revision: str) -> None:
    # The pragma does nothing inside a transaction, so it goes to the driver before one opens.
    driver = connection.connection.cursor()
    driver.execute("PRAGMA foreign_keys=OFF")
    try:
        with connection.begin():
            _upgrade(connection, revision)
            broken = connection.execute(text("PRAGMA foreign_key_check")).all()
            if broken:
                raise RuntimeError(f"the migration would leave rows without their parent: {broken}")
    finally:
        driver.execute("PRAGMA foreign_keys=ON")
        driver.close()
