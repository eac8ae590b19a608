"""What `feeds.calendar` makes of calendars, its limits, and what it says of what it cannot read."""

import json
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path
from time import process_time
from zoneinfo import ZoneInfo

import pytest
import recurring_ical_events

from feeds.calendar import OCCURRENCES, FeedError, Occurrence, read, read_apart
from feeds.components import BYTES, EVENTS

ROOT = Path(__file__).parents[2]
FILES = Path(__file__).parent / "files"
FIRST, UNTIL = date(2026, 1, 1), date(2026, 12, 31)


def calendar(*events: str, head: str = "") -> bytes:
    """A file with these events, each given as its lines."""
    whole = [f"BEGIN:VEVENT\n{event.strip()}\nEND:VEVENT\n" for event in events]
    text = f"BEGIN:VCALENDAR\nVERSION:2.0\n{head}{''.join(whole)}END:VCALENDAR\n"
    return text.replace("\n", "\r\n").encode()


def events(content: bytes, zone: str = "Europe/London") -> tuple[Occurrence, ...]:
    return read(content, first=FIRST, until=UNTIL, zone=zone).events


def starts(content: bytes, zone: str = "Europe/London") -> list[str]:
    return [one.starts.isoformat() for one in events(content, zone)]


@pytest.mark.parametrize(
    ("named", "offset", "zone"),
    [
        ("Europe/Paris", "+02:00", "Europe/Paris"),
        ("europe/london", "+01:00", "Europe/London"),
        ("GMT Standard Time", "+01:00", "Europe/London"),
        ("W. Europe Standard Time", "+02:00", "Europe/Berlin"),
        ('"(UTC+00:00) Dublin, Edinburgh, Lisbon, London"', "+01:00", "Europe/London"),
        ("(UTC+00:00) Dublin, Edinburgh, Lisbon, London", "+01:00", "Europe/London"),
        ("(UTC+01:00) Brussels, Copenhagen, Madrid, Paris", "+02:00", "Europe/Brussels"),
        ("(GMT+01.00) Sarajevo/Warsaw/Zagreb", "+02:00", "Europe/Sarajevo"),
        ("(UTC-05:00) Eastern Time (US & Canada)", "-04:00", "America/New_York"),
        ("(UTC) Coordinated Universal Time", "+00:00", "UTC"),
        ("/freeassociation.sourceforge.net/Europe/London", "+01:00", "Europe/London"),
        ("/freeassociation.sourceforge.net/Tzfile/Europe/London", "+01:00", "Europe/London"),
        ("/softwarestudio.org/Olson_20011030_5/Europe/London", "+01:00", "Europe/London"),
        ("/vendor.example/America/Argentina/Buenos_Aires", "-03:00", None),
        ("BST", "+01:00", "Europe/London"),
        ("GMT", "+00:00", "GMT"),
        ("UTC+05:30", "+01:00", "Europe/London"),  # no such zone has a name: the reader's
        ("UTC+3", "+03:00", "Etc/GMT-3"),
        ("+00:00", "+00:00", "UTC"),
        ("Nowhere/Land", "+01:00", "Europe/London"),
    ],
)
def test_time_zones_by_any_name(named: str, offset: str, zone: str | None) -> None:
    (one,) = events(calendar(f"DTSTART;TZID={named}:20260714T130000"))
    assert one.starts.isoformat() == f"2026-07-14T13:00:00{offset}"
    assert one.time_zone == (zone or "America/Argentina/Buenos_Aires")
    assert one.starts.tzinfo == ZoneInfo(one.time_zone)


