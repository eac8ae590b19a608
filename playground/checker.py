"""What every check of a payload needs: lengths, keys, texts and options, and where it is wrong."""

import re
from collections.abc import Iterable
from typing import Any

Json = dict[str, Any]

MARKUP = re.compile(
    r"<(?:@[UW][A-Z0-9]+|#C[A-Z0-9]+|!subteam\^S[A-Z0-9]+|!date\^\d+\^[^<>|^]+(?:\^https?://[^<>|]+)?"
    r"\|[^<>|]+|(?:https?://|mailto:)[^<>|\s]+(?:\|[^<>|]+)?)>"
)
ENTITY = re.compile(r"&(?:amp|lt|gt);")
SHOUT = re.compile(r"<!(?:channel|here|everyone)[^>]*>")


class Refusal(Exception):
    """What Slack would answer: its error's name, messages that say where, and further facts."""

    def __init__(self, error: str, *messages: str, **facts: str) -> None:
        self.error = error
        self.messages = list(messages)
        self.facts = facts
        super().__init__(f"{error}: {'; '.join(messages)}")


class Checker:
    """Collects what is wrong in one message or view."""

    def __init__(self, surface: str) -> None:
        self.surface = surface
        self.wrong: list[str] = []
        self.block_ids: set[str] = set()
        self.focused = 0

    def fail(self, where: str, words: str) -> None:
        self.wrong.append(f"{where}: {words}")

    def length(self, where: str, text: object, most: int, least: int = 1) -> None:
        if not isinstance(text, str):
            self.fail(where, "must be a string")
        elif not least <= len(text) <= most:
            self.fail(where, f"must be {least} to {most} characters, has {len(text)}")

    def keys(self, where: str, found: Json, needed: Iterable[str], allowed: Iterable[str]) -> None:
        needed = set(needed)
        for key in sorted(needed - found.keys()):
            self.fail(where, f"missing {key}")
        for key in sorted(found.keys() - needed - set(allowed)):
            self.fail(where, f"unknown {key}")

    def text(
        self, where: str, found: object, most: int, kinds: tuple[str, ...] = ("plain_text",)
    ) -> None:
        """A text object of one of the kinds."""
        if not isinstance(found, dict):
            self.fail(where, "must be a text object")
            return
        only = "verbatim" if found.get("type") == "mrkdwn" else "emoji"
        self.keys(where, found, ("type", "text"), (only,))
        if found.get("type") not in kinds:
            self.fail(where, f"must be {' or '.join(kinds)}")
        self.length(where, found.get("text"), most)
        if found.get("type") == "mrkdwn":
            for words in unescaped(str(found.get("text", ""))):
                self.fail(where, words)

    def listed(self, where: str, found: object, most: int) -> list[Any]:
        """The list that stands there, which must hold 1 to `most`; empty where it is none."""
        if not isinstance(found, list) or not 1 <= len(found) <= most:
            self.fail(where, f"must be a list of 1 to {most}")
        return found if isinstance(found, list) else []

    def options(
        self,
        where: str,
        found: object,
        most: int,
        kinds: tuple[str, ...] = ("plain_text",),
        more: tuple[str, ...] = (),
    ) -> None:
        """A list of options; `more` names the keys that one may have in this menu alone."""
        if not isinstance(found, list) or not 1 <= len(found) <= most:
            self.fail(where, f"must be a list of 1 to {most} options")
            return
        for number, option in enumerate(found):
            self.option(f"{where}[{number}]", option, kinds, more)
        values = [option.get("value") for option in found if isinstance(option, dict)]
        if len(set(values)) != len(values):
            self.fail(where, "two options have the same value")

    def option(
        self,
        where: str,
        option: object,
        kinds: tuple[str, ...] = ("plain_text",),
        more: tuple[str, ...] = (),
    ) -> None:
        if not isinstance(option, dict):
            self.fail(where, "must be an option")
            return
        self.keys(where, option, ("text", "value"), ("description", *more))
        self.text(f"{where}.text", option.get("text"), 75, kinds)
        self.length(f"{where}.value", option.get("value"), 150)
        if "description" in option:
            self.text(f"{where}.description", option["description"], 75, kinds)

    def initial(self, where: str, chosen: Iterable[Json], options: list[Json]) -> None:
        for option in chosen:
            if option not in options:
                self.fail(where, f"initial option {option.get('value')!r} is not among the options")

    def confirm(self, where: str, found: Json) -> None:
        self.keys(where, found, ("title", "text", "confirm", "deny"), ("style",))
        for name, most in (("title", 100), ("text", 300), ("confirm", 30), ("deny", 30)):
            kinds = ("plain_text", "mrkdwn") if name == "text" else ("plain_text",)
            self.text(f"{where}.{name}", found.get(name), most, kinds)
        if found.get("style", "primary") not in ("primary", "danger"):
            self.fail(where, "style must be primary or danger")


def unescaped(text: str) -> list[str]:
    """What in a mrkdwn text is neither escaped nor Slack's own markup."""
    wrong = ["shouts at everybody"] if SHOUT.search(text) else []
    rest = ENTITY.sub("", MARKUP.sub("", text))
    wrong += [f"unescaped {sign!r}" for sign in "<>&" if sign in rest]
    return wrong
