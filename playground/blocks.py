"""Checks Block Kit payloads as Slack does, and a little more strictly.

The limits are those of Slack's reference for blocks, elements and composition objects. `Refusal`
carries the name that Slack's API gives such an error.
"""

import re
from collections.abc import Callable, Iterable
from typing import Any

Json = dict[str, Any]

MOST_MESSAGE_BLOCKS = 50
MOST_VIEW_BLOCKS = 100
MOST_TEXT = 40_000
MOST_VIEW_BYTES = 250_000
MARKUP = re.compile(
    r"<(?:@[UW][A-Z0-9]+|#C[A-Z0-9]+|!subteam\^S[A-Z0-9]+|!date\^\d+\^[^<>|^]+(?:\^https?://[^<>|]+)?"
    r"\|[^<>|]+|(?:https?://|mailto:)[^<>|\s]+(?:\|[^<>|]+)?)>"
)
ENTITY = re.compile(r"&(?:amp|lt|gt);")
SHOUT = re.compile(r"<!(?:channel|here|everyone)[^>]*>")


class Refusal(Exception):
    """What Slack would answer: its error's name, and messages that say where."""

    def __init__(self, error: str, *messages: str) -> None:
        self.error = error
        self.messages = list(messages)
        super().__init__(f"{error}: {'; '.join(messages)}")


class Checker:
    """Collects what is wrong in one message or view."""

    def __init__(self, surface: str) -> None:
        self.surface = surface
        self.wrong: list[str] = []
        self._block_ids: set[str] = set()
        self._focused = 0

    def fail(self, where: str, words: str) -> None:
        self.wrong.append(f"{where}: {words}")

    def length(self, where: str, text: object, most: int, least: int = 1) -> None:
        if not isinstance(text, str):
            self.fail(where, "must be a string")
        elif not least <= len(text) <= most:
            self.fail(where, f"must be {least} to {most} characters, has {len(text)}")

    def keys(self, where: str, found: Json, needed: Iterable[str], allowed: Iterable[str]) -> None:
        needed = set(needed)
        for key in sorted(needed - found.keys()):
            self.fail(where, f"missing {key}")
        for key in sorted(found.keys() - needed - set(allowed)):
            self.fail(where, f"unknown {key}")

    def text(
        self, where: str, found: object, most: int, kinds: tuple[str, ...] = ("plain_text",)
    ) -> None:
        """A text object of one of the kinds."""
        if not isinstance(found, dict):
            self.fail(where, "must be a text object")
            return
        self.keys(where, found, ("type", "text"), ("emoji", "verbatim"))
        if found.get("type") not in kinds:
            self.fail(where, f"must be {' or '.join(kinds)}")
        self.length(where, found.get("text"), most)
        if found.get("type") == "mrkdwn":
            for words in unescaped(str(found.get("text", ""))):
                self.fail(where, words)

    def blocks(self, blocks: object, most: int) -> None:
        if not isinstance(blocks, list) or not blocks:
            self.fail("blocks", "must be a list with at least one block")
            return
        if len(blocks) > most:
            self.fail("blocks", f"at most {most}, has {len(blocks)}")
        for number, block in enumerate(blocks):
            self.block(f"blocks[{number}]", block)
        if self._focused > 1:
            self.fail("blocks", "at most one element may take the focus")

    def block(self, where: str, block: Json) -> None:
        kind = block.get("type")
        check = BLOCKS.get(str(kind))
        if check is None or (kind == "input" and self.surface == "message"):
            self.fail(where, f"unsupported block type {kind!r} in a {self.surface}")
            return
        if "block_id" in block:
            self.length(f"{where}.block_id", block["block_id"], 255)
            if block["block_id"] in self._block_ids:
                self.fail(where, f"block_id {block['block_id']!r} is used twice")
            self._block_ids.add(block["block_id"])
        check(self, where, block)

    def element(self, where: str, element: object, allowed: Iterable[str]) -> None:
        if not isinstance(element, dict) or element.get("type") not in set(allowed):
            kind = element.get("type") if isinstance(element, dict) else element
            self.fail(where, f"unsupported element type {kind!r}")
            return
        if element["type"] != "image":
            self.length(f"{where}.action_id", element.get("action_id"), 255)
        self._focused += element.get("focus_on_load") is True
        ELEMENTS[element["type"]](self, where, element)

    def options(
        self, where: str, found: object, most: int, kinds: tuple[str, ...] = ("plain_text",)
    ) -> None:
        if not isinstance(found, list) or not 1 <= len(found) <= most:
            self.fail(where, f"must be a list of 1 to {most} options")
            return
        for number, option in enumerate(found):
            self.option(f"{where}[{number}]", option, kinds)
        values = [option.get("value") for option in found if isinstance(option, dict)]
        if len(set(values)) != len(values):
            self.fail(where, "two options have the same value")

    def option(self, where: str, option: object, kinds: tuple[str, ...] = ("plain_text",)) -> None:
        if not isinstance(option, dict):
            self.fail(where, "must be an option")
            return
        self.keys(where, option, ("text", "value"), ("description", "url"))
        self.text(f"{where}.text", option.get("text"), 75, kinds)
        self.length(f"{where}.value", option.get("value"), 150)
        if "description" in option:
            self.text(f"{where}.description", option["description"], 75, kinds)

    def initial(self, where: str, chosen: Iterable[Json], options: list[Json]) -> None:
        for option in chosen:
            if option not in options:
                self.fail(where, f"initial option {option.get('value')!r} is not among the options")

    def confirm(self, where: str, found: Json) -> None:
        self.keys(where, found, ("title", "text", "confirm", "deny"), ("style",))
        for name, most in (("title", 100), ("text", 300), ("confirm", 30), ("deny", 30)):
            kinds = ("plain_text", "mrkdwn") if name == "text" else ("plain_text",)
            self.text(f"{where}.{name}", found.get(name), most, kinds)
        if found.get("style", "primary") not in ("primary", "danger"):
            self.fail(where, "style must be primary or danger")


