"""Blocks and elements that Slack takes, for a test to change in one place; and its refusals."""

from typing import Any

import pytest

from bot import blocks as kit
from playground.blocks import check_message, check_view
from playground.checker import Json, Refusal

TEXT = "Invented words"


def words(number: int) -> str:
    return "w" * number


def options(number: int) -> list[Json]:
    return [kit.option(f"Option {one}", f"o{one}") for one in range(number)]


def button(**more: Any) -> Json:
    return kit.button("Press", "need.close") | more


def section(**more: Any) -> Json:
    return {"type": "section", "text": kit.markdown(TEXT)} | more


def image(**more: Any) -> Json:
    return {"type": "image", "image_url": "https://inv.example/i.png", "alt_text": TEXT} | more


def menu(**more: Any) -> Json:
    return kit.select("need.place", options(2), "Choose") | more


def boxes(**more: Any) -> Json:
    return kit.checkboxes("need.outputs", options(2)) | more


def typed(**more: Any) -> Json:
    return {"type": "plain_text_input", "action_id": "need.question"} | more


def field(element: Json, **more: Any) -> Json:
    return kit.input_block("question", "Question", element) | more


def modal(*blocks: Json, **more: Any) -> Json:
    return kit.modal("Invented", blocks or (section(),), submit="Post") | more


def asked(**more: Any) -> Json:
    return button(confirm=kit.confirm("Sure?", TEXT, "Yes") | more)


def refused(blocks: list[Any]) -> str:
    """Everything that is wrong with the blocks of a message."""
    with pytest.raises(Refusal) as refusal:
        check_message(TEXT, blocks)
    assert refusal.value.error == "invalid_blocks"
    return "\n".join(refusal.value.messages)


def refused_view(view: Json, kind: str = "modal") -> str:
    with pytest.raises(Refusal) as refusal:
        check_view(view, kind)
    assert refusal.value.error == "invalid_arguments"
    return "\n".join(refusal.value.messages)
