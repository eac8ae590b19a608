"""Funding calls as people see them: their lines, their buttons, and the messages about them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time
from zoneinfo import ZoneInfo

from bot.blocks import Block, actions, button, context, header, section
from bot.cards import Message
from bot.text import counted, cut, joined, moment, quoted, short_day
from feeds.amounts import Currency
from registry.funding import CallState, FundingCall, News
from registry.funding_channels import CLOSING

LONGEST_INLINE = 300
MOST_NAMED = 3
MOST_CHANGED = 6
MOST_CLOSING = 6
MOST_POSTED = 18
MOST_SUMMARISED = 3
MOST_NOTED = 5
MILLION = 1_000_000
SIGNS = {Currency.GBP: "£", Currency.EUR: "€", Currency.USD: "$"}


@dataclass(frozen=True)
class CallShown:
    """A call with what it fits: the questions of open needs that the whole network may see.

    saved: whether the reader saved it; None where the readers are many.
    """

    call: FundingCall
    fits: tuple[str, ...] = ()
    saved: bool | None = None


def money(amount: int, currency: str | None = None) -> str:
    """£250,000, €1.5 million; in pounds where no currency is given."""
    sign = SIGNS[Currency(currency or Currency.GBP)]
    if amount >= MILLION and amount % (MILLION // 100) == 0:
        return f"{sign}{amount / MILLION:,.2f}".rstrip("0").rstrip(".") + " million"
    return f"{sign}{amount:,}"


def amount_line(call: FundingCall) -> str:
    """As "Up to £250,000", or nothing where no amount is known."""
    least = money(call.least, call.currency) if call.least is not None else ""
    if call.most is None:
        return f"From {least}" if least else ""
    most = money(call.most, call.currency)
    if call.least is not None and call.least < call.most:
        return f"{least} to {most}"
    return most if call.least == call.most else f"Up to {most}"


def call_lines(call: FundingCall, now: datetime, zone: ZoneInfo) -> str:
    """Title, funder, amount, closing time, what changed, themes."""
    money = amount_line(call)
    lines = [
        f"*{linked(call)}*",
        quoted(call.funder, 150) + (f" · {money}" if money else ""),
        *_standing(call, now, zone),
    ]
    if call.themes:
        lines.append(f"For: {quoted(joined(call.themes), 300)}")
    return "\n".join(lines)


def _standing(call: FundingCall, now: datetime, zone: ZoneInfo) -> list[str]:
    if call.state == CallState.WITHDRAWN:
        return ["*Withdrawn by the funder*"]
    if call.closes is not None and call.closes <= now:
        return [f"Closed {moment(call.closes, zone)}"]
    if call.state == CallState.CLOSED:
        return ["*Closed*"]
    lines = []
    if call.opens is not None and call.opens > now:
        lines.append(f"Opens {_opening(call.opens, zone)}")
    if call.closes is not None:
        lines.append(f"Closes {moment(call.closes, zone)}")
    if call.was_closing is not None:
        now_none = "" if call.closes else "; there is none now"
        lines.append(f"_Deadline moved: it was {moment(call.was_closing, zone)}{now_none}_")
    return lines


def _opening(opens: datetime, zone: ZoneInfo) -> str:
    """The day alone where it opens as the day begins."""
    local = opens.astimezone(zone)
    return short_day(local.date()) if local.time() == time() else moment(opens, zone)


def linked(call: FundingCall, most: int = 250) -> str:
    """The title as a link where the link can stand in Slack's markup."""
    title = quoted(call.title, most)
    link = call.link or ""
    escaped = link.replace("&", "&amp;")
    if not link or len(escaped) > LONGEST_INLINE or any(sign in link for sign in "<>| "):
        return title
    return f"<{escaped}|{title.replace('|', '/')}>"


def open_words(number: int, to_come: int) -> str:
    """'6 open calls and 2 to come', of so many that are not over, some of them not open yet."""
    if not number:
        return "no open call"
    if not to_come:
        return counted(number, "open call")
    if to_come == number:
        return f"{counted(number, 'call')} to come"
    return f"{counted(number - to_come, 'open call')} and {to_come} to come"


