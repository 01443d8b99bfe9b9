"""A workspace's own prices over the installation's list."""

from decimal import Decimal

import msgspec
import pytest

from control_plane.domain.errors import Invalid
from control_plane.usage.own_prices import OwnPrices, merged, shown
from control_plane.usage.prices import REFERENCE, bill, read_prices

BASE = read_prices(REFERENCE)


def own(**plain: object) -> OwnPrices:
    return msgspec.convert(plain, OwnPrices)


def test_what_is_said_replaces_the_installations_price_and_the_rest_stays() -> None:
    prices = merged(BASE, own(destinations={"+1": "0.01", "+1202": "0.5"}, models={"ours": {"input": "3"}}, increment_s=1), 7)
    assert (prices.label, prices.currency, prices.increment_s, prices.minimum_s) == ("own-7@reference@2026-11", "USD", 1, 60)
    assert prices.destinations == BASE.destinations | {"+1": Decimal("0.01"), "+1202": Decimal("0.5")}
    assert prices.models.keys() == BASE.models.keys() | {"ours"}
    assert bill(prices, "+12025550101", 61, failed=False, used=[]).network == Decimal("0.5083")


def test_nothing_said_is_the_installations_list() -> None:
    assert shown(merged(BASE, OwnPrices(), 1)) == shown(BASE)


def test_another_currency_takes_nothing_from_the_installations_list() -> None:
    prices = merged(BASE, own(currency="EUR", destinations={"+": "1", "+49": "0.1"}), 2)
    assert (prices.label, prices.currency, prices.models) == ("own-2@EUR", "EUR", {})
    assert prices.destinations == {"+": 1, "+49": Decimal("0.1")}
    with pytest.raises(Invalid, match='no price for "\\+"'):
        merged(BASE, own(currency="EUR", destinations={"+49": "0.1"}), 2)


@pytest.mark.parametrize(
    "plain",
    [
        {"destinations": {"49": "1"}},
        {"destinations": {"+49": "-1"}},
        {"destinations": {"+49": "1e3"}},
        {"destinations": {"+49": "0.0000001"}},
        {"destinations": {f"+1{n}": "1" for n in range(2001)}},
        {"models": {"m": {"words": "1"}}},
        {"currency": "usd"},
        {"increment_s": 0},
        {"surprise": 1},
    ],
)
def test_nonsense_is_no_price(plain: dict[str, object]) -> None:
    with pytest.raises(msgspec.ValidationError):
        own(**plain)
