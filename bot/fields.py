"""Fields of forms: the block, and what is typed or chosen in it, go by one name."""

from collections.abc import Iterable, Mapping
from datetime import date, time
from typing import Any

from bot.blocks import Block, checkboxes, input_block, options, select, text_input
from bot.words import UNSURE, with_unsure


def text_field(
    name: str,
    label: str,
    *,
    most: int,
    initial: str = "",
    hint: str = "",
    optional: bool = False,
    **more: Any,
) -> Block:
    """Words of at most `most` characters; `multiline`, `placeholder` in more."""
    element = text_input(name, most=most, initial=initial, **more)
    return input_block(name, label, element, hint=hint, optional=optional)


def link_field(name: str, label: str, initial: str, *, hint: str = "") -> Block:
    """An address, which may be left out."""
    return text_field(
        name,
        label,
        most=2000,
        initial=initial,
        placeholder="https://…",
        hint=hint,
        optional=True,
    )


def day_field(
    name: str, label: str, initial: date | None, *, hint: str = "", optional: bool = False
) -> Block:
    """A day of the calendar."""
    picker: Block = {"type": "datepicker", "action_id": name}
    chosen = {"initial_date": f"{initial:%Y-%m-%d}"} if initial else {}
    return input_block(name, label, picker | chosen, hint=hint, optional=optional)


def time_field(
    name: str, label: str, initial: time | None, *, hint: str = "", optional: bool = False
) -> Block:
    """A time of the day."""
    picker: Block = {"type": "timepicker", "action_id": name}
    chosen = {"initial_time": f"{initial:%H:%M}"} if initial else {}
    return input_block(name, label, picker | chosen, hint=hint, optional=optional)


def unsure_boxes(name: str, label: str, words: Mapping[str, str], chosen: Iterable[str]) -> Block:
    """Boxes to tick, with "not sure yet" for who ticks none."""
    boxes = checkboxes(name, options(with_unsure(words).items()), tuple(chosen) or (UNSURE,))
    return input_block(name, label, boxes, optional=True)


def unsure_menu(name: str, label: str, words: Mapping[str, str], chosen: str | None) -> Block:
    """A menu, with "not sure yet" for who chooses nothing."""
    menu = select(name, options(with_unsure(words).items()), "Choose one", initial=chosen or UNSURE)
    return input_block(name, label, menu, optional=True)
