"""Starts our own processes as a person would, and reads what they say."""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from bot.settings import Settings

ROOT = Path(__file__).parents[1]
PATIENCE = 60


def environment(folder: Path, **settings: str) -> dict[str, str]:
    """This process's environment with none of our settings but these, and `var/` in a folder."""
    ours = {name.upper() for name in Settings.model_fields}
    inherited = {name: value for name, value in os.environ.items() if name not in ours}
    return {**inherited, "PYTHONPATH": str(ROOT), "VAR": str(folder / "var"), **settings}


async def start(folder: Path, *arguments: str, **settings: str) -> Process:
    """Start `python -m ...` in an empty folder."""
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        *arguments,
        cwd=folder,
        env=environment(folder, **settings),
        stdout=PIPE,
        stderr=PIPE,
    )


async def said(folder: Path, *arguments: str, **settings: str) -> tuple[int | None, str, str]:
    """Run to the end: exit code, standard output, standard error."""
    process = await start(folder, *arguments, **settings)
    async with asyncio.timeout(PATIENCE):
        out, err = await process.communicate()
    return process.returncode, out.decode(), err.decode()


@asynccontextmanager
async def started(folder: Path, *arguments: str, **settings: str) -> AsyncIterator[Process]:
    """A process for as long as the block lasts; ended by its own id."""
    process = await start(folder, *arguments, **settings)
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def line_with(process: Process, words: str, *, error: bool = True) -> str:
    """Read on until a line has those words."""
    stream = process.stderr if error else process.stdout
    assert stream is not None
    read = []
    async with asyncio.timeout(PATIENCE):
        while line := (await stream.readline()).decode():
            read.append(line)
            if words in line:
                return line
    raise AssertionError(f"no {words!r} in: {''.join(read)}")


async def stopped(process: Process) -> tuple[int | None, str]:
    """Press Ctrl-C: the exit code, and what was said to standard error after it."""
    process.send_signal(signal.SIGINT)
    async with asyncio.timeout(PATIENCE):
        _, err = await process.communicate()
    return process.returncode, err.decode()
