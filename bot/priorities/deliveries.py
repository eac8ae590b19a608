"""Groups the needs that ask the same, in a worker, and brings officers' cards up to date."""

import asyncio

from bot.cards import refresh_cards
from bot.deliveries import Task
from bot.needs.suggestion import CARD
from bot.services import Services
from registry import priorities
from registry.outbox import Errand

GROUP = "priorities.group"


async def group(services: Services, errand: Errand) -> None:
    """Compare the network's needs, keep what belongs together, and show it where it changed."""
    network_id, now = errand.network_id, services.clock.now()
    async with services.session_factory.begin() as session:
        so_far = await priorities.kept(session, network_id)
    groups = await asyncio.to_thread(priorities.grouped, so_far)
    async with services.session_factory.begin() as session:
        for need_id in sorted(await priorities.keep(session, network_id, groups, now=now)):
            await refresh_cards(session, network_id, CARD, need_id, now=now)
    services.wake.set()


TASKS: dict[str, Task] = {GROUP: group}
