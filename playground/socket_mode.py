"""Socket Mode: requests go over a connection that the bot opens, in Slack's envelopes."""

import asyncio
import contextlib
import json
import secrets

from starlette.websockets import WebSocket, WebSocketDisconnect

from playground.checker import Refusal
from playground.slack import Json, Slack


class SocketMode:
    """Hands out tickets for connections, and delivers envelopes over those that are open."""

    def __init__(self, slack: Slack) -> None:
        self._slack = slack
        self._tickets: set[str] = set()
        slack.sockets = self
        self._open: list[WebSocket] = []
        self._waiting: dict[str, asyncio.Future[Json]] = {}

    def open(self, token: str, base_url: str) -> Json:
        """`apps.connections.open`: an address that works once."""
        if not token.startswith("xapp-"):
            raise Refusal("invalid_auth")
        ticket = secrets.token_hex(8)
        self._tickets.add(ticket)
        return {"url": f"{base_url.replace('http', 'ws', 1)}socket/{ticket}"}

    async def serve(self, socket: WebSocket) -> None:
        """One connection: hello, then acknowledgements until it ends."""
        if socket.path_params["ticket"] not in self._tickets:
            await socket.close(4401)
            return
        self._tickets.discard(socket.path_params["ticket"])
        await socket.accept()
        await socket.send_text(json.dumps({"type": "hello", "num_connections": 1}))
        self._open.append(socket)
        try:
            while True:
                answer = json.loads(await socket.receive_text())
                waiting = self._waiting.pop(answer.get("envelope_id", ""), None)
                if waiting is not None and not waiting.done():
                    waiting.set_result(answer.get("payload") or {})
        except (WebSocketDisconnect, json.JSONDecodeError):
            pass
        finally:
            self._open.remove(socket)

    async def deliver(self, kind: str, payload: Json) -> Json:
        """Send an envelope and wait, as long as Slack does, for its acknowledgement."""
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
        await self._open[-1].send_text(json.dumps(envelope))
        return await asyncio.wait_for(self._waiting[id_], 3)

    async def disconnect(self) -> None:
        """End every connection, as Slack does from time to time."""
        for socket in list(self._open):
            with contextlib.suppress(RuntimeError):
                await socket.send_text(json.dumps({"type": "disconnect", "reason": "refresh"}))
                await socket.close()
