"""Somebody who calls Slack's Web API over loopback, as the bot does."""

from dataclasses import dataclass
from typing import Any

import httpx

from playground.api import READING
from playground.slack import Channel, Json, Slack, Team, User

WORDS = "Invented words"


@dataclass
class Caller:
    """A workspace of the test's own, and its token at the API."""

    slack: Slack
    http: httpx.AsyncClient
    team: Team
    officer: User
    channel: Channel

    async def answer(self, method: str, **arguments: Any) -> Json:
        headers = {"authorization": f"Bearer {self.team.token}"}
        if method in READING:
            response = await self.http.get(f"/api/{method}", params=arguments, headers=headers)
        else:
            response = await self.http.post(f"/api/{method}", json=arguments, headers=headers)
        found: Json = response.json()
        return found

    async def told(self, method: str, **arguments: Any) -> Json:
        """The answer to a call that succeeds."""
        answer = await self.answer(method, **arguments)
        assert answer["ok"], answer
        return answer

    async def error(self, method: str, **arguments: Any) -> str:
        answer = await self.answer(method, **arguments)
        assert not answer["ok"]
        return str(answer["error"])

    async def post(self, text: str = WORDS) -> str:
        """Post in the channel; the message's ts."""
        return str((await self.told("chat.postMessage", channel=self.channel.id, text=text))["ts"])

    def texts(self, user: User) -> list[str]:
        return [message.text for message in self.slack.seen_by(user)]