def unescaped(text: str) -> list[str]:
    """What in a mrkdwn text is neither escaped nor Slack's own markup."""
    wrong = ["shouts at everybody"] if SHOUT.search(text) else []
    rest = ENTITY.sub("", MARKUP.sub("", text))
    wrong += [f"unescaped {sign!r}" for sign in "<>&" if sign in rest]
    return wrong


def _section(check: Checker, where: str, block: Json) -> None:
    check.keys(where, block, ("type",), ("block_id", "text", "fields", "accessory", "expand"))
    both = ("plain_text", "mrkdwn")
    if "text" not in block and "fields" not in block:
        check.fail(where, "needs text or fields")
    if "text" in block:
        check.text(f"{where}.text", block["text"], 3000, both)
    fields = block.get("fields", [])
    if len(fields) > 10:  # noqa: PLR2004 - Slack's limit
        check.fail(where, "at most 10 fields")
    for number, field in enumerate(fields):
        check.text(f"{where}.fields[{number}]", field, 2000, both)
    if "accessory" in block:
        check.element(f"{where}.accessory", block["accessory"], ACCESSORIES)


def _header(check: Checker, where: str, block: Json) -> None:
    check.keys(where, block, ("type", "text"), ("block_id",))
    check.text(f"{where}.text", block.get("text"), 150)


def _divider(check: Checker, where: str, block: Json) -> None:
    check.keys(where, block, ("type",), ("block_id",))


def _context(check: Checker, where: str, block: Json) -> None:
    check.keys(where, block, ("type", "elements"), ("block_id",))
    elements = block.get("elements", [])
    if not 1 <= len(elements) <= 10:  # noqa: PLR2004 - Slack's limit
        check.fail(where, "must have 1 to 10 elements")
    for number, element in enumerate(elements):
        if element.get("type") == "image":
            _image(check, f"{where}[{number}]", element)
        else:
            check.text(f"{where}[{number}]", element, 3000, ("plain_text", "mrkdwn"))


def _actions(check: Checker, where: str, block: Json) -> None:
    check.keys(where, block, ("type", "elements"), ("block_id",))
    elements = block.get("elements", [])
    if not 1 <= len(elements) <= 25:  # noqa: PLR2004 - Slack's limit
        check.fail(where, "must have 1 to 25 elements")
    seen: set[str] = set()
    for number, element in enumerate(elements):
        check.element(f"{where}[{number}]", element, INTERACTIVE)
        action_id = str(element.get("action_id"))
        if action_id in seen:
            check.fail(where, f"action_id {action_id!r} is used twice")
        seen.add(action_id)


