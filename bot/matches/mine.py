"""Everything of a member that the matcher put together, as one list."""

from typing import Any

from slack_bolt.async_app import AsyncBoltContext

from bot import blocks as block_kit
from bot.actor import Actor
from bot.blocks import Block, section
from bot.expertise.deliveries import suggested_needs
from bot.expertise.views import need_suggested_blocks
from bot.matches.standing import standing_blocks
from bot.needs.suggestion import suggestion_blocks
from bot.text import on_one_line
from registry import suggestions
from registry.standing import Overview, overview

TITLE = "Your matches"
MOST_BLOCKS = 48
NOT_ASKED = "*Not asked yet*"
MORE = "There are more on the cards of your needs and your expertise."


async def list_blocks(actor: Actor) -> list[Block]:
    """The member's introductions with where each stands, then what nobody has asked for yet."""
    mine = await overview(actor.session, actor.member, actor.now)
    open_ = await _not_asked(actor, mine)
    if not open_:
        return standing_blocks(mine.standings)
    blocks = standing_blocks(mine.standings) if mine.standings else []
    blocks.append(section(NOT_ASKED))
    for one in open_:
        if len(blocks) + len(one) > MOST_BLOCKS:
            return [*blocks, block_kit.context(MORE)]
        blocks += one
    return blocks


async def _not_asked(actor: Actor, mine: Overview) -> list[list[Block]]:
    """The blocks of each, so that a list which is too long ends between two."""
    found = []
    for need in mine.needs:
        if need.seeking:
            shown = await suggestions.shown_to_officer(actor.session, need, actor.now)
            free = [suggestion_blocks(one) for one in shown if one.state is None]
            for number, blocks in enumerate(free):
                title = [section(f"For your need: _{on_one_line(need.question, 400)}_")]
                found.append([*title, *blocks] if number == 0 else blocks)
    if mine.expertise is not None and mine.expertise.seeking:
        needs = await suggested_needs(actor.session, mine.expertise.id, actor.now)
        found += [need_suggested_blocks(one) for one in needs if one.state is None]
    return found


async def list_pressed(actor: Actor, body: dict[str, Any]) -> list[Block] | None:
    """The list as it is after a press in it; None where a card was pressed: it redraws itself."""
    in_the_list = (body.get("container") or {}).get("is_ephemeral")
    return await list_blocks(actor) if in_the_list else None


async def redraw_list(actor: Actor, context: AsyncBoltContext, blocks: list[Block] | None) -> None:
    """Put the list that `list_pressed` gave in place of the one that was pressed."""
    if blocks is not None:
        await actor.services.messenger.whisper(context, TITLE, blocks, replace=True)
