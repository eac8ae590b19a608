"""The page's addresses: what one person sees, what they do, and how the clock is moved."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import URL
from sqlalchemy.ext.asyncio import AsyncEngine
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse

from bot.serve import bind, serving
from playground.clock import MovableClock
from playground.delivery import Delivery
from playground.desk import MOVED, NOT_ANSWERED, STALE, Desk, moved
from playground.slack import Json, User
from tests.conftest import KEY
from tests.office import SECRET, Line, Lines, Office, opened
from tests.playground.listening_bot import ListeningBot

PLACE = "E06000023"
WEDNESDAY = datetime(2031, 3, 5, 10, tzinfo=UTC)
QUESTION = "How can we reduce surface water flooding in older streets?"


@dataclass
class Page:
    """The page as one person uses it; `office` is what stands behind it."""

    http: httpx.AsyncClient
    office: Office
    me: User

    async def act(self, name: str, **body: Any) -> httpx.Response:
        response = await self.http.post(f"/act/{name}", json={"me": self.me.id, **body})
        await self.office.settle()
        return response

    async def does(self, name: str, **body: Any) -> Json:
        response = await self.act(name, **body)
        assert response.status_code == 200, response.text
        answer: Json = response.json()
        return answer

    async def refused(self, name: str, **body: Any) -> tuple[int, str]:
        response = await self.act(name, **body)
        return response.status_code, response.json()["words"]

    async def state(self, me: User | None = None) -> Json:
        found: Json = (await self.http.get("/state", params={"me": (me or self.me).id})).json()
        return found

    async def types(self, text: str) -> Json:
        return await self.does("command", text=text, channel=self.direct)

    @property
    def direct(self) -> str:
        return self.office.direct(self.me).id

    async def said(self) -> str:
        """Everything that stands in the person's messages with the app."""
        return json.dumps((await self.state())["messages"].get(self.direct, []))


@pytest.fixture
def database() -> str:
    return "sqlite"


@pytest.fixture
async def office(
    lines: Lines, engine: AsyncEngine, url: URL, tmp_path: Path
) -> AsyncIterator[Office]:
    clock = MovableClock(tmp_path / "clock")
    clock.move_to(WEDNESDAY)
    async with opened(lines, engine, url, clock, KEY) as office:
        yield office


@pytest.fixture(scope="module")
async def front() -> AsyncIterator[tuple[Line, httpx.AsyncClient]]:
    """One server for every test's page, and a browser's client for it."""
    line = Line()
    async with (
        serving(line, bind("127.0.0.1", 0, "PORT")) as address,
        httpx.AsyncClient(base_url=address) as http,
    ):
        yield line, http


def show(front: Line, office: Office, delivery: Delivery) -> None:
    """Serve the page, with the bot that `delivery` leads to."""
    clock = office.services.clock
    assert isinstance(clock, MovableClock)
    desk = Desk(office.slack, delivery, clock, office.ticker, office.session_factory)
    front.app = Starlette(routes=desk.routes())


@pytest.fixture
async def page(office: Office, front: tuple[Line, httpx.AsyncClient]) -> Page:
    me = await office.person("Olive Officer", "officer", "Invented Council", PLACE)
    show(front[0], office, office.delivery)
    return Page(front[1], office, me)


# What is there to see


async def test_the_page_and_its_parts_are_served(page: Page) -> None:
    assert "<title>" in (await page.http.get("/")).text
    assert (await page.http.get("/page/main.js")).status_code == 200


async def test_a_person_sees_their_own_messages_and_nobody_elses(page: Page) -> None:
    slack, team = page.office.slack, page.office.team
    other = slack.add_user(team, "Orla Other")
    for user in (page.me, other):
        slack.say(page.office.direct(user), team.bot_user_id, f"For {user.name}", [])
    state = await page.state()
    assert "For Olive Officer" in json.dumps(state["messages"])
    assert "For Orla Other" not in json.dumps(state["messages"])
    assert "For Orla Other" in json.dumps((await page.state(other))["messages"])
    assert state["me"]["workspace"] == "Invented Partnership"


async def test_places_are_the_app_the_channels_and_the_groups_of_that_person(page: Page) -> None:
    slack, team = page.office.slack, page.office.team
    other = slack.add_user(team, "Orla Other")
    slack.add_channel(team, "needs", [page.me], purpose="Invented purpose")
    slack.add_channel(team, "hidden", [other])
    slack.direct(team, [page.me, other])
    places = {one["name"]: one for one in (await page.state())["places"]}
    assert {name: one["kind"] for name, one in places.items()} == {
        "Messages": "app",
        "# needs": "channel",
        "Olive Officer, Orla Other": "group",
    }
    assert places["# needs"]["about"] == "Invented purpose"


async def test_one_can_become_anybody_but_the_bot(page: Page) -> None:
    people = [one["name"] for one in (await page.state())["people"]]
    assert people == ["Installer of Invented Partnership", "Olive Officer"]


