"""Lives through the plan: the real forms, clock, worker and database, and the strict Slack."""

import re
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import aiosqlite
import structlog

from feeds.fetch import Fetched, Fetcher
from playground.slack import Channel, Team, User
from registry.database import database_url, make_engine
from registry.migrate import migrate
from tests.conftest import KEY, FrozenClock
from tests.office import Office, connected, opened, text_of
from tests.people import pressed
from tests.soak.expected import Post, digest_place, events_place, funding_place
from tests.soak.plan import TOWNS, UK, PlannedCall, PlannedEvent, Town

STEP = timedelta(minutes=30)  # the hours of St John's begin at half past
SUBJECT = re.compile(r"\b(?:Call|Event) \d{3}\b")
FEED = "https://calls.larkmoor.example/feed"
ITEM = (
    "<item><title>{title}</title><link>https://calls.larkmoor.example/{key}</link>"
    "<guid>{key}</guid><description>Closing date: {closes:%d %B %Y %H:%M} UK time</description>"
    "</item>"
)


class Funder(Fetcher):
    """A funder's site with one feed, which says when nothing is new."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: dict[str, datetime] = {}
        self.version = 1

    def publish(self, title: str, closes: datetime) -> None:
        self.calls[title] = closes
        self.version += 1

    async def fetch(
        self,
        address: str,
        *,
        etag: str | None = None,
        modified: str | None = None,
    ) -> Fetched:
        now = str(self.version)
        items = "".join(
            ITEM.format(title=title, key=title.replace(" ", "-"), closes=closes.astimezone(UK))
            for title, closes in self.calls.items()
        )
        body = f'<rss version="2.0"><channel><title>Larkmoor</title>{items}</channel></rss>'
        return Fetched(
            unchanged=etag == now,
            body=b"" if etag == now else body.encode(),
            content_type="application/rss+xml",
            etag=now,
            modified=None,
            address=address,
        )


@dataclass
class Here:
    """A town as it is in Slack."""

    town: Town
    team: Team
    admin: User
    people: dict[str, User]
    channels: dict[str, Channel] = field(default_factory=dict)


@contextmanager
def quick_database() -> Iterator[None]:
    """SQLite in the loop's own thread: the way to the driver's and back takes half the time."""

    async def at_once(_self: object, call: Callable[..., Any], *args: Any, **more: Any) -> Any:
        return call(*args, **more)

    with patch.object(aiosqlite.core.Connection, "_execute", at_once):
        yield


@asynccontextmanager
async def office_at(start: datetime, funder: Funder) -> AsyncIterator[tuple[Office, FrozenClock]]:
    """An office with nothing in it yet, on a database of its own."""
    folder = Path(tempfile.mkdtemp(prefix="dp-soak-"))
    url, clock = database_url(None, folder), FrozenClock(start)
    engine = make_engine(url)
    try:
        await migrate(engine)
        with quick_database():
            async with (
                connected() as lines,
                opened(lines, engine, url, clock, KEY, fetcher=funder) as office,
            ):
                yield office, clock
    finally:
        await engine.dispose()
        shutil.rmtree(folder)


async def live(
    calls: list[PlannedCall], events: list[PlannedEvent], start: datetime, end: datetime
) -> list[Post]:
    """Run the clock from `start` to `end`; every call, event and digest in what was posted."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    funder = Funder()
    async with office_at(start, funder) as (office, clock):
        towns = {town.name: await _settle(office, town, first=town is TOWNS[0]) for town in TOWNS}
        await _read_feed(office, towns[TOWNS[0].name].admin)
        while clock.now() < end:
            now = clock.now()
            for call in calls:
                if now in (call.added, call.moved_at):
                    await _do_call(office, funder, towns, call, now, start)
            for event in events:
                if event.added == now:
                    await _do_event(office, towns[event.town.name], event)
            await office.clock_moved()
            clock.move_to(now + STEP)
        return [post for here in towns.values() for post in _posts(office, here)]


