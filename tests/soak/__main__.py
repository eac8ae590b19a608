"""`python -m tests.soak`: lives through 2026 and writes what came of it into docs/alerts.md.

`python -m tests.soak 2026-03-01 2026-04-01` lives through those days only, and writes nothing.
"""

import asyncio
import re
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from tests.soak.expected import Compared, compare, expected
from tests.soak.plan import TOWNS, YEAR, plan_calls, plan_events
from tests.soak.run import live

PAGE = Path(__file__).parents[2] / "docs" / "alerts.md"
BETWEEN = re.compile(r"(<!-- soak:begin -->\n).*(<!-- soak:end -->)", re.DOTALL)
MOST_SHOWN = 20


def main(*days: str) -> int:
    """Exit code 1, and a line for each of the first posts that went wrong, where any did."""
    began = time.monotonic()
    start, end = (datetime.fromisoformat(day).replace(tzinfo=UTC) for day in days) if days else YEAR
    calls, events = plan_calls(), plan_events()
    wanted = expected(calls, events, start, end)
    found = compare(wanted, asyncio.run(live(calls, events, start, end)))
    if not days:
        write(found)
    minutes = (time.monotonic() - began) / 60
    say(f"{found.right.total()} of {found.due.total()} posts came once and in time.")
    say(f"{len(found.wrong)} went wrong. It took {minutes:.1f} minutes.")
    for line in found.wrong[:MOST_SHOWN]:
        say(line)
    return 1 if found.wrong else 0


def write(found: Compared) -> None:
    """Put the table into the page, between its two markers."""
    page = PAGE.read_text(encoding="utf-8")
    inside = table(found)
    PAGE.write_text(BETWEEN.sub(lambda around: around[1] + inside + around[2], page), "utf-8")


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
    sys.exit(main(*sys.argv[1:]))
