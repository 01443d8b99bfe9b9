"""How much a workspace may use in a month, and a campaign in all: whether anything is left. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from control_plane.domain.decision import Reason

LIMIT_REACHED, NO_CREDIT, OVER_BUDGET = "usage_limit_reached", "credits_used_up", "budget_used_up"


@dataclass(frozen=True, slots=True)
class Allowance:
    """Limits of a workspace (None: none) and what it has used in the month; `credits` is what is left of them."""

    max_minutes: int | None = None
    max_calls: int | None = None
    max_cost: Decimal | None = None
    credits: Decimal | None = None
    minutes: Decimal = Decimal(0)
    calls: int = 0
    cost: Decimal = Decimal(0)
    credits_topped: Decimal | None = None
    currency: str = ""
    """Of the prices, and of all amounts but credits that say another one."""
    credits_currency: str = ""
    """Said when it is another one than that of the prices: such credits pay for nothing."""


UNLIMITED = Allowance()


@dataclass(frozen=True, slots=True)
class Measure:
    """One limit and what was used of it."""

    name: str
    used: Decimal
    limit: Decimal

    @property
    def percent(self) -> Decimal:
        return self.used * 100 / self.limit if self.limit else Decimal(100)


def used_up(allowance: Allowance, under_way: int = 0) -> Reason | None:
    """Why no further call may begin; None while something is left. `under_way` calls are not counted in `calls` yet."""
    if allowance.max_calls is not None and allowance.calls + under_way >= allowance.max_calls:
        return Reason(LIMIT_REACHED, f"The workspace's limit of {allowance.max_calls} calls a month is used up.")
    if allowance.max_minutes is not None and allowance.minutes >= allowance.max_minutes:
        return Reason(LIMIT_REACHED, f"The workspace's limit of {allowance.max_minutes} minutes a month is used up.")
    if allowance.max_cost is not None and allowance.cost >= allowance.max_cost:
        return Reason(LIMIT_REACHED, f"The workspace's limit of {_money(allowance.max_cost, allowance.currency)} a month is used up.")
    if allowance.credits is not None and allowance.credits_currency:
        theirs, prices = allowance.credits_currency, allowance.currency
        sentence = f"The workspace's credits are in {theirs} and its prices in {prices}; take the credits back and add some in {prices}."
        return Reason(NO_CREDIT, sentence)
    if allowance.credits is not None and allowance.credits <= 0:
        return Reason(NO_CREDIT, "The workspace's credits are used up; add some to go on.")
    return None


def over_budget(budget: Decimal | None, spent: Decimal) -> Reason | None:
    """Why the campaign may not begin another call; None while some of its budget is left."""
    if budget is None or spent < budget:
        return None
    return Reason(OVER_BUDGET, f"The campaign's budget of {_money(budget)} is used up: its calls have cost {_money(spent)}.")


def measures(allowance: Allowance) -> list[Measure]:
    """Whatever is limited."""
    found = [
        _measure("minutes", allowance.minutes, allowance.max_minutes),
        _measure("calls", allowance.calls, allowance.max_calls),
        _measure("cost", allowance.cost, allowance.max_cost),
    ]
    if allowance.credits is not None and allowance.credits_topped is not None:
        found.append(_measure("credits", allowance.credits_topped - allowance.credits, max(allowance.credits_topped, Decimal(0))))
    return [measure for measure in found if measure is not None]


def reached(measure: Measure, thresholds: Iterable[int]) -> list[int]:
    """The thresholds, in per cent, that have been reached, lowest first; the end of the limit is always one."""
    return sorted(percent for percent in {*thresholds, 100} if measure.percent >= percent)


def month_of(day: date) -> date:
    return day.replace(day=1)


def _measure(name: str, used: Decimal | int, limit: Decimal | int | None) -> Measure | None:
    return None if limit is None else Measure(name, Decimal(used), Decimal(limit))


def _money(amount: Decimal, currency: str = "") -> str:
    """At least two places, and no more than needed."""
    return (f"{amount:.2f}" if amount == amount.quantize(Decimal("0.01")) else f"{amount:f}") + (currency and f" {currency}")
