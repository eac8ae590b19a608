"""A bot with a strict Slack around it, for what admins do."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import aiohttp
import httpx
import pytest
from pydantic import SecretStr
from sqlalchemy import select

from bot import features
from bot.app import build_app
from bot.installing import SCOPES, keep_installation
from bot.messenger import Messenger
from bot.serve import bind, serving
from bot.services import Services
from bot.settings import Settings
from bot.web import build_web
from feeds.fetch import Fetcher
from jobs.worker import Worker
from playground.api import web_api
from playground.delivery import Delivery, Result
from playground.slack import Channel, Message, Slack, Team, User, View
from registry.database import SessionFactory
from registry.networks import Network, Workspace
from registry.secrets import Keys
from tests.conftest import FrozenClock

SECRET = "invented-signing-secret"


@dataclass
class Office:
    """Everything that a test needs to type, press and read."""

    slack: Slack
    delivery: Delivery
    services: Services
    worker: Worker

    async def installed(self, name: str) -> tuple[Team, User, Channel]:
        """A new workspace with the app, who installed it, and a private channel with both."""
        team = self.slack.add_team(name, SCOPES)
        admin = self.slack.add_user(team, f"Admin of {name}")
        channel = self.slack.add_channel(team, "stewards", [admin])
        await keep_installation(
            self.services,
            team_id=team.id,
            team_name=team.name,
            bot_user_id=team.bot_user_id,
            bot_token=team.token,
            installer=admin.id,
        )
        await self.worker.drain()
        return team, admin, channel

    def now_reads(self, user: User) -> list[Message]:
        """Everything that a person can read, newest last."""
        return self.slack.seen_by(user)

    def last(self, user: User) -> Message:
        return self.now_reads(user)[-1]

    def form(self, user: User) -> View:
        view = self.slack.top_view(user)
        assert view is not None, "no form is open"
        return view

    async def types(self, user: User, text: str, channel: Channel) -> Result:
        """Type `/network ...`, and let the worker do what follows."""
        result = await self.delivery.command(user, "/network", text, channel)
        await self.worker.drain()
        return result

    async def presses(self, user: User, action_id: str, **what: Any) -> Result:
        """Press the newest such button in sight, and let the worker do what follows."""
        message = next(
            one for one in reversed(self.now_reads(user)) if has_action(one.blocks, action_id)
        )
        result = await self.delivery.press(user, message, action_id, **what)
        await self.worker.drain()
        return result

    async def submits(self, user: User, **values: Any) -> Result:
        """Send the form that is open, and let the worker do what follows."""
        result = await self.delivery.submit(user, self.form(user), values)
        await self.worker.drain()
        return result

    async def workspace(self, team: Team) -> Workspace:
        async with self.services.session_factory.begin() as session:
            found = await session.scalar(select(Workspace).where(Workspace.team_id == team.id))
        assert found is not None
        return found

    async def network(self, team: Team) -> Network:
        async with self.services.session_factory.begin() as session:
            return await session.get_one(Network, (await self.workspace(team)).network_id)


def has_action(blocks: Any, action_id: str) -> bool:
    if isinstance(blocks, dict):
        own = blocks.get("action_id") == action_id
        return own or any(has_action(one, action_id) for one in blocks.values())
    return isinstance(blocks, list) and any(has_action(one, action_id) for one in blocks)


@pytest.fixture
async def office(
    session_factory: SessionFactory, clock: FrozenClock, keys: Keys
) -> AsyncIterator[Office]:
    slack = Slack(clock)
    async with (
        serving(web_api(slack), bind("127.0.0.1", 0, "PORT")) as address,
        aiohttp.ClientSession() as http,
    ):
        settings = Settings(slack_signing_secret=SecretStr(SECRET), slack_api_url=f"{address}/api/")
        services = Services(
            settings=settings,
            session_factory=session_factory,
            clock=clock,
            keys=keys,
            messenger=Messenger(http, settings.slack_api_url, keys),
            fetcher=Fetcher(),
        )
        web = build_web(services, build_app(services))
        transport = httpx.ASGITransport(app=web)
        async with httpx.AsyncClient(transport=transport) as client:
            delivery = Delivery(slack, client, "http://bot.example/slack/events", SECRET)
            delivery.responses = address
            worker = Worker(services, features.DELIVERIES, features.TASKS)
            yield Office(slack, delivery, services, worker)
