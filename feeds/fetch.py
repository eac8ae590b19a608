"""Fetches an address that a person gave, within limits that protect us and the other side."""

import asyncio
import re
import ssl
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import StrEnum
from http import HTTPStatus
from typing import Any

import aiohttp
from yarl import URL

from feeds.addresses import NotPermitted, Permitted, is_public, vetted_socket
from feeds.inflate import Broken, Inflater, TooLarge

SECONDS = 10.0
BYTES = 5 * 1024 * 1024
REDIRECTS = 5
WEB_PORTS = frozenset({80, 443})
AGENT = "DockingPoint/1.0 (feed reader for partnership networks)"

_REDIRECTING = frozenset({301, 302, 303, 307, 308})
_CALENDAR_SCHEME = re.compile(r"\Awebcals?://", re.IGNORECASE)  # opens a calendar program
_LONGEST_ADDRESS = 2000
_LONGEST_TAG = 500
_LONGEST_WAIT = timedelta(days=7)


class Why(StrEnum):
    """What stood in the way; `FetchError.words` says it to a person."""

    ADDRESS = "address"
    PRIVATE = "private"
    UNREACHABLE = "unreachable"
    UNSAFE = "unsafe"
    SLOW = "slow"
    LARGE = "large"
    REDIRECTS = "redirects"
    BROKEN_OFF = "broken_off"
    GONE = "gone"
    MISSING = "missing"
    CLOSED = "closed"
    BUSY = "busy"
    FAULT = "fault"
    UNEXPECTED = "unexpected"


class FetchError(Exception):
    """Nothing was read. `words` is a sentence for a network admin.

    retry_after: how long the other side asked us to stay away, at most seven days.
    """

    def __init__(self, why: Why, words: str, *, retry_after: timedelta | None = None) -> None:
        super().__init__(words)
        self.why = why
        self.words = words
        self.retry_after = retry_after

    @property
    def for_good(self) -> bool:
        """True where asking again cannot help until the address is changed."""
        return self.why in (Why.ADDRESS, Why.PRIVATE, Why.GONE)


@dataclass(frozen=True)
class Fetched:
    """What an address answered.

    unchanged: the other side says nothing is new since `etag` or `modified`; no body.
    etag, modified: to be sent with the next request, as they came.
    address: where the answer came from, after redirects.
    """

    unchanged: bool
    body: bytes
    content_type: str | None
    etag: str | None
    modified: str | None
    address: str


class Fetcher:
    """Fetches with its own rules; the defaults are the ones for addresses that people give.

    permitted: whether to connect to an IP address. ports: None allows any.
    seconds: for the whole, redirects included. most: bytes of the body once unpacked.
    """

    def __init__(
        self,
        *,
        permitted: Permitted = is_public,
        ports: Collection[int] | None = WEB_PORTS,
        seconds: float = SECONDS,
        most: int = BYTES,
    ) -> None:
        self._permitted = permitted
        self._ports = ports
        self._seconds = seconds
        self._most = most

    async def fetch(
        self, address: str, *, etag: str | None = None, modified: str | None = None
    ) -> Fetched:
        """Raises FetchError, and nothing else, where there is nothing to hand back."""
        asked = _conditions(etag, modified)
        try:
            async with asyncio.timeout(self._seconds), self._session() as session:
                return await self._follow(session, _read_address(address), asked)
        except FetchError:
            raise
        except TimeoutError:
            raise FetchError(
                Why.SLOW,
                f"That address took longer than {self._seconds:g} seconds to answer. "
                "It may be busy; try again later.",
            ) from None
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise _explained(error) from error

    def _session(self) -> aiohttp.ClientSession:
        connector = aiohttp.TCPConnector(
            socket_factory=vetted_socket(self._permitted), use_dns_cache=False, force_close=True
        )
        return aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            trust_env=False,
            timeout=aiohttp.ClientTimeout(total=None),
        )

    async def _follow(
        self, session: aiohttp.ClientSession, address: URL, asked: Mapping[str, str]
    ) -> Fetched:
        for _ in range(REDIRECTS + 1):
            _check_address(address, self._ports)
            async with session.get(address, headers=asked, allow_redirects=False) as response:
                target = response.headers.get("Location")
                if response.status not in _REDIRECTING or not target:
                    return await self._answer(response, asked)
            address = address.join(_read_address(target))
        raise FetchError(
            Why.REDIRECTS,
            "That address keeps sending us somewhere else. Open it in a browser and "
            "add the address where you end up.",
        )

    async def _answer(self, response: aiohttp.ClientResponse, asked: Mapping[str, str]) -> Fetched:
        before = {
            "ETag": asked.get("If-None-Match"),
            "Last-Modified": asked.get("If-Modified-Since"),
        }
        unchanged = response.status == HTTPStatus.NOT_MODIFIED and any(before.values())
        if not unchanged:
            _check_status(response)
            before = {}
        return Fetched(
            unchanged=unchanged,
            body=b"" if unchanged else await self._body(response),
            content_type=response.headers.get("Content-Type"),
            etag=_kept(response, "ETag", before),
            modified=_kept(response, "Last-Modified", before),
            address=str(response.url),
        )

    async def _body(self, response: aiohttp.ClientResponse) -> bytes:
        try:
            inflater = Inflater(response.headers.get("Content-Encoding", ""), self._most)
            async for chunk in response.content.iter_chunked(64 * 1024):
                inflater.add(chunk)
            return inflater.whole()
        except TooLarge:
            raise FetchError(
                Why.LARGE,
                f"What that address sends is larger than {_megabytes(self._most)}. "
                "Look for a shorter feed there.",
            ) from None
        except Broken as error:
            raise FetchError(Why.BROKEN_OFF, error.words) from None


