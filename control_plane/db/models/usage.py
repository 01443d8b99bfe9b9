"""What calls have used and cost, and how much a workspace may use. One account row per workspace is all that a claim reads."""

import uuid
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ARRAY, BigInteger, CheckConstraint, ForeignKey, Identity, Index, Integer, Numeric, UniqueConstraint, func
from sqlalchemy.orm import Mapped, mapped_column

from control_plane.db.base import Base, HasId, HasTimes, OfWorkspace


class UsageAccount(HasTimes, Base):
    """Limits and credits of a workspace, and what it has used in `month`. Without a row nothing is limited and nothing was used."""

    __tablename__ = "usage_account"
    __table_args__ = (
        CheckConstraint("max_minutes >= 0 and max_calls >= 0 and max_cost >= 0", name="limits"),
        CheckConstraint("calls_per_hour > 0 and cost_per_hour > 0", name="breaker"),
    )

    workspace_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("workspace.id", ondelete="CASCADE"), primary_key=True)
    max_minutes: Mapped[int | None]
    """Billable minutes a month."""
    max_calls: Mapped[int | None]
    max_cost: Mapped[Decimal | None] = mapped_column(Numeric(14, 4))
    thresholds: Mapped[list[int]] = mapped_column(ARRAY(Integer), server_default="{50,80,100}")
    """Per cent of a limit that are worth a notice."""
    counts_rehearsals: Mapped[bool] = mapped_column(server_default="true")
    """Simulated calls count towards limits, credits and budgets like real ones."""
    calls_per_hour: Mapped[int | None] = mapped_column(server_default="500")
    cost_per_hour: Mapped[Decimal | None] = mapped_column(Numeric(14, 4), server_default="50")
    """Of one destination prefix: more within an hour pauses it (usage/breaker). Numbers of our own."""
    breaker_at_home: Mapped[bool] = mapped_column(server_default="false")
    """The breaker also watches the workspace's own country."""
    credits: Mapped[Decimal | None] = mapped_column(Numeric(14, 4))
    """What is left of what was paid in advance. None: the workspace does not pay in advance."""
    credits_topped: Mapped[Decimal | None] = mapped_column(Numeric(14, 4))
    """The balance after the last payment, of which the thresholds are shares."""
    month: Mapped[date | None]
    """The first day of the month, in the workspace's time zone, that the next three count."""
    seconds: Mapped[int] = mapped_column(server_default="0")
    """Billable."""
    calls: Mapped[int] = mapped_column(server_default="0")
    cost: Mapped[Decimal] = mapped_column(Numeric(14, 4), server_default="0")
    currency: Mapped[str | None]
    """Of `cost`, `credits` and `credits_topped`; None before the first of them. Amounts of another currency are never added to them."""
    prices_currency: Mapped[str | None]
    """Of the workspace's own prices (`OwnPriceList`); None: it is billed by the installation's list. Here, because claims read it."""


class OwnPriceList(HasTimes, Base):
    """A workspace's own prices over the installation's list; without a row it has none."""

    __tablename__ = "own_price_list"

    workspace_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("workspace.id", ondelete="CASCADE"), primary_key=True)
    version: Mapped[int]
    """Counts every change; part of the label that usage records keep."""
    prices: Mapped[dict[str, Any]]
    """usage/own_prices, with the currency always said."""


