"""What calls that are still to be made are expected to cost."""

from decimal import Decimal

import msgspec
import pytest

from control_plane.usage.estimates import ASKED, ASSUMED, Expected, estimate
from control_plane.usage.prices import REFERENCE, PriceList, bill, read_prices

PRICES = msgspec.convert(
    {
        **{"name": "ours", "version": "1", "currency": "EUR", "increment_s": 6, "minimum_s": 30, "per_call": "0.01"},
        **{"destinations": {"+": "1", "+49": "0.06"}, "failed_calls": {"billed": True, "per_call": "0.002"}},
    },
    PriceList,
)


def test_each_destination_costs_its_calls_answered_and_not() -> None:
    found = estimate(PRICES, {"+49": 10, "+": 1}, Expected(2.0, 0.5, ASSUMED, 61, Decimal("0.001")))
    # Answered: 0.01 and 66 s at 0.06 a minute, and 61 s of models; the other half costs 0.002 each.
    german = 20 * (Decimal("0.5") * (Decimal("0.01") + Decimal("0.066") + Decimal("0.061")) + Decimal("0.5") * Decimal("0.002"))
    assert [(each.prefix, each.contacts, each.calls) for each in found.destinations] == [("+49", 10, 20), ("+", 1, 2)]
    assert found.destinations[0].cost == german.quantize(Decimal("0.0001"))
    assert found.total == sum(each.cost for each in found.destinations)


def test_how_it_was_computed_names_everything_that_is_assumed() -> None:
    said = estimate(PRICES, {"+": 1}, Expected(1.5, 0.25, ASKED, 60.2, None)).how
    assert said == (
        "Contacts that can be called, times 1.5 calls each. Of the calls 25% are answered, as was asked, and last 61 s, billed as 66 s at "
        "the price of the first number's prefix. A call that nobody answers costs 0.002. What models cost is not in it: this assistant "
        "has no priced calls in the last 30 days."
    )


def test_nobody_costs_nothing() -> None:
    found = estimate(PRICES, {}, Expected(2.0, 0.5, ASSUMED, 60, None))
    assert (found.total, found.destinations) == (0, [])


@pytest.mark.parametrize(("answered", "seconds"), [(1.0, 0), (1.0, 59.5), (1.0, 3599), (0.0, 60)])
def test_an_estimate_of_one_call_is_the_bill_of_that_call(answered: float, seconds: float) -> None:
    prices = read_prices(REFERENCE)
    for prices_in_use in (PRICES, prices):
        expected = estimate(prices_in_use, {"+": 1}, Expected(1.0, answered, ASKED, seconds, None))
        billed = bill(prices_in_use, "+999", -int(-seconds // 1), failed=answered == 0, used=[])
        assert expected.total == billed.total
