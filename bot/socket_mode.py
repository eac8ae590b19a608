"""Socket Mode: Slack's requests come over a connection that we open."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError

from bot.settings import Settings, Unusable


@asynccontextmanager
async def listening(app: AsyncApp, settings: Settings) -> AsyncIterator[None]:
    """Listen until the block ends; raises `Unusable` where Slack does not take the token."""
    token = settings.slack_app_token
    handler = AsyncSocketModeHandler(
        app, token.get_secret_value() if token else None, web_client=app.client
    )
    try:
        await handler.connect_async()  # type: ignore[no-untyped-call]
    except SlackApiError as error:
        raise Unusable(
            f"SLACK_APP_TOKEN was refused by Slack ({error.response['error']}): make one with the "
            "connections:write scope on your Slack app's Basic Information page."
        ) from None
    try:
        yield
    finally:
        await handler.close_async()  # type: ignore[no-untyped-call]
