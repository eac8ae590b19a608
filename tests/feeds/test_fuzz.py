"""Both readers against files that went wrong: never a crash, a hang, or one thing told twice.

A few seconds of it run with every test; `make fuzz` tries for as long as it is told to.
"""

import json
import os
import re
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import date, datetime, time, timedelta
from functools import partial, reduce
from pathlib import Path
from types import FrameType
from typing import TypeVar
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from feeds import calendar, funding
from feeds.command import Refusal

FILES = Path(__file__).parent / "files"
SAVED = [path for path in sorted(FILES.iterdir()) if path.suffix != ".jsonl"]
CALENDARS = [path.read_bytes() for path in SAVED if path.suffix == ".ics"]
FEEDS = [path.read_bytes() for path in SAVED if path.suffix != ".ics"]
EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "150"))
SECONDS = 5.0  # of processor time for one small file, which is a hang already
FIRST, UNTIL, DAY = date(2026, 1, 1), date(2026, 12, 31), timedelta(days=1)
LONDON = ZoneInfo("Europe/London")
Read = TypeVar("Read")
patient = settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    derandomize="FUZZ_EXAMPLES" not in os.environ,
    print_blob=True,
)


class Hang(BaseException):
    """No Exception, lest a parser swallow it."""


@contextmanager
def within(seconds: float) -> Iterator[None]:
    def stop(_: int, __: FrameType | None) -> None:
        raise Hang

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def unless_refused(read: Callable[[], Read]) -> Read | None:
    """What it reads; None if it says in one sentence why it cannot."""
    try:
        with within(SECONDS):
            return read()
    except Refusal as refusal:
        words = refusal.words
    assert re.fullmatch(r"[A-Z][^\n]+\.", words)
    return None


def check_calendar(content: bytes, until: date = UNTIL) -> None:
    read = unless_refused(lambda: calendar.read(content, first=FIRST, until=until))
    events = read.events if read else ()
    assert len({(one.uid, one.instance) for one in events}) == len(events)
    first, last = (datetime.combine(day, time(), LONDON) for day in (FIRST, until + DAY))
    for one in events:
        assert one.uid
        assert one.title
        assert one.starts.timestamp() <= one.ends.timestamp()
        assert one.starts.timestamp() < last.timestamp()
        assert one.ends.timestamp() >= first.timestamp()
        assert one.starts.tzinfo == one.ends.tzinfo == ZoneInfo(one.time_zone)
        assert json.dumps(asdict(one), default=str, ensure_ascii=False).encode()


def check_feed(content: bytes) -> None:
    read = unless_refused(lambda: funding.read(content, address="https://feeds.example/calls"))
    calls = read.calls if read else ()
    assert len({call.id for call in calls}) == len(calls)
    for call in calls:
        assert call.id
        assert call.title
        assert all(when is None or when.tzinfo for when in (call.opens, call.closes))
        assert json.dumps(asdict(call), default=str, ensure_ascii=False).encode()


# What goes wrong in files: each a piece that is put in, or put in place of a line or a number.
PIECES = (
    *("BEGIN:VEVENT", "END:VEVENT", "BEGIN:VCALENDAR", "END:VCALENDAR", "BEGIN:VTIMEZONE"),
    *("END:", "BEGIN:", ":", ";", "DTSTART", "DTSTART:", "DTSTART;TZID=:20260101T000000"),
    *("DTSTART;VALUE=DATE:00010101", "DTSTART:99991231T235959Z", "DTSTART:20260229"),
    *("DTEND:99991231", "DTEND:00000000", "DURATION:P99999W", "DURATION:PT999999999S"),
    *("DURATION:P", "RECURRENCE-ID:20260316T123000Z", "RECURRENCE-ID;RANGE=THISANDFUTURE:20260101"),
    *("EXDATE:", "EXDATE:20260316,,20260323T", "RDATE;VALUE=PERIOD:20260101T000000Z/P9999W"),
    *("RDATE:99991231T235959Z", "UID:", "UID:7kq2lunch4b@google.com", "SEQUENCE:-1"),
    *("SEQUENCE:99999999999999", "STATUS:CANCELLED", "METHOD:CANCEL", "X-WR-TIMEZONE:Nowhere"),
    *("X-WR-TIMEZONE:America/New_York", "TZOFFSETTO:+9999", "TZOFFSETFROM:", "TZID:Europe/London"),
    *("X-MICROSOFT-CDO-ALLDAYEVENT:TRUE", "X-LIC-LOCATION:../../etc/passwd", " ", "\t", "\n\n"),
    *("DTSTART;TZID=../../../etc/passwd:20260101T000000", "DTSTART;TZID=Factory:20260101T000000"),
    *("\ufeff", "\x00", "\u2028", "\x85", "\x1b$B", "&#x110000;", "&#0;", "\ud7ff", "\\", '"'),
    *("<![CDATA[", "]]>", "<!--", "-->", "<!DOCTYPE x [", "<?xml encoding='utf-7'?>", "&", "<"),
    *("</item>", "<item>", "</entry>", "<entry>", "</rss>", "</channel>", "<guid></guid>"),
    *(
        "<pubDate>Thu, 32 Foo 2026 25:61:61 +9999</pubDate>",
        "<updated>0000-00-00T00:00:00Z</updated>",
    ),
    *("Closing date: 31/02/2026 24:60", "Closing date: 29 February 9999", "<link>http://[</link>"),
    *("<link>javascript:x</link>", "<content type='xhtml'><div>", "<title/>", "[", "{", "null"),
)
NUMBERS = ("0", "-1", "1", "00", "31", "60", "99", "9999", "10000", "99999999999", "٣", "")
pieces = st.sampled_from(PIECES).map(str.encode) | st.binary(max_size=12)
places = st.integers(0, 4000)  # bytes into the file, or past its end
numbers = st.lists(st.integers(1, 31) | st.integers(-400, 400), min_size=1, max_size=4)
PARTS = (
    "INTERVAL COUNT BYSECOND BYMINUTE BYHOUR BYMONTHDAY BYYEARDAY BYWEEKNO BYMONTH BYSETPOS BYDAY"
)
UNTILS = ("20260401", "20260401T120000", "20260401T120000Z", "2026", "99991231", "00010101")
WEEKDAYS = ("MO", "5MO", "-1SU", "MO,TU,WE", "53FR", "0TU", "XX", "MO,,")
parts = st.one_of(
    st.builds(
        lambda name, values: f"{name}={','.join(map(str, values))}",
        st.sampled_from(PARTS.split()),
        numbers,
    ),
    st.sampled_from(WEEKDAYS).map("BYDAY={}".format),
    st.sampled_from(UNTILS).map("UNTIL={}".format),
)
rules = st.builds(
    lambda frequency, others: ";".join([f"FREQ={frequency}", *others]),
    st.sampled_from(["SECONDLY", "MINUTELY", "HOURLY", "DAILY", "WEEKLY", "MONTHLY", "YEARLY"]),
    st.lists(parts, max_size=4),
)


