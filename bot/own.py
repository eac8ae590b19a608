"""What somebody may change or remove, a page at a time, each with its button."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bot.blocks import Block, actions, button, confirm, section

PAGE = 20
WORDS = ("edit", "remove")


@dataclass(frozen=True)
class Owned:
    """What is listed: an `event`, of which `removal` says what becomes of it.

    Its actions begin with `prefix`: edit, remove, and own_page and own_page_back for the pages.
    """

    noun: str
    prefix: str
    removal: str


def own_blocks(
    owned: Owned, lines: Sequence[tuple[int, str]], word: str, start: int = 0
) -> list[Block]:
    """A page of them, given as id and text. word: edit or remove.

    Where fewer are left than there were, the last page.
    """
    if not lines:
        does = "change" if word == "edit" else word
        return [section(f"There is no {owned.noun} of yours to {does}.")]
    start = min(start, (len(lines) - 1) // PAGE * PAGE)
    blocks = [
        section(text, accessory=_button(owned, id_, word)) for id_, text in lines[start:][:PAGE]
    ]
    pages = []
    if start > 0:
        before = max(0, start - PAGE)
        pages.append(button("Earlier", f"{owned.prefix}.own_page_back", f"{word}:{before}"))
    if start + PAGE < len(lines):
        pages.append(button("Show more", f"{owned.prefix}.own_page", f"{word}:{start + PAGE}"))
    return [*blocks, actions(pages, block_id="pages")] if pages else blocks


def pressed_own_page(body: dict[str, Any]) -> tuple[str, int]:
    """Which list and where it starts, from the button that was pressed."""
    word, _, start = str(body["actions"][0].get("value") or "").partition(":")
    known = start.isdecimal() and len(start) < 9  # noqa: PLR2004
    return word if word in WORDS else WORDS[0], int(start) if known else 0


def _button(owned: Owned, id_: int, word: str) -> Block:
    if word == "edit":
        return button("Change", f"{owned.prefix}.edit", str(id_))
    return button(
        "Remove",
        f"{owned.prefix}.remove",
        str(id_),
        style="danger",
        confirm=confirm(f"Remove this {owned.noun}?", owned.removal, "Remove"),
    )
