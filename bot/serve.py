"""Serves an ASGI app: binds first, so a busy port is told before anything starts."""

import asyncio
import contextlib
import errno
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import uvicorn
from starlette.types import ASGIApp

from bot.settings import Unusable


class _Server(uvicorn.Server):
    """Leaves the signals to whoever runs the process: there may be two servers in it."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def bind(host: str, port: int, setting: str) -> socket.socket:
    """A listening socket; whoever connects waits until it is served.

    Raises `Unusable` that names HOST or the port's setting where it cannot be had.
    """
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        # Only of a socket that says it is TCP does asyncio turn Nagle's algorithm off, which holds
        # every answer back for 40 ms.
        bound = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    except (OSError, UnicodeError):
        raise _no_host(host) from None
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((host, port))
        bound.listen()  # two sockets can be bound to a port as long as neither listens
    except OSError as error:
        bound.close()
        if error.errno == errno.EADDRNOTAVAIL:
            raise _no_host(host) from None
        raise Unusable(
            f"{setting} cannot be used: port {port} is taken or not allowed "
            f"({error.strerror}). Set {setting} to another one."
        ) from None
    return bound


def _no_host(host: str) -> Unusable:
    return Unusable(
        f"HOST cannot be used: {host!r} is no address of this machine. Set HOST to 127.0.0.1, or "
        "to 0.0.0.0 for all of its addresses."
    )


@asynccontextmanager
async def serving(app: ASGIApp, bound: socket.socket) -> AsyncIterator[str]:
    """Serve on a bound socket until the block ends; gives the address with its real port."""
    config = uvicorn.Config(
        app, lifespan="off", log_config=None, access_log=False, timeout_graceful_shutdown=3
    )
    server = _Server(config)
    task = asyncio.create_task(server.serve(sockets=[bound]))
    while not server.started and not task.done():  # noqa: ASYNC110 - it has a flag, no event
        await asyncio.sleep(0.005)
    host, port = bound.getsockname()[:2]
    try:
        yield f"http://{f'[{host}]' if ':' in host else host}:{port}"
    finally:
        server.should_exit = True
        with contextlib.suppress(asyncio.CancelledError):
            await task
        bound.close()
