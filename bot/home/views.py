"""The home view."""

from datetime import datetime
from zoneinfo import ZoneInfo

from bot.blocks import Block, actions, button, context, divider, header, section
from bot.events.views import begins
from bot.expertise.views import not_suggested, own_buttons, publications_line
from bot.matches.standing import standing_blocks
from bot.needs.views import own_needs
from bot.text import moment, quoted
from registry.events import Event
from registry.funding import FundingCall
from registry.standing import Overview

MOST_NEEDS = 5
MOST_STANDINGS = 5

HELLO = (
    "*Docking Point brings councils with research questions and people with answers together.*\n"
    "Nobody is named before both have said yes."
)


def newcomer_home() -> Block:
    """The first screen, before role, organisation and place are known."""
    return _home([section(HELLO), actions(_start_buttons())])


def _start_buttons() -> list[Block]:
    return [
        button("Post a need", "need.start", style="primary"),
        button("Offer expertise", "expertise.start"),
    ]


def member_home(
    mine: Overview,
    calls: list[FundingCall],
    events: list[Event],
    now: datetime,
    zone: ZoneInfo,
    *,
    saved: str = "",
) -> Block:
    """Everything of a member, what waits for them first. saved: lines on the calls they saved."""
    blocks = [actions(_start_buttons()), divider()]
    if mine.waiting:
        blocks += [header("Waiting for you"), *standing_blocks(mine.waiting, MOST_STANDINGS)]
    blocks.append(header("My needs"))
    if mine.needs:
        blocks += own_needs(mine.needs[:MOST_NEEDS])
        if len(mine.needs) > MOST_NEEDS:
            more = len(mine.needs) - MOST_NEEDS
            blocks.append(context(f"And {more} more: type `/need list`."))
    else:
        blocks.append(context("None yet. “Post a need” takes a minute."))
    blocks.append(header("My expertise"))
    if mine.expertise is not None:
        blocks.append(section(quoted(mine.expertise.summary, 1000)))
        blocks += publications_line(mine.expertise)
        if words := not_suggested(mine.expertise, now, zone):
            blocks.append(context(words))
        blocks.append(actions(own_buttons(mine.expertise, now), block_id="my-expertise"))
    else:
        blocks.append(context("None yet. “Offer expertise” says what you can help with."))
    rest = [one for one in mine.standings if one not in mine.waiting]
    if rest:
        blocks += [header("My matches"), *standing_blocks(rest, MOST_STANDINGS)]
    if saved:
        blocks += [header("Calls you saved"), section(saved)]
    return _home(blocks + coming_blocks(calls, events, zone))


def coming_blocks(calls: list[FundingCall], events: list[Event], zone: ZoneInfo) -> list[Block]:
    """The calls that close next and the next events."""
    blocks = [header("What is coming")]
    lines = [
        f"• {quoted(call.title, 200)}, closes {moment(call.closes, zone)}"
        for call in calls
        if call.closes is not None
    ]
    lines += [f"• {quoted(one.title, 200)}, {begins(one, zone)}" for one in events]
    words = "\n".join(lines) or "Nothing yet."
    return [*blocks, section(words), context("`/funding` and `/events` list them all.")]


def _home(blocks: list[Block]) -> Block:
    return {"type": "home", "blocks": blocks}
