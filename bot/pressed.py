"""What a press carries: hints, which whoever uses them checks again."""

import re
from typing import Any


def pressed_id(body: dict[str, Any]) -> int:
    """The row id in a button's value; 0, which no row has, for anything else."""
    return _number(str(body["actions"][0].get("value") or ""))


def pressed_choice(body: dict[str, Any]) -> tuple[int, str]:
    """The row id and the word in a menu's `id:word`."""
    chosen = body["actions"][0].get("selected_option") or {}
    number, _, word = str(chosen.get("value") or "").partition(":")
    return _number(number), word


def pressed_answer(body: dict[str, Any]) -> tuple[int, str]:
    """The row id and the word in a button's `id:word`."""
    number, _, word = str(body["actions"][0].get("value") or "").partition(":")
    return _number(number), word


def _number(digits: str) -> int:
    return int(digits) if re.fullmatch(r"[0-9]{1,15}", digits) else 0
