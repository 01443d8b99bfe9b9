"""SQL of usage: one upsert per counter, so that calls that end at once add up without asking one another."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, cast, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from control_plane.db.models import (
    Campaign,
    CampaignSpend,
    DestinationMeter,
    OwnPriceList,
    UsageAccount,
    UsageCredit,
    UsageDay,
    UsageNotice,
    UsageRecord,
    Workspace,
)

# A call of a month that is over adds nothing to the month that has begun; the first call of a new month begins at naught. Money of another
# currency is never added: the sum begins anew with it, unless credits are left, whose currency then stays.
_ADD = text(
    """
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
    returning a.*
    """
)
_ADDED = select(UsageAccount).from_statement(_ADD)
_SPEND = text(
    """
    insert into campaign_spend as s (campaign_id, workspace_id, cost, currency)
    select id, workspace_id, cast(:cost as numeric), :currency from campaign where id = :campaign_id
    on conflict (campaign_id) do update set
        cost = case when s.currency = excluded.currency then s.cost + :cost else :cost end, currency = excluded.currency
    """
)
_METER = text(
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


class UsageRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def account(self, workspace_id: uuid.UUID) -> UsageAccount | None:
        return await self._session.get(UsageAccount, workspace_id, populate_existing=True)

    async def locked_account(self, workspace_id: uuid.UUID) -> UsageAccount:
        """The account, made when there is none, locked."""
        await self._session.execute(insert(UsageAccount).values(workspace_id=workspace_id).on_conflict_do_nothing())
        return await self._session.get_one(UsageAccount, workspace_id, with_for_update=True, populate_existing=True)

    async def record(self, call_id: uuid.UUID) -> UsageRecord | None:
        return await self._session.get(UsageRecord, call_id)

    def records(self, workspace_id: uuid.UUID, since: date, until: date) -> Select[Any]:
        """Of the days from `since` to before `until`."""
        r = UsageRecord
        return select(r).where(r.workspace_id == workspace_id, r.day >= since, r.day < until)

    async def add(self, used: Used) -> UsageAccount | None:
        """Count into the account; None when the workspace leaves rehearsals out."""
        given = {name: getattr(used, name) for name in used.__slots__}
        return await self._session.scalar(_ADDED, given, execution_options={"populate_existing": True})

    async def spend(self, campaign_id: uuid.UUID, cost: Decimal, currency: str) -> None:
        await self._session.execute(_SPEND, {"campaign_id": campaign_id, "cost": cost, "currency": currency})

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
        calls, cost = (await self._session.execute(_METER, given)).one()
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

    async def totals(self, workspace_id: uuid.UUID, since: date, until: date, by: str | None) -> Sequence[Any]:
        """Sums over days from `since` to before `until`, for each currency, by a column of the days or altogether; the dearest first."""
        d = UsageDay
        # A sum keeps the kind of its column; PostgreSQL's own of whole numbers is a decimal.
        sums = [cast(func.sum(column), column.type).label(column.key) for column in (getattr(d, name) for name in SUMMED)]
        keys = [d.currency] if by is None else [getattr(d, by).label("key"), d.currency]
        query = select(*keys, *sums).where(d.workspace_id == workspace_id, d.day >= since, d.day < until).group_by(*keys)
        first = keys[:1] if by == "day" else [func.sum(d.cost).desc()]
        return (await self._session.execute(query.order_by(*first, *keys).limit(MOST_ROWS))).all()
