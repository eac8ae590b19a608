"""Calls that people add by hand, for the tests of what follows."""

from typing import Any
from urllib.parse import quote

from playground.slack import Channel, Message, User
from tests.office import Office

FLOOD_FUND = "Surface water flooding in older streets"
FLOOD_THEMES = "flooding, drainage, heavy rain"
BUTTERFLIES = "Butterflies of the northern moors"


async def adds(office: Office, user: User, title: str = FLOOD_FUND, **values: Any) -> None:
    """Somebody adds a call, which has a closing day and themes unless they are given."""
    await office.types(user, "/funding add")
    given = {
        "title": title,
        "funder": "Invented Trust",
        "link": f"https://inv.example/{quote(title)}",
        "closes": "2026-04-30",
        "themes": FLOOD_THEMES,
    }
    result = await office.fills_in(user, **{**given, **values})
    assert result.errors == {}, result.errors


async def month(office: Office, user: User) -> Message:
    """What `/funding` shows."""
    await office.types(user, "/funding")
    return office.last(user)


def post_in(office: Office, channel: Channel, *readers: User) -> Message:
    """The newest message of a channel, seen by these people too."""
    channel.members += [one.id for one in readers if one.id not in channel.members]
    return [one for one in office.slack.messages if one.channel == channel.id][-1]
