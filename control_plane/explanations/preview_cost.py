"""What a previewed campaign is expected to cost, by destination."""

from collections import Counter
from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal

from msgspec import Struct

from control_plane.db.models import Campaign
from control_plane.db.unit import Unit
from control_plane.explanations.alike import Person
from control_plane.explanations.forecast import Pace
from control_plane.usage.estimates import Estimate, Expected, estimate
from control_plane.usage.prices import PriceList
from control_plane.usage.repository import UsageRepository

LOOKED_BACK = timedelta(days=30)
"""How far the assistant's usage is looked at for what its models cost."""


class DestinationCostOut(Struct, kw_only=True):
    """`prefix` of the price list, "+" for everywhere that it does not name; `per_minute` is the network's price."""

    prefix: str
    contacts: int
    calls: int
    per_minute: Decimal
    cost: Decimal


class CostOut(Struct, kw_only=True):
    """Amounts in `currency`, by the price list that the workspace is billed by."""

    expected: Decimal
    currency: str
    price_list: str
    calls: int
    answered_share: float
    how: str
    """How it was computed, in sentences."""
    by_destination: list[DestinationCostOut]

    @classmethod
    def of(cls, found: Estimate, prices: PriceList, pace: Pace) -> "CostOut":
        names = DestinationCostOut.__struct_fields__
        return cls(
            expected=found.total,
            currency=prices.currency,
            price_list=prices.label,
            calls=sum(each.calls for each in found.destinations),
            answered_share=pace.answered_share,
            how=found.how,
            by_destination=[DestinationCostOut(**{name: getattr(each, name) for name in names}) for each in found.destinations],
        )


def count_destinations(counter: Counter[str], people: Iterable[Person], prices: PriceList) -> None:
    """Where the first numbers of the people lead."""
    longest = max(map(len, prices.destinations))
    heads = Counter(person.numbers.partition(",")[0][:longest] for person in people if person.numbers)
    for head, times in heads.items():
        counter[prices.prefix_of(head)] += times


async def cost_of(unit: Unit, campaign: Campaign, prices: PriceList, contacts: Counter[str], pace: Pace) -> CostOut:
    """`contacts`: how many can be called, by prefix."""
    since = (unit.now - LOOKED_BACK).date()
    rows = UsageRepository(unit.session)
    models = await rows.model_cost_per_second(campaign.workspace_id, campaign.assistant_id, prices.currency, since)
    expected = Expected(pace.expected_attempts, pace.answered_share, pace.answered_known, pace.average_call_s, models)
    return CostOut.of(estimate(prices, contacts, expected), prices, pace)
