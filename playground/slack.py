"""A Slack in memory: workspaces, people, channels, messages, views, and the bot's calls."""

import json
import secrets
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from itertools import count
from typing import Any

from playground.checker import Refusal
from registry.clock import Clock

Json = dict[str, Any]
TRIGGER_SECONDS = 3.0
RESPONSE_SECONDS = 30 * 60.0
RESPONSE_USES = 5
MOST_STACKED = 3


@dataclass
class Team:
    """A workspace in which the app is installed; scopes are those of its bot token."""

    id: str
    name: str
    bot_id: str
    bot_user_id: str
    token: str
    scopes: list[str]
    error: str | None = None


@dataclass
class User:
    """Somebody in a workspace."""

    id: str
    team_id: str
    name: str
    title: str = ""
    email: str = ""
    tz: str = "Europe/London"
    is_bot: bool = False
    deleted: bool = False


@dataclass
class Channel:
    """A channel, a direct message (im) or a group of people (mpim)."""

    id: str
    team_id: str
    name: str
    kind: str
    members: list[str]
    purpose: str = ""
    is_archived: bool = False
    is_ext_shared: bool = False


@dataclass
class Message:
    """What was said; `only_for` is set on what one person alone can see."""

    channel: str
    ts: str
    user: str
    text: str
    blocks: list[Json]
    only_for: str | None = None
    edited: bool = False


@dataclass
class View:
    """A modal or a home as a person has it before them."""

    id: str
    team_id: str
    user: str
    kind: str
    body: Json
    hash: str
    root_id: str
    state: Json = field(default_factory=dict)
    previous: str | None = None


@dataclass(frozen=True)
class Call:
    """One call that the bot made."""

    method: str
    arguments: Json
    team_id: str


@dataclass
class Fault:
    """What the next calls of a method meet: an error's name, an HTTP status, or no answer."""

    error: str | None
    status: int
    retry_after: int | None
    times: int


@dataclass
class _Trigger:
    user: str
    until: float
    used: bool = False


@dataclass
class _Answer:
    channel: str
    user: str
    ts: str | None
    until: float
    uses: int = 0


