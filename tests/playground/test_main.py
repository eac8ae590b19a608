"""`make run` as a person meets it: two lines, a clean end, and yesterday's rows."""

import asyncio
import re
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.installing import SCOPES
from bot.serve import bind, serving
from bot.settings import Unusable
from playground.__main__ import readable
from playground.api import web_api
from playground.clock import MovableClock
from playground.slack import Slack
from registry.clock import SystemClock
from tests.processes import PATIENCE, line_with, said, started, stopped

pytestmark = pytest.mark.long
# Without the model, which reads the whole sample at a first start: the walk in a browser has it.
ANYWHERE = {"PLAYGROUND_PORT": "0", "MODEL": "off"}
QUESTION = "Which trees cool a school playground soonest?"


async def test_a_second_start_has_yesterdays_rows_and_says_as_little(tmp_path: Path) -> None:
    async with started(tmp_path, "playground", **ANYWHERE) as first, httpx.AsyncClient() as client:
        begun = await line_with(first, "", error=False)
        assert begun == "Docking Point is running. Press Ctrl-C to stop.\n"
        where = re.fullmatch(
            r"Playground: (http://127\.0\.0\.1:(\d+)/)\n", await line_with(first, "", error=False)
        )
        assert where is not None
        address, port = where.groups()
        await posted(client, address)
        form = await opened_form(client, address)
        other = tmp_path / "other"
        other.mkdir()
        code, out, err = await said(other, "playground", PLAYGROUND_PORT=port)
        assert (code, out) == (2, "")
        assert err == (
            f"PLAYGROUND_PORT cannot be used: port {port} is taken or not allowed (Address already "
            "in use). Set PLAYGROUND_PORT to another one.\n"
        )
        code, out, err = await said(tmp_path, "playground", **ANYWHERE)
        assert (code, out) == (2, "")
        assert err == (
            f"The playground is running already: open {address}, or stop it there with Ctrl-C.\n"
        )
        assert await stopped(first) == (0, "")
    async with started(tmp_path, "playground", **ANYWHERE) as second, httpx.AsyncClient() as client:
        line = await line_with(second, "Playground: ", error=False)
        state = (await client.get(f"{line.split()[1]}state")).json()
        shown = [message["text"] for some in state["messages"].values() for message in some]
        assert any(QUESTION in text for text in shown)
        assert state["modal"] == form
        assert await stopped(second) == (0, "")


async def test_what_is_real_is_left_alone(tmp_path: Path) -> None:
    real = {"DATABASE_URL": "postgresql://a:secret@127.0.0.1:1/b", "TOKEN_KEYS": ""}
    async with started(tmp_path, "playground", **ANYWHERE, **real) as process:
        await line_with(process, "Playground: ", error=False)
        assert await stopped(process) == (0, "")
    assert [one.name for one in (tmp_path / "var").iterdir()] == ["playground"]


async def test_what_was_kept_and_cannot_be_read_is_named(tmp_path: Path) -> None:
    for words, read in (
        ("noon", MovableClock),
        ("{broken", lambda path: Slack(SystemClock()).load(path.read_text())),
        ("{}", lambda path: Slack(SystemClock()).load(path.read_text())),
    ):
        kept = tmp_path / "kept"
        kept.write_text(words)
        with pytest.raises(Unusable) as refused, readable(kept) as path:
            read(path)
        assert str(refused.value) == f"{kept} cannot be read. Delete {tmp_path} to begin anew."


async def opened_form(client: httpx.AsyncClient, address: str) -> Any:
    """Begin another need: the form that is left open."""
    state = (await client.get(f"{address}state")).json()
    me, app = state["me"]["id"], next(one for one in state["places"] if one["kind"] == "app")
    command = {"me": me, "text": "/need And what do they cost?", "channel": app["id"]}
    assert (await client.post(f"{address}act/command", json=command)).json() == {}
    return (await client.get(f"{address}state")).json()["modal"]


async def posted(client: httpx.AsyncClient, address: str) -> None:
    """Post a need as the officer whom the page begins with, and wait for the answer."""
    state = (await client.get(f"{address}state")).json()
    me, app = state["me"]["id"], next(one for one in state["places"] if one["kind"] == "app")
    command = {"me": me, "text": f"/need {QUESTION}", "channel": app["id"]}
    assert (await client.post(f"{address}act/command", json=command)).json() == {}
    form = (await client.get(f"{address}state")).json()["modal"]
    values = {
        "question": {"question": {"type": "plain_text_input", "value": QUESTION}},
        "places": {
            "place.search": {
                "type": "multi_external_select",
                "selected_options": form["blocks"][2]["element"]["initial_options"],
            }
        },
    }
    sent = {"me": me, "view": form["id"], "values": values}
    assert (await client.post(f"{address}act/submit", json=sent)).json() == {"errors": {}}
    async with asyncio.timeout(PATIENCE):
        while not state["messages"][app["id"]]:
            await asyncio.sleep(0.3)  # as often as the page looks, lest looking holds it up
            state = (await client.get(f"{address}state")).json()


async def test_with_a_token_it_talks_to_that_slack_and_says_so(tmp_path: Path) -> None:
    slack = Slack(SystemClock())
    team = slack.add_team("Invented Partnership", SCOPES)
    async with serving(web_api(slack), bind("127.0.0.1", 0, "PORT")) as url:
        bound = bind("127.0.0.1", 0, "PORT")
        port = bound.getsockname()[1]
        bound.close()
        settings = {
            "SLACK_API_URL": f"{url}/api/",
            "SLACK_BOT_TOKEN": team.token,
            "SLACK_SIGNING_SECRET": "invented",
            "PORT": str(port),
        }
        async with started(tmp_path, "playground", **settings) as process:
            line = await line_with(process, "", error=False)
            assert line == f"Talking to {url}/api/. Press Ctrl-C to stop.\n"
            assert "set FIRST_ADMIN and start again" in await line_with(process, "no_admin")
            await line_with(process, "listening")
            code, err = await stopped(process)
            assert code == 0
            assert "Traceback" not in err
