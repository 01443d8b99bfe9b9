"""What the API takes and gives for usage. Money is a decimal as text, in the currency that stands beside it."""

import uuid
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any

from msgspec import Meta, Struct

from control_plane.db.models import Campaign, UsageAccount, UsageCredit, UsageNotice, Workspace
from control_plane.kit.api_schemas import COUNTRY
from control_plane.usage.own_prices import OwnPrices

Minutes = Annotated[int, Meta(ge=0, le=100_000_000, description="Billable minutes a month; null for no limit")]
Calls = Annotated[int, Meta(ge=0, le=100_000_000, description="Calls a month; null for no limit")]
Percent = Annotated[int, Meta(ge=1, le=100)]
Country = Annotated[str, Meta(pattern="^[A-Z]{2}$", examples=["US"], extra_json_schema=COUNTRY)]
PerHour = Annotated[int, Meta(ge=1, le=1_000_000)]
Note = Annotated[str, Meta(max_length=500, examples=["Invoice 2026-117"])]
Prefix = Annotated[str, Meta(pattern=r"^\+[1-9][0-9]{0,14}$", examples=["+1809"])]
Amount = Annotated[str, Meta(pattern=r"^[0-9]{1,10}(\.[0-9]{1,4})?$", examples=["250.00"])]
SignedAmount = Annotated[str, Meta(pattern=r"^-?[0-9]{1,10}(\.[0-9]{1,4})?$", examples=["250.00"])]


class MonthlyLimits(Struct, forbid_unknown_fields=True, kw_only=True, frozen=True):
    minutes: Minutes | None = None
    calls: Calls | None = None
    cost: Amount | None = None
    """What the calls of a month may cost; null for no limit."""


class DestinationBreaker(Struct, forbid_unknown_fields=True, kw_only=True, frozen=True):
    """More than this to one prefix within an hour pauses calls there until somebody resumes them; null does not watch. Money is in the
    currency of the workspace's prices."""

    calls_per_hour: PerHour | None = 500
    cost_per_hour: Amount | None = "50"
    includes_home: bool = False
    """Also in the workspace's own country, where large campaigns are usual."""


class LimitsIn(Struct, forbid_unknown_fields=True, kw_only=True):
    """Replaces all limits: what is left out is as for a new workspace."""

    monthly: MonthlyLimits = MonthlyLimits()
    thresholds: Annotated[list[Percent], Meta(max_length=20)] | None = None
    """Per cent of a limit that are worth a notice; null for 50, 80 and 100."""
    counts_rehearsals: bool = True
    """Simulated calls count towards limits, credits and budgets like real ones."""
    allowed_countries: Annotated[list[Country], Meta(max_length=300)] | None = None
    """Where calls may lead; null for the workspace's default_country only."""
    destination_breaker: DestinationBreaker = DestinationBreaker()


class PausedDestination(Struct):
    prefix: str
    reason: str


class PausedCampaign(Struct):
    id: uuid.UUID
    name: str
    reason: str

    @classmethod
    def of(cls, row: Campaign) -> "PausedCampaign":
        return cls(row.id, row.name, row.status_reason)


class LimitsOut(Struct, kw_only=True):
    monthly: MonthlyLimits
    thresholds: list[int]
    counts_rehearsals: bool
    allowed_countries: list[str]
    destination_breaker: DestinationBreaker
    paused_destinations: list[PausedDestination]
    credits: Decimal | None
    """What is left of what was paid in advance; null when the workspace does not pay in advance."""
    currency: str
    """Of the workspace's prices, and so of `monthly.cost` and `destination_breaker.cost_per_hour`."""
    paused_campaigns: list[PausedCampaign]
    """Campaigns that were paused because a limit, the credits or their budget were used up. They stay so, also when there is room again,
    until somebody says POST /campaigns/{id}/resume."""

    @classmethod
    def of(cls, account: UsageAccount, workspace: Workspace, currency: str, paused: Sequence[Campaign] = ()) -> "LimitsOut":
        monthly = MonthlyLimits(minutes=account.max_minutes, calls=account.max_calls, cost=_text(account.max_cost))
        breaker = DestinationBreaker(
            calls_per_hour=account.calls_per_hour, cost_per_hour=_text(account.cost_per_hour), includes_home=account.breaker_at_home
        )
        allowed = workspace.allowed_countries if workspace.allowed_countries is not None else [workspace.default_country]
        return cls(
            monthly=monthly,
            thresholds=sorted(account.thresholds),
            counts_rehearsals=account.counts_rehearsals,
            allowed_countries=allowed,
            destination_breaker=breaker,
            paused_destinations=[PausedDestination(p, why) for p, why in sorted(workspace.paused_destinations.items())],
            credits=account.credits,
            currency=currency,
            paused_campaigns=[PausedCampaign.of(campaign) for campaign in paused],
        )


