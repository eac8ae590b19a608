"""A feed's bytes as plain items, whatever its format: RSS, Atom or JSON Feed."""

import io
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from html import unescape
from itertools import islice
from typing import Any

import feedparser

from feeds.command import Refusal
from feeds.encodings import decode

BYTES = 5 * 1024 * 1024
ITEMS = 500

_NETSCAPE = re.compile(r"-//Netscape Communications//DTD RSS 0\.91//EN", re.IGNORECASE)
_ENDED = re.compile(
    r"</(?:\w+:)?(?:rss|rdf|feed|channel)\s*>\s*(?:<!--.*?-->\s*)*\Z", re.IGNORECASE
)
_TOMBSTONE = re.compile(
    r"<(?:\w{1,20}:)?deleted-entry\s[^>]{0,500}?\bref\s*=\s*[\"'](?P<ref>[^\"'<>]{1,2000})[\"']"
)
_LONGEST_REF = 500


class FeedError(Refusal):
    """What came cannot be read as a feed."""


@dataclass(frozen=True)
class Item:
    """One item as its producer wrote it, HTML and all; empty where it wrote nothing.

    fields: what it wrote outside the elements that every format has, by lower-case name.
    """

    id: str = ""
    title: str = ""
    link: str = ""
    body: str = ""
    published: str = ""
    themes: tuple[str, ...] = ()
    fields: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Document:
    """more: the feed holds items past the first 500, which were not read.

    deleted: ids of entries that an Atom feed says were deleted (RFC 6721).
    """

    title: str
    items: tuple[Item, ...]
    more: bool
    deleted: tuple[str, ...] = ()


def read_document(content: bytes, content_type: str | None) -> Document:
    """Links and ids as they stand, made whole by an `xml:base` alone. Raises FeedError."""
    if len(content) > BYTES:
        raise FeedError("That feed is larger than 5 MB. Look for a shorter one.")
    text = decode(content, content_type).strip()
    if not text:
        raise FeedError("That address answers with nothing at all. Check it and try again.")
    if text[0] in "{[":
        return _from_json(text)
    return _from_xml(_without_declarations(text))


def _without_declarations(text: str) -> str:
    """The document from its root element on; refuses a page and a DTD."""
    at = 0
    while (start := text.find("<", at)) >= 0:
        if text.startswith("<!--", start):
            at = _past(text, "-->", start)
        elif text.startswith("<?", start):
            at = _past(text, "?>", start)
        elif text[start + 1 : start + 2] == "!":
            at = _past_doctype(text, start)
        else:
            return _from_root(text[start:])
    raise _no_feed()


def _past(text: str, mark: str, start: int) -> int:
    end = text.find(mark, start)
    return len(text) if end < 0 else end + len(mark)


def _past_doctype(text: str, start: int) -> int:
    """RSS 0.91 names its DTD by rule; that name is skipped. Any other DTD is refused."""
    end = text.find(">", start)
    doctype = text[start : end + 1]
    if re.match(r"<!doctype\s+html\b", doctype, re.IGNORECASE):
        raise _page()
    if end < 0 or "[" in doctype or not _NETSCAPE.search(doctype):
        raise FeedError(
            "That feed contains declarations (a DTD), which are not safe to read. "
            "Look for another feed there."
        )
    return end + 1


def _from_root(text: str) -> str:
    if re.match(r"<(?:html|head|body)\b", text, re.IGNORECASE):
        raise _page()
    return text


def _page() -> FeedError:
    return FeedError(
        "That address answers with a web page, not a feed. "
        "Look on the page for a link named RSS or Atom, and add that."
    )


def _no_feed() -> FeedError:
    return FeedError("What that address sends is not a feed we know. Look for RSS or Atom there.")


