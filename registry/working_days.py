"""Working days: Monday to Friday, without the bank holidays of a nation of the UK."""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays

SATURDAY = 5
END_OF_DAY = time(17)


def bank_holiday(day: date, nation: str) -> bool:
    """nation: ENG, SCT, WLS or NIR."""
    return day in _bank_holidays(nation, day.year)


@lru_cache
def _bank_holidays(nation: str, year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays("GB", subdiv=nation, years=year))


def working_day(day: date, nation: str) -> bool:
    return day.weekday() < SATURDAY and not bank_holiday(day, nation)


def after(day: date, number: int, nation: str) -> date:
    """The day that is `number` working days after `day`."""
    while number > 0:
        day += timedelta(days=1)
        number -= working_day(day, nation)
    return day


def first_working_day(monday: date, nation: str) -> date | None:
    """The first working day of the week that begins then; None where it has none."""
    week = (monday + timedelta(days=one) for one in range(7))
    return next((day for day in week if working_day(day, nation)), None)


def end_of(day: date, zone: ZoneInfo) -> datetime:
    """17:00 of that day, as a moment in UTC."""
    return datetime.combine(day, END_OF_DAY, zone).astimezone(UTC)
