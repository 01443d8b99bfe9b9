"""What is told to the outside of a call: events with ids, states and links, in the transaction in which they became true.

Nobody's number and nobody's words are in them; both are behind the links.
"""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from control_plane.calls.schemas import began_at, direction_of, duration_of
from control_plane.db.models import Call
from control_plane.db.unit import Unit
from control_plane.domain.call_state import FINAL, CallState, status_of
from control_plane.webhooks.events import TURN, Happening, emit_all, tell_live
from control_plane.webhooks.outbox_repository import Listener

_OF_STATE = {CallState.DIALING: "call.started", CallState.RINGING: "call.ringing", CallState.IN_PROGRESS: "call.answered"}
_LIVE_OF_STATE = {CallState.DISPATCHED: "call.dispatched", CallState.READY: "call.ready", CallState.WRAPPING: "call.wrapping"}
_FACTS = ("id", "state", "purpose", "attempt", "assistant_id", "campaign_id", "enrollment_id", "contact_id")
_MOMENTS = ("due_at", "ringing_at", "answered_at", "ended_at")
_LONGEST_NAME = 100
_RESULTS = ("network_result", "sip_status_code", "answered_by", "outcome", "outcome_label", "end_cause", "callback_at", "cost", "currency")


QUEUED = "call.queued"


async def tell_queued(unit: Unit, call: Call) -> None:
    await _tell(unit, call, QUEUED)


async def tell_claimed(unit: Unit, calls: Sequence[dict[str, Any]], listeners: Sequence[Listener]) -> None:
    """Calls of campaigns, written by one statement as these columns; `listeners`: of `QUEUED` in their workspaces."""
    happened = [
        Happening(
            c["workspace_id"],
            {**_links(c["id"]), "status": "pending", **{n: c[n] for n in _FACTS}},
            c["assistant_id"],
            c["id"],
            c["campaign_id"],
        )
        for c in calls
    ]
    await emit_all(unit, QUEUED, happened, listeners)


async def tell_arrived(unit: Unit, call: Call) -> None:
    """Somebody is calling."""
    await _tell(unit, call, "call.started")


async def tell_move(unit: Unit, call: Call, before: CallState) -> None:
    """The call may just have moved on from `before`. States that nobody saw are not made up."""
    if call.state == before:
        return
    event_type = "call.ended" if call.state in FINAL else _OF_STATE.get(CallState(call.state))
    if event_type is not None:
        await _tell(unit, call, event_type)
    elif (live_type := _LIVE_OF_STATE.get(CallState(call.state))) is not None:
        tell_live(unit, live_type, _happening(call, _data(call)))


def tell_turn(unit: Unit, call: Call, seq: int) -> None:
    """Something was said. Whoever streams it reads the words from their row, so that they go with it."""
    tell_live(unit, TURN, Happening(call.workspace_id, {"call_id": call.id, "seq": seq}, call_id=call.id))


async def tell_transcript(unit: Unit, call: Call, turns: int) -> None:
    if turns:
        data = {"turns": turns, "transcript_url": f"/api/v1/calls/{call.id}/transcript"}
        await _tell(unit, call, "call.transcript", data)


async def tell_analyzed(unit: Unit, call: Call) -> None:
    """An analysis of the call is done, the first or another."""
    links = {"analysis_url": f"/api/v1/calls/{call.id}/analysis", "analytics_url": f"/api/v1/calls/{call.id}/analytics"}
    await _tell(unit, call, "call.analyzed", links)


async def tell_function(unit: Unit, call: Call, name: str) -> None:
    """The agent has used a tool. What it was given and what came of it may hold words, and stands in the call's events."""
    more = {"function": {"name": name[:_LONGEST_NAME]}, "events_url": f"/api/v1/calls/{call.id}/events"}
    await _tell(unit, call, "call.function_called", more)


async def tell_recording(unit: Unit, call: Call) -> None:
    await _tell(unit, call, "call.recording_ready", {"recording_url": f"/api/v1/calls/{call.id}/recording"})


async def tell_risk(unit: Unit, call: Call, kind: str, level: str) -> None:
    """Somebody said something grave; their words are behind the link."""
    await _tell(unit, call, "call.risk_flagged", {"risk": {"kind": kind, "level": level}})


async def tell_transferred(unit: Unit, call: Call) -> None:
    """The person talks with somebody else now. Who that is stands in the call's events."""
    await _tell(unit, call, "call.transferred", {"events_url": f"/api/v1/calls/{call.id}/events"})


async def tell_callback(unit: Unit, call: Call, before: datetime | None) -> None:
    """A time may have been promised since it was `before`."""
    if call.callback_at is not None and call.callback_at != before:
        await _tell(unit, call, "callback.scheduled")


async def _tell(unit: Unit, call: Call, event_type: str, more: dict[str, Any] | None = None) -> None:
    await emit_all(unit, event_type, [_happening(call, _data(call) | (more or {}))])


def _happening(call: Call, data: dict[str, Any]) -> Happening:
    return Happening(call.workspace_id, data, call.assistant_id, call.id, call.campaign_id)


def _data(call: Call) -> dict[str, Any]:
    status = status_of(CallState(call.state), was_answered=call.answered_at is not None)
    facts = {name: getattr(call, name) for name in (*_FACTS, *_MOMENTS, *_RESULTS)}
    said = {"user_id": call.request.get("user_id"), "metadata": call.request.get("metadata") or {}}
    times = {"started_at": began_at(call), "duration_s": duration_of(call)}
    kind = {"status": status, "direction": direction_of(call)}
    return _links(call.id) | kind | {"carrier": "simulated" if call.is_rehearsal else "real"} | facts | times | said


def _links(call_id: uuid.UUID) -> dict[str, Any]:
    return {"url": f"/api/v1/calls/{call_id}"}
