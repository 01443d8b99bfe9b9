"""A callee wants no more calls: of any kind, or perhaps only those of the schedule that made this one, which the agent asks. They say so in
the call, or by their network, which refuses it for them."""

from control_plane.calls.repository import CallRepository
from control_plane.campaigns.service import close_suppressed
from control_plane.contacts.suppressions import hold, let_go, suppress
from control_plane.db.models import Call
from control_plane.db.unit import Unit
from sip_config.contract import EventKind, NetworkResult, Outcome

SCHEDULE_CANCELED = "schedule_canceled"
"""In a call's ledger: the callee had a schedule cancelled."""


async def never_call_again(unit: Unit, call: Call, evidence: str) -> None:
    """Never call this number again, whichever way it was said; said twice it stays one suppression. Of a caller who withholds their number
    only the wish is known."""
    if call.to_e164:
        why = "asked not to be called again"
        await suppress(unit, call.workspace_id, call.to_e164, reason=why, source="call", evidence=evidence, call_id=call.id)
        await close_suppressed(unit, call.workspace_id, call.to_e164, None)
    call.outcome, call.outcome_label, call.outcome_source = Outcome.DO_NOT_CALL, "do_not_call", "opt_out"


async def heed_the_network(unit: Unit, call: Call) -> None:
    """The callee's network has refused the call as unwanted, as the number's owner told it to: nobody calls it again, for whatever. Those
    who wait for it are closed by the task that a new suppression starts, because the rows of other campaigns are locked one at a time."""
    if call.network_result == NetworkResult.UNWANTED:
        why = "the callee's network marked a call as unwanted"
        await suppress(unit, call.workspace_id, call.to_e164, reason=why, source="call", evidence=call.failure, call_id=call.id)


async def hold_calls(unit: Unit, call: Call, quote: str, schedule_id: str) -> None:
    """Stop was said and it is being asked which calls are meant: nothing else is dialled before the answer. It may be known already, since
    the agent says the two on different ways."""
    if call.to_e164 and schedule_id not in await _cancelled_in(unit, call) and call.outcome_source != "opt_out":
        await hold(unit, call.workspace_id, call.to_e164, evidence=quote, call_id=call.id)


async def settle_stop(unit: Unit, call: Call) -> None:
    """The call is over. Whoever said stop and did not say that one schedule was meant, because they hung up or the agent died, means all
    calls: nobody is called on the strength of a question that was not answered."""
    if call.outcome_source == "opt_out" or not call.to_e164:
        return
    rows = CallRepository(unit.session)
    said = await rows.last_event(call.id, EventKind.STOP_SAID)
    if said is None:
        return
    if said.data.get("schedule_id") in await _cancelled_in(unit, call):
        await let_go(unit, call.workspace_id, call.to_e164, call.id)
    else:
        await never_call_again(unit, call, str(said.data.get("quote", "")))


async def only_these(unit: Unit, call: Call, schedule_id: str) -> None:
    """The schedule has been cancelled in the call. If it was asked about because stop was said, the other calls go on."""
    said = await CallRepository(unit.session).last_event(call.id, EventKind.STOP_SAID)
    if said is not None and said.data.get("schedule_id") == schedule_id:
        await let_go(unit, call.workspace_id, call.to_e164, call.id)


async def _cancelled_in(unit: Unit, call: Call) -> list[str]:
    events = await CallRepository(unit.session).events(call.id)
    return [str(event.data.get("schedule_id")) for event in events if event.kind == SCHEDULE_CANCELED]
