"""Checks Block Kit payloads as Slack does, and a little more strictly.

The limits are those of Slack's reference for blocks, elements and composition objects. `Refusal`
carries the name that Slack's API gives such an error.
"""

from collections import Counter
from collections.abc import Callable

from playground.checker import Checker, Json, Refusal, unescaped
from playground.elements import ACCESSORIES, INPUTS, INTERACTIVE, check_element, check_image

MOST_MESSAGE_BLOCKS = 50
MOST_VIEW_BLOCKS = 100
MOST_TEXT = 40_000
MOST_VIEW_BYTES = 250_000


def _section(check: Checker, where: str, block: Json) -> None:
    check.keys(where, block, ("type",), ("block_id", "text", "fields", "accessory", "expand"))
    both = ("plain_text", "mrkdwn")
    if "text" not in block and "fields" not in block:
        check.fail(where, "needs text or fields")
    if "text" in block:
        check.text(f"{where}.text", block["text"], 3000, both)
    if "fields" in block:
        for number, field in enumerate(check.listed(f"{where}.fields", block["fields"], 10)):
            check.text(f"{where}.fields[{number}]", field, 2000, both)
    if "accessory" in block:
        check_element(check, f"{where}.accessory", block["accessory"], ACCESSORIES)


def _header(check: Checker, where: str, block: Json) -> None:
    check.keys(where, block, ("type", "text"), ("block_id",))
    check.text(f"{where}.text", block.get("text"), 150)


def _divider(check: Checker, where: str, block: Json) -> None:
    check.keys(where, block, ("type",), ("block_id",))


def _context(check: Checker, where: str, block: Json) -> None:
    check.keys(where, block, ("type", "elements"), ("block_id",))
    for number, element in enumerate(check.listed(where, block.get("elements"), 10)):
        if isinstance(element, dict) and element.get("type") == "image":
            check_element(check, f"{where}[{number}]", element, ("image",))
        else:
            check.text(f"{where}[{number}]", element, 3000, ("plain_text", "mrkdwn"))


def _actions(check: Checker, where: str, block: Json) -> None:
    check.keys(where, block, ("type", "elements"), ("block_id",))
    elements = check.listed(where, block.get("elements"), 25)
    for number, element in enumerate(elements):
        check_element(check, f"{where}[{number}]", element, INTERACTIVE)
    ids = Counter(str(one.get("action_id")) for one in elements if isinstance(one, dict))
    for action_id, times in ids.items():
        if times > 1:
            check.fail(where, f"action_id {action_id!r} is used twice")


def _input(check: Checker, where: str, block: Json) -> None:
    allowed = ("block_id", "hint", "optional", "dispatch_action")
    check.keys(where, block, ("type", "label", "element"), allowed)
    check.text(f"{where}.label", block.get("label"), 2000)
    if "hint" in block:
        check.text(f"{where}.hint", block["hint"], 2000)
    check_element(check, f"{where}.element", block.get("element"), INPUTS)


def _image(check: Checker, where: str, block: Json) -> None:
    check.keys(where, block, ("type", "image_url", "alt_text"), ("block_id", "title"))
    check_image(check, where, block)
    if "title" in block:
        check.text(f"{where}.title", block["title"], 2000)


BLOCKS: dict[str, Callable[[Checker, str, Json], None]] = {
    "section": _section,
    "header": _header,
    "divider": _divider,
    "context": _context,
    "actions": _actions,
    "input": _input,
    "image": _image,
}


def _blocks(check: Checker, blocks: object, most: int) -> None:
    if not isinstance(blocks, list) or not blocks:
        check.fail("blocks", "must be a list with at least one block")
        return
    if len(blocks) > most:
        check.fail("blocks", f"at most {most}, has {len(blocks)}")
    for number, block in enumerate(blocks):
        _block(check, f"blocks[{number}]", block)
    if check.focused > 1:
        check.fail("blocks", "at most one element may take the focus")


def _block(check: Checker, where: str, block: object) -> None:
    if not isinstance(block, dict):
        check.fail(where, "must be a block")
        return
    kind = block.get("type")
    check_one = BLOCKS.get(str(kind))
    if check_one is None or (kind == "input" and check.surface == "message"):
        check.fail(where, f"unsupported block type {kind!r} in a {check.surface}")
        return
    if "block_id" in block:
        check.length(f"{where}.block_id", block["block_id"], 255)
        if block["block_id"] in check.block_ids:
            check.fail(where, f"block_id {block['block_id']!r} is used twice")
        check.block_ids.add(block["block_id"])
    check_one(check, where, block)


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
        _blocks(check, blocks, MOST_MESSAGE_BLOCKS)
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
        has_input = any(_kind(block) == "input" for block in view.get("blocks") or [])
        if has_input and "submit" not in view:
            check.fail("view", "an input needs a submit")
    else:
        check.keys("view", view, ("type", "blocks"), allowed)
    for name, most in (("private_metadata", 3000), ("callback_id", 255), ("external_id", 255)):
        if name in view:
            check.length(f"view.{name}", view[name], most)
    _blocks(check, view.get("blocks"), MOST_VIEW_BLOCKS)
    if check.wrong:
        raise Refusal("invalid_arguments", *check.wrong)
    if len(str(view)) > MOST_VIEW_BYTES:
        raise Refusal("view_too_large")


def _kind(block: object) -> object:
    return block.get("type") if isinstance(block, dict) else None


def check_options(options: object) -> None:
    """Raise `Refusal` for an answer to a type-ahead that Slack would not show."""
    check = Checker("options")
    if options:
        check.options("options", options, 100)
    if check.wrong:
        raise Refusal("invalid_arguments", *check.wrong)