def days_words(days: Sequence[int]) -> str:
    """'28 days, 7 days and 1 day'."""
    return joined(counted(one, "day") for one in days)


def fits_line(fits: Sequence[str]) -> str:
    """'Fits 4 open needs here: one, two, three and 1 more'."""
    named = [f"“{quoted(question, 90)}”" for question in fits[:MOST_NAMED]]
    if len(fits) > MOST_NAMED:
        named.append(f"{len(fits) - MOST_NAMED} more")
    return f"Fits {counted(len(fits), 'open need')} here: {joined(named)}"


def call_blocks(shown: CallShown, now: datetime, zone: ZoneInfo, title: str = "") -> list[Block]:
    """A call with what it fits and its buttons."""
    call = shown.call
    text = call_lines(call, now, zone)
    if title:
        text = f"{title}\n{text}"
    if call.is_open(now) and shown.fits:
        text += f"\n{fits_line(shown.fits)}"
    buttons = call_buttons(shown, now)
    blocks = [section(text)]
    return [*blocks, actions(buttons, block_id=f"call-{call.id}")] if buttons else blocks


def call_buttons(shown: CallShown, now: datetime) -> list[Block]:
    """What can be done with a call; with one that is over, only reading it."""
    call, value = shown.call, str(shown.call.id)
    buttons: list[Block] = []
    if call.is_open(now):
        if shown.fits:
            words = "Show the need" if len(shown.fits) == 1 else "Show the needs"
            buttons.append(button(words, "funding.fits", value, style="primary"))
        save = ("Unsave", "funding.unsave") if shown.saved else ("Save", "funding.save")
        buttons += [
            button(*save, value),
            button("Share to a need", "funding.share", value),
            button("Not relevant", "funding.not_relevant", value),
        ]
    if call.link:
        buttons.append(button("Read the call", "funding.read", value, url=call.link))
    return buttons


def call_message(shown: CallShown, now: datetime, zone: ZoneInfo) -> Message:
    """A call that somebody added."""
    title = cut(shown.call.title, 150)
    return Message(
        f"New funding call: {quoted(title, 600)}",
        call_blocks(shown, now, zone, "New funding call"),
    )


@dataclass(frozen=True)
class Why:
    """Why a person is told of a call: the questions of their needs, and words of their profile."""

    needs: tuple[str, ...]
    words: tuple[str, ...]


def alert_message(shown: CallShown, why: Why, now: datetime, zone: ZoneInfo) -> Message:
    """A call that fits what a person needs or offers; their own needs are named once."""
    others = tuple(question for question in shown.fits if question not in why.needs)
    shown = replace(shown, fits=others)
    reasons = [f"your need “{quoted(question, 150)}”" for question in why.needs[:MOST_NAMED]]
    if why.words:
        reasons.append(f"your expertise: both mention {quoted(joined(why.words), 200)}")
    title = "*A funding call that fits you*"
    if reasons:
        title += f"\nIt fits {joined(reasons)}."
    blocks = [
        *call_blocks(shown, now, zone, title),
        actions([button("My alerts", "funding.alerts")], block_id="alerts"),
    ]
    return Message(
        f"A funding call that fits you: {quoted(cut(shown.call.title, 120), 500)}", blocks
    )


def saved_closing_message(shown: CallShown, now: datetime, zone: ZoneInfo) -> Message:
    """A reminder of a call that a person saved."""
    title = quoted(cut(shown.call.title, 120), 500)
    return Message(
        f"A call that you saved closes soon: {title}",
        call_blocks(shown, now, zone, "*A call that you saved closes soon*"),
    )


def saved_changed_message(shown: CallShown, now: datetime, zone: ZoneInfo) -> Message:
    """A change of a call that a person saved."""
    title = quoted(cut(shown.call.title, 120), 500)
    return Message(
        f"A call that you saved has changed: {title}",
        call_blocks(shown, now, zone, "*A call that you saved has changed*"),
    )


