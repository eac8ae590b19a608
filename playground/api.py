"""Slack's Web API over HTTP, as strict as Slack: arguments, scopes, limits, error names."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute

from playground.blocks import check_message, check_view
from playground.checker import Refusal
from playground.slack import Call, Channel, Json, Slack, Team, User, View
from playground.socket_mode import SocketMode

Answer = Awaitable[Json]
SCOPE_OF_KIND = {"public": "channels:read", "private": "groups:read"}


@dataclass(frozen=True)
class Asked:
    """One call: who calls, and with what."""

    slack: Slack
    team: Team
    arguments: Json

    def need(self, scope: str) -> None:
        if scope not in self.team.scopes:
            raise Refusal("missing_scope", f"needed: {scope}")

    def channel(self, id_: str, *, posting: bool = False) -> Channel:
        """The channel, or the person's direct message; refused as Slack refuses."""
        user = self.slack.users.get(id_)
        if posting and user is not None:
            return self.slack.direct(self.team, [self.person(id_)])
        channel = self.slack.channels.get(id_)
        if channel is None or channel.team_id != self.team.id:
            raise Refusal("channel_not_found")
        if posting and channel.is_archived:
            raise Refusal("is_archived")
        inside = self.team.bot_user_id in channel.members
        if not inside and channel.kind != "public":
            raise Refusal("channel_not_found")
        if posting and not inside:
            raise Refusal("not_in_channel")
        return channel

    def person(self, id_: str) -> User:
        user = self.slack.users.get(id_)
        if user is None or user.team_id != self.team.id:
            raise Refusal("user_not_found")
        if user.deleted:
            raise Refusal("user_disabled")
        return user

    def view(self) -> View:
        view = self.slack.views.get(str(self.arguments["view_id"]))
        if view is None or view.team_id != self.team.id:
            raise Refusal("not_found")
        if "hash" in self.arguments and self.arguments["hash"] != view.hash:
            raise Refusal("hash_conflict")
        return view


@dataclass(frozen=True)
class Method:
    """A method with its arguments: those needed, and those that may be given."""

    answer: Callable[[Asked], Json]
    needed: frozenset[str]
    allowed: frozenset[str]
    scope: str | None = None


def _auth_test(asked: Asked) -> Json:
    team = asked.team
    return {
        "url": f"https://{team.id.lower()}.slack.example/",
        "team": team.name,
        "user": "docking_point",
        "team_id": team.id,
        "user_id": team.bot_user_id,
        "bot_id": team.bot_id,
        "is_enterprise_install": False,
    }


def _post_message(asked: Asked) -> Json:
    arguments = asked.arguments
    channel = asked.channel(arguments["channel"], posting=True)
    check_message(arguments.get("text"), arguments.get("blocks"))
    message = asked.slack.say(
        channel, asked.team.bot_user_id, arguments["text"], arguments.get("blocks") or []
    )
    return {"channel": channel.id, "ts": message.ts, "message": {"text": message.text}}


def _post_ephemeral(asked: Asked) -> Json:
    arguments = asked.arguments
    channel = asked.channel(arguments["channel"], posting=True)
    user = asked.person(arguments["user"])
    if user.id not in channel.members:
        raise Refusal("user_not_in_channel")
    check_message(arguments.get("text"), arguments.get("blocks"))
    message = asked.slack.say(
        channel,
        asked.team.bot_user_id,
        arguments["text"],
        arguments.get("blocks") or [],
        only_for=user.id,
    )
    return {"message_ts": message.ts}


def _update(asked: Asked) -> Json:
    arguments = asked.arguments
    channel = asked.channel(arguments["channel"])
    message = asked.slack.message(channel.id, arguments["ts"])
    if message is None:
        raise Refusal("message_not_found")
    if message.user != asked.team.bot_user_id or message.only_for is not None:
        raise Refusal("cant_update_message")
    check_message(arguments.get("text"), arguments.get("blocks"))
    message.text, message.blocks = arguments["text"], arguments.get("blocks") or []
    for number, block in enumerate(message.blocks):
        block.setdefault("block_id", f"b{number}")
    message.edited = True
    asked.slack.changed()
    return {"channel": channel.id, "ts": message.ts, "text": message.text}


def _open_conversation(asked: Asked) -> Json:
    ids = str(asked.arguments["users"]).split(",")
    asked.need("im:write" if len(ids) == 1 else "mpim:write")
    channel = asked.slack.direct(asked.team, [asked.person(id_.strip()) for id_ in ids])
    asked.slack.changed()
    return {"channel": {"id": channel.id}}


