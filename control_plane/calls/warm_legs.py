"""The leg to somebody who is told about a call before they take it over: a call of its own in the ledger, in the room of the other call.

It goes the way of every INVITE: gate, row, last gate, trunk's turn, stored verdict (the dialer takes it over when the agent is ready). Only
its agent is there already: the one that talks to the person gets the leg's ticket, briefs whoever answers, and reports for both. It holds
no slot for that, and nobody dispatches anybody. Who has been named to take calls is not protected from being called often; hours,
countries, suppressions and halts hold for them as for others. What the gate has said is kept, also where it said no: then there is no
leg, and the call that it was for knows the verdict.
"""

import uuid
from dataclasses import dataclass
from typing import Any

from control_plane.calls.announcing import tell_queued, tell_transferred
from control_plane.calls.gate import Answer, Question, ask, consent_id_of, verdict_of
from control_plane.calls.leases import lease_of
from control_plane.calls.line_repository import LineRepository
from control_plane.calls.observation import made
from control_plane.calls.reducer import Testimony, hear
from control_plane.calls.repository import CallRepository
from control_plane.calls.rooms import identity_of, room_of
from control_plane.calls.transferring import ASKED, DONE, FAILED, REFUSED, RINGING_S, is_done, require_destination
from control_plane.calls.warm_leg_repository import WarmLegRepository
from control_plane.db.models import Call, Trunk, Workspace
from control_plane.db.unit import Unit
from control_plane.domain.call_state import CallState
from control_plane.domain.decision import Decision, Dial, Stage
from control_plane.domain.errors import Conflict, Refused
from control_plane.domain.pacing import Room, startable
from control_plane.kit.ids import new_id
from control_plane.kit.secrets import digest, new_token
from control_plane.kit.telemetry import new_trace
from control_plane.usage.accounts import require_allowance
from sip_config.contract import CallPurpose, DispatchTicket

BUSY = "They are busy: they are on another call, and take one at a time. Somebody else who can be named may be free."
WHY = ("nobody", "declined", "not_called", "failed")
"""What the agent may say of a leg in vain: nobody took it, they would not, it was never dialled, something of ours failed."""


@dataclass(frozen=True, slots=True)
class WarmLeg:
    """What the agent needs for it."""

    ticket: DispatchTicket
    identity: str
    ringing_timeout_s: int


async def begin_warm(unit: Unit, call: Call, name: str) -> WarmLeg | None:
    """The leg to this destination of a call that is locked; None for one that the carrier is to put the person through to.

    Raises as `transferring.require_destination`, and `Refused` when the gate, the budget or the lines let nobody be called now; what the
    gate has said is to be kept then too, so whoever asks commits all the same.
    """
    to = await require_destination(unit, call, name)
    if not to.is_warm:
        return None
    leg, ticket = await _begin(unit, call, name, to.e164)
    data = {"destination": name, "mode": "warm", "call_id": str(leg.id)}
    await hear(unit, call.id, Testimony("agent", f"{ASKED}:{leg.id}", ASKED, unit.now, None, data))
    return WarmLeg(ticket, identity_of(leg), leg.ringing_timeout_s)


async def end_warm(unit: Unit, call: Call, leg_id: uuid.UUID, *, is_joined: bool, why: str) -> None:
    """What came of the leg, as the agent says: the two talk with each other now, or `why` they do not. Said again, also after another leg
    was begun, it changes nothing: the first word counts.

    Raises `Conflict` where no such leg is open.
    """
    told = [event for event in await CallRepository(unit.session).events(call.id) if event.kind in (ASKED, DONE, FAILED)]
    of_leg = [event for event in told if event.data.get("call_id") == str(leg_id)]
    if any(event.kind != ASKED for event in of_leg):
        return
    if not of_leg or told[-1] is not of_leg[-1]:
        raise Conflict("No such transfer is open.", code="no_transfer")
    kind, data = (DONE, {}) if is_joined else (FAILED, {"why": why if why in WHY else "failed"})
    if is_joined:
        is_done(call)
    await hear(unit, call.id, Testimony("agent", f"{kind}:{leg_id}", kind, unit.now, None, {"call_id": str(leg_id), **data}))
    if is_joined:
        await tell_transferred(unit, call)