def _input(check: Checker, where: str, block: Json) -> None:
    allowed = ("block_id", "hint", "optional", "dispatch_action")
    check.keys(where, block, ("type", "label", "element"), allowed)
    check.text(f"{where}.label", block.get("label"), 2000)
    if "hint" in block:
        check.text(f"{where}.hint", block["hint"], 2000)
    check.element(f"{where}.element", block.get("element"), INPUTS)


def _image(check: Checker, where: str, block: Json) -> None:
    check.keys(where, block, ("type", "image_url", "alt_text"), ("block_id", "title"))
    check.length(f"{where}.image_url", block.get("image_url"), 3000)
    check.length(f"{where}.alt_text", block.get("alt_text"), 2000)


BLOCKS: dict[str, Callable[[Checker, str, Json], None]] = {
    "section": _section,
    "header": _header,
    "divider": _divider,
    "context": _context,
    "actions": _actions,
    "input": _input,
    "image": _image,
}


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
    check.options(f"{where}.options", one.get("options"), 5)
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
        "datepicker": ("initial_date", r"\d{4}-\d\d-\d\d"),
        "timepicker": ("initial_time", r"\d\d:\d\d"),
    }[one["type"]]
    check.keys(where, one, ("type", "action_id"), (*MENU, initial, "timezone"))
    if initial in one and not re.fullmatch(shape, str(one[initial])):
        check.fail(where, f"{initial} is not of Slack's form")
    _placeholder(check, where, one)


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
    most = one.get("max_length", 3000)
    if not isinstance(most, int) or not 1 <= most <= 3000:  # noqa: PLR2004 - Slack's limit
        check.fail(where, "max_length must be 1 to 3000")
    elif "initial_value" in one:
        check.length(f"{where}.initial_value", one["initial_value"], most)
    _placeholder(check, where, one)


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


def check_message(text: object, blocks: object) -> None:
    """Raise `Refusal` for a message that Slack would refuse, cut or show unescaped."""
    if not isinstance(text, str) or not text.strip():
        raise Refusal("no_text", "top-level text is needed for notifications and screen readers")
    if len(text) > MOST_TEXT:
        raise Refusal("msg_too_long")
    check = Checker("message")
    for words in unescaped(text):
        check.fail("text", words)
    if blocks is not None:
        check.blocks(blocks, MOST_MESSAGE_BLOCKS)
    if check.wrong:
        raise Refusal("invalid_blocks", *check.wrong)


def check_view(view: object, kind: str) -> None:
    """Raise `Refusal` for a modal or home view that Slack would refuse."""
    if not isinstance(view, dict) or view.get("type") != kind:
        raise Refusal("invalid_arguments", f"the view's type must be {kind}")
    check = Checker(kind)
    allowed = ("callback_id", "private_metadata", "external_id")
    if kind == "modal":
        modal = ("submit", "close", "clear_on_close", "notify_on_close")
        check.keys("view", view, ("type", "title", "blocks"), (*allowed, *modal))
        for name in ("title", "submit", "close"):
            if name in view:
                check.text(f"view.{name}", view[name], 24)
        has_input = any(block.get("type") == "input" for block in view.get("blocks", []))
        if has_input and "submit" not in view:
            check.fail("view", "an input needs a submit")
    else:
        check.keys("view", view, ("type", "blocks"), allowed)
    if "private_metadata" in view:
        check.length("view.private_metadata", view["private_metadata"], 3000)
    if "callback_id" in view:
        check.length("view.callback_id", view["callback_id"], 255)
    check.blocks(view.get("blocks"), MOST_VIEW_BLOCKS)
    if check.wrong:
        raise Refusal("invalid_arguments", *check.wrong)
    if len(str(view)) > MOST_VIEW_BYTES:
        raise Refusal("view_too_large")


def check_options(options: object) -> None:
    """Raise `Refusal` for an answer to a type-ahead that Slack would not show."""
    check = Checker("options")
    if options:
        check.options("options", options, 100)
    if check.wrong:
        raise Refusal("invalid_arguments", *check.wrong)