class Slack:
    """The whole of it. Message times come from `clock`; triggers run out in real time."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.teams: dict[str, Team] = {}
        self.users: dict[str, User] = {}
        self.channels: dict[str, Channel] = {}
        self.messages: list[Message] = []
        self.views: dict[str, View] = {}
        self.stacks: dict[str, list[str]] = {}
        self.homes: dict[str, str] = {}
        self.calls: list[Call] = []
        self.version = 0
        self.organisation_wide = False  # whether installers choose a whole Enterprise organisation
        self._faults: dict[str, Fault] = {}
        self._triggers: dict[str, _Trigger] = {}
        self._answers: dict[str, _Answer] = {}
        self._codes: dict[str, tuple[str, str]] = {}
        self._numbers = count(1)
        self._last_ts = 0.0

    # What is there

    def add_team(self, name: str, scopes: tuple[str, ...]) -> Team:
        number = next(self._numbers)
        team = Team(
            id=f"T{number:06d}",
            name=name,
            bot_id=f"B{number:06d}",
            bot_user_id=f"U{number:05d}B",
            token=f"xoxb-{secrets.token_hex(8)}",
            scopes=list(scopes),
        )
        self.teams[team.id] = team
        bot = User(team.bot_user_id, team.id, "Docking Point", is_bot=True)
        self.users[bot.id] = bot
        return team

    def add_user(self, team: Team, name: str, **more: Any) -> User:
        user = User(f"U{next(self._numbers):06d}", team.id, name, **more)
        self.users[user.id] = user
        return user

    def add_channel(
        self, team: Team, name: str, members: list[User], *, with_bot: bool = True, **more: Any
    ) -> Channel:
        ids = [user.id for user in members] + ([team.bot_user_id] if with_bot else [])
        kind = more.pop("kind", "private")
        channel = Channel(f"C{next(self._numbers):06d}", team.id, name, kind, ids, **more)
        self.channels[channel.id] = channel
        return channel

    def team_of(self, token: str) -> Team | None:
        return next((team for team in self.teams.values() if team.token == token), None)

    def direct(self, team: Team, users: list[User]) -> Channel:
        """The direct message or group of the bot and these people, opened where there is none."""
        kind = "im" if len(users) == 1 else "mpim"
        members = sorted({team.bot_user_id, *(user.id for user in users)})
        for channel in self.channels.values():
            if channel.kind == kind and sorted(channel.members) == members:
                return channel
        prefix = "D" if kind == "im" else "G"
        name = ", ".join(user.name for user in users)
        channel = Channel(f"{prefix}{next(self._numbers):06d}", team.id, name, kind, members)
        self.channels[channel.id] = channel
        return channel

    # Messages

    def next_ts(self) -> str:
        moment = max(self.clock.now().timestamp(), self._last_ts + 0.000001)
        self._last_ts = round(moment, 6)
        return f"{self._last_ts:.6f}"

    def say(
        self,
        channel: Channel,
        user: str,
        text: str,
        blocks: list[Json],
        only_for: str | None = None,
    ) -> Message:
        message = Message(channel.id, self.next_ts(), user, "", [], only_for)
        self.messages.append(message)
        self.rewrite(message, text, blocks)
        return message

    def rewrite(self, message: Message, text: str, blocks: list[Json]) -> None:
        """Put other words and blocks in a message's place."""
        for number, block in enumerate(blocks):
            block.setdefault("block_id", f"b{number}-{secrets.token_hex(2)}")
        message.text, message.blocks = text, blocks
        self.changed()

    def message(self, channel: str, ts: str) -> Message | None:
        return next((one for one in self.messages if (one.channel, one.ts) == (channel, ts)), None)

    def seen_by(self, user: User) -> list[Message]:
        """Every message that a person can read now."""
        mine = {channel.id for channel in self.channels.values() if user.id in channel.members}
        return [
            message
            for message in self.messages
            if message.channel in mine and message.only_for in (None, user.id)
        ]

    # Triggers, response addresses, installation codes

    def trigger(self, user: User) -> str:
        id_ = f"{next(self._numbers)}.{secrets.token_hex(6)}"
        self._triggers[id_] = _Trigger(user.id, time.monotonic() + TRIGGER_SECONDS)
        return id_

    def use_trigger(self, id_: str) -> User | str:
        """Whose trigger it is, once; or the name of Slack's error."""
        trigger = self._triggers.get(id_)
        if trigger is None:
            return "invalid_trigger_id"
        if trigger.used:
            return "exchanged_trigger_id"
        if time.monotonic() > trigger.until:
            return "expired_trigger_id"
        trigger.used = True
        return self.users[trigger.user]

    def response_id(self, channel: str, user: User, ts: str | None) -> str:
        id_ = secrets.token_hex(8)
        self._answers[id_] = _Answer(channel, user.id, ts, time.monotonic() + RESPONSE_SECONDS)
        return id_

    def use_response(self, id_: str) -> _Answer | None:
        answer = self._answers.get(id_)
        if answer is None or answer.uses >= RESPONSE_USES or time.monotonic() > answer.until:
            return None
        answer.uses += 1
        return answer

    def installation_code(self, team: Team, installer: User) -> str:
        """What a browser brings back from Slack's page when somebody adds the app."""
        code = secrets.token_hex(8)
        self._codes[code] = (team.id, installer.id)
        return code

    def use_code(self, code: str) -> tuple[Team, User] | None:
        found = self._codes.pop(code, None)
        return (self.teams[found[0]], self.users[found[1]]) if found else None

    # Views

    def open_view(self, user: User, body: Json, *, push: bool) -> View:
        """Show a modal; raises `Refusal` where three lie on one another already."""
        stack = self.stacks.setdefault(user.id, [])
        if push and len(stack) >= MOST_STACKED:
            raise Refusal("push_limit_reached")
        if not push:
            for id_ in stack:
                self.views.pop(id_, None)
            stack.clear()
        id_ = f"V{next(self._numbers):06d}"
        root = stack[0] if stack else id_
        previous = stack[-1] if stack else None
        view = View(id_, user.team_id, user.id, "modal", body, "", root, previous=previous)
        self.put_body(view, body)
        self.views[id_] = view
        stack.append(id_)
        return view

    def put_body(self, view: View, body: Json) -> None:
        """Show something else in a view; what was typed in blocks that stay is kept."""
        for number, block in enumerate(body["blocks"]):
            block.setdefault("block_id", f"v{number}-{secrets.token_hex(2)}")
        kept = {block["block_id"] for block in body["blocks"]}
        view.state = {key: value for key, value in view.state.items() if key in kept}
        view.body = body
        view.hash = f"{int(time.time())}.{secrets.token_hex(4)}"
        self.changed()

    def close_view(self, view: View, *, all_of_it: bool = False) -> None:
        stack = self.stacks.get(view.user, [])
        while stack:
            last = stack.pop()
            self.views.pop(last, None)
            if last == view.id and not all_of_it:
                break
        self.changed()

    def top_view(self, user: User) -> View | None:
        stack = self.stacks.get(user.id)
        return self.views[stack[-1]] if stack else None

    def publish_home(self, user: User, body: Json) -> View:
        id_ = self.homes.get(user.id)
        view = self.views.get(id_) if id_ else None
        if view is None:
            id_ = f"V{next(self._numbers):06d}"
            view = View(id_, user.team_id, user.id, "home", body, "", id_)
            self.views[id_] = view
            self.homes[user.id] = id_
        self.put_body(view, body)
        return view

    def home_of(self, user: User) -> View | None:
        return self.views.get(self.homes.get(user.id, ""))

    # Faults and what is read by tests

    def fail(
        self,
        method: str,
        error: str | None = None,
        *,
        status: int = 200,
        retry_after: int | None = None,
        times: int = 1,
    ) -> None:
        """Let the next `times` calls of a method fail; status 0 drops the connection."""
        self._faults[method] = Fault(error, status, retry_after, times)

    def fault(self, method: str) -> Fault | None:
        fault = self._faults.get(method)
        if fault is None or fault.times == 0:
            return None
        fault.times -= 1
        return fault

    def told(self, user: User) -> str:
        """Everything that a person can read anywhere: messages, home, modals."""
        shown: list[object] = [[m.text, m.blocks] for m in self.seen_by(user)]
        home, top = self.home_of(user), self.top_view(user)
        shown += [view.body for view in (home, top) if view is not None]
        return "\n".join(words for one in shown for words in texts(one))

    def changed(self) -> None:
        self.version += 1

    # Keeping it

    def dump(self) -> str:
        """Everything that lasts, as JSON."""
        return json.dumps(
            {
                "teams": [asdict(team) for team in self.teams.values()],
                "users": [asdict(user) for user in self.users.values()],
                "channels": [asdict(channel) for channel in self.channels.values()],
                "messages": [asdict(message) for message in self.messages],
                "views": [asdict(view) for view in self.views.values()],
                "stacks": self.stacks,
                "homes": self.homes,
                "next": next(self._numbers),
            }
        )

    def load(self, dumped: str) -> None:
        """Bring back what `dump` kept: open modals too, lest a restart takes what is typed."""
        kept = json.loads(dumped)
        self.teams = {one["id"]: Team(**one) for one in kept["teams"]}
        self.users = {one["id"]: User(**one) for one in kept["users"]}
        self.channels = {one["id"]: Channel(**one) for one in kept["channels"]}
        self.messages = [Message(**one) for one in kept["messages"]]
        self.views = {one["id"]: View(**one) for one in kept["views"]}
        self.stacks, self.homes = kept["stacks"], kept["homes"]
        self._last_ts = max((float(one.ts) for one in self.messages), default=0.0)
        # Numbers given since are not kept: leave room for them.
        self._numbers = count(kept["next"] + 10_000)


def texts(value: object) -> Iterator[str]:
    """Every string that a person reads in a payload: texts, labels and initial values."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for one in value:
            yield from texts(one)
    elif isinstance(value, dict):
        for key, one in value.items():
            if key not in HIDDEN:
                yield from texts(one)


HIDDEN = frozenset(
    {"type", "action_id", "block_id", "callback_id", "value", "private_metadata", "style", "url"}
)