async def test_the_commands_are_those_of_the_manifest(page: Page) -> None:
    manifest = json.loads((Path(__file__).parents[2] / "manifest.json").read_text())
    there = [one["command"] for one in manifest["features"]["slash_commands"]]
    assert [one["command"] for one in (await page.state())["commands"]] == there


async def test_the_tour_has_six_steps_and_begins_with_the_officer(page: Page) -> None:
    officer = page.office.slack.add_user(page.office.team, "Otto Fernsby")
    state: Json = (await page.http.get("/state")).json()
    assert len(state["tour"]) == 6
    assert state["me"]["id"] == officer.id == state["tour"][0]["me"]
    assert state["tour"][0]["text"].startswith("/need ")


async def test_nothing_new_is_told_with_nothing(page: Page) -> None:
    state = await page.state()
    since = {"me": page.me.id, "since": str(state["version"])}
    assert (await page.http.get("/state", params=since)).status_code == 204
    page.office.slack.say(page.office.direct(page.me), page.office.team.bot_user_id, "New", [])
    assert (await page.http.get("/state", params=since)).status_code == 200


# What a person does


def typed(state: Json, **values: Json) -> dict[str, Json]:
    """The open form's fields as the page reads them, with some filled in."""
    return {
        block["block_id"]: {block["element"]["action_id"]: values[block["block_id"]]}
        for block in state["modal"]["blocks"]
        if block["type"] == "input" and block["block_id"] in values
    }


async def test_a_command_opens_a_form_and_the_form_posts_a_need(page: Page) -> None:
    assert await page.types(f"/need {QUESTION}") == {}
    state = await page.state()
    assert state["modal"]["title"]["text"] == "Post a need"
    answer = await page.does("submit", view=state["modal"]["id"], values={})
    assert answer == {"errors": {}}
    assert QUESTION in await page.said()


async def test_a_field_that_must_be_filled_in_says_so_beside_it(page: Page) -> None:
    await page.types("/need")
    state = await page.state()
    values = typed(state, question={"value": ""})
    answer = await page.does("submit", view=state["modal"]["id"], values=values)
    assert answer["errors"] == {"question": "Please fill this in."}
    assert (await page.state())["modal"]["id"] == state["modal"]["id"]


async def test_what_the_bot_does_not_take_is_said_beside_its_field(page: Page) -> None:
    await page.types("/need")
    state = await page.state()
    values = typed(state, question={"value": "Call 01632 960 123"})
    answer = await page.does("submit", view=state["modal"]["id"], values=values)
    assert "phone" in answer["errors"]["question"]


async def test_suggestions_come_for_what_is_typed(page: Page) -> None:
    await page.types(f"/need {QUESTION}")
    modal = (await page.state())["modal"]
    asked = {"container": {"view": modal["id"]}, "block_id": "places"}
    element = next(one["element"] for one in modal["blocks"] if one.get("block_id") == "places")
    found = await page.does("options", action_id=element["action_id"], query="bristol", **asked)
    assert "Bristol" in found["options"][0]["text"]["text"]
    none = await page.does("options", action_id=element["action_id"], query="qqqq", **asked)
    assert none == {"options": []}


async def test_a_press_in_a_form_keeps_what_was_typed(page: Page) -> None:
    await page.types("/need")
    before = await page.state()
    values = typed(before, question={"type": "plain_text_input", "value": QUESTION})
    action = {"action_id": "need.detail", "type": "button", "block_id": "more"}
    container = {"view": before["modal"]["id"]}
    await page.does("press", container=container, action=action, values=values)
    after = await page.state()
    assert len(after["modal"]["blocks"]) > len(before["modal"]["blocks"])
    assert QUESTION in json.dumps(after["modal"])


async def test_a_press_on_a_message_is_the_bots_to_answer(page: Page) -> None:
    await page.office.posts(page.me, QUESTION)
    card = page.office.last(page.me)
    buttons = [button for block in card.blocks for button in block.get("elements", [])]
    change = next(one for one in buttons if one.get("action_id") == "need.edit")
    await page.does("press", container={"channel": card.channel, "ts": card.ts}, action=change)
    assert QUESTION in json.dumps((await page.state())["modal"])


async def test_a_form_can_be_closed(page: Page) -> None:
    await page.types("/need")
    await page.does("close", view=(await page.state())["modal"]["id"])
    assert (await page.state())["modal"] is None


async def test_the_apps_home_is_drawn_when_it_is_opened(page: Page) -> None:
    assert (await page.state())["home"] is None
    await page.does("home")
    assert (await page.state())["home"]["type"] == "home"


# What cannot be done


