from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import URL
from sqlalchemy.ext.asyncio import AsyncEngine

from registry.database import database_url, make_engine
from registry.migrate import migrate
from tests.conftest import _administer, _on


@pytest.fixture
async def old(
    database: str, request: pytest.FixtureRequest, tmp_path: Path
) -> AsyncIterator[AsyncEngine]:
    """An engine on an empty database of the first version."""
    server: URL | None = None
    name = f"old_{uuid4().hex[:8]}"
    if database == "sqlite":
        url = database_url(None, tmp_path)
    else:
        server = request.getfixturevalue("postgres_server")
        _administer(server, f"CREATE DATABASE {name}")
        url = _on(server, name)
    engine = make_engine(url)
    await migrate(engine, "0001")
    yield engine
    await engine.dispose()
    if server is not None:
        _administer(server, f"DROP DATABASE {name} WITH (FORCE)")
