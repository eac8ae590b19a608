"""What admins see of their network's vocabulary."""

from collections.abc import Iterable, Sequence

from bot.blocks import (
    Block,
    actions,
    button,
    context,
    input_block,
    modal,
    option,
    options,
    section,
    select,
    text_input,
)
from bot.text import cut, joined, quoted
from matching.vocabulary import Meeting
from registry.vocabulary import LONGEST_WORDS, Entry

ADD = "network.keep_words"
WEIGHTS = {"1": "The same thing", "0.7": "Mostly the same", "0.5": "Often", "0.3": "Related"}
DIRECTIONS = {
    "both": "Either side may use either",
    "one": "Only from a council's question to researchers' words",
}
SECTION = 2900
OPTION = 75


def vocabulary_blocks(entries: Sequence[Entry]) -> list[Block]:
    """What the network added, with a menu to remove and a button to add."""
    intro = (
        "*Words that mean the same here.* Every network already joins what councils and "
        "researchers call the same thing. Add what is special to yours, such as the name of a "
        "local programme."
    )
    blocks = [section(intro)]
    blocks += [section(text) for text in _texts(f"• {said(one.meeting)}" for one in entries)]
    if not entries:
        blocks.append(context("Nothing has been added yet."))
    elements = [button("Add words", "network.add_words", style="primary")]
    if entries:
        choices = [
            option(cut(_briefly(one.meeting), OPTION), f"{one.id}:remove") for one in entries
        ]
        elements.append(select("network.remove_words", choices, "Remove…"))
    return [*blocks, actions(elements, block_id="vocabulary")]


def _texts(lines: Iterable[str]) -> list[str]:
    """Lines in as few texts as a section takes."""
    texts: list[str] = []
    for line in lines:
        if texts and len(texts[-1]) + len(line) < SECTION:
            texts[-1] += f"\n{line}"
        else:
            texts.append(line)
    return texts


def said(meeting: Meeting) -> str:
    """'high street meets town centre retail (mostly the same)', safe in Slack's mrkdwn."""
    how = WEIGHTS.get(f"{meeting.weight:g}", f"{meeting.weight:g}").lower()
    return quoted(f"{_briefly(meeting)} ({how})")


def _briefly(meeting: Meeting) -> str:
    one, several = ("meets", "meet") if meeting.both_ways else ("asks for", "ask for")
    verb = several if len(meeting.left) > 1 else one
    return f"{joined(meeting.left)} {verb} {joined(meeting.right)}"


def added_words(entry: Entry) -> str:
    """What to say once words are kept."""
    return f"*Added.* {said(entry.meeting)}. Open needs are being matched anew."


def add_form() -> Block:
    """What councils say, what researchers say, and how far the two are one."""
    return modal(
        "Add words",
        [
            input_block(
                "councils",
                "What councils say",
                text_input("councils", most=LONGEST_WORDS, placeholder="high street, main street"),
                hint="A word or phrase, or several with commas between. Singular or plural is one.",
            ),
            input_block(
                "researchers",
                "What researchers say",
                text_input("researchers", most=LONGEST_WORDS, placeholder="town centre retail"),
            ),
            input_block(
                "weight",
                "How far are they the same?",
                select("weight", options(WEIGHTS.items()), "Choose one", initial="0.7"),
            ),
            input_block(
                "direction",
                "Which way?",
                select("direction", options(DIRECTIONS.items()), "Choose one", initial="both"),
            ),
        ],
        callback_id=ADD,
        submit="Add",
    )
