"""`python -m playground`: bot, worker, clock and a Slack to try them in; or the real Slack."""

import asyncio
import contextlib
import fcntl
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from pathlib import Path
from socket import socket
from typing import TextIO

import httpx
from pydantic import SecretStr
from starlette.applications import Starlette

from bot import logs
from bot.__main__ import answer
from bot.app import build_app
from bot.command_line import run
from bot.events.calendar_file import event_routes
from bot.running import make_folder, migrated, running
from bot.serve import bind, serving
from bot.settings import SLACK_API_URL, Settings, Unusable
from bot.web import build_web
from jobs.running import working
from playground.api import web_api
from playground.clock import MovableClock
from playground.delivery import Delivery
from playground.desk import Desk
from playground.seed import seed
from playground.slack import Slack
from registry.clock import SystemClock

SECRET = "the playground signs with this; it is no secret"  # noqa: S105 - see its words
KEEP_EVERY = 2.0


async def everything(settings: Settings) -> None:
    """Run it all in one process: with the real Slack where one is named, else in the playground."""
    if settings.real_slack:
        await migrated(settings)
        await with_real_slack(settings)
    else:
        await with_playground(apart(settings))


def apart(settings: Settings) -> Settings:
    """The same with a folder, a database and a key of the playground's own.

    A real workspace's token means nothing to the playground's Slack: it would be suspended.
    """
    own: dict[str, object] = {
        "var": settings.var / "playground",
        "database_url": None,
        "token_keys": [],
    }
    return settings.model_copy(update=own)


async def with_real_slack(settings: Settings) -> None:
    """Bot, worker and clock, talking to the Slack that the settings name."""
    where = "Slack" if settings.slack_api_url == SLACK_API_URL else settings.slack_api_url
    say(f"Talking to {where}. Press Ctrl-C to stop.")
    async with running(settings, SystemClock()) as services, working(services):
        await answer(services)


async def with_playground(settings: Settings) -> None:
    """The same, talking to a Slack on this machine, until cancelled."""
    if "log_level" not in settings.model_fields_set:
        logs.configure("warning")  # whoever tries it out reads two lines, not a log
    make_folder(settings.var)
    with alone(settings.var / "running") as running_at:
        await migrated(settings)
        bound = bind("127.0.0.1", settings.playground_port, "PLAYGROUND_PORT")
        await play(settings, bound, running_at)


async def play(settings: Settings, bound: socket, running_at: TextIO) -> None:
    """Serve the page on a bound socket until cancelled, and say where it is."""
    async with opened(settings, bound.getsockname()[1]) as (app, slack, work):
        async with serving(app, bound) as address, work:  # which ends while Slack still answers
            running_at.write(f"{address}/")
            running_at.flush()
            say("Docking Point is running. Press Ctrl-C to stop.")
            say(f"Playground: {address}/")
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.Event().wait()
        keep(slack, settings.var)


@asynccontextmanager
async def opened(
    settings: Settings, port: int
) -> AsyncIterator[tuple[Starlette, Slack, AsyncExitStack]]:
    """The playground's app, with the bot behind it; its Slack is what was kept, or the sample.

    The last of the three ends worker and clock when it is closed, which may be before the rest.
    """
    address = f"http://127.0.0.1:{port}"
    settings = settings.model_copy(
        update={
            "slack_api_url": f"{address}/api/",
            "slack_signing_secret": SecretStr(SECRET),
            "public_url": address,  # the bot's own changes at every start
        }
    )
    with readable(settings.var / "clock") as path:
        clock = MovableClock(path)
    clock.skip_quiet_hours()
    slack = Slack(clock)
    kept = settings.var / "slack.json"
    async with running(settings, clock) as services, httpx.AsyncClient(timeout=10) as client:
        if kept.exists():
            with readable(kept):
                slack.load(kept.read_text(encoding="utf-8"))
        else:
            await seed(services, slack)
            keep(slack, settings.var)
        web = build_web(services, build_app(services))
        app = web_api(slack)
        async with serving(web, bind("127.0.0.1", 0, "PORT")) as bot:
            delivery = Delivery(slack, client, f"{bot}/slack/events", SECRET)
            delivery.responses = address
            async with AsyncExitStack() as work:
                ticker = await work.enter_async_context(working(services))
                desk = Desk(slack, delivery, clock, ticker, services.session_factory)
                app.router.routes.extend(desk.routes())
                app.router.routes.extend(event_routes(services))
                keeping = asyncio.create_task(keep_on(slack, settings.var))
                yield app, slack, work
                keeping.cancel()


@contextmanager
def alone(path: Path) -> Iterator[TextIO]:
    """Hold a file that says where the playground runs; raises `Unusable` where another has it.

    Two that keep the same messages and rows would overwrite each other's.
    """
    with path.open("a+", encoding="utf-8") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            held.seek(0)
            where = held.read() or "its page"
            raise Unusable(
                f"The playground is running already: open {where}, or stop it there with Ctrl-C."
            ) from None
        held.truncate(0)
        yield held


@contextmanager
def readable(path: Path) -> Iterator[Path]:
    """Read a file that was kept; raises `Unusable` that names it where it makes no sense."""
    try:
        yield path
    except (ValueError, KeyError, TypeError):
        raise Unusable(f"{path} cannot be read. Delete {path.parent} to begin anew.") from None


async def keep_on(slack: Slack, var: Path) -> None:
    """Keep the messages every few seconds, so that even a power cut loses few."""
    version = -1
    while True:
        if slack.version != version:
            version = slack.version
            keep(slack, var)
        await asyncio.sleep(KEEP_EVERY)


def keep(slack: Slack, var: Path) -> None:
    """Write what the playground's Slack holds, all or nothing."""
    path = var / "slack.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".new")
    fresh.write_text(slack.dump(), encoding="utf-8")
    fresh.replace(path)


def say(words: str) -> None:
    print(words, flush=True)  # noqa: T201 - what a person who starts it reads


if __name__ == "__main__":
    sys.exit(run(everything))