async def test_what_is_no_longer_there_is_said_in_words(page: Page) -> None:
    other = page.office.slack.add_user(page.office.team, "Orla Other")
    theirs = page.office.direct(other)
    gone = page.office.slack.say(theirs, page.office.team.bot_user_id, "Not yours", [])
    action = {"action_id": "need.detail"}
    for name, body in (
        ("press", {"container": {"channel": theirs.id, "ts": gone.ts}, "action": action}),
        ("press", {"container": {"channel": theirs.id, "ts": "1.000001"}, "action": action}),
        ("press", {"container": {"view": "V0"}, "action": action}),
        ("submit", {"view": "V0", "values": {}}),
        ("close", {"view": "V0"}),
        ("options", {"container": {"view": "V0"}, "action_id": "a", "query": ""}),
        ("command", {"text": "/need", "channel": theirs.id}),
        ("command", {"text": "/need", "channel": "C0"}),
    ):
        assert await page.refused(name, **body) == (409, STALE), name


async def test_nobody_does_nothing(page: Page) -> None:
    response = await page.http.post("/act/home", json={"me": "U0"})
    assert (response.status_code, response.json()) == (409, {"words": STALE})


async def test_a_command_that_is_none_is_said_to_be_none(page: Page) -> None:
    status, words = await page.refused("command", text="/shout loud", channel=page.direct)
    assert (status, words) == (404, "/shout is not a command here.")


ANSWERS = [
    (PlainTextResponse("broken", 500), NOT_ANSWERED),
    (PlainTextResponse("Roads & paths"), "Slack would refuse"),
]


@pytest.mark.parametrize(("answer", "words"), ANSWERS)
async def test_a_failing_bot_is_told_of_in_words(
    page: Page,
    bot: ListeningBot,
    listening: tuple[ListeningBot, str],
    front: tuple[Line, httpx.AsyncClient],
    answer: PlainTextResponse,
    words: str,
) -> None:
    bot.answer = answer
    delivery = Delivery(page.office.slack, page.http, listening[1], SECRET)
    show(front[0], page.office, delivery)
    status, said = await page.refused("command", text="/need", channel=page.direct)
    assert status == 502
    assert said.startswith(words)


async def test_a_bot_that_is_not_there_is_told_of_in_words(
    page: Page, front: tuple[Line, httpx.AsyncClient]
) -> None:
    with bind("127.0.0.1", 0, "PORT") as nobody:
        port = nobody.getsockname()[1]
    away = Delivery(page.office.slack, page.http, f"http://127.0.0.1:{port}", SECRET)
    show(front[0], page.office, away)
    assert await page.refused("home") == (502, NOT_ANSWERED)


# The clock


LONDON = "Europe/London"


@pytest.mark.parametrize(
    ("now", "how", "then"),
    [
        ("2026-03-04T10:00", "hour", "2026-03-04T11:00"),
        ("2026-03-04T10:00", "day", "2026-03-05T10:00"),
        ("2026-03-04T10:00", "monday", "2026-03-09T09:01"),
        ("2026-03-02T08:59", "monday", "2026-03-02T09:01"),
        ("2026-03-02T09:00", "monday", "2026-03-09T09:01"),
        ("2026-03-27T10:00", "monday", "2026-03-30T08:01"),  # summer time begins between
        ("2026-07-05T23:30", "monday", "2026-07-06T08:01"),  # it is Monday in London already
    ],
)
def test_the_clock_goes_an_hour_a_day_or_to_monday_at_nine(now: str, how: str, then: str) -> None:
    me = User("U1", "T1", "Olive Officer", tz=LONDON)
    moment = datetime.fromisoformat(now).replace(tzinfo=UTC)
    assert moved(moment, how, me) == datetime.fromisoformat(then).replace(tzinfo=UTC)


async def test_what_comes_due_runs_when_the_clock_is_moved(page: Page) -> None:
    office = page.office
    await office.settle()
    channel = office.slack.add_channel(office.team, "stewards", [office.admin])
    await office.types(office.admin, "/network channels")
    await office.fills_in(office.admin, digest=channel.id)
    admin = Page(page.http, office, office.admin)
    await admin.does("clock", move="day")
    assert (await admin.state())["messages"][channel.id] == []
    assert (await admin.does("clock", move="monday"))["note"] == MOVED
    state = await admin.state()
    assert state["now"].startswith("2031-03-10T09:01")
    assert "the week to 10 March 2031" in json.dumps(state["messages"][channel.id])


async def test_on_a_bank_holiday_the_page_says_when_the_digest_comes(page: Page) -> None:
    office = page.office
    assert isinstance(office.services.clock, MovableClock)
    office.services.clock.move_to(datetime(2031, 4, 9, 10, tzinfo=UTC))  # before Easter
    told = await Page(page.http, office, office.admin).does("clock", move="monday")
    said = "This Monday is a bank holiday: the digest comes Tuesday at 09:00."
    assert told["note"] == f"{MOVED} {said}"
