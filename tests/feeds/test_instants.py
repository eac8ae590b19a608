"""Dates hold in both readers, whatever the zone, the day and the rule."""

import re
from datetime import UTC, date, datetime, time, timedelta
from itertools import takewhile
from zoneinfo import ZoneInfo

import pytest
from dateutil.rrule import rrulestr
from hypothesis import example, given, settings
from hypothesis import strategies as st

from feeds.calendar import Occurrence, read
from feeds.funding import read as read_feed

LONDON = ZoneInfo("Europe/London")
ZONES = (
    *("Europe/London", "Europe/Paris", "America/New_York", "America/St_Johns", "Asia/Kathmandu"),
    *("Australia/Lord_Howe", "Pacific/Apia", "Pacific/Chatham", "Africa/Casablanca", "UTC"),
)
# The days around both clock changes, leap days and month ends come up more often than others.
EDGES = (
    *(date(2026, 3, 28), date(2026, 3, 29), date(2026, 10, 25), date(2026, 10, 24)),
    *(date(2028, 2, 29), date(2028, 2, 28), date(2026, 12, 31), date(2026, 4, 30)),
    *(date(2026, 3, 8), date(2026, 11, 1), date(2026, 4, 5), date(2026, 10, 4)),
)
patient = settings(deadline=None)  # a machine may be busy
zones = st.sampled_from(ZONES)
days = st.sampled_from(EDGES) | st.dates(date(2015, 1, 1), date(2037, 12, 31))
times = st.times().map(lambda at: at.replace(microsecond=0))


def events(*lines: str, day: date, span: int = 3, zone: str = "Europe/London") -> list[Occurrence]:
    text = "\r\n".join(
        ["BEGIN:VCALENDAR", "BEGIN:VEVENT", "UID:1", *lines, "END:VEVENT", "END:VCALENDAR"]
    )
    around = timedelta(days=3)
    until = day + timedelta(days=span)
    return list(read(text.encode(), first=day - around, until=until, zone=zone).events)


def meant(day: date, at: time, zone: str) -> datetime:
    """The instant of a local time in a file, which has no `fold`: RFC 5545 means the first of a
    time that comes twice, and of one that does not exist, the one by the offset before the gap."""
    return datetime.combine(day, at.replace(fold=0), ZoneInfo(zone)).astimezone(UTC)


@patient
@given(day=days, at=times, zone=zones, reader=zones, hours=st.integers(0, 40))
@example(
    day=date(2026, 3, 29),
    at=time(1, 30, fold=1),
    zone="Europe/London",
    reader="UTC",
    hours=1,
)
@example(
    day=date(2026, 10, 25),
    at=time(1, 30, fold=1),
    zone="Europe/London",
    reader="UTC",
    hours=1,
)
def test_an_event_of_any_zone_comes_back_at_the_same_instant(
    day: date, at: time, zone: str, reader: str, hours: int
) -> None:
    starts = meant(day, at, zone)
    ends = starts + timedelta(hours=hours)
    in_utc = events(f"DTSTART:{starts:%Y%m%dT%H%M%SZ}", f"DTEND:{ends:%Y%m%dT%H%M%SZ}", day=day)
    in_zone = events(
        f"DTSTART;TZID={zone}:{day:%Y%m%d}T{at:%H%M%S}",
        f"DURATION:PT{hours}H",
        day=day,
        zone=reader,
    )
    for (one,) in (in_utc, in_zone):
        assert one.starts.astimezone(UTC) == starts
        assert one.ends.astimezone(UTC) == ends
    assert in_zone[0].time_zone == zone


@pytest.mark.parametrize(
    ("zone", "wall", "instant"),
    [
        ("America/New_York", "20150308T020000", datetime(2015, 3, 8, 7, tzinfo=UTC)),
        ("America/New_York", "20151101T013000", datetime(2015, 11, 1, 5, 30, tzinfo=UTC)),
        ("Europe/London", "20260329T013000", datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),
        ("Europe/London", "20261025T013000", datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
    ],
)
def test_a_time_in_a_gap_or_that_comes_twice_goes_by_the_offset_before_the_change(
    zone: str, wall: str, instant: datetime
) -> None:
    (one,) = events(f"DTSTART;TZID={zone}:{wall}", day=instant.date())
    assert one.starts.astimezone(UTC) == instant


@patient
@given(first=days, length=st.integers(1, 40), zone=zones)
def test_whole_days_are_whole_days_everywhere(first: date, length: int, zone: str) -> None:
    after = first + timedelta(days=length)
    (one,) = events(f"DTSTART:{first:%Y%m%d}", f"DTEND:{after:%Y%m%d}", day=first, zone=zone)
    for moment, day in ((one.starts, first), (one.ends, after)):
        # At midnight, or where a zone has none that day, at the first time it has.
        shown = moment.astimezone(ZoneInfo(zone))
        assert (shown - timedelta(seconds=1)).date() < day or shown.time() == time()
        assert datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC) == moment
    assert one.all_day


