"""What people ask of usage: what was used, how much may be, credits, and where calls are paused."""

import uuid
from collections.abc import AsyncIterator
from datetime import date
from decimal import Decimal
from typing import Any

from msgspec import to_builtins
from sqlalchemy import Select

from control_plane.audit.service import record
from control_plane.db.models import UsageAccount, UsageCredit, UsageRecord, Workspace
from control_plane.db.unit import Unit
from control_plane.domain import phone
from control_plane.domain.errors import Conflict, Invalid, NotFound
from control_plane.kit.csv_text import csv_line
from control_plane.kit.ids import new_id
from control_plane.kit.pagination import Page, every, page_of
from control_plane.usage.accounts import USUAL_COST_PER_HOUR, currency_of, this_month
from control_plane.usage.charging import give_notice
from control_plane.usage.price_lists import prices_of
from control_plane.usage.prices import rounded
from control_plane.usage.repository import UsageRepository
from control_plane.usage.schemas import (
    AssistantUsage,
    CampaignUsage,
    CreditAdded,
    CreditIn,
    CreditOut,
    DayUsage,
    DestinationUsage,
    KnowledgeUsage,
    LimitsIn,
    LimitsOut,
    NoticeOut,
    Totals,
    UsageOut,
)

THRESHOLDS = (50, 80, 100)
RECORD_COLUMNS = (
    *("call_id", "day", "campaign_id", "assistant_id", "is_rehearsal", "is_failed", "seconds", "billable_seconds", "country", "prefix"),
    *("network_cost", "model_cost", "cost", "currency", "price_list"),
)


class UsageService:
    def __init__(self, unit: Unit, workspace_id: uuid.UUID) -> None:
        self._unit = unit
        self._workspace_id = workspace_id
        self._rows = UsageRepository(unit.session)

    async def month(self, asked: str | None) -> UsageOut:
        """The usage of a month, written like 2026-11; the current one when None. Raises `Invalid`."""
        workspace, account = await self._unit.session.get_one(Workspace, self._workspace_id), await self._account()
        month = _month(asked) if asked else this_month(self._unit.now, workspace.time_zone)
        until, prices = _next(month), await prices_of(self._unit.session, self._workspace_id)

        async def by(column: str | None) -> Any:
            return await self._rows.totals(self._workspace_id, month, until, column)

        totals = {row.currency: Totals(**Totals.columns(row)) for row in await by(None)}
        notices = await self._rows.notices(self._workspace_id, month)
        return UsageOut(
            month=f"{month:%Y-%m}",
            currency=prices.currency,
            price_list=prices.label,
            total=totals.pop(prices.currency, None) or Totals.none(prices.currency),
            other_currencies=list(totals.values()),
            by_day=[DayUsage(day=row.key, **Totals.columns(row)) for row in await by("day")],
            by_campaign=[CampaignUsage(campaign_id=row.key, **Totals.columns(row)) for row in await by("campaign_id")],
            by_assistant=[AssistantUsage(assistant_id=row.key, **Totals.columns(row)) for row in await by("assistant_id")],
            by_destination=[DestinationUsage(prefix=row.key, **Totals.columns(row)) for row in await by("prefix")],
            knowledge=[_of_knowledge(row) for row in await self._rows.knowledge(self._workspace_id, month, until)],
            limits=LimitsOut.of(account, workspace, prices.currency).monthly,
            credits=account.credits,
            notices=[NoticeOut.of(notice) for notice in notices],
        )

    async def records(self, asked: str | None) -> AsyncIterator[bytes]:
        """What each call of a month was billed for, as lines of CSV, oldest call first. Raises `Invalid` before the first."""
        workspace = await self._unit.session.get_one(Workspace, self._workspace_id)
        month = _month(asked) if asked else this_month(self._unit.now, workspace.time_zone)
        return self._lines(self._rows.records(self._workspace_id, month, _next(month)))

    async def _lines(self, query: Select[Any]) -> AsyncIterator[bytes]:
        yield csv_line(RECORD_COLUMNS)
        async for row in every(self._unit.session, query, UsageRecord.call_id):
            yield csv_line([getattr(row, column) for column in RECORD_COLUMNS])

    async def limits(self) -> LimitsOut:
        workspace = await self._unit.session.get_one(Workspace, self._workspace_id)
        return await self._limits(await self._account(), workspace)

    async def set_limits(self, wanted: LimitsIn) -> LimitsOut:
        """Replace the limits. Campaigns that were paused for one stay paused until somebody resumes them. Raises `Invalid`."""
        monthly, breaker = wanted.monthly, wanted.destination_breaker
        allowed = _countries(wanted.allowed_countries)
        account = await self._rows.locked_account(self._workspace_id)
        workspace = await self._rows.locked_workspace(self._workspace_id)
        before = _trail(account, workspace)
        account.max_minutes, account.max_calls = monthly.minutes, monthly.calls
        account.max_cost = _amount(monthly.cost)
        account.thresholds = sorted(set(THRESHOLDS if wanted.thresholds is None else wanted.thresholds))
        account.counts_rehearsals = wanted.counts_rehearsals
        account.calls_per_hour, account.breaker_at_home = breaker.calls_per_hour, breaker.includes_home
        account.cost_per_hour = _positive("destination_breaker.cost_per_hour", breaker.cost_per_hour)
        workspace.allowed_countries = allowed
        account.updated_at = workspace.updated_at = self._unit.now
        await self._unit.session.flush()
        after = _trail(account, workspace)
        record(self._unit, self._workspace_id, "usage.limits_changed", "workspace", self._workspace_id, before, after)
        await give_notice(self._unit, account, this_month(self._unit.now, workspace.time_zone))
        self._unit.nudges.add("tick")
        return await self._limits(account, workspace)

    async def add_credits(self, given: CreditIn) -> CreditAdded:
        """Add to the balance; from the first time on the workspace pays in advance. Raises `Invalid`, `Conflict` while credits of another
        currency than that of the prices are left, of which one can only take back."""
        amount = Decimal(given.amount)
        if not amount:
            raise Invalid.field("amount", "Say how much is to be added.")
        account = await self._rows.locked_account(self._workspace_id)
        currency = _currency_of_credits(account, amount)
        account.credits = account.credits_topped = (account.credits or Decimal(0)) + amount
        account.updated_at = self._unit.now
        row = UsageCredit(
            id=new_id(),
            workspace_id=self._workspace_id,
            amount=amount,
            balance=account.credits,
            currency=currency,
            note=given.note,
            added_by=self._unit.actor,
            created_at=self._unit.now,
        )
        self._unit.session.add(row)
        await self._unit.session.flush()
        after = {"amount": amount, "currency": currency, "note": given.note}
        record(self._unit, self._workspace_id, "usage.credits_added", "usage_credit", row.id, None, after)
        self._unit.nudges.add("tick")
        return CreditAdded.with_paused(row, await self._rows.paused_campaigns(self._workspace_id))

    async def credits(self, *, limit: int, cursor: str | None) -> Page[CreditOut]:
        query = self._rows.credits(self._workspace_id)
        return await page_of(self._unit.session, query, UsageCredit.id, CreditOut.of, limit=limit, cursor=cursor)

    async def resume_destination(self, prefix: str) -> LimitsOut:
        """Call there again, with its hour counted anew. Raises `NotFound` for what is not paused."""
        # The meter before the workspace, as a call that ends locks them.
        await self._rows.forget_meter(self._workspace_id, prefix)
        workspace = await self._rows.locked_workspace(self._workspace_id)
        if prefix not in workspace.paused_destinations:
            raise NotFound.of("paused destination")
        workspace.paused_destinations = {p: why for p, why in workspace.paused_destinations.items() if p != prefix}
        workspace.updated_at = self._unit.now
        await self._unit.session.flush()
        record(self._unit, self._workspace_id, "destination.resumed", "workspace", self._workspace_id, {"prefix": prefix}, None)
        self._unit.nudges.add("tick")
        return await self.limits()

    async def _limits(self, account: UsageAccount, workspace: Workspace) -> LimitsOut:
        return LimitsOut.of(account, workspace, currency_of(account), await self._rows.paused_campaigns(self._workspace_id))

    async def _account(self) -> UsageAccount:
        """The account, or one as a workspace has it that never changed anything; not stored."""
        account = await self._rows.account(self._workspace_id)
        if account is not None:
            return account
        breaker = {"calls_per_hour": 500, "cost_per_hour": USUAL_COST_PER_HOUR, "breaker_at_home": False}
        return UsageAccount(workspace_id=self._workspace_id, thresholds=list(THRESHOLDS), counts_rehearsals=True, **breaker)


