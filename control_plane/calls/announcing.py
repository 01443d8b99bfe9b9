"""What is told to the outside of a call: events with ids, states and links, in the transaction in which they became true.

Nobody's number and nobody's words are in them; both are behind the links.
"""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from control_plane.calls.schemas import duration_of
from control_plane.db.models import Call
from control_plane.db.unit import Unit
from control_plane.domain.call_state import FINAL, CallState, status_of
from control_plane.webhooks.events import Happening, emit, emit_all

_OF_STATE = {CallState.DIALING: "call.started", CallState.RINGING: "call.ringing", CallState.IN_PROGRESS: "call.answered"}
_FACTS = ("id", "state", "purpose", "attempt", "assistant_id", "campaign_id", "enrollment_id", "contact_id")
_MOMENTS = ("due_at", "ringing_at", "answered_at", "ended_at")
_RESULTS = ("network_result", "sip_status_code", "answered_by", "outcome", "outcome_label", "end_cause", "callback_at", "cost")


async def tell_queued(unit: Unit, call: Call) -> None:
    await _tell(unit, call, "call.queued")


async def tell_claimed(unit: Unit, calls: Sequence[dict[str, Any]]) -> None:
    """Calls of campaigns, written by one statement as these columns."""
    happened = [
        Happening(c["workspace_id"], _links(c["id"]) | {"status": "pending"} | {n: c[n] for n in _FACTS}, c["assistant_id"], c["id"])
        for c in calls
    ]
    await emit_all(unit, "call.queued", happened)


async def tell_move(unit: Unit, call: Call, before: CallState) -> None:
    """The call may just have moved on from `before`. States that nobody saw are not made up."""
    if call.state == before:
        return
    event_type = "call.ended" if call.state in FINAL else _OF_STATE.get(CallState(call.state))
    if event_type is not None:
        await _tell(unit, call, event_type)


async def tell_transcript(unit: Unit, call: Call, turns: int) -> None:
    if turns:
        data = {"turns": turns, "transcript_url": f"/api/v1/calls/{call.id}/transcript"}
        await _tell(unit, call, "call.transcript", data)


async def tell_recording(unit: Unit, call: Call) -> None:
    await _tell(unit, call, "call.recording_ready", {"recording_url": f"/api/v1/calls/{call.id}/recording"})


async def tell_callback(unit: Unit, call: Call, before: datetime | None) -> None:
    """A time may have been promised since it was `before`."""
    if call.callback_at is not None and call.callback_at != before:
        await _tell(unit, call, "callback.scheduled")


async def _tell(unit: Unit, call: Call, event_type: str, more: dict[str, Any] | None = None) -> None:
    data = _data(call) | (more or {})
    await emit(unit, call.workspace_id, event_type, data, assistant_id=call.assistant_id, call_id=call.id)


def _data(call: Call) -> dict[str, Any]:
    status = status_of(CallState(call.state), was_answered=call.answered_at is not None)
    facts = {name: getattr(call, name) for name in (*_FACTS, *_MOMENTS, *_RESULTS)}
    said = {"user_id": call.request.get("user_id"), "metadata": call.request.get("metadata") or {}}
    times = {"started_at": call.dialing_at, "duration_s": duration_of(call)}
    return _links(call.id) | {"status": status, "carrier": "simulated" if call.is_rehearsal else "real"} | facts | times | said


def _links(call_id: uuid.UUID) -> dict[str, Any]:
    return {"url": f"/api/v1/calls/{call_id}"}
