"""A callee wants no more calls: of any kind, or perhaps only those of the schedule that made this one, which the agent asks."""

from control_plane.calls.repository import CallRepository
from control_plane.campaigns.service import close_suppressed
from control_plane.contacts.suppressions import suppress
from control_plane.db.models import Call
from control_plane.db.unit import Unit
from sip_config.contract import EventKind, Outcome

SCHEDULE_CANCELED = "schedule_canceled"
"""In a call's ledger: the callee had a schedule cancelled."""


async def never_call_again(unit: Unit, call: Call, evidence: str) -> None:
    """Never call this number again, whichever way it was said; said twice it stays one suppression."""
    why = "asked not to be called again"
    await suppress(unit, call.workspace_id, call.to_e164, reason=why, source="call", evidence=evidence, call_id=call.id)
    await close_suppressed(unit, call.workspace_id, call.to_e164, None)
    call.outcome, call.outcome_label, call.outcome_source = Outcome.DO_NOT_CALL, "do_not_call", "opt_out"


async def settle_stop(unit: Unit, call: Call) -> None:
    """The call is over. Whoever said stop and did not say that one schedule was meant, because they hung up or the agent died, means all
    calls: nobody is called on the strength of a question that was not answered."""
    if call.schedule_run_id is None or call.outcome_source == "opt_out" or not call.to_e164:
        return
    rows = CallRepository(unit.session)
    said = await rows.last_event(call.id, EventKind.STOP_SAID)
    if said is None:
        return
    cancelled = [event.data.get("schedule_id") for event in await rows.events(call.id) if event.kind == SCHEDULE_CANCELED]
    if said.data.get("schedule_id") not in cancelled:
        await never_call_again(unit, call, str(said.data.get("quote", "")))
