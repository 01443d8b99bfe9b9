"""Reads accounts as the domain sees them."""

import uuid
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from control_plane.db.models import UsageAccount, Workspace
from control_plane.domain.allowance import UNLIMITED, Allowance, month_of, over_budget, used_up
from control_plane.domain.errors import LimitReached
from control_plane.usage.repository import UsageRepository


def allowance_of(account: UsageAccount | None, month: date) -> Allowance:
    """What the workspace may use and has used in `month`; counters of another month say nothing of this one."""
    if account is None:
        return UNLIMITED
    is_current = account.month == month
    return Allowance(
        account.max_minutes,
        account.max_calls,
        account.max_cost,
        account.credits,
        minutes=Decimal(account.seconds if is_current else 0) / 60,
        calls=account.calls if is_current else 0,
        cost=account.cost if is_current else Decimal(0),
        credits_topped=account.credits_topped,
    )


def this_month(now: datetime, time_zone: str) -> date:
    """The first day of the month that it is in the workspace."""
    return month_of(now.astimezone(ZoneInfo(time_zone)).date())


async def require_allowance(session: AsyncSession, workspace: Workspace, campaign_id: uuid.UUID | None, now: datetime) -> None:
    """Raises `LimitReached` with a sentence when the month's limits, the credits or the campaign's budget are used up."""
    rows = UsageRepository(session)
    reason = used_up(allowance_of(await rows.account(workspace.id), this_month(now, workspace.time_zone)))
    if reason is None and campaign_id is not None:
        reason = over_budget(await rows.budget(campaign_id), await rows.spent(campaign_id))
    if reason is not None:
        raise LimitReached(reason.sentence, code=reason.code, reasons=(reason.sentence,))
