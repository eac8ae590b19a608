"""Socket Mode: requests go over a connection that the bot opens, in Slack's envelopes."""

import asyncio
import json
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import WSCloseCode, WSMsgType, web

from playground.checker import Refusal
from playground.slack import Json

ACK_SECONDS = 3.0


class SocketMode:
    """Hands out tickets for connections, and delivers envelopes over those that are open."""

    def __init__(self) -> None:
        self._url = ""
        self._tickets: set[str] = set()
        self._open: list[web.WebSocketResponse] = []
        self._waiting: dict[str, asyncio.Future[Json]] = {}

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[None]:
        """Take connections on loopback until the block ends."""
        app = web.Application()
        app.router.add_get("/socket/{ticket}", self._serve)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        await runner.setup()
        try:
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            self._url = f"ws://127.0.0.1:{runner.addresses[0][1]}/socket"
            yield
        finally:
            await self.disconnect()
            await runner.cleanup()

    def open(self, token: str) -> Json:
        """`apps.connections.open`: an address that works once."""
        if not token:
            raise Refusal("not_authed")
        if not token.startswith("xapp-"):
            raise Refusal("not_allowed_token_type" if token.startswith("xoxb-") else "invalid_auth")
        ticket = secrets.token_hex(8)
        self._tickets.add(ticket)
        return {"url": f"{self._url}/{ticket}"}

    async def _serve(self, request: web.Request) -> web.WebSocketResponse:
        """One connection: hello, then acknowledgements until it ends."""
        ticket = request.match_info["ticket"]
        if ticket not in self._tickets:
            raise web.HTTPUnauthorized
        self._tickets.discard(ticket)
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self._open.append(socket)
        try:
            await socket.send_json({"type": "hello", "num_connections": len(self._open)})
            await self._listen(socket)
        finally:
            self._open.remove(socket)
        return socket

    async def _listen(self, socket: web.WebSocketResponse) -> None:
        async for message in socket:
            try:
                answer = json.loads(message.data) if message.type is WSMsgType.TEXT else None
            except json.JSONDecodeError:
                answer = None
            if not isinstance(answer, dict):
                await socket.close(code=WSCloseCode.UNSUPPORTED_DATA)
                return
            waiting = self._waiting.get(answer.get("envelope_id", ""))
            if waiting is not None and not waiting.done():
                waiting.set_result(answer.get("payload") or {})

    async def deliver(self, kind: str, payload: Json) -> Json:
        """Send an envelope; its acknowledgement, or `TimeoutError` where it is later than 3 s."""
        if not self._open:
            raise ConnectionError("the bot is not connected")
        id_ = secrets.token_hex(8)
        self._waiting[id_] = asyncio.get_running_loop().create_future()
        envelope = {
            "type": kind,
            "envelope_id": id_,
            "payload": payload,
            "accepts_response_payload": True,
        }
        try:
            await self._open[-1].send_json(envelope)
            return await asyncio.wait_for(self._waiting[id_], ACK_SECONDS)
        finally:
            del self._waiting[id_]

    async def disconnect(self) -> None:
        """End every connection, as Slack does from time to time."""
        for socket in list(self._open):
            await socket.send_json({"type": "disconnect", "reason": "refresh_requested"})
            await socket.close()
