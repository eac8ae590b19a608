"""Checks buttons, menus and fields as Slack does: its reference for block elements."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from playground.checker import Checker, Json


def _button(check: Checker, where: str, one: Json) -> None:
    allowed = ("value", "url", "style", "confirm", "accessibility_label")
    check.keys(where, one, ("type", "text", "action_id"), allowed)
    check.text(f"{where}.text", one.get("text"), 75)
    for name, most in (("value", 2000), ("url", 3000), ("accessibility_label", 75)):
        if name in one:
            check.length(f"{where}.{name}", one[name], most)
    if one.get("style", "primary") not in ("primary", "danger"):
        check.fail(where, "style must be primary or danger")
    _maybe_confirm(check, where, one)


def _maybe_confirm(check: Checker, where: str, one: Json) -> None:
    if "confirm" in one:
        check.confirm(f"{where}.confirm", one["confirm"])


def _placeholder(check: Checker, where: str, one: Json) -> None:
    if "placeholder" in one:
        check.text(f"{where}.placeholder", one["placeholder"], 150)


LONGEST = 3000
MENU = ("placeholder", "confirm", "focus_on_load")


def _static_select(check: Checker, where: str, one: Json) -> None:
    many = one["type"].startswith("multi")
    initial = "initial_options" if many else "initial_option"
    more = ("max_selected_items",) if many else ()
    check.keys(where, one, ("type", "action_id", "options"), (*MENU, initial, *more))
    check.options(f"{where}.options", one.get("options"), 100)
    chosen = one.get(initial)
    check.initial(where, _listed(chosen), one.get("options", []))
    _placeholder(check, where, one)
    _maybe_confirm(check, where, one)


def _listed(chosen: Any) -> list[Json]:
    return chosen if isinstance(chosen, list) else [chosen] if chosen else []


def _external_select(check: Checker, where: str, one: Json) -> None:
    many = one["type"].startswith("multi")
    initial = "initial_options" if many else "initial_option"
    more = ("max_selected_items",) if many else ()
    check.keys(where, one, ("type", "action_id"), (*MENU, initial, "min_query_length", *more))
    if many and initial in one:
        check.options(f"{where}.{initial}", one[initial], 100)
    elif initial in one:
        check.option(f"{where}.{initial}", one[initial])
    _placeholder(check, where, one)


def _listed_select(check: Checker, where: str, one: Json) -> None:
    initial = {
        "users_select": ("initial_user",),
        "channels_select": ("initial_channel", "response_url_enabled"),
        "conversations_select": (
            "initial_conversation",
            "default_to_current_conversation",
            "response_url_enabled",
            "filter",
        ),
    }[one["type"]]
    check.keys(where, one, ("type", "action_id"), (*MENU, *initial))
    _placeholder(check, where, one)


def _overflow(check: Checker, where: str, one: Json) -> None:
    check.keys(where, one, ("type", "action_id", "options"), ("confirm",))
    check.options(f"{where}.options", one.get("options"), 5, more=("url",))
    _maybe_confirm(check, where, one)


def _ticks(check: Checker, where: str, one: Json) -> None:
    many = one["type"] == "checkboxes"
    initial = "initial_options" if many else "initial_option"
    check.keys(where, one, ("type", "action_id", "options"), (initial, "confirm", "focus_on_load"))
    check.options(f"{where}.options", one.get("options"), 10, ("plain_text", "mrkdwn"))
    chosen = one.get(initial)
    if many and chosen is not None and not chosen:
        check.fail(where, "initial_options must not be empty")
    check.initial(where, _listed(chosen), one.get("options", []))


def _picker(check: Checker, where: str, one: Json) -> None:
    initial, shape = {
        "datepicker": ("initial_date", "%Y-%m-%d"),
        "timepicker": ("initial_time", "%H:%M"),
    }[one["type"]]
    more = ("timezone",) if one["type"] == "timepicker" else ()
    check.keys(where, one, ("type", "action_id"), (*MENU, initial, *more))
    if initial in one and not _is_of(shape, str(one[initial])):
        check.fail(where, f"{initial} is not of Slack's form")
    _placeholder(check, where, one)


def _is_of(shape: str, said: str) -> bool:
    """Whether it is a day or time that exists, with all its noughts."""
    try:
        return datetime.strptime(said, shape).strftime(shape) == said  # noqa: DTZ007 - no moment
    except ValueError:
        return False


def _text_input(check: Checker, where: str, one: Json) -> None:
    allowed = (
        "initial_value",
        "multiline",
        "min_length",
        "max_length",
        "placeholder",
        "focus_on_load",
        "dispatch_action_config",
    )
    check.keys(where, one, ("type", "action_id"), allowed)
    most = one.get("max_length", LONGEST)
    if not isinstance(most, int) or not 1 <= most <= LONGEST:
        check.fail(where, f"max_length must be 1 to {LONGEST}")
        return
    if "initial_value" in one:
        check.length(f"{where}.initial_value", one["initial_value"], most)
    least = one.get("min_length", 0)
    if not isinstance(least, int) or not 0 <= least <= most:
        check.fail(where, f"min_length must be 0 to max_length, at most {LONGEST}")
    _placeholder(check, where, one)


def _image(check: Checker, where: str, one: Json) -> None:
    check.keys(where, one, ("type", "image_url", "alt_text"), ())
    check_image(check, where, one)


def check_image(check: Checker, where: str, one: Json) -> None:
    """What a picture has wherever it stands."""
    check.length(f"{where}.image_url", one.get("image_url"), 3000)
    check.length(f"{where}.alt_text", one.get("alt_text"), 2000)


ELEMENTS: dict[str, Callable[[Checker, str, Json], None]] = {
    "button": _button,
    "static_select": _static_select,
    "multi_static_select": _static_select,
    "external_select": _external_select,
    "multi_external_select": _external_select,
    "users_select": _listed_select,
    "channels_select": _listed_select,
    "conversations_select": _listed_select,
    "overflow": _overflow,
    "checkboxes": _ticks,
    "radio_buttons": _ticks,
    "datepicker": _picker,
    "timepicker": _picker,
    "plain_text_input": _text_input,
    "image": _image,
}
INPUTS = tuple(name for name in ELEMENTS if name not in ("button", "overflow", "image"))
INTERACTIVE = tuple(
    name for name in ELEMENTS if name not in ("image", "plain_text_input") and "multi" not in name
)
ACCESSORIES = tuple(name for name in ELEMENTS if name != "plain_text_input")


def check_element(check: Checker, where: str, element: object, allowed: Iterable[str]) -> None:
    """An element of one of the types that may stand there."""
    if not isinstance(element, dict) or element.get("type") not in set(allowed):
        kind = element.get("type") if isinstance(element, dict) else element
        check.fail(where, f"unsupported element type {kind!r}")
        return
    if element["type"] != "image":
        check.length(f"{where}.action_id", element.get("action_id"), 255)
    check.focused += element.get("focus_on_load") is True
    ELEMENTS[element["type"]](check, where, element)