def _from_xml(text: str) -> Document:
    parsed = _parsed(text)
    entries = parsed["entries"]
    if not parsed["version"]:
        raise _no_feed()
    if parsed["bozo"] and not _ENDED.search(text[-2000:]):
        entries = _whole(entries, text)
    items = tuple(_from_entry(entry) for entry in entries[:ITEMS])
    title = str(parsed["feed"].get("title", ""))
    return Document(title, items, len(entries) > ITEMS, _deleted(text))


def _deleted(text: str) -> tuple[str, ...]:
    found = islice(_TOMBSTONE.finditer(text), ITEMS)
    return tuple(unescape(match["ref"])[:_LONGEST_REF] for match in found)


def _parsed(text: str) -> Any:
    """What feedparser makes of it. It is given bytes in a file, as it would fetch a string."""
    headers = {"content-type": "application/xml; charset=utf-8"}
    source = io.BytesIO(text.encode("utf-8", "replace"))
    try:
        return feedparser.parse(
            source, response_headers=headers, sanitize_html=False, resolve_relative_uris=False
        )
    except Exception as error:
        raise _no_feed() from error


def _whole(entries: list[Any], text: str) -> list[Any]:
    """The entries of a feed that broke off: the last may lack its end, then it is left out."""
    opened = max(
        (match.start() for match in re.finditer(r"<(?:\w+:)?(?:item|entry)\b", text)), default=0
    )
    closed = re.search(r"</(?:\w+:)?(?:item|entry)\s*>", text[opened:])
    whole = entries if closed else entries[:-1]
    if not whole:
        raise FeedError(
            "The feed at that address breaks off too early to be read. Try again later."
        )
    return whole


def _from_entry(entry: Any) -> Item:
    raw = dict(entry)  # FeedParserDict answers for absent keys, with warnings
    return Item(
        id=str(raw.get("id", "")),
        title=str(raw.get("title", "")),
        link=str(raw.get("link", "")),
        body=str(raw.get("summary") or _first_content(raw)),
        published=str(raw.get("published") or raw.get("updated") or ""),
        themes=tuple(str(tag["term"]) for tag in raw.get("tags", ()) if tag.get("term")),
        fields={key: value for key, value in raw.items() if isinstance(value, str)},
    )


def _first_content(raw: Mapping[str, Any]) -> str:
    return next((str(one.get("value", "")) for one in raw.get("content", ())), "")


def _from_json(text: str) -> Document:
    try:
        whole = json.loads(text)
    except (ValueError, RecursionError):
        raise _no_feed() from None
    items = whole.get("items") if isinstance(whole, dict) else None
    if not isinstance(items, list) or "jsonfeed.org" not in str(whole.get("version")):
        raise FeedError(
            "That address answers with JSON, but not with a JSON Feed. Look for RSS or Atom there."
        )
    read = tuple(_from_object(item) for item in items[:ITEMS] if isinstance(item, dict))
    return Document(_string(whole.get("title")), read, len(items) > ITEMS)


def _from_object(item: Mapping[str, Any]) -> Item:
    tags = item.get("tags")
    return Item(
        id=_string(item.get("id")),
        title=_string(item.get("title")),
        link=_string(item.get("url")) or _string(item.get("external_url")),
        body=_first_string(item, ("summary", "content_html", "content_text")),
        published=_first_string(item, ("date_published", "date_modified")),
        themes=tuple(filter(None, map(_string, tags))) if isinstance(tags, list) else (),
        fields=dict(_extras(item)),
    )


def _extras(item: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    """An item's own strings and those of its extensions, whose names begin with `_`."""
    for key, value in item.items():
        if isinstance(value, str):
            yield key.lower(), value
        elif key.startswith("_") and isinstance(value, dict):
            yield from (
                (inner.lower(), text) for inner, text in value.items() if isinstance(text, str)
            )


def _first_string(item: Mapping[str, Any], names: Iterable[str]) -> str:
    return next(filter(None, (_string(item.get(name)) for name in names)), "")


def _string(value: Any) -> str:
    """Text, or a number as text (ids are numbers in some feeds); else nothing."""
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""
