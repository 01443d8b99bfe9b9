"""Reads accounts as the domain sees them."""

import uuid
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from control_plane.db.models import UsageAccount, Workspace
from control_plane.domain.allowance import UNLIMITED, Allowance, month_of, over_budget, used_up
from control_plane.domain.errors import LimitReached
from control_plane.usage.prices import prices_in_use
from control_plane.usage.repository import UsageRepository

USUAL_COST_PER_HOUR = Decimal(50)
"""To one destination, in whatever currency the prices are, until somebody says otherwise."""


def currency_of(account: UsageAccount | None) -> str:
    """In which the workspace's calls are priced."""
    return (account.prices_currency if account is not None else None) or prices_in_use().currency


def allowance_of(account: UsageAccount | None, month: date) -> Allowance:
    """What the workspace may use and has used in `month`; counters of another month, or money of another currency, say nothing of this
    one."""
    if account is None:
        return UNLIMITED
    is_current, is_same = account.month == month, account.currency in (None, currency_of(account))
    return Allowance(
        account.max_minutes,
        account.max_calls,
        account.max_cost,
        account.credits,
        minutes=Decimal(account.seconds if is_current else 0) / 60,
        calls=account.calls if is_current else 0,
        cost=account.cost if is_current and is_same else Decimal(0),
        credits_topped=account.credits_topped,
        currency=currency_of(account),
        credits_currency="" if is_same else account.currency or "",
    )


def towards_budget(account: UsageAccount | None, spent: Decimal | None, currency: str | None) -> Decimal:
    """How much of what a campaign has cost counts towards its budget, which is in the currency of the prices: another one says nothing."""
    return spent if spent is not None and currency == currency_of(account) else Decimal(0)


def this_month(now: datetime, time_zone: str) -> date:
    """The first day of the month that it is in the workspace."""
    return month_of(now.astimezone(ZoneInfo(time_zone)).date())


async def require_allowance(
    session: AsyncSession, workspace: Workspace, campaign_id: uuid.UUID | None, now: datetime, *, is_call: bool = True
) -> None:
    """Raises `LimitReached` with a sentence when the month's limits, the credits or the campaign's budget are used up; limits of calls and
    minutes speak of calls only."""
    rows = UsageRepository(session)
    account = await rows.account(workspace.id)
    allowance = allowance_of(account, this_month(now, workspace.time_zone))
    reason = used_up(allowance if is_call else replace(allowance, max_calls=None, max_minutes=None))
    if reason is None and campaign_id is not None:
        reason = over_budget(await rows.budget(campaign_id), await rows.spent(campaign_id, currency_of(account)))
    if reason is not None:
        raise LimitReached(reason.sentence, code=reason.code, reasons=(reason.sentence,))
