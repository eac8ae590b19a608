"""Funding calls as people see them, and the form for one."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.blocks import (
    Block,
    actions,
    button,
    confirm,
    context,
    header,
    input_block,
    modal,
    section,
    text_input,
)
from bot.cards import Message
from bot.text import counted, cut, joined, moment, quoted
from registry.funding import LONGEST_FUNDER, LONGEST_TITLE, FundingCall, FundingFeed

CALLBACK = "funding.submit"
PAGE = 8


def call_form() -> Block:
    return modal(
        "Add a funding call",
        [
            input_block("title", "Title", text_input("title", most=LONGEST_TITLE)),
            input_block("funder", "Funder", text_input("funder", most=LONGEST_FUNDER)),
            input_block(
                "link",
                "Link",
                text_input("link", most=2000, placeholder="https://…"),
                optional=True,
            ),
            input_block(
                "opens", "Opens", {"type": "datepicker", "action_id": "opens"}, optional=True
            ),
            input_block(
                "closes",
                "Closes",
                {"type": "datepicker", "action_id": "closes"},
                hint="Leave it empty if it has no closing day.",
                optional=True,
            ),
            input_block(
                "closes_at",
                "Closing time",
                {"type": "timepicker", "action_id": "closes_at"},
                hint="Without one, it closes at the end of that day.",
                optional=True,
            ),
            input_block(
                "themes",
                "Themes",
                text_input("themes", most=300, placeholder="flooding, high streets"),
                hint="With commas between.",
                optional=True,
            ),
        ],
        callback_id=CALLBACK,
        submit="Add",
    )


def call_lines(call: FundingCall, now: datetime, zone: ZoneInfo) -> str:
    """Title, funder, closing time and how long there is, themes."""
    lines = [f"*{_linked(call)}*", quoted(call.funder, 150)]
    if call.closes is not None:
        lines.append(f"Closes {moment(call.closes, zone)}: {time_left(call.closes, now)}")
    if call.was_closing is not None:
        lines.append(f"_The closing time has moved: it was {moment(call.was_closing, zone)}_")
    if call.themes:
        lines.append(f"For: {quoted(joined(call.themes), 300)}")
    return "\n".join(lines)


def _linked(call: FundingCall) -> str:
    title = quoted(call.title, 250)
    return f"<{call.link}|{title.replace('|', '/')}>" if _plain(call.link) else title


def _plain(link: str | None) -> bool:
    """Whether a link can stand in Slack's markup as it is."""
    return link is not None and not any(sign in link for sign in "<>|& ")


def time_left(closes: datetime, now: datetime) -> str:
    """'12 days left', 'today'."""
    days = (closes - now).days
    return f"{counted(days, 'day')} left" if days > 0 else "less than a day left"


def call_message(call: FundingCall, now: datetime, zone: ZoneInfo) -> Message:
    """A call that somebody added."""
    blocks = [section(f"New funding call\n{call_lines(call, now, zone)}")]
    if call.link:
        blocks.append(actions([button("Read the call", "funding.read", url=call.link)]))
    return Message(f"New funding call: {quoted(cut(call.title, 150))}", blocks)


def daily_message(
    new: Sequence[FundingCall], closing: Sequence[FundingCall], now: datetime, zone: ZoneInfo
) -> Message:
    """The day's one bundled post: what is new, and what closes soon."""
    blocks: list[Block] = []
    for title, calls in (("New and changed calls", new), ("Closing soon", closing)):
        if calls:
            blocks.append(header(title))
            blocks += [section(call_lines(call, now, zone)) for call in calls[:15]]
            if len(calls) > 15:  # noqa: PLR2004 - those shown above
                blocks.append(context(f"And {len(calls) - 15} more: `/funding` lists them."))
    parts = [counted(len(new), "new call")] if new else []
    parts += [f"{len(closing)} closing soon"] if closing else []
    return Message(f"Funding: {joined(parts)}", blocks)


def feed_summary(
    feed: FundingFeed, calls: Sequence[FundingCall], now: datetime, zone: ZoneInfo
) -> Message:
    """What the first reading of a feed found: one post for all of it."""
    dated = [call for call in calls if call.closes is not None]
    words = f"*Now reading {quoted(feed.title, 200)}*: {counted(len(calls), 'open call')}"
    if dated and dated[0].closes is not None:
        words += f", the next one closing {moment(dated[0].closes, zone)}"
    blocks = [section(words), *(section(call_lines(call, now, zone)) for call in calls[:3])]
    blocks.append(context("New ones are posted here once a day. `/funding` lists them all."))
    return Message(f"Now reading {quoted(cut(feed.title, 120))}", blocks)


def list_blocks(
    calls: Sequence[FundingCall], now: datetime, zone: ZoneInfo, start: int = 0
) -> list[Block]:
    """A page of what is open, by closing date."""
    if not calls:
        return [section("No call is open. `/funding add` adds one.")]
    blocks = [section(f"*{counted(len(calls), 'open call')}*, the next to close first")]
    blocks += [section(call_lines(call, now, zone)) for call in calls[start : start + PAGE]]
    if start + PAGE < len(calls):
        more = button("Show more", "funding.page", str(start + PAGE))
        blocks.append(actions([more]))
    return blocks


def removable_blocks(calls: Sequence[FundingCall]) -> list[Block]:
    """One's own calls, each with its button."""
    blocks: list[Block] = []
    for call in calls[:20]:
        remove = button(
            "Remove",
            "funding.remove",
            str(call.id),
            style="danger",
            confirm=confirm("Remove this call?", "Its reminders stop as well.", "Remove"),
        )
        blocks.append(section(quoted(call.title, 250), accessory=remove))
    return blocks or [section("There is no call of yours to remove.")]


def feeds_blocks(feeds: Sequence[FundingFeed]) -> list[Block]:
    """The feeds with what went wrong last, each with its button."""
    if not feeds:
        return [section("No feed is read yet. `/funding feeds add` and its address adds one.")]
    blocks: list[Block] = []
    for feed in feeds[:20]:
        words = f"*{quoted(feed.title, 200)}*\n{quoted(feed.address, 300)}"
        if feed.failure:
            words += f"\n_Could not be read: {quoted(feed.failure, 300)}_"
        remove = button(
            "Remove",
            "funding.remove_feed",
            str(feed.id),
            style="danger",
            confirm=confirm("Stop reading this feed?", "Its calls go with it.", "Stop reading"),
        )
        blocks.append(section(words, accessory=remove))
    return blocks


def failure_message(feed: FundingFeed) -> Message:
    """What the admin is told of a feed that cannot be read."""
    blocks = [
        section(
            f"*A funding feed cannot be read*\n{quoted(feed.address, 300)}\n"
            f"{quoted(feed.failure or '', 500)}"
        ),
        context("We keep trying every hour. `/funding feeds` removes it."),
    ]
    return Message("A funding feed cannot be read", blocks)
