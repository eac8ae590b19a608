"""Shows a person their App Home whenever they open it."""

from typing import Any

from slack_bolt.async_app import AsyncApp, AsyncBoltContext
from slack_bolt.context.ack.async_ack import AsyncAck

from bot.actor import acting


def register(app: AsyncApp) -> None:
    app.event("app_home_opened")(opened)


async def opened(ack: AsyncAck, event: dict[str, Any], context: AsyncBoltContext) -> None:
    """Publish the home that is true now; the Messages tab needs nothing."""
    if event.get("tab") == "home":
        async with acting(context) as actor:
            await actor.redraw_home()
    await ack()