TITLES = {
    News.REOPENED: "_Open again_",
    News.WITHDRAWN: "_Withdrawn_",
    News.CLOSED: "_Closed early_",
    News.MOVED: "_It has a deadline now_",
}


def _title(call: FundingCall, why: News) -> str:
    """What happened, unless the call's own lines say that its deadline moved."""
    return "" if why is News.MOVED and call.was_closing is not None else TITLES[why]


def post_message(calls: Sequence[tuple[CallShown, str]], now: datetime, zone: ZoneInfo) -> Message:
    """The day's one bundled post: what changed, what closes soon and what is new."""
    new = [shown for shown, why in calls if why == News.NEW]
    closing = [shown for shown, why in calls if why == CLOSING]
    changed = [
        (shown, _title(shown.call, News(why)))
        for shown, why in calls
        if why not in (News.NEW, CLOSING)
    ]
    room = MOST_POSTED - min(len(changed), MOST_CHANGED) - min(len(closing), MOST_CLOSING)
    blocks = [
        *_part("New calls", [(shown, "") for shown in new], room, now, zone),
        *_part("Changed calls", changed, MOST_CHANGED, now, zone),
        *_part("Closing soon", [(shown, "") for shown in closing], MOST_CLOSING, now, zone),
    ]
    parts = [counted(len(new), "new call")] if new else []
    parts += [f"{len(changed)} changed"] if changed else []
    parts += [f"{len(closing)} closing soon"] if closing else []
    return Message(f"Funding: {joined(parts)}", blocks)


def _part(
    title: str,
    calls: Sequence[tuple[CallShown, str]],
    most: int,
    now: datetime,
    zone: ZoneInfo,
) -> list[Block]:
    if not calls:
        return []
    blocks: list[Block] = [header(title)]
    for shown, what in calls[:most]:
        blocks += call_blocks(shown, now, zone, what)
    if len(calls) > most:
        blocks.append(context(f"And {len(calls) - most} more: `/funding` lists them."))
    return blocks


def summary_message(
    title: str, calls: Sequence[CallShown], now: datetime, zone: ZoneInfo
) -> Message:
    """What the first reading of a feed found: one post for all of it."""
    still = [shown for shown in calls if shown.call.is_open(now)]
    to_come = sum(shown.call.to_come(now) for shown in still)
    dated = [shown.call.closes for shown in still if shown.call.closes is not None]
    words = f"*Now reading {quoted(title, 200)}*: {open_words(len(still), to_come)}"
    if dated:
        words += f", the next one closing {moment(min(dated), zone)}"
    blocks = [section(words)]
    for shown in calls[:MOST_SUMMARISED]:
        blocks += call_blocks(shown, now, zone)
    blocks.append(context("New ones are posted here once a day. `/funding` lists them all."))
    return Message(f"Now reading {quoted(cut(title, 120), 500)}", blocks)


def noted_block(calls: Sequence[FundingCall], now: datetime, zone: ZoneInfo) -> Block:
    """The calls that are noted on a need, as its card lists them."""
    lines = [f"• {linked(call, 150)}: {briefly(call, now, zone)}" for call in calls[:MOST_NOTED]]
    if len(calls) > MOST_NOTED:
        lines.append(f"And {len(calls) - MOST_NOTED} more.")
    return section("\n".join(["*Funding calls noted*", *lines]))


def briefly(call: FundingCall, now: datetime, zone: ZoneInfo) -> str:
    """'closes Thu 30 Apr, 23:59', or why it cannot be applied for."""
    if call.state == CallState.WITHDRAWN:
        return "withdrawn by the funder"
    if not call.is_open(now):
        return "closed"
    return f"closes {moment(call.closes, zone)}" if call.closes else "no closing day"


def saved_lines(calls: Sequence[FundingCall], now: datetime, zone: ZoneInfo) -> str:
    """A person's saved calls, the next to close first, as App Home lists them."""
    return "\n".join(f"• {linked(call, 150)}: {briefly(call, now, zone)}" for call in calls)
