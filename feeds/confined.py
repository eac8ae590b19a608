"""Bounds on what reading one file may cost, for files that were made to cost much.

A reader runs in a process of its own (`in_a_process`), which first bounds itself
(`confine`): past its share of processor time or memory it stops with a sentence instead of
an answer. Should it not come to that, the one who waits kills it.
"""

import asyncio
import contextlib
import os
import resource
import signal
import sys
from pathlib import Path
from types import FrameType
from typing import NoReturn

MEGABYTES = 1024
_ROOT = Path(__file__).resolve().parent.parent
_UNREADABLE = 2
_GRACE = 15  # seconds of processor time until the end without a word: one call into C can be long
_TOO_SLOW = "That file takes too long to read. Look for a shorter one."


class Overrun(BaseException):
    """The processor time is used up. No Exception, lest a parser swallow it."""


class Unread(Exception):
    """The process has no answer; `words` is its sentence for a network admin."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.words = words


def confine(seconds: int, megabytes: int = MEGABYTES) -> None:
    """From now on this process may use so much processor time and memory and no more.

    Past the time, Overrun is raised wherever it is, and every second again until `relent`: what it
    meets may swallow it, as an object's end does. Past the memory, MemoryError.
    """
    signal.signal(signal.SIGXCPU, _overrun)
    used = resource.getrusage(resource.RUSAGE_SELF)
    until = int(used.ru_utime + used.ru_stime) + seconds
    _lower(resource.RLIMIT_CPU, until, until + _GRACE)
    _lower(resource.RLIMIT_AS, megabytes * 1024 * 1024, megabytes * 1024 * 1024)


def relent() -> None:
    """Let the process say why it stops: no Overrun comes any more."""
    signal.signal(signal.SIGXCPU, signal.SIG_IGN)


async def in_a_process(module: str, content: bytes, *arguments: str, seconds: float) -> bytes:
    """What `python -m module arguments` prints, given the content; raises Unread.

    seconds: by the clock; after that the process is killed.
    """
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", module, *arguments),
        cwd=_ROOT,
        env={"PYTHONPATH": str(_ROOT), "PATH": os.environ.get("PATH", "")},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(seconds):
            printed, said = await process.communicate(content)
    except TimeoutError:
        raise Unread(_TOO_SLOW) from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode:
        raise Unread(said.decode().strip() if process.returncode == _UNREADABLE else _TOO_SLOW)
    return printed


def _overrun(_: int, __: FrameType | None) -> NoReturn:
    raise Overrun


def _lower(which: int, soft: int, hard: int) -> None:
    """Sets a limit, never above the one that stands already."""
    stands = resource.getrlimit(which)[1]
    if stands != resource.RLIM_INFINITY:
        soft, hard = min(soft, stands), min(hard, stands)
    with contextlib.suppress(ValueError, OSError):  # macOS has no limit on memory
        resource.setrlimit(which, (soft, hard))
