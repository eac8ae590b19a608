"""Withdrawn, closed, or neither: what titles and texts say."""

import time

import pytest

from feeds.status import Status, bare_title, status_in


@pytest.mark.parametrize(
    ("title", "bare", "status"),
    [
        ("Rivers fund", "Rivers fund", Status.OPEN),
        ("CANCELLED: Rivers fund", "Rivers fund", Status.WITHDRAWN),
        ("[Withdrawn] Harbour fund", "Harbour fund", Status.WITHDRAWN),
        ("Rivers fund – CANCELED", "Rivers fund", Status.WITHDRAWN),
        ("(Withdrawn) - Rivers", "Rivers", Status.WITHDRAWN),
        ("Closed: Rivers", "Rivers", Status.CLOSED),
        ("Rivers fund (deadline extended)", "Rivers fund", Status.OPEN),
        ("Update: EXTENDED: Rivers", "Rivers", Status.OPEN),
        ("Cancelled debts fund", "Cancelled debts fund", Status.OPEN),
        ("Closed loop economy", "Closed loop economy", Status.OPEN),
        ("Extension services in farming", "Extension services in farming", Status.OPEN),
        ("Withdrawn", "Withdrawn", Status.OPEN),
    ],
)
def test_a_title_is_told_from_the_mark_on_it(title: str, bare: str, status: Status) -> None:
    assert bare_title(title) == bare
    assert status_in(title, "", {}) is status


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("Opportunity status: Closed Funders: X", Status.CLOSED),
        ("Opportunity status: Open", Status.OPEN),
        ("Status Cancelled Closing date", Status.WITHDRAWN),
        ("This opportunity has been withdrawn.", Status.WITHDRAWN),
        ("Research on the status of women", Status.OPEN),
        ("Applications withdrawn by their authors are not read", Status.OPEN),
    ],
)
def test_a_text_says_it_after_a_label_or_in_a_sentence(text: str, status: Status) -> None:
    assert status_in("Rivers", text, {}) is status


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"status": "cancelled"}, Status.WITHDRAWN),
        ({"withdrawn": "true"}, Status.WITHDRAWN),
        ({"withdrawn": "false"}, Status.OPEN),
        ({"grant_status": "Closed"}, Status.CLOSED),
        ({"http_status": "200"}, Status.OPEN),
    ],
)
def test_a_field_of_its_own_says_it(fields: dict[str, str], status: Status) -> None:
    assert status_in("Rivers", "", fields) is status


@pytest.mark.parametrize("part", ["[", "update: ", "status ", " - "])
def test_a_title_made_to_be_slow_is_not(part: str) -> None:
    begun = time.process_time()
    bare_title(part * 2_000)
    status_in((part * 200)[:300], part * 5_000, {})
    assert time.process_time() - begun < 1
