"""Every way in which an address can fail us, from a server on this machine."""

import asyncio
import gzip
import socket
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime
from ipaddress import ip_address
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from yarl import URL

from feeds import fetch as fetch_module
from feeds.addresses import Address, is_public, unwrapped
from feeds.calendar import FeedError
from feeds.calendar import read as read_calendar
from feeds.fetch import Fetched, Fetcher, FetchError, Why, fetch
from feeds.funding import read

FEED = b"<rss version='2.0'><channel><title>T</title></channel></rss>"
MODIFIED = "Wed, 01 Apr 2026 09:00:00 GMT"


def answering(body: bytes = FEED, status: int = 200, **headers: str) -> web.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return web.Response(body=body, status=status, headers=named)


async def plain(_: web.Request) -> web.Response:
    return answering(ETag='"v1"', Last_Modified=MODIFIED, Content_Type="application/rss+xml")


async def conditional(request: web.Request) -> web.Response:
    known = request.headers.get("If-None-Match"), request.headers.get("If-Modified-Since")
    return answering(b"", 304) if known == ('"v1"', MODIFIED) else await plain(request)


async def status(request: web.Request) -> web.Response:
    extra = {name: value for name, value in request.query.items() if name != "code"}
    return answering(b"<html>", int(request.query["code"]), **extra)


async def redirect(request: web.Request) -> web.Response:
    return answering(b"", int(request.query.get("code", 302)), Location=request.query["to"])


async def round_and_round(_: web.Request) -> web.Response:
    return answering(b"", 302, Location="/round")


async def echo(request: web.Request) -> web.Response:
    return web.json_response(dict(request.headers))


async def cookie_then_echo(request: web.Request) -> web.Response:
    response = answering(b"", 302, Location="/echo")
    response.set_cookie("seen", "yes")
    return response


async def slow(_: web.Request) -> web.Response:
    await asyncio.sleep(30)
    return answering()


