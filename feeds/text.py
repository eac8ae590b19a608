"""Other people's HTML as clean text, and their links as links that are safe to show."""

import re
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

_MARKUP = re.compile(r"</?[a-zA-Z!][^<>]*>|&#?\w+;|<(?:script|style|!--)", re.IGNORECASE)
# Dropped: controls, and the marks that turn the reading direction round (used to disguise links).
_UNPRINTABLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]"
)
_SPACE = re.compile(r"[ \t\r\f\u00a0\u2000-\u200a\u202f\u3000]+")
_UNSEEN = frozenset(("script", "style", "template", "iframe", "object", "svg", "math", "noembed"))
_BLOCK = re.compile(
    "address|article|aside|blockquote|br|d[dlt]|div|fig(?:caption|ure)|footer|form|h[1-6]|header|hr"
    "|li|main|nav|ol|p|pre|section|table|t(?:body|d|foot|h|head|r)|ul"
)
_MOST_MARKUP = 100_000  # characters of one item's HTML; the rest is not read
_LONGEST_LINK = 2000


class _Words(HTMLParser):
    """Collects what a reader would see, a line for each block."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._unseen: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        if tag in _UNSEEN:
            self._unseen.append(tag)
        elif _BLOCK.fullmatch(tag):
            self.parts.append("\n")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _UNSEEN:
            self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if self._unseen and tag == self._unseen[-1]:
            self._unseen.pop()
        elif _BLOCK.fullmatch(tag):
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self.parts.append(data)


def lines(markup: str) -> str:
    """Text, or HTML as text: one line for each paragraph, row or list item, no empty ones."""
    markup = markup[:_MOST_MARKUP]
    text = _seen(markup) if _MARKUP.search(markup) else markup
    text = _UNPRINTABLE.sub("", text.encode("utf-8", "replace").decode())
    folded = (_SPACE.sub(" ", line).strip() for line in text.splitlines())
    return "\n".join(line for line in folded if line)


def clean(markup: str, most: int | None = None) -> str:
    """Text, or HTML as text, on one line; cut at a word with an ellipsis past `most`."""
    text = lines(markup).replace("\n", " ")
    return text if most is None else shortened(text, most)


def shortened(text: str, most: int) -> str:
    """The text, cut at a word with an ellipsis past `most` characters."""
    if len(text) <= most:
        return text
    return text[: most - 1].rsplit(" ", 1)[0].rstrip(" ,;:.") + "…"


def web_link(link: str, base: str | None = None) -> str | None:
    """The link, made whole by `base`; None unless it is http(s) and names no user."""
    link = link.strip().replace(" ", "%20")
    if not link or not link.isprintable() or len(link) > _LONGEST_LINK:
        return None
    try:
        link = urljoin(base or "", link)
        parts = urlsplit(link)
        usable = parts.scheme in ("http", "https") and parts.hostname and "@" not in parts.netloc
    except ValueError:
        return None
    return link if usable else None


def _seen(markup: str) -> str:
    # Word's <![if ...]> and stray CDATA marks are nothing to a reader, and HTMLParser
    # raises AssertionError on some of them.
    markup = re.sub(r"<!\[CDATA\[|\]\]>|<!\[[^>]{0,200}>|<!\[", "", markup)
    words = _Words()
    words.feed(_without_comments(markup))
    words.close()
    return "".join(words.parts)


def _without_comments(markup: str) -> str:
    """An unfinished comment goes on to the end; HTMLParser would search for each one's anew."""
    parts: list[str] = []
    at = 0
    while (start := markup.find("<!--", at)) >= 0:
        parts.append(markup[at:start])
        end = markup.find("-->", start)
        if end < 0:
            return "".join(parts)
        at = end + len("-->")
    return "".join([*parts, markup[at:]])
