"""Block Kit in Python: each function gives one block or element, as Slack documents it."""

from collections.abc import Iterable, Sequence
from typing import Any

Block = dict[str, Any]

TITLE_LIMIT = 24
METADATA_LIMIT = 3000


def plain(text: str) -> Block:
    return {"type": "plain_text", "text": text, "emoji": True}


def markdown(text: str) -> Block:
    return {"type": "mrkdwn", "text": text}


def section(text: str, *, accessory: Block | None = None, block_id: str | None = None) -> Block:
    return _without_none(
        {"type": "section", "text": markdown(text), "accessory": accessory, "block_id": block_id}
    )


def header(text: str) -> Block:
    return {"type": "header", "text": plain(text)}


def context(*texts: str) -> Block:
    return {"type": "context", "elements": [markdown(text) for text in texts]}


def divider() -> Block:
    return {"type": "divider"}


def actions(elements: Sequence[Block], *, block_id: str | None = None) -> Block:
    return _without_none({"type": "actions", "elements": list(elements), "block_id": block_id})


def button(
    text: str,
    action_id: str,
    value: str = "",
    *,
    style: str | None = None,
    url: str | None = None,
    confirm: Block | None = None,
    label: str | None = None,
) -> Block:
    """A button. label: what a screen reader says where the text alone is not enough."""
    return _without_none(
        {
            "type": "button",
            "text": plain(text),
            "action_id": action_id,
            "value": value or None,
            "style": style,
            "url": url,
            "confirm": confirm,
            "accessibility_label": label,
        }
    )


def confirm(title: str, text: str, yes: str, no: str = "Keep it") -> Block:
    """The question before something that cannot be undone."""
    return {
        "title": plain(title),
        "text": plain(text),
        "confirm": plain(yes),
        "deny": plain(no),
        "style": "danger",
    }


def option(text: str, value: str) -> Block:
    return {"text": plain(text), "value": value}


def options(pairs: Iterable[tuple[str, str]]) -> list[Block]:
    """Options from (value, text) pairs."""
    return [option(text, value) for value, text in pairs]


def select(action_id: str, choices: Sequence[Block], placeholder: str, **more: Any) -> Block:
    """A menu; `initial` (a value) is chosen beforehand where it is among the choices."""
    initial = more.pop("initial", None)
    chosen = next((choice for choice in choices if choice["value"] == initial), None)
    return _without_none(
        {
            "type": "static_select",
            "action_id": action_id,
            "placeholder": plain(placeholder),
            "options": list(choices),
            "initial_option": chosen,
            **more,
        }
    )


def checkboxes(action_id: str, choices: Sequence[Block], initial: Iterable[str] = ()) -> Block:
    """Boxes to tick; `initial` holds the values ticked beforehand."""
    ticked = set(initial)
    chosen = [choice for choice in choices if choice["value"] in ticked]
    return _without_none(
        {
            "type": "checkboxes",
            "action_id": action_id,
            "options": list(choices),
            "initial_options": chosen or None,
        }
    )


def text_input(action_id: str, *, most: int, initial: str = "", **more: Any) -> Block:
    """A field to type in, of at most `most` characters; `multiline`, `placeholder` in more."""
    placeholder = more.pop("placeholder", None)
    return _without_none(
        {
            "type": "plain_text_input",
            "action_id": action_id,
            "max_length": most,
            "initial_value": initial[:most] or None,
            "placeholder": plain(placeholder) if placeholder else None,
            **more,
        }
    )


def input_block(
    block_id: str, label: str, element: Block, *, hint: str = "", optional: bool = False
) -> Block:
    return _without_none(
        {
            "type": "input",
            "block_id": block_id,
            "label": plain(label),
            "element": element,
            "hint": plain(hint) if hint else None,
            "optional": optional,
        }
    )


def modal(
    title: str,
    blocks: Sequence[Block],
    *,
    callback_id: str = "",
    submit: str | None = None,
    close: str = "Cancel",
    metadata: str = "",
) -> Block:
    """A modal view; without `submit` it only informs."""
    return _without_none(
        {
            "type": "modal",
            "title": plain(title[:TITLE_LIMIT]),
            "blocks": list(blocks),
            "callback_id": callback_id or None,
            "submit": plain(submit) if submit else None,
            "close": plain(close),
            "private_metadata": metadata or None,
        }
    )


def _without_none(block: Block) -> Block:
    return {key: value for key, value in block.items() if value is not None}
