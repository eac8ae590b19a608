"""Starts what every process needs, checks it, and ends it cleanly."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryFile

import aiohttp
from alembic.util.exc import CommandError
from sqlalchemy import select
from sqlalchemy.exc import DatabaseError, DBAPIError, OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.messenger import Messenger
from bot.services import Services
from bot.settings import Settings, Unusable
from feeds.fetch import Fetcher
from matching.vectors import OnnxEncoder
from registry.clock import Clock
from registry.database import SessionFactory, make_engine, make_session_factory
from registry.matchmaker import Matchmaker
from registry.migrate import is_current, migrate
from registry.networks import Workspace
from registry.secrets import Keys

NEWER = (
    "The database was brought up to date by a newer Docking Point. Bring this one up to date, or "
    "put back a copy of the database from before."
)
NOT_MIGRATED = "The database is of another version: run `python -m bot migrate` first."


def unreachable(settings: Settings) -> Unusable:
    """The one line for a database that does not answer."""
    if settings.database.get_backend_name() == "sqlite":
        return Unusable(
            f"{settings.database.database} cannot be read: it is no database, is damaged, or is "
            "somebody else's. Put a copy back, or move it away to begin anew."
        )
    where = settings.database.render_as_string(hide_password=True)
    return Unusable(f"DATABASE_URL cannot be reached ({where}): start the database or mend it.")


async def migrated(settings: Settings) -> None:
    """Bring the database to the newest version; raises `Unusable` where it does not answer."""
    make_folder(settings.var)
    engine = make_engine(settings.database)
    try:
        await migrate(engine)
    except CommandError:
        raise Unusable(NEWER) from None
    except (OperationalError, OSError):
        raise unreachable(settings) from None
    except DatabaseError as error:
        if type(error) is not DatabaseError:  # that one says that the file is no database
            raise
        raise unreachable(settings) from None
    finally:
        await engine.dispose()


def make_folder(folder: Path) -> None:
    """Make the folder that things are kept in; raises `Unusable` where nothing can be."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise Unusable(
            f"VAR cannot be used: nothing can be kept in {folder} ({error.strerror}). Set VAR to a "
            "folder that you may write to."
        ) from None


@asynccontextmanager
async def running(settings: Settings, clock: Clock) -> AsyncIterator[Services]:
    """Open the database and one HTTP session for as long as a process runs."""
    make_folder(settings.var)
    engine = make_engine(settings.database)
    try:
        await _check(settings, engine)
        model = await asyncio.to_thread(settings.model_files)
        async with aiohttp.ClientSession() as http:
            keys = settings.keys()
            session_factory = make_session_factory(engine)
            await _check_keys(settings, session_factory, keys)
            yield Services(
                settings=settings,
                session_factory=session_factory,
                clock=clock,
                keys=keys,
                messenger=Messenger(http, settings.slack_api_url, keys),
                fetcher=Fetcher(),
                matchmaker=Matchmaker(
                    settings.var / "indexes", OnnxEncoder(model) if model else None
                ),
            )
    finally:
        await engine.dispose()


async def _check(settings: Settings, engine: AsyncEngine) -> None:
    try:
        current = await is_current(engine)
    except (DBAPIError, OSError):
        raise unreachable(settings) from None
    if not current:
        raise Unusable(NOT_MIGRATED)


async def _check_keys(settings: Settings, session_factory: SessionFactory, keys: Keys) -> None:
    """Raise `Unusable` where no stored token can be opened, so that nothing would ever be sent.

    The token in `.env` is kept anew at every start, with the key that there is.
    """
    stmt = select(Workspace.sealed_token).where(
        Workspace.suspended_at.is_(None), Workspace.uninstalled_at.is_(None)
    )
    async with session_factory.begin() as session:
        sealed = list(await session.scalars(stmt))
    if sealed and settings.slack_bot_token is None and not any(map(keys.opens, sealed)):
        where = "TOKEN_KEYS" if settings.token_keys else f"{settings.var / 'token.key'}"
        raise Unusable(
            f"{where} opens none of the stored tokens: put the key back that they were kept with."
        )
