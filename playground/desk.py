"""The page's own addresses: what one person sees, and what they do."""

import json
from collections.abc import Awaitable, Callable
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from jobs.clock import Ticker
from playground.checker import Refusal
from playground.clock import MovableClock
from playground.delivery import Delivery, NotFilledIn, NotOnScreen, Result
from playground.sample import Tour, load_sample
from playground.slack import Channel, Json, Message, Slack, User, View
from registry import digest
from registry.database import SessionFactory
from registry.networks import Network, workspace_of_team

PAGE = Path(__file__).parent / "page"
MANIFEST = Path(__file__).parent.parent / "manifest.json"
MONDAY_MORNING = time(9)
A_WEEK = 7
MOVED = "The clock has moved, and what came due has run."
NOT_ANSWERED = "Docking Point did not answer. Is it still running?"
STALE = "That has changed meanwhile. Please look again."


class NotDone(Exception):
    """Why something was not done, in words for the page."""

    def __init__(self, words: str, status: int) -> None:
        self.words = words
        self.status = status
        super().__init__(words)


class Desk:
    """One Slack on one page: everybody's, seen as one of them at a time."""

    def __init__(
        self,
        slack: Slack,
        delivery: Delivery,
        clock: MovableClock,
        ticker: Ticker,
        session_factory: SessionFactory,
    ) -> None:
        self._slack = slack
        self._delivery = delivery
        self._clock = clock
        self._ticker = ticker
        self._session_factory = session_factory
        self._started = clock.now().timestamp()

    def routes(self) -> list[BaseRoute]:
        acts = {
            "command": self._command,
            "press": self._press,
            "submit": self._submit,
            "close": self._close,
            "options": self._options,
            "home": self._home,
            "clock": self._move,
        }
        return [
            Route("/", _page),
            Route("/state", self._state),
            Mount("/page", StaticFiles(directory=PAGE)),
            *(
                Route(f"/act/{name}", self._acting(act), methods=["POST"])
                for name, act in acts.items()
            ),
        ]

    def _acting(
        self, act: Callable[[User, Json], Awaitable[Json]]
    ) -> Callable[[Request], Awaitable[Response]]:
        """An act of a person, with one plain sentence for whatever keeps it from being done."""

        async def endpoint(request: Request) -> Response:
            body = json.loads(await request.body())
            user = self._slack.users.get(body.get("me") or "")
            if user is None:
                return JSONResponse({"words": STALE}, 409)
            try:
                return JSONResponse(await act(user, body))
            except NotFilledIn as missing:
                words = "Please fill this in."
                return JSONResponse({"errors": dict.fromkeys(missing.fields, words)})
            except (NotOnScreen, NotDone, Refusal, OSError, httpx.HTTPError) as error:
                return _not_done(error)

        return endpoint

    # What one person does

    async def _command(self, user: User, body: Json) -> Json:
        name, _, text = str(body["text"]).partition(" ")
        known = [one["command"] for one in _commands()]
        if name not in known:
            raise NotDone(f"{name} is not a command here.", 404)
        channel = self._slack.channels.get(body["channel"])
        if channel is None or user.id not in channel.members:
            raise NotOnScreen(str(body["channel"]))
        _answered(await self._delivery.command(user, name, text, channel))
        return {}

    async def _press(self, user: User, body: Json) -> Json:
        where = self._where(body["container"])
        action = dict(body["action"])
        action_id = action.pop("action_id")
        for unused in ("block_id", "confirm", "type"):
            action.pop(unused, None)
        if isinstance(where, View) and "values" in body:
            where.state = body["values"]
        _answered(await self._delivery.press(user, where, action_id, **action))
        return {}

    async def _submit(self, user: User, body: Json) -> Json:
        view = self._where({"view": body["view"]})
        if not isinstance(view, View):
            raise NotOnScreen(str(body["view"]))
        values = {id_: next(iter(one.values())) for id_, one in body["values"].items()}
        result = await self._delivery.submit(user, view, values)
        return {"errors": _answered(result).errors}

    async def _close(self, user: User, body: Json) -> Json:
        view = self._where({"view": body["view"]})
        if isinstance(view, View):
            await self._delivery.close(user, view)
        return {}

    async def _options(self, user: User, body: Json) -> Json:
        where = self._where(body["container"])
        found = await self._delivery.options(user, where, body["action_id"], body["query"])
        return {"options": found}

    async def _home(self, user: User, _body: Json) -> Json:
        _answered(await self._delivery.open_home(user))
        return {}

    async def _move(self, user: User, body: Json) -> Json:
        """Move the clock, and let what came due run; a note where the digest waits for Tuesday."""
        how = str(body["move"])
        self._clock.move_to(moved(self._clock.now(), how, user))
        await self._ticker.tick()
        self._slack.changed()
        note = await self._digest_later(user) if how == "monday" else ""
        return {"note": f"{MOVED}{note}"}

    async def _digest_later(self, user: User) -> str:
        """When the digest comes, where Monday is a bank holiday of the network's nation."""
        now = self._clock.now()
        async with self._session_factory.begin() as session:
            workspace = await workspace_of_team(session, user.team_id)
            if workspace is None:
                return ""
            network = await session.get_one(Network, workspace.network_id)
            due = await digest.next_due(session, network, now)
        local = due.astimezone(network.zone)
        if (local.date() - now.astimezone(network.zone).date()).days >= A_WEEK:
            return ""
        return f" This Monday is a bank holiday: the digest comes {local:%A} at {local:%H:%M}."

    def _where(self, container: Json) -> Message | View:
        if "view" in container:
            found: Message | View | None = self._slack.views.get(container["view"])
        else:
            found = self._slack.message(container["channel"], container["ts"])
        if found is None:
            raise NotOnScreen(str(container))
        return found

    # What one person sees

    async def _state(self, request: Request) -> Response:
        if request.query_params.get("since") == str(self._slack.version):
            return Response(status_code=204)
        tour = self._tour(load_sample().tour)
        asked = request.query_params.get("me", "")
        user = self._slack.users.get(asked) or self._slack.users[tour[0]["me"]]
        return JSONResponse(self._seen(user, tour))

    def _seen(self, user: User, tour: list[Json]) -> Json:
        slack = self._slack
        team = slack.teams[user.team_id]
        direct = slack.direct(team, [user])
        channels = [one for one in slack.channels.values() if user.id in one.members]
        messages: dict[str, list[Json]] = {channel.id: [] for channel in channels}
        for message in slack.seen_by(user):
            messages[message.channel].append(self._message(message))
        home, top = slack.home_of(user), slack.top_view(user)
        return {
            "version": slack.version,
            "started": self._started,
            "now": self._clock.now().isoformat(),
            "me": {
                "id": user.id,
                "tz": user.tz,
                "title": user.title,
                "team": team.id,
                "workspace": team.name,
            },
            "people": [
                {
                    "id": one.id,
                    "name": one.name,
                    "team": one.team_id,
                    "group": slack.teams[one.team_id].name,
                }
                for one in sorted(slack.users.values(), key=lambda one: (one.team_id, one.name))
                if not one.is_bot
            ],
            "places": [self._place(channel, direct) for channel in channels],
            "channels": [
                {"id": one.id, "name": one.name}
                for one in channels
                if one.kind in ("public", "private")
            ],
            "messages": messages,
            "home": home and {"id": home.id, **home.body},
            "modal": top and {"id": top.id, "hash": top.hash, **top.body},
            "names": {
                "users": {one.id: one.name for one in slack.users.values()},
                "channels": {one.id: one.name for one in slack.channels.values()},
            },
            "commands": _commands(),
            "tour": tour,
        }

    def _message(self, message: Message) -> Json:
        author = self._slack.users[message.user]
        return {
            "ts": message.ts,
            "author": author.name,
            "bot": author.is_bot,
            "text": message.text,
            "blocks": message.blocks,
            "ephemeral": message.only_for is not None,
            "edited": message.edited,
        }

    def _place(self, channel: Channel, direct: Channel) -> Json:
        if channel.id == direct.id:
            return {
                "id": channel.id,
                "kind": "app",
                "name": "Messages",
                "title": "Docking Point",
                "about": "Your messages with Docking Point. Nobody else sees them.",
            }
        if channel.kind == "mpim":
            about = "A conversation of the people named here and Docking Point"
            place = {"kind": "group", "name": channel.name, "title": channel.name, "about": about}
        else:
            name = f"# {channel.name}"
            place = {"kind": "channel", "name": name, "title": name, "about": channel.purpose}
        return {"id": channel.id, **place}

    def _tour(self, tour: Tour) -> list[Json]:
        """The six steps, with the people's ids."""
        sample = {one.key: one.name for one in load_sample().members}
        ids = {one.name: one.id for one in self._slack.users.values()}

        def who(key: str) -> str:
            return ids.get(sample[key], "")

        officer, academic = sample[tour.officer], sample[tour.strong_academic]
        gap, admin = sample[tour.gap_academic], sample[tour.admin]
        digest = next(
            (one.id for one in self._slack.channels.values() if one.name == "partnership-admins"),
            "",
        )
        return [
            _step(
                f"Post a need, as {officer}",
                "The command is typed already. Press Send, look at the form, and press Post.",
                who(tour.officer),
                "app",
                f"/need {tour.strong_need}",
            ),
            _step(
                "Read why somebody fits",
                "The answer comes as a message, with reasons. Ask for an introduction to the "
                "first one.",
                who(tour.officer),
                "app",
            ),
            _step(
                f"Become {academic}, and say yes",
                "They are asked, and see the need but no name. Press “Yes, introduce us”.",
                who(tour.strong_academic),
                "app",
            ),
            _step(
                "See the group open",
                "Only now are both named, in a conversation of their own.",
                who(tour.officer),
                "group",
            ),
            _step(
                "A need that nobody fits",
                f"Send this one: it says so plainly. Then become {gap}, type /expertise with: "
                f"“{tour.gap_expertise}” and press Offer. Come back: {officer} has been told.",
                who(tour.officer),
                "app",
                f"/need {tour.gap_need}",
            ),
            _step(
                f"Read the week, as {admin}",
                "Press “To Monday 09:00” below the list of channels: the digest comes.",
                who(tour.admin),
                digest,
            ),
        ]


