"""The digest in blocks: what waits for an admin first, then the week."""

from collections.abc import Callable, Iterable
from typing import TypeVar
from zoneinfo import ZoneInfo

from bot.admin.views import PURPOSES
from bot.blocks import Block, actions, button, context, header, section
from bot.cards import Message
from bot.events.views import begins
from bot.priorities.views import digest_line
from bot.text import counted, cut, day, escape, joined, linked, moment, on_one_line, quoted
from bot.words import BANDS
from registry import places
from registry.digest import Digest, Listing, Pair
from registry.disclosure import NeedShown
from registry.events import Event
from registry.funding import FundingCall
from registry.networks import Purpose

LINE = 400

T = TypeVar("T")


def digest_message(digest: Digest) -> Message:
    """The whole digest; a part with nothing in it is left out."""
    zone = digest.network.zone
    until = day(digest.until.astimezone(zone).date())
    title = f"{digest.network.name}: the week to {until}"
    week = _week(digest)
    blocks = [
        header(cut(title, 150)),
        *_to_do(digest),
        *(week or [section("A quiet week: nothing new, and nothing coming up.")]),
        context(_closing(digest)),
    ]
    return Message(quoted(title, 300), blocks)


def _closing(digest: Digest) -> str:
    first = "" if digest.fired else "The first pairs come with the first weekly digest. "
    return f"{first}Nobody is named here. `/network help` lists what admins can do."


def _to_do(digest: Digest) -> list[Block]:
    """What an admin must act on."""
    lines = [
        f"• {PURPOSES[Purpose(channel.purpose)]}: I cannot post in its channel any more."
        for channel in digest.stopped
    ]
    buttons = [button("Choose channels", "network.channels")] if lines else []
    if digest.dead_letters:
        number = counted(digest.dead_letters, "thing")
        lines.append(f"• {number} could not be delivered: `/network errors` shows what.")
    if not lines:
        return []
    blocks = [section(_text("*For you to look at*", lines))]
    return [*blocks, actions(buttons)] if buttons else blocks


def _week(digest: Digest) -> list[Block]:
    zone = digest.network.zone
    parts = [
        _part("New needs", digest.new_needs, _need),
        _part("Pairs of the week", digest.pairs, _pair),
        _part("Needs that nobody fits yet", digest.nobody_fits, _need),
        _part("Asked in several places", digest.priorities, digest_line),
        _introductions(digest),
        _part("Calls closing soon", digest.calls, lambda call: _call(call, zone)),
        _part("Events coming up", digest.events, lambda event: _event(event, zone)),
        _useful(digest),
        _places(digest.unserved),
    ]
    return [section(part) for part in parts if part]


def _part(title: str, listing: Listing[T], line: Callable[[T], str]) -> str:
    """A title and a line for each; "" where there is nothing."""
    if not listing:
        return ""
    lines = [f"• {line(one)}" for one in listing.shown]
    return _text(f"*{title}*", [*lines, *_more(listing.more)])


def _more(number: int) -> list[str]:
    return [f"_and {number} more_"] if number else []


def _text(title: str, lines: Iterable[str]) -> str:
    return "\n".join([title, *lines])


def _need(need: NeedShown) -> str:
    when = f", by {day(need.needed_by)}" if need.needed_by else ""
    return f"{on_one_line(need.question, LINE)} _({_council(need)}{when})_"


def _council(need: NeedShown) -> str:
    """Who asks, as far as it is shown."""
    return on_one_line(need.council or f"a council in {need.where}", 100)


def _pair(pair: Pair) -> str:
    need = f"{on_one_line(pair.need.question, 250)} _({_council(pair.need)})_"
    return f"{need} and _{on_one_line(pair.profile.shown_as, 100)}_: {BANDS[pair.band].lower()}"


def _introductions(digest: Digest) -> str:
    numbers = digest.introductions
    if not numbers:
        return ""
    parts = []
    if numbers.asked:
        parts.append(f"{counted(numbers.asked, 'was', 'were')} asked for")
    if numbers.accepted:
        parts.append(f"{counted(numbers.accepted, 'was', 'were')} agreed by both sides")
    if numbers.met:
        parts.append(f"{numbers.met} led to a meeting")
    said = joined(parts)
    return f"*Introductions*\n{said}."


def _call(call: FundingCall, zone: ZoneInfo) -> str:
    closes = f", closes {moment(call.closes, zone)}" if call.closes else ""
    return f"{_linked(call.title, call.link)}{closes}"


def _event(event: Event, zone: ZoneInfo) -> str:
    return f"{_linked(event.title, event.link)}, {begins(event, zone)}"


def _useful(digest: Digest) -> str:
    numbers = digest.useful
    if not numbers:
        return ""
    counts = (
        (numbers.yes, "useful"),
        (numbers.partly, "partly useful"),
        (numbers.no, "not useful"),
    )
    said = joined(f"{number} {what}" for number, what in counts if number)
    return f"*What people said of the events they went to*\n{said}."


def _linked(title: str, link: str | None) -> str:
    return linked(on_one_line(title, 150), link)


def _places(unserved: Listing[str]) -> str:
    if not unserved:
        return ""
    names = [escape(places.label(code)) for code in unserved.shown]
    said = joined([*names, *([f"{unserved.more} more"] if unserved.more else [])])
    return f"*Places with no need and no expertise*\n{said}"
