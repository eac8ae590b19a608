"""The processes as a person starts them: what they say when they cannot, and that they work."""

import asyncio
import shutil
import socket
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from cryptography.fernet import Fernet

from bot.installing import SCOPES
from bot.serve import bind, serving
from playground.api import web_api
from playground.delivery import Delivery
from playground.slack import Slack, Team
from playground.socket_mode import SocketMode
from registry.clock import SystemClock
from registry.database import database_url, make_engine, make_session_factory
from registry.networks import Network, Workspace
from registry.secrets import Keys
from tests.office import text_of
from tests.processes import PATIENCE, line_with, said, started, stopped

pytestmark = pytest.mark.long
SIGNED = {"SLACK_SIGNING_SECRET": "invented"}


@dataclass
class Double:
    """The strict Slack, served for other processes."""

    slack: Slack
    sockets: SocketMode
    team: Team
    url: str

    @property
    def settings(self) -> dict[str, str]:
        return {
            **SIGNED,
            "SLACK_API_URL": f"{self.url}/api/",
            "SLACK_BOT_TOKEN": self.team.token,
            "PORT": str(free_port()),
        }


@pytest.fixture
async def double() -> AsyncIterator[Double]:
    slack, sockets = Slack(SystemClock()), SocketMode()
    team = slack.add_team("Invented Partnership", SCOPES)
    async with (
        sockets.serving(),
        serving(web_api(slack, sockets), bind("127.0.0.1", 0, "PORT")) as url,
    ):
        yield Double(slack, sockets, team, url)


def free_port() -> int:
    with socket.socket() as some:
        some.bind(("127.0.0.1", 0))
        return int(some.getsockname()[1])


@pytest.fixture
def migrated(tmp_path: Path, sqlite_template: Path) -> None:
    """What `python -m bot migrate` leaves: starting a process for it takes seconds."""
    (tmp_path / "var").mkdir()
    shutil.copy(sqlite_template, tmp_path / "var" / sqlite_template.name)


def one_line(err: str) -> str:
    assert err.count("\n") == 1, err
    return err


async def test_what_is_missing_or_wrong_is_one_line_and_exit_code_2(tmp_path: Path) -> None:
    for arguments, settings, words in (
        (("bot",), {}, "SLACK_BOT_TOKEN is missing"),
        (("bot",), {"PORT": "many"}, "PORT cannot be used"),
        (("jobs",), {}, "python -m bot migrate"),
        (("bot", "migrate"), {"VAR": "/dev/null"}, "VAR cannot be used"),
        (
            ("bot", "migrate"),
            {"DATABASE_URL": "postgresql://a:secret@127.0.0.1:1/b"},
            "DATABASE_URL cannot be reached",
        ),
    ):
        code, out, err = await said(tmp_path, *arguments, **settings)
        assert (code, out) == (2, "")
        assert words in one_line(err)
        assert "secret" not in err


async def test_a_database_that_is_none_or_newer_is_told_in_one_line(
    tmp_path: Path, sqlite_template: Path
) -> None:
    (tmp_path / "var").mkdir()
    kept = tmp_path / "var" / sqlite_template.name
    kept.write_text("This is no database." * 100)
    code, _, err = await said(tmp_path, "bot", "migrate")
    assert code == 2
    assert f"{Path('var') / kept.name} cannot be read" in one_line(err).replace(f"{tmp_path}/", "")
    shutil.copy(sqlite_template, kept)
    with closing(sqlite3.connect(kept)) as database, database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
    code, _, err = await said(tmp_path, "bot", "migrate")
    assert code == 2
    assert "was brought up to date by a newer Docking Point" in one_line(err)


async def test_a_key_that_opens_no_token_is_told_before_anything_starts(
    tmp_path: Path, sqlite_template: Path
) -> None:
    (tmp_path / "var").mkdir()
    kept = tmp_path / "var" / sqlite_template.name
    shutil.copy(sqlite_template, kept)
    now = SystemClock().now()
    engine = make_engine(database_url(None, kept.parent))
    async with make_session_factory(engine).begin() as session:
        network = Network(name="Invented Partnership", created_at=now)
        session.add(network)
        await session.flush()
        session.add(
            Workspace(
                network_id=network.id,
                team_id="T1",
                name="Invented",
                bot_user_id="U1",
                sealed_token=Keys([Fernet.generate_key().decode()]).seal("xoxb-1"),
                installed_at=now,
            )
        )
    await engine.dispose()
    code, _, err = await said(tmp_path, "jobs")
    assert code == 2
    assert "opens none of the stored tokens" in one_line(err)