async def fetch(address: str, *, etag: str | None = None, modified: str | None = None) -> Fetched:
    """Fetch with the rules for addresses that people give; raises FetchError."""
    return await Fetcher().fetch(address, etag=etag, modified=modified)


def _conditions(etag: str | None, modified: str | None) -> dict[str, str]:
    headers = {
        "User-Agent": AGENT,
        "Accept": "application/rss+xml, application/atom+xml, application/feed+json, "
        "text/calendar, application/xml;q=0.9, */*;q=0.5",
        "Accept-Encoding": "gzip, deflate",
    }
    if etag:
        headers["If-None-Match"] = etag
    if modified:
        headers["If-Modified-Since"] = modified
    return headers


def _read_address(text: str) -> URL:
    if len(text) > _LONGEST_ADDRESS:
        raise FetchError(Why.ADDRESS, "That address is too long. Check it and try again.")
    text = _CALENDAR_SCHEME.sub("https://", text.strip())
    try:
        return URL(text).with_fragment(None)
    except ValueError:
        raise _not_an_address() from None


def _check_address(address: URL, ports: Collection[int] | None) -> None:
    if address.scheme not in ("http", "https") or not address.host:
        raise _not_an_address()
    if address.user is not None or address.password is not None:
        raise FetchError(
            Why.ADDRESS, "That address holds a user name or password. Use a public address."
        )
    if ports is not None and address.port not in ports:
        raise FetchError(
            Why.ADDRESS,
            f"That address names port {address.port}. Only ordinary web addresses are read.",
        )


def _not_an_address() -> FetchError:
    return FetchError(
        Why.ADDRESS, "That is not a web address. It should start with https:// or http://."
    )


_REFUSALS = {
    **dict.fromkeys(
        (401, 402, 403, 407, 451),
        (Why.CLOSED, "That address is not open to the public. Look for a public one."),
    ),
    404: (Why.MISSING, "There is nothing at that address. Check it and try again."),
    410: (Why.GONE, "That feed has been taken down for good. Remove it here."),
    429: (Why.BUSY, "That address is too busy to answer. Try again later."),
    503: (Why.BUSY, "That address is too busy to answer. Try again later."),
}


def _check_status(response: aiohttp.ClientResponse) -> None:
    if response.status == HTTPStatus.OK:
        return
    why, words = _REFUSALS.get(response.status) or _other(response.status)
    raise FetchError(why, words, retry_after=_retry_after(response.headers.get("Retry-After")))


def _other(status: int) -> tuple[Why, str]:
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return Why.FAULT, "The website at that address has a fault. Try again later."
    return Why.UNEXPECTED, (
        f"That address gave an answer we did not expect (number {status}). "
        "Open it in a browser to see what is there."
    )


def _retry_after(value: str | None) -> timedelta | None:
    """Retry-After is a number of seconds or a date (RFC 9110, 10.2.3); None if neither."""
    if value is None:
        return None
    if value.isascii() and value.isdigit():
        return min(timedelta(seconds=int(value[:9])), _LONGEST_WAIT)
    try:
        until = parsedate_to_datetime(value)
        wait = until - datetime.now(UTC)
    except (ValueError, TypeError, OverflowError):
        return None
    return min(max(wait, timedelta()), _LONGEST_WAIT)


def _kept(
    response: aiohttp.ClientResponse, name: str, before: Mapping[str, str | None]
) -> str | None:
    value = response.headers.get(name) or before.get(name)
    return value if value and len(value) <= _LONGEST_TAG and value.isprintable() else None


def _explained(error: BaseException) -> FetchError:
    """Which sentence an error of the network stands for."""
    if any(isinstance(cause, NotPermitted) for cause in _causes(error)):
        return FetchError(
            Why.PRIVATE,
            "That address is on a private network, which we do not read from. "
            "Use an address that anyone can open.",
        )
    if isinstance(error, aiohttp.InvalidURL):
        return _not_an_address()
    if any(isinstance(cause, ssl.SSLError | ssl.CertificateError) for cause in _causes(error)):
        return FetchError(
            Why.UNSAFE,
            "That address has no valid security certificate. Tell whoever runs the website.",
        )
    if isinstance(error, aiohttp.ClientConnectorError):
        return FetchError(
            Why.UNREACHABLE, "That address could not be reached. Check it and try again."
        )
    return FetchError(Why.BROKEN_OFF, "The answer from that address broke off. Try again later.")


def _causes(error: BaseException) -> list[Any]:
    chain: list[Any] = [
        error,
        getattr(error, "os_error", None),
        getattr(error, "certificate_error", None),
    ]
    return [*chain, error.__cause__, error.__context__]


def _megabytes(size: int) -> str:
    return f"{size / 1024 / 1024:.3g} MB"
