"""Each limit of buttons, menus and fields at its edge and one beyond."""

from collections.abc import Callable

import pytest

from bot import blocks as kit
from playground.blocks import check_message, check_options, check_view
from playground.checker import Json, Refusal
from tests.playground.payloads import (
    TEXT,
    asked,
    boxes,
    button,
    field,
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

IN_A_BUTTON: dict[str, tuple[int, Build]] = {
    "text": (75, lambda most: kit.button(words(most), "need.close")),
    "action_id": (255, lambda most: kit.button("Press", words(most))),
    "value": (2000, lambda most: button(value=words(most))),
    "url": (3000, lambda most: button(url="https://" + words(most - 8))),
    "accessibility_label": (75, lambda most: button(accessibility_label=words(most))),
    "confirm title": (100, lambda most: asked(title=kit.plain(words(most)))),
    "confirm text": (300, lambda most: asked(text=kit.plain(words(most)))),
    "confirm yes": (30, lambda most: asked(confirm=kit.plain(words(most)))),
    "confirm no": (30, lambda most: asked(deny=kit.plain(words(most)))),
}
IN_A_MENU: dict[str, tuple[int, Build]] = {
    "option text": (75, lambda most: menu(options=[kit.option(words(most), "o")])),
    "option value": (150, lambda most: menu(options=[kit.option("o", words(most))])),
    "option description": (
        75,
        lambda most: menu(options=[kit.option("o", "o") | {"description": kit.plain(words(most))}]),
    ),
    "options": (100, lambda most: menu(options=options(most))),
    "placeholder": (150, lambda most: menu(placeholder=kit.plain(words(most)))),
    "checkboxes": (10, lambda most: boxes(options=options(most))),
    "radio buttons": (10, lambda most: boxes(type="radio_buttons", options=options(most))),
    "overflow": (
        5,
        lambda most: {"type": "overflow", "action_id": "need.more", "options": options(most)},
    ),
}
IN_A_FORM: dict[str, tuple[int, Build]] = {
    "label": (2000, lambda most: field(typed(), label=kit.plain(words(most)))),
    "hint": (2000, lambda most: field(typed(), hint=kit.plain(words(most)))),
    "max_length": (3000, lambda most: field(typed(max_length=most))),
    "min_length": (3000, lambda most: field(typed(min_length=most))),
    "initial_value": (20, lambda most: field(typed(max_length=20, initial_value=words(most)))),
    "untold length": (3000, lambda most: field(typed(initial_value=words(most)))),
    "placeholder": (150, lambda most: field(typed(placeholder=kit.plain(words(most))))),
    "chosen beforehand": (
        100,
        lambda most: field(
            {
                "type": "multi_external_select",
                "action_id": "need.places",
                "initial_options": options(most),
            }
        ),
    ),
}


@pytest.mark.parametrize("limit", IN_A_BUTTON)
def test_a_button_takes_as_much_as_slack_and_no_more(limit: str) -> None:
    most, build = IN_A_BUTTON[limit]
    check_message(TEXT, [kit.actions([build(most)]), section(accessory=build(most))])
    assert str(most) in refused([kit.actions([build(most + 1)])])
    assert str(most) in refused([section(accessory=build(most + 1))])


@pytest.mark.parametrize("limit", IN_A_MENU)
def test_a_menu_takes_as_much_as_slack_and_no_more(limit: str) -> None:
    most, build = IN_A_MENU[limit]
    check_message(TEXT, [section(accessory=build(most))])
    assert str(most) in refused([section(accessory=build(most + 1))])


@pytest.mark.parametrize("limit", IN_A_FORM)
def test_a_field_takes_as_much_as_slack_and_no_more(limit: str) -> None:
    most, build = IN_A_FORM[limit]
    check_view(modal(build(most)), "modal")
    assert str(most) in refused_view(modal(build(most + 1)))


# What a type-ahead offers


def test_a_type_ahead_offers_nothing_or_up_to_100() -> None:
    check_options([])
    check_options(options(100))
    with pytest.raises(Refusal, match="1 to 100"):
        check_options(options(101))


def test_what_a_type_ahead_offers_keeps_to_the_limits_of_options() -> None:
    with pytest.raises(Refusal, match="has 76"):
        check_options([kit.option(words(76), "o")])
