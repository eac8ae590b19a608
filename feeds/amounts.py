"""How much a call gives, where its text says so: "up to £250,000", "EUR 1.5 to 3 million".

In pounds, euros or US dollars, each as it is written: rates move, and a rule about amounts would
move with them. A figure counts only where a word beside it says that it is what an applicant can
get; the size of the whole fund counts where there is nothing better.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

_MOST = 10**12


class Currency(StrEnum):
    """What an amount is in, by its ISO 4217 code."""

    GBP = "GBP"
    EUR = "EUR"
    USD = "USD"


_UNITS = {
    "": 1,
    "k": 1_000,
    "thousand": 1_000,
    "m": 1_000_000,
    "mn": 1_000_000,
    "million": 1_000_000,
    "miliwn": 1_000_000,
    "bn": 1_000_000_000,
    "billion": 1_000_000_000,
}
_UNIT = r"\s?(?:k|mn?|bn|thousand|million|miliwn|billion)(?![a-z])"
_NUMBER = (
    r"\d{1,3}(?:\.\d{3}){2,}(?!\d)"
    rf"|\d{{1,3}},\d{{1,2}}(?={_UNIT})"
    r"|\d{1,3}(?:[, \u00a0\u202f]\d{3})+(?![\d])(?:\.\d{1,2})?|\d{1,12}(?:\.\d{1,3})?"
)
_SIGN = r"(?:£|GBP|€|EUR|USD|US\$|(?<![a-z])\$)"
_SIGN_AFTER = r"(?:£|€|(?:GBP|EUR|USD|euros?|US\s+dollars|dollars)(?![a-z]))"
# Dollars of other countries, and whatever else is written behind a figure.
_OTHERS = (
    r"AUD|CAD|NZD|SGD|HKD|CHF|SEK|NOK|DKK|JPY|ZAR|Australian|Canadian|New\s+Zealand|Singapore"
    r"|Hong\s+Kong"
)
_END = rf"(?![\d%]|\s?\(?(?:{_OTHERS})(?![a-z]))"


def _figure(name: str) -> str:
    """A number with its unit, whole or not at all: of "$5 million CAD" no part counts."""
    return rf"(?>(?P<{name}>{_NUMBER})(?P<{name}_unit>{_UNIT})?)"


def _signed(name: str, optional: str = "") -> str:
    """A figure with its currency before it. optional: "?" where it may have none."""
    return rf"(?:(?P<{name}_sign>{_SIGN})\s?){optional}{_figure(name)}{_END}"


def _followed(name: str) -> str:
    """A figure with its currency behind it."""
    return rf"{_figure(name)}\s?(?P<{name}_sign>{_SIGN_AFTER}){_END}"


def _bare(name: str) -> str:
    return _figure(name) + _END


_TO = r"\s*(?:-|–|—|to|and|up to)\s*"
_RANGE = (
    rf"(?:{_signed('low')}{_TO}{_signed('high', '?')}"
    rf"|{_bare('low_2')}{_TO}{_followed('high_2')}|{_followed('low_3')}{_TO}{_followed('high_3')})"
)
_ONE = rf"(?:{_signed('one')}|{_followed('one_2')})"
_BETWEEN = r"(?:\s|:|of|is|are|a|an|the|total|value|per|project|application|around|about){0,6}"
_NOT_OURS = re.compile(
    r"(?:turnover|income|population|budget|saving|savings|salary|salaries|fee|fees|debt|cost"
    r"|fined?|already\s+(?:awarded|invested|given))\W+(?:\w+\W+){0,3}\Z",
    re.IGNORECASE,
)


def _pattern(before: str, money: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w-])(?:{before}){_BETWEEN}{money}", re.IGNORECASE)


_GIVEN = (
    r"grants?|awards?|bursar(?:y|ies)|vouchers?|(?:award|grant|funding)\s+(?:range|size|amount|value)"
    r"|amounts?|apply\s+for|bid\s+for|requests?\s+for|offers?|offering|worth|receive|funding|between|from"
)
_MOST_WORDS = (
    r"up\s+to|maximum(?:\s+(?:award|grant|funding|amount|value|of))*|max(?:\.|imum)?"
    r"|no\s+more\s+than|not\s+exceed(?:ing)?|hyd\s+at|upper\s+limit"
)
_LEAST_WORDS = (
    r"minimum(?:\s+(?:award|grant|funding|amount|value|of))*|at\s+least|no\s+less\s+than|from"
    r"|starting\s+(?:at|from)"
)
_TOTAL_WORDS = (
    r"total\s+(?:fund(?:ing)?|budget|pot|available|value)|overall\s+budget|share\s+of"
    r"|(?:fund|pot|programme|budget|scheme)\s+(?:of|worth)|invest(?:ing)?"
)
_RANGES = _pattern(_GIVEN, _RANGE)
_BARE_RANGE = re.compile(_RANGE, re.IGNORECASE)
_MOSTS = _pattern(_MOST_WORDS, _ONE)
_LEASTS = _pattern(_LEAST_WORDS, _ONE)
_TOTALS = _pattern(_TOTAL_WORDS, r"(?:up\s+to\s+)?" + _ONE)
_EXACTS = _pattern(_GIVEN, _ONE)
_WRITTEN = re.compile(rf"(?:{_ONE}|{_bare('one_3')})", re.IGNORECASE)
_WRITTEN_RANGE = re.compile(
    rf"(?:{_RANGE}|{_bare('low_4')}{_TO}{_signed('high_4', '?')})", re.IGNORECASE
)
_BELOW_NOTHING = re.compile(rf"(?:\A[-−–]\s?|(?<!\w)[-−–])(?:{_SIGN}\s?)?\d", re.IGNORECASE)
_NOT_READ = re.compile(
    rf"[¥₹₩]|(?<=[a-z])(?<!us)\$|(?<![a-z])(?:{_OTHERS})(?![a-z])", re.IGNORECASE
)


@dataclass(frozen=True)
class Amount:
    """What one applicant can get, in whole units; None where there is no such limit."""

    least: int | None
    most: int | None
    currency: Currency = Currency.GBP


@dataclass(frozen=True)
class _Figure:
    value: int
    currency: Currency


def amount_in(text: str) -> Amount | None:
    """The amount that a call's text states, by the first 20,000 characters; None without one.

    Where it states the same thing in several currencies, pounds are taken.
    """
    text = text[:20_000]
    for found in (_range(text, _RANGES), _limits(text), _range(text, _BARE_RANGE)):
        if found is not None:
            return found
    exact = _first(_EXACTS, text) or _first(_TOTALS, text)
    return None if exact is None else Amount(None, exact.value, exact.currency)


def read_amount(written: str) -> Amount | None:
    """What somebody wrote into a field: "up to £5,000", "5000", "€1-2m"; None if not readable.

    Without a sign it is in pounds. A minus is none: "-5" is not readable.
    """
    text = " ".join(written.split())
    ranged = _WRITTEN_RANGE.search(text)
    if _NOT_READ.search(text) or _is_below_nothing(text, ranged):
        return None
    if ranged:
        return _of_range(ranged)
    least = re.match(rf"(?:{_LEAST_WORDS})(?![\w])", text, re.IGNORECASE)
    single = _WRITTEN.search(text)
    one = _of_one(single) if single else None
    if one is None:
        return None
    return Amount(one.value, None, one.currency) if least else Amount(None, one.value, one.currency)


def _is_below_nothing(text: str, ranged: re.Match[str] | None) -> bool:
    """Whether a figure has a minus before it, other than the one between the two of a range."""
    low, high = ranged.span() if ranged else (0, 0)
    return any(not low <= found.start() < high for found in _BELOW_NOTHING.finditer(text))


def _range(text: str, pattern: re.Pattern[str]) -> Amount | None:
    found = [amount for match in _ours(pattern, text) if (amount := _of_range(match))]
    return next((one for one in found if one.currency is Currency.GBP), found[0] if found else None)


def _of_range(match: re.Match[str]) -> Amount | None:
    """The two figures; in "£1-2m" the first takes the unit of the second."""
    low, high = _part(match, "low"), _part(match, "high")
    currency = _currency(low.sign or high.sign)
    least, most = low.value(currency, low.unit or high.unit), high.value(currency, high.unit)
    if low.unit is None and high.unit and least is not None and most is not None and least > most:
        least = low.value(currency, None)
    if least is None or most is None or _currency(high.sign or low.sign) is not currency:
        return None
    return Amount(least, most, currency) if least <= most else None


def _limits(text: str) -> Amount | None:
    """A highest and a lowest, each where its own word stands before it."""
    most, least = _first(_MOSTS, text, but=_of_a_total), _first(_LEASTS, text)
    if most is None:
        return None if least is None else Amount(least.value, None, least.currency)
    if least is None or least.currency is not most.currency or least.value > most.value:
        return Amount(None, most.value, most.currency)
    return Amount(least.value, most.value, most.currency)


def _of_a_total(text: str, match: re.Match[str]) -> bool:
    """Whether "up to £2m" is of the whole fund: "a total fund of up to £2m"."""
    before = text[max(0, match.start() - 40) : match.start()]
    return re.search(rf"(?:{_TOTAL_WORDS}){_BETWEEN}\Z", before, re.IGNORECASE) is not None


def _first(
    pattern: re.Pattern[str],
    text: str,
    *,
    but: Callable[[str, re.Match[str]], bool] = lambda _text, _match: False,
) -> _Figure | None:
    found = [
        one
        for match in _ours(pattern, text)
        if not but(text, match) and (one := _of_one(match)) is not None
    ]
    return next((one for one in found if one.currency is Currency.GBP), found[0] if found else None)


def _of_one(match: re.Match[str]) -> _Figure | None:
    one = _part(match, "one")
    currency = _currency(one.sign)
    value = one.value(currency, one.unit)
    return None if value is None else _Figure(value, currency)


def _ours(pattern: re.Pattern[str], text: str) -> Iterator[re.Match[str]]:
    """The matches that are not about an applicant's turnover, costs and the like."""
    for number, match in enumerate(pattern.finditer(text)):
        if number >= 20:  # noqa: PLR2004 - nobody states more
            return
        if not _NOT_OURS.search(text[max(0, match.start() - 60) : match.start()]):
            yield match


