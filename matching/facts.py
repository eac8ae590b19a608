"""What else than words speaks for a pair. Facts rank; they exclude nobody."""

from dataclasses import dataclass
from enum import StrEnum


class Nearness(StrEnum):
    """How two sets of places lie to each other, nearest first."""

    SAME = "same"
    OVERLAPS = "overlaps"
    NEAR = "near"
    REGION = "region"
    NATION = "nation"
    FAR = "far"


@dataclass(frozen=True)
class Facts:
    """What is known of a pair; None where one side did not say.

    days_left: until the decision date. ready_in_days: until the academic can start.
    """

    nearness: Nearness | None = None
    days_left: int | None = None
    ready_in_days: int | None = None
    outputs_shared: tuple[str, ...] = ()
    money_fits: bool | None = None


# Shares are small beside a word score (a good pair has 0.15 to 0.4): among pairs that fit in
# words, those nearer, sooner and of the wanted kind come first; no fact makes a pair by itself.
NEARNESS = {
    Nearness.SAME: 0.05,  # an officer can meet them in person
    Nearness.OVERLAPS: 0.04,
    Nearness.NEAR: 0.03,
    Nearness.REGION: 0.02,
    Nearness.NATION: 0.01,  # the same law and statistics
    Nearness.FAR: 0.0,
}
IN_TIME = 0.02  # an answer after the decision is of no use, but dates move
OUTPUT_SHARED = 0.02  # most officers want a conversation, and most academics offer one
MONEY_FITS = 0.01


@dataclass(frozen=True)
class FactShare:
    """One fact that speaks for a pair, and what it adds to the score."""

    kind: str
    share: float
    value: str | None = None
    words: tuple[str, ...] = ()


def shares(facts: Facts) -> list[FactShare]:
    """The facts that speak for a pair."""
    found: list[FactShare] = []
    if facts.nearness is not None and NEARNESS[facts.nearness]:
        found.append(FactShare("place", NEARNESS[facts.nearness], facts.nearness.value))
    if in_time(facts):
        found.append(FactShare("time", IN_TIME))
    if facts.outputs_shared:
        found.append(FactShare("outputs", OUTPUT_SHARED, words=facts.outputs_shared))
    if facts.money_fits:
        found.append(FactShare("money", MONEY_FITS))
    return found


def in_time(facts: Facts) -> bool:
    """Whether the academic said they can start before the decision is due."""
    if facts.ready_in_days is None or facts.days_left is None:
        return False
    return facts.ready_in_days <= facts.days_left
