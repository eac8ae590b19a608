"""What stands after a slash command: a known word and the rest, or a kind hint."""

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches

SAME: Mapping[str, tuple[str, ...]] = {
    "delete": ("remove",),
    "change": ("edit",),
    "update": ("edit",),
    "mine": ("list",),
    "show": ("list",),
    "stop": ("pause", "close"),
    "resume": ("pause",),
    "new": ("add",),
}
"""What people type for a word, of which a command may have one."""
LISTING = frozenset({"list", "show", "all", "mine"})


@dataclass(frozen=True)
class Command:
    """A slash command with its words: each known word and what it does, in the help's order."""

    name: str
    what: str
    words: Mapping[str, str]

    def help(self) -> str:
        lines = [f"*{self.name}*: {self.what}"]
        lines += [f"• `{self.name} {word}`: {what}" for word, what in self.words.items()]
        lines.append(f"• `{self.name} help`: this list")
        return "\n".join(lines)

    def split(self, text: str) -> tuple[str, str]:
        """The known word that the text starts with ("" where none does), and the rest.

        Longer words first: "feeds add" before "feeds".
        """
        folded = " ".join(text.split())
        for word in sorted([*self.words, "help"], key=len, reverse=True):
            if folded.casefold() == word or folded.casefold().startswith(word + " "):
                return word, folded[len(word) :].strip()
        return "", folded

    def unknown(self, text: str) -> str:
        """What to answer to a word that is not known."""
        meant = self.meant(text)
        if not meant and text.casefold() in LISTING:
            return f"I don't know `{self.name} {shown(text)}`. Type `{self.name}` alone."
        hint = f"Did you mean `{self.name} {meant}`?" if meant else f"Try `{self.name} help`."
        return f"I don't know `{self.name} {shown(text)}`. {hint}"

    def meant(self, text: str) -> str | None:
        """The known word that a text nearly is."""
        folded = text.casefold()
        for same in SAME.get(folded, ()):
            if same in self.words:
                return same
        close = get_close_matches(folded, [*self.words, "help"], n=1, cutoff=0.7)
        return close[0] if close else None


def shown(text: str) -> str:
    """What was typed, safe and short inside a code span."""
    safe = text.replace("`", "'").replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return safe[:60]
