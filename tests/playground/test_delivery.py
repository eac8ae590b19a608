"""What people do reaches the bot signed and in Slack's shapes; a wrong answer is refused."""

import json
import time
from typing import Any

import pytest
from slack_sdk.signature import SignatureVerifier
from starlette.responses import PlainTextResponse

from bot import blocks as kit
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
NEXT = kit.modal("Next", [kit.section("More")], submit="Go on")
TYPED = {"question": {"value": "How?"}}


def signed(heard: Heard) -> bool:
    """Whether the SDK's own verifier takes the request."""
    return SignatureVerifier(SECRET).is_valid_request(heard.body, heard.headers)


def opened(caller: Caller, body: Json = FORM) -> View:
    """A form in front of the officer."""
    return caller.slack.open_view(caller.officer, json.loads(json.dumps(body)), push=False)


def texts(caller: Caller) -> list[str]:
    return caller.texts(caller.officer)


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


# Presses


async def test_a_press_comes_with_the_button_and_where_it_stands(
    caller: Caller, bot: ListeningBot, delivery: Delivery
) -> None:
    buttons = kit.actions([kit.button("Yes", "match.yes", "7"), kit.button("No", "match.no", "8")])
    message = caller.slack.say(caller.channel, caller.team.bot_user_id, WORDS, [buttons])
    await delivery.press(caller.officer, message, "match.no", value="8")
    [heard] = bot.heard
    assert signed(heard)
    [action] = heard.payload["actions"]
    assert (action["action_id"], action["value"]) == ("match.no", "8")
    assert action["block_id"] == message.blocks[0]["block_id"]
    assert heard.payload["container"]["message_ts"] == message.ts
    assert heard.payload["user"]["id"] == caller.officer.id


async def test_only_what_is_on_the_persons_screen_can_be_pressed(
    caller: Caller, bot: ListeningBot, delivery: Delivery
) -> None:
    outsider = caller.slack.add_user(caller.team, "Orla Outsider")
    buttons = kit.actions([kit.button("Yes", "match.yes", "7")])
    message = caller.slack.say(caller.channel, caller.team.bot_user_id, WORDS, [buttons])
    for user, action_id, what in (
        (outsider, "match.yes", {"value": "7"}),
        (caller.officer, "match.yes", {"value": "8"}),
        (caller.officer, "match.no", {}),
    ):
        with pytest.raises(NotOnScreen):
            await delivery.press(user, message, action_id, **what)
    assert bot.heard == []


async def test_a_press_in_a_form_brings_what_was_typed_so_far(
    caller: Caller, bot: ListeningBot, delivery: Delivery
) -> None:
    view = opened(caller)
    view.state = {"question": {"need.question": {"type": "plain_text_input", "value": "Half a"}}}
    await delivery.press(caller.officer, view, "need.detail")
    values = bot.heard[0].payload["view"]["state"]["values"]
    assert values["question"]["need.question"]["value"] == "Half a"
    assert [one["value"] for one in values["outputs"]["need.outputs"]["selected_options"]] == ["b"]


async def test_the_same_request_can_come_twice_and_says_so(
    caller: Caller, bot: ListeningBot, delivery: Delivery
) -> None:
    await delivery.event(caller.team.id, {"type": "app_uninstalled"}, event_id="Ev1")
    await delivery.again()
    first, second = bot.heard
    assert first.body == second.body
    assert signed(second)
    assert first.payload["event_id"] == "Ev1"
    assert "x-slack-retry-num" not in first.headers
    assert second.headers["x-slack-retry-num"] == "1"
    assert second.headers["x-slack-retry-reason"] == "http_timeout"


async def test_each_event_has_an_id_of_its_own(
    caller: Caller, bot: ListeningBot, delivery: Delivery
) -> None:
    await delivery.open_home(caller.officer)
    await delivery.open_home(caller.officer)
    first, second = (heard.payload for heard in bot.heard)
    assert first["event"]["type"] == "app_home_opened"
    assert first["event"]["user"] == caller.officer.id
    assert first["event_id"] != second["event_id"]
    assert first["authorizations"][0]["team_id"] == caller.team.id


async def test_a_forged_request_comes_as_it_was_made(bot: ListeningBot, delivery: Delivery) -> None:
    now = str(int(time.time()))
    headers = {"x-slack-request-timestamp": now, "x-slack-signature": "v0=forged"}
    await delivery.raw(b"text=x", headers)
    assert not signed(bot.heard[0])
    await delivery.raw(
        b"text=x", headers | {"x-slack-signature": delivery.signature(b"text=x", now)}
    )
    assert signed(bot.heard[1])


# Forms


async def test_a_form_comes_with_what_was_typed_and_what_stood_there(
    caller: Caller, bot: ListeningBot, delivery: Delivery
) -> None:
    view = opened(caller)
    await delivery.submit(caller.officer, view, TYPED)
    sent = bot.heard[0].payload["view"]
    assert (sent["callback_id"], sent["private_metadata"]) == ("need.post", "m")
    values = sent["state"]["values"]
    assert values["question"]["need.question"]["value"] == "How?"
    assert [one["value"] for one in values["outputs"]["need.outputs"]["selected_options"]] == ["b"]
    assert caller.slack.top_view(caller.officer) is None


async def test_slack_itself_keeps_a_form_that_is_not_filled_in(
    caller: Caller, bot: ListeningBot, delivery: Delivery
) -> None:
    view = opened(caller)
    with pytest.raises(NotFilledIn) as missing:
        await delivery.submit(caller.officer, view, {})
    assert missing.value.fields == ["question"]
    assert bot.heard == []


