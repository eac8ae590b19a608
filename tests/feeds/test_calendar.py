"""Calendars in the shape of those that real producers send, and whatever else may come."""

import json
import subprocess
import sys
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import pytest

from feeds.calendar import Calendar, FeedError, Occurrence, read, read_apart

FIRST, UNTIL = date(2026, 1, 1), date(2026, 12, 31)


def calendar(*events: str, head: str = "", line: str = "\r\n") -> bytes:
    """A file with these events, each given as its lines."""
    whole = [
        f"BEGIN:VEVENT\nUID:{n}\n{event.strip()}\nEND:VEVENT\n" for n, event in enumerate(events)
    ]
    text = f"BEGIN:VCALENDAR\nVERSION:2.0\n{head}{''.join(whole)}END:VCALENDAR\n"
    return text.replace("\n", line).encode()


def read_all(content: bytes, zone: str = "Europe/London") -> tuple[Occurrence, ...]:
    return read(content, first=FIRST, until=UNTIL, zone=zone).events


def starts(content: bytes, zone: str = "Europe/London") -> list[str]:
    return [one.starts.isoformat() for one in read_all(content, zone)]


@pytest.mark.parametrize(
    ("written", "start", "zone"),
    [
        ("DTSTART:20260514T130000Z", "2026-05-14T13:00:00+00:00", "UTC"),
        ("DTSTART:20260514T130000", "2026-05-14T13:00:00+01:00", "Europe/London"),
        ("DTSTART;TZID=Europe/Paris:20260514T130000", "2026-05-14T13:00:00+02:00", "Europe/Paris"),
        (
            "DTSTART;TZID=GMT Standard Time:20260514T130000",
            "2026-05-14T13:00:00+01:00",
            "Europe/London",
        ),
        (
            "DTSTART;TZID=(UTC+00:00) Dublin, Edinburgh, Lisbon, London:20260514T130000",
            "2026-05-14T13:00:00+01:00",
            "Europe/London",
        ),
        (
            "DTSTART;TZID=/freeassociation.sourceforge.net/Europe/London:20260514T130000",
            "2026-05-14T13:00:00+01:00",
            "Europe/London",
        ),
    ],
)
def test_time_zones_by_any_name(written: str, start: str, zone: str) -> None:
    (one,) = read_all(calendar(written))
    assert (one.starts.isoformat(), one.time_zone) == (start, zone)


def test_keeps_local_time_over_both_clock_changes() -> None:
    weekly = "DTSTART;TZID=Europe/London:20260323T090000\nRRULE:FREQ=WEEKLY;COUNT=2\nDURATION:PT1H"
    assert starts(calendar(weekly)) == ["2026-03-23T09:00:00+00:00", "2026-03-30T09:00:00+01:00"]


@pytest.mark.parametrize(
    "rule",
    ["FREQ=SECONDLY", "FREQ=MINUTELY", "FREQ=DAILY;COUNT=1000000000", "FREQ=DAILY;INTERVAL=0"],
)
def test_a_rule_without_end_is_left_out_and_refused_alone(rule: str) -> None:
    restless = f"DTSTART:20260514T130000Z\nRRULE:{rule}"
    with pytest.raises(FeedError, match="recur without end"):
        read_all(calendar(restless))
    assert starts(calendar(restless, "DTSTART:20260515T130000Z")) == ["2026-05-15T13:00:00+00:00"]


async def test_reads_the_same_in_a_process_of_its_own() -> None:
    content = calendar("DTSTART;TZID=Europe/Paris:20260514T130000\nSUMMARY:A day by the river")
    apart = await read_apart(content, first=FIRST, until=UNTIL)
    assert apart == read(content, first=FIRST, until=UNTIL)
    with pytest.raises(FeedError, match="web page"):
        await read_apart(b"<!doctype html><html></html>", first=FIRST, until=UNTIL)
