"""Calendars as admins see them, and the posts about what is in them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from bot.blocks import (
    Block,
    actions,
    button,
    context,
    header,
    input_block,
    modal,
    section,
    text_input,
)
from bot.cards import Message
from bot.events.views import EventShown, changes, event_blocks, event_lines
from bot.sources.views import decision, list_buttons, unread_message
from bot.text import counted, cut, joined, moment, quoted
from registry.attendances import Numbers
from registry.calendars import EventCalendar
from registry.event_bundles import EventBundleItem, News
from registry.events import Event

CALLBACK = "calendar.submit"
MOST_LISTED = 20
MOST_ITEMS = 16
STAYS = "Its events go with it, but for those that somebody comes to."
TITLES: Mapping[str, str] = {
    News.NEW: "New events",
    News.CHANGED: "Changed events",
    News.CANCELLED: "Cancelled events",
    News.BACK: "Taking place after all",
}
NEXT = "New, changed and cancelled events are posted here once a day. `/events` lists them all."


@dataclass(frozen=True)
class Item:
    """An event in a bundled post."""

    item: EventBundleItem
    shown: EventShown


def add_form() -> Block:
    return modal(
        "Add a calendar",
        [
            input_block(
                "address",
                "Address",
                text_input("address", most=2000, placeholder="https://… or webcal://…"),
                hint="Of a calendar in iCalendar form; it often ends in .ics.",
            )
        ],
        callback_id=CALLBACK,
        submit="Try it",
    )


def calendars_blocks(calendars: Sequence[tuple[EventCalendar, int]], zone: ZoneInfo) -> list[Block]:
    """Each calendar with how many of its events are coming, and its buttons."""
    blocks: list[Block] = []
    for calendar, coming in calendars[:MOST_LISTED]:
        blocks.append(section(_calendar_lines(calendar, coming, zone)))
        blocks.append(actions(list_buttons(calendar, STAYS), block_id=f"calendar-{calendar.id}"))
    if len(calendars) > MOST_LISTED:
        blocks.append(context(f"And {len(calendars) - MOST_LISTED} more."))
    words = "" if calendars else "No calendar is read yet."
    add = actions([button("Add a calendar", "calendar.add")], block_id="calendar-add")
    return [*([section(words)] if words else blocks), add]


def _calendar_lines(calendar: EventCalendar, coming: int, zone: ZoneInfo) -> str:
    lines = [f"*{quoted(calendar.known_as, 200)}*"]
    if calendar.known_as != calendar.shown_address:
        lines.append(quoted(calendar.shown_address, 300))
    if calendar.accepted_at is None:
        lines.append("Not read yet: you have not said whether this is the one.")
    elif calendar.stopped_at is not None:
        lines.append("No longer read.")
    elif calendar.paused_at is not None:
        lines.append(f"Paused since {moment(calendar.paused_at, zone)}.")
    else:
        read = f", last read {moment(calendar.read_at, zone)}" if calendar.read_at else ""
        lines.append(f"{counted(coming, 'event')} coming{read}")
    if calendar.failure and calendar.paused_at is None:
        lines.append(f"_It could not be read: {quoted(calendar.failure, 300)}_")
    return "\n".join(lines)


# Trying one


def as_found(events: Sequence[Event]) -> list[dict[str, Any]]:
    """A few events as JSON, to be drawn later."""
    return [
        {
            "title": one.title,
            "starts": one.starts.isoformat(),
            "ends": one.ends.isoformat(),
            "all_day": one.all_day,
            "time_zone": one.time_zone,
            "place": one.place,
        }
        for one in events
    ]


def trial_message(calendar: EventCalendar, zone: ZoneInfo) -> Message:
    """What is in a calendar, or why it could not be read, with the question."""
    if calendar.accepted_at is not None:
        words = f"*{quoted(calendar.known_as, 200)}* is read every hour now."
        then = "What is in it is posted to the events channel."
        return Message("The calendar is read now", [section(f"{words} {then}")])
    found = calendar.preview
    if found is None:
        return unread_message(calendar)
    number = (
        f"{found['number']} events or more" if found["more"] else counted(found["number"], "event")
    )
    words = f"*{quoted(calendar.known_as, 200)}*\n{number} in the next six months"
    blocks = [section(f"{words}, the first ones:" if found["events"] else f"{words}.")]
    blocks += [section(event_lines(_as_shown(one, zone))) for one in found["events"]]
    return Message(f"Found: {quoted(cut(calendar.known_as, 150))}", [*blocks, decision(calendar)])


def _as_shown(one: Mapping[str, Any], zone: ZoneInfo) -> EventShown:
    event = Event(
        title=one["title"],
        starts=datetime.fromisoformat(one["starts"]),
        ends=datetime.fromisoformat(one["ends"]),
        all_day=one["all_day"],
        time_zone=one["time_zone"],
        place=one["place"],
    )
    return EventShown(event, Numbers(), zone)


# Posts


def summary_message(title: str, coming: int, items: Sequence[Item]) -> Message:
    """The first reading of a calendar: one post for all of it."""
    words = f"*Now reading {quoted(title, 200)}*: {counted(coming, 'event')} in the next six months"
    blocks = [section(words)]
    for one in items:
        blocks += event_blocks(one.shown)
    blocks.append(context(NEXT))
    return Message(f"Now reading {quoted(cut(title, 120))}", blocks)


def bundle_message(items: Sequence[Item]) -> Message:
    """The day's one post: what is new, changed, cancelled, or takes place after all."""
    blocks: list[Block] = []
    parts = []
    left = MOST_ITEMS
    for news, title in TITLES.items():
        found = [one for one in items if one.item.news == news]
        if not found:
            continue
        number = len(found) + sum(one.item.more for one in found)
        parts.append(f"{number} {_word(news)}")
        if left:
            blocks.append(header(title))
        for one in found[:left]:
            blocks += _item_blocks(one)
        left -= len(found[:left])
    if len(items) > MOST_ITEMS:
        blocks.append(
            context(f"And {len(items) - MOST_ITEMS} more: `/events` lists what is coming.")
        )
    return Message(f"Events: {joined(parts)}", blocks)


def _word(news: str) -> str:
    return "taking place after all" if news == News.BACK else str(news)


def _item_blocks(one: Item) -> list[Block]:
    blocks = event_blocks(one.shown)
    said = []
    if one.item.news == News.CHANGED and one.item.was and not one.shown.event.cancelled_at:
        said += changes(one.shown, one.item.was)
    if one.item.more:
        said.append(f"The same goes for {counted(one.item.more, 'later date')} of this series.")
    return [blocks[0], context("\n".join(said)), *blocks[1:]] if said else blocks
