"""Events as people see them, and the form for one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.blocks import (
    Block,
    actions,
    button,
    context,
    input_block,
    modal,
    option,
    section,
)
from bot.cards import Message
from bot.fields import day_field, link_field, text_field, time_field
from bot.own import Owned, own_blocks
from bot.text import clock_time, counted, cut, joined, moment, quoted, short_day
from registry.attendances import Answer, Numbers, Useful
from registry.disclosure import ComingShown
from registry.events import (
    LONGEST_DESCRIPTION,
    LONGEST_PLACE,
    LONGEST_TITLE,
    Before,
    Event,
    told,
)
from registry.reminders import DAY, HOUR

CALLBACK = "event.submit"
CHANGED = "event.change_submit"
PAGE = 12
EVENTS = Owned("event", "event", "Those who come are told.")
AN_HOUR_OR_SO = timedelta(minutes=75)
MOST_NAMES = 30
MOST_ORGANISATIONS = 10
LONGEST_ABOUT = 600
USEFUL = {Useful.YES: "Yes", Useful.PARTLY: "Partly", Useful.NO: "No"}
ANSWERED = {
    Answer.GOING: "See you there.",
    Answer.MAYBE: "Noted.",
    Answer.NO: "Noted. Thank you.",
}
REMINDED = {DAY: "the day before", HOUR: "an hour before"}


@dataclass(frozen=True)
class EventShown:
    """An event as a reader in `zone` sees it; calendar_link: where its file is, if anywhere."""

    event: Event
    numbers: Numbers
    zone: ZoneInfo
    calendar_link: str | None = None


# The form


def event_form(time_zone: str, event: Event | None = None) -> Block:
    """The form for an event, empty or with what one is now."""
    return modal(
        "Change an event" if event else "Add an event",
        [
            text_field("title", "Title", most=LONGEST_TITLE, initial=event.title if event else ""),
            *_when_fields(time_zone, event),
            *_what_fields(event),
        ],
        callback_id=CHANGED if event else CALLBACK,
        submit="Save" if event else "Add",
        metadata=str(event.id) if event else "",
    )


def _when_fields(time_zone: str, event: Event | None) -> list[Block]:
    zone_menu = {
        "type": "external_select",
        "action_id": "time_zone.search",
        "placeholder": {"type": "plain_text", "text": "Type a city"},
        "min_query_length": 2,
        "initial_option": option(time_zone, time_zone),
    }
    starts = event.starts.astimezone(event.zone) if event else None
    ends = event.ends.astimezone(event.zone) if event else None
    another_day = ends.date() if starts and ends and ends.date() != starts.date() else None
    return [
        day_field("day", "Day", starts),
        time_field("starts_at", "Starts at", starts.time() if starts else None),
        time_field("ends_at", "Ends at", ends.time() if ends else None),
        day_field(
            "end_day",
            "Last day",
            another_day,
            hint="Only if it ends on another day.",
            optional=True,
        ),
        input_block("time_zone", "Time zone", zone_menu),
    ]


def _what_fields(event: Event | None) -> list[Block]:
    return [
        text_field(
            "place",
            "Place",
            most=LONGEST_PLACE,
            initial=event.place if event else "",
            optional=True,
        ),
        link_field(
            "link",
            "Link",
            (event.link or "") if event else "",
            hint="A place or a link: one of the two is needed.",
        ),
        text_field(
            "description",
            "What it is about",
            most=LONGEST_DESCRIPTION,
            multiline=True,
            initial=event.description if event else "",
            optional=True,
        ),
    ]


# An event


def begins(event: Event, zone: ZoneInfo) -> str:
    """From when, for each reader, where there is room for no more."""
    return short_day(event.first_day) if event.all_day else moment(event.starts, zone)


def when(event: Event, zone: ZoneInfo) -> str:
    """From when to when, for each reader; whole days are the same days everywhere."""
    return _span(told(event), zone, event.zone)


def when_it_was(before: Before, event: Event, zone: ZoneInfo) -> str:
    """The same, of what an event was."""
    return _span(before, zone, event.zone)


def _span(before: Before, zone: ZoneInfo, there: ZoneInfo) -> str:
    starts, ends = before["starts"], before["ends"]
    if len(starts) == len("2026-03-20"):
        first, last = date.fromisoformat(starts), date.fromisoformat(ends)
        if first == last:
            return f"{short_day(first)}, all day"
        return f"{short_day(first)} to {short_day(last)}"
    begins, finishes = datetime.fromisoformat(starts), datetime.fromisoformat(ends)
    words = moment(begins, zone)
    if finishes > begins:
        same_day = begins.astimezone(zone).date() == finishes.astimezone(zone).date()
        until = clock_time(finishes, zone) if same_day else moment(finishes, zone)
        words += f" to {until}"
    if begins.astimezone(zone).utcoffset() != begins.astimezone(there).utcoffset():
        city = there.key.rpartition("/")[2].replace("_", " ")
        words += f" ({begins.astimezone(there):%H:%M} {city} time)"
    return words


def event_lines(shown: EventShown) -> str:
    """Title, when, where, how many are going."""
    event = shown.event
    title = f"*{quoted(event.title, 250)}*"
    lines = [f"Cancelled: {title}" if event.cancelled_at else title, when(event, shown.zone)]
    if event.place:
        lines.append(quoted(event.place, 300))
    if said := coming_line(shown.numbers):
        lines.append(said)
    return "\n".join(lines)


def coming_line(numbers: Numbers) -> str:
    """'3 people are going, 1 may come'; "" for nobody."""
    parts = []
    if numbers.going:
        parts.append(f"{counted(numbers.going, 'person is', 'people are')} going")
    if numbers.maybe:
        parts.append(f"{numbers.maybe} may come" if parts else _may_come(numbers.maybe))
    return ", ".join(parts)


def _may_come(number: int) -> str:
    return f"{counted(number, 'person', 'people')} may come"


def event_blocks(shown: EventShown, *, about: bool = False) -> list[Block]:
    """An event with the buttons to answer; a cancelled one can only be taken from calendars.

    about: with what it is about, where it stands alone.
    """
    value = str(shown.event.id)
    buttons = [] if shown.event.cancelled_at else _answers(shown)
    if shown.calendar_link:
        words = "Take it out of my calendar" if shown.event.cancelled_at else "Add to my calendar"
        buttons.append(button(words, "event.calendar", url=shown.calendar_link))
    blocks = [section(event_lines(shown))]
    if about and shown.event.description and not shown.event.cancelled_at:
        blocks.append(section(quoted(shown.event.description, LONGEST_ABOUT)))
    return [*blocks, actions(buttons, block_id=f"event-{value}")] if buttons else blocks


def _answers(shown: EventShown) -> list[Block]:
    value = str(shown.event.id)
    buttons = [
        button("Going", "event.going", value, style="primary"),
        button("Maybe", "event.maybe", value),
        button("Not going", "event.not_going", value),
    ]
    if coming_line(shown.numbers):
        buttons.append(button("Who is coming", "event.who", value))
    if shown.event.link:
        buttons.append(button("Join or read more", "event.read", url=shown.event.link))
    return buttons


def event_message(shown: EventShown) -> Message:
    kind = "Cancelled" if shown.event.cancelled_at else "Event"
    return Message(f"{kind}: {_short(shown.event)}", event_blocks(shown, about=True))


def _short(event: Event) -> str:
    return quoted(cut(event.title, 150))


# Answers and who comes


def answered_words(answer: Answer, reminders: Sequence[timedelta]) -> str:
    """What somebody who answered is told, with the reminders that are still to come."""
    said = [REMINDED[one] for one in reminders]
    return f"{ANSWERED[answer]} We remind you {joined(said)}." if said else ANSWERED[answer]


def answered_blocks(event_id: int, answer: Answer, words: str, *, name_shown: bool) -> list[Block]:
    """These words to somebody who answered; only who comes may show their name."""
    blocks = [section(words)]
    if answer is Answer.NO:
        return blocks
    return [*blocks, *consent_blocks(event_id, name_shown=name_shown)]


def consent_blocks(event_id: int, *, name_shown: bool) -> list[Block]:
    """Whether one's name is shown, and the button to change that."""
    if name_shown:
        words = "Your name is shown to others who come."
        change = button("Hide my name", "event.hide_name", str(event_id))
    else:
        words = "You are counted, and your name is not shown."
        change = button("Show my name to others who come", "event.show_name", str(event_id))
    return [context(words), actions([change])]


