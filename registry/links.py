"""Addresses that a person gives."""

import re
from urllib.parse import urlsplit

LONGEST_LINK = 2000

# A word or a year, which no secret looks like: "calendar", "events.ics", "open-calls", "2026".
_PLAIN = re.compile(r"[a-z]{1,15}(?:[._-][a-z]{1,15}){0,4}|\d{1,4}", re.IGNORECASE)


def is_link(address: str) -> bool:
    """Whether it is a whole http or https address, and not too long for a button."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    plain = not any(sign.isspace() for sign in address) and len(address) <= LONGEST_LINK
    return plain and parts.scheme in ("http", "https") and "." in parts.netloc


def holds_login(address: str) -> bool:
    """Whether it has a user name or a password in it: "https://ann:secret@host/"."""
    return "@" in urlsplit(address).netloc


def shown_address(address: str) -> str:
    """An address as it is shown: the host, and the path up to what may be a secret.

    Whoever knows a calendar's "secret address" can read it; the secret stands in the path or
    the query. Nor is a user name or a password shown.
    """
    parts = urlsplit(address)
    host = parts.netloc.rpartition("@")[2]
    shown: list[str] = []
    for part in parts.path.split("/")[1:]:
        if part and not _PLAIN.fullmatch(part):
            return "/".join([host, *shown, "…"])
        shown.append(part)
    whole = "/".join([host, *shown])
    return f"{whole}?…" if parts.query else whole
