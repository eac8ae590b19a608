"""Slack's Web API over HTTP: how calls come in and answers go out."""

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from playground.blocks import check_message
from playground.checker import Refusal
from playground.methods import call_method
from playground.slack import Json, Slack
from playground.socket_mode import SocketMode

READING = frozenset({"conversations.info", "users.info"})


def web_api(slack: Slack, sockets: SocketMode | None = None) -> Starlette:
    """The API and the addresses for later answers; Socket Mode only where `sockets` is given."""

    async def call(request: Request) -> Response:
        name = request.path_params["method"]
        fault = slack.fault(name)
        if fault is not None:
            return _faulty(fault.error, fault.status, fault.retry_after)
        body = await request.body()
        return _answered(lambda: answer(request, name, body))

    def answer(request: Request, name: str, body: bytes) -> Json:
        arguments, token = _arguments(request, body, takes_json=name not in READING)
        if name == "oauth.v2.access":
            return _exchange(slack, arguments, request.headers.get("authorization", ""))
        if name == "apps.connections.open" and sockets is not None:
            return sockets.open(token)
        return call_method(slack, name, arguments, token)

    async def respond(request: Request) -> Response:
        try:
            return _respond(slack, request.path_params["id"], _json(await request.body()))
        except Refusal as refusal:
            return PlainTextResponse(str(refusal), 400)

    return Starlette(
        routes=[
            Route("/api/{method}", call, methods=["POST", "GET"]),
            Route("/response/{id}", respond, methods=["POST"]),
        ]
    )


def _arguments(request: Request, body: bytes, *, takes_json: bool) -> tuple[Json, str]:
    """The arguments and the token, which JSON cannot carry: it goes in the header or a form.

    Methods that read take none: Slack passes over the JSON that they are sent.
    """
    token = request.headers.get("authorization", "").removeprefix("Bearer ")
    if "json" in request.headers.get("content-type", ""):
        arguments = _json(body) if takes_json else {}
    else:
        form = parse_qsl(body.decode(), keep_blank_values=True)
        arguments = {key: _parsed(value) for key, value in form}
        token = str(arguments.pop("token", token))
    arguments |= dict(request.query_params.items())
    return {key: value for key, value in arguments.items() if value is not None}, token


def _json(body: bytes) -> Json:
    try:
        found = json.loads(body or b"{}")
    except ValueError:
        raise Refusal("invalid_json") from None
    if not isinstance(found, dict):
        raise Refusal("json_not_object")
    return found


def _parsed(value: str) -> Any:
    if value[:1] in "[{":
        try:
            return json.loads(value)
        except json.JSONDecodeError:
            return value
    return value


def _exchange(slack: Slack, arguments: Json, authorization: str) -> Json:
    if not authorization.startswith("Basic ") and "client_id" not in arguments:
        raise Refusal("invalid_client_id")
    found = slack.use_code(str(arguments.get("code")))
    if found is None:
        raise Refusal("invalid_code")
    team, installer = found
    whole = slack.organisation_wide
    return {
        "access_token": team.token,
        "token_type": "bot",
        "scope": ",".join(team.scopes),
        "bot_user_id": team.bot_user_id,
        "app_id": "A000001",
        "team": None if whole else {"id": team.id, "name": team.name},
        "enterprise": {"id": "E000001", "name": "Invented Enterprise"} if whole else None,
        "authed_user": {"id": installer.id},
        "is_enterprise_install": whole,
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
                **refusal.facts,
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
    check_message(body.get("text"), body.get("blocks"))
    channel = slack.channels[answer.channel]
    team = slack.teams[channel.team_id]
    before = slack.message(answer.channel, answer.ts) if answer.ts else None
    if body.get("replace_original") and before is not None:
        slack.rewrite(before, body["text"], body.get("blocks") or [])
    else:
        only_for = None if body.get("response_type") == "in_channel" else answer.user
        slack.say(channel, team.bot_user_id, body["text"], body.get("blocks") or [], only_for)
    return PlainTextResponse("ok")
