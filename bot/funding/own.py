"""The calls that somebody may change or remove, told apart by more than their titles."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from bot import own
from bot.blocks import Block
from bot.funding.views import amount_line, briefly, linked
from bot.text import quoted
from registry.funding import FundingCall

CALLS = own.Owned("call", "funding", "Its reminders stop as well.")


def own_blocks(
    calls: Sequence[FundingCall], word: str, start: int, now: datetime, zone: ZoneInfo
) -> list[Block]:
    """A page of them, the next to close first. word: edit or remove."""
    lines = [(call.id, _lines(call, now, zone)) for call in calls]
    return own.own_blocks(CALLS, lines, word, start)


def _lines(call: FundingCall, now: datetime, zone: ZoneInfo) -> str:
    parts = [quoted(call.funder, 150), amount_line(call), briefly(call, now, zone)]
    return f"*{linked(call)}*\n{' · '.join(part for part in parts if part)}"
