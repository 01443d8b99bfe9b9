"""What follows for the bill when a call is over: its usage record, the counters of workspace and campaign, notices, the fraud breaker.

Runs in the transaction that settles the call, last, because all calls of a workspace meet at its account. Simulated calls are priced like
real ones: a rehearsal shows what a campaign would cost.
"""

import math
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from control_plane.audit.service import record
from control_plane.db.models import Call, UsageAccount, UsageNotice, Workspace
from control_plane.db.unit import Unit
from control_plane.domain.allowance import measures, month_of, reached
from control_plane.domain.destinations import destination
from control_plane.kit.ids import new_id
from control_plane.usage.accounts import allowance_of, currency_of, this_month
from control_plane.usage.breaker import watch
from control_plane.usage.price_lists import prices_of, prices_over
from control_plane.usage.prices import PriceList, bill, priced
from control_plane.usage.repository import Billed, UsageRepository, Used
from control_plane.webhooks.events import emit
from sip_config.contract import CallPurpose


async def charge(unit: Unit, call: Call) -> None:
    """Bill a call that was dialled, or came in and was answered, and is over. A second time, when a report came late, counts the difference
    only."""
    is_inbound = call.purpose == CallPurpose.INBOUND
    if call.state == "released" or (call.answered_at if is_inbound else call.dialing_at) is None:
        return
    rows = UsageRepository(unit.session)
    billing = await rows.billing(call.workspace_id, call.id)
    if billing.before is not None and call.erased_at is not None:
        # Where it led is no longer known.
        return
    now = _columns(call, billing.time_zone, prices_over(call.workspace_id, billing.prices, billing.version))
    used = _difference(billing.before, now, call)
    account = await rows.charge(used, now)
    call.cost, call.currency = now["cost"], now["currency"]
    if account is not None:
        if call.campaign_id is not None and used.cost:
            await rows.spend(call.campaign_id, used.cost, used.currency)
        await give_notice(unit, account, used.month)
    if not is_inbound:
        # Whom somebody calls us from is no destination of ours.
        await watch(unit, call, billing.default_country, account, used)


async def charge_afterwards(unit: Unit, call: Call, used: Sequence[dict[str, Any]]) -> None:
    """Count what models have consumed for a call long after it was billed: in what the call has cost, and in the limits of the present
    month. What was billed before keeps the prices of its time; where these were in another currency, nothing is added to it. Last in a
    transaction, which holds the call locked; a call without a bill gets none by this."""
    rows = UsageRepository(unit.session)
    call.usage = [*call.usage, *used]
    kept = await rows.record(call.id)
    if kept is None:
        return
    workspace, prices = await unit.session.get_one(Workspace, call.workspace_id), await prices_of(unit.session, call.workspace_id)
    models, cost = priced(prices, used)
    month = this_month(unit.now, workspace.time_zone)
    # The account before the record, as in `_CHARGE`.
    account = await rows.add(Used(call.workspace_id, month, 0, 0, cost, prices.currency, call.is_rehearsal))
    if kept.currency == prices.currency:
        kept.model_cost, kept.cost = kept.model_cost + cost, kept.cost + cost
        call.cost = kept.cost
    else:
        models = [model | {"cost": None} for model in models]
    kept.models = [*kept.models, *models]
    await unit.session.flush()
    if account is not None:
        if call.campaign_id is not None and cost:
            await rows.spend(call.campaign_id, cost, prices.currency)
        await give_notice(unit, account, month)


def _columns(call: Call, time_zone: str, prices: PriceList) -> dict[str, Any]:
    """The call's usage record."""
    is_failed = call.answered_at is None
    seconds = 0
    if call.answered_at is not None and call.ended_at is not None:
        seconds = max(0, math.ceil((call.ended_at - call.answered_at).total_seconds()))
    # A call that came in is carried as far as our own number, and has its price.
    end = call.from_e164 if call.purpose == CallPurpose.INBOUND else call.to_e164
    cost = bill(prices, end, seconds, failed=is_failed, used=call.usage)
    leads_to = destination(end)
    return {
        "call_id": call.id,
        "workspace_id": call.workspace_id,
        "campaign_id": call.campaign_id,
        "assistant_id": call.assistant_id,
        "day": (call.ended_at or call.dialing_at or call.created_at).astimezone(ZoneInfo(time_zone)).date(),
        "is_rehearsal": call.is_rehearsal,
        "is_failed": is_failed,
        "seconds": seconds,
        "billable_seconds": cost.billable_seconds,
        "country": leads_to.country,
        "prefix": leads_to.prefix if cost.prefix == "+" else cost.prefix,
        "network_cost": cost.network,
        "model_cost": cost.models_cost,
        "cost": cost.total,
        "currency": prices.currency,
        "models": cost.models,
        "price_list": prices.label,
    }


def _difference(before: Billed | None, now: dict[str, Any], call: Call) -> Used:
    """What the call adds to what it added before; money of another currency was never in the same sum."""
    seconds = before.billable_seconds if before is not None else 0
    cost = before.cost if before is not None and before.currency == now["currency"] else Decimal(0)
    month = month_of(before.day if before is not None else now["day"])
    seconds, cost, calls = now["billable_seconds"] - seconds, now["cost"] - cost, int(before is None)
    return Used(call.workspace_id, month, seconds, calls, cost, now["currency"], call.is_rehearsal)


async def give_notice(unit: Unit, account: UsageAccount, month: date) -> list[UsageNotice]:
    """Note every threshold that has been reached, each once for a month and limit; returns those that are new."""
    rows, new = UsageRepository(unit.session), []
    for measure in measures(allowance_of(account, month)):
        for percent in reached(measure, account.thresholds):
            notice = await rows.note(
                id=new_id(),
                workspace_id=account.workspace_id,
                month=month,
                measure=measure.name,
                percent=percent,
                limit_value=measure.limit,
                used=measure.used,
                at=unit.now,
            )
            if notice is not None:
                await _tell(unit, notice, currency_of(account))
                new.append(notice)
    return new


async def _tell(unit: Unit, notice: UsageNotice, currency: str) -> None:
    """Into the audit trail, and to whoever has subscribed to the event."""
    event = "usage.limit_reached" if notice.percent >= 100 else "usage.threshold_reached"
    facts = {"measure": notice.measure, "percent": notice.percent, "limit": notice.limit_value, "used": notice.used}
    facts |= {"month": f"{notice.month:%Y-%m}"} | ({"currency": currency} if notice.measure in ("cost", "credits") else {})
    record(unit, notice.workspace_id, event, "usage", notice.id, None, facts)
    await emit(unit, notice.workspace_id, event, facts | {"url": f"/api/v1/usage?month={notice.month:%Y-%m}"})
