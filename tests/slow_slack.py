"""A Slack that takes its time, so that something can happen in the middle of a call."""

import asyncio

from bot.messenger import Messenger, Response
from registry.networks import Workspace
from tests.office import Office


class SlowSlack(Messenger):
    """Has what it is sent at once, and answers when it may."""

    def __init__(self, office: Office) -> None:
        reached = office.services.messenger
        super().__init__(reached._http, reached._api_url, reached._keys)
        self.has_it, self.may_answer = asyncio.Event(), asyncio.Event()

    async def call(self, workspace: Workspace, method: str, arguments: Response) -> Response:
        response = await super().call(workspace, method, arguments)
        self.has_it.set()
        await self.may_answer.wait()
        return response
