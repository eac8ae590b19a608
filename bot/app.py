"""Builds the Bolt app: features, a catch-all, and one handler for everything that goes wrong."""

import json
import re
from collections.abc import Awaitable, Callable
from typing import Any, cast

import structlog
from slack_bolt.async_app import AsyncApp, AsyncBoltContext
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.response import BoltResponse

from bot import features
from bot.messenger import PersonGone, RateLimited, Transient
from bot.services import Services
from bot.views import notice
from registry.networks import workspace_of_team
from registry.refusal import Refused

log = structlog.get_logger()

OUR_FAULT = "Something went wrong on our side. Nothing was lost. Please try again in a minute."
SLACK_BUSY = "Slack is not answering just now. Please try again in a minute."
STALE = "This button is from an older message. Please start again with the command."
EVERYTHING = re.compile(".*", re.DOTALL)


def build_app(services: Services) -> AsyncApp:
    """The app with every feature; the request's signature was checked by whoever calls it."""
    app = AsyncApp(
        name="Docking Point",
        client=services.messenger.client(),
        authorize=authorize_with(services),
        process_before_response=True,
        request_verification_enabled=False,
        raise_error_for_unhandled_request=False,
        user_facing_authorize_error_message=(
            "Docking Point is not installed here any more. Ask whoever looks after Slack to add "
            "it again."
        ),
    )
    app.use(provide(services))
    for register in features.LISTENERS:
        register(app)
    app.event(EVERYTHING)(nothing_to_do)
    app.action(EVERYTHING)(stale_press)
    app.view(EVERYTHING)(stale_form)
    app.command(EVERYTHING)(unknown_command)
    app.error(answer_error)
    return app


def authorize_with(services: Services) -> Callable[..., Awaitable[AuthorizeResult]]:
    """Bolt's question "whose token?", answered from the workspaces table."""

    async def authorize(
        enterprise_id: str | None, team_id: str | None, user_id: str | None
    ) -> AuthorizeResult | None:
        async with services.session_factory.begin() as session:
            workspace = await workspace_of_team(session, team_id or "")
        if workspace is None or not workspace.active:
            return None
        return AuthorizeResult(
            enterprise_id=enterprise_id,
            team_id=team_id,
            user_id=user_id,
            bot_user_id=workspace.bot_user_id,
            bot_token=services.keys.open(workspace.sealed_token),
        )

    return cast("Callable[..., Awaitable[AuthorizeResult]]", authorize)  # None is Bolt's no


def provide(services: Services) -> Callable[..., Awaitable[Any]]:
    """The first middleware: gives the listeners the services and where the person comes from."""

    async def middleware(
        context: AsyncBoltContext,
        body: dict[str, Any],
        next: Callable[[], Awaitable[Any]],  # noqa: A002 - Bolt's name
    ) -> Any:
        context["services"] = services
        user = body.get("user")
        if isinstance(user, dict) and user.get("team_id"):
            context["actor_team_id"] = user["team_id"]
        context["in_home"] = (body.get("view") or {}).get("type") == "home"
        return await next()

    return middleware


async def nothing_to_do(ack: AsyncAck) -> None:
    """An event nobody listens to: Slack counts anything but a 200 as a failure."""
    await ack()


async def stale_press() -> None:
    """A button that no feature knows any more."""
    raise Refused(STALE)


async def stale_form() -> None:
    """A form that no feature knows any more."""
    raise Refused("This form is out of date. Please close it and start again with the command.")


async def unknown_command(ack: AsyncAck, command: dict[str, Any]) -> None:
    """A command that the manifest has and the app has not."""
    await ack(f"I don't know `{command['command']}`. Try `/need help` or `/expertise help`.")


async def answer_error(
    error: Exception, body: dict[str, Any], context: AsyncBoltContext
) -> BoltResponse:
    """Tell the person, in the right place, what a listener could not do."""
    words, fields = _words(error)
    if "command" in body:
        return _json({"response_type": "ephemeral", "text": words})
    if body.get("type") == "view_submission":
        return _json(_in_form(body["view"], words, fields))
    if body.get("type") == "block_suggestion":
        return _json({"options": []})
    if body.get("type") == "block_actions":
        await _tell(words, body, context)
    return BoltResponse(status=200)


def _words(error: Exception) -> tuple[str, dict[str, str]]:
    if isinstance(error, Refused):
        return error.words, error.fields
    if isinstance(error, Transient | RateLimited | PersonGone):
        log.warning("slack_unavailable", error=str(error))
        return SLACK_BUSY, {}
    log.error("listener_failed", exc_info=error)
    return OUR_FAULT, {}


def _in_form(view: dict[str, Any], words: str, fields: dict[str, str]) -> dict[str, Any]:
    """Errors beside the fields of a form, or in place of a form that has none."""
    inputs = [block["block_id"] for block in view["blocks"] if block["type"] == "input"]
    if not inputs:
        return {"response_action": "update", "view": notice(words)}
    return {"response_action": "errors", "errors": _beside(inputs, words, fields)}


def _beside(inputs: list[str], words: str, fields: dict[str, str]) -> dict[str, str]:
    """Each error beside its field; what has no field in this form stands at the first one."""
    placed = {name: said for name, said in fields.items() if name in inputs}
    homeless = [said for name, said in fields.items() if name not in inputs]
    if not placed or homeless:
        first = next((name for name in inputs if name not in placed), inputs[0])
        placed[first] = " ".join(homeless) or words
    return placed


async def _tell(words: str, body: dict[str, Any], context: AsyncBoltContext) -> None:
    services: Services = context["services"]
    if body.get("response_url"):
        await services.messenger.whisper(context, words)
    elif body.get("trigger_id"):
        inside_modal = (body.get("view") or {}).get("type") == "modal"
        show = services.messenger.push_modal if inside_modal else services.messenger.open_modal
        await show(context.client, body["trigger_id"], notice(words))


def _json(body: dict[str, Any]) -> BoltResponse:
    return BoltResponse(
        status=200, body=json.dumps(body), headers={"content-type": "application/json"}
    )
