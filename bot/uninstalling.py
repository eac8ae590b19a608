"""A workspace takes the app away: stop at once, and start the time after which it is forgotten."""

import structlog
from slack_bolt.async_app import AsyncApp, AsyncBoltContext
from slack_bolt.context.ack.async_ack import AsyncAck

from bot.services import services_of
from registry import networks

log = structlog.get_logger()


def register(app: AsyncApp) -> None:
    app.event("app_uninstalled")(uninstalled)
    app.event("tokens_revoked")(tokens_revoked)


async def uninstalled(ack: AsyncAck, context: AsyncBoltContext) -> None:
    """The app was removed. Slack sends this and `tokens_revoked` in either order."""
    services = services_of(context)
    async with services.session_factory.begin() as session:
        workspace = await networks.workspace_of_team(session, context.team_id or "")
        if workspace is not None:
            networks.uninstall(workspace, services.clock.now())
    log.info("workspace_uninstalled", team=context.team_id)
    await ack()


async def tokens_revoked(
    ack: AsyncAck, event: dict[str, dict[str, list[str]]], context: AsyncBoltContext
) -> None:
    """Our token no longer works (people's own tokens, which we do not have, are not meant)."""
    services = services_of(context)
    if event.get("tokens", {}).get("bot"):
        async with services.session_factory.begin() as session:
            workspace = await networks.workspace_of_team(session, context.team_id or "")
            if workspace is not None:
                networks.suspend(workspace, "tokens_revoked", services.clock.now())
    await ack()
