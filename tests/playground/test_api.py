"""Slack's Web API over loopback: who may call, how a call is made, and what fails on its side."""

from typing import Any

import pytest

from bot import blocks as kit
from bot.installing import SCOPES
from playground import slack as slack_module
from playground.delivery import Delivery
from tests.playground.caller import WORDS, Caller
from tests.playground.listening_bot import ListeningBot

# Who calls


async def test_the_token_tells_who_calls(caller: Caller) -> None:
    answer = await caller.told("auth.test")
    assert (answer["team_id"], answer["team"]) == (caller.team.id, "Invented Partnership")
    assert answer["user_id"] == caller.team.bot_user_id


@pytest.mark.parametrize(("token", "error"), [("", "not_authed"), ("xoxb-none", "invalid_auth")])
async def test_who_has_no_valid_token_is_refused(caller: Caller, token: str, error: str) -> None:
    headers = {"authorization": f"Bearer {token}"} if token else {}
    response = await caller.http.post("/api/auth.test", headers=headers)
    assert response.json()["error"] == error


async def test_a_token_goes_in_the_header_or_a_form_but_not_in_json(caller: Caller) -> None:
    token = {"token": caller.team.token}
    assert (await caller.http.post("/api/auth.test", data=token)).json()["ok"]
    assert (await caller.http.post("/api/auth.test", json=token)).json()["error"] == "not_authed"


@pytest.mark.parametrize("error", ["token_revoked", "account_inactive"])
async def test_a_workspace_that_took_the_app_away_says_so(caller: Caller, error: str) -> None:
    caller.team.error = error
    assert await caller.error("auth.test") == error


async def test_a_scope_that_is_not_there_is_named_with_those_that_are(caller: Caller) -> None:
    caller.team.scopes = ["commands", "im:write"]
    answer = await caller.answer("chat.postMessage", channel=caller.channel.id, text=WORDS)
    assert answer["error"] == "missing_scope"
    assert (answer["needed"], answer["provided"]) == ("chat:write", "commands,im:write")
    assert caller.slack.seen_by(caller.officer) == []


# How a call is made


async def test_an_unknown_method_is_refused(caller: Caller) -> None:
    assert await caller.error("chat.shout") == "unknown_method"


async def test_an_argument_that_is_missing_or_unknown_is_named(caller: Caller) -> None:
    answer = await caller.answer("chat.postMessage", text=WORDS, colour="red")
    assert answer["error"] == "invalid_arguments"
    assert "missing ['channel'], unknown ['colour']" in answer["response_metadata"]["messages"][0]


@pytest.mark.parametrize(("body", "error"), [("{", "invalid_json"), ("[]", "json_not_object")])
async def test_a_body_that_is_no_json_object_is_refused(
    caller: Caller, body: str, error: str
) -> None:
    headers = {"content-type": "application/json; charset=utf-8"}
    response = await caller.http.post("/api/auth.test", content=body, headers=headers)
    assert response.json()["error"] == error


async def test_blocks_may_come_as_json_in_a_form(caller: Caller) -> None:
    form = {
        "token": caller.team.token,
        "channel": caller.channel.id,
        "text": "[A question]",
        "blocks": '[{"type": "divider"}]',
    }
    assert (await caller.http.post("/api/chat.postMessage", data=form)).json()["ok"]
    [message] = caller.slack.seen_by(caller.officer)
    assert (message.text, message.blocks[0]["type"]) == ("[A question]", "divider")


# What goes wrong on Slack's side


async def test_too_many_calls_are_told_when_to_come_again(caller: Caller) -> None:
    caller.slack.fail("chat.postMessage", "ratelimited", status=429, retry_after=7)
    headers = {"authorization": f"Bearer {caller.team.token}"}
    message = {"channel": caller.channel.id, "text": WORDS}
    limited = await caller.http.post("/api/chat.postMessage", json=message, headers=headers)
    assert (limited.status_code, limited.headers["retry-after"]) == (429, "7")
    assert limited.json()["error"] == "ratelimited"
    assert caller.texts(caller.officer) == []
    await caller.post()
    assert caller.texts(caller.officer) == [WORDS]