def _conversation_info(asked: Asked) -> Json:
    channel = asked.channel(asked.arguments["channel"])
    asked.need(SCOPE_OF_KIND.get(channel.kind, "im:read"))
    return {
        "channel": {
            "id": channel.id,
            "name": channel.name,
            "is_channel": channel.kind == "public",
            "is_private": channel.kind != "public",
            "is_im": channel.kind == "im",
            "is_mpim": channel.kind == "mpim",
            "is_archived": channel.is_archived,
            "is_ext_shared": channel.is_ext_shared,
            "is_member": asked.team.bot_user_id in channel.members,
        }
    }


def _user_info(asked: Asked) -> Json:
    user = asked.slack.users.get(asked.arguments["user"])
    if user is None or user.team_id != asked.team.id:
        raise Refusal("user_not_found")
    profile = {"real_name": user.name, "display_name": user.name, "title": user.title}
    if "users:read.email" in asked.team.scopes:
        profile["email"] = user.email
    return {
        "user": {
            "id": user.id,
            "team_id": user.team_id,
            "real_name": user.name,
            "deleted": user.deleted,
            "is_bot": user.is_bot,
            "tz": user.tz,
            "profile": profile,
        }
    }


def _open_view(asked: Asked, *, push: bool = False) -> Json:
    check_view(asked.arguments["view"], "modal")
    user = asked.slack.use_trigger(asked.arguments["trigger_id"])
    if isinstance(user, str):
        raise Refusal(user)
    if user.team_id != asked.team.id:
        raise Refusal("invalid_trigger_id")
    if push and not asked.slack.stacks.get(user.id):
        raise Refusal("invalid_trigger_id")
    if push and len(asked.slack.stacks[user.id]) >= 3:  # noqa: PLR2004 - Slack's limit
        raise Refusal("push_limit_reached")
    return {"view": shown(asked.slack.open_view(user, asked.arguments["view"], push=push))}


def _push_view(asked: Asked) -> Json:
    return _open_view(asked, push=True)


def _update_view(asked: Asked) -> Json:
    view = asked.view()
    check_view(asked.arguments["view"], view.kind)
    asked.slack.put_body(view, asked.arguments["view"])
    return {"view": shown(view)}


def _publish_view(asked: Asked) -> Json:
    check_view(asked.arguments["view"], "home")
    user = asked.person(asked.arguments["user_id"])
    return {"view": shown(asked.slack.publish_home(user, asked.arguments["view"]))}


def shown(view: View) -> Json:
    """A view as Slack sends it."""
    return {
        "id": view.id,
        "team_id": view.team_id,
        "app_id": "A000001",
        "bot_id": "B000001",
        "app_installed_team_id": view.team_id,
        "type": view.kind,
        "hash": view.hash,
        "root_view_id": view.root_id,
        "previous_view_id": view.previous,
        "state": {"values": view.state},
        "private_metadata": view.body.get("private_metadata", ""),
        "callback_id": view.body.get("callback_id", ""),
        "title": view.body.get("title"),
        "submit": view.body.get("submit"),
        "close": view.body.get("close"),
        "blocks": view.body["blocks"],
        "external_id": "",
    }


def _method(
    answer: Callable[[Asked], Json], needed: str = "", allowed: str = "", scope: str | None = None
) -> Method:
    return Method(answer, frozenset(needed.split()), frozenset(allowed.split()), scope)


# Bolt's clients send it with every call; Slack reads it for organisation-wide tokens only.
EVERYWHERE = frozenset({"team_id"})
POSTING = "text blocks unfurl_links unfurl_media thread_ts mrkdwn metadata"
METHODS: dict[str, Method] = {
    "auth.test": _method(_auth_test),
    "chat.postMessage": _method(_post_message, "channel", POSTING, "chat:write"),
    "chat.postEphemeral": _method(_post_ephemeral, "channel user", "text blocks", "chat:write"),
    "chat.update": _method(_update, "channel ts", "text blocks", "chat:write"),
    "conversations.open": _method(_open_conversation, "users", "return_im"),
    "conversations.info": _method(_conversation_info, "channel"),
    "users.info": _method(_user_info, "user", "include_locale", "users:read"),
    "views.open": _method(_open_view, "trigger_id view"),
    "views.push": _method(_push_view, "trigger_id view"),
    "views.update": _method(_update_view, "view_id view", "hash"),
    "views.publish": _method(_publish_view, "user_id view", "hash"),
}