@pytest.mark.parametrize(
    ("written", "start"),
    [
        ("DTSTART:20260514T130000Z", "2026-05-14T13:00:00+00:00"),
        ("DTSTART:20260514T130000", "2026-05-14T09:00:00-04:00"),
        ("DTSTART:20260514T1300Z", "2026-05-14T13:00:00+00:00"),
        ("DTSTART:20260514t130000z", "2026-05-14T13:00:00+00:00"),
        ("DTSTART:2026-05-14T13:00:00.000Z", "2026-05-14T13:00:00+00:00"),
        ("DTSTART:2026-05-14 13:00:00+0100", "2026-05-14T12:00:00+00:00"),
        ("DTSTART;VALUE=DATE-TIME;TZID=Europe/Paris:20260514T130000", "2026-05-14T13:00:00+02:00"),
        ("DTSTART;TZID=Europe/Paris:20260514T130060", "2026-05-14T13:00:59+02:00"),
        ("DTSTART;TZID=Europe/Paris:20260513T240000", "2026-05-14T00:00:00+02:00"),
        ("DTSTART;VALUE=DATE:20260514", "2026-05-14T00:00:00-04:00"),
        ("DTSTART:20260514", "2026-05-14T00:00:00-04:00"),
        ("DTSTART;VALUE=DATE:20260514T000000", "2026-05-14T00:00:00-04:00"),
        ("DTSTART ; VALUE = DATE : 20260514", "2026-05-14T00:00:00-04:00"),
    ],
)
def test_dates_as_they_are_written(written: str, start: str) -> None:
    found = starts(calendar(written), "America/New_York")
    assert found == [start.replace("T09:00:00-04:00", "T13:00:00-04:00")]


def test_a_calendar_that_names_its_zone_means_it_for_floating_times_and_utc() -> None:
    head = "X-WR-TIMEZONE:Europe/Paris\n"
    weekly = "DTSTART:20260325T080000Z\nRRULE:FREQ=WEEKLY;COUNT=2"
    assert starts(calendar("DTSTART:20260514T130000", weekly, head=head)) == [
        "2026-03-25T09:00:00+01:00",
        "2026-04-01T09:00:00+02:00",
        "2026-05-14T13:00:00+02:00",
    ]


@pytest.mark.parametrize(
    ("lines", "end", "all_day"),
    [
        ("DTSTART:20260514T130000Z\nDTEND:20260514T140000Z", "2026-05-14T14:00:00+00:00", False),
        ("DTSTART:20260514T130000Z\nDURATION:PT1H30M", "2026-05-14T14:30:00+00:00", False),
        ("DTSTART:20260514T130000Z\nDURATION:P1W", "2026-05-21T13:00:00+00:00", False),
        ("DTSTART:20260514T130000Z\nDURATION:-PT1H", "2026-05-14T13:00:00+00:00", False),
        ("DTSTART:20260514T130000Z\nDURATION:soon", "2026-05-14T13:00:00+00:00", False),
        ("DTSTART:20260514T130000Z", "2026-05-14T13:00:00+00:00", False),
        ("DTSTART:20260514T130000Z\nDTEND:20260514T120000Z", "2026-05-14T13:00:00+00:00", False),
        ("DTSTART:20260514T130000Z\nDTEND:20260516", "2026-05-16T00:00:00+00:00", False),
        ("DTSTART:20260514", "2026-05-15T00:00:00+01:00", True),
        ("DTSTART:20260514\nDTEND:20260514", "2026-05-15T00:00:00+01:00", True),
        ("DTSTART:20260514\nDTEND:20260510", "2026-05-15T00:00:00+01:00", True),
        ("DTSTART:20260514\nDTEND:20260517", "2026-05-17T00:00:00+01:00", True),
        ("DTSTART:20260514\nDURATION:P3D", "2026-05-17T00:00:00+01:00", True),
        ("DTSTART:20260514\nDURATION:PT36H", "2026-05-16T00:00:00+01:00", True),
        ("DTSTART:20260514\nDTEND:20260515T170000", "2026-05-16T00:00:00+01:00", True),
    ],
)
def test_ends(lines: str, end: str, all_day: bool) -> None:
    (one,) = events(calendar(lines))
    assert (one.ends.isoformat(), one.all_day) == (end, all_day)


