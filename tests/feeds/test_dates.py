"""Dates as people and programs write them."""

from datetime import UTC, date, datetime, time, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.dates import LONDON, find_moment

NEAR = date(2026, 3, 1)


@pytest.mark.parametrize(
    ("text", "closes"),
    [
        ("14 May 2026 4:00pm UK time", "2026-05-14T16:00:00+01:00"),
        ("14 January 2026 4pm UK time", "2026-01-14T16:00:00+00:00"),
        ("14 May 2026", "2026-05-14T23:59:59+01:00"),
        ("Thursday, 14th of May, 2026", "2026-05-14T23:59:59+01:00"),
        ("4.30 p.m. on Thursday 14th May 2026", "2026-05-14T16:30:00+01:00"),
        ("12 noon, Friday 15 May 2026", "2026-05-15T12:00:00+01:00"),
        ("midday on 15 May 2026", "2026-05-15T12:00:00+01:00"),
        ("14 May 2026 at midnight", "2026-05-14T23:59:59+01:00"),
        ("11:59pm (UK time) on 14 May 2026", "2026-05-14T23:59:00+01:00"),
        ("14 May 2026 at 1700 hrs", "2026-05-14T17:00:00+01:00"),
        ("14 May 2026 17h00", "2026-05-14T17:00:00+01:00"),
        ("Thu, 14 May 2026 16:00:00 GMT", "2026-05-14T16:00:00+00:00"),
        ("Thu, 14 May 2026 16:00:00 +0100", "2026-05-14T16:00:00+01:00"),
        ("14 May 2026 17:00 GMT+1", "2026-05-14T17:00:00+01:00"),
        ("5pm BST on 14 May 2026", "2026-05-14T17:00:00+01:00"),
        ("14 May 2026 17:00 CET", "2026-05-14T17:00:00+02:00"),
        ("17:00 (Brussels time) on 14 January 2026", "2026-01-14T17:00:00+01:00"),
        ("14 May 2026, 5pm Irish time", "2026-05-14T17:00:00+01:00"),
        ("May 14, 2026 at 11:59 p.m. EST", "2026-05-14T23:59:00-05:00"),
        ("14 May 2026 23:59 AoE", "2026-05-14T23:59:00-12:00"),
        ("2026-05-14T16:00:00Z", "2026-05-14T16:00:00+00:00"),
        ("2026-05-14T16:00:00.250+01:00", "2026-05-14T16:00:00+01:00"),
        ("2026-05-14 16:00", "2026-05-14T16:00:00+01:00"),
        ("20260514T160000Z", "2026-05-14T16:00:00+00:00"),
        ("20260514", "2026-05-14T23:59:59+01:00"),
        ("2026/5/4", "2026-05-04T23:59:59+01:00"),
        ("04/05/2026", "2026-05-04T23:59:59+01:00"),
        ("05/14/2026 5pm", "2026-05-14T17:00:00+01:00"),
        ("14.05.26, 17.00", "2026-05-14T17:00:00+01:00"),
        ("14-May-26", "2026-05-14T23:59:59+01:00"),
        ("Sun, 06 Nov 94 08:49:37 GMT", "1994-11-06T08:49:37+00:00"),
        ("14 May 10am", "2026-05-14T10:00:00+01:00"),
        ("14 Feb", "2027-02-14T23:59:59+00:00"),
        ("28 Mai 2026", "2026-05-28T23:59:59+01:00"),
        ("30 February 2026, or rather 1 March 2026", "2026-03-01T23:59:59+00:00"),
        ("29 March 2026 23:00", "2026-03-29T23:00:00+01:00"),
        ("25 October 2026", "2026-10-25T23:59:59+00:00"),
        ("14 May 2026 25:00", "2026-05-14T23:59:59+01:00"),
        ("14 May 2026 0pm", "2026-05-14T23:59:59+01:00"),
        ("14 May 2026 12:00 +99:00", "2026-05-14T12:00:00+01:00"),
    ],
)
def test_reads_when_something_closes(text: str, closes: str) -> None:
    moment = find_moment(text, near=NEAR)
    assert moment is not None
    assert moment.closing().isoformat() == closes


@pytest.mark.parametrize(
    "text", ["", "soon", "May 2026", "2026", "31/04/2026", "29 Feb 2026", "1.2.3", "14 May 0026"]
)
def test_finds_no_date_where_there_is_none(text: str) -> None:
    assert find_moment(text) is None


def test_without_a_day_to_be_near_a_date_needs_its_year() -> None:
    assert find_moment("14 May at 5pm") is None


def test_opens_at_the_start_of_a_day_without_a_time() -> None:
    moment = find_moment("Monday 1 June 2026")
    assert moment is not None
    assert moment.opening() == datetime(2026, 5, 31, 23, tzinfo=UTC)


DAYS = st.dates(date(2000, 1, 1), date(2069, 12, 31))


@given(
    DAYS,
    st.sampled_from(
        ["%d %B %Y", "%A %d %b %Y", "%Y-%m-%d", "%d/%m/%Y", "%B %d, %Y", "%d.%m.%y", "%Y%m%d"]
    ),
)
def test_every_day_survives_every_way_of_writing_it(day: date, form: str) -> None:
    moment = find_moment(f"Closing date {day.strftime(form)}.")
    assert moment is not None
    assert moment.day == day
    assert moment.closing() == datetime.combine(day, time(23, 59, 59), LONDON)


@given(
    DAYS,
    st.times().map(lambda at: at.replace(microsecond=0)),
    st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes))),
)
def test_an_instant_survives_whatever_zone_it_is_written_in(
    day: date, at: time, zone: timezone
) -> None:
    zoned = datetime.combine(day, at, zone)
    for text in (zoned.isoformat(), zoned.strftime("%a, %d %b %Y %H:%M:%S %z")):
        moment = find_moment(text)
        assert moment is not None
        assert moment.closing() == zoned


@given(DAYS, st.times().map(lambda at: at.replace(second=0, microsecond=0)))
def test_a_twelve_hour_time_is_london_s(day: date, at: time) -> None:
    half = "am" if at.hour < 12 else "pm"
    written = f"{(at.hour + 11) % 12 + 1}:{at.minute:02}{half}"
    for text in (f"{day:%d %B %Y} {written} UK time", f"{written} on {day:%d %B %Y}"):
        moment = find_moment(text)
        assert moment is not None
        assert moment.closing() == datetime.combine(day, at, LONDON)


@given(st.text(max_size=60) | st.from_regex(r"[\d /.:+\-TZapm]{0,30}"), st.none() | DAYS)
def test_any_text_is_a_date_or_none(text: str, near: date | None) -> None:
    moment = find_moment(text, near=near)
    if moment is not None:
        assert moment.opening() - moment.closing() < timedelta(days=1)
