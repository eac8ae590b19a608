"""Reads funding feeds. `python -m feeds.funding FILE` shows what a saved one holds."""

import argparse
import hashlib
import json
import re
import sys
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path

from feeds.dates import Moment, find_moment
from feeds.documents import BYTES, FeedError, Item, read_document
from feeds.labels import closes_in, funder_in, opens_in
from feeds.text import clean, lines, web_link

__all__ = ["Call", "Feed", "FeedError", "read"]

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
_FUNDER_FIELD = re.compile(r"(?:^|_)(?:funders?|funding_?body|publisher)$")
# GOV.UK and others end an item's id with the time it last changed.
_CHANGED = re.compile(r"[#/]\d{4}-\d\d-\d\dT[\d:.+Z-]+$")


@dataclass(frozen=True)
class Call:
    """One call for proposals. All text is plain and on one line; times know their zone.

    id: the same for the same call at every reading of the feed.
    closes: where the feed gives a date alone, or "midnight", the last second of that day in
    London. opens: where it gives a date alone, the start of that day in London.
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


@dataclass(frozen=True)
class Feed:
    """more: the feed is longer than 500 items; only the first 500 were read."""

    title: str
    calls: tuple[Call, ...]
    more: bool


def read(content: bytes, content_type: str | None = None, *, address: str | None = None) -> Feed:
    """The calls of a feed in RSS, Atom or JSON Feed, in its order. Raises FeedError only.

    address: where it came from, to make relative links whole.
    """
    document = read_document(content, content_type, address)
    calls = [_call(item, address) for item in document.items]
    return Feed(
        title=clean(document.title, _TITLE),
        calls=tuple(_once_each(call for call in calls if call.title)),
        more=document.more,
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
    )


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
    """The producer's id without the time it may carry; else the link; else made of the title."""
    given = _CHANGED.sub("", clean(item.id)) or link
    if given and len(given) <= _LONGEST_ID:
        return given
    return "made:" + hashlib.sha256((given or title).encode()).hexdigest()


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


def main(arguments: list[str] | None = None) -> int:
    """Prints the calls of a saved feed as JSON lines; 2 and one line on stderr if it cannot."""
    parser = argparse.ArgumentParser(prog="python -m feeds.funding", description=main.__doc__)
    parser.add_argument("file", type=Path, help="a saved feed: RSS, Atom or JSON Feed")
    path = parser.parse_args(arguments).file
    try:
        with path.open("rb") as file:
            feed = read(file.read(BYTES + 1))
    except FeedError as error:
        return _unreadable(path, error.words)
    except OSError as error:
        return _unreadable(path, error.strerror or "it cannot be opened")
    for call in feed.calls:
        sys.stdout.buffer.write(_line(call).encode() + b"\n")
    if feed.more:
        sys.stderr.write(f"{path}: only the first {len(feed.calls)} items were read\n")
    return 0


def _line(call: Call) -> str:
    return json.dumps(asdict(call), ensure_ascii=False, default=datetime.isoformat)


def _unreadable(path: Path, words: str) -> int:
    sys.stderr.write(f"{path}: {words}\n")
    return 2


if __name__ == "__main__":
    sys.exit(main())
