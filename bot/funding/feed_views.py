"""Feeds as admins see them: what a trial found, and the list."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from bot.blocks import Block, actions, button, section
from bot.cards import Message
from bot.funding.views import call_lines, open_words
from bot.sources.views import decision, list_buttons, unread_message
from bot.text import counted, cut, moment, quoted
from registry.funding import CallState, FundingCall
from registry.funding_feeds import FundingFeed

PAGE = 20
SHOWN = 3
STAYS = "Its calls go with it, but for those that another feed has or that somebody saved."


def previewed(
    calls: Sequence[FundingCall], title: str, now: datetime, *, more: bool
) -> dict[str, Any]:
    """What is kept of a trial: the first three calls and how many there are."""
    return {
        "title": title,
        "found": len(calls),
        "open": sum(call.is_open(now) for call in calls),
        "to_come": sum(call.to_come(now) for call in calls),
        "more": more,
        "calls": [_kept(call) for call in calls[:SHOWN]],
    }


def _kept(call: FundingCall) -> dict[str, Any]:
    return {
        "title": call.title,
        "funder": call.funder,
        "link": call.link,
        "opens": call.opens.isoformat() if call.opens else None,
        "closes": call.closes.isoformat() if call.closes else None,
        "themes": call.themes,
        "least": call.least,
        "most": call.most,
        "currency": call.currency,
        "state": call.state,
    }


def _call(kept: Mapping[str, Any]) -> FundingCall:
    times = {
        name: datetime.fromisoformat(kept[name]) if kept[name] else None
        for name in ("opens", "closes")
    }
    return FundingCall(**{**kept, **times, "state": CallState(kept["state"])})


def trial_message(feed: FundingFeed, now: datetime, zone: ZoneInfo) -> Message:
    """The first three calls of an address as they would look, or why there are none."""
    if feed.accepted_at is not None:
        words = (
            f"*{quoted(feed.known_as, 200)} is read from now on.*\nNew calls are posted once a day."
        )
        return Message("The feed is read from now on", [section(words)])
    if feed.failure:
        return unread_message(feed)
    kept = feed.preview or {
        "title": feed.known_as,
        "found": 0,
        "open": 0,
        "more": False,
        "calls": [],
    }
    blocks = [
        section(
            f"*{quoted(kept['title'] or feed.known_as, 200)}*\n{quoted(feed.shown_address, 300)}\n"
            + _found_words(kept)
        ),
        *(section(call_lines(_call(one), now, zone)) for one in kept["calls"]),
        decision(feed),
    ]
    return Message(
        f"A feed to read? {quoted(cut(kept['title'] or feed.known_as, 120), 500)}", blocks
    )


def _found_words(kept: Mapping[str, Any]) -> str:
    found, still = kept["found"], kept["open"]
    if not found:
        return "It is a feed, but nothing is in it yet."
    standing = open_words(still, kept.get("to_come", 0))
    words = f"It holds {counted(found, 'item')}: {standing}."
    if kept["more"]:
        words += " It is longer than that: only the first 500 are read."
    if found > SHOWN:
        return f"{words} The first {SHOWN} as they would look:"
    return f"{words} As they would look:"


def feeds_blocks(feeds: Sequence[FundingFeed], zone: ZoneInfo, start: int = 0) -> list[Block]:
    """A page of the feeds with what went wrong last, each with its buttons."""
    if not feeds:
        return [section("No feed is read yet. `/funding feeds add` and its address adds one.")]
    blocks: list[Block] = []
    for feed in feeds[start : start + PAGE]:
        title = f"*{quoted(feed.known_as, 200)}*\n{quoted(feed.shown_address, 300)}"
        blocks.append(section(f"{title}{_how(feed, zone)}"))
        blocks.append(actions(list_buttons(feed, STAYS), block_id=f"feed-{feed.id}"))
    pages = []
    if start > 0:
        pages.append(button("Earlier", "funding.feeds_back", str(max(0, start - PAGE))))
    if start + PAGE < len(feeds):
        pages.append(button("Show more", "funding.feeds_page", str(start + PAGE)))
    return [*blocks, actions(pages, block_id="pages")] if pages else blocks


def _how(feed: FundingFeed, zone: ZoneInfo) -> str:
    if feed.stopped_at is not None:
        return f"\n_No longer read: {quoted(feed.failure or '', 300)}_"
    if feed.paused_at is not None:
        return "\n_Paused_"
    if feed.failure:
        wait = f" Next try {moment(feed.next_read_at, zone)}." if feed.next_read_at else ""
        return f"\n_Could not be read: {quoted(feed.failure, 300)}_{wait}"
    return f"\nLast read {moment(feed.read_at, zone)}" if feed.read_at else "\nNot read yet"