class CreditIn(Struct, forbid_unknown_fields=True, kw_only=True):
    """`amount` is added to the balance; a negative one takes back what was added by mistake."""

    amount: SignedAmount
    note: Note = ""


class CreditOut(Struct, kw_only=True):
    """`currency` is that of amount and balance."""

    id: uuid.UUID
    amount: Decimal
    balance: Decimal
    """Afterwards."""
    currency: str
    note: str
    added_by: str
    created_at: datetime

    @classmethod
    def of(cls, row: UsageCredit) -> "CreditOut":
        return cls(**_columns(row))


class CreditAdded(CreditOut, kw_only=True):
    paused_campaigns: list[PausedCampaign]
    """As GET /usage/limits shows them: money does not resume what was paused, somebody has to."""

    @classmethod
    def with_paused(cls, row: UsageCredit, paused: Sequence[Campaign]) -> "CreditAdded":
        return cls(paused_campaigns=[PausedCampaign.of(campaign) for campaign in paused], **_columns(row))


def _columns(row: UsageCredit) -> dict[str, Any]:
    return {name: getattr(row, name) for name in CreditOut.__struct_fields__}


class ResumeIn(Struct, forbid_unknown_fields=True):
    prefix: Prefix


class Totals(Struct, kw_only=True):
    """Calls that were dialled, are over and were priced in `currency`. Minutes are billable ones; `simulated_calls` are among `calls`."""

    currency: str
    calls: int
    failed_calls: int
    """Nobody and nothing answered; not billed unless the price list says so."""
    simulated_calls: int
    talk_s: int
    minutes: Decimal
    network_cost: Decimal
    model_cost: Decimal
    cost: Decimal

    @classmethod
    def columns(cls, row: Any) -> dict[str, Any]:
        minutes = (Decimal(row.billable_seconds) / 60).quantize(Decimal("0.01"))
        same = ("currency", "calls", "failed_calls", "simulated_calls", "network_cost", "model_cost", "cost")
        return {"talk_s": int(row.seconds), "minutes": minutes, **{name: getattr(row, name) for name in same}}

    @classmethod
    def none(cls, currency: str) -> "Totals":
        counts = dict.fromkeys(("calls", "failed_calls", "simulated_calls", "talk_s"), 0)
        return cls(currency=currency, **counts, **dict.fromkeys(("minutes", "network_cost", "model_cost", "cost"), Decimal(0)))


class DayUsage(Totals, kw_only=True):
    day: date


class CampaignUsage(Totals, kw_only=True):
    campaign_id: uuid.UUID | None
    """Null for calls outside campaigns."""


class AssistantUsage(Totals, kw_only=True):
    assistant_id: uuid.UUID


class DestinationUsage(Totals, kw_only=True):
    prefix: str


class KnowledgeUsage(Struct, kw_only=True):
    """What a model that understands documents has read of a knowledge base, and of questions to it. It counts towards `cost` limits and
    credits, and is in no total of calls."""

    knowledge_id: uuid.UUID
    model: str
    tokens: int
    currency: str
    cost: Decimal | None
    """Null for a model without a price."""


class NoticeOut(Struct, kw_only=True):
    """A limit of which so many per cent were reached; noted once."""

    measure: str
    percent: int
    limit: Decimal
    used: Decimal
    at: datetime

    @classmethod
    def of(cls, row: UsageNotice) -> "NoticeOut":
        return cls(measure=row.measure, percent=row.percent, limit=row.limit_value, used=row.used, at=row.at)


class UsageOut(Struct, kw_only=True):
    """One month, in days of the workspace's time zone. At most 1,000 rows a list, dearest first. Amounts of several currencies are never
    added up: there is a row for each."""

    month: str
    currency: str
    """In which the workspace's calls are priced now."""
    price_list: str
    total: Totals
    """In `currency`."""
    other_currencies: list[Totals]
    """What the month's calls cost that were priced in another currency; usually none."""
    by_day: list[DayUsage]
    by_campaign: list[CampaignUsage]
    by_assistant: list[AssistantUsage]
    by_destination: list[DestinationUsage]
    knowledge: list[KnowledgeUsage]
    limits: MonthlyLimits
    credits: Decimal | None
    notices: list[NoticeOut]


class PricesOut(Struct, kw_only=True):
    """`own` over the installation's list gives `in_use`, by which calls that end from now on are billed."""

    price_list: str
    """Name and version, as usage records keep it."""
    currency: str
    own: OwnPrices
    in_use: OwnPrices


def _text(amount: Decimal | None) -> str | None:
    """With the four places that are kept."""
    return None if amount is None else f"{amount:.4f}"