def who_blocks(event: Event, shown: ComingShown) -> list[Block]:
    """Who is coming, as far as they want it known."""
    here, elsewhere = shown.slack_ids[:MOST_NAMES], shown.organisations[:MOST_ORGANISATIONS]
    names = [f"<@{slack_id}>" for slack_id in here]
    names += [f"somebody of {quoted(name, 100)}" for name in elsewhere]
    more = shown.others - len(names)
    if not shown.total:
        return [section("Nobody has said so yet.")]
    title = f"*{quoted(event.title, 250)}*\n{coming_line(shown.numbers)}."
    if not shown.reader_comes:
        hint = "Those who say Going or Maybe see the names of others who show theirs."
        return [section(title), context(hint)]
    if not shown.others:
        return [section(title), context("Nobody besides you has said so yet.")]
    if not names:
        return [section(title), context("None of the others shows their name.")]
    said = joined([*names, f"{more} more"] if more else names)
    return [section(title), section(f"Besides you: {said}")]


# Reminders, changes, afterwards


def reminder_message(shown: EventShown, now: datetime) -> Message:
    """A reminder, with how long there is from now."""
    words = how_long(shown.event, shown.zone, now)
    blocks = [section(f"*{words}*"), *event_blocks(shown, about=True)]
    return Message(f"{words}: {_short(shown.event)}", blocks)


