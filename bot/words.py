"""How the fixed values of needs and expertise are told to people, and offered in menus."""

from collections.abc import Mapping

from matching.facts import Insists
from registry.expertise import HowSoon
from registry.needs import Money, Offer, Output, Visibility

UNSURE = "unsure"
NOT_SURE = "Not sure yet"

OUTPUTS: Mapping[str, str] = {
    Output.CONVERSATION: "A 30-minute conversation",
    Output.EVIDENCE: "Evidence summary",
    Output.DATA_ANALYSIS: "Data analysis",
    Output.EVALUATION: "Evaluation",
    Output.MODELLING: "Modelling",
    Output.STUDENT_PROJECT: "Student project",
    Output.PLACEMENT: "Placement or secondment",
    Output.JOINT_BID: "Joint bid",
}
OFFERS: Mapping[str, str] = {
    Offer.DATA: "Data",
    Offer.PUBLICATION: "A publication",
    Offer.STATEMENT_OF_USE: "A statement of how it was used",
    Offer.FEE: "A fee",
}
MONEY: Mapping[str, str] = {
    Money.NONE: "No money",
    Money.UNDER_5K: "Under £5,000",
    Money.FROM_5K_TO_25K: "£5,000 to £25,000",
    Money.OVER_25K: "Over £25,000",
    Money.TO_BE_APPLIED_FOR: "To be applied for",
}
HOW_SOON: Mapping[str, str] = {
    HowSoon.NOW: "Straight away",
    HowSoon.THIS_MONTH: "This month",
    HowSoon.THIS_TERM: "This term",
    HowSoon.THIS_YEAR: "This year",
}
LEAST_MONEY: Mapping[str, str] = {
    Money.NONE: "None",
    Money.UNDER_5K: "Some, under £5,000",
    Money.FROM_5K_TO_25K: "£5,000 to £25,000",
    Money.OVER_25K: "Over £25,000",
}
NEED_INSISTS: Mapping[str, str] = {
    Insists.PLACE: "Know or work in our area",
    Insists.TIME: "Can start before our date",
    Insists.OUTPUTS: "Offer what would help",
    Insists.MONEY: "Can work with the money there is",
}
EXPERTISE_INSISTS: Mapping[str, str] = {
    Insists.PLACE: "Are about the places above",
    Insists.TIME: "I can start in time for",
    Insists.OUTPUTS: "Want what I offer",
    Insists.MONEY: "Have the money I need",
}
VISIBILITY: Mapping[str, str] = {
    Visibility.NETWORK: "The whole network",
    Visibility.DOCKING_POINT: "Only our docking point, until we agree to pass it on",
}
BANDS: Mapping[str, str] = {
    "strong": "Strong match",
    "good": "Good match",
    "possible": "Possible match",
}


def told(values: list[str] | tuple[str, ...], words: Mapping[str, str]) -> list[str]:
    """The values in words, in the menu's order."""
    return [said for value, said in words.items() if value in values]


def with_unsure(words: Mapping[str, str]) -> dict[str, str]:
    """The same menu with "not sure yet" at its end."""
    return {**words, UNSURE: NOT_SURE}


def sure(values: tuple[str, ...], words: Mapping[str, str]) -> tuple[str, ...]:
    """What was chosen, without "not sure yet" and what no menu offers."""
    return tuple(value for value in values if value in words)
