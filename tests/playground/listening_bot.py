"""A bot that keeps what it is sent, and answers what a test tells it to."""

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from playground.slack import Json


@dataclass(frozen=True)
class Heard:
    """One request, as it came."""

    headers: dict[str, str]
    body: bytes

    @property
    def fields(self) -> dict[str, str]:
        return {name: values[0] for name, values in parse_qs(self.body.decode()).items()}

    @property
    def payload(self) -> Json:
        """What an interaction or an event carries."""
        inside = self.fields.get("payload")
        found: Json = json.loads(inside if inside is not None else self.body)
        return found


@dataclass
class ListeningBot:
    heard: list[Heard] = field(default_factory=list)
    answer: Response = field(default_factory=Response)

    def says(self, answer: Any) -> None:
        """Answer with that JSON from now on."""
        self.answer = JSONResponse(answer)

    async def _hear(self, request: Request) -> Response:
        self.heard.append(Heard(dict(request.headers), await request.body()))
        return self.answer

    def app(self) -> Starlette:
        return Starlette(routes=[Route("/slack/events", self._hear, methods=["POST"])])
