"""Addresses that a person gives."""

from urllib.parse import urlsplit

LONGEST_LINK = 2000


def is_link(address: str) -> bool:
    """Whether it is a whole http or https address, and not too long for a button."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    plain = not any(sign.isspace() for sign in address) and len(address) <= LONGEST_LINK
    return plain and parts.scheme in ("http", "https") and "." in parts.netloc
