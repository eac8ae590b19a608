"""How far ahead a day may lie that somebody chooses: a year is easily mistyped."""

from datetime import date

MOST_YEARS = 5
TOO_FAR = f"That is more than {MOST_YEARS} years ahead. Please check the year."


def is_too_far(day: date | None, today: date) -> bool:
    """Whether it lies after the same day in five years."""
    return day is not None and (day.year - MOST_YEARS, day.month, day.day) > (
        today.year,
        today.month,
        today.day,
    )