@given(
    first=days,
    at=times,
    zone=zones,
    count=st.integers(1, 60),
    every=st.integers(1, 3),
    frequency=st.sampled_from([("DAILY", 1), ("WEEKLY", 7)]),
)
@example(  # 02:00 does not exist on 8 March
    first=date(2015, 2, 17),
    at=time(2, fold=1),
    zone="America/New_York",
    count=20,
    every=1,
    frequency=("DAILY", 1),
)
@example(  # 01:30 comes twice on 25 October
    first=date(2026, 10, 20),
    at=time(1, 30, fold=1),
    zone="Europe/London",
    count=10,
    every=1,
    frequency=("DAILY", 1),
)
@settings(patient, max_examples=60)
def test_a_series_keeps_its_time_of_day_over_clock_changes(
    first: date, at: time, zone: str, count: int, every: int, frequency: tuple[str, int]
) -> None:
    step = timedelta(days=every * frequency[1])
    found = events(
        f"DTSTART;TZID={zone}:{first:%Y%m%d}T{at:%H%M%S}",
        f"RRULE:FREQ={frequency[0]};INTERVAL={every};COUNT={count}",
        day=first,
        span=count * step.days + 3,
        zone=zone,
    )
    expected = [meant(first + step * n, at, zone) for n in range(count)]
    assert [one.starts.astimezone(UTC) for one in found] == expected
    assert len({one.instance for one in found}) == count


sensible_rules = st.builds(
    lambda frequency, others: ";".join([f"FREQ={frequency}", *others]),
    st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]),
    st.tuples(
        st.integers(1, 4).map("INTERVAL={}".format),
        st.sampled_from(["", "BYMONTH=3,10", "BYMONTH=2", "BYMONTHDAY=1,15", "BYMONTHDAY=28"]),
        st.sampled_from(["", "BYDAY=MO", "BYDAY=TU,TH", "BYDAY=SU;WKST=SU"]),
        st.sampled_from(["", "COUNT=1", "COUNT=7", "COUNT=40", "UNTIL=20270329T080000Z"]),
    ).map(lambda parts: [part for part in parts if part]),
)


@patient
@given(rule=sensible_rules, first=st.dates(date(2025, 6, 1), date(2026, 12, 31)))
def test_a_rule_with_its_bounds_comes_round_as_it_would_without_them(
    rule: str, first: date
) -> None:
    found = events(
        f"DTSTART;TZID=Europe/London:{first:%Y%m%d}T090000",
        f"RRULE:{rule}",
        day=first,
        span=800,
    )
    start, end = datetime.combine(first, time(9)), datetime.combine(date(2027, 3, 29), time(9))
    whole = rrulestr(re.sub(";UNTIL=[^;]+", "", rule), dtstart=start)
    after = first + timedelta(days=800)
    expected = {
        *([start] if "UNTIL" not in rule or start <= end else []),
        *(one for one in takewhile(lambda one: one.date() <= after, whole)),
    }
    expected = {one for one in expected if "UNTIL" not in rule or one <= end}
    assert [one.starts.replace(tzinfo=None) for one in found] == sorted(expected)


@given(first=days, months=st.integers(1, 30))
@settings(patient, max_examples=40)
def test_a_monthly_day_falls_only_in_months_that_have_it(first: date, months: int) -> None:
    found = events(f"DTSTART:{first:%Y%m%d}", "RRULE:FREQ=MONTHLY", day=first, span=months * 28)
    assert all(one.starts.day == first.day for one in found)
    expected = [
        day
        for day in (first + timedelta(days=n) for n in range(months * 28 + 1))
        if day.day == first.day
    ]
    assert [one.starts.date() for one in found] == expected


@given(year=st.integers(2015, 2036), years=st.integers(1, 12))
@settings(patient, max_examples=30)
def test_a_leap_day_comes_every_fourth_year(year: int, years: int) -> None:
    leap = date(year - year % 4, 2, 29)
    found = events(f"DTSTART:{leap:%Y%m%d}", "RRULE:FREQ=YEARLY", day=leap, span=years * 366)
    assert [one.starts.date() for one in found] == [
        date(leap.year + n, 2, 29) for n in range(0, years + 1, 4)
    ]


@patient
@given(day=days, at=times, zone=zones)
def test_a_call_closes_at_the_instant_that_its_feed_names(day: date, at: time, zone: str) -> None:
    closes = datetime.combine(day, at, ZoneInfo(zone))
    call = f"""<rss version="2.0"><channel><title>Calls</title><item><title>A call</title>
        <guid>1</guid><description>Closing date: {closes.isoformat()}</description></item>
        </channel></rss>"""
    (found,) = read_feed(call.encode()).calls
    assert found.closes is not None
    assert found.closes.astimezone(UTC) == closes.astimezone(UTC)


@patient
@given(
    day=days,
    hour=st.integers(0, 23),
    form=st.sampled_from(
        ["{d} {m:%B} {y} {t}", "{m:%A} {d} {m:%B} {y} at {t}", "{m:%d/%m/%Y} {t}"]
    ),
)
def test_a_call_closes_by_london_time_where_its_feed_names_no_zone(
    day: date, hour: int, form: str
) -> None:
    written = form.format(d=day.day, m=day, y=day.year, t=f"{hour:02}:30")
    call = f"""<rss version="2.0"><channel><title>Calls</title><item><title>A call</title>
        <guid>1</guid><description>Closing date: {written}</description></item></channel></rss>"""
    (found,) = read_feed(call.encode()).calls
    assert found.closes is not None
    expected = datetime.combine(day, time(hour, 30), LONDON)
    assert found.closes.astimezone(UTC) == expected.astimezone(UTC)
