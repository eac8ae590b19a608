"""Serves an ASGI app: binds first, so a busy port is told before anything starts."""

import asyncio
import contextlib
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
    """A listening socket; raises `Unusable` that names the setting where it cannot be had."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        bound = socket.socket(family, socket.SOCK_STREAM)
    except OSError:
        raise Unusable(f"HOST cannot be used: {host!r} is no address of this machine.") from None
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((host, port))
    except OSError as error:
        bound.close()
        raise Unusable(
            f"{setting} cannot be used: port {port} is taken or not allowed "
            f"({error.strerror}). Set {setting} to another one."
        ) from None
    return bound


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
