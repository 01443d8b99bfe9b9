"""How long a call may stay in a state before the sweep looks after it."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from control_plane.db.models import Call
from control_plane.domain.call_state import FINAL, CallState

READY_DEADLINE = timedelta(seconds=25)
"""From dispatch to a ready agent. A dispatch that LiveKit accepted before a worker was there never runs (facts/voice §2)."""
TOKEN_WAIT = timedelta(seconds=30)
"""The longest a ready agent waits for the trunk's turn."""
AGENT_SILENCE = timedelta(seconds=30)
"""Six missed heartbeats of 5 s."""
REPORTED_WITHIN = timedelta(minutes=3)
"""From the end of a talk to its report. The agent worker gives recording and report together two minutes (agent_worker/server)."""
DIAL_MARGIN = timedelta(seconds=12)
"""Beyond the ringing time, for the API's answer; the client itself gives up earlier."""
UNREPORTED_SLOT = timedelta(seconds=20)
"""An agent whose call was not answered leaves at once; past this its slot is taken back."""
PLACE_OF_LOST = timedelta(seconds=30)
"""So long a call that is over and keeps its number still counts as a line of its trunk and a call of its campaign and workspace: a request
that LiveKit has not carried out by then (its own limits are shorter) will not be. Its number stays reserved far longer, because being wrong
there disturbs a person."""
LOST_LOOK = timedelta(seconds=10)
"""How often the sweep looks for a phone that may still be there although its call is over."""
LOST_SILENCE = timedelta(minutes=3)
"""A phone that was seen in its room and has not been there for so long is quiet. LiveKit's SIP service, cut off from its room, tries to
come back for about a minute and a half, and then hangs up."""

LEASES: Mapping[CallState, timedelta] = {
    CallState.QUEUED: timedelta(seconds=15),
    CallState.DISPATCHED: READY_DEADLINE,
    CallState.READY: TOKEN_WAIT,
    CallState.IN_PROGRESS: AGENT_SILENCE,
    CallState.WRAPPING: AGENT_SILENCE,
}


def lease_of(call: Call, state: CallState, now: datetime) -> datetime | None:
    """When the sweep is to look at `call` in its new `state`; None when nothing is left to do."""
    if state in (CallState.DIALING, CallState.RINGING):
        return answer_due(call, now)
    if state in LEASES:
        return now + LEASES[state]
    if state in FINAL and call.holds_number and call.reserved_until is not None:
        return min(call.reserved_until, now + LOST_LOOK)
    return now + UNREPORTED_SLOT if call.holds_slot else call.reserved_until


def answer_due(call: Call, now: datetime) -> datetime:
    """Until when the answer of a dial is waited for."""
    return (call.dialing_at or now) + timedelta(seconds=call.ringing_timeout_s) + DIAL_MARGIN
