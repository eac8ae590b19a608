"""The methods of Slack's Web API that the bot uses, as strict as Slack: scopes, limits, names."""

from collections.abc import Callable
from dataclasses import dataclass

from playground.blocks import check_message, check_view
from playground.checker import Refusal
from playground.slack import Call, Channel, Json, Slack, Team, User, View

SCOPE_OF_KIND = {
    "public": "channels:read",
    "private": "groups:read",
    "im": "im:read",
    "mpim": "mpim:read",
}
MOST_IN_A_GROUP = 8


@dataclass(frozen=True)
class Asked:
    """One call: who calls, and with what."""

    slack: Slack
    team: Team
    arguments: Json

    def need(self, scope: str) -> None:
        if scope not in self.team.scopes:
            provided = ",".join(self.team.scopes)
            raise Refusal("missing_scope", needed=scope, provided=provided)

    def channel(self, id_: str, *, posting: bool = False) -> Channel:
        """The channel, or the person's direct message; refused as Slack refuses."""
        user = self.slack.users.get(id_)
        if posting and user is not None:
            return self.slack.direct(self.team, [self.person(id_)])
        channel = self.slack.channels.get(id_)
        if channel is None or channel.team_id != self.team.id:
            raise Refusal("channel_not_found")
        if posting and channel.is_archived:
            raise Refusal("is_archived")
        inside = self.team.bot_user_id in channel.members
        if not inside and channel.kind != "public":
            raise Refusal("channel_not_found")
        if posting and not inside:
            raise Refusal("not_in_channel")
        return channel

    def person(self, id_: str) -> User:
        user = self.slack.users.get(id_)
        if user is None or user.team_id != self.team.id:
            raise Refusal("user_not_found")
        if user.deleted:
            raise Refusal("user_disabled")
        return user

    def view(self) -> View:
        view = self.slack.views.get(str(self.arguments["view_id"]))
        if view is None or view.team_id != self.team.id:
            raise Refusal("not_found")
        self.unchanged(view)
        return view

    def unchanged(self, view: View) -> None:
        if "hash" in self.arguments and self.arguments["hash"] != view.hash:
            raise Refusal("hash_conflict")


@dataclass(frozen=True)
class Method:
    """A method with its arguments: those needed, and those that may be given."""

    answer: Callable[[Asked], Json]
    needed: frozenset[str]
    allowed: frozenset[str]
    scope: str | None = None


def _auth_test(asked: Asked) -> Json:
    team = asked.team
    return {
        "url": f"https://{team.id.lower()}.slack.example/",
        "team": team.name,
        "user": "docking_point",
        "team_id": team.id,
        "user_id": team.bot_user_id,
        "bot_id": team.bot_id,
        "is_enterprise_install": False,
    }


def _post_message(asked: Asked) -> Json:
    arguments = asked.arguments
    channel = asked.channel(arguments["channel"], posting=True)
    check_message(arguments.get("text"), arguments.get("blocks"))
    message = asked.slack.say(
        channel, asked.team.bot_user_id, arguments["text"], arguments.get("blocks") or []
    )
    return {"channel": channel.id, "ts": message.ts, "message": {"text": message.text}}


def _post_ephemeral(asked: Asked) -> Json:
    arguments = asked.arguments
    channel = asked.channel(arguments["channel"], posting=True)
    user = asked.person(arguments["user"])
    if user.id not in channel.members:
        raise Refusal("user_not_in_channel")
    check_message(arguments.get("text"), arguments.get("blocks"))
    message = asked.slack.say(
        channel,
        asked.team.bot_user_id,
        arguments["text"],
        arguments.get("blocks") or [],
        only_for=user.id,
    )
    return {"message_ts": message.ts}


def _update(asked: Asked) -> Json:
    arguments = asked.arguments
    channel = asked.channel(arguments["channel"])
    if channel.is_archived:
        raise Refusal("is_inactive")
    message = asked.slack.message(channel.id, arguments["ts"])
    if message is None:
        raise Refusal("message_not_found")
    if message.user != asked.team.bot_user_id or message.only_for is not None:
        raise Refusal("cant_update_message")
    check_message(arguments.get("text"), arguments.get("blocks"))
    message.edited = True
    asked.slack.rewrite(message, arguments["text"], arguments.get("blocks") or [])
    return {"channel": channel.id, "ts": message.ts, "text": message.text}


def _open_conversation(asked: Asked) -> Json:
    ids = [id_.strip() for id_ in str(asked.arguments["users"]).split(",") if id_.strip()]
    asked.need("im:write" if len(ids) == 1 else "mpim:write")
    if not ids:
        raise Refusal("users_list_not_supplied")
    if len(ids) > MOST_IN_A_GROUP:
        raise Refusal("too_many_users")
    channel = asked.slack.direct(asked.team, [asked.person(id_) for id_ in ids])
    asked.slack.changed()
    return {"channel": {"id": channel.id}}


