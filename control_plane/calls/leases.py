"""How long a call may stay in a state before the sweep looks after it."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from control_plane.db.models import Call
from control_plane.domain.call_state import CallState

READY_DEADLINE = timedelta(seconds=25)
"""From dispatch to a ready agent. A dispatch that LiveKit accepted before a worker was there never runs (facts/voice §2)."""
TOKEN_WAIT = timedelta(seconds=30)
"""The longest a ready agent waits for the trunk's turn."""
AGENT_SILENCE = timedelta(seconds=30)
"""Six missed heartbeats of 5 s."""
DIAL_MARGIN = timedelta(seconds=12)
"""Beyond the ringing time, for the API's answer; the client itself gives up earlier."""
UNREPORTED_SLOT = timedelta(seconds=20)
"""An agent whose call was not answered leaves at once; past this its slot is taken back."""

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
        begun = call.dialing_at or now
        return begun + timedelta(seconds=call.ringing_timeout_s) + DIAL_MARGIN
    if state in LEASES:
        return now + LEASES[state]
    return now + UNREPORTED_SLOT if call.holds_slot else call.reserved_until
