"""SQL of usage: one upsert per counter, so that calls that end at once add up without asking one another."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec
from sqlalchemy import Select, case, cast, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from control_plane.db.driver import Row, rows_of, sent
from control_plane.db.models import (
    Campaign,
    CampaignSpend,
    DestinationMeter,
    KnowledgeUsage,
    OwnPriceList,
    UsageAccount,
    UsageCredit,
    UsageDay,
    UsageNotice,
    UsageRecord,
    Workspace,
)
from control_plane.db.rows import as_json, insert_of


class CountedAccount(msgspec.Struct, frozen=True):
    """As `UsageAccount`, as far as limits and the breaker look at it."""

    workspace_id: uuid.UUID
    max_minutes: int | None
    max_calls: int | None
    max_cost: Decimal | None
    thresholds: list[int]
    calls_per_hour: int | None
    cost_per_hour: Decimal | None
    breaker_at_home: bool
    credits: Decimal | None
    credits_topped: Decimal | None
    month: date | None
    seconds: int
    calls: int
    cost: Decimal
    currency: str | None
    prices_currency: str | None


# A call of a month that is over adds nothing to the month that has begun; the first call of a new month begins at naught. Money of another
# currency is never added: the sum begins anew with it, unless credits are left, whose currency then stays.
_ADD = """
    insert into usage_account as a (workspace_id, month, seconds, calls, cost, currency)
    values (:workspace_id, :month, greatest(:seconds, 0), greatest(:calls, 0), greatest(:cost, 0), :currency)
    on conflict (workspace_id) do update set
        month = greatest(a.month, excluded.month),
        seconds = case when a.month > :month then a.seconds when a.month = :month then a.seconds + :seconds else :seconds end,
        calls = case when a.month > :month then a.calls when a.month = :month then a.calls + :calls else :calls end,
        cost = case
            when coalesce(a.currency, :currency) <> :currency then case when a.credits is null then :cost else a.cost end
            when a.month > :month then a.cost when a.month = :month then a.cost + :cost else :cost end,
        credits = case when coalesce(a.currency, :currency) = :currency then a.credits - :cost else a.credits end,
        currency = case when a.credits is null then :currency else coalesce(a.currency, :currency) end, updated_at = now()
    where a.counts_rehearsals or not :is_rehearsal
    """
_RECORDED = (
    "call_id workspace_id campaign_id assistant_id day is_rehearsal is_failed seconds billable_seconds country prefix network_cost"
    " model_cost cost currency models price_list"
)
_COUNTED = ", ".join(f"a.{name}" for name in CountedAccount.__struct_fields__)
_COUNT = sent(f"{_ADD} returning {_COUNTED}")
# The account before the days, which a trigger on the record adds up at the statement's end: whoever waits, waits at the account and holds
# none of them.
_CHARGE = sent(
    f"""
    with account as ({_ADD} returning {_COUNTED}),
    kept as ({insert_of(UsageRecord, _RECORDED, "records")} on conflict (call_id) do update set
        {", ".join(f"{name} = excluded.{name}" for name in _RECORDED.split() if name != "call_id")})
    select * from account
    """  # noqa: S608
)
# What a call is billed by, and how it was billed before.
_BILLING = sent(
    """
    select w.time_zone, w.default_country, p.version, p.prices, r.call_id is not null, r.day, r.billable_seconds, r.cost, r.currency
    from workspace w left join own_price_list p on p.workspace_id = w.id left join usage_record r on r.call_id = :call
    where w.id = :workspace
    """
)
_SPEND = sent(
    """
    insert into campaign_spend as s (campaign_id, workspace_id, cost, currency)
    select id, workspace_id, cast(:cost as numeric), :currency from campaign where id = :campaign_id
    on conflict (campaign_id) do update set
        cost = case when s.currency = excluded.currency then s.cost + :cost else :cost end, currency = excluded.currency
    """
)
_METER = sent(
    """
    insert into destination_meter as m (workspace_id, prefix, since, calls, cost, currency)
    values (:workspace_id, :prefix, :now, :calls, :cost, :currency)
    on conflict (workspace_id, prefix) do update set
        since = case when m.since > :begin then m.since else :now end,
        calls = case when m.since > :begin then m.calls + :calls else :calls end,
        cost = case when m.since > :begin and m.currency = :currency then m.cost + :cost else :cost end,
        currency = :currency
    returning calls, cost
    """
)

SUMMED = ("calls", "failed_calls", "simulated_calls", "seconds", "billable_seconds", "network_cost", "model_cost", "cost")
MOST_ROWS = 1000


@dataclass(frozen=True, slots=True)
class Used:
    """What one call adds; differences where it was counted before."""

    workspace_id: uuid.UUID
    month: date
    seconds: int
    calls: int
    cost: Decimal
    currency: str
    is_rehearsal: bool

    def given(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class Billed:
    """How a call was billed before."""

    day: date
    billable_seconds: int
    cost: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class Billing:
    """What a call is billed by: the workspace's zone and country, and its own prices with their version, if it has any."""

    time_zone: str
    default_country: str
    prices: dict[str, Any] | None
    version: int
    before: Billed | None


class UsageRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def account(self, workspace_id: uuid.UUID) -> UsageAccount | None:
        return await self._session.get(UsageAccount, workspace_id, populate_existing=True)

    async def locked_account(self, workspace_id: uuid.UUID) -> UsageAccount:
        """The account, made when there is none, locked."""
        await self._session.execute(insert(UsageAccount).values(workspace_id=workspace_id).on_conflict_do_nothing())
        return await self._session.get_one(UsageAccount, workspace_id, with_for_update=True, populate_existing=True)

    async def billing(self, workspace_id: uuid.UUID, call_id: uuid.UUID) -> Billing:
        # What the end has changed in the call is written once, with what it costs.
        with self._session.no_autoflush:
            ((zone, country, version, prices, is_again, *before),) = await rows_of(
                self._session, _BILLING, {"workspace": workspace_id, "call": call_id}
            )
        return Billing(zone, country, prices, version or 0, Billed(*before) if is_again else None)

    def records(self, workspace_id: uuid.UUID, since: date, until: date) -> Select[Any]:
        """Of the days from `since` to before `until`."""
        r = UsageRecord
        return select(r).where(r.workspace_id == workspace_id, r.day >= since, r.day < until)

    async def add(self, used: Used) -> UsageAccount | None:
        """Count into the account; None when the workspace leaves rehearsals out."""
        return _counted(await rows_of(self._session, _COUNT, used.given()))

    async def charge(self, used: Used, record: Mapping[str, Any]) -> UsageAccount | None:
        """Count into the account, and keep the call's usage record as these columns, in place of an earlier one. None when the workspace
        leaves rehearsals out of its account."""
        given = used.given() | {"records": as_json([record])}
        with self._session.no_autoflush:
            found = await rows_of(self._session, _CHARGE, given)
        return _counted(found)

    async def record(self, call_id: uuid.UUID) -> UsageRecord | None:
        return await self._session.get(UsageRecord, call_id, populate_existing=True)

    async def spend(self, campaign_id: uuid.UUID, cost: Decimal, currency: str) -> None:
        with self._session.no_autoflush:
            await rows_of(self._session, _SPEND, {"campaign_id": campaign_id, "cost": cost, "currency": currency})

    async def spent(self, campaign_id: uuid.UUID, currency: str) -> Decimal:
        query = select(CampaignSpend.cost).where(CampaignSpend.campaign_id == campaign_id, CampaignSpend.currency == currency)
        return await self._session.scalar(query) or Decimal(0)

    async def budget(self, campaign_id: uuid.UUID) -> Decimal | None:
        return await self._session.scalar(select(Campaign.budget).where(Campaign.id == campaign_id))

    async def meter(self, workspace_id: uuid.UUID, prefix: str, now: datetime, used: Used, window: timedelta) -> tuple[int, Decimal]:
        """Calls and money that went to the prefix in the window that is running, this call among them. Money of another currency is never
        added: the sum begins anew."""
        call = {"calls": used.calls, "cost": used.cost, "currency": used.currency}
        given = {"workspace_id": workspace_id, "prefix": prefix, "now": now, "begin": now - window, **call}
        with self._session.no_autoflush:
            ((calls, cost),) = await rows_of(self._session, _METER, given)
        return calls, cost

    async def forget_meter(self, workspace_id: uuid.UUID, prefix: str) -> None:
        """Begin the prefix's window anew."""
        at = (DestinationMeter.workspace_id == workspace_id, DestinationMeter.prefix == prefix)
        await self._session.execute(update(DestinationMeter).where(*at).values(calls=0, cost=0))

    async def pause_destination(self, workspace_id: uuid.UUID, prefix: str, sentence: str) -> bool:
        """False when it was paused already."""
        paused = Workspace.paused_destinations
        query = update(Workspace).where(Workspace.id == workspace_id, ~paused.has_key(prefix)).returning(Workspace.id)
        values = {"paused_destinations": paused.op("||")({prefix: sentence})}
        return await self._session.scalar(query.values(values).execution_options(synchronize_session=False)) is not None

    async def locked_workspace(self, workspace_id: uuid.UUID) -> Workspace:
        return await self._session.get_one(Workspace, workspace_id, with_for_update={"key_share": True}, populate_existing=True)

    async def note(self, **columns: Any) -> UsageNotice | None:
        """The notice, unless it was given already."""
        query = insert(UsageNotice).values(**columns).on_conflict_do_nothing().returning(UsageNotice)
        return await self._session.scalar(query)

    async def notices(self, workspace_id: uuid.UUID, month: date) -> Sequence[UsageNotice]:
        query = select(UsageNotice).where(UsageNotice.workspace_id == workspace_id, UsageNotice.month == month)
        return (await self._session.scalars(query.order_by(UsageNotice.at, UsageNotice.percent))).all()

    def credits(self, workspace_id: uuid.UUID) -> Select[Any]:
        return select(UsageCredit).where(UsageCredit.workspace_id == workspace_id)

    async def own_prices(self, workspace_id: uuid.UUID) -> OwnPriceList | None:
        return await self._session.get(OwnPriceList, workspace_id, populate_existing=True)

    async def put_own_prices(self, workspace_id: uuid.UUID, prices: dict[str, Any], now: datetime) -> None:
        """As the next version; no prices stay a row, so that no version is given twice."""
        values = {"prices": prices, "updated_at": now}
        query = insert(OwnPriceList).values(workspace_id=workspace_id, version=1, **values)
        await self._session.execute(
            query.on_conflict_do_update(index_elements=["workspace_id"], set_=values | {"version": OwnPriceList.version + 1})
        )

    async def forget_meters(self, workspace_id: uuid.UUID) -> None:
        """Begin all windows of the breaker anew."""
        await self._session.execute(update(DestinationMeter).where(DestinationMeter.workspace_id == workspace_id).values(calls=0, cost=0))

    async def has_budgets(self, workspace_id: uuid.UUID) -> bool:
        """Whether a campaign that may still call has a budget."""
        at_rest = Campaign.execution_status.in_(("archived", "completed", "stopped"))
        query = select(Campaign.id).where(Campaign.workspace_id == workspace_id, Campaign.budget.is_not(None), ~at_rest)
        return await self._session.scalar(query.limit(1)) is not None

    async def paused_campaigns(self, workspace_id: uuid.UUID) -> Sequence[Campaign]:
        """Campaigns that the claim has paused, the oldest first; where a person did it, there is no reason."""
        mine = (Campaign.workspace_id == workspace_id, Campaign.execution_status == "paused", Campaign.status_reason != "")
        query = select(Campaign).where(*mine)
        return (await self._session.scalars(query.order_by(Campaign.id).limit(MOST_ROWS))).all()

    async def model_cost_per_second(self, workspace_id: uuid.UUID, assistant_id: uuid.UUID, currency: str, since: date) -> Decimal | None:
        """What the assistant's models have cost for each second of talk since a day; None while that is not known."""
        d = UsageDay
        mine = (d.workspace_id == workspace_id, d.assistant_id == assistant_id, d.currency == currency, d.day >= since)
        query = select(func.sum(d.model_cost) / func.nullif(func.sum(d.seconds), 0)).where(*mine)
        return await self._session.scalar(query)

    async def add_knowledge(self, **columns: Any) -> Decimal:
        """What the model has cost for the base on that day, in that currency, with this."""
        k, query = KnowledgeUsage, insert(KnowledgeUsage).values(**columns)
        cost = case((query.excluded.cost.is_(None), k.cost), else_=func.coalesce(k.cost, 0) + query.excluded.cost)
        query = query.on_conflict_do_update(
            constraint="uq_knowledge_usage_key", set_={"tokens": k.tokens + query.excluded.tokens, "cost": cost}
        )
        return await self._session.scalar(query.returning(k.cost)) or Decimal(0)

    async def knowledge(self, workspace_id: uuid.UUID, since: date, until: date) -> Sequence[Any]:
        """By base, model and currency: tokens and cost of the days from `since` to before `until`; the dearest first."""
        k = KnowledgeUsage
        keys, tokens, cost = (k.knowledge_base_id, k.model, k.currency), cast(func.sum(k.tokens), k.tokens.type), func.sum(k.cost)
        query = select(*keys, tokens.label("tokens"), cost.label("cost")).group_by(*keys)
        query = query.where(k.workspace_id == workspace_id, k.day >= since, k.day < until)
        return (await self._session.execute(query.order_by(cost.desc().nulls_last(), *keys).limit(MOST_ROWS))).all()

    async def totals(self, workspace_id: uuid.UUID, since: date, until: date, by: str | None) -> Sequence[Any]:
        """Sums over days from `since` to before `until`, for each currency, by a column of the days or altogether; the dearest first."""
        d = UsageDay
        # A sum keeps the kind of its column; PostgreSQL's own of whole numbers is a decimal.
        sums = [cast(func.sum(column), column.type).label(column.key) for column in (getattr(d, name) for name in SUMMED)]
        keys = [d.currency] if by is None else [getattr(d, by).label("key"), d.currency]
        query = select(*keys, *sums).where(d.workspace_id == workspace_id, d.day >= since, d.day < until).group_by(*keys)
        first = keys[:1] if by == "day" else [func.sum(d.cost).desc()]
        return (await self._session.execute(query.order_by(*first, *keys).limit(MOST_ROWS))).all()


def _counted(found: Sequence[Row]) -> UsageAccount | None:
    # It has all that limits and breaker read of an account.
    account: Any = CountedAccount(*found[0]) if found else None
    return account
