"""Where each of a member's introductions stands, as a list with one next step each."""

from bot.blocks import Block, actions, button, context, section
from bot.introductions.views import STATES, withdraw_button
from bot.text import quoted
from registry.disclosure import OtherTold, ShownState
from registry.introductions import Side
from registry.standing import Standing

MOST = 15
NOTHING = (
    "Nothing yet. `/need` and your question finds people who could help; `/expertise` and what "
    "you know finds needs that fit you."
)


def standing_blocks(standings: list[Standing], most: int = MOST) -> list[Block]:
    """The list, or what to do first where there is nothing."""
    if not standings:
        return [section(NOTHING)]
    blocks: list[Block] = []
    for one in standings[:most]:
        blocks += _one(one)
    if len(standings) > most:
        blocks.append(context(f"And {len(standings) - most} more."))
    return blocks


def _one(one: Standing) -> list[Block]:
    who = (
        "Your need"
        if one.side is Side.OFFICER
        else f"For {quoted(one.need.council or 'a council')}"
    )
    line = f"*{STATES[one.state]}{_to_whom(one.other)}*\n{who}: {quoted(one.need.question, 400)}"
    blocks = [section(line)]
    if one.state is ShownState.YOUR_ANSWER:
        value = str(one.introduction_id)
        yes = button("Yes, introduce us", "introduction.yes", value, style="primary")
        blocks.append(actions([yes], block_id=f"standing-{value}"))
        blocks.append(context("To say not this time, use the message in which you were asked."))
    elif one.state is ShownState.WAITING and one.asked_by_me:
        withdraw = withdraw_button(one.introduction_id)
        blocks.append(actions([withdraw], block_id=f"standing-{one.introduction_id}"))
    return blocks


def _to_whom(other: OtherTold | None) -> str:
    if other is None:
        return ""
    if other.slack_id is not None:
        return f" to <@{other.slack_id}>"
    return f" to somebody of {quoted(other.organisation or 'another workspace', 200)}"
