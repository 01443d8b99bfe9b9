"""Whether anything is left of limits, credits and budgets."""

from decimal import Decimal
from typing import Any

import pytest

from control_plane.domain.allowance import UNLIMITED, Allowance, Measure, measures, over_budget, reached, used_up


@pytest.mark.parametrize(
    ("allowance", "under_way", "code"),
    [
        ({}, 10_000, None),
        ({"max_calls": 3, "calls": 2}, 0, None),
        ({"max_calls": 3, "calls": 2}, 1, "usage_limit_reached"),
        ({"max_calls": 0}, 0, "usage_limit_reached"),
        ({"max_minutes": 5, "minutes": Decimal("4.9")}, 3, None),
        ({"max_minutes": 5, "minutes": Decimal(5)}, 0, "usage_limit_reached"),
        ({"max_cost": Decimal(1), "cost": Decimal("0.99")}, 0, None),
        ({"max_cost": Decimal(1), "cost": Decimal("1.2")}, 0, "usage_limit_reached"),
        ({"credits": Decimal("0.01")}, 0, None),
        ({"credits": Decimal(0)}, 0, "credits_used_up"),
        ({"credits": Decimal("-0.5")}, 0, "credits_used_up"),
    ],
)
def test_a_call_may_begin_while_something_of_everything_is_left(allowance: dict[str, Any], under_way: int, code: str | None) -> None:
    reason = used_up(Allowance(**allowance), under_way)
    assert (reason.code if reason else None) == code


def test_a_budget_is_used_up_when_it_has_been_spent() -> None:
    assert over_budget(None, Decimal(10**6)) is None
    assert over_budget(Decimal(2), Decimal("1.9999")) is None
    reason = over_budget(Decimal(2), Decimal("2.0141"))
    assert reason is not None
    assert reason.sentence == "The campaign's budget of 2.00 is used up: its calls have cost 2.0141."


def test_thresholds_are_reached_in_order_and_the_end_is_always_one() -> None:
    half = Measure("calls", Decimal(80), Decimal(100))
    assert reached(half, [80, 50, 90]) == [50, 80]
    assert reached(Measure("calls", Decimal(100), Decimal(100)), [50]) == [50, 100]
    assert reached(Measure("calls", Decimal(0), Decimal(0)), []) == [100]


def test_only_what_is_limited_is_measured_and_credits_by_what_was_paid_in() -> None:
    assert measures(UNLIMITED) == []
    paid = Allowance(max_calls=10, calls=4, credits=Decimal(15), credits_topped=Decimal(20))
    assert [(m.name, m.percent) for m in measures(paid)] == [("calls", 40), ("credits", 25)]
