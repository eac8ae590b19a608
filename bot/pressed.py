"""What a press carries: hints, which whoever uses them checks again."""

from typing import Any


def pressed_id(body: dict[str, Any]) -> int:
    """The row id in a button's value; 0, which no row has, for anything else."""
    value = str(body["actions"][0].get("value") or "")
    return int(value) if value.isdigit() and len(value) < 16 else 0  # noqa: PLR2004 - fits 64 bits


def pressed_choice(body: dict[str, Any]) -> tuple[int, str]:
    """The row id and the word in a menu's `id:word`."""
    chosen = body["actions"][0].get("selected_option") or {}
    number, _, word = str(chosen.get("value") or "").partition(":")
    return (int(number) if number.isdigit() else 0), word
