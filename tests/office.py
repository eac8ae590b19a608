"""The whole product at a test's hand: a strict Slack, the real app over HTTP, a worker."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, cast

import aiohttp
import httpx
from pydantic import SecretStr
from sqlalchemy import URL, select
from sqlalchemy.ext.asyncio import AsyncEngine
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.app import build_app
from bot.installing import SCOPES, keep_installation
from bot.messenger import Messenger
from bot.serve import bind, serving
from bot.services import Services
from bot.settings import Settings
from bot.web import build_web
from feeds.addresses import Address, is_public
from feeds.fetch import Fetcher
from jobs.clock import Ticker
from jobs.running import make_worker
from jobs.schedule import JOBS
from jobs.worker import Worker
from playground.api import web_api
from playground.delivery import Delivery, Result
from playground.slack import Channel, Json, Message, Slack, Team, User, View
from playground.slack import texts as texts_in
from registry.clock import Clock
from registry.database import SessionFactory, make_session_factory
from registry.members import Member, Organisation, organisation_named
from registry.networks import Network, Workspace, workspace_of_team
from registry.outbox import Errand

SECRET = "invented-signing-secret"


class Office:
    """What a test does and sees. One workspace with an admin is there from the start."""

    def __init__(
        self, services: Services, slack: Slack, delivery: Delivery, worker: Worker
    ) -> None:
        self.services = services
        self.slack = slack
        self.delivery = delivery
        self.worker = worker
        self.ticker = Ticker(services, JOBS)
        self.introduced: set[frozenset[str]] = set()
        self.team: Team
        self.admin: User

    @property
    def session_factory(self) -> SessionFactory:
        return self.services.session_factory

    # Who is there

    async def add_team(self, name: str, *, network: Network | None = None) -> tuple[Team, User]:
        """A workspace with the app in it, and its installer; in that network, or its own."""
        team = self.slack.add_team(name, SCOPES)
        installer = self.slack.add_user(team, f"Installer of {name}", email="admin@inv.example")
        await keep_installation(
            self.services,
            team_id=team.id,
            team_name=team.name,
            bot_user_id=team.bot_user_id,
            bot_token=team.token,
            installer=installer.id,
        )
        if network is not None:
            async with self.session_factory.begin() as session:
                workspace = await workspace_of_team(session, team.id)
                assert workspace is not None
                workspace.network_id = network.id
                members = await session.scalars(
                    select(Member).where(Member.workspace_id == workspace.id)
                )
                for member in members:
                    member.network_id = network.id
                errands = await session.scalars(select(Errand).where(Errand.kind == "card.post"))
                for errand in errands:
                    errand.network_id = network.id
        return team, installer

    async def network(self, team: Team | None = None) -> Network:
        async with self.session_factory.begin() as session:
            workspace = await workspace_of_team(session, (team or self.team).id)
            assert workspace is not None
            return await session.get_one(Network, workspace.network_id)

    async def person(
        self,
        name: str,
        role: str,
        organisation: str,
        place: str,
        *,
        team: Team | None = None,
        admin: bool = False,
    ) -> User:
        """Somebody who has told who they are."""
        team = team or self.team
        user = self.slack.add_user(
            team,
            name,
            title=f"Title of {name}",
            email=f"{name.split(maxsplit=1)[0].lower()}@inv.example",
        )
        async with self.session_factory.begin() as session:
            workspace = await workspace_of_team(session, team.id)
            assert workspace is not None
            found = await organisation_named(session, workspace.network_id, organisation)
            found.place = found.place or place
            session.add(
                Member(
                    network_id=workspace.network_id,
                    workspace_id=workspace.id,
                    slack_id=user.id,
                    role=role,
                    organisation_id=found.id,
                    place=place,
                    is_admin=admin,
                    created_at=self.services.clock.now(),
                )
            )
        return user

    async def member(self, user: User) -> Member:
        async with self.session_factory.begin() as session:
            stmt = select(Member).where(Member.slack_id == user.id)
            return (await session.scalars(stmt)).one()

    async def organisation(self, name: str) -> Organisation:
        async with self.session_factory.begin() as session:
            stmt = select(Organisation).where(Organisation.name == name)
            return (await session.scalars(stmt)).one()

    async def workspace(self, team: Team | None = None) -> Workspace:
        async with self.session_factory.begin() as session:
            workspace = await workspace_of_team(session, (team or self.team).id)
            assert workspace is not None
            return workspace

    # What people do

    def direct(self, user: User) -> Channel:
        """The person's direct message with the app."""
        return self.slack.direct(self.slack.teams[user.team_id], [user])

    async def types(self, user: User, text: str, channel: Channel | None = None) -> Result:
        """Type a command, such as "/need list", and let the worker do what follows."""
        name, _, rest = text.partition(" ")
        result = await self.delivery.command(user, name, rest, channel or self.direct(user))
        await self.settle()
        return result

    async def presses(
        self, user: User, where: Message | View, action_id: str, **what: Any
    ) -> Result:
        result = await self.delivery.press(user, where, action_id, **what)
        await self.settle()
        return result

    async def opens_home(self, user: User) -> View:
        """Open App Home, and let the worker draw it."""
        assert (await self.delivery.open_home(user)).status == 200
        await self.settle()
        home = self.slack.home_of(user)
        assert home is not None
        return home

    async def chooses(
        self, user: User, where: Message | View, action_id: str, words: str
    ) -> Result:
        """Choose the option with those words from a menu on the screen."""
        blocks = where.body["blocks"] if isinstance(where, View) else where.blocks
        for option in _options(blocks, action_id):
            if option["text"]["text"] == words:
                return await self.presses(user, where, action_id, selected_option=option)
        raise AssertionError(f"no option {words!r} in {action_id}")

    async def fills_in(self, user: User, **values: Any) -> Result:
        """Send the form that is open, with these values by field; the rest stays as it began."""
        view = self.form(user)
        state = {name: self._value(view, name, value) for name, value in values.items()}
        result = await self.delivery.submit(user, view, state)
        await self.settle()
        return result

    def _value(self, view: View, name: str, value: Any) -> Json:
        block = next(one for one in view.body["blocks"] if one.get("block_id") == name)
        return _state(block["element"], value)

    async def channel_for(self, purpose: str, *people: User) -> Channel:
        """A new private channel, chosen by the admin for that purpose."""
        channel = self.slack.add_channel(self.team, purpose, [self.admin, *people])
        await self.types(self.admin, "/network channels")
        assert (await self.fills_in(self.admin, **{purpose: channel.id})).errors == {}
        return channel

    def posted(self, channel: Channel) -> list[str]:
        """What stands in a channel for everybody, oldest first."""
        return [
            text_of(one)
            for one in self.slack.messages
            if one.channel == channel.id and one.only_for is None
        ]

    async def posts(self, user: User, question: str, **values: Any) -> Message:
        """Post a need with these values, opening the detail if one is there; the newest card."""
        await self.types(user, f"/need {question}")
        return await self._sends(user, "need.detail", {"places", "needed_by"}, values)

    async def registers(self, user: User, summary: str, **values: Any) -> Message:
        """Offer expertise with these values, opening the detail if one is there; the card."""
        await self.types(user, f"/expertise {summary}")
        return await self._sends(user, "expertise.detail", {"suggestable"}, values)

    async def _sends(
        self, user: User, detail: str, first_screen: set[str], values: dict[str, Any]
    ) -> Message:
        if set(values) - first_screen:
            await self.presses(user, self.form(user), detail)
        result = await self.fills_in(user, **values)
        assert result.errors == {}, result.errors
        return self.last(user)

    async def settle(self) -> None:
        """Let the worker do everything that is due."""
        await self.worker.drain()

    async def clock_moved(self) -> None:
        """What comes due once the clock has been moved."""
        await self.ticker.tick()
        await self.settle()

    # What people see

    def form(self, user: User) -> View:
        view = self.slack.top_view(user)
        assert view is not None, f"{user.name} has no form open"
        return view

    def messages(self, user: User) -> list[Message]:
        """What stands in the person's direct message with the app, oldest first."""
        channel = self.direct(user)
        return [one for one in self.slack.seen_by(user) if one.channel == channel.id]

    def last(self, user: User) -> Message:
        found = self.messages(user)
        assert found, f"{user.name} has no messages"
        return found[-1]

    def whispered(self, user: User) -> Message:
        """The newest message that only this person sees."""
        found = [one for one in self.slack.seen_by(user) if one.only_for == user.id]
        assert found, f"nothing was whispered to {user.name}"
        return found[-1]

    def card(self, user: User, words: str) -> Message:
        """The person's newest message with those words anywhere in it."""
        for message in reversed(self.slack.seen_by(user)):
            if words in text_of(message):
                return message
        raise AssertionError(f"{user.name} sees no {words!r} in: {self.slack.told(user)}")

    def sees(self, user: User) -> str:
        return self.slack.told(user)