async def test_a_key_is_made(tmp_path: Path) -> None:
    code, out, _ = await said(tmp_path, "bot", "key")
    assert code == 0
    assert len(out.strip()) == 44


@pytest.mark.usefixtures("migrated")
async def test_a_busy_port_a_refused_token_and_a_slack_that_is_away(
    tmp_path: Path, double: Double
) -> None:
    settings = double.settings
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", int(settings["PORT"])))
        taken.listen()
        code, _, err = await said(tmp_path, "bot", **settings)
        assert code == 2
        assert "PORT cannot be used" in one_line(err)
    code, _, err = await said(tmp_path, "bot", **{**settings, "SLACK_BOT_TOKEN": "xoxb-other"})
    assert code == 2
    assert "SLACK_BOT_TOKEN was refused by Slack (invalid_auth)" in one_line(err)
    nowhere = {**settings, "SLACK_API_URL": f"http://127.0.0.1:{free_port()}/api/"}
    code, _, err = await said(tmp_path, "bot", **nowhere)
    assert code == 2
    assert "SLACK_API_URL cannot be reached" in one_line(err)


async def test_web_and_worker_are_two_processes_that_serve_one_slack(
    tmp_path: Path, double: Double
) -> None:
    code, _, err = await said(tmp_path, "bot", "migrate")
    assert code == 0, err
    admin = double.slack.add_user(double.team, "Ada Admin")
    settings = {**double.settings, "FIRST_ADMIN": admin.id}
    async with (
        started(tmp_path, "bot", **settings) as web,
        started(tmp_path, "jobs", **settings) as worker,
        httpx.AsyncClient() as client,
    ):
        await line_with(web, "listening")
        await line_with(worker, "working")
        bot = f"http://127.0.0.1:{settings['PORT']}/slack/events"
        delivery = Delivery(double.slack, client, bot, SIGNED["SLACK_SIGNING_SECRET"])
        direct = double.slack.direct(double.team, [admin])
        await delivery.command(admin, "/need", "What reduces flooding in streets?", direct)
        form = double.slack.top_view(admin)
        assert form is not None
        assert "who are you here?" in text_of(form)
        async with asyncio.timeout(PATIENCE):
            while not double.slack.seen_by(admin):
                health = await client.get(bot.replace("/slack/events", "/health"))
                assert health.text == "ok"
                await asyncio.sleep(0.05)  # lest asking takes what the worker needs
        assert "Docking Point is ready" in double.slack.told(admin)
        for process in (web, worker):
            code, err = await stopped(process)
            assert code == 0
            assert "Traceback" not in err


@pytest.mark.usefixtures("migrated")
async def test_socket_mode_answers_over_a_connection_of_its_own(
    tmp_path: Path, double: Double
) -> None:
    user = double.slack.add_user(double.team, "Ada Admin")
    public = {"PUBLIC_URL": "https://bot.invented.example"}  # events' files are given out there
    settings = {**double.settings, **public, "SLACK_APP_TOKEN": "xapp-invented"}
    async with started(tmp_path, "bot", **settings) as bot, httpx.AsyncClient() as client:
        await line_with(bot, "mode=http")
        served = f"http://127.0.0.1:{settings['PORT']}"
        assert (await client.get(f"{served}/events/none.ics")).status_code == 404
        answer = await double.sockets.deliver(
            "slash_commands",
            {
                "command": "/need",
                "text": "help",
                "team_id": double.team.id,
                "user_id": user.id,
                "channel_id": double.slack.direct(double.team, [user]).id,
                "trigger_id": double.slack.trigger(user),
            },
        )
        assert "post a research question" in answer["text"]
        code, err = await stopped(bot)
        assert code == 0
        assert "Traceback" not in err
