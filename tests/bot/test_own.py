"""The pages of what is one's own."""

from typing import Any

from bot.own import Owned, own_blocks, pressed_own_page
from playground.blocks import check_message

THINGS = Owned("thing", "thing", "It is gone.")
LINES = [(number, f"Thing {number}") for number in range(1, 46)]


def texts(blocks: list[dict[str, Any]]) -> list[str]:
    return [block["text"]["text"] for block in blocks if block["type"] == "section"]


def pages(blocks: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """The buttons below the list, by name and value."""
    return [
        (one["action_id"], one["value"])
        for block in blocks
        if block["type"] == "actions"
        for one in block["elements"]
    ]


def test_the_pages_lead_from_one_to_the_next_and_back() -> None:
    first, second, third = (own_blocks(THINGS, LINES, "edit", start) for start in (0, 20, 40))
    assert texts(first) + texts(second) + texts(third) == [text for _, text in LINES]
    assert pages(first) == [("thing.own_page", "edit:20")]
    assert pages(second) == [("thing.own_page_back", "edit:0"), ("thing.own_page", "edit:40")]
    assert pages(third) == [("thing.own_page_back", "edit:20")]
    check_message("Things", own_blocks(THINGS, LINES, "remove", 20))


def test_a_page_that_is_no_longer_there_is_the_last_one() -> None:
    assert own_blocks(THINGS, LINES, "edit", 10**8) == own_blocks(THINGS, LINES, "edit", 40)
    assert texts(own_blocks(THINGS, LINES[:20], "edit", 20)) == [text for _, text in LINES[:20]]
    assert texts(own_blocks(THINGS, [], "edit", 20)) == ["There is no thing of yours to change."]


def test_a_button_s_value_is_a_hint() -> None:
    def pressed(value: str | None) -> tuple[str, int]:
        return pressed_own_page({"actions": [{"value": value}]})

    assert pressed("remove:40") == ("remove", 40)
    assert pressed("x:-1") == pressed(None) == ("edit", 0)
    assert pressed("edit:" + "9" * 20) == ("edit", 0)
