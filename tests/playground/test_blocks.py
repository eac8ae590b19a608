"""Each of Slack's limits at its edge and one beyond, and each thing that Slack does not take."""

from collections.abc import Callable
from typing import Any

import pytest

from bot import blocks as kit
from playground.blocks import check_message, check_view
from playground.checker import Json, Refusal
from tests.playground.payloads import (
    TEXT,
    asked,
    boxes,
    button,
    field,
    image,
    menu,
    modal,
    options,
    refused,
    refused_view,
    section,
    typed,
    words,
)

Build = Callable[[int], Json]


IN_A_MESSAGE: dict[str, tuple[int, Build]] = {
    "section text": (3000, lambda most: kit.section(words(most))),
    "plain section text": (3000, lambda most: section(text=kit.plain(words(most)))),
    "field text": (
        2000,
        lambda most: {"type": "section", "fields": [kit.markdown(words(most))]},
    ),
    "fields": (10, lambda most: section(fields=[kit.markdown("f")] * most)),
    "header": (150, lambda most: kit.header(words(most))),
    "context elements": (10, lambda most: kit.context(*["c"] * most)),
    "context text": (3000, lambda most: kit.context(words(most))),
    "block_id": (255, lambda most: section(block_id=words(most))),
    "alt_text": (2000, lambda most: image(alt_text=words(most))),
    "image_url": (3000, lambda most: image(image_url="https://" + words(most - 8))),
    "image title": (2000, lambda most: image(title=kit.plain(words(most)))),
    "buttons": (
        25,
        lambda most: kit.actions([kit.button("b", f"need.b{one}") for one in range(most)]),
    ),
}
OF_A_VIEW: dict[str, tuple[int, Build]] = {
    "title": (24, lambda most: modal(title=kit.plain(words(most)))),
    "submit": (24, lambda most: modal(submit=kit.plain(words(most)))),
    "close": (24, lambda most: modal(close=kit.plain(words(most)))),
    "private_metadata": (3000, lambda most: modal(private_metadata=words(most))),
    "callback_id": (255, lambda most: modal(callback_id=words(most))),
    "external_id": (255, lambda most: modal(external_id=words(most))),
    "blocks": (100, lambda most: modal(*[kit.divider()] * most)),
}


@pytest.mark.parametrize("limit", IN_A_MESSAGE)
def test_a_message_takes_as_much_as_slack_and_no_more(limit: str) -> None:
    most, build = IN_A_MESSAGE[limit]
    check_message(TEXT, [build(most)])
    assert str(most) in refused([build(most + 1)])


@pytest.mark.parametrize("limit", IN_A_MESSAGE)
def test_nothing_where_something_must_be_is_refused(limit: str) -> None:
    _, build = IN_A_MESSAGE[limit]
    if limit != "image_url":
        refused([build(0)])


@pytest.mark.parametrize("limit", OF_A_VIEW)
def test_a_view_takes_as_much_as_slack_and_no_more(limit: str) -> None:
    most, build = OF_A_VIEW[limit]
    check_view(build(most), "modal")
    assert str(most) in refused_view(build(most + 1))


def test_a_message_holds_50_blocks_and_a_home_100() -> None:
    check_message(TEXT, [kit.divider()] * 50)
    assert "at most 50, has 51" in refused([kit.divider()] * 51)
    check_view({"type": "home", "blocks": [kit.divider()] * 100}, "home")
    refused_view({"type": "home", "blocks": [kit.divider()] * 101}, "home")


def test_a_view_of_more_than_250_kilobytes_is_too_large() -> None:
    check_view(modal(*[kit.section(words(2400)) for _ in range(100)]), "modal")
    with pytest.raises(Refusal) as refusal:
        check_view(modal(*[kit.section(words(2600)) for _ in range(100)]), "modal")
    assert refusal.value.error == "view_too_large"


# The words of a message


@pytest.mark.parametrize("text", [None, "", "  ", 7])
def test_a_message_needs_words_for_screen_readers_even_with_blocks(text: object) -> None:
    with pytest.raises(Refusal) as refusal:
        check_message(text, [section()])
    assert refusal.value.error == "no_text"


