"""Reads funding feeds. `python -m feeds.funding FILE` shows what a saved one holds."""

import argparse
import hashlib
import json
import re
import sys
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from feeds.amounts import Amount, Currency, amount_in, read_amount
from feeds.command import run
from feeds.confined import Unread, in_a_process
from feeds.dates import Moment, find_moment
from feeds.documents import BYTES, ITEMS, FeedError, Item, read_document
from feeds.labels import closes_in, funder_in, opens_in
from feeds.status import Status, bare_title, status_in
from feeds.text import clean, lines, web_link

__all__ = ["Call", "Feed", "FeedError", "read", "read_apart"]

SECONDS = 10  # of processor time; 5 MB of ordinary items take about three
_TITLE = 300
_SUMMARY = 4000
_SHORT_TITLE = 80
_THEMES = 20
_LONGEST_ID = 500
_CLOSES_FIELD = re.compile(
    r"(?:^|_)(?:closing|close|closes|closing[_-]?date|close[_-]?date|application[_-]?deadline|deadline"
    r"|end[_-]?date|expir\w*)$"
)
_OPENS_FIELD = re.compile(
    r"(?:^|_)(?:opening|opens|opening[_-]?date|open[_-]?date|start[_-]?date)$"
)
_AMOUNT_FIELD = re.compile(
    r"(?:^|_)(?:amount|award|max(?:imum)?_?(?:award|amount|grant)|award_?max|grant_?(?:size|amount)"
    r"|funding_?(?:amount|available))$"
)
_FUNDER_FIELD = re.compile(r"(?:^|_)(?:funders?|funding_?body|publisher)$")
# GOV.UK and others end an item's id with the time it last changed.
_CHANGED = re.compile(r"[#/]\d{4}-\d\d-\d\dT[\d:.+Z-]+$")


@dataclass(frozen=True)
class Call:
    """One call for proposals. All text is plain and on one line; times know their zone.

    id: the same for the same call at every reading of the feed.
    closes: where the feed gives a date alone, or "midnight", the last second of that day in
    London. opens: where it gives a date alone, the start of that day in London. least, most:
    what one applicant can get, in whole units of `currency`, where the feed states it.
    """

    id: str
    title: str
    link: str | None
    summary: str
    funder: str | None
    opens: datetime | None
    closes: datetime | None
    published: datetime | None
    themes: tuple[str, ...]
    least: int | None = None
    most: int | None = None
    currency: Currency = Currency.GBP
    status: Status = Status.OPEN


@dataclass(frozen=True)
class Feed:
    """more: the feed is longer than 500 items; only the first 500 were read.

    withdrawn: the ids of calls that the feed itself says it has taken back.
    """

    title: str
    calls: tuple[Call, ...]
    more: bool
    withdrawn: tuple[str, ...] = ()


def read(content: bytes, content_type: str | None = None, *, address: str | None = None) -> Feed:
    """The calls of a feed in RSS, Atom or JSON Feed, in its order. Raises FeedError only.

    address: where it came from, to make relative links whole.
    """
    document = read_document(content, content_type)
    calls = [_call(item, address) for item in document.items]
    return Feed(
        title=clean(document.title, _TITLE),
        calls=tuple(_once_each(call for call in calls if call.title)),
        more=document.more,
        withdrawn=tuple(_CHANGED.sub("", clean(id_)) for id_ in document.deleted),
    )


def _call(item: Item, address: str | None) -> Call:
    text = lines(item.body)
    link = web_link(item.link, address) or web_link(item.id)
    title = clean(item.title, _TITLE) or clean(text, _SHORT_TITLE)
    published = find_moment(item.published)
    near = published.day if published else None
    flat = text.replace("\n", " ")
    opens = _in_fields(item, _OPENS_FIELD) or opens_in(flat, near)
    closes = _in_fields(item, _CLOSES_FIELD) or closes_in(flat, near) or closes_in(title, near)
    amount = _amount(item, f"{title}. {flat}")
    return Call(
        id=_id(item, link, title),
        title=title,
        link=link,
        summary=clean(text, _SUMMARY),
        funder=_funder(item, text),
        opens=opens.opening() if opens else None,
        closes=closes.closing() if closes else None,
        published=published.opening() if published else None,
        themes=_themes(item.themes),
        least=amount.least if amount else None,
        most=amount.most if amount else None,
        currency=amount.currency if amount else Currency.GBP,
        status=status_in(title, flat, item.fields),
    )


