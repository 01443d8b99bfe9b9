"""Stops toll fraud: too many calls, or too much money, to one destination within an hour pauses that destination until a person looks.

What counts is what has ended, so that at most the calls under way go beyond a limit.
"""

from datetime import timedelta
from decimal import Decimal

from structlog import get_logger

from control_plane.audit.service import record
from control_plane.db.models import Call, UsageAccount
from control_plane.db.unit import Unit
from control_plane.domain.destinations import destination
from control_plane.usage.repository import UsageRepository, Used

log = get_logger(__name__)

WINDOW = timedelta(hours=1)


async def watch(unit: Unit, call: Call, home: str, account: UsageAccount | None, used: Used) -> None:
    """Count a real call that is over, and pause where it led if that was too much. `home` is the workspace's own country."""
    leads_to = destination(call.to_e164)
    is_home = leads_to.country == home
    if call.is_rehearsal or not leads_to.prefix or account is None or (is_home and not account.breaker_at_home):
        return
    rows = UsageRepository(unit.session)
    within, spent = await rows.meter(call.workspace_id, leads_to.prefix, unit.now, used, WINDOW)
    why = _too_much(account, within, spent, used.currency)
    if why is None:
        return
    sentence = f"Calls to {leads_to.prefix} are paused: {why} within an hour. Look whether they are wanted, then resume them."
    if await rows.pause_destination(call.workspace_id, leads_to.prefix, sentence):
        facts = {"prefix": leads_to.prefix, "reason": sentence}
        record(unit, call.workspace_id, "destination.paused", "workspace", call.workspace_id, None, facts)
        log.warning(
            "destination_paused",
            workspace_id=str(call.workspace_id),
            prefix=leads_to.prefix,
            calls=within,
            cost=str(spent),
            currency=used.currency,
        )


def _too_much(account: UsageAccount, calls: int, cost: Decimal, currency: str) -> str | None:
    if account.calls_per_hour is not None and calls >= account.calls_per_hour:
        return f"{calls} calls (the limit is {account.calls_per_hour})"
    if account.cost_per_hour is not None and cost >= account.cost_per_hour:
        return f"they cost {cost:.2f} {currency} (the limit is {account.cost_per_hour:.2f} {currency})"
    return None