def test_a_message_of_more_than_40_000_characters_is_too_long() -> None:
    check_message(words(40_000), None)
    with pytest.raises(Refusal) as refusal:
        check_message(words(40_001), None)
    assert refusal.value.error == "msg_too_long"


@pytest.mark.parametrize(
    "text",
    [
        "Roads & paths",
        "fewer than <10",
        "a > b",
        "<script>",
        "<!channel> look",
        "<!here|here> look",
        "&nbsp;",
        "<https://inv.example|a <b>>",
        "<javascript:alert(1)|press>",
    ],
)
def test_what_is_not_escaped_is_refused_wherever_it_is_read(text: str) -> None:
    assert "text" in refused([kit.section(text)])
    with pytest.raises(Refusal) as refusal:
        check_message(text, None)
    assert refusal.value.error == "invalid_blocks"


@pytest.mark.parametrize(
    "text",
    [
        "Roads &amp; paths, &lt;10 and &gt;2",
        "<@U000001> and <#C000001>",
        "<https://inv.example/a?b=1|the page>, <mailto:a@inv.example|write>",
        "<!date^1772445600^{date_short_pretty}, {time}|Mon 2 Mar, 10:00>",
        "<!subteam^S000001>",
    ],
)
def test_slacks_own_markup_and_escaped_words_are_taken(text: str) -> None:
    check_message(text, [kit.section(text), kit.context(text)])


def test_plain_text_is_shown_as_it_is_and_needs_no_escaping() -> None:
    check_message(TEXT, [kit.header("Roads & paths <all>")])


# Things that Slack does not know, or not there

BUTTONS_AND_LINKS = kit.option("o", "o") | {"url": "https://inv.example"}
WRONG_IN_A_MESSAGE: dict[str, tuple[Any, str]] = {
    "unknown block": ({"type": "carousel_of_ours"}, "unsupported block type"),
    "no type": ({"text": kit.plain(TEXT)}, "unsupported block type"),
    "not a block": ("words", "must be a block"),
    "input in a message": (field(typed()), "unsupported block type"),
    "unknown key": (section(colour="red"), "unknown colour"),
    "empty section": ({"type": "section"}, "needs text or fields"),
    "mrkdwn header": ({"type": "header", "text": kit.markdown(TEXT)}, "must be plain_text"),
    "bare text": (section(text=TEXT), "must be a text object"),
    "number for text": (section(text={"type": "mrkdwn", "text": 7}), "must be a string"),
    "emoji in mrkdwn": (section(text=kit.markdown(TEXT) | {"emoji": True}), "unknown emoji"),
    "verbatim in plain": (section(text=kit.plain(TEXT) | {"verbatim": True}), "unknown verbatim"),
    "no alt_text": ({"type": "image", "image_url": "https://inv.example/i.png"}, "alt_text"),
    "no alt_text in context": (
        {"type": "context", "elements": [{"type": "image", "image_url": "https://inv.example/i"}]},
        "missing alt_text",
    ),
    "no action_id": (kit.actions([{"type": "button", "text": kit.plain("Press")}]), "action_id"),
    "unknown element": (kit.actions([{"type": "lever", "action_id": "a"}]), "unsupported element"),
    "not an element": ({"type": "actions", "elements": ["words"]}, "unsupported element"),
    "text field outside a form": (kit.actions([typed()]), "unsupported element"),
    "many from a menu in actions": (
        kit.actions([menu(type="multi_static_select")]),
        "unsupported element",
    ),
    "style": (kit.actions([button(style="green")]), "style must be"),
    "confirm style": (kit.actions([asked(style="green")]), "style must be"),
    "half a confirm": (kit.actions([button(confirm={"title": kit.plain("?")})]), "missing deny"),
    "same action_id": (kit.actions([button(), button()]), "used twice"),
    "same value": (section(accessory=menu(options=options(1) * 2)), "the same value"),
    "chosen beforehand": (
        section(accessory=menu(initial_option=kit.option("Other", "other"))),
        "not among the options",
    ),
    "no options": (section(accessory=menu(options=[])), "1 to 100 options"),
    "nothing ticked": (section(accessory=boxes(initial_options=[])), "must not be empty"),
    "not an option": (section(accessory=menu(options=["o"])), "must be an option"),
    "link in a menu": (section(accessory=menu(options=[BUTTONS_AND_LINKS])), "unknown url"),
    "day": (
        section(accessory={"type": "datepicker", "action_id": "d", "initial_date": "2 March"}),
        "initial_date",
    ),
    "no such day": (
        section(accessory={"type": "datepicker", "action_id": "d", "initial_date": "2026-02-30"}),
        "initial_date",
    ),
    "time": (
        section(accessory={"type": "timepicker", "action_id": "t", "initial_time": "25:00"}),
        "initial_time",
    ),
}


