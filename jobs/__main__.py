"""`python -m jobs`: does the errands of the outbox and fires the jobs that are due."""

import asyncio
import sys

import structlog

from bot.command_line import run
from bot.installing import install_from_settings
from bot.running import running
from bot.settings import Settings
from jobs.running import working
from registry.clock import SystemClock

log = structlog.get_logger()


async def work(settings: Settings) -> None:
    """Work until the process is ended."""
    async with running(settings, SystemClock()) as services:
        await install_from_settings(services)
        async with working(services):
            log.info("working")
            await asyncio.Event().wait()


if __name__ == "__main__":
    sys.exit(run(work))
