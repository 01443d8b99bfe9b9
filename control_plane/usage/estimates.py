"""What calls that are still to be made are expected to cost, from a price list. Pure arithmetic; all that is assumed is said in `how`."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from control_plane.usage.prices import PriceList, billable_seconds, rounded

ASSUMED, OWN, ASKED = "as is assumed while the campaign has made few calls", "as of the campaign's calls so far", "as was asked"


@dataclass(frozen=True, slots=True)
class Expected:
    """`answered`: share of the calls that somebody or something answers, and where that is known from (`ASSUMED`, `OWN` or `ASKED`);
    `talk_s`: seconds from answer to end; `models_per_s`: what models cost for each of them, None when nobody knows."""

    attempts: float
    answered: float
    answered_known: str
    talk_s: float
    models_per_s: Decimal | None


@dataclass(frozen=True, slots=True)
class OfDestination:
    """`prefix` of the price list, with its price for a minute."""

    prefix: str
    contacts: int
    calls: int
    per_minute: Decimal
    cost: Decimal


@dataclass(frozen=True, slots=True)
class Estimate:
    """`total` is the sum over the destinations, the dearest of which comes first."""

    total: Decimal
    destinations: list[OfDestination]
    how: str


def estimate(prices: PriceList, contacts: Mapping[str, int], expected: Expected) -> Estimate:
    """The cost of calling so many contacts, by prefix of their number, each as often as expected."""
    attempts, answered = Decimal(str(expected.attempts)), Decimal(str(round(expected.answered, 4)))
    talk_s = math.ceil(expected.talk_s)
    models = (expected.models_per_s or Decimal(0)) * talk_s
    failed = prices.failed_calls.per_call if prices.failed_calls.billed else Decimal(0)
    found = []
    for prefix, count in contacts.items():
        per_minute, calls = prices.destinations[prefix], count * attempts
        of_answered = prices.per_call + per_minute * billable_seconds(prices, talk_s) / 60 + models
        cost = rounded(calls * (answered * of_answered + (1 - answered) * failed))
        found.append(OfDestination(prefix, count, round(calls), per_minute, cost))
    found.sort(key=lambda each: (-each.cost, each.prefix))
    return Estimate(sum((each.cost for each in found), Decimal(0)), found, _how(prices, expected, talk_s, failed))


def _how(prices: PriceList, expected: Expected, talk_s: int, failed: Decimal) -> str:
    said = [
        f"Contacts that can be called, times {expected.attempts:g} calls each.",
        f"Of the calls {expected.answered:.0%} are answered, {expected.answered_known}, and last {talk_s} s,"
        f" billed as {billable_seconds(prices, talk_s)} s at the price of the first number's prefix.",
        f"A call that nobody answers costs {failed or 'nothing'}.",
    ]
    if expected.models_per_s is None:
        said.append("What models cost is not in it: this assistant has no priced calls in the last 30 days.")
    else:
        said.append(f"Models cost {rounded(expected.models_per_s * 60)} a minute, as this assistant's have in the last 30 days.")
    return " ".join(said)
