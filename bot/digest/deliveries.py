"""The digest's pairs, allocated in a worker, and its card in the admins' channel."""

import asyncio

from bot.cards import Message, Render, Showing, post_card
from bot.deliveries import Task, Work
from bot.digest.views import digest_message
from bot.services import Services
from matching.allocation import allocate
from registry import allocations, runs
from registry.digest import JOB, digest_of
from registry.networks import Purpose
from registry.outbox import Errand

CARD = "digest"
ALLOCATE = "digest.allocate"


async def allocate_pairs(services: Services, errand: Errand) -> None:
    """Decide once who is put forward for which need this week, and have the digest posted."""
    network_id, run_id = errand.network_id, errand.payload["run_id"]
    now = services.clock.now()
    async with services.session_factory.begin() as session:
        drawn = await allocations.inputs(session, network_id, now)
    chosen = await asyncio.to_thread(allocate, drawn.candidates, drawn.room, drawn.served)
    async with services.session_factory.begin() as session:
        run = await runs.find(session, network_id, JOB, run_id)
        if run is None:
            return
        new = await post_card(
            session,
            network_id,
            CARD,
            run.id,
            purpose=Purpose.DIGEST,
            now=now,
            once=f"{CARD}:{run.id}",
        )
        if new:  # an errand may be done twice: the first time decided
            await allocations.keep(session, run, chosen, drawn)
    services.wake.set()


async def render_digest(work: Work, showing: Showing) -> Message | None:
    """The digest of the firing that the card belongs to."""
    digest = await digest_of(work.session, work.network, showing.subject_id)
    return digest_message(digest) if digest else None


RENDERS: dict[str, Render] = {CARD: render_digest}
TASKS: dict[str, Task] = {ALLOCATE: allocate_pairs}
