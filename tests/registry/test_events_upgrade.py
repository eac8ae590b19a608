"""A database that was filled before there were calendars keeps its events and answers."""

from datetime import UTC, datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from registry.attendances import Answer, Attendance
from registry.calendars import EventCalendar
from registry.database import make_session_factory
from registry.events import Event
from registry.migrate import migrate

MOMENT = datetime(2026, 3, 2, 10, tzinfo=UTC)


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


async def test_calendars_are_read_on_as_they_were(old: AsyncEngine) -> None:
    await migrate(old, "0008")
    at = str(MOMENT.replace(tzinfo=None)) if old.dialect.name == "sqlite" else MOMENT
    async with old.begin() as connection:
        for statement in (
            (
                "INSERT INTO networks (id, name, time_zone, nation, change_number, quiet_hours, "
                "event_reminders, created_at) "
                "VALUES (1, 'n', 'Europe/London', 'ENG', 0, FALSE, '[]', :at)"
            ),
            (
                "INSERT INTO event_calendars (id, network_id, address, title, added_at, "
                "accepted_at, found, failures, not_before) VALUES "
                "(1, 1, 'https://inv.example/a', 'A', :at, :at, NULL, 2, :at), "
                "(2, 1, 'https://inv.example/b', 'B', :at, NULL, '{}', 0, NULL)"
            ),
        ):
            await connection.execute(text(statement), {"at": at})
    await migrate(old)
    async with make_session_factory(old).begin() as session:
        read, tried = [await session.get_one(EventCalendar, id_) for id_ in (1, 2)]
        assert (read.reading, read.next_read_at, read.preview) == (True, MOMENT, None)
        assert (tried.reading, tried.preview) == (False, {})
