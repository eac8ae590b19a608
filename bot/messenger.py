"""The only caller of Slack's write methods, and the one place where its errors get a meaning."""

import time
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
from slack_bolt.async_app import AsyncBoltContext
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from registry.networks import Workspace
from registry.refusal import Refused
from registry.secrets import Keys, Unreadable

Response = dict[str, Any]

TARGET_GONE = frozenset(
    {"channel_not_found", "is_archived", "not_in_channel", "restricted_action", "cant_post_message"}
)
PERSON_GONE = frozenset(
    {"user_not_found", "users_not_found", "user_disabled", "user_not_visible", "cannot_dm_bot"}
)
WORKSPACE_GONE = frozenset(
    {
        "account_inactive",
        "invalid_auth",
        "not_authed",
        "org_login_required",
        "team_access_not_granted",
        "token_expired",
        "token_revoked",
    }
)
TRANSIENT = frozenset(
    {"fatal_error", "internal_error", "request_timeout", "service_unavailable", "team_added_to_org"}
)
READING = frozenset({"conversations.info", "users.info"})  # these take no JSON
SERVER_ERROR = 500
TOO_MANY_REQUESTS = 429


class Failure(Exception):
    """A call to Slack did not succeed; the class says what that means."""


class RateLimited(Failure):
    """Slack asks us to wait `after` seconds."""

    def __init__(self, after: float) -> None:
        self.after = after
        super().__init__(f"ratelimited for {after:g} s")


class TargetGone(Failure):
    """The channel is deleted, archived, or without us."""


class PersonGone(Failure):
    """The person has left Slack."""


class WorkspaceGone(Failure):
    """The token no longer opens the workspace."""


class Transient(Failure):
    """It may work the next time."""


class Ours(Failure):
    """Slack refused what we sent: trying again would change nothing."""


class Messenger:
    """Calls Slack for any workspace over one shared HTTP session.

    A method that Slack asked us to hold back is not called before the time it named, for that
    workspace alone.
    """

    def __init__(self, http: aiohttp.ClientSession, api_url: str, keys: Keys) -> None:
        self._http = http
        self._api_url = api_url
        self._keys = keys
        self._held_back: dict[tuple[int, str], float] = {}

    def client(self, token: str | None = None) -> AsyncWebClient:
        return AsyncWebClient(token=token, base_url=self._api_url, session=self._http, timeout=10)

    async def call(self, workspace: Workspace, method: str, arguments: dict[str, Any]) -> Response:
        """Slack's answer, or the `Failure` that tells what its error means."""
        held_for = self._held_back.get((workspace.id, method), 0.0) - time.monotonic()
        if held_for > 0:
            raise RateLimited(held_for)
        try:
            token = self._keys.open(workspace.sealed_token)
        except Unreadable:
            raise WorkspaceGone("the stored token opens with none of TOKEN_KEYS") from None
        try:
            response = await self._told(lambda: self._made(token, method, arguments))
        except RateLimited as limited:
            self._held_back[workspace.id, method] = time.monotonic() + limited.after
            raise
        return response

    async def _made(self, token: str, method: str, arguments: dict[str, Any]) -> AsyncSlackResponse:
        client = self.client(token)
        if method in READING:
            return await client.api_call(method, http_verb="GET", params=arguments)
        return await client.api_call(method, json=arguments)

    async def open_modal(self, client: AsyncWebClient, trigger_id: str, view: Response) -> Response:
        """Open a modal in answer to a press or command; raises `Refused` where it came too late."""
        return await self._view(lambda: client.views_open(trigger_id=trigger_id, view=view))

    async def push_modal(self, client: AsyncWebClient, trigger_id: str, view: Response) -> Response:
        """Put a modal on top of the one that is open."""
        return await self._view(lambda: client.views_push(trigger_id=trigger_id, view=view))

    async def change_modal(
        self, client: AsyncWebClient, view_id: str, hash_: str, view: Response
    ) -> None:
        """Change the open modal, unless it was changed or closed since the person saw it.

        A second press of the same button finds it changed: it stays as the first one left it.
        """
        try:
            await self._told(lambda: client.views_update(view_id=view_id, hash=hash_, view=view))
        except Ours as error:
            if str(error) not in {"hash_conflict", "not_found"}:
                raise

    async def whisper(
        self,
        context: AsyncBoltContext,
        text: str,
        blocks: list[Response] | None = None,
        *,
        replace: bool = False,
    ) -> None:
        """Answer a press for the presser's eyes only, leaving the message as it is.

        replace: put the answer in the message's place, where it is for the presser's eyes too.
        A press in App Home has no message to answer under: there the home is drawn anew.
        """
        if context.response_url and context.respond:
            await context.respond(
                text=text, blocks=blocks, response_type="ephemeral", replace_original=replace
            )

    async def who_am_i(self, token: str) -> Response:
        """Slack's `auth.test`: team, team id and our own user there."""
        return await self._told(lambda: self.client(token).auth_test())

    async def exchange_code(
        self, client_id: str, client_secret: str, code: str, redirect_uri: str | None
    ) -> Response:
        """What an installation by OAuth gives: token, team and installer."""
        # The SDK's own `oauth_v2_access` uses what aiohttp is about to drop.
        data = {"code": code, **({"redirect_uri": redirect_uri} if redirect_uri else {})}
        headers = {"Authorization": aiohttp.encode_basic_auth(client_id, client_secret)}
        return await self._told(
            lambda: self.client().api_call("oauth.v2.access", data=data, headers=headers)
        )

    async def channel_facts(self, client: AsyncWebClient, channel: str) -> Response:
        """What Slack knows of a channel: private, shared with others, archived, are we in it."""
        answer = await self._told(lambda: client.conversations_info(channel=channel))
        facts: Response = answer["channel"]
        return facts

    async def _view(self, call: Callable[[], Awaitable[Any]]) -> Response:
        try:
            return await self._told(call)
        except Ours as error:
            if str(error) in {"expired_trigger_id", "exchanged_trigger_id"}:
                raise Refused("Slack was too slow to open the form. Please try again.") from None
            raise

    async def _told(self, call: Callable[[], Awaitable[Any]]) -> Response:
        try:
            answer = await call()
        except SlackApiError as error:
            raise _meaning(error) from None
        except (SlackClientError, aiohttp.ClientError, TimeoutError, OSError) as error:
            raise Transient(type(error).__name__) from None
        data = answer.data
        return data if isinstance(data, dict) else {}


def _meaning(error: SlackApiError) -> Failure:
    response = error.response
    status = response.status_code
    if status == TOO_MANY_REQUESTS:
        return RateLimited(float(response.headers.get("Retry-After", 30)))
    if status >= SERVER_ERROR:
        return Transient(f"http {status}")
    name = str(response.get("error", "unknown_error"))
    for names, failure in (
        (TARGET_GONE, TargetGone),
        (PERSON_GONE, PersonGone),
        (WORKSPACE_GONE, WorkspaceGone),
        (TRANSIENT, Transient),
    ):
        if name in names:
            return failure(name)
    if name == "ratelimited":
        return RateLimited(30)
    return Ours(name)
