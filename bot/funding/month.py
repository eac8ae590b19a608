"""The month view: what is open by closing date, filtered by theme and amount, a page at a time."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from zoneinfo import ZoneInfo

from babel.dates import format_date

from bot.blocks import Block, actions, button, context, header, option, section, select
from bot.funding.views import CallShown, call_blocks, open_words
from bot.text import cut
from registry.funding import FundingCall, gives, themes_of

PAGE = 8
MOST_THEMES = 98
LONGEST_THEME = 80
ANY = "any"
SAVED = "s"
UNSTATED = "unstated"
AMOUNTS: Mapping[str, tuple[str, int | None, int | None]] = {
    ANY: ("Any amount", None, None),
    "small": ("Up to £10,000", None, 10_000),
    "middle": ("£10,000 to £100,000", 10_000, 100_000),
    "large": ("£100,000 to £1 million", 100_000, 1_000_000),
    "huge": ("Over £1 million", 1_000_000, None),
    UNSTATED: ("No amount in pounds", None, None),
}


@dataclass(frozen=True)
class Filter:
    """What is looked at: an amount of `AMOUNTS`, a theme or none, all calls or the saved ones."""

    amount: str = ANY
    theme: str = ""
    saved: bool = False

    @property
    def value(self) -> str:
        """As it stands in a menu's option: at most 150 characters."""
        return f"{self.amount}:{SAVED if self.saved else ''}:{self.theme[:LONGEST_THEME]}"

    @classmethod
    def read(cls, value: str) -> "Filter":
        """Whatever a press carries; what is not known is no filter."""
        amount, _, rest = value.partition(":")
        saved, _, theme = rest.partition(":")
        return cls(amount if amount in AMOUNTS else ANY, theme[:LONGEST_THEME], saved == SAVED)

    def passes(self, call: FundingCall, saved: Collection[int]) -> bool:
        if self.theme and not _begins_alike(call, self.theme):
            return False
        if self.saved and call.id not in saved:
            return False
        if self.amount == UNSTATED:
            return (call.least is None and call.most is None) or not call.in_pounds
        _, least, most = AMOUNTS[self.amount]
        return self.amount == ANY or gives(call, least, most, unstated=False)


def _begins_alike(call: FundingCall, theme: str) -> bool:
    """Whether it is one of the call's themes, as far as a menu's option holds one."""
    wanted = theme[:LONGEST_THEME].casefold()
    return any(one[:LONGEST_THEME].casefold() == wanted for one in call.themes)


def read_page(value: str) -> tuple[int, Filter]:
    """Where a page starts, and its filter, from a button's value."""
    start, _, rest = value.partition(":")
    return int(start) if start.isdecimal() and len(start) < 9 else 0, Filter.read(rest)  # noqa: PLR2004


def chosen(
    calls: Sequence[FundingCall], wanted: Filter, saved: Collection[int]
) -> list[FundingCall]:
    """The calls that pass the filter, in their order."""
    return [call for call in calls if wanted.passes(call, saved)]


@dataclass(frozen=True)
class Month:
    """What the view is drawn from. page: the calls shown, of `found` after `start`.

    to_come: how many of `found` are not open yet.
    """

    everything: Sequence[FundingCall]
    found: int
    page: Sequence[CallShown]
    start: int
    wanted: Filter
    to_come: int = 0


def month_blocks(month: Month, now: datetime, zone: ZoneInfo) -> list[Block]:
    """A page of what is open, by closing date."""
    if not month.everything:
        return [section("No call is open. `/funding add` adds one.")]
    blocks = [section(_title(month)), _menus(month)]
    if not month.page:
        blocks.append(context("No call is like that. Choose something else above."))
    for name, calls in groupby(month.page, key=lambda shown: _month(shown.call, zone)):
        blocks.append(header(name))
        for shown in calls:
            blocks += call_blocks(shown, now, zone, "★ _Saved_" if shown.saved else "")
    pages = _pages(month)
    return [*blocks, actions(pages, block_id="pages")] if pages else blocks


def _title(month: Month) -> str:
    if not month.found:
        return "*No open call*"
    title = f"*{open_words(month.found, month.to_come)}*, the next to close first"
    if month.found > PAGE:
        last = month.start + len(month.page)
        title += f": {month.start + 1} to {last}" if month.page else ""
    return title


def _month(call: FundingCall, zone: ZoneInfo) -> str:
    if call.closes is None:
        return "No closing day"
    return str(format_date(call.closes.astimezone(zone).date(), "MMMM y", locale="en_GB"))


def _menus(month: Month) -> Block:
    """What to look at: each choice carries the others."""
    wanted = month.wanted
    themes = themes_of(month.everything)[:MOST_THEMES]
    if wanted.theme and wanted.theme.casefold() not in {theme.casefold() for theme in themes}:
        themes.append(wanted.theme)
    by_theme = [option("All themes", replace(wanted, theme="").value)]
    by_theme += [
        option(cut(theme, 75), replace(wanted, theme=theme).value)
        for theme in dict.fromkeys(theme[:LONGEST_THEME] for theme in themes)
    ]
    by_amount = [
        option(words, replace(wanted, amount=amount).value)
        for amount, (words, _, _) in AMOUNTS.items()
    ]
    whose = "All calls" if wanted.saved else "Only saved"
    return actions(
        [
            select("funding.theme", by_theme, "Theme", initial=_written(by_theme, wanted)),
            select("funding.amount", by_amount, "Amount", initial=wanted.value),
            button(whose, "funding.whose", replace(wanted, saved=not wanted.saved).value),
        ],
        block_id="filters",
    )


def _written(choices: Sequence[Block], wanted: Filter) -> str:
    """The option of that theme, however it is written."""
    same = (one for one in choices if one["value"].casefold() == wanted.value.casefold())
    return str(next(same, {"value": ""})["value"])


def _pages(month: Month) -> list[Block]:
    buttons: list[Block] = []
    if month.start > 0:
        before = max(0, month.start - PAGE)
        buttons.append(button("Earlier", "funding.page_back", f"{before}:{month.wanted.value}"))
    if month.start + PAGE < month.found:
        after = f"{month.start + PAGE}:{month.wanted.value}"
        buttons.append(button("Show more", "funding.page", after))
    return buttons
