"""Feeds in the shape of those that real producers send, and whatever else may come."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.funding import Call, Feed, FeedError, read, read_apart

FILES = Path(__file__).parent / "files"

# file -> for each call: title, id, link, funder, opens, closes
CONTRACT: dict[str, list[tuple[str | None, ...]]] = {
    "ukri.xml": [
        (
            "Flood memory in river towns",
            "https://calls.larkmoor.example/?post_type=opportunity&p=90210",
            "https://calls.larkmoor.example/opportunity/flood-memory/",
            "Larkmoor Research Council (LRC), River Towns Trust",
            "2026-04-07T00:00:00+01:00",
            "2026-05-14T16:00:00+01:00",
        ),
        (
            "Winter buses: pilot",
            "https://calls.larkmoor.example/?post_type=opportunity&p=90199",
            "https://calls.larkmoor.example/opportunity/winter-buses/",
            "Larkmoor Research Council",
            "2026-11-03T09:00:00+00:00",
            "2027-01-14T16:00:00+00:00",
        ),
        (
            "Standing fund for small questions",
            "https://calls.larkmoor.example/?post_type=opportunity&p=80001",
            "https://calls.larkmoor.example/opportunity/small-questions/",
            None,
            "2025-05-01T00:00:00+01:00",
            None,
        ),
    ],
    "wordpress.xml": [
        (
            "R&D vouchers – “round two”",
            "https://www.pennybridge.example/?p=512",
            "https://www.pennybridge.example/funding/vouchers/?utm_source=rss&utm_medium=rss",
            None,
            None,
            "2026-03-27T17:00:00+00:00",
        )
    ],
    "govuk.atom": [
        (
            "Harbour repair fund: prospectus",
            "https://www.gov.example/guidance/harbour-repair-fund",
            "https://www.gov.example/guidance/harbour-repair-fund",
            None,
            None,
            "2026-06-30T23:59:00+01:00",
        ),
        (
            "Slipway grants",
            "tag:www.gov.example,2005:/guidance/slipway-grants",
            "https://www.gov.example/guidance/slipway-grants",
            None,
            "2026-06-01T00:00:00+01:00",
            "2026-10-30T12:00:00+00:00",
        ),
    ],
    "drupal.xml": [
        (
            "Restoring creeks",
            "341 at https://www.saltmarsh-trust.example",
            "https://www.saltmarsh-trust.example/grants/restoring-creeks",
            None,
            None,
            "2026-09-18T12:00:00+01:00",
        )
    ],
    "jsonfeed.json": [
        (
            "Dust & neighbours",
            "17",
            "https://quarry.example/calls/17",
            "Quarry Fund",
            "2026-02-10T00:00:00+00:00",
            "2026-03-31T17:00:00+01:00",
        ),
        (
            "Second lives for pits",
            "https://quarry.example/calls/18",
            "https://quarry.example/calls/18",
            None,
            None,
            "2026-04-30T23:59:59+01:00",
        ),
    ],
    "rss1.rdf": [
        (
            "Café economies",
            "https://acme-institute.example/calls/1",
            "https://acme-institute.example/calls/1",
            "Institut d'Acmé",
            "2026-01-10T00:00:00+00:00",
            "2026-02-28T23:59:59+00:00",
        )
    ],
    "netscape.xml": [
        (
            "Mill race survey, closing date 3 August 2026",
            "http://oldmill.example/survey",
            "http://oldmill.example/survey",
            None,
            None,
            "2026-08-03T23:59:59+01:00",
        )
    ],
    "innovation.xml": [
        (
            "Quiet delivery vans",
            "https://compete.example/competition/2101/overview",
            "https://compete.example/competition/2101/overview",
            None,
            "2026-06-01T00:00:00+01:00",
            "2026-07-15T11:00:00+01:00",
        ),
        (
            "Loud delivery vans",
            "https://compete.example/competition/2102/overview",
            "https://compete.example/competition/2102/overview",
            None,
            "2026-06-01T00:00:00+01:00",
            "2026-07-15T11:00:00+01:00",
        ),
    ],
    "brussels.atom": [
        (
            "Lakes & limits (stage 1)",
            "urn:uuid:11111111-2222-4333-8444-666666666666",
            "https://lakes.example/topics/1",
            None,
            "2026-02-10T00:00:00+00:00",
            "2026-04-16T17:00:00+02:00",
        )
    ],
    "sharepoint.xml": [
        (
            "Heat in care homes",
            "https://intranet.larch.example/Lists/Calls/DispForm.aspx?ID=4",
            "https://intranet.larch.example/Lists/Calls/DispForm.aspx?ID=4",
            "Larch Foundation",
            "2026-03-02T00:00:00+00:00",
            "2026-03-31T17:00:00+01:00",
        )
    ],
    "mailing.xml": [
        (
            "“Green lanes” fund",
            "https://mondays.example/1",
            "https://mondays.example/1",
            None,
            None,
            "2026-11-09T23:59:00+00:00",
        ),
        (
            "Hedges fund",
            "https://mondays.example/2",
            "https://mondays.example/2",
            None,
            None,
            "2026-12-01T23:59:59+00:00",
        ),
    ],
    "squarespace.xml": [
        (
            "After-school clubs",
            "5a:6b:7c",
            "https://copperbeech.example/calls/after-school",
            None,
            "2026-05-04T00:00:00+01:00",
            "2026-05-29T23:59:59+01:00",
        )
    ],
    "welsh.xml": [
        (
            "Llwybrau’r mynydd",
            "b1",
            "https://bryniau.example/1",
            "Cronfa’r Bryniau",
            "2026-03-02T00:00:00+00:00",
            "2026-05-28T17:00:00+01:00",
        )
    ],
    "welsh-utf16.xml": [
        (
            "Cynefin ŵyl",
            "g1",
            "https://glannau.example/1",
            None,
            None,
            "2026-02-28T17:00:00+00:00",
        )
    ],
    "loose.xml": [
        (
            "Ramps & rails",
            "http://tiny.example/?a=1&b=2",
            "http://tiny.example/?a=1&b=2",
            None,
            None,
            "2026-10-01T23:59:59+01:00",
        ),
        ("Lifts", "http://tiny.example/lifts", "http://tiny.example/lifts", None, None, None),
    ],
    "cut.xml": [
        (
            "Pipes one",
            "http://pipe.example/1",
            "http://pipe.example/1",
            None,
            None,
            "2026-10-01T23:59:59+01:00",
        )
    ],
    "ukri-later.xml": [
        (
            "Flood memory in river towns",
            "https://calls.larkmoor.example/?post_type=opportunity&p=90210",
            "https://calls.larkmoor.example/opportunity/flood-memory/",
            "Larkmoor Research Council (LRC), River Towns Trust",
            "2026-04-07T00:00:00+01:00",
            "2026-05-28T16:00:00+01:00",
        ),
        (
            "Winter buses: pilot",
            "https://calls.larkmoor.example/?post_type=opportunity&p=90199",
            "https://calls.larkmoor.example/opportunity/winter-buses/",
            "Larkmoor Research Council",
            "2026-11-03T09:00:00+00:00",
            "2027-01-14T16:00:00+00:00",
        ),
    ],
    "govuk-later.atom": [
        (
            "[Withdrawn] Harbour repair fund: prospectus",
            "https://www.gov.example/guidance/harbour-repair-fund",
            "https://www.gov.example/guidance/harbour-repair-fund",
            None,
            None,
            "2026-06-30T23:59:00+01:00",
        ),
        (
            "Slipway grants",
            "tag:www.gov.example,2005:/guidance/slipway-grants",
            "https://www.gov.example/guidance/slipway-grants",
            None,
            None,
            "2026-11-27T12:00:00+00:00",
        ),
    ],
    "drupal-cancelled.xml": [
        (
            "Restoring creeks",
            "341 at https://www.saltmarsh-trust.example",
            "https://www.saltmarsh-trust.example/grants/restoring-creeks",
            None,
            None,
            "2026-09-18T12:00:00+01:00",
        )
    ],
    "wordpress-later.xml": [
        (
            "CANCELLED: R&D vouchers – “round two”",
            "https://www.pennybridge.example/?p=512",
            "https://www.pennybridge.example/funding/vouchers/?utm_source=rss&utm_medium=rss",
            None,
            None,
            "2026-03-27T17:00:00+00:00",
        ),
        (
            "Makers fund (deadline extended)",
            "https://www.pennybridge.example/?p=513",
            "https://www.pennybridge.example/funding/makers/?utm_source=rss&utm_medium=rss",
            None,
            None,
            "2026-04-24T12:00:00+01:00",
        ),
    ],
    "eventbrite.xml": [
        (
            "Orchard grants, round three",
            "111222333444",
            "https://www.eventsite.example/e/orchard-grants-round-three-tickets-111222333444?aff=rss",
            None,
            None,
            "2026-05-21T17:00:00+01:00",
        )
    ],
    "tombstone.atom": [
        (
            "Reeds & nets",
            "urn:uuid:11111111-2222-4333-8444-777777777777",
            "https://lakes.example/topics/2",
            None,
            None,
            "2026-06-30T17:00:00+02:00",
        )
    ],
}


# file -> for each call: the least and most that it gives, where it stands
STANDING: dict[str, list[tuple[int | None, int | None, str]]] = {
    "ukri.xml": [(None, 80_000, "open"), (None, None, "open"), (None, None, "open")],
    "ukri-later.xml": [(20_000, 80_000, "open"), (None, None, "withdrawn")],
    "govuk.atom": [(None, None, "open"), (None, None, "open")],
    "govuk-later.atom": [(None, None, "withdrawn"), (None, 1_500_000, "open")],
    "drupal.xml": [(None, None, "open")],
    "drupal-cancelled.xml": [(5_000, 20_000, "withdrawn")],
    "wordpress-later.xml": [(None, 5_000, "withdrawn"), (None, None, "open")],
    "eventbrite.xml": [(500, 2_500, "withdrawn")],
}


def facts(call: Call) -> tuple[str | None, ...]:
    opens, closes = (at.isoformat() if at else None for at in (call.opens, call.closes))
    return call.title, call.id, call.link, call.funder, opens, closes


def rss(item: str) -> bytes:
    return f"<rss version='2.0'><channel><title>T</title>{item}</channel></rss>".encode()


def only(item: str) -> Call:
    (call,) = read(rss(f"<item>{item}</item>")).calls
    return call


def reason(content: bytes, content_type: str | None = None) -> str:
    with pytest.raises(FeedError) as refused:
        read(content, content_type)
    return refused.value.words


@pytest.mark.parametrize("name", CONTRACT)
def test_reads_what_real_producers_write(name: str) -> None:
    feed = read((FILES / name).read_bytes())
    assert [facts(call) for call in feed.calls] == CONTRACT[name]


@pytest.mark.parametrize("name", STANDING)
def test_reads_how_much_a_call_gives_and_whether_it_was_taken_back(name: str) -> None:
    calls = read((FILES / name).read_bytes()).calls
    assert [(call.least, call.most, call.status) for call in calls] == STANDING[name]


async def test_entries_that_an_atom_feed_deletes_are_named_also_when_read_apart() -> None:
    content = (FILES / "tombstone.atom").read_bytes()
    assert (await read_apart(content)).withdrawn == (
        "urn:uuid:11111111-2222-4333-8444-666666666666",
    )


def test_a_call_without_an_id_keeps_its_own_when_its_title_says_that_it_changed() -> None:
    titles = ("Sparks", "CANCELLED: Sparks", "[Deadline extended] Sparks", "Sparks – withdrawn")
    assert len({only(f"<title>{title}</title>").id for title in titles}) == 1
    assert only("<title>Sparks</title>").id != only("<title>Embers</title>").id


def test_every_file_is_in_the_contract() -> None:
    calendars = {".ics", ".jsonl"}
    feeds = {path.name for path in FILES.iterdir() if path.suffix not in calendars}
    assert feeds == {*CONTRACT, "council.xml"}


def test_a_hand_made_feed_gives_calls_without_ids_and_links_stable_ids() -> None:
    content = (FILES / "council.xml").read_bytes()
    sparks, outcome, parties = read(content).calls
    assert (sparks.link, outcome.link) == (None, "http://www.netherford.example/outcome")
    assert parties.title == "Grants of up to £500 for street parties. Closing: 05/06/2026."
    assert parties.closes is not None
    assert parties.closes.isoformat() == "2026-06-05T23:59:59+01:00"
    assert len({sparks.id, outcome.id, parties.id}) == 3
    assert [call.id for call in read(content).calls] == [sparks.id, outcome.id, parties.id]


def test_a_title_feed_and_its_themes_are_plain_text() -> None:
    feed = read((FILES / "wordpress.xml").read_bytes())
    assert feed.title == "Funding – Pennybridge University"
    assert feed.calls[0].themes == ("Town centres", "Business & skills")
    assert "2020" not in feed.calls[0].summary


@pytest.mark.parametrize(
    ("link", "shown"),
    [
        ("https://a.example/x y", "https://a.example/x%20y"),
        ("javascript:alert(1)", None),
        ("data:text/html,hello", None),
        ("ftp://a.example/x", None),
        ("https://bank.example@evil.example/", None),
        ("/just/a/path", None),
        ("https://[broken/", None),
        ("https://", None),
        ("https://a.example/" + "x" * 3000, None),
    ],
)
def test_only_whole_web_links_are_kept(link: str, shown: str | None) -> None:
    assert only(f"<title>T</title><link>{link}</link>").link == shown


def test_a_relative_link_is_made_whole_by_where_the_feed_came_from() -> None:
    content = rss("<item><title>T</title><link>/calls/4</link></item>")
    (call,) = read(content, address="https://funder.example/feeds/all.xml").calls
    assert call.link == "https://funder.example/calls/4"


def test_an_id_is_the_same_wherever_the_feed_is_read_from() -> None:
    content = rss("<item><title>T</title><guid>4</guid></item>")
    ids = [
        read(content, address=f"{way}://funder.example/").calls[0].id for way in ("http", "https")
    ]
    assert ids == ["4", "4"]


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("&lt;p&gt;One&lt;/p&gt;&lt;p&gt;two&lt;br/&gt;three&lt;/p&gt;", "One two three"),
        ("fish &amp;amp; chips &amp;pound;5", "fish & chips £5"),
        ("a &lt; b and 5 &lt; 6", "a < b and 5 < 6"),
        ("&lt;style&gt;p{}&lt;/style&gt;Seen&lt;script&gt;unseen()&lt;/script&gt;", "Seen"),
        ("&lt;![if !IE]&gt;Word&lt;![endif]&gt; wrote this", "Word wrote this"),
        ("turned \u202eround\u202c and\u200b hidden", "turned round and hidden"),
        ("&lt;!-- note --&gt;said&lt;!-- never ends &lt;p&gt;unsaid", "said"),
        ("many\n\n   lines\t of&#160;it", "many lines of it"),
    ],
)
def test_a_summary_is_clean_text(written: str, shown: str) -> None:
    assert only(f"<title>T</title><description>{written}</description>").summary == shown


def test_a_long_summary_is_cut_at_a_word() -> None:
    summary = only(f"<title>T</title><description>{'word ' * 5000}</description>").summary
    assert len(summary) <= 4000
    assert summary.endswith("word…")


@pytest.mark.parametrize(
    "text",
    [
        "Closing the gap by 14 May 2026 is our aim",
        "We work closely with you. Published 14 May 2026",
        "Closing date: to be confirmed. Interviews on 14 May 2026",
        "Closing date: none Publication date: 14 May 2026",
        "The research opens new avenues; talk on 14 May 2026",
    ],
)
def test_a_date_that_is_no_closing_date_is_not_taken_for_one(text: str) -> None:
    call = only(f"<title>T</title><description>{text}</description>")
    assert (call.opens, call.closes) == (None, None)


def test_a_closing_date_wins_over_a_stage_s_deadline() -> None:
    text = "Outline deadline: 1 March 2026. Closing date: 14 May 2026."
    closes = only(f"<title>T</title><description>{text}</description>").closes
    assert closes is not None
    assert closes.isoformat() == "2026-05-14T23:59:59+01:00"


def test_a_call_listed_twice_is_read_once() -> None:
    item = "<item><title>T</title><guid>1</guid><link>https://a.example/1</link></item>"
    assert len(read(rss(item * 3)).calls) == 1


def test_stops_at_500_items_and_says_so() -> None:
    items = "".join(f"<item><title>Call {n}</title><guid>{n}</guid></item>" for n in range(501))
    feed = read(rss(items))
    assert (len(feed.calls), feed.more) == (500, True)
    objects = [{"id": n, "title": f"Call {n}"} for n in range(500)]
    short = {"version": "https://jsonfeed.org/version/1", "items": objects}
    feed = read(json.dumps(short).encode())
    assert (len(feed.calls), feed.more) == (500, False)


def test_an_empty_feed_is_a_feed() -> None:
    assert read(rss("")) == Feed(title="T", calls=(), more=False)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "nothing at all"),
        (b"  \n\x00 ", "nothing at all"),
        (b"<!DOCTYPE html><html><title>Hello</title></html>", "a web page, not a feed"),
        (b"<!-- hi --><HTML lang='en'><body><item>x</item></body></HTML>", "a web page"),
        (b"<?xml version='1.0'?><urlset><url><loc>x</loc></url></urlset>", "not a feed we know"),
        (b"Dear all, the next call opens soon.", "not a feed we know"),
        (b"BEGIN:VCALENDAR\r\nEND:VCALENDAR", "not a feed we know"),
        (b'{"items": [{"id": "1"}]}', "not with a JSON Feed"),
        (b'{"version": "https://jsonfeed.org/version/1", "items": {}}', "not with a JSON Feed"),
        (b"[1, 2]", "not with a JSON Feed"),
        (b'{"version": "https://jsonfeed.org/vers', "not a feed we know"),
        (b"[" * 100_000, "not a feed we know"),
        (b'{"a": ' + b"1" * 5000 + b"}", "not a feed we know"),
        (b"<rss version='2.0'><channel><item><title>Half a ti", "breaks off too early"),
        (b"<rss version='2.0'><channel>" + b" " * 5 * 1024 * 1024, "larger than 5 MB"),
        (b"<!DOCTYPE rss [<!ENTITY a 'b'>]><rss version='2.0'/>", "declarations (a DTD)"),
        (b"<!DOCTYPE rss SYSTEM 'http://a.example/x.dtd'><rss version='2.0'/>", "(a DTD)"),
        (b"<!-- <x --><!DOCTYPE rss [<!ENTITY a 'b'>]><rss version='2.0'/>", "(a DTD)"),
        (b"<!DOCTYPE rss [", "(a DTD)"),
    ],
)
def test_says_why_something_is_no_feed(content: bytes, said: str) -> None:
    assert said in reason(content)


def test_a_wrong_charset_from_the_server_does_no_harm() -> None:
    content = "<rss version='2.0'><channel><title>Café</title></channel></rss>".encode()
    assert read(content, "text/xml; charset=iso-8859-1").title == "Café"
    assert read(content, "text/html; charset=nonsense").title == "Café"
    latin = content.decode().encode("latin-1")
    assert read(latin, "application/rss+xml; charset=ISO-8859-1").title == "Café"
    assert read(latin, "application/rss+xml; charset=rot13").title == "Café"


def read_or_refused(content: bytes, content_type: str | None) -> Feed | None:
    try:
        return read(content, content_type, address="https://a.example/feed")
    except FeedError:
        return None


SCRAPS = st.sampled_from(
    [
        "<rss version='2.0'><channel>",
        "</channel></rss>",
        "<feed xmlns='http://www.w3.org/2005/Atom'>",
        "</feed>",
        "<entry>",
        "</entry>",
        "<item>",
        "</item>",
        "<title>",
        "</title>",
        "<link>",
        "<link href='//x'/>",
        "<description><![CDATA[",
        "]]></description>",
        "<guid>1</guid>",
        "Closing date: ",
        "31 February 2026",
        "99:99pm",
        "9999-12-31T23:59:59-14:00",
        "<pubDate>0001-01-01T00:00:00+14:00</pubDate>",
        "<!DOCTYPE x>",
        "<!ENTITY",
        "&lt;![",
        "&#xD800;",
        "&nbsp;",
        '{"version": "https://jsonfeed.org/version/1", "items": [',
        '{"id": 1, "title": "\\ud800", "_x": {"closes": "1/1/1"}},',
        "{}]}",
        "xmlns:a='b'",
        "<a:b>",
        "<!--",
        "\x00",
        "<xhtml:div>",
        "<content type='xhtml'>",
    ]
)


@settings(max_examples=300, deadline=None)
@given(
    st.lists(SCRAPS | st.text(max_size=8), max_size=25)
    .map("".join)
    .map(lambda text: text.encode("utf-8", "replace"))
    | st.binary(max_size=200),
    st.none() | st.text(max_size=30),
)
def test_whatever_comes_is_a_feed_or_refused(content: bytes, content_type: str | None) -> None:
    feed = read_or_refused(content, content_type)
    for call in feed.calls if feed else ():
        assert call.title
        assert call.id
        assert call.closes is None or call.closes.tzinfo
        assert "\n" not in call.title + call.summary
        json.dumps(call.title + call.summary + call.id).encode()
        (call.title + call.summary + call.id + (call.link or "")).encode("utf-8")


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(sorted(CONTRACT)), st.data())
def test_a_damaged_feed_never_crashes_the_reader(name: str, data: st.DataObject) -> None:
    content = bytearray((FILES / name).read_bytes())
    for _ in range(data.draw(st.integers(1, 5))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    end = data.draw(st.integers(0, len(content)))
    read_or_refused(bytes(content[:end]), None)


def command(path: Path) -> subprocess.CompletedProcess[str]:
    """The command, in a process of its own: it bounds the whole process that it runs in."""
    return subprocess.run(
        [sys.executable, "-m", "feeds.funding", "--seconds=2", str(path)],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )


def test_the_command_prints_one_json_line_a_call() -> None:
    done = command(FILES / "jsonfeed.json")
    assert (done.returncode, done.stderr) == (0, "")
    first, second = map(json.loads, done.stdout.splitlines())
    assert first["title"] == "Dust & neighbours"
    assert first["closes"] == "2026-03-31T17:00:00+01:00"
    assert first["link"] == "https://quarry.example/calls/17"
    assert {"title", "link", "summary", "opens", "closes", "id"} <= set(second)


def test_the_command_says_where_it_stopped(tmp_path: Path) -> None:
    path = tmp_path / "long.xml"
    path.write_bytes(rss("".join(f"<item><title>{n}</title></item>" for n in range(600))))
    done = command(path)
    assert (done.returncode, len(done.stdout.splitlines())) == (0, 500)
    assert done.stderr == f"{path}: only the first 500 items were read\n"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"<html>", "a web page, not a feed"),
        (b"", "nothing at all"),
        (rss("<item>" + "<a>" * 1_500_000), "too much time or memory"),
        (None, "No such file"),
    ],
)
def test_the_command_exits_2_with_one_line(
    tmp_path: Path, content: bytes | None, said: str
) -> None:
    path = tmp_path / "feed.xml"
    if content is not None:
        path.write_bytes(content)
    done = command(path)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert said in done.stderr


def test_the_command_cannot_read_a_folder(tmp_path: Path) -> None:
    done = command(tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"{tmp_path}: It cannot be opened: Is a directory.\n"


@pytest.mark.parametrize("name", ["ukri.xml", "jsonfeed.json", "welsh-utf16.xml"])
async def test_reading_apart_gives_the_same_feed(name: str) -> None:
    content = (FILES / name).read_bytes()
    address = "https://funder.example/feed"
    assert await read_apart(content, "text/xml", address=address) == read(content)


async def test_reading_apart_refuses_in_the_same_words() -> None:
    with pytest.raises(FeedError) as refused:
        await read_apart(b"<html>", "text/html\x00; charset=utf-8")
    assert refused.value.words == reason(b"<html>")
