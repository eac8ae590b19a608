"""How every process starts and ends: settings, signals, and one line for what cannot be."""

import asyncio
import signal
import sys
from collections.abc import Callable, Coroutine
from typing import Any

from bot import logs
from bot.settings import Settings, Unusable, load

UNUSABLE = 2


def run(main: Callable[[Settings], Coroutine[Any, Any, None]]) -> int:
    """Run a process to its end: 0 after Ctrl-C or SIGTERM, 2 with one line on a bad setting."""
    try:
        settings = load()
        settings.check_slack()
        logs.configure(settings.log_level)
        asyncio.run(_until_signalled(main(settings)))
    except Unusable as error:
        print(error, file=sys.stderr)  # noqa: T201 - the one line a person needs
        return UNUSABLE
    return 0


async def _until_signalled(main: Coroutine[Any, Any, None]) -> None:
    task = asyncio.ensure_future(main)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, task.cancel)
    try:
        await task
    except asyncio.CancelledError:
        return
