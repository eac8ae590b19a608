"""Ways to reach somebody do not belong in what is shown before an introduction."""

import re

# From the @ on: beginning at each letter would take minutes for a long text without one.
EMAIL = re.compile(r"(?<=[^\s@<>])@[^\s@<>]+\.[a-z]{2,}", re.IGNORECASE)
MENTION = re.compile(r"<@[A-Z0-9]|(?<![\w@])@[a-z][\w.-]*", re.IGNORECASE)
PHONE = re.compile(r"(?<![\w£$€.,])(?:\+\d{1,3}|\(?0\d{2,4}\)?)(?:[\s().-]{0,2}\d){6,10}(?![\w%])")


def refuse_contact_details(text: str) -> str | None:
    """Why a text that is shown before an introduction cannot be taken, or None."""
    if EMAIL.search(text):
        return "Please leave out e-mail addresses: they are exchanged once both say yes."
    if MENTION.search(text):
        return "Please leave out @mentions: names are exchanged once both say yes."
    if PHONE.search(text):
        return "Please leave out phone numbers: they are exchanged once both say yes."
    return None
