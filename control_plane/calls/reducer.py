"""The single writer of a call's state: folds what witnesses say into the row, one locked row at a time.

Every fact is appended first; the unique id of its source makes repeats harmless. Where it takes the call is `domain/call_state`'s
decision; here its data is absorbed and, at the end, slot, number and enrollment are given back.
"""

import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from control_plane.calls.announcing import tell_function, tell_move
from control_plane.calls.leases import LOST_SILENCE, lease_of
from control_plane.calls.observation import facts_of, observe
from control_plane.calls.repository import CallRepository
from control_plane.calls.settlement import settle
from control_plane.db.models import Call
from control_plane.db.unit import Unit
from control_plane.domain.call_state import ANSWERED_STATES, AT_THE_PHONE, BEFORE_DIAL, FINAL, LIVE, CallState, Fact, Move, step
from control_plane.domain.errors import NotFound
from control_plane.kit import telemetry
from sip_config.causes import is_phone_gone
from sip_config.contract import AnsweredBy, CallPurpose, EndCause, EventKind, NetworkResult, Outcome

CARE_RESERVE = timedelta(seconds=300)
"""Added to the carrier's limit, so that a care protocol can outlast the agent's own limit (architecture §3, station 5)."""


DEPARTURE_LOOK = timedelta(seconds=6)
"""How soon the sweep looks after a call that somebody left; the report or the dial's own answer come before that as a rule."""


@dataclass(frozen=True, slots=True)
class Testimony:
    """One thing one witness says. `fact` is None for what is worth keeping but moves nothing."""

    source: str
    event_id: str
    kind: str
    at: datetime
    fact: Fact | None = None
    data: dict[str, Any] = field(default_factory=dict)


async def hear(unit: Unit, call_id: uuid.UUID, said: Testimony) -> Call:
    """Take a testimony into the ledger. Raises `NotFound` when there is no such call."""
    call = await CallRepository(unit.session).lock(call_id)
    if call is None:
        raise NotFound.of("call")
    return await take_in(unit, call, said)


async def take_in(unit: Unit, call: Call, said: Testimony) -> Call:
    """As `hear`, for a call whose row this transaction has locked already; what else was changed in it is written with it."""
    before = CallState(call.state)
    words = {"source": said.source, "event_id": said.event_id, "kind": said.kind, "at": said.at, "data": said.data}
    if await CallRepository(unit.session).add_event(call, **words, effect=effect_of(before, said)):
        fold(call, said, unit.now)
        if call.state in FINAL and before not in FINAL:
            with telemetry.span("settle", call.trace_context, **facts_of(call)):
                await settle(unit, call)
        observe(unit, call, before, said.source, said.kind, said.fact)
        await CallRepository(unit.session).save(call)
        await tell_move(unit, call, before)
        if said.kind == EventKind.TOOL_CALLED:
            await tell_function(unit, call, str(said.data.get("name", "")))
    return call


def effect_of(state: CallState, said: Testimony) -> str:
    """What becomes of the fact for a call in `state`, in words."""
    if said.fact is None:
        return "noted"
    outcome = step(state, said.fact)
    return str(outcome.to) if isinstance(outcome, Move) else outcome.because


def fold(call: Call, said: Testimony, now: datetime) -> None:
    """Change the row, and nothing else."""
    if said.fact is None:
        return
    outcome = step(CallState(call.state), said.fact)
    if not isinstance(outcome, Move):
        _absorb_late(call, said, now)
        return
    call.state = outcome.to
    _absorb(call, said)
    if outcome.to in FINAL:
        _finish(call, outcome.to, said)
    call.lease_until = lease_of(call, outcome.to, now)


def _absorb(call: Call, said: Testimony) -> None:
    """What a fact says beyond the new state."""
    if said.fact is Fact.AGENT_READY:
        call.ready_at = said.at
    elif said.fact is Fact.DIAL_COMMITTED:
        call.dialing_at = said.at
        # The carrier's limit, which holds a ringing time, counts from an INVITE that may leave later than its turn (architecture §2).
        limit = timedelta(seconds=2 * call.ringing_timeout_s + call.max_duration_s) + CARE_RESERVE
        call.reserved_until = said.at + limit
    elif said.fact is Fact.RINGING:
        call.ringing_at = said.at
    elif said.fact is Fact.ANSWERED:
        call.answered_at = said.at
        call.network_result = NetworkResult.ANSWERED
    elif said.fact is Fact.NOT_ANSWERED:
        _absorb_refusal(call, said.data)
    elif said.fact is Fact.NOT_SENT:
        call.network_result, call.failure = said.data.get("network_result"), said.data.get("failure", "")
    elif said.fact is Fact.UNACCOUNTED:
        call.network_result = NetworkResult.UNKNOWN
        call.failure = said.data.get("why", "")
    elif said.fact in (Fact.CALLEE_LEFT, Fact.HANGING_UP):
        call.ended_at = said.at
        _absorb_departure(call, said)


