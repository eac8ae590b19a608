"""Socket Mode: a ticket opens one connection, and what is delivered is answered over it."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp
import httpx
import pytest
from pydantic import SecretStr
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient

from bot.serve import bind, serving
from bot.settings import Settings
from bot.socket_mode import listening
from playground import socket_mode
from playground.api import web_api
from playground.slack import Json, Slack
from playground.socket_mode import SocketMode
from registry.clock import SystemClock

APP_TOKEN = "xapp-invented"


@dataclass
class Line:
    """A Slack with Socket Mode, and its API."""

    sockets: SocketMode
    http: httpx.AsyncClient


@pytest.fixture(scope="module")
async def line() -> AsyncIterator[Line]:
    slack, sockets = Slack(SystemClock()), SocketMode()
    async with (
        sockets.serving(),
        serving(web_api(slack, sockets), bind("127.0.0.1", 0, "PORT")) as url,
        httpx.AsyncClient(base_url=url) as http,
    ):
        yield Line(sockets, http)


async def ticket(line: Line, token: str = APP_TOKEN) -> Json:
    """What Slack answers to whoever asks for a connection."""
    headers = {"authorization": f"Bearer {token}"} if token else {}
    response = await line.http.post("/api/apps.connections.open", headers=headers)
    answer: Json = response.json()
    return answer


@asynccontextmanager
async def connected(line: Line) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
    """A connection that Slack has said hello over."""
    url = (await ticket(line))["url"]
    async with aiohttp.ClientSession() as http, http.ws_connect(url) as socket:
        hello = json.loads(await socket.receive_str())
        assert hello["type"] == "hello"
        yield socket


async def answering(socket: aiohttp.ClientWebSocketResponse, payload: Json) -> Json:
    """Acknowledge the next envelope with a payload; the envelope."""
    envelope: Json = json.loads(await socket.receive_str())
    await socket.send_json({"envelope_id": envelope["envelope_id"], "payload": payload})
    return envelope


async def test_only_the_apps_own_token_gets_a_ticket(line: Line) -> None:
    assert (await ticket(line))["url"].startswith("ws://127.0.0.1:")
    assert (await ticket(line, "xoxb-invented"))["error"] == "not_allowed_token_type"
    assert (await ticket(line, "invented"))["error"] == "invalid_auth"
    assert (await ticket(line, ""))["error"] == "not_authed"


async def test_a_ticket_is_good_for_one_connection(line: Line) -> None:
    url = (await ticket(line))["url"]
    async with aiohttp.ClientSession() as http:
        async with http.ws_connect(url) as socket:
            assert json.loads(await socket.receive_str())["type"] == "hello"
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await http.ws_connect(url)


async def test_what_is_delivered_comes_in_an_envelope_and_is_answered(line: Line) -> None:
    async with connected(line) as socket:
        answering_it = asyncio.create_task(answering(socket, {"text": "Heard"}))
        answer = await line.sockets.deliver("slash_commands", {"command": "/need"})
        envelope = await answering_it
    assert answer == {"text": "Heard"}
    assert envelope["type"] == "slash_commands"
    assert envelope["payload"] == {"command": "/need"}


async def test_each_answer_goes_to_the_envelope_that_it_names(line: Line) -> None:
    async with connected(line) as socket:
        both = asyncio.gather(
            line.sockets.deliver("events_api", {"number": 1}),
            line.sockets.deliver("events_api", {"number": 2}),
        )
        heard = [json.loads(await socket.receive_str()) for _ in range(2)]
        await socket.send_json({"envelope_id": "of nobody"})
        for envelope in reversed(heard):
            number = envelope["payload"]["number"]
            await socket.send_json(
                {"envelope_id": envelope["envelope_id"], "payload": {"was": number}}
            )
        assert list(await both) == [{"was": 1}, {"was": 2}]


async def test_an_answer_without_a_payload_is_empty(line: Line) -> None:
    async with connected(line) as socket:
        answering_it = asyncio.create_task(answering(socket, {}))
        assert await line.sockets.deliver("events_api", {}) == {}
        await answering_it


async def test_slack_waits_for_an_answer_only_so_long(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket_mode, "ACK_SECONDS", 0.05)
    async with connected(line) as socket:
        with pytest.raises(TimeoutError):
            await line.sockets.deliver("events_api", {})
        late = json.loads(await socket.receive_str())
        await socket.send_json({"envelope_id": late["envelope_id"]})
        monkeypatch.setattr(socket_mode, "ACK_SECONDS", 3)
        answering_it = asyncio.create_task(answering(socket, {"text": "In time"}))
        assert await line.sockets.deliver("events_api", {}) == {"text": "In time"}
        await answering_it


async def test_nothing_is_delivered_where_nobody_is_connected() -> None:
    with pytest.raises(ConnectionError):
        await SocketMode().deliver("events_api", {})


async def test_slack_ends_a_connection_with_a_word(line: Line) -> None:
    async with connected(line) as socket:
        await line.sockets.disconnect()
        assert json.loads(await socket.receive_str())["type"] == "disconnect"
        assert (await socket.receive()).type is aiohttp.WSMsgType.CLOSE


async def test_words_that_are_no_json_end_the_connection(line: Line) -> None:
    async with connected(line) as socket:
        await socket.send_str("words")
        assert (await socket.receive()).type is aiohttp.WSMsgType.CLOSE


async def authorize(team_id: str) -> AuthorizeResult:
    return AuthorizeResult(enterprise_id=None, team_id=team_id, bot_token="xoxb-invented")


async def test_the_bots_own_socket_mode_hears_and_answers(line: Line) -> None:
    client = AsyncWebClient(base_url=f"{line.http.base_url}/api/")
    app = AsyncApp(client=client, authorize=authorize, process_before_response=True)

    @app.command("/need")
    async def need(ack: Any, command: Json) -> None:
        await ack(f"You asked: {command['text']}")

    command = {"command": "/need", "text": "How?", "team_id": "T1", "user_id": "U1"}
    async with listening(app, Settings(_env_file=None, slack_app_token=SecretStr(APP_TOKEN))):
        answer = await line.sockets.deliver("slash_commands", command)
    assert answer["text"] == "You asked: How?"