def text_of(where: Message | View) -> str:
    """Everything that is read in a message or view."""
    if isinstance(where, View):
        return "\n".join(texts_in(where.body))
    return "\n".join([where.text, *texts_in(where.blocks)])


_PLAIN = {
    "plain_text_input": "value",
    "datepicker": "selected_date",
    "timepicker": "selected_time",
    "users_select": "selected_user",
    "channels_select": "selected_channel",
    "conversations_select": "selected_conversation",
}


def _state(element: Json, value: Any) -> Json:
    """What Slack would say stands in that element."""
    kind = element["type"]
    if kind in _PLAIN:
        return {_PLAIN[kind]: value}
    if kind == "external_select":
        return {"selected_option": _option(value)}
    if kind == "multi_external_select":
        return {"selected_options": [_option(one) for one in value]}
    chosen = [option for option in element["options"] if option["value"] in value]
    if kind in ("checkboxes", "multi_static_select"):
        return {"selected_options": chosen}
    return {"selected_option": next((one for one in chosen if one["value"] == value), None)}


def _option(value: str) -> Json:
    return {"text": {"type": "plain_text", "text": "…"}, "value": value}


def _options(value: Any, action_id: str) -> list[Json]:
    if isinstance(value, list):
        return [found for one in value for found in _options(one, action_id)]
    if isinstance(value, dict):
        if value.get("action_id") == action_id and "options" in value:
            options: list[Json] = value["options"]
            return options
        return [found for one in value.values() for found in _options(one, action_id)]
    return []