def _not_done(error: Exception) -> Response:
    if isinstance(error, NotOnScreen):
        return JSONResponse({"words": STALE}, 409)
    if isinstance(error, NotDone):
        return JSONResponse({"words": error.words}, error.status)
    if isinstance(error, Refusal):
        words = f"Slack would refuse what Docking Point answered: {error}"
        return JSONResponse({"words": words}, 502)
    return JSONResponse({"words": NOT_ANSWERED}, 502)


def _answered(result: Result) -> Result:
    if result.status != httpx.codes.OK:
        raise NotDone(NOT_ANSWERED, 502)
    return result


def _step(title: str, words: str, me: str, place: str, text: str = "") -> Json:
    return {"title": title, "words": words, "me": me, "place": place, "text": text}


def moved(now: datetime, how: str, user: User) -> datetime:
    """An hour or a day on, or the next Monday at nine in the person's own time."""
    if how == "hour":
        return now + timedelta(hours=1)
    if how == "day":
        return now + timedelta(days=1)
    zone = ZoneInfo(user.tz)
    local = now.astimezone(zone)
    days = (7 - local.weekday()) % 7
    monday = datetime.combine(local.date() + timedelta(days=days), MONDAY_MORNING, zone)
    if monday <= local:
        monday = datetime.combine(monday.date() + timedelta(days=7), MONDAY_MORNING, zone)
    return monday + timedelta(minutes=1)


def _commands() -> list[dict[str, Any]]:
    manifest = json.loads(MANIFEST.read_text(encoding="utf-8"))
    return [
        {"command": one["command"], "description": one["description"]}
        for one in manifest["features"]["slash_commands"]
    ]


async def _page(_request: Request) -> Response:
    return FileResponse(PAGE / "index.html")
