"""SQL of usage: one upsert per counter, so that calls that end at once add up without asking one another."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from control_plane.db.models import (
    Campaign,
    CampaignSpend,
    DestinationMeter,
    UsageAccount,
    UsageCredit,
    UsageNotice,
    UsageRecord,
    Workspace,
)

# A call of a month that is over adds nothing to the month that has begun; the first call of a new month begins at naught.
_ADD = text(
    """
    insert into usage_account as a (workspace_id, month, seconds, calls, cost)
    values (:workspace_id, :month, greatest(:seconds, 0), greatest(:calls, 0), greatest(:cost, 0))
    on conflict (workspace_id) do update set
        month = greatest(a.month, excluded.month),
        seconds = case when a.month > :month then a.seconds when a.month = :month then a.seconds + :seconds else :seconds end,
        calls = case when a.month > :month then a.calls when a.month = :month then a.calls + :calls else :calls end,
        cost = case when a.month > :month then a.cost when a.month = :month then a.cost + :cost else :cost end,
        credits = a.credits - :cost, updated_at = now()
    where a.counts_rehearsals or not :is_rehearsal
    returning a.workspace_id
    """
)
_SPEND = text(
    """
    insert into campaign_spend as s (campaign_id, workspace_id, cost)
    select id, workspace_id, cast(:cost as numeric) from campaign where id = :campaign_id
    on conflict (campaign_id) do update set cost = s.cost + :cost
    """
)
_METER = text(
    """
    insert into destination_meter as m (workspace_id, prefix, since, calls, cost) values (:workspace_id, :prefix, :now, :calls, :cost)
    on conflict (workspace_id, prefix) do update set
        since = case when m.since > :begin then m.since else :now end,
        calls = case when m.since > :begin then m.calls + :calls else :calls end,
        cost = case when m.since > :begin then m.cost + :cost else :cost end
    returning calls, cost
    """
)


@dataclass(frozen=True, slots=True)
class Used:
    """What one call adds; differences where it was counted before."""

    workspace_id: uuid.UUID
    month: date
    seconds: int
    calls: int
    cost: Decimal
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

    async def add(self, used: Used) -> UsageAccount | None:
        """Count into the account; None when the workspace leaves rehearsals out."""
        given = {name: getattr(used, name) for name in used.__slots__}
        counted = await self._session.scalar(_ADD, given)
        return None if counted is None else await self.account(used.workspace_id)

    async def spend(self, campaign_id: uuid.UUID, cost: Decimal) -> None:
        await self._session.execute(_SPEND, {"campaign_id": campaign_id, "cost": cost})

    async def spent(self, campaign_id: uuid.UUID) -> Decimal:
        return await self._session.scalar(select(CampaignSpend.cost).where(CampaignSpend.campaign_id == campaign_id)) or Decimal(0)

    async def budget(self, campaign_id: uuid.UUID) -> Decimal | None:
        return await self._session.scalar(select(Campaign.budget).where(Campaign.id == campaign_id))

    async def meter(
        self, workspace_id: uuid.UUID, prefix: str, now: datetime, calls: int, cost: Decimal, window: timedelta
    ) -> tuple[int, Decimal]:
        """Calls and money that went to the prefix in the window that is running, this call among them."""
        given = {"workspace_id": workspace_id, "prefix": prefix, "now": now, "begin": now - window, "calls": calls, "cost": cost}
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

    async def totals(self, workspace_id: uuid.UUID, since: date, until: date, by: str | None) -> Sequence[Any]:
        """Sums over days from `since` to before `until`, by a column of the records or altogether."""
        r = UsageRecord
        sums = (
            func.count().label("calls"),
            func.count().filter(r.is_failed).label("failed_calls"),
            func.count().filter(r.is_rehearsal).label("simulated_calls"),
            func.coalesce(func.sum(r.seconds), 0).label("seconds"),
            func.coalesce(func.sum(r.billable_seconds), 0).label("billable_seconds"),
            func.coalesce(func.sum(r.network_cost), 0).label("network_cost"),
            func.coalesce(func.sum(r.model_cost), 0).label("model_cost"),
            func.coalesce(func.sum(r.cost), 0).label("cost"),
        )
        where = (r.workspace_id == workspace_id, r.day >= since, r.day < until)
        if by is None:
            return (await self._session.execute(select(*sums).where(*where))).all()
        column = getattr(r, by)
        query = select(column.label("key"), *sums).where(*where).group_by(column)
        return (await self._session.execute(query.order_by(column if by == "day" else func.sum(r.cost).desc(), column).limit(1000))).all()