@dataclass(frozen=True)
class _Part:
    """A figure as it is written."""

    number: str
    unit: str | None
    sign: str | None

    def value(self, currency: Currency, unit: str | None) -> int | None:
        number = self.number
        if re.fullmatch(r"\d{1,3},\d{1,2}", number):
            number = number.replace(",", ".")
        elif number.count(".") > 1 or (
            currency is Currency.EUR and not unit and re.fullmatch(r"\d{1,3}\.\d{3}", number)
        ):
            number = number.replace(".", "")  # thousands, as on the Continent
        value = float(re.sub(r"[^\d.]", "", number)) * _UNITS[(unit or "").strip().lower()]
        return round(value) if 0 < value <= _MOST else None


def _part(match: re.Match[str], name: str) -> _Part:
    """The figure of that name, in whichever way the pattern found it."""
    groups = match.groupdict()
    way = next(one for one in (name, *(f"{name}_{n}" for n in (2, 3, 4))) if groups.get(one))
    return _Part(groups[way], groups[f"{way}_unit"], groups.get(f"{way}_sign"))


def _currency(sign: str | None) -> Currency:
    sign = (sign or "£").casefold()
    if sign in ("£", "gbp"):
        return Currency.GBP
    return Currency.EUR if sign in ("€", "eur", "euro", "euros") else Currency.USD