@pytest.mark.parametrize("what", WRONG_IN_A_MESSAGE)
def test_a_message_with_what_slack_does_not_take_is_refused(what: str) -> None:
    block, said = WRONG_IN_A_MESSAGE[what]
    assert said in refused([block])


def test_a_link_may_stand_in_an_overflow_menu() -> None:
    overflow = {"type": "overflow", "action_id": "more", "options": [BUTTONS_AND_LINKS]}
    check_message(TEXT, [section(accessory=overflow)])


def test_two_blocks_of_one_message_may_not_share_a_block_id() -> None:
    check_message(TEXT, [section(block_id="a"), section(block_id="b")])
    assert "'a' is used twice" in refused([section(block_id="a"), section(block_id="a")])


@pytest.mark.parametrize("blocks", [[], {}, "words"])
def test_blocks_are_a_list_with_something_in_it(blocks: Any) -> None:
    assert "must be a list" in refused(blocks)


# Forms and homes


def test_a_form_with_a_field_needs_a_button_to_send_it() -> None:
    view = modal(field(typed()))
    check_view(view, "modal")
    del view["submit"]
    assert "an input needs a submit" in refused_view(view)


WRONG_IN_A_VIEW: dict[str, tuple[Json, str]] = {
    "table": (modal({"type": "table", "rows": [[kit.plain("a")]]}), "unsupported block type"),
    "button as a field": (modal(field(button())), "unsupported element"),
    "field of nothing": (modal({"type": "input", "label": kit.plain("L")}), "missing element"),
    "shared block_id": (modal(field(typed()), field(typed())), "used twice"),
    "two in focus": (
        modal(
            field(typed(focus_on_load=True)),
            field(typed(focus_on_load=True), block_id="other"),
        ),
        "at most one element",
    ),
    "mrkdwn title": (modal(title=kit.markdown("Title")), "must be plain_text"),
    "unknown key": (modal(colour="red"), "unknown colour"),
    "no blocks": (modal() | {"blocks": []}, "at least one block"),
    "not a block": (modal() | {"blocks": ["words"]}, "must be a block"),
    "shorter than short": (modal(field(typed(max_length=0))), "max_length"),
    "least over most": (modal(field(typed(min_length=9, max_length=8))), "min_length"),
}


@pytest.mark.parametrize("what", WRONG_IN_A_VIEW)
def test_a_form_with_what_slack_does_not_take_is_refused(what: str) -> None:
    view, said = WRONG_IN_A_VIEW[what]
    assert said in refused_view(view)


@pytest.mark.parametrize("missing", ["title", "blocks"])
def test_a_form_has_a_title_and_blocks(missing: str) -> None:
    view = modal()
    del view[missing]
    assert f"missing {missing}" in refused_view(view)


@pytest.mark.parametrize("view", [None, "words", {"type": "home", "blocks": [kit.divider()]}])
def test_a_home_is_no_form(view: Any) -> None:
    assert "type must be modal" in refused_view(view)


def test_a_home_has_neither_title_nor_submit() -> None:
    home = {"type": "home", "blocks": [section()], "private_metadata": "m"}
    check_view(home, "home")
    assert "unknown title" in refused_view(home | {"title": kit.plain("Title")}, "home")
