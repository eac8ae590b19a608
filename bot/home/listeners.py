"""Shows a person their App Home whenever they open it."""

from typing import Any

from slack_bolt.async_app import AsyncApp, AsyncBoltContext
from slack_bolt.context.ack.async_ack import AsyncAck

from bot.actor import acting
from bot.home.views import member_home, newcomer_home
from registry import events, funding
from registry.standing import overview

MOST_COMING = 4


def register(app: AsyncApp) -> None:
    app.event("app_home_opened")(opened)


async def opened(ack: AsyncAck, event: dict[str, Any], context: AsyncBoltContext) -> None:
    """Publish the home that is true now; the Messages tab needs nothing."""
    if event.get("tab") == "home":
        async with acting(context) as actor:
            if actor.member.introduced_themselves:
                mine = await overview(actor.session, actor.member, actor.now)
                calls = await funding.open_calls(actor.session, actor.network.id, actor.now)
                coming = await events.coming(actor.session, actor.network.id, actor.now)
                view = member_home(
                    mine, calls[:MOST_COMING], coming[:MOST_COMING], actor.network.zone
                )
            else:
                view = newcomer_home()
        await actor.services.messenger.publish_home(context.client, event["user"], view)
    await ack()
