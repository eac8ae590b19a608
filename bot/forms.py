"""Reads what a person put into a modal, by the block's id, whatever the element is."""

from datetime import date
from typing import Any

State = dict[str, dict[str, dict[str, Any]]]


def _element(state: State, block_id: str) -> dict[str, Any]:
    return next(iter(state.get(block_id, {}).values()), {})


def text(state: State, block_id: str) -> str:
    return str(_element(state, block_id).get("value") or "").strip()


def lines(state: State, block_id: str) -> tuple[str, ...]:
    """The lines of a field that have something on them."""
    found = (line.strip() for line in text(state, block_id).splitlines())
    return tuple(line for line in found if line)


def chosen(state: State, block_id: str) -> str | None:
    """The value of a menu, or the id a user or channel menu gave."""
    element = _element(state, block_id)
    option = element.get("selected_option")
    if option:
        return str(option["value"])
    for key in ("selected_user", "selected_channel", "selected_conversation"):
        if element.get(key):
            return str(element[key])
    return None


def several(state: State, block_id: str) -> tuple[str, ...]:
    """The values of a menu or of boxes that take several."""
    return tuple(
        str(option["value"]) for option in _element(state, block_id).get("selected_options") or ()
    )


def day(state: State, block_id: str) -> date | None:
    value = _element(state, block_id).get("selected_date")
    return date.fromisoformat(value) if value else None


def clock_time(state: State, block_id: str) -> str | None:
    """'14:30' from a time picker."""
    value = _element(state, block_id).get("selected_time")
    return str(value) if value else None


def has(state: State, block_id: str) -> bool:
    """Whether the form held that field at all."""
    return block_id in state