def test_texts_are_plain_and_bounded() -> None:
    (one,) = events(
        calendar(
            "DTSTART:20260514T130000Z\nUID:"
            + "u" * 600
            + "\nSUMMARY:<b>Mill</b>\\, weir\\n&amp\\; leat"
            "\nLOCATION:Room \\\\ 2\nURL:https://mill.example/a?b=1&c=2\nDESCRIPTION: \\n"
            "\nX-ALT-DESC;FMTTYPE=text/html:<p>One</p><script>bad()</script><p>" + "two " * 2000
        )
    )
    assert (one.title, one.place) == ("Mill, weir & leat", "Room \\ 2")
    assert one.link == "https://mill.example/a?b=1&c=2"
    assert one.description.startswith("One\ntwo two")
    assert one.description.endswith("two…")
    assert len(one.description) <= 4000
    assert one.uid.startswith("made:")


def test_the_days_asked_for_are_those_of_whoever_reads() -> None:
    content = calendar(
        "SUMMARY:before\nDTSTART:20260513T200000Z\nDTEND:20260513T230000Z",
        "SUMMARY:into\nDTSTART:20260513T200000Z\nDTEND:20260513T230001Z",
        "SUMMARY:at midnight\nDTSTART:20260513T230000Z",
        "SUMMARY:late\nDTSTART:20260515T225959Z\nDTEND:20260516T020000Z",
        "SUMMARY:after\nDTSTART:20260515T230000Z",
    )
    found = read(content, first=date(2026, 5, 14), until=date(2026, 5, 15)).events
    assert [one.title for one in found] == ["into", "at midnight", "late"]


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=SECONDLY",
        "FREQ=MINUTELY",
        "FREQ=MINUTELY;COUNT=5000",
        "FREQ=DAILY;COUNT=1000000000",
        "FREQ=DAILY;COUNT=99999999999999999999",
        "FREQ=DAILY;INTERVAL=0",
        "FREQ=DAILY;INTERVAL=-1",
        "FREQ=HOURLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=WEEKLY;BYDAY=MO;BYSETPOS=5",
        "FREQ=DAILY;BYHOUR=" + ",".join(map(str, range(24))) + ";BYMINUTE=0,10,20,30,40,50",
        "FREQ=FORTNIGHTLY",
        "FREQ=DAILY;BYMONTH=13",
        "FREQ=DAILY;UNTIL=soon",
        "RSCALE=CHINESE;FREQ=YEARLY",
        "COUNT=3",
    ],
)
def test_a_rule_without_end_or_sense_is_left_out_and_refused_alone(rule: str) -> None:
    restless = f"DTSTART:20240514T130000Z\nRRULE:{rule}"
    began = process_time()
    with pytest.raises(FeedError, match="recur without end"):
        events(calendar(restless))
    assert starts(calendar(restless, "DTSTART:20260515T130000Z")) == ["2026-05-15T13:00:00+00:00"]
    assert process_time() - began < 1


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30;COUNT=10",
        "FREQ=WEEKLY;BYMONTH=6;BYMONTHDAY=31",
        "FREQ=DAILY;INTERVAL=7;BYDAY=TU",
        "FREQ=MINUTELY;INTERVAL=15;COUNT=1",
        "FREQ=DAILY;COUNT=0",
    ],
)
def test_a_rule_that_never_comes_round_leaves_the_start(rule: str) -> None:
    began = process_time()
    assert starts(calendar(f"DTSTART:20260511T130000Z\nRRULE:{rule}")) == [
        "2026-05-11T13:00:00+00:00"
    ]
    assert process_time() - began < 1


@pytest.mark.parametrize("until", ["00010101", "20260510", "00020101T000000Z"])
def test_a_rule_that_ended_before_it_began_leaves_nothing(until: str) -> None:
    assert starts(calendar(f"DTSTART:20260511T130000Z\nRRULE:FREQ=DAILY;UNTIL={until}")) == []


def test_a_rule_by_the_minute_with_an_end_is_read() -> None:
    found = starts(calendar("DTSTART:20260511T130000Z\nRRULE:FREQ=MINUTELY;INTERVAL=20;COUNT=3"))
    assert [one[11:16] for one in found] == ["13:00", "13:20", "13:40"]


