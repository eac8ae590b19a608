"""A Slack behind its Web API, and a workspace in it for each test."""

from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.responses import Response

from bot.installing import SCOPES
from bot.serve import bind, serving
from playground.api import web_api
from playground.delivery import Delivery
from playground.slack import Channel, Slack, User
from registry.clock import SystemClock
from tests.playground.caller import Caller
from tests.playground.listening_bot import ListeningBot

SECRET = "invented-signing-secret"


@pytest.fixture(scope="module")
async def server() -> AsyncIterator[tuple[Slack, httpx.AsyncClient]]:
    slack = Slack(SystemClock())
    async with (
        serving(web_api(slack), bind("127.0.0.1", 0, "PORT")) as url,
        httpx.AsyncClient(base_url=url) as http,
    ):
        yield slack, http


@pytest.fixture
def caller(server: tuple[Slack, httpx.AsyncClient]) -> Caller:
    slack, http = server
    team = slack.add_team("Invented Partnership", SCOPES)
    officer = slack.add_user(team, "Olive Officer", title="Invented title", email="o@inv.example")
    return Caller(slack, http, team, officer, slack.add_channel(team, "needs", [officer]))


@pytest.fixture
def elsewhere(caller: Caller) -> tuple[User, Channel]:
    """Somebody, and a channel with the bot, in another workspace."""
    team = caller.slack.add_team("Elsewhere", SCOPES)
    user = caller.slack.add_user(team, "Ellis Elsewhere")
    return user, caller.slack.add_channel(team, "theirs", [user])


@pytest.fixture(scope="module")
async def listening() -> AsyncIterator[tuple[ListeningBot, str]]:
    bot = ListeningBot()
    async with serving(bot.app(), bind("127.0.0.1", 0, "PORT")) as url:
        yield bot, f"{url}/slack/events"


@pytest.fixture
def bot(listening: tuple[ListeningBot, str]) -> ListeningBot:
    """A bot that has heard nothing yet, and answers with an empty 200."""
    bot = listening[0]
    bot.heard, bot.answer = [], Response()
    return bot


@pytest.fixture
def delivery(caller: Caller, bot: ListeningBot, listening: tuple[ListeningBot, str]) -> Delivery:
    delivery = Delivery(caller.slack, caller.http, listening[1], SECRET)
    delivery.responses = str(caller.http.base_url).rstrip("/")
    return delivery