def _of_knowledge(row: Any) -> KnowledgeUsage:
    cost = None if row.cost is None else rounded(row.cost)
    return KnowledgeUsage(knowledge_id=row.knowledge_base_id, model=row.model, tokens=row.tokens, currency=row.currency, cost=cost)


def _month(text: str) -> date:
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError as error:
        raise Invalid.field("month", "Write the month like 2026-11.") from error


def _next(month: date) -> date:
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def _amount(text: str | None) -> Decimal | None:
    """Money as it was sent; its shape has been checked."""
    return None if text is None else Decimal(text)


def _positive(field: str, text: str | None) -> Decimal | None:
    amount = _amount(text)
    if amount == 0:
        raise Invalid.field(field, "The amount must be above zero; null does not watch.")
    return amount


def _countries(wanted: list[str] | None) -> list[str] | None:
    if wanted is None:
        return None
    unknown = [code for code in wanted if not phone.is_country(code)]
    if unknown:
        raise Invalid.field("allowed_countries", f"There is no country {unknown[0]!r}; use two letters like US or GB.")
    return sorted(set(wanted))


def _currency_of_credits(account: UsageAccount, amount: Decimal) -> str:
    """In which the amount is. Once all credits of another currency are taken back, the account takes that of the prices."""
    wanted, left = currency_of(account), account.credits or Decimal(0)
    if not left or account.currency in (None, wanted):
        if account.currency not in (None, wanted):
            account.cost = Decimal(0)
        account.currency = wanted
        return wanted
    if amount != -left:
        sentence = f"There are credits of {left:.4f} {account.currency} left and prices are in {wanted}; take exactly these back first."
        raise Conflict(sentence, code="currency_in_use")
    return account.currency


def _trail(account: UsageAccount, workspace: Workspace) -> dict[str, Any]:
    """The limits for the audit log, without what they only show."""
    plain = to_builtins(LimitsOut.of(account, workspace, currency_of(account)))
    del plain["paused_campaigns"]
    return plain
