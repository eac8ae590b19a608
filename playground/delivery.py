"""Delivers what a person does to the bot: signed, in Slack's shapes, over HTTP."""

import hashlib
import hmac
import json
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import httpx

from playground.blocks import check_message, check_options, check_view
from playground.checker import Refusal
from playground.methods import shown
from playground.slack import Channel, Json, Message, Slack, User, View


class NotOnScreen(Exception):
    """The person cannot see what they are to use."""


class NotFilledIn(Exception):
    """Slack's own client would not let the form go: a required field is empty, by block id."""

    def __init__(self, fields: list[str]) -> None:
        self.fields = fields
        super().__init__(", ".join(fields))


@dataclass(frozen=True)
class Result:
    """What the bot answered, and what the person was shown at once."""

    status: int
    body: Json
    text: str = ""
    errors: dict[str, str] = field(default_factory=dict)


class Delivery:
    """One bot at `url`; requests are signed with the app's secret."""

    def __init__(self, slack: Slack, client: httpx.AsyncClient, url: str, secret: str) -> None:
        self.slack = slack
        self._client = client
        self._url = url
        self._secret = secret
        self.responses = url
        self._last: tuple[bytes, str] = (b"", "")

    # What people do

    async def command(self, user: User, name: str, text: str, channel: Channel) -> Result:
        """Type a slash command."""
        team = self.slack.teams[channel.team_id]
        fields = {
            "token": "unused",
            "team_id": team.id,
            "team_domain": team.id.lower(),
            "channel_id": channel.id,
            "channel_name": channel.name,
            "user_id": user.id,
            "user_name": user.id.lower(),
            "command": name,
            "text": text,
            "api_app_id": "A000001",
            "is_enterprise_install": "false",
            "response_url": self._response_url(channel.id, user, None),
            "trigger_id": self.slack.trigger(user),
        }
        body = urlencode(fields).encode()
        result = await self._send(body, "application/x-www-form-urlencoded")
        text_ = result.body.get("text") or result.text
        if result.status == httpx.codes.OK and (text_ or result.body):
            self._show_answer(user, channel, {**result.body, "text": text_})
        return Result(result.status, result.body, text_)

    def _show_answer(self, user: User, channel: Channel, answer: Json) -> None:
        check_message(answer["text"], answer.get("blocks"))
        kind = answer.get("response_type", "ephemeral")
        if kind not in ("ephemeral", "in_channel"):
            raise Refusal("invalid_response_type", str(kind))
        bot = self.slack.teams[channel.team_id].bot_user_id
        only_for = user.id if kind == "ephemeral" else None
        self.slack.say(channel, bot, answer["text"], answer.get("blocks") or [], only_for)

    async def press(self, user: User, where: Message | View, action_id: str, **what: Any) -> Result:
        """Press a button, or choose from a menu: `value`, `selected_option`, ... say which."""
        block, element = self._on_screen(user, where, action_id, what)
        action = {
            "type": element["type"],
            "action_id": action_id,
            "block_id": block["block_id"],
            "action_ts": self.slack.next_ts(),
            **what,
        }
        if element["type"] == "button":
            action |= {"text": element["text"], "value": element.get("value", "")}
        payload = self._payload("block_actions", user)
        payload |= {"actions": [action], "trigger_id": self.slack.trigger(user)}
        if isinstance(where, View):
            where.state = {**_begun(where), **where.state}
            payload["view"] = shown(where)
            payload["container"] = {"type": "view", "view_id": where.id}
        else:
            payload |= self._message_parts(user, where)
        return await self._interact(payload)

    async def submit(self, user: User, view: View, values: Mapping[str, Json]) -> Result:
        """Send a form: values by block id, in Slack's own shape of each element.

        Raises `Refusal`, and leaves the form as it is, where the answer is none for a form.
        """
        self._must_see(user, view)
        if "submit" not in view.body:
            raise NotOnScreen(f"{user.name} sees no button to send that")
        if "submit" not in view.body:
            raise NotOnScreen("that form has nothing to send it with")
        view.state = self._state(view, values)
        payload = self._payload("view_submission", user)
        payload |= {
            "view": shown(view),
            "trigger_id": self.slack.trigger(user),
            "response_urls": [],
        }
        result = await self._interact(payload)
        if result.status == httpx.codes.OK:
            self._apply(user, view, result)
        return Result(result.status, result.body, errors=result.body.get("errors") or {})

    async def close(self, user: User, view: View) -> None:
        """Cancel a form."""
        self._must_see(user, view)
        self.slack.close_view(view)
        if view.body.get("notify_on_close"):
            payload = self._payload("view_closed", user) | {"view": shown(view)}
            await self._interact(payload | {"is_cleared": False})

    async def options(
        self, user: User, where: Message | View, action_id: str, query: str
    ) -> list[Json]:
        """What a type-ahead offers for what was typed."""
        block, _ = self._on_screen(user, where, action_id, {})
        payload = self._payload("block_suggestion", user)
        payload |= {"action_id": action_id, "block_id": block["block_id"], "value": query}
        if isinstance(where, View):
            payload |= {"view": shown(where), "container": {"type": "view", "view_id": where.id}}
        result = await self._interact(payload)
        options: list[Json] = result.body.get("options") or []
        check_options(options)
        return options

    async def open_home(self, user: User) -> Result:
        """Look at the app's Home."""
        home = self.slack.home_of(user)
        event: Json = {
            "type": "app_home_opened",
            "user": user.id,
            "channel": self.slack.direct(self.slack.teams[user.team_id], [user]).id,
            "tab": "home",
            "event_ts": self.slack.next_ts(),
        }
        if home is not None:
            event["view"] = shown(home)
        return await self.event(user.team_id, event)

    async def event(self, team_id: str, event: Json, event_id: str | None = None) -> Result:
        """Something happened in a workspace."""
        envelope = {
            "token": "unused",
            "team_id": team_id,
            "api_app_id": "A000001",
            "event": event,
            "type": "event_callback",
            "event_id": event_id or f"Ev{secrets.token_hex(5)}",
            "event_time": int(self.slack.clock.now().timestamp()),
            "authorizations": [
                {
                    "enterprise_id": None,
                    "team_id": team_id,
                    "user_id": self.slack.teams[team_id].bot_user_id,
                    "is_bot": True,
                    "is_enterprise_install": False,
                }
            ],
        }
        return await self._send(json.dumps(envelope).encode(), "application/json")

    # How it is sent

    async def again(self, reason: str = "http_timeout") -> Result:
        """Deliver the last request once more, as Slack does when it had no answer in time."""
        body, kind = self._last
        retry = {"x-slack-retry-num": "1", "x-slack-retry-reason": reason}
        return await self._send(body, kind, retry)

    async def raw(self, body: bytes, headers: Mapping[str, str]) -> httpx.Response:
        """A request with headers of one's own: forged, stale or malformed."""
        raw = httpx.Headers(dict(headers), encoding="latin-1")
        return await self._client.post(self._url, content=body, headers=raw)

    def signature(self, body: bytes, timestamp: str) -> str:
        base = b"v0:" + timestamp.encode() + b":" + body
        return "v0=" + hmac.new(self._secret.encode(), base, hashlib.sha256).hexdigest()

    async def _interact(self, payload: Json) -> Result:
        body = urlencode({"payload": json.dumps(payload)}).encode()
        return await self._send(body, "application/x-www-form-urlencoded")

    async def _send(self, body: bytes, kind: str, more: Mapping[str, str] | None = None) -> Result:
        self._last = body, kind
        timestamp = str(int(time.time()))
        response = await self._client.post(
            self._url,
            content=body,
            headers={
                "content-type": kind,
                "x-slack-request-timestamp": timestamp,
                "x-slack-signature": self.signature(body, timestamp),
                **(more or {}),
            },
        )
        try:
            answer = response.json() if response.content else {}
        except json.JSONDecodeError:
            return Result(response.status_code, {}, text=response.text)
        if isinstance(answer, str):
            return Result(response.status_code, {}, text=answer)
        return Result(response.status_code, answer if isinstance(answer, dict) else {})

    # What is on the screen

    def _must_see(self, user: User, where: Message | View) -> None:
        if isinstance(where, View):
            seen = where.user == user.id and where.id in self.slack.views
        else:
            seen = where in self.slack.seen_by(user)
        if not seen:
            raise NotOnScreen(f"{user.name} does not see that")

    def _on_screen(
        self, user: User, where: Message | View, action_id: str, what: Json
    ) -> tuple[Json, Json]:
        self._must_see(user, where)
        blocks = where.body["blocks"] if isinstance(where, View) else where.blocks
        for block in blocks:
            one = [block.get("accessory"), block.get("element"), *block.get("elements", [])]
            for element in filter(None, one):
                if element.get("action_id") == action_id and _offers(element, what):
                    what.pop("value", None)
                    return block, element
        raise NotOnScreen(f"{user.name} sees no {action_id} {what}")

    def _state(self, view: View, values: Mapping[str, Json]) -> Json:
        """The form's state: what was given, else what the form began with."""
        state: Json = {}
        empty: list[str] = []
        for block in view.body["blocks"]:
            if block["type"] != "input":
                continue
            element = block["element"]
            id_ = block["block_id"]
            value = values[id_] if id_ in values else _beginning(element)
            value = {"type": element["type"], **value}
            state[id_] = {element["action_id"]: value}
            if not block.get("optional") and not any(value[key] for key in value if key != "type"):
                empty.append(id_)
        if empty:
            raise NotFilledIn(empty)
        unknown = set(values) - set(state)
        if unknown:
            raise NotOnScreen(f"the form has no {sorted(unknown)}")
        return state

    def _apply(self, user: User, view: View, result: Result) -> None:
        body = result.body
        action = body.get("response_action")
        if action == "errors":
            _check_errors(view, body.get("errors"))
        elif action == "update":
            check_view(body.get("view"), "modal")
            view.state = {}
            self.slack.put_body(view, body["view"])
        elif action == "push":
            check_view(body.get("view"), "modal")
            self.slack.open_view(user, body["view"], push=True)
        elif action == "clear" or not (body or result.text):
            self.slack.close_view(view, all_of_it=action == "clear")
        else:
            raise Refusal("invalid_response", result.text or str(body))

    def _payload(self, kind: str, user: User) -> Json:
        team = self.slack.teams[user.team_id]
        return {
            "type": kind,
            "token": "unused",
            "api_app_id": "A000001",
            "team": {"id": team.id, "domain": team.id.lower()},
            "enterprise": None,
            "is_enterprise_install": False,
            "user": {
                "id": user.id,
                "username": user.id.lower(),
                "name": user.id.lower(),
                "team_id": user.team_id,
            },
        }

    def _message_parts(self, user: User, message: Message) -> Json:
        channel = self.slack.channels[message.channel]
        name = {"im": "directmessage", "mpim": channel.name}.get(channel.kind, channel.name)
        return {
            # In a channel shared with others, the person may be of another workspace.
            "team": {"id": channel.team_id, "domain": channel.team_id.lower()},
            "channel": {"id": channel.id, "name": name},
            "message": {
                "type": "message",
                "user": message.user,
                "ts": message.ts,
                "text": message.text,
                "blocks": message.blocks,
            },
            "container": {
                "type": "message",
                "message_ts": message.ts,
                "channel_id": channel.id,
                "is_ephemeral": message.only_for is not None,
            },
            "response_url": self._response_url(channel.id, user, message.ts),
        }

    def _response_url(self, channel: str, user: User, ts: str | None) -> str:
        return f"{self.responses}/response/{self.slack.response_id(channel, user, ts)}"


