"""Quiet hours, over every time zone and the nights in which clocks change."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.quiet import is_quiet, last_allowed_before, next_allowed

LONDON = ZoneInfo("Europe/London")
ZONES = st.sampled_from(sorted(available_timezones() - {"localtime"})).map(ZoneInfo)
MOMENTS = st.datetimes(
    datetime(2024, 1, 1),  # noqa: DTZ001 - the strategy puts the zone on
    datetime(2029, 12, 31),  # noqa: DTZ001
    timezones=st.just(UTC),
)
CHANGES = (
    ("Europe/London", datetime(2026, 3, 29, 1, tzinfo=UTC)),
    ("Europe/London", datetime(2026, 10, 25, 1, tzinfo=UTC)),
    ("America/St_Johns", datetime(2026, 3, 8, 5, 30, tzinfo=UTC)),
    ("America/St_Johns", datetime(2026, 11, 1, 4, 30, tzinfo=UTC)),
    ("Pacific/Auckland", datetime(2026, 4, 4, 14, tzinfo=UTC)),
    ("Pacific/Auckland", datetime(2026, 9, 26, 14, tzinfo=UTC)),
)


def london(*moment: int) -> datetime:
    return datetime(*moment, tzinfo=LONDON).astimezone(UTC)  # type: ignore[arg-type,misc]


@pytest.mark.parametrize(
    ("moment", "following", "before"),
    [
        # 6 March 2026 is a Friday
        ((2026, 3, 6, 8, 0), None, None),
        ((2026, 3, 6, 18, 59), None, None),
        ((2026, 3, 6, 7, 59), (2026, 3, 6, 8, 0), (2026, 3, 5, 18, 0)),
        ((2026, 3, 6, 19, 0), (2026, 3, 7, 8, 0), (2026, 3, 6, 18, 0)),
        ((2026, 3, 7, 12, 0), None, None),  # Saturday
        ((2026, 3, 7, 23, 0), (2026, 3, 9, 8, 0), (2026, 3, 7, 18, 0)),
        ((2026, 3, 8, 12, 0), (2026, 3, 9, 8, 0), (2026, 3, 7, 18, 0)),  # Sunday
        ((2026, 3, 9, 7, 0), (2026, 3, 9, 8, 0), (2026, 3, 7, 18, 0)),  # Monday
        ((2026, 3, 29, 2, 30), (2026, 3, 30, 8, 0), (2026, 3, 28, 18, 0)),  # summer time begins
        ((2026, 10, 25, 1, 30), (2026, 10, 26, 8, 0), (2026, 10, 24, 18, 0)),  # and ends
        ((2028, 2, 28, 20, 0), (2028, 2, 29, 8, 0), (2028, 2, 28, 18, 0)),  # leap day
        ((2028, 3, 1, 5, 0), (2028, 3, 1, 8, 0), (2028, 2, 29, 18, 0)),
        ((2026, 12, 31, 22, 0), (2027, 1, 1, 8, 0), (2026, 12, 31, 18, 0)),
    ],
)
def test_what_is_allowed_next_and_what_was_last(
    moment: tuple[int, ...], following: tuple[int, ...] | None, before: tuple[int, ...] | None
) -> None:
    now = london(*moment)
    assert next_allowed(now, LONDON) == (london(*following) if following else now)
    assert last_allowed_before(now, LONDON) == (london(*before) if before else now)


def hold(moment: datetime, zone: ZoneInfo) -> None:
    """The rules as a person would say them, by the clock on their wall."""
    following, before = next_allowed(moment, zone), last_allowed_before(moment, zone)
    assert before <= moment <= following
    for one in (following, before):
        assert one.tzinfo is UTC
        wall = one.astimezone(zone)
        assert time(8) <= wall.time() < time(19)
        assert f"{wall:%A}" != "Sunday"
        assert next_allowed(one, zone) == last_allowed_before(one, zone) == one
    assert following - moment <= timedelta(hours=38)
    assert moment - before <= timedelta(hours=39)
    if is_quiet(moment, zone):
        assert following.astimezone(zone).time() == time(8)
        assert before.astimezone(zone).time() == time(18)
        assert is_quiet(following - timedelta(seconds=1), zone)
    else:
        assert following == before == moment


@given(moment=MOMENTS, zone=ZONES)
def test_in_every_zone_nobody_is_told_at_night_or_on_a_sunday(
    moment: datetime, zone: ZoneInfo
) -> None:
    hold(moment, zone)


@given(
    change=st.sampled_from(CHANGES),
    away=st.timedeltas(timedelta(days=-2), timedelta(days=2)),
)
def test_it_holds_around_each_clock_change(change: tuple[str, datetime], away: timedelta) -> None:
    hold(change[1] + away, ZoneInfo(change[0]))