async def test_slack_can_fail_as_often_as_asked_with_a_name_or_a_status(caller: Caller) -> None:
    caller.slack.fail("auth.test", "internal_error", times=2)
    errors = [(await caller.answer("auth.test")).get("error") for _ in range(3)]
    assert errors == ["internal_error", "internal_error", None]
    caller.slack.fail("auth.test", status=503)
    assert (await caller.http.post("/api/auth.test")).status_code == 503


# Installing


async def test_a_code_gives_the_workspaces_token_once(caller: Caller) -> None:
    code = caller.slack.installation_code(caller.team, caller.officer)
    answer = await caller.told(
        "oauth.v2.access", code=code, client_id="1.2", client_secret="invented"
    )
    assert answer["access_token"] == caller.team.token
    assert answer["authed_user"] == {"id": caller.officer.id}
    assert answer["scope"].split(",") == list(SCOPES)
    again = {"code": code, "client_id": "1.2", "client_secret": "invented"}
    assert await caller.error("oauth.v2.access", **again) == "invalid_code"
    assert await caller.error("oauth.v2.access", code=code) == "invalid_client_id"


# The address for later answers


async def respond(caller: Caller, url: str, **body: Any) -> int:
    return (await caller.http.post(url, json=body)).status_code


async def response_url(caller: Caller, bot: ListeningBot, delivery: Delivery) -> str:
    """The address that came with a press on a message that reads "Before"."""
    buttons = kit.actions([kit.button("Yes", "match.yes", "7")])
    message = caller.slack.say(caller.channel, caller.team.bot_user_id, "Before", [buttons])
    await delivery.press(caller.officer, message, "match.yes")
    return str(bot.heard[-1].payload["response_url"])


async def test_a_later_answer_is_for_the_presser_or_for_all(
    caller: Caller, bot: ListeningBot, delivery: Delivery
) -> None:
    second = caller.slack.add_user(caller.team, "Sam Second")
    caller.channel.members.append(second.id)
    url = await response_url(caller, bot, delivery)
    assert await respond(caller, url, text="Psst", response_type="ephemeral") == 200
    assert await respond(caller, url, text="Hear", response_type="in_channel") == 200
    assert caller.texts(caller.officer) == ["Before", "Psst", "Hear"]
    assert caller.texts(second) == ["Before", "Hear"]


async def test_a_later_answer_can_take_the_messages_place(
    caller: Caller, bot: ListeningBot, delivery: Delivery
) -> None:
    url = await response_url(caller, bot, delivery)
    assert await respond(caller, url, text="After", replace_original=True) == 200
    assert caller.texts(caller.officer) == ["After"]


async def test_a_wrong_later_answer_is_refused(
    caller: Caller, bot: ListeningBot, delivery: Delivery
) -> None:
    url = await response_url(caller, bot, delivery)
    assert await respond(caller, url, text="Roads & paths") == 400
    assert await respond(caller, url, blocks=[kit.section(WORDS)]) == 400
    assert (await caller.http.post(url, content=b"words")).status_code == 400
    assert caller.texts(caller.officer) == ["Before"]


async def test_five_later_answers_and_no_sixth(
    caller: Caller, bot: ListeningBot, delivery: Delivery
) -> None:
    url = await response_url(caller, bot, delivery)
    answers = [await respond(caller, url, text=f"Answer {one}") for one in range(6)]
    assert answers == [200] * 5 + [404]
    assert len(caller.texts(caller.officer)) == 6


async def test_the_address_runs_out(
    caller: Caller, bot: ListeningBot, delivery: Delivery, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slack_module, "RESPONSE_SECONDS", -1.0)
    url = await response_url(caller, bot, delivery)
    assert await respond(caller, url, text="Too late") == 404
    assert caller.texts(caller.officer) == ["Before"]
