"""What is learnt of a person from Slack: their time zone."""

import structlog

from bot.deliveries import Task
from bot.messenger import Ours, PersonGone, WorkspaceGone
from bot.services import Services
from registry.members import LEARN_ZONE, Member, zone_named
from registry.networks import Workspace
from registry.outbox import Errand

log = structlog.get_logger()


async def learn_zone(services: Services, errand: Errand) -> None:
    """Keep the time zone that Slack has for a member; without one they have the network's.

    What Slack refuses is no dead letter: nobody waits for it, and it is asked again later.
    """
    async with services.session_factory.begin() as session:
        member = await session.get(Member, errand.payload["member_id"])
        workspace = await session.get(Workspace, member.workspace_id) if member else None
    if member is None or workspace is None or not workspace.active:
        return
    try:
        answer = await services.messenger.call(workspace, "users.info", {"user": member.slack_id})
    except (Ours, PersonGone, WorkspaceGone) as failure:
        log.info("time_zone_not_learnt", member=member.id, error=str(failure))
        return
    zone = zone_named(answer["user"].get("tz"))
    if zone is None:
        return
    async with services.session_factory.begin() as session:
        member = await session.get(Member, errand.payload["member_id"])
        if member is not None:
            member.time_zone = zone.key


TASKS: dict[str, Task] = {LEARN_ZONE: learn_zone}
