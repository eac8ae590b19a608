"""The two months in which clocks change; `make soak` lives through the year."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.soak.expected import compare, expected
from tests.soak.plan import CALLS, EVENTS, YEAR, plan_calls, plan_events
from tests.soak.run import live

MONTHS = {
    "March": (datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC)),
    "October": (datetime(2026, 10, 1, tzinfo=UTC), datetime(2026, 11, 2, tzinfo=UTC)),
}


@pytest.mark.parametrize("month", MONTHS)
async def test_every_post_of_the_month_comes_once_and_in_time(month: str) -> None:
    calls, events = plan_calls(), plan_events()
    wanted = expected(calls, events, *MONTHS[month])
    found = compare(wanted, await live(calls, events, *MONTHS[month]))
    assert found.wrong == []
    assert found.right.total() == len(wanted) > 100


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
