"""A funder's site on this machine, with a feed that a test changes as it likes."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web
from aiohttp.test_utils import TestServer

from playground.slack import Message
from tests.office import Office

ITEM = (
    "<item><title>{title}</title><link>{site}/{key}</link><guid>{key}</guid>"
    "<description>Closing date: {closes}. {text}</description></item>"
)


@dataclass
class Publisher:
    """What its feed holds, or what it answers with instead."""

    address: str = ""
    site: str = "https://inv.example"
    name: str = "Invented funder"
    items: dict[str, tuple[str, str, str]] = field(default_factory=dict)
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes | None = None
    asked: list[str | None] = field(default_factory=list)

    def put(
        self, key: str, title: str, closes: str = "30 April 2026", text: str = "For flooding."
    ) -> None:
        self.items[key] = (title, closes, text)

    async def answer(self, request: web.Request) -> web.Response:
        self.asked.append(request.headers.get("If-None-Match"))
        if self.status != 200:
            return web.Response(status=self.status, headers=self.headers)
        items = "".join(
            ITEM.format(key=key, title=title, closes=closes, text=text, site=self.site)
            for key, (title, closes, text) in self.items.items()
        )
        feed = f'<rss version="2.0"><channel><title>{self.name}</title>{items}</channel></rss>'
        body = feed.encode() if self.body is None else self.body
        return web.Response(body=body, content_type="application/rss+xml", headers={"ETag": '"1"'})


@asynccontextmanager
async def publishing() -> AsyncIterator[Publisher]:
    publisher = Publisher()
    app = web.Application()
    app.router.add_get("/feed", publisher.answer)
    async with TestServer(app) as server:
        publisher.address = str(server.make_url("/feed"))
        yield publisher


async def tries(office: Office, address: str) -> Message:
    """The admin gives an address; what comes of it as a direct message."""
    await office.types(office.admin, f"/funding feeds add {address}")
    return office.last(office.admin)


async def reads(office: Office, address: str) -> None:
    """The admin gives an address, looks at what is there, and has it read."""
    trial = await tries(office, address)
    await office.presses(office.admin, trial, "feed.accept")
