import time

import pytest

from registry.contact_details import refuse_contact_details


@pytest.mark.parametrize(
    "text",
    [
        "write to a.name@council.example",
        "A_Name+x@uni.ac.example.",
        "ask <@U123ABC> about it",
        "ask @bronwen about it",
        "@here help",
        "call 01632 960 123",
        "call 0300-123-4567 please",
        "(020) 7946 0018",
        "+44 1632 960123",
        "+441632960123",
        "07700900123",
    ],
)
def test_a_way_to_reach_somebody_is_refused_with_the_reason(text: str) -> None:
    said = refuse_contact_details(text)
    assert said is not None
    assert said.startswith("Please leave out ")


@pytest.mark.parametrize(
    "text",
    [
        "How do we cut flood risk by 2030, as in 2015-2020?",
        "Budget of £1,250,000 over 3 years; 12,000 homes",
        "grid reference SO 123 456, 1000000 visits",
        "5% at 20 mph @ peak time",
        "code 00123 and 0.0012345678",
        "between 2019 2020 2021 2022 2023",
        "",
    ],
)
def test_years_money_and_measures_are_no_phone_numbers(text: str) -> None:
    assert refuse_contact_details(text) is None


@pytest.mark.parametrize("text", ["a" * 200_000, "a.a" * 50_000, "0" * 200_000, "a@" * 50_000])
def test_a_long_text_is_read_once_not_from_each_letter_anew(text: str) -> None:
    begun = time.process_time()
    refuse_contact_details(text)
    assert time.process_time() - begun < 5
