"""Looks for anything that names somebody, wherever Slack was told anything."""

import json
from collections.abc import Iterator
from typing import Any

from sqlalchemy import select

from playground.slack import User
from registry.expertise import Expertise
from registry.introductions import Introduction, IntroductionState
from registry.members import Member
from registry.needs import Need
from tests.office import Office

SENT = ("chat.postMessage", "chat.update", "chat.postEphemeral", "views.open", "views.update")
SENT_TO_ONE = (*SENT, "views.publish", "conversations.open")


def names_of(user: User) -> tuple[str, ...]:
    """What names a person: first and last name, job title, address, Slack id."""
    return (*user.name.split(), user.title, user.email, user.id)


async def leaks(office: Office, people: list[User]) -> list[str]:
    """What each person was ever told of somebody they were not introduced to."""
    introduced = await _introduced(office)
    found = []
    for reader, told in _told(office):
        for other in people:
            if other.id == reader or frozenset((reader, other.id)) in introduced:
                continue
            found += [f"{reader} was told {one!r}" for one in names_of(other) if one in told]
    return found


async def _introduced(office: Office) -> set[frozenset[str]]:
    async with office.session_factory.begin() as session:
        members = {one.id: one.slack_id for one in await session.scalars(select(Member))}
        needs = {one.id: one.member_id for one in await session.scalars(select(Need))}
        profiles = {one.id: one.member_id for one in await session.scalars(select(Expertise))}
        introductions = list(await session.scalars(select(Introduction)))
    pairs = {
        frozenset((members[needs[one.need_id]], members[profiles[one.expertise_id]]))
        for one in introductions
        if one.state == IntroductionState.ACCEPTED
    }
    # Whoever was introduced once knows the other for good, also when the rows are gone.
    office.introduced |= pairs
    return office.introduced


def _told(office: Office) -> Iterator[tuple[str, str]]:
    """Each reader's id with the raw text of everything that was ever sent to them."""
    for call in office.slack.calls:
        if call.method in SENT_TO_ONE:
            for reader in _readers(office, call.arguments):
                yield reader, json.dumps(call.arguments, ensure_ascii=False)
    for view in office.slack.views.values():
        yield view.user, json.dumps(view.body, ensure_ascii=False)
    for message in office.slack.messages:
        if message.only_for:
            yield message.only_for, json.dumps([message.text, message.blocks], ensure_ascii=False)


def _readers(office: Office, arguments: dict[str, Any]) -> Iterator[str]:
    channel = arguments.get("channel")
    if channel in office.slack.channels:
        bots = {team.bot_user_id for team in office.slack.teams.values()}
        yield from (one for one in office.slack.channels[channel].members if one not in bots)
    elif channel in office.slack.users:
        yield str(channel)
