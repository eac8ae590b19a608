"""Looks after this process's indexes: drops what is idle, refreshes what has drifted."""

import asyncio

import structlog

from registry.database import SessionFactory
from registry.indexes import Indexes

log = structlog.get_logger()

EVERY = 60.0


async def sweeping(session_factory: SessionFactory, indexes: Indexes, every: float = EVERY) -> None:
    """Sweep until cancelled.

    It is no job of the clock's: each process has indexes of its own, and must sweep them itself.
    """
    while True:
        await asyncio.sleep(every)
        try:
            await indexes.sweep(session_factory)
        except Exception:  # the next sweep may do better; the process must not end for it
            log.exception("sweep_failed")