class UsageRecord(OfWorkspace, Base):
    """One call that was dialled and is over. No foreign keys to what it names: the bill outlives the ledger's row."""

    __tablename__ = "usage_record"
    __table_args__ = (Index(None, "workspace_id", "day"), Index(None, "campaign_id"))

    call_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    campaign_id: Mapped[uuid.UUID | None]
    assistant_id: Mapped[uuid.UUID]
    day: Mapped[date]
    """Of the call's end, in the workspace's time zone."""
    is_rehearsal: Mapped[bool]
    is_failed: Mapped[bool]
    """Nobody and nothing answered."""
    seconds: Mapped[int]
    """From the answer to the end, rounded up."""
    billable_seconds: Mapped[int]
    country: Mapped[str | None]
    prefix: Mapped[str]
    """Of the price list, or of the country where that has none. Never the number."""
    network_cost: Mapped[Decimal] = mapped_column(Numeric(14, 4))
    model_cost: Mapped[Decimal] = mapped_column(Numeric(14, 4))
    cost: Mapped[Decimal] = mapped_column(Numeric(14, 4))
    currency: Mapped[str]
    models: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    """Kind, model, cost and what it consumed; cost None for a model without a price."""
    price_list: Mapped[str]
    """Name and version of the prices."""
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class UsageDay(OfWorkspace, Base):
    """The usage records of one day added up, so that a month is read from a few rows. A trigger on `usage_record` keeps it, in the
    transaction that writes the record, whatever writes it: it cannot be behind."""

    __tablename__ = "usage_day"
    __table_args__ = (
        UniqueConstraint(
            *("workspace_id", "day", "campaign_id", "assistant_id", "prefix", "currency"),
            name="uq_usage_day_key",
            postgresql_nulls_not_distinct=True,
        ),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True, sort_order=-10)
    day: Mapped[date]
    campaign_id: Mapped[uuid.UUID | None]
    assistant_id: Mapped[uuid.UUID]
    prefix: Mapped[str]
    currency: Mapped[str]
    calls: Mapped[int] = mapped_column(BigInteger)
    failed_calls: Mapped[int] = mapped_column(BigInteger)
    simulated_calls: Mapped[int] = mapped_column(BigInteger)
    seconds: Mapped[int] = mapped_column(BigInteger)
    billable_seconds: Mapped[int] = mapped_column(BigInteger)
    network_cost: Mapped[Decimal] = mapped_column(Numeric(16, 4))
    model_cost: Mapped[Decimal] = mapped_column(Numeric(16, 4))
    cost: Mapped[Decimal] = mapped_column(Numeric(16, 4))


class UsageNotice(HasId, OfWorkspace, Base):
    """A threshold that was reached, noted once for each month and limit."""

    __tablename__ = "usage_notice"
    __table_args__ = (UniqueConstraint("workspace_id", "month", "measure", "percent", "limit_value"),)

    month: Mapped[date]
    measure: Mapped[str]
    """minutes, calls, cost or credits"""
    percent: Mapped[int]
    limit_value: Mapped[Decimal] = mapped_column(Numeric(14, 4))
    used: Mapped[Decimal] = mapped_column(Numeric(14, 4))
    at: Mapped[datetime]


class UsageCredit(HasId, OfWorkspace, Base):
    """A payment in advance, or its correction. The sum of these less the cost of calls since the first is the balance."""

    __tablename__ = "usage_credit"

    amount: Mapped[Decimal] = mapped_column(Numeric(14, 4))
    balance: Mapped[Decimal] = mapped_column(Numeric(14, 4))
    """Afterwards."""
    currency: Mapped[str]
    note: Mapped[str] = mapped_column(server_default="")
    added_by: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class CampaignSpend(OfWorkspace, Base):
    """What a campaign's calls have cost. Beside the campaign's row, which claims hold locked while calls settle."""

    __tablename__ = "campaign_spend"

    campaign_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("campaign.id", ondelete="CASCADE"), primary_key=True)
    cost: Mapped[Decimal] = mapped_column(Numeric(14, 4))
    currency: Mapped[str]
    """A call in another currency begins the sum anew."""


class DestinationMeter(Base):
    """Calls and money that went to one destination prefix since `since`, at most an hour."""

    __tablename__ = "destination_meter"

    workspace_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("workspace.id", ondelete="CASCADE"), primary_key=True)
    prefix: Mapped[str] = mapped_column(primary_key=True)
    since: Mapped[datetime]
    calls: Mapped[int]
    cost: Mapped[Decimal] = mapped_column(Numeric(14, 4))
    currency: Mapped[str]