async def _begin(unit: Unit, parent: Call, name: str, e164: str) -> tuple[Call, DispatchTicket]:
    rows = WarmLegRepository(unit.session)
    workspace, trunk, number = await rows.line_of(parent)
    if number is None or trunk.livekit_outbound_trunk_id is None:
        raise Refused("There is no line to call them by.", code="no_line")
    await require_allowance(unit.session, workspace, None, unit.now)
    if await rows.is_held(parent.workspace_id, e164):
        raise Refused(BUSY, code="busy")
    await _require_line(unit, workspace, trunk)
    owned, token, leg_id = number.trunk_id == trunk.id, new_token(), new_id()
    question = Question(workspace, trunk, e164, None, None, RINGING_S, caller_id_owned=owned, is_colleague=True)
    decision, verdict = await _judged(unit, question, leg_id)
    if not isinstance(decision, Dial):
        await _note_refusal(unit, parent, name, verdict)
        raise Refused(" ".join(reason.sentence for reason in decision.reasons), code=decision.reasons[0].code)
    leg = Call(
        id=leg_id,
        **_like(parent),
        from_number_id=number.id,
        from_e164=number.e164,
        to_e164=e164,
        call_token_hash=digest(token),
        due_at=unit.now,
        claimed_at=unit.now,
        verdict_id=verdict["id"],
        consent_id=consent_id_of(decision),
    )
    leg.lease_until = lease_of(leg, CallState.DISPATCHED, unit.now)
    if not await rows.add(leg):
        raise Refused(BUSY, code="busy")
    made(unit, leg)
    await tell_queued(unit, leg)
    return leg, DispatchTicket(str(leg.id), leg.agent_generation, token)


async def _require_line(unit: Unit, workspace: Workspace, trunk: Trunk) -> None:
    """Held against the same limits as the calls that a claim makes, and in turn with it: none of them gets the same last line. The call
    that they are fetched into is locked before, and may be: a claim waits for no call that is under way."""
    lines, calls = await LineRepository(unit.session).in_use(trunk.id, workspace.id)
    if startable(Room(trunk.max_concurrent_calls, lines), Room(workspace.max_concurrent_calls, calls)) == 0:
        raise Refused("All lines are in use.", code="no_line")


async def _judged(unit: Unit, question: Question, leg_id: uuid.UUID) -> tuple[Decision, dict[str, Any]]:
    """What the gate says, and its verdict as columns, which is kept whatever it is."""
    decision, facts = await ask(unit.session, question, unit.now)
    verdict = verdict_of(Answer(question, facts, decision), unit.now, call_id=leg_id, stage=Stage.CLAIM)
    await CallRepository(unit.session).add_verdict(verdict)
    return decision, verdict


async def _note_refusal(unit: Unit, parent: Call, name: str, verdict: dict[str, Any]) -> None:
    """Nobody waits on the line for a later hour, so there is no leg; its verdict is known to the call that it was for."""
    codes = [reason["code"] for reason in verdict["reasons"]]
    data = {"destination": name, "mode": "warm", "verdict_id": str(verdict["id"]), "decision": verdict["decision"], "reasons": codes}
    await hear(unit, parent.id, Testimony("agent", f"{REFUSED}:{verdict['call_id']}", REFUSED, unit.now, None, data))


def _like(parent: Call) -> dict[str, Any]:
    """The columns that the leg has of the call that it is for, or of its kind."""
    return {
        "workspace_id": parent.workspace_id,
        "purpose": CallPurpose.TRANSFER,
        "assistant_id": parent.assistant_id,
        "assistant_version_id": parent.assistant_version_id,
        "trunk_id": parent.trunk_id,
        "is_rehearsal": parent.is_rehearsal,
        "request": {"in_room": room_of(parent), "transfer_of": str(parent.id)},
        "state": CallState.DISPATCHED,
        "agent_generation": 1,
        "holds_number": True,
        "holds_slot": False,
        "ringing_timeout_s": RINGING_S,
        "max_duration_s": parent.max_duration_s,
        "usage": [],
        "trace_context": new_trace(),
    }
