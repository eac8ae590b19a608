"""`python -m bot`: answers Slack. `migrate` brings the database up to date, `key` makes a key."""

import argparse
import asyncio
import sys
from contextlib import AsyncExitStack

import structlog
from cryptography.fernet import Fernet

from bot.app import build_app
from bot.command_line import run
from bot.installing import install_from_settings
from bot.running import migrated, running
from bot.serve import bind, serving
from bot.services import Services
from bot.settings import Settings, Unusable
from bot.socket_mode import listening
from bot.web import build_web
from registry.clock import SystemClock

log = structlog.get_logger()


async def answer_slack(settings: Settings) -> None:
    """Serve Slack's requests, or listen in Socket Mode, until the process is ended."""
    if not settings.real_slack:
        raise Unusable(
            "SLACK_BOT_TOKEN is missing: copy it from your Slack app's Install App page, or try "
            "the playground with `make run`."
        )
    async with running(settings, SystemClock()) as services:
        await answer(services)


async def answer(services: Services) -> None:
    """Answer Slack with running services, until cancelled."""
    settings = services.settings
    bound = bind(settings.host, settings.port, "PORT") if settings.serves else None
    await install_from_settings(services)
    app = build_app(services)
    async with AsyncExitStack() as open_now:
        if settings.socket_mode:
            await open_now.enter_async_context(listening(app, settings))
            log.info("listening", mode="socket")
        if bound is not None:
            web = serving(build_web(services, app), bound)
            log.info("listening", mode="http", address=await open_now.enter_async_context(web))
        await asyncio.Event().wait()


def main() -> int:
    """Do what the command line says."""
    parser = argparse.ArgumentParser(prog="python -m bot", description=__doc__)
    parser.add_argument("act", nargs="?", choices=("serve", "migrate", "key"), default="serve")
    act = parser.parse_args().act
    if act == "key":
        print(Fernet.generate_key().decode())  # noqa: T201 - what was asked for
        return 0
    return run(migrated if act == "migrate" else answer_slack)


if __name__ == "__main__":
    sys.exit(main())
