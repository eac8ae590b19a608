"""How much a call gives, where its text says so: "up to £250,000", "£50k to £1.5m".

Pounds only: other currencies move, and a rule about amounts would move with them. A figure counts
only where a word beside it says that it is what an applicant can get; the size of the whole fund
counts where there is nothing better.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

_MOST = 10**12
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
_NUMBER = r"\d{1,3}(?:[, \u00a0\u202f]\d{3})+(?![\d])(?:\.\d{1,2})?|\d{1,12}(?:\.\d{1,3})?"
_UNIT = r"\s?(?:k|mn?|bn|thousand|million|miliwn|billion)(?![a-z])"


def _money(name: str, sign: str = r"(?:£|GBP)\s?") -> str:
    return rf"{sign}(?P<{name}>{_NUMBER})(?P<{name}_unit>{_UNIT})?(?![\d%])"


_OPTIONAL = r"(?:(?:£|GBP)\s?)?"
_RANGE = _money("low") + r"\s*(?:-|–|—|to|and|up to)\s*" + _money("high", _OPTIONAL)
_ONE = _money("one")
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
_WRITTEN = re.compile(_money("one", _OPTIONAL), re.IGNORECASE)
_WRITTEN_RANGE = re.compile(
    _money("low", _OPTIONAL) + r"\s*(?:-|–|—|to|and)\s*" + _money("high", _OPTIONAL), re.IGNORECASE
)


@dataclass(frozen=True)
class Amount:
    """What one applicant can get, in whole pounds; None where there is no such limit."""

    least: int | None
    most: int | None


def amount_in(text: str) -> Amount | None:
    """The amount that a call's text states, by the first 20,000 characters; None without one."""
    text = text[:20_000]
    for found in (_range(text, _RANGES), _limits(text), _range(text, _BARE_RANGE)):
        if found is not None:
            return found
    exact = _first(_EXACTS, text)
    total = _first(_TOTALS, text)
    if exact is not None:
        return Amount(None, exact)
    return None if total is None else Amount(None, total)


def read_amount(written: str) -> Amount | None:
    """What somebody wrote into a field: "up to £5,000", "5000", "£1-2m"; None if not readable."""
    text = " ".join(written.split())
    ranged = _WRITTEN_RANGE.search(text)
    if ranged:
        return _of_range(ranged)
    least = re.match(rf"(?:{_LEAST_WORDS})(?![\w])", text, re.IGNORECASE)
    single = _WRITTEN.search(text)
    value = _value(single["one"], single["one_unit"]) if single else None
    if value is None:
        return None
    return Amount(value, None) if least else Amount(None, value)


def _range(text: str, pattern: re.Pattern[str]) -> Amount | None:
    found = (_of_range(match) for match in _ours(pattern, text))
    return next((amount for amount in found if amount is not None), None)


def _of_range(match: re.Match[str]) -> Amount | None:
    """The two figures; in "£1-2m" the first takes the unit of the second."""
    high = _value(match["high"], match["high_unit"])
    low = _value(match["low"], match["low_unit"])
    shared = _value(match["low"], match["low_unit"] or match["high_unit"])
    if low is None or high is None or shared is None:
        return None
    if match["low_unit"] is None and match["high_unit"] and shared <= high:
        low = shared
    return Amount(low, high) if low <= high else None


def _limits(text: str) -> Amount | None:
    """A highest and a lowest, each where its own word stands before it."""
    most, least = _first(_MOSTS, text, but=_of_a_total), _first(_LEASTS, text)
    if most is None and least is None:
        return None
    if most is not None and least is not None and least > most:
        least = None
    return Amount(least, most)


def _of_a_total(text: str, match: re.Match[str]) -> bool:
    """Whether "up to £2m" is of the whole fund: "a total fund of up to £2m"."""
    before = text[max(0, match.start() - 40) : match.start()]
    return re.search(rf"(?:{_TOTAL_WORDS}){_BETWEEN}\Z", before, re.IGNORECASE) is not None


def _first(
    pattern: re.Pattern[str],
    text: str,
    *,
    but: Callable[[str, re.Match[str]], bool] = lambda _text, _match: False,
) -> int | None:
    found = (
        _value(match["one"], match["one_unit"])
        for match in _ours(pattern, text)
        if not but(text, match)
    )
    return next((value for value in found if value is not None), None)


def _ours(pattern: re.Pattern[str], text: str) -> Iterator[re.Match[str]]:
    """The matches that are not about an applicant's turnover, costs and the like."""
    for number, match in enumerate(pattern.finditer(text)):
        if number >= 20:  # noqa: PLR2004 - nobody states more
            return
        if not _NOT_OURS.search(text[max(0, match.start() - 60) : match.start()]):
            yield match


def _value(number: str, unit: str | None) -> int | None:
    value = float(re.sub(r"[^\d.]", "", number)) * _UNITS[(unit or "").strip().lower()]
    return round(value) if 0 < value <= _MOST else None