def how_long(event: Event, zone: ZoneInfo, now: datetime) -> str:
    """'In 7 days', 'Tomorrow', 'In one hour': by the reader's days."""
    first = event.first_day if event.all_day else event.starts.astimezone(zone).date()
    days = (first - now.astimezone(zone).date()).days
    if days > 1:
        return f"In {days} days"
    left = event.starts - now
    if not event.all_day and left <= AN_HOUR_OR_SO:
        minutes = max(1, round(left.total_seconds() / 60))
        one_hour = minutes >= 45  # noqa: PLR2004 - nearer to an hour than to half of one
        return "In one hour" if one_hour else f"In {counted(minutes, 'minute')}"
    return "Tomorrow" if days else "Today"


def change_message(shown: EventShown, before: Before) -> Message:
    """What those who come are told: the event as it is now, under what it was."""
    lines = ["You said Going or Maybe to an event that has changed.", *changes(shown, before)]
    blocks = [section("\n".join(lines)), *event_blocks(shown)]
    return Message(f"Changed: {_short(shown.event)}", blocks)


def changes(shown: EventShown, before: Before) -> list[str]:
    """A line for each thing that was otherwise; what it is now stands in the event's own lines."""
    event, now = shown.event, told(shown.event)
    lines = []
    if (now["starts"], now["ends"]) != (before["starts"], before["ends"]):
        lines.append(f"It was {when_it_was(before, event, shown.zone)}")
    if now["title"] != before["title"]:
        lines.append(f"It was called {quoted(before['title'], 250)}")
    if now["place"] != before["place"]:
        gone = "" if event.place else "; none is given now"
        lines.append(f"The place was {quoted(before['place'], 300) or 'not given'}{gone}")
    if now["link"] != before["link"]:
        lines.append("It has another link." if event.link else "It no longer has a link.")
    return lines


def cancelled_message(shown: EventShown) -> Message:
    """What those who come are told when an event was cancelled."""
    words = f"This event will not take place: *{quoted(shown.event.title, 250)}*"
    return Message(
        f"Cancelled: {_short(shown.event)}",
        [section(f"{words}\n{when(shown.event, shown.zone)}"), *_only_buttons(shown)],
    )


def back_message(shown: EventShown) -> Message:
    """What those who come are told when a cancelled event takes place after all."""
    words = "An event that was cancelled takes place after all."
    return Message(f"It takes place: {_short(shown.event)}", [section(words), *event_blocks(shown)])


def _only_buttons(shown: EventShown) -> list[Block]:
    return [block for block in event_blocks(shown) if block["type"] == "actions"]


def useful_message(event: Event, said: str | None) -> Message:
    """The day after: was it useful?"""
    title = quoted(event.title, 250)
    words = f"Was it useful? *{title}*"
    note = "Only the numbers are told, in the weekly digest."
    if said in USEFUL:
        note = f"You said: {USEFUL[Useful(said)]}. Thank you. You can still change it. {note}"
    buttons = [
        button(label, f"event.useful.{useful}", f"{event.id}:{useful}")
        for useful, label in USEFUL.items()
    ]
    blocks = [section(words), actions(buttons, block_id=f"useful-{event.id}"), context(note)]
    return Message(f"Was it useful? {_short(event)}", blocks)


# Lists


def list_blocks(events: Sequence[EventShown], start: int, total: int) -> list[Block]:
    """A page of what is coming, the next first."""
    if not total:
        return [section("Nothing is coming. `/events add` adds an event.")]
    if not events:
        return [section("That is all.")]
    blocks: list[Block] = []
    for shown in events:
        blocks += event_blocks(shown)
    left = total - start - len(events)
    if left:
        blocks.append(context(f"And {left} more, later."))
        more = button("Show more", "event.page", str(start + len(events)))
        blocks.append(actions([more], block_id="event-page"))
    return blocks


def own_event_blocks(events: Sequence[Event], word: str, start: int, zone: ZoneInfo) -> list[Block]:
    """A page of one's own events, the next first. word: edit or remove."""
    lines = [(event.id, f"{quoted(event.title, 250)}\n{when(event, zone)}") for event in events]
    return own_blocks(EVENTS, lines, word, start)