def _amount(item: Item, text: str) -> Amount | None:
    named = (value for key, value in item.fields.items() if _AMOUNT_FIELD.search(key))
    return next(filter(None, map(read_amount, named)), None) or amount_in(text)


def _in_fields(item: Item, name: re.Pattern[str]) -> Moment | None:
    found = (find_moment(value) for key, value in item.fields.items() if name.search(key))
    return next(filter(None, found), None)


def _funder(item: Item, text: str) -> str | None:
    named = (value for key, value in item.fields.items() if _FUNDER_FIELD.search(key))
    return next(filter(None, (clean(value, _TITLE) for value in named)), None) or funder_in(text)


def _themes(themes: Iterable[str]) -> tuple[str, ...]:
    seen = dict.fromkeys(filter(None, (clean(theme, _SHORT_TITLE) for theme in themes)))
    return tuple(seen)[:_THEMES]


def _id(item: Item, link: str | None, title: str) -> str:
    """The producer's id without the time it may carry; else the link; else made of the title.

    A title keeps its id when "CANCELLED:" or the like is put before it.
    """
    given = _CHANGED.sub("", clean(item.id)) or link
    if given and len(given) <= _LONGEST_ID:
        return given
    return "made:" + hashlib.sha256((given or bare_title(title)).encode()).hexdigest()


def _once_each(calls: Iterable[Call]) -> Iterable[Call]:
    """Each call once. Where a feed gives one id to several links, the link is the id."""
    calls = list(calls)
    links = {(call.id, call.link) for call in calls}
    shared = {given for given, times in Counter(given for given, _ in links).items() if times > 1}
    named = (
        replace(call, id=call.link) if call.id in shared and call.link else call for call in calls
    )
    once: dict[str, Call] = {}
    for call in named:
        once.setdefault(call.id, call)
    return once.values()


async def read_apart(
    content: bytes, content_type: str | None = None, *, address: str | None = None
) -> Feed:
    """As `read`, in a process that is stopped where reading costs too much. Raises FeedError."""
    options = [*_option("--type", content_type), *_option("--address", address)]
    try:
        printed = await in_a_process(
            "feeds.funding", content, "-", "--whole", *options, seconds=3 * SECONDS
        )
    except Unread as error:
        raise FeedError(error.words) from None
    return _feed(json.loads(printed))


def _option(name: str, value: str | None) -> list[str]:
    return [f"{name}={value}"] if value and "\0" not in value else []


def _feed(made: dict[str, Any]) -> Feed:
    calls = tuple(Call(**_timed(call)) for call in made["calls"])
    return Feed(made["title"], calls, made["more"], tuple(made["withdrawn"]))


def _timed(call: dict[str, Any]) -> dict[str, Any]:
    moments = {
        name: datetime.fromisoformat(call[name]) if call[name] else None
        for name in ("opens", "closes", "published")
    }
    words = {"status": Status(call["status"]), "currency": Currency(call["currency"])}
    return call | moments | words | {"themes": tuple(call["themes"])}


def main(arguments: list[str] | None = None) -> int:
    """Prints the calls of a saved feed as JSON lines; 2 and one line on stderr if it cannot."""
    parser = argparse.ArgumentParser(prog="python -m feeds.funding", description=main.__doc__)
    parser.add_argument("file", help="a saved feed: RSS, Atom or JSON Feed; - for standard input")
    parser.add_argument("--type", help="the content type that the server named")
    parser.add_argument("--address", help="where the feed came from")
    parser.add_argument("--whole", action="store_true", help="print the feed as one JSON object")
    parser.add_argument("--seconds", type=int, default=SECONDS, help="of processor time at most")
    asked = parser.parse_args(arguments)

    def lines_of(content: bytes) -> Iterable[Any]:
        feed = read(content, asked.type, address=asked.address)
        if feed.more:
            sys.stderr.write(f"{asked.file}: only the first {ITEMS} items were read\n")
        return [feed] if asked.whole else feed.calls

    return run(asked.file, BYTES, asked.seconds, lines_of)


if __name__ == "__main__":
    sys.exit(main())