def _conversation_info(asked: Asked) -> Json:
    channel = asked.channel(asked.arguments["channel"])
    asked.need(SCOPE_OF_KIND[channel.kind])
    return {
        "channel": {
            "id": channel.id,
            "name": channel.name,
            "is_channel": channel.kind == "public",
            "is_private": channel.kind != "public",
            "is_im": channel.kind == "im",
            "is_mpim": channel.kind == "mpim",
            "is_archived": channel.is_archived,
            "is_ext_shared": channel.is_ext_shared,
            "is_member": asked.team.bot_user_id in channel.members,
        }
    }


def _user_info(asked: Asked) -> Json:
    user = asked.slack.users.get(asked.arguments["user"])
    if user is None or user.team_id != asked.team.id:
        raise Refusal("user_not_found")
    profile = {"real_name": user.name, "display_name": user.name, "title": user.title}
    if "users:read.email" in asked.team.scopes:
        profile["email"] = user.email
    return {
        "user": {
            "id": user.id,
            "team_id": user.team_id,
            "real_name": user.name,
            "deleted": user.deleted,
            "is_bot": user.is_bot,
            "tz": user.tz,
            "profile": profile,
        }
    }


def _open_view(asked: Asked, *, push: bool = False) -> Json:
    check_view(asked.arguments["view"], "modal")
    user = asked.slack.use_trigger(asked.arguments["trigger_id"])
    if isinstance(user, str):
        raise Refusal(user)
    if user.team_id != asked.team.id:
        raise Refusal("invalid_trigger_id")
    if push and not asked.slack.stacks.get(user.id):
        raise Refusal("invalid_trigger_id")
    return {"view": shown(asked.slack.open_view(user, asked.arguments["view"], push=push))}


def _push_view(asked: Asked) -> Json:
    return _open_view(asked, push=True)


def _update_view(asked: Asked) -> Json:
    view = asked.view()
    check_view(asked.arguments["view"], view.kind)
    asked.slack.put_body(view, asked.arguments["view"])
    return {"view": shown(view)}


def _publish_view(asked: Asked) -> Json:
    check_view(asked.arguments["view"], "home")
    user = asked.person(asked.arguments["user_id"])
    home = asked.slack.home_of(user)
    if home is not None:
        asked.unchanged(home)
    return {"view": shown(asked.slack.publish_home(user, asked.arguments["view"]))}


def shown(view: View) -> Json:
    """A view as Slack sends it."""
    return {
        "id": view.id,
        "team_id": view.team_id,
        "app_id": "A000001",
        "bot_id": "B000001",
        "app_installed_team_id": view.team_id,
        "type": view.kind,
        "hash": view.hash,
        "root_view_id": view.root_id,
        "previous_view_id": view.previous,
        "state": {"values": view.state},
        "private_metadata": view.body.get("private_metadata", ""),
        "callback_id": view.body.get("callback_id", ""),
        "title": view.body.get("title"),
        "submit": view.body.get("submit"),
        "close": view.body.get("close"),
        "blocks": view.body["blocks"],
        "external_id": "",
    }


def _method(
    answer: Callable[[Asked], Json], needed: str = "", allowed: str = "", scope: str | None = None
) -> Method:
    return Method(answer, frozenset(needed.split()), frozenset(allowed.split()), scope)


# Bolt's clients send it with every call; Slack reads it for organisation-wide tokens only.
EVERYWHERE = frozenset({"team_id"})
POSTING = "text blocks unfurl_links unfurl_media thread_ts mrkdwn metadata"
METHODS: dict[str, Method] = {
    "auth.test": _method(_auth_test),
    "chat.postMessage": _method(_post_message, "channel", POSTING, "chat:write"),
    "chat.postEphemeral": _method(_post_ephemeral, "channel user", "text blocks", "chat:write"),
    "chat.update": _method(_update, "channel ts", "text blocks", "chat:write"),
    "conversations.open": _method(_open_conversation, "users", "return_im"),
    "conversations.info": _method(_conversation_info, "channel"),
    "users.info": _method(_user_info, "user", "include_locale", "users:read"),
    "views.open": _method(_open_view, "trigger_id view"),
    "views.push": _method(_push_view, "trigger_id view"),
    "views.update": _method(_update_view, "view_id view", "hash"),
    "views.publish": _method(_publish_view, "user_id view", "hash"),
}


def call_method(slack: Slack, name: str, arguments: Json, token: str) -> Json:
    """What a method answers; raises `Refusal` as Slack refuses."""
    method = METHODS.get(name)
    if method is None:
        raise Refusal("unknown_method")
    team = slack.team_of(token)
    if team is None:
        raise Refusal("invalid_auth" if token else "not_authed")
    if team.error is not None:
        raise Refusal(team.error)
    slack.calls.append(Call(name, arguments, team.id))
    asked = Asked(slack, team, arguments)
    if method.scope is not None:
        asked.need(method.scope)
    missing = sorted(method.needed - arguments.keys())
    unknown = sorted(arguments.keys() - method.needed - method.allowed - EVERYWHERE)
    if missing or unknown:
        raise Refusal("invalid_arguments", f"missing {missing}, unknown {unknown}")
    return method.answer(asked)
