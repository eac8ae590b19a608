"""How much: what funders write, and what they write that is something else."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.amounts import Amount, Currency, amount_in, read_amount

EUR, USD = Currency.EUR, Currency.USD


@pytest.mark.parametrize(
    ("text", "least", "most"),
    [
        ("Grants of up to £250,000 are available", None, 250_000),
        ("awards of £1.5m", None, 1_500_000),
        ("Maximum award: £80,000 Publication date: 1 May", None, 80_000),
        ("Award range: £50,000 - £80,000", 50_000, 80_000),
        ("between £1 and £2 million", 1_000_000, 2_000_000),
        ("projects of £100k–£300k", 100_000, 300_000),
        ("£1-2m is there", 1_000_000, 2_000_000),
        ("Total fund: £10,000,000 Maximum award: £80,000", None, 80_000),
        ("a share of up to £1.5 million", None, 1_500_000),
        ("turnover of up to £5m can apply for up to £20k", None, 20_000),
        ("minimum award £5,000", 5_000, None),
        ("up to 80% of costs, up to £30 000", None, 30_000),
        ("GBP 50,000 to GBP 70,000", 50_000, 70_000),
    ],
)
def test_reads_what_one_applicant_can_get(text: str, least: int | None, most: int | None) -> None:
    assert amount_in(text) == Amount(least, most)


@pytest.mark.parametrize(
    ("text", "least", "most", "currency"),
    [
        ("up to €2 million", None, 2_000_000, EUR),
        ("contribution of between EUR 3.00 and 5.00 million", 3_000_000, 5_000_000, EUR),
        ("grants of €50.000", None, 50_000, EUR),
        ("grants of €1.500.000", None, 1_500_000, EUR),
        ("grants of €1,5 million", None, 1_500_000, EUR),
        ("grants of up to 60,000 euros", None, 60_000, EUR),
        ("award range: 50 000 to 100 000 EUR", 50_000, 100_000, EUR),
        ("funding of $50,000 to $75,000", 50_000, 75_000, USD),
        ("awards of up to US$250k", None, 250_000, USD),
        ("maximum award: USD 1.2 million", None, 1_200_000, USD),
        ("grants of €60,000 (£52,000). Grants of £52,000", None, 52_000, Currency.GBP),
        ("minimum award €5,000, maximum award £80,000", None, 80_000, Currency.GBP),
        ("up to €100k, at least €20k", 20_000, 100_000, EUR),
    ],
)
def test_each_currency_stays_what_it_is(
    text: str, least: int | None, most: int | None, currency: Currency
) -> None:
    assert amount_in(text) == Amount(least, most, currency)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no figure at all",
        "for firms with a turnover below £10m",
        "up to CA$20,000",
        "up to $5 million CAD",
        "up to $50,000 (Australian dollars)",
        "up to 20 projects",
        "€50,000 to £80,000",
        "up to 80% of costs",
        "up to £0",
        "save £500 on your bills",
        "The population is up to 250,000",
    ],
)
def test_what_is_no_amount_is_none(text: str) -> None:
    assert amount_in(text) is None


@pytest.mark.parametrize(
    ("written", "amount"),
    [
        ("up to £250,000", Amount(None, 250_000)),
        ("250000", Amount(None, 250_000)),
        ("£5,000 to £10,000", Amount(5_000, 10_000)),
        ("from 5k", Amount(5_000, None)),
        ("£1.5m", Amount(None, 1_500_000)),
        ("€5,000", Amount(None, 5_000, EUR)),
        ("from $2 million", Amount(2_000_000, None, USD)),
        ("5,000 to 10,000 euros", Amount(5_000, 10_000, EUR)),
        ("€50,000 to €80,000", Amount(50_000, 80_000, EUR)),
        ("¥5,000", None),
        ("A$5,000", None),
        ("CHF 5,000", None),
        ("lots", None),
        ("£10 to £5", None),
        ("5k -10k", Amount(5_000, 10_000)),
        ("£5,000 for COVID-19", Amount(None, 5_000)),
        *((below, None) for below in ("-5", "- 5", "−5", "–5", "-£5", "£-5", "-€5k")),
        *((below, None) for below in ("up to -£5", "-5 to 10", "5 to -10", "from -5", "GBP -5")),
        ("", None),
    ],
)
def test_a_field_is_read_more_freely(written: str, amount: Amount | None) -> None:
    assert read_amount(written) == amount


@settings(deadline=None)
@given(st.integers(1, 10**9))
def test_any_figure_is_read_as_it_is_written(pounds: int) -> None:
    assert amount_in(f"Grants of up to £{pounds:,}.") == Amount(None, pounds)
    assert read_amount(f"{pounds}") == Amount(None, pounds)


@settings(deadline=None)
@given(st.text(alphabet="£€$GBPEURS up to between and maximum 0123456789,.km-", max_size=400))
def test_whatever_is_written_gives_an_amount_in_order_or_none(text: str) -> None:
    for amount in (amount_in(text), read_amount(text)):
        if amount is not None and amount.least is not None and amount.most is not None:
            assert amount.least <= amount.most


@pytest.mark.parametrize("part", ["£1 to ", "up to ", "grants of the the ", "total fund of £1,"])
def test_a_text_made_to_be_slow_is_not(part: str) -> None:
    begun = time.process_time()
    amount_in(part * 5_000)
    assert time.process_time() - begun < 1
