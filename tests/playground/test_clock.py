"""The playground's clock goes on by itself, is moved ahead only, and keeps how far it is."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine

from playground.clock import MovableClock
from registry.clock import Clock

MONDAY = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "var" / "clock"


def test_unmoved_it_is_the_machines_own(path: Path) -> None:
    with time_machine.travel(MONDAY, tick=False) as machine:
        clock: Clock = MovableClock(path)
        assert clock.now() == MONDAY
        machine.shift(timedelta(minutes=5))
        assert clock.now() == MONDAY + timedelta(minutes=5)
    assert not path.exists()


def test_moved_it_goes_on_from_there(path: Path) -> None:
    with time_machine.travel(MONDAY, tick=False) as machine:
        clock = MovableClock(path)
        clock.move_to(MONDAY + timedelta(days=1))
        assert clock.now() == MONDAY + timedelta(days=1)
        machine.shift(60)
        assert clock.now() == MONDAY + timedelta(days=1, minutes=1)
        clock.move_to(MONDAY + timedelta(days=2))
        assert clock.now() == MONDAY + timedelta(days=2)


def test_it_is_never_put_back(path: Path) -> None:
    with time_machine.travel(MONDAY, tick=False):
        clock = MovableClock(path)
        clock.move_to(MONDAY + timedelta(days=1))
        clock.move_to(MONDAY)
        assert clock.now() == MONDAY + timedelta(days=1)


def test_a_new_start_goes_on_from_where_it_was_moved_to(path: Path) -> None:
    with time_machine.travel(MONDAY, tick=False) as machine:
        MovableClock(path).move_to(MONDAY + timedelta(days=3, milliseconds=250))
        machine.shift(3600)
        again = MovableClock(path)
        assert again.now() == MONDAY + timedelta(days=3, hours=1, milliseconds=250)


def test_its_times_are_aware_and_in_utc(path: Path) -> None:
    assert MovableClock(path).now().utcoffset() == timedelta()


@pytest.mark.parametrize(
    ("now", "then"),
    [
        ("2026-03-04T10:00", "2026-03-04T10:00"),
        ("2026-03-04T16:00", "2026-03-04T16:00"),
        ("2026-03-04T16:01", "2026-03-05T10:00"),
        ("2026-03-04T03:00", "2026-03-04T10:00"),
        ("2026-03-06T20:00", "2026-03-09T10:00"),  # a Friday evening
        ("2026-03-08T12:00", "2026-03-09T10:00"),  # a Sunday
        ("2026-07-06T08:30", "2026-07-06T09:00"),  # summer time
    ],
)
def test_whoever_starts_it_at_night_begins_on_the_next_working_morning(
    path: Path, now: str, then: str
) -> None:
    with time_machine.travel(datetime.fromisoformat(now).replace(tzinfo=UTC), tick=False):
        clock = MovableClock(path)
        clock.skip_quiet_hours()
        assert clock.now() == datetime.fromisoformat(then).replace(tzinfo=UTC)
