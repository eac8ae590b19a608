"""Quiet hours: when nobody is sent a direct message that they did not ask for.

Pure rules over a moment and a person's time zone. What answers somebody's own press is exempt;
whoever sends knows which it is.
"""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

BEGINS = time(19)
ENDS = time(8)
LAST = time(18)
SUNDAY = 6
DAY = timedelta(days=1)


def is_quiet(moment: datetime, zone: ZoneInfo) -> bool:
    """Between 19:00 and 08:00 of that zone's time, or on its Sunday."""
    local = moment.astimezone(zone)
    return local.weekday() == SUNDAY or not ENDS <= local.time() < BEGINS


def next_allowed(moment: datetime, zone: ZoneInfo) -> datetime:
    """The moment itself where it is not quiet, else the 08:00 that ends the quiet; in UTC."""
    if not is_quiet(moment, zone):
        return moment.astimezone(UTC)
    local = moment.astimezone(zone)
    day = local.date() if local.time() < ENDS else local.date() + DAY
    return _at(day + DAY if day.weekday() == SUNDAY else day, ENDS, zone)


def last_allowed_before(moment: datetime, zone: ZoneInfo) -> datetime:
    """The moment itself where it is not quiet, else 18:00 of the day before the quiet; in UTC.

    An hour before the quiet begins, so that what is held up a little still arrives.
    """
    if not is_quiet(moment, zone):
        return moment.astimezone(UTC)
    local = moment.astimezone(zone)
    day = local.date() if local.time() >= BEGINS else local.date() - DAY
    return _at(day - DAY if day.weekday() == SUNDAY else day, LAST, zone)


def _at(day: date, at: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, at, zone).astimezone(UTC)
