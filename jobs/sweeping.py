"""Looks after this process's indexes: drops what is idle, refreshes what has drifted."""

import asyncio
from typing import Protocol

import structlog

from registry.database import SessionFactory

log = structlog.get_logger()

EVERY = 60.0


class Swept(Protocol):
    """What has a sweep of its own."""

    async def sweep(self, session_factory: SessionFactory) -> None: ...


async def sweeping(session_factory: SessionFactory, indexes: Swept, every: float = EVERY) -> None:
    """Sweep until cancelled.

    It is no job of the clock's: each process has indexes of its own, and must sweep them itself.
    """
    while True:
        await asyncio.sleep(every)
        try:
            await indexes.sweep(session_factory)
        except Exception:  # the next sweep may do better; the process must not end for it
            log.exception("sweep_failed")