def break_off(content: bytes, at: int) -> bytes:
    return content[:at]


def put_in(content: bytes, at: int, piece: bytes) -> bytes:
    return content[:at] + piece + content[at:]


def cut_out(content: bytes, at: int, length: int) -> bytes:
    return content[:at] + content[at + length :]


def repeat(content: bytes, at: int, length: int, times: int) -> bytes:
    return content[:at] + content[at : at + length] * times + content[at + length :]


def change_line(content: bytes, at: int, piece: bytes) -> bytes:
    lines = content.splitlines(keepends=True) or [b""]
    lines[at % len(lines)] = piece + b"\r\n"
    return b"".join(lines)


def swap_lines(content: bytes, at: int, other: int) -> bytes:
    lines = content.splitlines(keepends=True) or [b""]
    at, other = at % len(lines), other % len(lines)
    lines[at], lines[other] = lines[other], lines[at]
    return b"".join(lines)


def change_number(content: bytes, at: int, number: str) -> bytes:
    return content[:at] + re.sub(rb"\d+", number.encode(), content[at:], count=1)


def encode_anew(content: bytes, encoding: str) -> bytes:
    return content.decode("utf-8", "replace").encode(encoding, "replace")


mishaps = st.one_of(
    st.builds(partial, st.just(put_in), at=places, piece=pieces),
    st.builds(partial, st.just(change_line), at=places, piece=pieces),
    st.builds(partial, st.just(change_number), at=places, number=st.sampled_from(NUMBERS)),
    st.builds(partial, st.just(cut_out), at=places, length=st.integers(1, 200)),
    st.builds(
        partial, st.just(repeat), at=places, length=st.integers(1, 300), times=st.integers(2, 9)
    ),
    st.builds(partial, st.just(swap_lines), at=places, other=places),
    st.builds(partial, st.just(put_in), at=places, piece=st.sampled_from([*CALENDARS, *FEEDS])),
    st.builds(partial, st.just(break_off), at=places),
    st.builds(
        partial,
        st.just(encode_anew),
        encoding=st.sampled_from(["utf-16", "cp1252", "utf-32", "utf-8-sig"]),
    ),
)


def spoilt(files: list[bytes]) -> st.SearchStrategy[bytes]:
    """One of the files after up to eight mishaps."""
    return st.builds(
        lambda content, changes: reduce(
            lambda spoiling, change: change(spoiling), changes, content
        ),
        st.sampled_from(files),
        st.lists(mishaps, min_size=1, max_size=8),
    )


@patient
@given(content=spoilt(CALENDARS))
def test_nothing_that_befalls_a_calendar_is_more_than_a_refusal(content: bytes) -> None:
    check_calendar(content)


@patient
@given(content=spoilt(FEEDS))
def test_nothing_that_befalls_a_feed_is_more_than_a_refusal(content: bytes) -> None:
    check_feed(content)


@patient
@given(
    rule=rules,
    others=st.lists(pieces, max_size=3),
    start=st.sampled_from(["20260105", "20260105T090000", "20260105T090000Z", "19700101T000000Z"]),
    days=st.integers(0, 400),
)
def test_no_rule_is_more_than_a_refusal(
    rule: str, others: list[bytes], start: str, days: int
) -> None:
    lines = [f"DTSTART:{start}", "UID:1", f"RRULE:{rule}", "SUMMARY:x", "END:VEVENT"]
    content = b"\r\n".join(
        [b"BEGIN:VCALENDAR", b"BEGIN:VEVENT", *others, *map(str.encode, lines), b"END:VCALENDAR"]
    )
    check_calendar(content, FIRST + days * DAY)


@patient
@given(content=st.binary(max_size=2000) | st.lists(pieces, max_size=40).map(b"\r\n".join))
def test_no_bytes_are_more_than_a_refusal(content: bytes) -> None:
    check_calendar(content)
    check_feed(content)
    check_calendar(b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART:20260316\r\n" + content)
    check_feed(b'<rss version="2.0"><channel><item><title>x</title>' + content)
