"""What is told of a call, and when its reminders are due: rules without a database."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from registry import funding, funding_reminders, quiet
from registry.database import SessionFactory
from registry.funding import CallState, FundingCall, News, link_key, title_key
from registry.networks import Network
from registry.refusal import Refused
from tests.conftest import FrozenClock

NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)
DAY = timedelta(days=1)


def a_call(closes: datetime | None = NOW + 30 * DAY, news: str | None = None) -> FundingCall:
    return FundingCall(
        id=1,
        title="Rivers",
        themes=[],
        closes=closes,
        state=CallState.OPEN,
        news=news,
        created_at=NOW - 100 * DAY,
    )


def after(call: FundingCall, *moves: int | None) -> tuple[str | None, int | None]:
    """What is news after a call moved to so many days from now, and from which day it moved."""
    for days in moves:
        funding.move(call, None if days is None else NOW + days * DAY, NOW)
    was = call.was_closing
    return call.news, (was - NOW).days if was else None


@pytest.mark.parametrize(
    ("moves", "told"),
    [
        ((30,), (None, None)),
        ((40,), (News.MOVED, 30)),
        ((40, 50), (News.MOVED, 30)),
        ((40, 30), (None, None)),
        ((20,), (News.MOVED, 30)),
        ((None,), (News.MOVED, 30)),
        ((-1,), (News.CLOSED, 30)),
    ],
)
def test_a_deadline_that_moves_is_told_from_where_it_first_stood(
    moves: tuple[int | None, ...], told: tuple[str | None, int | None]
) -> None:
    assert after(a_call(), *moves) == told


def test_a_deadline_that_moves_before_the_call_was_told_is_simply_the_deadline() -> None:
    call = a_call(news=News.NEW)
    assert after(call, 40) == (News.NEW, None)
    assert call.closes == NOW + 40 * DAY


def test_a_call_that_had_closed_opens_again_when_its_deadline_moves_ahead() -> None:
    assert after(a_call(NOW - 3 * DAY), 10) == (News.REOPENED, -3)
    assert after(a_call(NOW - 3 * DAY), -1) == (None, -3)


def test_a_call_without_a_day_that_gets_one_is_told_without_a_from() -> None:
    assert after(a_call(None), 10) == (News.MOVED, None)


@pytest.mark.parametrize(
    ("states", "news"),
    [
        ((CallState.WITHDRAWN,), News.WITHDRAWN),
        ((CallState.CLOSED,), News.CLOSED),
        ((CallState.WITHDRAWN, CallState.OPEN), None),
        ((CallState.CLOSED, CallState.WITHDRAWN), News.CLOSED),
    ],
)
def test_what_a_call_says_of_itself_is_told_unless_it_takes_it_back(
    states: tuple[CallState, ...], news: str | None
) -> None:
    call = a_call()
    for state in states:
        funding.stand(call, state, NOW)
    assert call.news == news


def test_a_call_withdrawn_before_it_was_told_is_never_told() -> None:
    call = a_call(news=News.NEW)
    funding.stand(call, CallState.WITHDRAWN, NOW)
    assert call.news is None


def test_a_call_that_was_over_anyway_is_not_told_to_be_withdrawn() -> None:
    call = a_call(NOW - DAY)
    funding.stand(call, CallState.WITHDRAWN, NOW)
    assert call.news is None


def test_a_call_that_opens_again_after_it_was_told_is_told() -> None:
    call = a_call()
    funding.stand(call, CallState.WITHDRAWN, NOW)
    call.news = None
    funding.stand(call, CallState.OPEN, NOW)
    assert call.news == News.REOPENED


@settings(deadline=None)
@given(st.lists(st.one_of(st.none(), st.integers(-5, 60), st.sampled_from(CallState)), max_size=8))
def test_whatever_a_feed_does_what_is_told_is_true(steps: list[int | CallState | None]) -> None:
    call = a_call()
    for step in steps:
        if isinstance(step, CallState):
            funding.stand(call, step, NOW)
        else:
            funding.move(call, None if step is None else NOW + step * DAY, NOW)
    if call.news == News.MOVED and call.state == CallState.OPEN:
        assert call.is_open(NOW)
        assert call.was_closing != call.closes
    if call.news == News.WITHDRAWN:
        assert call.state != CallState.OPEN


# Reminders


@settings(deadline=None)
@given(
    st.integers(0, 730 * 24 * 60),
    st.lists(st.integers(1, 180), max_size=5, unique=True),
    st.integers(0, 200),
)
def test_hour_by_hour_each_reminder_comes_once_and_never_at_or_after_the_closing(
    minutes: int, days: list[int], known_for: int
) -> None:
    call = a_call(NOW + timedelta(minutes=minutes))
    assert call.closes is not None
    since = call.closes - timedelta(days=known_for)
    came: list[int] = []
    slots: set[str] = set()
    for before in sorted({0, 1, *days, *(day - 1 for day in days)}, reverse=True):
        for hours in (0, 1, 5):
            now = call.closes - timedelta(days=before) + timedelta(hours=hours)
            one = funding_reminders.reminder_due(call, days, since, now)
            if one is not None and one.slot not in slots:
                slots.add(one.slot)
                came.append(one.days)
                assert now < call.closes
    assert sorted(came, reverse=True) == came
    assert set(came) == {day for day in days if day < known_for}


def test_a_moved_deadline_has_reminders_of_its_own_and_a_call_that_is_over_has_none() -> None:
    call = a_call(NOW + DAY)
    first = funding_reminders.reminder_due(call, (7, 1), NOW - 90 * DAY, NOW)
    assert first is not None
    call.closes = NOW + 7 * DAY
    second = funding_reminders.reminder_due(call, (7, 1), NOW - 90 * DAY, NOW)
    assert second is not None
    assert first.slot != second.slot
    call.state = CallState.WITHDRAWN
    assert funding_reminders.reminder_due(call, (7, 1), NOW - 90 * DAY, NOW) is None


def test_on_the_day_that_is_25_hours_long_the_last_reminder_is_not_missed() -> None:
    london = ZoneInfo("Europe/London")
    call = a_call(datetime(2026, 10, 25, 9, 45, tzinfo=UTC))  # before that Sunday's post at ten
    saturday_at_ten = datetime(2026, 10, 24, 9, tzinfo=UTC)
    one = funding_reminders.reminder_due(call, (7, 1), NOW - DAY, saturday_at_ten, zone=london)
    assert one is not None
    assert one.days == 1


def test_a_change_of_time_zone_gives_no_reminder_a_second_slot() -> None:
    call = a_call(datetime(2026, 10, 27, 12, tzinfo=UTC))
    now = datetime(2026, 10, 21, tzinfo=UTC)
    zones = map(ZoneInfo, ("Europe/London", "America/St_Johns", "Pacific/Auckland"))
    found = [
        funding_reminders.reminder_due(call, (7,), NOW - DAY, now, zone=zone) for zone in zones
    ]
    assert len({one.slot for one in found if one is not None}) == 1


async def test_what_closed_while_the_server_was_down_is_logged_once(
    session_factory: SessionFactory, network: Network, clock: FrozenClock
) -> None:
    closes = clock.now() + 3 * DAY
    async with session_factory.begin() as session:
        call = a_call(closes)
        call.network_id, call.funder, call.summary = network.id, "Larkmoor Trust", ""
        session.add(call)
    for moment, logged in ((closes + DAY, ["reminder_dropped"]), (closes + 2 * DAY, [])):
        with capture_logs() as logs:
            async with session_factory.begin() as session:
                assert await funding_reminders.take_reminders(session, network, moment) == []
        assert [one["event"] for one in logs] == logged


def test_of_reminders_that_quiet_hours_bring_together_the_nearest_is_left() -> None:
    london = ZoneInfo("Europe/London")
    monday = datetime(2026, 3, 16, 9, tzinfo=UTC)

    def allowed(moment: datetime) -> datetime:
        return quiet.last_allowed_before(moment, london)

    saturday = datetime(2026, 3, 14, 18, 30, tzinfo=UTC)
    one = funding_reminders.reminder_due(a_call(monday), (2, 1), NOW - DAY, saturday, allowed)
    assert one is not None
    assert one.days == 1


@pytest.mark.parametrize(
    ("written", "days"),
    [("28, 7, 1", (28, 7, 1)), ("1 7 and 28 days", (28, 7, 1)), ("", ()), ("3;3", (3,))],
)
def test_reminders_are_read_as_people_write_them(written: str, days: tuple[int, ...]) -> None:
    assert funding_reminders.check_reminders(written) == days


@pytest.mark.parametrize("written", ["0", "181", "1,2,3,4,5,6", "a week", "-", "9" * 40])
def test_reminders_that_cannot_be_are_refused(written: str) -> None:
    with pytest.raises(Refused) as refused:
        funding_reminders.check_reminders(written)
    assert list(refused.value.fields) == ["reminders"]


# Keys


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("https://a.example/x/", "http://www.a.example/x?utm_source=rss&utm_medium=rss", True),
        ("https://a.example/x#top", "https://a.example/x", True),
        ("https://a.example/x?id=1", "https://a.example/x?id=2", False),
        ("https://a.example/x", "https://b.example/x", False),
    ],
)
def test_a_link_is_known_again_by_where_it_leads(one: str, other: str, same: bool) -> None:
    assert (link_key(one) == link_key(other)) is same


def test_a_title_is_known_again_whatever_was_put_before_it() -> None:
    titles = ("Rivers & towns", "RIVERS &  TOWNS!", "CANCELLED: Rivers & towns")
    assert len({title_key(title) for title in titles}) == 1
    assert link_key(None) is None


def test_a_filter_by_amount_counts_up_to_as_its_most() -> None:
    call = a_call()
    call.least, call.most = None, 5_000
    assert funding.gives(call, None, 10_000, unstated=False)
    assert not funding.gives(call, 10_000, None, unstated=True)
    call.most = None
    assert funding.gives(call, 10_000, None, unstated=True)
    assert not funding.gives(call, 10_000, None, unstated=False)
