"""The card about a source that cannot be read."""

from typing import Any

from bot.cards import Message, Render, Showing, being_sent
from bot.deliveries import Work
from bot.sources.kinds import Kind
from bot.sources.views import failure_message, recovered_message
from registry import sources


def failure_renderer(kind: Kind[Any]) -> Render:
    """For one kind; nothing is sent of a source that has recovered meanwhile."""

    async def render(work: Work, showing: Showing) -> Message | None:
        source = await sources.find(work.session, kind.model, work.network.id, showing.subject_id)
        if source is None:
            return None
        if source.failure:
            return failure_message(source)
        return None if being_sent(work) else recovered_message(source)

    return render
