"""Views that belong to no single feature."""

from bot.blocks import Block, modal, section


def notice(words: str, *, title: str = "Docking Point") -> Block:
    """A modal that only says something. words: mrkdwn of ours, or plain text."""
    return modal(title, [section(words)], close="Close")