def _check_errors(view: View, errors: object) -> None:
    """Slack shows words beside input blocks and nowhere else."""
    ids = {block["block_id"] for block in view.body["blocks"] if block["type"] == "input"}
    if not isinstance(errors, dict) or not errors or not all(errors.values()):
        raise Refusal("invalid_response", f"no errors: {errors}")
    if not errors.keys() <= ids:
        raise Refusal("invalid_response", f"errors beside no field: {sorted(errors)}")


def _offers(element: Json, what: Json) -> bool:
    """Whether an element can give what is chosen: that very value, or one of its options."""
    if "value" in what and element["type"] == "button":
        return bool(element.get("value", "") == what["value"])
    chosen = what.get("selected_option")
    if chosen is not None and "options" in element:
        return any(option["value"] == chosen["value"] for option in element["options"])
    return True


def _begun(view: View) -> Json:
    """What a form's fields hold before anybody touches them; what holds nothing is left out."""
    state: Json = {}
    for block in view.body["blocks"]:
        if block["type"] == "input":
            element = block["element"]
            value = {"type": element["type"], **_beginning(element)}
            state[block["block_id"]] = {element["action_id"]: value}
    return state


def _beginning(element: Json) -> Json:
    """The value that an element has before anybody touches it."""
    for begun, named in (
        ("initial_value", "value"),
        ("initial_option", "selected_option"),
        ("initial_options", "selected_options"),
        ("initial_date", "selected_date"),
        ("initial_time", "selected_time"),
        ("initial_user", "selected_user"),
        ("initial_channel", "selected_channel"),
        ("initial_conversation", "selected_conversation"),
    ):
        if begun in element:
            return {named: element[begun]}
    return {"selected_options": []} if element["type"].startswith(("multi", "check")) else {}
