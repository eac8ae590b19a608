"""What else than words speaks for a pair. Facts rank; they exclude only where a side asked."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum


class Nearness(StrEnum):
    """How two sets of places lie to each other, nearest first."""

    SAME = "same"
    OVERLAPS = "overlaps"
    NEAR = "near"
    REGION = "region"
    NATION = "nation"
    FAR = "far"


class Insists(StrEnum):
    """What one side may make a condition of being suggested at all."""

    PLACE = "place"
    TIME = "time"
    OUTPUTS = "outputs"
    MONEY = "money"


@dataclass(frozen=True)
class Facts:
    """What is known of a pair; None where one side did not say.

    covered: whether one side's places take in the other's. days_left: until the decision date.
    ready_in_days: until the academic can start. room: introductions that the academic can still
    take. money_needed: whether the academic needs any. research: whether it is their work to do
    research.
    """

    nearness: Nearness | None = None
    covered: bool | None = None
    days_left: int | None = None
    ready_in_days: int | None = None
    outputs_shared: tuple[str, ...] | None = None
    money_fits: bool | None = None
    money_needed: bool | None = None
    room: int | None = None
    research: bool | None = None
    insisted: frozenset[Insists] = field(default_factory=frozenset)


NOTHING_KNOWN = Facts()

# No judged pairs say what a fact is worth, so the shares follow from what they may do, and are
# kept small beside a word score (a good pair has 0.15 to 0.4): among pairs that fit in words,
# those nearer, sooner and of the wanted kind come first, and all facts together (0.14) cannot
# lift a pair over one that fits clearly better. Within that, they are in the order in which
# the review of such partnerships names what broke them: distance, different clocks, then money.
NEARNESS = {
    Nearness.SAME: 0.05,  # an officer can meet them in person
    Nearness.OVERLAPS: 0.04,
    Nearness.NEAR: 0.03,
    Nearness.REGION: 0.02,
    Nearness.NATION: 0.01,  # the same law and statistics
    Nearness.FAR: 0.0,
}
IN_TIME = 0.03  # an answer after the decision is of no use, but dates move
OUTPUT_SHARED = 0.02  # most officers want a conversation, and most academics offer one
MONEY_FITS = 0.02  # what there is covers the least they need; small, since bids can follow
ROOM = 0.01  # two places or more are free: asks go to those who have few
RESEARCH = 0.01  # a question for research goes to a researcher before a fellow council
WELL_FREE = 2
NOT_NEEDED = "not_needed"


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
        value = NOT_NEEDED if facts.money_needed is False else None
        found.append(FactShare("money", MONEY_FITS, value))
    if facts.room is not None and facts.room >= WELL_FREE:
        found.append(FactShare("room", ROOM))
    if facts.research:
        found.append(FactShare("role", RESEARCH))
    return found


def in_time(facts: Facts) -> bool | None:
    """Whether the academic can start before the decision is due; None where one did not say."""
    if facts.ready_in_days is None or facts.days_left is None:
        return None
    return facts.ready_in_days <= facts.days_left


def allowed(facts: Facts) -> bool:
    """Whether all that a side insists on is known to be so: what was not said does not count."""
    known = {
        Insists.PLACE: facts.covered,
        Insists.TIME: in_time(facts),
        Insists.OUTPUTS: bool(facts.outputs_shared),
        Insists.MONEY: facts.money_fits,
    }
    return all(known[one] for one in facts.insisted)


def insisted(*sides: Iterable[str]) -> frozenset[Insists]:
    """What either side insists on."""
    return frozenset(Insists(one) for side in sides for one in side)