async def test_a_field_that_the_form_has_not_cannot_be_filled_in(
    caller: Caller, delivery: Delivery
) -> None:
    with pytest.raises(NotOnScreen, match="colour"):
        await delivery.submit(caller.officer, opened(caller), TYPED | {"colour": {"value": "red"}})


async def test_a_form_that_only_informs_cannot_be_sent(
    caller: Caller, bot: ListeningBot, delivery: Delivery
) -> None:
    view = opened(caller, kit.modal("Good to know", [kit.section(WORDS)]))
    with pytest.raises(NotOnScreen):
        await delivery.submit(caller.officer, view, {})
    assert bot.heard == []


async def test_nobody_else_can_send_the_form(caller: Caller, delivery: Delivery) -> None:
    second = caller.slack.add_user(caller.team, "Sam Second")
    with pytest.raises(NotOnScreen):
        await delivery.submit(second, opened(caller), TYPED)


async def test_errors_beside_fields_keep_the_form_open(
    caller: Caller, bot: ListeningBot, delivery: Delivery
) -> None:
    view = opened(caller)
    bot.says({"response_action": "errors", "errors": {"question": "Please say more."}})
    result = await delivery.submit(caller.officer, view, TYPED)
    assert result.errors == {"question": "Please say more."}
    assert caller.slack.top_view(caller.officer) is view


async def test_the_next_form_takes_its_place_or_lies_upon_it(
    caller: Caller, bot: ListeningBot, delivery: Delivery
) -> None:
    view = opened(caller)
    bot.says({"response_action": "update", "view": kit.modal("Done", [kit.section("Thanks")])})
    await delivery.submit(caller.officer, view, TYPED)
    assert view.body["title"]["text"] == "Done"
    below = opened(caller)
    bot.says({"response_action": "push", "view": NEXT})
    await delivery.submit(caller.officer, below, TYPED)
    top = caller.slack.top_view(caller.officer)
    assert top is not None
    assert (top.body["title"]["text"], top.previous) == ("Next", below.id)
    bot.says({"response_action": "clear"})
    await delivery.submit(caller.officer, top, {})
    assert caller.slack.top_view(caller.officer) is None


@pytest.mark.parametrize(
    "answer",
    [
        {"response_action": "errors", "errors": {}},
        {"response_action": "errors", "errors": {"more": "Not beside a button."}},
        {"response_action": "errors", "errors": {"question": ""}},
        {"response_action": "update", "view": {"type": "home", "blocks": [kit.divider()]}},
        {"response_action": "push", "view": kit.modal("Next", [])},
        {"response_action": "update"},
        {"response_action": "shut"},
        {"text": "A command's answer, not a form's"},
        "words",
    ],
)
async def test_a_wrong_answer_to_a_form_is_refused_and_leaves_it_open(
    caller: Caller, bot: ListeningBot, delivery: Delivery, answer: Any
) -> None:
    view = opened(caller)
    bot.says(answer)
    with pytest.raises(Refusal):
        await delivery.submit(caller.officer, view, TYPED)
    assert caller.slack.top_view(caller.officer) is view
    assert view.body["title"]["text"] == "A need"


async def test_a_form_stays_open_when_the_bot_fails(
    caller: Caller, bot: ListeningBot, delivery: Delivery
) -> None:
    view = opened(caller)
    bot.answer = PlainTextResponse("broken", 500)
    assert (await delivery.submit(caller.officer, view, TYPED)).status == 500
    assert caller.slack.top_view(caller.officer) is view


async def test_a_fourth_form_cannot_be_laid_upon_three(
    caller: Caller, bot: ListeningBot, delivery: Delivery
) -> None:
    opened(caller)
    caller.slack.open_view(caller.officer, json.loads(json.dumps(FORM)), push=True)
    top = caller.slack.open_view(caller.officer, json.loads(json.dumps(FORM)), push=True)
    bot.says({"response_action": "push", "view": NEXT})
    with pytest.raises(Refusal, match="push_limit_reached"):
        await delivery.submit(caller.officer, top, TYPED)


async def test_the_bot_hears_of_a_closed_form_where_it_asked_to(
    caller: Caller, bot: ListeningBot, delivery: Delivery
) -> None:
    await delivery.close(caller.officer, opened(caller))
    assert bot.heard == []
    await delivery.close(caller.officer, opened(caller, FORM | {"notify_on_close": True}))
    assert bot.heard[0].payload["type"] == "view_closed"
    assert caller.slack.top_view(caller.officer) is None


# Type-ahead


def with_places(caller: Caller) -> View:
    places = {"type": "external_select", "action_id": "need.place"}
    return opened(caller, kit.modal("P", [kit.input_block("p", "Place", places)], submit="Go"))


async def test_a_type_ahead_offers_what_the_bot_answers(
    caller: Caller, bot: ListeningBot, delivery: Delivery
) -> None:
    view = with_places(caller)
    bot.says({"options": kit.options([("E1", "Inventshire")])})
    found = await delivery.options(caller.officer, view, "need.place", "inv")
    assert [one["text"]["text"] for one in found] == ["Inventshire"]
    payload = bot.heard[0].payload
    assert (payload["type"], payload["value"]) == ("block_suggestion", "inv")


@pytest.mark.parametrize("number", [1, 101])
async def test_a_type_ahead_with_what_slack_would_not_show_is_refused(
    caller: Caller, bot: ListeningBot, delivery: Delivery, number: int
) -> None:
    words = "w" * 76 if number == 1 else "Place"
    bot.says({"options": kit.options([(f"E{one}", words) for one in range(number)])})
    with pytest.raises(Refusal):
        await delivery.options(caller.officer, with_places(caller), "need.place", "inv")
