"""Events as people see them, and the form for one."""

from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

from bot.blocks import (
    Block,
    actions,
    button,
    confirm,
    context,
    input_block,
    modal,
    option,
    section,
    text_input,
)
from bot.cards import Message
from bot.text import counted, cut, moment, quoted
from registry.events import LONGEST_PLACE, LONGEST_TITLE, Event

CALLBACK = "event.submit"
MOST = 15


@dataclass(frozen=True)
class EventShown:
    """An event with how many are going."""

    event: Event
    going: int


def event_form(time_zone: str) -> Block:
    zone_menu = {
        "type": "external_select",
        "action_id": "time_zone.search",
        "placeholder": {"type": "plain_text", "text": "Type a city"},
        "min_query_length": 2,
        "initial_option": option(time_zone, time_zone),
    }
    return modal(
        "Add an event",
        [
            input_block("title", "Title", text_input("title", most=LONGEST_TITLE)),
            input_block("day", "Day", {"type": "datepicker", "action_id": "day"}),
            input_block("starts_at", "Starts at", {"type": "timepicker", "action_id": "starts_at"}),
            input_block("ends_at", "Ends at", {"type": "timepicker", "action_id": "ends_at"}),
            input_block(
                "end_day",
                "Last day",
                {"type": "datepicker", "action_id": "end_day"},
                hint="Only if it ends on another day.",
                optional=True,
            ),
            input_block("time_zone", "Time zone", zone_menu),
            input_block("place", "Place", text_input("place", most=LONGEST_PLACE), optional=True),
            input_block(
                "link",
                "Link",
                text_input("link", most=2000, placeholder="https://…"),
                hint="A place or a link: one of the two is needed.",
                optional=True,
            ),
        ],
        callback_id=CALLBACK,
        submit="Add",
    )


def event_lines(shown: EventShown) -> str:
    """Title, when, where, how many are going."""
    event = shown.event
    zone = ZoneInfo(event.time_zone)
    lines = [f"*{quoted(event.title, 250)}*"]
    lines.append(f"{moment(event.starts, zone)} to {moment(event.ends, zone)}")
    if event.place:
        lines.append(quoted(event.place, 300))
    if shown.going:
        lines.append(f"{counted(shown.going, 'person is', 'people are')} going")
    return "\n".join(lines)


def event_blocks(shown: EventShown) -> list[Block]:
    """An event with the buttons to answer."""
    value = str(shown.event.id)
    buttons = [
        button("Going", "event.going", value, style="primary"),
        button("Not going", "event.not_going", value),
    ]
    if shown.event.link:
        buttons.append(button("Join or read more", "event.read", url=shown.event.link))
    return [section(event_lines(shown)), actions(buttons, block_id=f"event-{value}")]


def event_message(shown: EventShown) -> Message:
    return Message(f"Event: {quoted(cut(shown.event.title, 150))}", event_blocks(shown))


def reminder_message(shown: EventShown, before: timedelta) -> Message:
    """A reminder so long before the start."""
    words = f"In {counted(before.days, 'day')}" if before.days else "In one hour"
    return Message(
        f"{words}: {quoted(cut(shown.event.title, 150))}",
        [section(f"*{words}*"), *event_blocks(shown)],
    )


def list_blocks(events: list[EventShown]) -> list[Block]:
    """What is coming, the next first."""
    if not events:
        return [section("Nothing is coming. `/events add` adds an event.")]
    blocks: list[Block] = []
    for shown in events[:MOST]:
        blocks += event_blocks(shown)
    if len(events) > MOST:
        blocks.append(context(f"And {len(events) - MOST} more, later."))
    return blocks


def removable_blocks(events: list[Event]) -> list[Block]:
    """One's own events, each with its button."""
    blocks: list[Block] = []
    for event in events[:20]:
        remove = button(
            "Remove",
            "event.remove",
            str(event.id),
            style="danger",
            confirm=confirm("Remove this event?", "Those going are told.", "Remove"),
        )
        blocks.append(section(quoted(event.title, 250), accessory=remove))
    return blocks or [section("There is no event of yours to remove.")]


def cancelled_message(title: str) -> Message:
    """What those going are told when an event was removed."""
    words = f"This event will not take place: *{quoted(title, 250)}*"
    return Message(f"Cancelled: {quoted(cut(title, 150))}", [section(words)])