def test_files_too_large_are_refused_at_once() -> None:
    many = calendar(*["DTSTART:20260514T130000Z"] * 100_000)
    began = process_time()
    with pytest.raises(FeedError, match="more than 20,000 events"):
        events(many)
    with pytest.raises(FeedError, match="larger than 10 MB"):
        events(b"BEGIN:VCALENDAR\n" + b"x" * BYTES)
    assert process_time() - began < 1
    spaced = calendar(*["DTSTART:20260514T130000Z"] * 3).replace(b"BEGIN:VEVENT", b"begin:vevent")
    with pytest.raises(FeedError, match="more than 20,000 events"):
        events(spaced * (EVENTS // 3 + 1))


def test_dates_without_number_are_refused() -> None:
    dates = ",".join(["20260514T130000Z"] * 10_001)
    with pytest.raises(FeedError, match="recur without end"):
        events(calendar(f"DTSTART:20260514T130000Z\nRDATE:{dates}"))


def test_only_the_first_ten_thousand_occurrences_are_kept() -> None:
    hourly = calendar(
        *[f"UID:{uid}\nDTSTART:20260101T000000Z\nRRULE:FREQ=HOURLY" for uid in (1, 2, 2)]
    )
    found = read(hourly, first=FIRST, until=UNTIL)
    assert (len(found.events), found.more) == (OCCURRENCES, True)
    assert found.events[-1].starts.isoformat() == "2026-07-28T07:00:00+00:00"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "nothing at all"),
        (b"\0" * 50, "nothing at all"),
        (b"<!doctype html><html><body>BEGIN</body>", "web page"),
        (b"<?xml version='1.0'?><rss/>", "answers with a feed"),
        (b'{"version": "https://jsonfeed.org/version/1.1"}', "not a calendar"),
        (b"BEGIN:VCARD\r\nFN:Nobody\r\nEND:VCARD\r\n", "not a calendar"),
        (b"\x89PNG\r\n\x1a\n\0\0", "not a calendar"),
        (b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART:2026", "breaks off"),
        (calendar("SUMMARY:No start"), "cannot|can be used"),
    ],
)
def test_says_what_it_cannot_read(content: bytes, words: str) -> None:
    with pytest.raises(FeedError, match=words):
        events(content)


def test_a_calendar_without_events_is_empty() -> None:
    assert events(calendar()) == ()


def test_says_no_to_a_zone_or_days_that_make_no_sense() -> None:
    with pytest.raises(FeedError, match="not a time zone"):
        events(calendar(), "Middle/Earth")
    with pytest.raises(FeedError, match="before the first"):
        read(calendar(), first=UNTIL, until=FIRST)
    assert read(calendar("DTSTART:20260101"), first=date.min, until=date.max).events


def test_components_that_lack_their_end_are_read_where_another_begins() -> None:
    content = calendar("UID:1\nDTSTART:20260514\nBEGIN:VALARM\nDESCRIPTION:Ring")
    content = content.replace(b"END:VEVENT\r\n", b"BEGIN:VEVENT\r\nUID:2\r\nDTSTART:20260515\r\n")
    assert [one.uid for one in events(content)] == ["1", "2"]
    bare = b"BEGIN:VEVENT\nUID:3\nDTSTART:20260516\nEND:VEVENT\n"
    assert [one.uid for one in events(bare)] == ["3"]
    indented = b"\n".join(b"  " + line for line in bare.splitlines())
    assert [one.uid for one in events(indented)] == ["3"]


def test_an_event_given_twice_is_told_once_in_its_newest_version() -> None:
    version = "UID:1\nSEQUENCE:{}\nSUMMARY:{}\nDTSTART:202605{}"
    content = calendar(
        version.format(9, "old", 14), version.format(10, "new", 15), version.format(10, "newer", 15)
    )
    assert [(one.uid, one.title) for one in events(content)] == [("1", "newer")]


