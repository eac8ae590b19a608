from datetime import date

import pytest

from registry.days_ahead import is_too_far


@pytest.mark.parametrize(
    ("day", "today", "too_far"),
    [
        (None, date(2026, 3, 9), False),
        (date(2031, 3, 9), date(2026, 3, 9), False),
        (date(2031, 3, 10), date(2026, 3, 9), True),
        (date(2126, 3, 9), date(2026, 3, 9), True),
        (date(2033, 2, 28), date(2028, 2, 29), False),
        (date(2033, 3, 1), date(2028, 2, 29), True),
        (date(2025, 1, 1), date(2026, 3, 9), False),
    ],
)
def test_a_day_lies_at_most_five_years_ahead(day: date | None, today: date, too_far: bool) -> None:
    assert is_too_far(day, today) is too_far