def _absorb_refusal(call: Call, data: dict[str, Any]) -> None:
    call.network_result = data["network_result"]
    call.sip_status_code = data.get("sip_status_code")
    call.sip_status = data.get("sip_status")
    call.failure = data.get("failure", "")


def _absorb_late(call: Call, said: Testimony, now: datetime) -> None:
    """What a fact that moves nothing still tells: the earliest witness of a moment is kept, and a departure makes the sweep look soon."""
    if said.fact is Fact.RINGING and call.ringing_at is None and call.state in AT_THE_PHONE | ANSWERED_STATES:
        call.ringing_at = said.at
    elif said.fact is Fact.RINGING and call.state == CallState.ENDED and _ended_as_if_it_never_rang(call):
        # Late word that it did ring: it changes what the network's answer meant, not what has been settled.
        call.ringing_at, call.network_result = said.at, NetworkResult.NO_ANSWER
    elif said.fact is Fact.ANSWERED and call.answered_at is not None and said.at < call.answered_at:
        call.answered_at = said.at
    elif said.fact in (Fact.CALLEE_LEFT, Fact.AGENT_LEFT) and call.state in LIVE and call.lease_until is not None:
        if not _may_be_of_a_former_agent(call, said):
            call.lease_until = min(call.lease_until, now + DEPARTURE_LOOK)
        _absorb_departure(call, said)
    elif call.state == CallState.ENDED and call.holds_number:
        _absorb_departure(call, said)
        if call.reserved_until is None:
            call.holds_number, call.lease_until = False, None


def _may_be_of_a_former_agent(call: Call, said: Testimony) -> bool:
    """The room is closed for every further agent, and LiveKit's late word of that names no generation: until the dial the deadline of the
    one who was sent stands. An agent's own word comes with its generation's ticket."""
    return call.state in BEFORE_DIAL and said.source == "livekit" and call.agent_generation > 1


def _absorb_departure(call: Call, said: Testimony) -> None:
    """Nothing is reserved any longer for a phone that was seen to hang up after its answer, or after its call's end."""
    is_gone = is_phone_gone(said.data.get("last_status", ""), said.data.get("disconnect_reason", ""))
    if said.fact is Fact.CALLEE_LEFT and (call.answered_at is not None or call.state == CallState.ENDED) and is_gone:
        call.reserved_until = None


def _ended_as_if_it_never_rang(call: Call) -> bool:
    """LiveKit's one error for a phone that rang out and a carrier that is dead (sip_config.causes.of_livekit_error); nobody saw a ring."""
    return call.ringing_at is None and call.network_result == NetworkResult.UNREACHABLE and call.failure.startswith("canceled:")


def _finish(call: Call, state: CallState, said: Testimony) -> None:
    """Make the record complete and give back what the call held."""
    call.ended_at = call.ended_at or said.at
    was_answered = call.answered_at is not None
    if not was_answered:
        call.answered_by = call.answered_by or AnsweredBy.NONE
        call.outcome = call.outcome or Outcome.NO_CONVERSATION
        call.end_cause = EndCause.OPERATOR_STOP if call.ended_by_request else EndCause.NONE
        if call.ended_by_request and state is CallState.ENDED:
            call.network_result = NetworkResult.CANCELED
    else:
        call.answered_by = call.answered_by or AnsweredBy.UNCERTAIN
        call.outcome = call.outcome or Outcome.AGENT_FAILURE
        call.end_cause = EndCause.OPERATOR_STOP if call.ended_by_request else call.end_cause or EndCause.SYSTEM_ERROR
    _keep_number(call, state, said)
    # An unanswered call keeps its slot until the agent has reported; not one whose phone rings on, since its agent is gone. Who has
    # outlasted the lease of a conversation without a word is not waited for again: a worker that is still at it says so by heartbeat.
    may_report = state is CallState.ENDED and call.reported_at is None and not was_answered and not call.holds_number
    call.holds_slot = call.holds_slot and may_report


def _keep_number(call: Call, state: CallState, said: Testimony) -> None:
    """A lost call keeps its number, because its phone may still ring; any other for as long as its phone may not have noticed the end:
    nobody saw it leave, and LiveKit did not confirm that the room was closed (it was killed, or hung)."""
    # A call that came in beside another with the same person has never held their number.
    is_kept = call.holds_number or call.purpose != CallPurpose.INBOUND
    may_be_there = is_kept and call.reserved_until is not None and not said.data.get("phone_gone", True)
    call.holds_number = state is CallState.LOST or may_be_there
    if not call.holds_number:
        call.reserved_until = None
    elif state is not CallState.LOST and call.reserved_until is not None:
        call.reserved_until = min(call.reserved_until, said.at + LOST_SILENCE)
