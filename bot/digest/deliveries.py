"""The digest's card in the admins' channel."""

from bot.cards import Message, Render, Showing
from bot.deliveries import Work
from bot.digest.views import digest_message
from registry.digest import digest_of

CARD = "digest"


async def render_digest(work: Work, showing: Showing) -> Message | None:
    """The digest of the firing that the card belongs to."""
    digest = await digest_of(work.session, work.network, showing.subject_id)
    return digest_message(digest) if digest else None


RENDERS: dict[str, Render] = {CARD: render_digest}