def test_events_that_share_a_uid_are_told_apart_by_their_start() -> None:
    content = calendar("UID:1\nDTSTART:20260514T090000Z", "UID:1\nDTSTART:20260515T090000Z")
    assert [one.uid for one in events(content)] == [
        "1#2026-05-14T09:00:00+00:00",
        "1#2026-05-15T09:00:00+00:00",
    ]


def test_a_cancelled_series_keeps_its_times_and_says_so() -> None:
    series = "UID:1\nDTSTART:20260514T090000Z\nRRULE:FREQ=DAILY;COUNT=2\nSTATUS:CANCELLED"
    assert [one.cancelled for one in events(calendar(series))] == [True, True]


def test_exceptions_of_every_kind() -> None:
    series = (
        "UID:1\nDTSTART;TZID=Europe/London:20260601T090000\nDURATION:PT1H"
        "\nRRULE:FREQ=DAILY;COUNT=6"
        "\nEXDATE;VALUE=DATE:20260602\nEXDATE:20260603T080000Z"
        "\nEXDATE;TZID=Europe/London:20260604T000000\nEXDATE:20260605T090000"
        "\nRDATE;VALUE=PERIOD:20260608T090000Z/PT3H,20260609T090000Z/20260609T110000Z"
        "\nRDATE:"
    )
    moved = "UID:1\nRECURRENCE-ID;TZID=Europe/Paris:20260606T100000\nDTSTART:20260607T100000Z"
    found = events(calendar(series, moved))
    assert [(one.instance[:10], one.starts.isoformat(), one.ends.hour) for one in found] == [
        ("2026-06-01", "2026-06-01T09:00:00+01:00", 10),
        ("2026-06-06", "2026-06-07T10:00:00+00:00", 10),
        ("2026-06-08", "2026-06-08T10:00:00+01:00", 13),
        ("2026-06-09", "2026-06-09T10:00:00+01:00", 12),
    ]


def test_an_exception_for_all_that_follow_keeps_to_the_zone_of_its_series() -> None:
    series = "UID:1\nDTSTART;TZID=Europe/London:20260601T090000\nRRULE:FREQ=DAILY;COUNT=4"
    later = "UID:1\nRECURRENCE-ID;RANGE=THISANDFUTURE;TZID=Europe/London:20260603T090000\n"
    in_dhaka = f"{later}DTSTART;TZID=Asia/Dhaka:20260603T150000\nDURATION:PT2H"
    found = events(calendar(series, in_dhaka))
    assert [(one.starts.isoformat()[8:], one.time_zone) for one in found] == [
        ("01T09:00:00+01:00", "Europe/London"),
        ("02T09:00:00+01:00", "Europe/London"),
        ("03T15:00:00+06:00", "Asia/Dhaka"),
        ("04T10:00:00+01:00", "Europe/London"),
    ]
    whole_day = f"{later}DTSTART;VALUE=DATE:20260603"
    assert [one.all_day for one in events(calendar(series, whole_day))] == [
        *(False, False, True, False)
    ]


def test_an_old_rule_of_exceptions_is_heeded() -> None:
    series = "DTSTART:20260601T090000Z\nRRULE:FREQ=DAILY;COUNT=4\nEXRULE:FREQ=DAILY;INTERVAL=2"
    assert [one[:10] for one in starts(calendar(series))] == ["2026-06-02", "2026-06-04"]


