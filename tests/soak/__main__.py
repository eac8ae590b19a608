"""`python -m tests.soak`: lives through 2026 and writes what came of it into docs/alerts.md."""

import asyncio
import re
import sys
import time
from pathlib import Path

from tests.soak.expected import Compared, compare, expected
from tests.soak.plan import TOWNS, YEAR, plan_calls, plan_events
from tests.soak.run import live

PAGE = Path(__file__).parents[2] / "docs" / "alerts.md"
BETWEEN = re.compile(r"(<!-- soak:begin -->\n).*(<!-- soak:end -->)", re.DOTALL)
MOST_SHOWN = 20


def main() -> int:
    """Exit code 1, and a line for each of the first posts that went wrong, where any did."""
    began = time.monotonic()
    calls, events = plan_calls(), plan_events()
    seen = asyncio.run(live(calls, events, *YEAR))
    found = compare(expected(calls, events, *YEAR), seen)
    page = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(
        BETWEEN.sub(lambda around: around[1] + table(found) + around[2], page), encoding="utf-8"
    )
    minutes = (time.monotonic() - began) / 60
    say(f"{found.due.total()} posts were due, {found.right.total()} came once and in time")
    say(f"{len(found.wrong)} went wrong; {minutes:.1f} minutes")
    for line in found.wrong[:MOST_SHOWN]:
        say(line)
    return 1 if found.wrong else 0


def table(found: Compared) -> str:
    """The counts as Markdown: a row a kind, a column a town, 'came/due' in each cell."""
    names = [town.name for town in TOWNS]
    zones = [f"{town.name}, {town.zone.key}" for town in TOWNS]
    lines = ["| once and in time / due | " + " | ".join(zones) + " |", "| --- " * 4 + "|"]
    for kind in dict.fromkeys(kind for _, kind in found.due):
        cells = [f"{found.right[name, kind]}/{found.due[name, kind]}" for name in names]
        lines.append(f"| {kind} | " + " | ".join(cells) + " |")
    twice_or_unasked = sum(not line.startswith("0 ") for line in found.wrong)
    missing = len(found.wrong) - twice_or_unasked
    lines.append("")
    lines.append(
        f"In all {found.right.total()} of {found.due.total()}; "
        f"{missing} missing, {twice_or_unasked} twice or unasked."
    )
    return "\n".join(lines) + "\n"


def say(words: str) -> None:
    print(words, flush=True)  # noqa: T201 - what a person who starts it reads


if __name__ == "__main__":
    sys.exit(main())
