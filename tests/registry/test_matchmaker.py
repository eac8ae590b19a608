import pytest

from registry.matchmaker import money_fits
from registry.needs import Money


@pytest.mark.parametrize(
    ("money", "least", "fits"),
    [
        (Money.NONE, Money.NONE, True),
        (None, Money.NONE, True),
        (Money.TO_BE_APPLIED_FOR, Money.NONE, True),
        (Money.NONE, Money.UNDER_5K, False),
        (Money.UNDER_5K, Money.UNDER_5K, True),
        (Money.OVER_25K, Money.UNDER_5K, True),
        (Money.UNDER_5K, Money.OVER_25K, False),
        (Money.TO_BE_APPLIED_FOR, Money.UNDER_5K, None),
        (None, Money.UNDER_5K, None),
        (Money.OVER_25K, None, None),
    ],
)
def test_money_fits_where_it_covers_the_least_that_is_needed(
    money: str | None, least: str | None, fits: bool | None
) -> None:
    assert money_fits(money, least) is fits
