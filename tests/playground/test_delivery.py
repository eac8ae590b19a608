"""What people do reaches the bot signed and in Slack's shapes; a wrong answer is refused."""

import json
import time
from typing import Any

import pytest
from slack_sdk.signature import SignatureVerifier
from starlette.responses import PlainTextResponse, Response

from bot import blocks as kit
from playground import slack as slack_module
from playground.checker import Refusal
from playground.delivery import Delivery, NotFilledIn, NotOnScreen
from playground.slack import Json, View
from tests.playground.caller import WORDS, Caller
from tests.playground.conftest import SECRET
from tests.playground.listening_bot import Heard, ListeningBot

QUESTION = kit.text_input("need.question", most=300)
FORM = kit.modal(
    "A need",
    [
        kit.input_block("question", "Question", QUESTION),
        kit.input_block(
            "outputs",
            "Outputs",
            kit.checkboxes("need.outputs", kit.options([("a", "A"), ("b", "B")]), ["b"]),
            optional=True,
        ),
        kit.actions([kit.button("More", "need.detail", "7")], block_id="more"),
    ],
    callback_id="need.post",
    submit="Post",
    metadata="m",
)
TYPED = {"question": {"value": "How?"}}


def signed(heard: Heard) -> bool:
    """Whether the SDK's own verifier takes the request."""
    return SignatureVerifier(SECRET).is_valid_request(heard.body, heard.headers)


def opened(caller: Caller, body: Json = FORM) -> View:
    """A form in front of the officer."""
    return caller.slack.open_view(caller.officer, json.loads(json.dumps(body)), push=False)


def texts(caller: Caller) -> list[str]:
    return caller.texts(caller.officer)


async def respond(caller: Caller, url: str, **body: Any) -> int:
    return (await caller.http.post(url, json=body)).status_code


# Commands


async def test_a_command_comes_signed_with_who_where_and_what(
    caller: Caller, bot: ListeningBot, delivery: Delivery
) -> None:
    await delivery.command(caller.officer, "/need", "Do trees & hedges help?", caller.channel)
    [heard] = bot.heard
    assert signed(heard)
    assert heard.fields["command"] == "/need"
    assert heard.fields["text"] == "Do trees & hedges help?"
    assert heard.fields["user_id"] == caller.officer.id
    assert heard.fields["channel_id"] == caller.channel.id
    assert heard.fields["team_id"] == caller.team.id


async def test_a_signature_is_of_that_secret_and_that_body_alone(
    caller: Caller, bot: ListeningBot, delivery: Delivery
) -> None:
    await delivery.event(caller.team.id, {"type": "app_uninstalled"})
    [heard] = bot.heard
    assert not SignatureVerifier("another").is_valid_request(heard.body, heard.headers)
    assert not signed(Heard(heard.headers, heard.body + b" "))
    assert abs(int(heard.headers["x-slack-request-timestamp"]) - time.time()) < 60


async def test_the_answer_to_a_command_is_for_whoever_typed_it(
    caller: Caller, bot: ListeningBot, delivery: Delivery
) -> None:
    second = caller.slack.add_user(caller.team, "Sam Second")
    caller.channel.members.append(second.id)
    bot.says({"text": "For you"})
    result = await delivery.command(caller.officer, "/need", "", caller.channel)
    assert result.text == "For you"
    bot.says({"text": "For all", "response_type": "in_channel"})
    await delivery.command(caller.officer, "/need", "", caller.channel)
    assert texts(caller) == ["For you", "For all"]
    assert caller.texts(second) == ["For all"]


@pytest.mark.parametrize(
    "answer",
    [
        {"text": "Roads & paths"},
        {"text": WORDS, "blocks": [{"type": "table_of_ours"}]},
        {"blocks": [kit.section(WORDS)]},
        {"text": WORDS, "response_type": "everywhere"},
    ],
)
async def test_a_wrong_answer_to_a_command_is_refused(
    caller: Caller, bot: ListeningBot, delivery: Delivery, answer: Json
) -> None:
    bot.says(answer)
    with pytest.raises(Refusal):
        await delivery.command(caller.officer, "/need", "", caller.channel)
    assert texts(caller) == []


async def test_an_empty_answer_and_a_failure_show_nothing(
    caller: Caller, bot: ListeningBot, delivery: Delivery
) -> None:
    assert (await delivery.command(caller.officer, "/need", "", caller.channel)).status == 200
    bot.answer = PlainTextResponse("broken", 500)
    assert (await delivery.command(caller.officer, "/need", "", caller.channel)).status == 500
    assert texts(caller) == []
