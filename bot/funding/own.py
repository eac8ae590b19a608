"""The calls that somebody may change or remove, told apart by more than their titles."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.blocks import Block, actions, button, confirm, section
from bot.funding.views import amount_line, briefly, linked
from bot.text import quoted
from registry.funding import FundingCall

PAGE = 20
WORDS = ("edit", "remove")


def own_blocks(
    calls: Sequence[FundingCall], word: str, start: int, now: datetime, zone: ZoneInfo
) -> list[Block]:
    """A page of them, the next to close first. word: edit or remove."""
    if not calls:
        return [section(f"There is no call of yours to {'change' if word == 'edit' else word}.")]
    blocks = [
        section(_lines(call, now, zone), accessory=_button(call, word))
        for call in calls[start : start + PAGE]
    ]
    pages = []
    if start > 0:
        before = max(0, start - PAGE)
        pages.append(button("Earlier", "funding.own_page_back", f"{word}:{before}"))
    if start + PAGE < len(calls):
        pages.append(button("Show more", "funding.own_page", f"{word}:{start + PAGE}"))
    return [*blocks, actions(pages, block_id="pages")] if pages else blocks


def read_own_page(value: str) -> tuple[str, int]:
    """Which list and where it starts, from a button's value."""
    word, _, start = value.partition(":")
    known = start.isdecimal() and len(start) < 9  # noqa: PLR2004
    return word if word in WORDS else WORDS[0], int(start) if known else 0


def _lines(call: FundingCall, now: datetime, zone: ZoneInfo) -> str:
    parts = [quoted(call.funder, 150), amount_line(call), briefly(call, now, zone)]
    return f"*{linked(call)}*\n{' · '.join(part for part in parts if part)}"


def _button(call: FundingCall, word: str) -> Block:
    if word == "edit":
        return button("Change", "funding.edit", str(call.id))
    return button(
        "Remove",
        "funding.remove",
        str(call.id),
        style="danger",
        confirm=confirm("Remove this call?", "Its reminders stop as well.", "Remove"),
    )