async def endless(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse()
    await response.prepare(request)
    try:
        while True:
            await response.write(b"x" * 65536)
    except ConnectionError:
        return response


async def dripping(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse()
    await response.prepare(request)
    try:
        while True:
            await response.write(b"x")
            await asyncio.sleep(0.01)
    except ConnectionError:
        return response


async def bomb(_: web.Request) -> web.Response:
    return answering(gzip.compress(bytes(60_000_000)), Content_Encoding="gzip")


async def packed(request: web.Request) -> web.Response:
    way = request.query["way"]
    headless = zlib.compressobj(wbits=-15)
    bodies = {
        "gzip": gzip.compress(FEED),
        "members": gzip.compress(FEED[:10]) + gzip.compress(FEED[10:]),
        "zlib": zlib.compress(FEED),
        "headless": headless.compress(FEED) + headless.flush(),
        "cut": gzip.compress(FEED)[:-12],
        "junk": b"no gzip at all, whatever the header says",
        "brotli": FEED,
    }
    name = {"zlib": "deflate", "headless": "deflate", "brotli": "br"}.get(way, "gzip")
    return answering(bodies[way], Content_Encoding=name)


async def truncated(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Length": "1000"})
    await response.prepare(request)
    await response.write(FEED)
    assert request.transport is not None
    request.transport.close()
    return response


async def hangs_up(request: web.Request) -> web.Response:
    assert request.transport is not None
    request.transport.close()
    return answering()


TITLED = {
    "feed": "<rss version='2.0'><channel><item><title>Gŵyl – café</title></item></channel></rss>",
    "calendar": "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTART:20260514T090000Z\r\n"
    "SUMMARY:Gŵyl – café\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
}


async def charset(request: web.Request) -> web.Response:
    body = TITLED[request.query["of"]].encode()[: int(request.query.get("most", 1000))]
    return answering(body, Content_Type=f"text/plain; charset={request.query['claimed']}")


ROUTES: dict[str, Callable[[web.Request], Awaitable[web.StreamResponse]]] = {
    "/plain": plain,
    "/conditional": conditional,
    "/status": status,
    "/redirect": redirect,
    "/round": round_and_round,
    "/echo": echo,
    "/cookie": cookie_then_echo,
    "/slow": slow,
    "/endless": endless,
    "/dripping": dripping,
    "/bomb": bomb,
    "/packed": packed,
    "/charset": charset,
    "/truncated": truncated,
    "/hangs-up": hangs_up,
}


@pytest.fixture(scope="module")
async def site() -> AsyncIterator[str]:
    app = web.Application()
    for path, handler in ROUTES.items():
        app.router.add_get(path, handler)
    server = TestServer(app)
    await server.start_server()
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        await server.close()


def local(**limits: float) -> Fetcher:
    """A fetcher that may also read from this machine, on any port."""
    most = int(limits.get("most", 5 * 1024 * 1024))
    return Fetcher(
        permitted=lambda address: address == ip_address("127.0.0.1") or is_public(address),
        ports=None,
        seconds=limits.get("seconds", 20),
        most=most,
    )


async def refusal(address: str, fetcher: Fetcher | None = None) -> FetchError:
    with pytest.raises(FetchError) as refused:
        await (fetcher or local()).fetch(address)
    assert refused.value.words.endswith(".")
    return refused.value


async def test_brings_the_body_and_what_to_ask_with_next_time(site: str) -> None:
    assert await local().fetch(f"{site}/plain") == Fetched(
        unchanged=False,
        body=FEED,
        content_type="application/rss+xml",
        etag='"v1"',
        modified=MODIFIED,
        address=f"{site}/plain",
    )


async def test_an_unchanged_feed_is_not_sent_again(site: str) -> None:
    first = await local().fetch(f"{site}/conditional")
    again = await local().fetch(f"{site}/conditional", etag=first.etag, modified=first.modified)
    assert (first.unchanged, again.unchanged, again.body) == (False, True, b"")
    assert (again.etag, again.modified) == (first.etag, first.modified)


async def test_an_unchanged_answer_nobody_asked_for_is_refused(site: str) -> None:
    assert (await refusal(f"{site}/status?code=304")).why is Why.UNEXPECTED


@pytest.mark.parametrize(
    ("code", "why"),
    [
        (401, Why.CLOSED),
        (403, Why.CLOSED),
        (404, Why.MISSING),
        (410, Why.GONE),
        (418, Why.UNEXPECTED),
        (429, Why.BUSY),
        (500, Why.FAULT),
        (502, Why.FAULT),
        (503, Why.BUSY),
        (204, Why.UNEXPECTED),
    ],
)
async def test_each_refusal_has_its_reason(site: str, code: int, why: Why) -> None:
    refused = await refusal(f"{site}/status?code={code}")
    assert refused.why is why
    assert refused.for_good is (code == 410)


async def test_a_busy_site_says_how_long_to_stay_away(site: str) -> None:
    refused = await refusal(f"{site}/status?code=429&Retry-After=120")
    assert refused.retry_after == timedelta(minutes=2)
    at = format_datetime(datetime.now(UTC) + timedelta(hours=5), usegmt=True)
    refused = await refusal(f"{site}/status?code=503&Retry-After={at}")
    assert refused.retry_after is not None
    assert timedelta(hours=4) < refused.retry_after <= timedelta(hours=5)


@pytest.mark.parametrize(
    ("said", "taken"),
    [
        ("99999999999999999999", timedelta(days=7)),
        ("-5", None),
        ("soon", None),
        ("Wed, 01 Jan 2020 00:00:00 GMT", timedelta()),
        ("Wed, 01 Jan 2020 00:00:00 -0000", None),
        ("Wed, 01 Jan 9999 00:00:00 GMT", timedelta(days=7)),
    ],
)
async def test_a_strange_time_to_stay_away_does_no_harm(
    site: str, said: str, taken: timedelta | None
) -> None:
    refused = await refusal(f"{site}/status?code=429&Retry-After={said}")
    assert refused.retry_after == taken


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
async def test_follows_a_redirect_and_says_where_it_ended(site: str, code: int) -> None:
    fetched = await local().fetch(f"{site}/redirect?code={code}&to=/plain%23part")
    assert (fetched.body, fetched.address) == (FEED, f"{site}/plain")


async def test_gives_up_on_a_redirect_loop(site: str) -> None:
    refused = await refusal(f"{site}/round")
    assert refused.why is Why.REDIRECTS
    assert "keeps sending us somewhere else" in refused.words


PRIVATE = [
    "http://127.0.0.2/",
    "http://169.254.169.254/latest/meta-data/",
    "http://[::ffff:10.0.0.1]/",
    "http://[::ffff:a9fe:a9fe]/",
    "http://[::1]/",
    "http://[fe80::1]/",
    "http://[fd00::1]/",
    "http://[64:ff9b::7f00:2]/",
    "http://[2002:7f00:2::]/",
    "http://10.1.2.3/",
    "http://172.16.0.1/",
    "http://192.168.1.1/",
    "http://100.64.0.1/",
    "http://0.0.0.0/",
    "http://224.0.0.1/",
    "http://240.0.0.1/",
    "http://255.255.255.255/",
    "http://2130706434/",
    "http://0x7f.2/",
    "http://0177.0.0.2/",
]


@pytest.mark.parametrize("target", PRIVATE)
async def test_is_not_led_to_a_private_network(site: str, target: str) -> None:
    assert (await refusal(f"{site}/redirect?to={target}")).why in (Why.PRIVATE, Why.ADDRESS)
    refused = await refusal(target)
    assert refused.why in (Why.PRIVATE, Why.ADDRESS)
    assert refused.for_good


@pytest.mark.parametrize("host", ["127.0.0.1", "169.254.169.254", "localhost"])
async def test_a_public_site_cannot_lead_us_to_this_machine(site: str, host: str) -> None:
    """The site itself may be read, as if it were public; where it leads may not."""
    asked: list[object] = []

    def only_the_first(address: Address) -> bool:
        asked.append(address)
        return len(asked) == 1

    target = URL(f"{site}/plain").with_host(host)
    refused = await refusal(
        f"{site}/redirect?to={target}", Fetcher(permitted=only_the_first, ports=None)
    )
    assert refused.why is Why.PRIVATE
    assert refused.for_good
    assert len(asked) > 1


@pytest.mark.parametrize("target", PRIVATE[:12])
async def test_says_that_an_address_is_private(target: str) -> None:
    assert "private network" in (await refusal(target, Fetcher())).words


async def test_by_default_this_machine_is_private_too(
    site: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (await refusal(site, Fetcher(ports=None))).why is Why.PRIVATE
    assert (await refusal("http://localhost/", Fetcher())).why is Why.PRIVATE
    monkeypatch.setenv("http_proxy", site)
    with pytest.raises(FetchError) as refused:
        await fetch("http://127.0.0.1/")
    assert refused.value.why is Why.PRIVATE


async def test_a_name_is_judged_by_the_address_that_is_connected_to(
    site: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """There is no earlier look-up for a name server to have answered otherwise."""
    answers = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", URL(site).port))]
    answer_names(monkeypatch, answers)
    turncoat = site.replace("127.0.0.1", "turncoat.example")
    assert (await local().fetch(f"{turncoat}/plain")).body == FEED
    assert (await refusal(turncoat, Fetcher(ports=None))).why is Why.PRIVATE


def answer_names(monkeypatch: pytest.MonkeyPatch, answers: list[Any] | OSError) -> None:
    """Every look-up of a name from now on gives these answers."""

    async def getaddrinfo(*_: object, **__: object) -> list[Any]:
        if isinstance(answers, OSError):
            raise answers
        return answers

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", getaddrinfo)


async def test_the_environment_s_proxy_is_not_used(
    site: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    assert (await local().fetch(f"{site}/plain")).body == FEED


async def test_says_who_asks_and_keeps_no_cookie(site: str) -> None:
    headers = (await local().fetch(f"{site}/cookie")).body.decode()
    assert "DockingPoint" in headers
    assert "Cookie" not in headers


@pytest.mark.parametrize(
    "address",
    [
        "",
        "not an address",
        "/feed.xml",
        "www.funder.example/feed",
        "file:///etc/passwd",
        "ftp://funder.example/feed",
        "feed://funder.example/feed",
        "http://",
        "http://[::1",
        "http://a.example:99999/",
        "https://a.example/" + "x" * 3000,
        "https://pat:secret@funder.example/feed",
        "https://funder.example:22/feed",
    ],
)
async def test_says_what_is_no_address_we_take(address: str) -> None:
    assert (await refusal(address, Fetcher())).why is Why.ADDRESS


async def test_a_redirect_to_what_is_no_web_address_is_refused(site: str) -> None:
    for target in ("file:///etc/passwd", "gopher://127.0.0.1/", "http://[::1"):
        assert (await refusal(f"{site}/redirect?to={target}")).why is Why.ADDRESS


async def test_a_slow_site_is_left(site: str) -> None:
    for path in ("slow", "dripping"):
        refused = await refusal(f"{site}/{path}", local(seconds=0.3))
        assert refused.why is Why.SLOW
        assert "longer than 0.3 seconds" in refused.words


async def test_stops_reading_at_the_limit(site: str) -> None:
    for path in ("endless", "bomb"):
        refused = await refusal(f"{site}/{path}")
        assert refused.why is Why.LARGE
        assert "larger than 5 MB" in refused.words
    exact = local(most=len(FEED))
    assert (await exact.fetch(f"{site}/plain")).body == FEED
    assert (await refusal(f"{site}/plain", local(most=len(FEED) - 1))).why is Why.LARGE


@pytest.mark.parametrize("way", ["gzip", "members", "zlib", "headless"])
async def test_unpacks_what_servers_send(site: str, way: str) -> None:
    assert (await local().fetch(f"{site}/packed?way={way}")).body == FEED


@pytest.mark.parametrize("way", ["cut", "junk", "brotli"])
async def test_says_what_it_cannot_unpack(site: str, way: str) -> None:
    assert (await refusal(f"{site}/packed?way={way}")).why is Why.BROKEN_OFF


async def test_an_answer_that_breaks_off_is_not_taken_for_whole(site: str) -> None:
    for path in ("truncated", "hangs-up"):
        assert (await refusal(f"{site}/{path}")).why is Why.BROKEN_OFF


async def test_says_when_nobody_answers() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        refused = await refusal(f"http://127.0.0.1:{closed.getsockname()[1]}/")
    assert refused.why is Why.UNREACHABLE
    assert "could not be reached" in refused.words


async def test_says_when_a_name_leads_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    answer_names(monkeypatch, socket.gaierror(socket.EAI_NONAME, "Name or service not known"))
    assert (await refusal("http://nowhere.invalid/")).why is Why.UNREACHABLE


async def test_a_site_without_a_valid_certificate_is_refused(site: str) -> None:
    refused = await refusal(site.replace("http:", "https:"))
    assert refused.why is Why.UNSAFE


async def test_what_is_fetched_can_be_read(site: str) -> None:
    fetched = await local().fetch(f"{site}/packed?way=gzip")
    assert read(fetched.body, fetched.content_type, address=fetched.address).title == "T"


@pytest.mark.parametrize("claimed", ["iso-8859-1", "utf-16", "us-ascii", "no-such-charset", ""])
async def test_a_wrong_charset_does_no_harm(site: str, claimed: str) -> None:
    fetched = await local().fetch(f"{site}/charset?of=feed&claimed={claimed}")
    assert f"charset={claimed}" in (fetched.content_type or "")
    assert read(fetched.body, fetched.content_type).calls[0].title == "Gŵyl – café"
    fetched = await local().fetch(f"{site}/charset?of=calendar&claimed={claimed}")
    events = read_calendar(fetched.body, first=date(2026, 5, 14), until=date(2026, 5, 14)).events
    assert [one.title for one in events] == ["Gŵyl – café"]


async def test_what_broke_off_under_way_is_read_as_far_as_it_is_whole(site: str) -> None:
    """A server that breaks off cleanly, without a length, cannot be told from one that is done."""
    fetched = await local().fetch(f"{site}/charset?of=calendar&claimed=utf-8&most=80")
    with pytest.raises(FeedError, match="breaks off"):
        read_calendar(fetched.body, first=date(2026, 5, 14), until=date(2026, 5, 14))


def test_a_calendar_s_address_is_that_of_a_web_page() -> None:
    read_address = fetch_module._read_address
    assert str(read_address("webcal://weir.example/talks.ics")) == "https://weir.example/talks.ics"
    assert str(read_address(" webcals://weir.example/a?b=c")) == "https://weir.example/a?b=c"


@pytest.mark.parametrize("written", ["8.8.8.8", "2a00:1450::1", "::ffff:8.8.8.8"])
def test_public_addresses_are_public(written: str) -> None:
    assert is_public(unwrapped(ip_address(written)))