def _public_or_this_machine(address: Address) -> bool:
    return address.is_loopback or is_public(address)


class Line:
    """A server that stays up while what it serves changes from test to test."""

    def __init__(self) -> None:
        self.app: ASGIApp
        self.url = ""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.app(scope, receive, send)


class Present:
    """The services of the test that runs now, for an app that serves one test after another."""

    def __init__(self, services: Services) -> None:
        self.services = services

    def __getattr__(self, name: str) -> Any:
        return getattr(self.services, name)


@dataclass
class Lines:
    """What every office shares: making any of it takes longer than many tests do."""

    slack: Line
    bot: Line
    client: httpx.AsyncClient
    http: aiohttp.ClientSession
    settings: Settings | None = None
    present: Present | None = None

    def configured(self, url: URL, key: str) -> Settings:
        """Settings as if they stood in the environment, for that database."""
        if self.settings is None:
            self.settings = Settings(
                _env_file=None,
                slack_api_url=f"{self.slack.url}/api/",
                slack_signing_secret=SECRET,
                token_keys=key,
                public_url=self.bot.url,
            )
        address = SecretStr(url.render_as_string(hide_password=False))
        return self.settings.model_copy(update={"database_url": address})

    def serve(self, services: Services) -> None:
        """Answer with these services from now on."""
        if self.present is None:
            self.present = Present(services)
            stands_for = cast("Services", self.present)
            self.bot.app = build_web(stands_for, build_app(stands_for))
        self.present.services = services


@asynccontextmanager
async def connected() -> AsyncIterator[Lines]:
    """Two servers on loopback, and clients for them."""
    async with httpx.AsyncClient() as client, aiohttp.ClientSession() as http:
        lines = Lines(Line(), Line(), client, http)
        async with (
            serving(lines.slack, bind("127.0.0.1", 0, "PORT")) as lines.slack.url,
            serving(lines.bot, bind("127.0.0.1", 0, "PORT")) as lines.bot.url,
        ):
            yield lines


@asynccontextmanager
async def opened(
    lines: Lines,
    engine: AsyncEngine,
    url: URL,
    clock: Clock,
    key: str,
    *,
    fetcher: Fetcher | None = None,
) -> AsyncIterator[Office]:
    """The office over a migrated database, served on loopback until the block ends."""
    slack = Slack(clock)
    lines.slack.app = web_api(slack)
    settings = lines.configured(url, key)
    keys = settings.keys()
    services = Services(
        settings=settings,
        session_factory=make_session_factory(engine),
        clock=clock,
        keys=keys,
        messenger=Messenger(lines.http, settings.slack_api_url, keys),
        fetcher=fetcher or Fetcher(permitted=_public_or_this_machine, ports=None),
    )
    lines.serve(services)
    delivery = Delivery(slack, lines.client, f"{lines.bot.url}/slack/events", SECRET)
    delivery.responses = lines.slack.url
    office = Office(services, slack, delivery, make_worker(services))
    office.team, office.admin = await office.add_team("Invented Partnership")
    yield office
