"""The two months in which clocks change; `make soak` lives through the year."""

import re
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from tests.soak.expected import compare, expected
from tests.soak.plan import CALLS, EVENTS, YEAR, plan_calls, plan_events

ROOT = Path(__file__).parents[2]
MONTHS = {"March": ("2026-03-01", "2026-04-01"), "October": ("2026-10-01", "2026-11-02")}


@pytest.mark.long
@pytest.mark.parametrize("month", MONTHS)
def test_every_post_of_the_month_comes_once_and_in_time(month: str) -> None:
    """In a process of its own, as `make soak` is."""
    command = [sys.executable, "-m", "tests.soak", *MONTHS[month]]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    came = re.search(r"(\d+) of (\d+) posts came once and in time", done.stdout)
    assert done.returncode == 0, done.stdout + done.stderr
    assert came is not None
    assert came[1] == came[2]
    assert int(came[2]) > 100


def test_the_year_holds_what_it_says() -> None:
    calls, events = plan_calls(), plan_events()
    assert (len(calls), len(events)) == (CALLS, EVENTS) == (400, 200)
    titles = {call.title for call in calls} | {event.title for event in events}
    assert len(titles) == CALLS + EVENTS
    added = [*(call.added for call in calls), *(event.added for event in events)]
    assert all(YEAR[0] < one < YEAR[1] for one in added)
    assert sum(call.moved_at is not None for call in calls) >= 10
    assert set(expected(calls, events, *YEAR).values()) >= {"moved deadline", "weekly digest"}


def test_what_goes_wrong_is_counted() -> None:
    wanted = expected(plan_calls(), plan_events(), *YEAR)
    first, second, *rest = wanted
    late = type(first)(first.place, first.at + timedelta(hours=1), first.subject)
    found = compare(wanted, [late, second, second, *rest])
    assert len(found.wrong) == 3
    assert found.due.total() - found.right.total() == 2
