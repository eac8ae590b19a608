"""What must be true of a channel before it is used."""

from slack_bolt.async_app import AsyncBoltContext

from bot.messenger import Messenger, Response, TargetGone
from registry.refusal import Refused

INVITE_FIRST = "Invite @Docking Point to that channel first (type /invite there), then choose it."
PRIVATE_ONLY = "That channel is public. Choose a private one: this is not for everybody."
SHARED = "That channel is shared with another organisation. Choose one that is not."
ARCHIVED = "That channel is archived. Choose another one."
NO_CHANNEL = "That is not a channel. Choose one from the list."


async def usable(
    messenger: Messenger, context: AsyncBoltContext, channel: str, field: str, *, private: bool
) -> None:
    """Raise `Refused`, beside `field`, for a channel that cannot be used.

    private: whether what is posted there is only for those who look after things.
    """
    try:
        assert context.client is not None  # noqa: S101 - Bolt gives every listener one
        facts = await messenger.channel_facts(context.client, channel)
    except TargetGone:
        raise Refused(fields={field: INVITE_FIRST}) from None
    if wrong := objection(facts, private=private):
        raise Refused(fields={field: wrong})


def objection(facts: Response, *, private: bool) -> str | None:
    """Why a channel with these facts (Slack's `conversations.info`) cannot be used."""
    if facts.get("is_im") or facts.get("is_mpim"):
        return NO_CHANNEL
    if facts.get("is_archived"):
        return ARCHIVED
    if private and (facts.get("is_ext_shared") or facts.get("is_pending_ext_shared")):
        return SHARED
    if private and not facts.get("is_private"):
        return PRIVATE_ONLY
    if not facts.get("is_member"):
        return INVITE_FIRST
    return None
