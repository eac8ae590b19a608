"""A database that was filled before there were calendars keeps its events and answers."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import URL, text
from sqlalchemy.ext.asyncio import AsyncEngine

from registry.attendances import Answer, Attendance
from registry.database import database_url, make_engine, make_session_factory
from registry.events import Event
from registry.migrate import migrate
from tests.conftest import _administer, _on

MOMENT = datetime(2026, 3, 2, 10, tzinfo=UTC)


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


async def test_answers_and_events_are_kept(old: AsyncEngine) -> None:
    async with old.begin() as connection:
        for statement in (
            (
                "INSERT INTO networks (id, name, time_zone, nation, change_number, created_at) "
                "VALUES (1, 'n', 'Europe/London', 'ENG', 0, :at)"
            ),
            (
                "INSERT INTO workspaces (id, network_id, team_id, name, bot_user_id, sealed_token, "
                "installed_at) VALUES (1, 1, 'T', 'w', 'B', 's', :at)"
            ),
            (
                "INSERT INTO members (id, network_id, workspace_id, slack_id, is_admin, "
                "created_at) VALUES (1, 1, 1, 'U1', FALSE, :at), (2, 1, 1, 'U2', FALSE, :at)"
            ),
            (
                "INSERT INTO events (id, network_id, form, title, starts, ends, time_zone, place, "
                "created_at) VALUES (3, 1, 'V1', 'Evening', :at, :at, 'Europe/London', 'Hall', :at)"
            ),
            (
                "INSERT INTO attendances (id, event_id, member_id, going, said_at) "
                "VALUES (1, 3, 1, TRUE, :at), (2, 3, 2, FALSE, :at)"
            ),
        ):
            at = MOMENT.replace(tzinfo=None) if old.dialect.name == "sqlite" else MOMENT
            parameters = {"at": str(at) if old.dialect.name == "sqlite" else at}
            await connection.execute(text(statement), parameters)
    await migrate(old)
    async with make_session_factory(old).begin() as session:
        event = await session.get_one(Event, 3)
        assert (event.title, event.all_day, event.sequence) == ("Evening", False, 0)
        assert event.updated_at == event.known_since == MOMENT
        answers = [(await session.get_one(Attendance, id_)).answer for id_ in (1, 2)]
        assert answers == [Answer.GOING, Answer.NO]
        assert not (await session.get_one(Attendance, 1)).show_name