def test_one_bad_line_in_a_zone_does_not_spoil_it() -> None:
    zone = (
        "BEGIN:VTIMEZONE\nTZID:{}\nBEGIN:STANDARD\nDTSTART:{}\nTZOFFSETFROM:+0100\nTZOFFSETTO:{}\n"
        "RRULE:{}\nEND:STANDARD\nEND:VTIMEZONE\n"
    )
    for start, offset, rule in [
        ("nonsense", "+0100", "FREQ=YEARLY"),
        ("99999999T999999", "+0100", "FREQ=YEARLY"),
        ("16010229T000000", "+0100", "FREQ=YEARLY"),
        ("19700101T000000", "+0100", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"),
        ("19700101T000000", "+0100", "FREQ=YEARLY;UNTIL=19700101T000000Z"),
        ("19700101T000000", "+9900", "FREQ=YEARLY"),
        ("19700101T000000", "+0100", "FREQ=SECONDLY"),
        ("19700101T000000", "+0100", "FREQ=YEARLY;BYDAY=XX"),
        ("19700101T000000", "+0100", "FREQ=YEARLY;INTERVAL=0"),
    ]:
        head = zone.format("Ours", start, offset, rule)
        assert len(events(calendar("DTSTART;TZID=Ours:20260601T090000", head=head))) == 1


def test_a_failure_in_the_library_leaves_the_series_out(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: object) -> None:
        raise ValueError

    monkeypatch.setattr(recurring_ical_events, "of", fail)
    series = "DTSTART:20260601T090000Z\nRRULE:FREQ=DAILY;COUNT=4"
    assert starts(calendar(series, "DTSTART:20260609")) == ["2026-06-09T00:00:00+01:00"]


async def test_reads_the_same_in_a_process_of_its_own() -> None:
    content = (FILES / "google.ics").read_bytes()
    apart = await read_apart(content, first=FIRST, until=UNTIL)
    assert apart == read(content, first=FIRST, until=UNTIL)
    with pytest.raises(FeedError, match="web page"):
        await read_apart(b"<!doctype html><html></html>", first=FIRST, until=UNTIL)
    with pytest.raises(FeedError, match="not a time zone"):
        await read_apart(content, first=FIRST, until=UNTIL, zone="Europe/London\0")


def command(*arguments: str) -> subprocess.CompletedProcess[str]:
    """The command, in a process of its own: it bounds the whole process that it runs in."""
    return subprocess.run(
        [sys.executable, "-W", "error", "-m", "feeds.calendar", *arguments],
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )


def test_the_command_prints_one_json_line_an_event() -> None:
    path = str(FILES / "google.ics")
    done = command(path, "--from", "2026-03-16", "--until", "2026-03-16")
    (line,) = done.stdout.splitlines()
    assert json.loads(line) == json.loads(
        (FILES / "google.jsonl").read_text(encoding="utf-8").splitlines()[0]
    )
    assert (done.returncode, done.stderr) == (0, "")
    in_paris = command(path, "--from=2026-09-13", "--until=2026-09-14", "--zone=Europe/Paris")
    assert '"2026-09-14T00:00:00+02:00"' in in_paris.stdout


def test_the_command_says_on_one_line_what_it_cannot_read(tmp_path: Path) -> None:
    days = ("--from", "2026-01-01", "--until", "2026-12-31")
    for content, words in [
        (b"<html>", "That address answers with a web page"),
        (calendar("DTSTART:20260101\nRRULE:FREQ=SECONDLY"), "No event in that calendar"),
    ]:
        path = tmp_path / "given.ics"
        path.write_bytes(content)
        done = command(str(path), *days)
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr.startswith(f"{path}: {words}")
        assert done.stderr.count("\n") == 1
    missing = command(str(tmp_path / "nothing.ics"), *days)
    assert (missing.returncode, missing.stderr.count("\n")) == (2, 1)
    assert command(str(FILES / "google.ics"), "--from=soon", "--until=2026-12-31").returncode == 2


def test_the_command_notes_what_was_left_out() -> None:
    days = ("--from", "2026-01-01", "--until", "2026-12-31")
    done = command(str(FILES / "mixed.ics"), *days)
    assert done.stderr.endswith("mixed.ics: 1 event that cannot be read was left out\n")
    done = command(str(FILES / "unknown-zone.ics"), *days)
    assert "nobody knows the time zone 'Nowhere/Land'" in done.stderr
    assert done.returncode == 0


def test_a_day_longer_than_any_clock_change_is_still_a_day() -> None:
    found = events(calendar("DTSTART:20261024\nRRULE:FREQ=DAILY;COUNT=3"))
    lengths = [timedelta(seconds=one.ends.timestamp() - one.starts.timestamp()) for one in found]
    assert lengths == [timedelta(hours=24), timedelta(hours=25), timedelta(hours=24)]
