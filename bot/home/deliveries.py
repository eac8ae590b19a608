"""The home, drawn anew after what was pressed in it."""

from bot.actor import HOME
from bot.blocks import Block
from bot.deliveries import Call, Delivery, Work
from bot.funding.views import saved_lines
from bot.home.views import member_home, newcomer_home
from registry import events, funding, funding_marks
from registry.members import Member
from registry.standing import overview

MOST_COMING = 4


async def home_of(work: Work, member: Member) -> Block:
    """What a member's home shows now."""
    if not member.introduced_themselves:
        return newcomer_home()
    mine = await overview(work.session, member, work.now)
    calls = await funding.open_calls(work.session, work.network.id, work.now)
    saved = await funding_marks.saved_calls(work.session, member, work.now)
    coming = await events.coming(work.session, work.network.id, work.now)
    next_saved = saved_lines(saved[:MOST_COMING], work.now, work.network.zone)
    return member_home(
        mine,
        calls[:MOST_COMING],
        coming[:MOST_COMING],
        work.now,
        work.network.zone,
        saved=next_saved,
    )


async def prepare(work: Work) -> Call | None:
    """Publish the home of the member that the errand names."""
    member = await work.session.get(Member, work.payload["member_id"])
    if member is None:
        return None
    view = await home_of(work, member)
    arguments = {"user_id": member.slack_id, "view": view}
    return Call(member.workspace_id, "views.publish", arguments, member_id=member.id)


DELIVERIES: dict[str, Delivery] = {HOME: Delivery(prepare)}