def web_api(slack: Slack) -> Starlette:
    """The API, the addresses for later answers, and Socket Mode's connection."""
    sockets = SocketMode(slack)

    async def call(request: Request) -> Response:
        name = request.path_params["method"]
        arguments, token = await _arguments(request)
        fault = slack.fault(name)
        if fault is not None:
            return _faulty(fault.error, fault.status, fault.retry_after)
        if name == "oauth.v2.access":
            return _answered(lambda: _exchange(slack, arguments))
        if name == "apps.connections.open":
            return _answered(lambda: sockets.open(token, str(request.base_url)))
        return _answered(lambda: _call(slack, name, arguments, token))

    async def respond(request: Request) -> Response:
        body = json.loads(await request.body())
        return _respond(slack, request.path_params["id"], body)

    return Starlette(
        routes=[
            Route("/api/{method}", call, methods=["POST", "GET"]),
            Route("/response/{id}", respond, methods=["POST"]),
            WebSocketRoute("/socket/{ticket}", sockets.serve),
        ]
    )


async def _arguments(request: Request) -> tuple[Json, str]:
    body = await request.body()
    if "json" in request.headers.get("content-type", ""):
        arguments: Json = json.loads(body or b"{}")
    else:
        form = parse_qsl(body.decode(), keep_blank_values=True)
        arguments = {key: _parsed(value) for key, value in form}
    arguments |= dict(request.query_params.items())
    bearer = request.headers.get("authorization", "").removeprefix("Bearer ")
    token = str(arguments.pop("token", bearer))
    return {key: value for key, value in arguments.items() if value is not None}, token


def _parsed(value: str) -> Any:
    if value[:1] in "[{":
        try:
            return json.loads(value)
        except json.JSONDecodeError:
            return value
    return value


def _call(slack: Slack, name: str, arguments: Json, token: str) -> Json:
    method = METHODS.get(name)
    if method is None:
        raise Refusal("unknown_method")
    team = slack.team_of(token)
    if team is None:
        raise Refusal("invalid_auth" if token else "not_authed")
    if team.error is not None:
        raise Refusal(team.error)
    slack.calls.append(Call(name, arguments, team.id))
    asked = Asked(slack, team, arguments)
    if method.scope is not None:
        asked.need(method.scope)
    missing = sorted(method.needed - arguments.keys())
    unknown = sorted(arguments.keys() - method.needed - method.allowed - EVERYWHERE)
    if missing or unknown:
        raise Refusal("invalid_arguments", f"missing {missing}, unknown {unknown}")
    return method.answer(asked)


def _exchange(slack: Slack, arguments: Json) -> Json:
    found = slack.use_code(str(arguments.get("code")))
    if found is None:
        raise Refusal("invalid_code")
    team, installer = found
    return {
        "access_token": team.token,
        "token_type": "bot",
        "scope": ",".join(team.scopes),
        "bot_user_id": team.bot_user_id,
        "app_id": "A000001",
        "team": {"id": team.id, "name": team.name},
        "enterprise": None,
        "authed_user": {"id": installer.id},
        "is_enterprise_install": False,
    }


def _answered(answer: Callable[[], Json]) -> Response:
    try:
        return JSONResponse({"ok": True, **answer()})
    except Refusal as refusal:
        return JSONResponse(
            {
                "ok": False,
                "error": refusal.error,
                "response_metadata": {"messages": refusal.messages},
            }
        )


def _faulty(error: str | None, status: int, retry_after: int | None) -> Response:
    if status == 0:
        raise ConnectionResetError("the connection is dropped, as asked")
    headers = {"Retry-After": str(retry_after)} if retry_after is not None else {}
    return JSONResponse({"ok": False, "error": error or "fault"}, status, headers)


def _respond(slack: Slack, id_: str, body: Json) -> Response:
    answer = slack.use_response(id_)
    if answer is None:
        return PlainTextResponse("used_url", 404)
    try:
        check_message(body.get("text"), body.get("blocks"))
    except Refusal as refusal:
        return PlainTextResponse(str(refusal), 400)
    channel = slack.channels[answer.channel]
    team = slack.teams[channel.team_id]
    before = slack.message(answer.channel, answer.ts) if answer.ts else None
    if body.get("replace_original") and before is not None:
        before.text, before.blocks = body["text"], body.get("blocks") or []
        slack.changed()
    else:
        only_for = None if body.get("response_type") == "in_channel" else answer.user
        slack.say(channel, team.bot_user_id, body["text"], body.get("blocks") or [], only_for)
    return PlainTextResponse("ok")
