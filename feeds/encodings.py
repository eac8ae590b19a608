"""Bytes of a feed as text, whatever the producer or its server claims about them."""

import codecs
import re

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (b"<\x00\x00\x00", "utf-32-le"),
    (b"\x00\x00\x00<", "utf-32-be"),
    (b"<\x00", "utf-16-le"),
    (b"\x00<", "utf-16-be"),
)
_DECLARED = re.compile(rb"^\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([\w.:-]{1,40})[\"']")
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]{1,40})", re.IGNORECASE)
# Python also calls rot13, zip and punycode encodings; a feed has no use for them.
_USUAL = re.compile(
    r"(us-)?ascii|utf-?(8|16|32)([-_]?[bl]e)?|(iso[-_]?)?8859[-_]\d+|iso-8859-\d+|latin-?\d"
    r"|(windows|cp)-?\d{3,4}|koi8-[ru]|mac-?roman|macintosh|big5(-hkscs)?|gb(2312|k|18030)"
    r"|euc-(jp|kr)|shift[-_]jis|iso-2022-(jp|kr)",
    re.IGNORECASE,
)
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def decode(content: bytes, content_type: str | None) -> str:
    """Never fails: what cannot be decoded becomes a replacement character.

    A byte order mark decides; then whether it is UTF-8, since text in another encoding
    almost never is by chance and many servers name a wrong one; then what the document
    declares, what the server says, and Windows-1252.
    """
    text = _marked(content)
    if text is None:
        text = _tried(content, ["utf-8", *_claimed(content, content_type)])
    return _NOT_IN_XML.sub("", text)


def _marked(content: bytes) -> str | None:
    for mark, name in _MARKS:
        if content.startswith(mark):
            return content.decode(name, "replace").removeprefix("\ufeff")
    return None


def _claimed(content: bytes, content_type: str | None) -> list[str]:
    document = _DECLARED.match(content)
    server = _CHARSET.search(content_type or "")
    names = [document.group(1).decode("ascii")] if document else []
    return [name for name in [*names, *([server.group(1)] if server else [])] if _is_usual(name)]


def _is_usual(name: str) -> bool:
    return _USUAL.fullmatch(name) is not None


def _tried(content: bytes, names: list[str]) -> str:
    if b"\x1b" in content:  # the escapes of ISO-2022 are valid UTF-8 too
        names = names[1:] + names[:1]
    for name in names:
        try:
            return content.decode(name)
        except (UnicodeError, LookupError):
            continue
    return content.decode("cp1252", "replace")
