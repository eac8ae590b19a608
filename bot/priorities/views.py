"""Needs that several organisations have, and earlier ones, as everybody may see them."""

from collections.abc import Iterable, Sequence
from zoneinfo import ZoneInfo

from bot.answers.views import answer_lines
from bot.blocks import Block, context, section
from bot.text import counted, day, joined, quoted
from registry.disclosure import AskedShown, NeedShown
from registry.priorities import PriorityShown

MOST = 10
MOST_NAMED = 6
MOST_BLOCKS = 48
NONE_YET = (
    "Nothing yet that several councils ask. `/need` and your question adds yours; needs are "
    "compared every morning."
)
TOGETHER = (
    "To act together, ask the docking points of these councils: `/network people` says who they "
    "are."
)


def who_asks(need: NeedShown) -> str:
    """The council, as far as it is shown."""
    return quoted(" ".join((need.council or f"a council in {need.where}").split()), 100)


def title_of(priority: PriorityShown) -> str:
    """What the needs have in common, in their own words."""
    return quoted(joined(priority.label), 200) or "The same question"


def shared_blocks(found: Sequence[PriorityShown], more: int, zone: ZoneInfo) -> list[Block]:
    """What several councils ask, with places and dates, for everybody in the network."""
    if not found:
        return [section(NONE_YET)]
    blocks: list[Block] = []
    for place, priority in enumerate(found):
        its = _shared(priority, zone)
        if len(blocks) + len(its) > MOST_BLOCKS:
            more += len(found) - place
            break
        blocks += its
    if more:
        blocks.append(context(f"And {more} more."))
    return [*blocks, context(TOGETHER)]


def _shared(priority: PriorityShown, zone: ZoneInfo) -> list[Block]:
    lines = [asked_line(one, zone) for one in priority.asked]
    if priority.more:
        lines.append(f"_and {priority.more} more_")
    number = counted(priority.organisations, "organisation")
    title = section(f"*{title_of(priority)}*: asked by {number}")
    return [title, *(section(part) for part in _parts(lines))]


def _parts(lines: Iterable[str]) -> list[str]:
    """The lines in as few sections as hold them."""
    parts: list[str] = []
    for line in lines:
        if parts and len(parts[-1]) + len(line) < 2900:  # noqa: PLR2004 - Slack takes 3,000
            parts[-1] += f"\n{line}"
        else:
            parts.append(line)
    return parts


def asked_line(one: AskedShown, zone: ZoneInfo) -> str:
    """Who asked what about which place, when, and what came of it."""
    need = one.need
    facts = [] if need.council is None else [quoted(need.where, 200)]
    facts.append(f"asked {day(one.asked_at.astimezone(zone).date())}")
    if one.closed:
        facts.append("closed")
    elif need.needed_by:
        facts.append(f"needed by {day(need.needed_by)}")
    question = quoted(" ".join(need.question.split()), 300)
    line = f"• *{who_asks(need)}*: {question} _({', '.join(facts)})_"
    return f"{line}\n{answer_lines(one.answer)}" if one.answer else line


def digest_line(priority: PriorityShown) -> str:
    """A line of the digest: what, and who asks it as far as each need shows."""
    return f"{title_of(priority)}: {_named(priority)}"


def others_block(others: PriorityShown) -> Block:
    """On an officer's card: who else asks about the same."""
    one = others.organisations == 1
    who = "Another council asks" if one else f"{others.organisations} other councils ask"
    return context(f"{who} about the same: {_named(others)}. `/need shared` shows what.")


def _named(priority: PriorityShown) -> str:
    """Each council once; of those that are not all shown, that there are more."""
    names = list(dict.fromkeys(who_asks(one.need) for one in priority.asked))
    shown = names[:MOST_NAMED]
    return joined([*shown, *(["others"] if priority.more or len(names) > MOST_NAMED else [])])


def earlier_blocks(found: Sequence[AskedShown], zone: ZoneInfo) -> list[Block]:
    """Inside the form: what was asked before that is like what stands in it."""
    if not found:
        return [context("Nobody in this network has asked something like this before.")]
    return [section("*Asked before*"), *(section(asked_line(one, zone)) for one in found)]


def not_ready_blocks() -> list[Block]:
    return [context("Still reading the earlier needs. Press the button again in a moment.")]
