"""A database that was filled before there were publications keeps its profiles."""

from datetime import UTC, datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from registry.database import make_session_factory
from registry.expertise import Expertise
from registry.migrate import migrate

MOMENT = datetime(2026, 3, 2, 10, tzinfo=UTC)


async def test_a_profile_from_before_has_no_publications(old: AsyncEngine) -> None:
    at = str(MOMENT.replace(tzinfo=None)) if old.dialect.name == "sqlite" else MOMENT
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
                "created_at) VALUES (1, 1, 1, 'U1', FALSE, :at)"
            ),
            (
                "INSERT INTO expertise (id, network_id, member_id, summary, suggestable, topics, "
                "methods, places, outputs, capacity, links, shown_as, created_at, "
                "updated_at) VALUES (4, 1, 1, 'Floods', TRUE, '[]', '[]', '[]', '[]', 2, '[]', "
                "'a university', :at, :at)"
            ),
        ):
            await connection.execute(text(statement), {"at": at})
    await migrate(old)
    async with make_session_factory(old).begin() as session:
        found = await session.get_one(Expertise, 4)
        assert (found.summary, found.publications) == ("Floods", [])
        found.publications = ["A paper"]
    async with make_session_factory(old).begin() as session:
        assert (await session.get_one(Expertise, 4)).publications == ["A paper"]