async def _settle(office: Office, town: Town, *, first: bool) -> Here:
    """Put a town and its people into Slack, and set it as its admin would."""
    team, admin = (office.team, office.admin) if first else await office.add_team(town.name)
    await office.settle()
    admin.tz = town.zone.key
    people = {}
    for name, zone in town.people:
        people[name] = await office.person(
            name, "officer", f"{town.name} Council", "E06000023", team=team
        )
        people[name].tz = zone.key
    steward = await office.person(
        f"Steward of {town.name}",
        "officer",
        f"{town.name} Council",
        "E06000023",
        team=team,
        admin=True,
    )
    here = Here(town, team, steward, people)
    everybody = [admin, steward, *people.values()]
    for purpose in ("digest", "funding", "events"):
        here.channels[purpose] = office.slack.add_channel(team, purpose, everybody)
    await office.types(steward, "/network channels")
    chosen = {purpose: channel.id for purpose, channel in here.channels.items()}
    assert (await office.fills_in(steward, **chosen)).errors == {}
    await office.types(steward, "/network settings")
    settings = {"name": town.name, "time_zone": town.zone.key, "nation": town.nation}
    assert (await office.fills_in(steward, **settings)).errors == {}
    for person in people.values():
        await office.types(person, "/events")  # their time zone is learnt at the next round
    return here


async def _read_feed(office: Office, admin: User) -> None:
    """Try the feed, while nothing is in it, and have it read from then on."""
    await office.types(admin, f"/funding feeds add {FEED}")
    trial = office.last(admin)
    accept = pressed(trial, "feed.accept")
    await office.presses(admin, trial, "feed.accept", value=accept["value"])


async def _do_call(
    office: Office,
    funder: Funder,
    towns: dict[str, Here],
    call: PlannedCall,
    now: datetime,
    start: datetime,
) -> None:
    if call.from_feed and now == call.added:
        funder.publish(call.title, call.closes)
    elif call.from_feed and now == call.moved_at and call.moved_to and call.added >= start:
        funder.publish(call.title, call.moved_to)
    elif not call.from_feed and now == call.added:
        here = towns[call.town.name]
        closes = call.closes.astimezone(call.town.zone)
        await office.types(here.admin, "/funding add")
        result = await office.fills_in(
            here.admin,
            title=call.title,
            funder="Larkmoor Trust",
            closes=f"{closes:%Y-%m-%d}",
            closes_at=f"{closes:%H:%M}",
        )
        assert result.errors == {}, result.errors


async def _do_event(office: Office, here: Here, event: PlannedEvent) -> None:
    starts = event.starts.astimezone(event.town.zone)
    ends = starts + timedelta(hours=2)
    await office.types(here.admin, "/events add")
    result = await office.fills_in(
        here.admin,
        title=event.title,
        day=f"{starts:%Y-%m-%d}",
        starts_at=f"{starts:%H:%M}",
        ends_at=f"{ends:%H:%M}",
        end_day=f"{ends:%Y-%m-%d}",
        place="The old library",
    )
    assert result.errors == {}, result.errors
    for name in event.going:
        post = office.card(here.people[name], event.title)
        going = pressed(post, "event.going")
        await office.presses(here.people[name], post, "event.going", value=going["value"])


def _posts(office: Office, here: Here) -> Iterator[Post]:
    """What stands in the town's channels and in its people's direct messages."""
    places = {
        here.channels["funding"].id: funding_place(here.town),
        here.channels["events"].id: events_place(here.town),
        here.channels["digest"].id: digest_place(here.town),
        **{office.direct(user).id: name for name, user in here.people.items()},
    }
    for message in office.slack.messages:
        place = places.get(message.channel)
        if place is None or message.only_for is not None:
            continue
        at = datetime.fromtimestamp(int(float(message.ts)), UTC)
        text = text_of(message)
        subjects = {"digest"} if "digest" in place else set(SUBJECT.findall(text))
        yield from (Post(place, at, subject) for subject in subjects)
