"""Stations 3 and 5: send an agent; once it is ready, ask the gate for the last time and let the phone ring.

Every function reloads its call, looks at the state first, and is safe to run twice or never.
"""

import asyncio
import uuid
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from opentelemetry.trace import SpanKind
from structlog import get_logger

from control_plane.calls.gate import Answer, Question, ask_all, consent_id_of, reasons_of, verdict_of
from control_plane.calls.leases import lease_of
from control_plane.calls.observation import facts_of
from control_plane.calls.reducer import CARE_RESERVE, Testimony, hear, take_in
from control_plane.calls.repository import CallRepository
from control_plane.calls.rooms import identity_of, is_guest, room_of
from control_plane.campaigns.enrollments import Enrollments
from control_plane.db.driver import AWAY, name_of
from control_plane.db.models import Call, Contact
from control_plane.db.unit import Unit, open_unit
from control_plane.dialer.context import Dialer
from control_plane.dialer.departure import STAYED, depart
from control_plane.dialer.protection import pause_of, react_to
from control_plane.dialer.repository import DialerRepository, GateRows, Line
from control_plane.dialer.turns import MyTurn, NotYet, Watch, keep, line_of, line_up, take, until_near
from control_plane.domain.call_state import AT_THE_PHONE, BEFORE_DIAL, FINAL, CallState, Fact
from control_plane.domain.decision import Dial as MayDial
from control_plane.domain.decision import Wait
from control_plane.domain.errors import NotFound
from control_plane.kit import telemetry
from control_plane.kit.clock import monotonic
from control_plane.kit.secrets import digest, new_token
from control_plane.telephony.port import Answered, Dial, DialResult, Dispatch, Refused, TelephonyError, Uncertain
from sip_config.causes import of_refusal
from sip_config.codec import encode
from sip_config.contract import DispatchTicket, NetworkResult
from sip_config.naming import ATTRIBUTE_ATTEMPT, ATTRIBUTE_CALL_ID, ATTRIBUTE_SCRIPT, room_name

log = get_logger(__name__)

EMPTY_TIMEOUT_S = 75
"""Above the ready deadline and the longest wait for the trunk's turn together, so that LiveKit never closes a room that is still wanted."""
DEPARTURE_TIMEOUT_S = 5
UNCERTAIN_LOOK = timedelta(seconds=3)
"""How soon the sweep looks after a dial whose answer never came."""

ANSWER_PAUSES_S = (0.1, 0.5, 2.0, 5.0)
"""Before each further try to write down what the network said, when the database could not take it."""

NOT_SENT_IN_TIME = Refused(None, "this process was held up between the last gate and the INVITE", "unavailable", not_sent=True)
NOBODY_TO_TALK = Refused(None, "the agent left before the INVITE", "unavailable", not_sent=True)
HELD_BACK = (NOT_SENT_IN_TIME, NOBODY_TO_TALK, *STAYED)
"""INVITEs that we ourselves did not send: they say nothing about the network."""


NEVER_LEFT = frozenset({"not_found", "unavailable"})
"""LiveKit's errors without a SIP code that say nothing about the number: no such trunk, or nobody there who could send the INVITE."""
MOST_DISPATCHES = 3
"""The first and two repeats; after that the call is put back, and its enrollment may meet a healthier worker."""


@dataclass(frozen=True, slots=True)
class Decided:
    """A dial whose intent is written; `at` is this process's monotonic clock before the gate was asked, `epoch` the writer's fence."""

    dial: Dial
    at: float
    epoch: int
    turn: MyTurn
    trace: str = ""
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Place:
    """Where the phone of a call is."""

    room: str
    guest: str = ""
    """Its identity in a room that is another call's; empty in its own."""

    @classmethod
    def of(cls, call: Call) -> "Place":
        return cls(room_of(call), identity_of(call) if is_guest(call) else "")


@dataclass(frozen=True, slots=True)
class Sending:
    """A dispatch whose generation is written."""

    ticket: DispatchTicket
    epoch: int
    trace: str
    facts: dict[str, Any]


async def dispatch(dialer: Dialer, call_id: uuid.UUID) -> None:
    """Make the call's room and send an agent there. A call that somebody has already dispatched is left alone."""
    async with dialer.unit() as unit:
        call = await CallRepository(unit.session).lock(call_id)
        if call is None or call.state != CallState.QUEUED or call.claimed_at is None or call.agent_generation > 0:
            return
        sending = next_generation(call, unit.now)
    await send_agent(dialer, call_id, sending)


def next_generation(call: Call, now: datetime) -> Sending:
    """Write down that a new agent is sent: an agent of an older generation finds its token refused, and a stale task its epoch."""
    token = new_token()
    call.agent_generation += 1
    call.lease_epoch += 1
    call.call_token_hash = digest(token)
    call.lease_until = lease_of(call, CallState.DISPATCHED, now)
    facts = facts_of(call) | {"generation": call.agent_generation}
    return Sending(DispatchTicket(str(call.id), call.agent_generation, token), call.lease_epoch, call.trace_context, facts)


async def send_agent(dialer: Dialer, call_id: uuid.UUID, sending: Sending) -> None:
    """Make the room and send the agent of a generation that is written already."""
    generation = sending.ticket.generation
    order = Dispatch(room_name(str(call_id)), encode(sending.ticket), EMPTY_TIMEOUT_S, DEPARTURE_TIMEOUT_S)
    try:
        with telemetry.span("dispatch", sending.trace, **sending.facts):
            await dialer.telephony.dispatch(order)
    except TelephonyError as error:
        await release(dialer, call_id, f"dispatch:{generation}", f"LiveKit did not take the dispatch: {error}", sending.epoch)
        return
    async with dialer.unit() as unit:
        said = Testimony("task", f"dispatched:{generation}", "dispatched", unit.now, Fact.DISPATCHED, {"generation": generation})
        await testify(unit, call_id, sending.epoch, said)


async def testify(unit: Unit, call_id: uuid.UUID, epoch: int, said: Testimony) -> Call:
    """Say something about a call that this task owned at `epoch`. If somebody has taken it over, it is kept and moves nothing."""
    call = await CallRepository(unit.session).lock(call_id)
    if call is None:
        raise NotFound.of("call")
    return await take_in(unit, call, _fenced(call, epoch, said))


def _fenced(call: Call, epoch: int, said: Testimony) -> Testimony:
    if call.lease_epoch == epoch:
        return said
    return replace(said, fact=None, data={**said.data, "said_by_a_former_owner": True})


async def place(dialer: Dialer, call_id: uuid.UUID) -> None:
    """Dial a ready call when its trunk's turn comes, then wait for the network's word and write it down."""
    if call_id in dialer.placing:
        return
    dialer.placing.add(call_id)
    try:
        attempt = await _when_it_is_our_turn(dialer, call_id)
    finally:
        dialer.placing.discard(call_id)
    if isinstance(attempt, str):
        await close_room(dialer, call_id)
    if isinstance(attempt, Decided):
        await record_answer(dialer, call_id, await _send(dialer, attempt), attempt.epoch)


async def _send(dialer: Dialer, decided: Decided) -> DialResult:
    """The INVITE, unless it would come too late or ring for nobody: an agent may have died since it was ready."""
    try:
        has_agent = any(leg.is_agent for leg in await dialer.telephony.legs(decided.dial.room))
    except TelephonyError:
        # A LiveKit that cannot be asked will not dial either; the dial's own answer says so.
        has_agent = True
    try:
        sent = await keep(dialer, decided.turn, lambda watch: _leave(dialer, decided, watch, has_agent=has_agent))
        return sent if sent is not None else NOT_SENT_IN_TIME
    except AWAY as error:
        # A database that cannot be asked once more keeps the INVITE from leaving; after it has left, nothing is asked there.
        log.warning("not_looked_again", room=decided.dial.room, error=name_of(error))
        return NOT_SENT_IN_TIME


async def _leave(dialer: Dialer, decided: Decided, watch: Watch, *, has_agent: bool) -> DialResult | None:
    """The INVITE at its turn; None when that was overslept."""
    if monotonic() - decided.at > max(dialer.verdict_holds, dialer.send_within).total_seconds():
        return NOT_SENT_IN_TIME
    if not has_agent:
        return NOBODY_TO_TALK
    with telemetry.span("dial", decided.trace, SpanKind.CLIENT, **decided.facts) as made:
        result = await depart(dialer, decided.dial, watch)
        code = result.sip_code if isinstance(result, Refused) else None
        telemetry.note(made, result="overslept" if result is None else type(result).__name__.lower(), sip_status_code=code)
    return result


async def _when_it_is_our_turn(dialer: Dialer, call_id: uuid.UUID) -> Decided | str | None:
    """Wait in the trunk's line; who waits for a slower campaign's turn steps out of it meanwhile."""
    line = await line_up(dialer, call_id)
    while line is not None:
        async with dialer.lines[line.trunk_id]:
            await until_near(dialer, line)
            attempt = await _try_to_commit(dialer, call_id, line)
            while isinstance(attempt, NotYet) and attempt.is_behind_trunk:
                line = await line_of(dialer, call_id)
                if line is None:
                    return None
                await until_near(dialer, line)
                attempt = await _try_to_commit(dialer, call_id, line)
        if not isinstance(attempt, NotYet):
            return attempt
        await asyncio.sleep(attempt.wait.total_seconds())
        line = await line_up(dialer, call_id)
    return None


async def _try_to_commit(dialer: Dialer, call_id: uuid.UUID, line: Line) -> Decided | NotYet | str | None:
    async with open_unit(dialer.sessions, dialer.queue, dialer.clock, actor="system") as unit:
        attempt = None if dialer.is_stopping else await _commit_dial(unit, call_id, line, dialer)
    if isinstance(attempt, Decided):
        dialer.last_turns[line.trunk_id] = attempt.turn
    return attempt


async def _commit_dial(unit: Unit, call_id: uuid.UUID, line: Line, dialer: Dialer) -> Decided | NotYet | str | None:
    """The last look before the INVITE, in one transaction on the database's clock.

    A dial whose intent is now written; or how long to wait for the turn of trunk and campaign; or why the call was given up; or None when
    the call is no longer ready, because somebody else dials it or it is over.

    The gate is asked before the turn is taken, because all calls of the trunk wait for its row from then on.

    What is left open: a request that is on its way to LiveKit may be carried out late. The sweep has called the call lost by then, its
    number stays reserved, and whoever answers is hung up on by `record_answer`.
    """
    call = await CallRepository(unit.session).lock(call_id)
    if call is None or call.state != CallState.READY:
        return None
    began, rows = monotonic(), await DialerRepository(unit.session).gate_rows(call)
    unit.now = rows.now
    answer = await _last_gate(unit, call, rows)
    if isinstance(answer, str):
        return answer
    obstacle = await pause_of(unit.session, rows.trunk, rows.now, dialer.breaker)
    if obstacle is not None:
        call.failure = obstacle
        await take_in(unit, call, Testimony("task", "last_gate", "trunk_not_usable", rows.now, Fact.RELEASED, {"why": obstacle}))
        return obstacle
    mine = await take(DialerRepository(unit.session), line, dialer.database_clock)
    return await _write_dial(unit, call, rows, answer, began, mine) if isinstance(mine, MyTurn) else mine


async def _last_gate(unit: Unit, call: Call, rows: GateRows) -> Answer | str:
    """That the call may be placed; or, as a sentence, why it must not be after all."""
    # The claim has counted this call towards the caps of the day; asking about them again would count it twice.
    owned, timeout = call.from_number_id is not None, call.ringing_timeout_s
    question = Question(rows.workspace, rows.trunk, call.to_e164, rows.contact, rows.campaign, timeout, call.id, owned, is_guest(call))
    (answer,) = await ask_all(unit.session, (question,), rows.now)
    if isinstance(answer.decision, MayDial):
        return answer
    # The claim's verdict was another one; the call's own `verdict_id` stays with it, since no dial rests on this.
    verdict = verdict_of(answer, rows.now, enrollment_id=call.enrollment_id)
    await CallRepository(unit.session).add_verdict(verdict)
    call.failure = "; ".join(reason.sentence for reason in answer.decision.reasons)
    reasons = {"reasons": reasons_of(answer.decision)}
    await take_in(unit, call, Testimony("task", "last_gate", "gate_refused", rows.now, Fact.RELEASED, reasons))
    if isinstance(answer.decision, Wait) and call.enrollment_id is not None:
        # It is due again at once, and the claim will hear the same: that is no second verdict.
        await Enrollments(unit).waits_because(call.enrollment_id, [reason.code for reason in answer.decision.reasons])
    return call.failure


async def _write_dial(unit: Unit, call: Call, rows: GateRows, answer: Answer, began: float, mine: MyTurn) -> Decided:
    """The intent, before anything is sent."""
    assert rows.trunk.livekit_outbound_trunk_id is not None
    verdict = verdict_of(answer, rows.now, enrollment_id=call.enrollment_id)
    await CallRepository(unit.session).add_verdict(verdict)
    call.verdict_id, call.consent_id = verdict["id"], consent_id_of(answer.decision)
    call.lease_epoch += 1
    order = _dial_order(call, rows.contact, rows.trunk.livekit_outbound_trunk_id)
    await take_in(unit, call, Testimony("task", "dial_committed", "dial_committed", mine.turn.at, Fact.DIAL_COMMITTED))
    return Decided(order, began, call.lease_epoch, mine, call.trace_context, facts_of(call))


def _dial_order(call: Call, contact: Contact | None, livekit_trunk_id: str) -> Dial:
    attributes = {ATTRIBUTE_CALL_ID: str(call.id), ATTRIBUTE_ATTEMPT: str(call.attempt)}
    if call.is_rehearsal and contact is not None:
        script = contact.attributes.get("rehearsal_script")
        attributes |= {ATTRIBUTE_SCRIPT: str(script)} if script else {}
    return Dial(
        room=room_of(call),
        identity=identity_of(call),
        trunk_id=livekit_trunk_id,
        to=call.to_e164,
        from_number=call.from_e164,
        ringing_timeout_s=call.ringing_timeout_s,
        max_call_duration_s=call.ringing_timeout_s + call.max_duration_s + int(CARE_RESERVE.total_seconds()),
        attributes=attributes,
    )


async def record_answer(dialer: Dialer, call_id: uuid.UUID, result: DialResult, epoch: int) -> None:
    """Write down what the network said; a call that was not answered has its room closed, which sends the agent home.

    Nobody says it again: LiveKit's webhooks lose the SIP code, so a database that is in the way is asked again.
    """
    for pause_s in ANSWER_PAUSES_S:
        try:
            return await _record_answer(dialer, call_id, result, epoch)
        except AWAY as error:
            log.warning("answer_not_written", call_id=str(call_id), error=name_of(error))
            await asyncio.sleep(pause_s)
    await _record_answer(dialer, call_id, result, epoch)


async def _record_answer(dialer: Dialer, call_id: uuid.UUID, result: DialResult, epoch: int) -> None:
    async with dialer.unit() as unit:
        call = await CallRepository(unit.session).lock(call_id)
        assert call is not None
        is_to_end = isinstance(result, Refused) and await _is_to_end(unit, call)
        call = await take_in(unit, call, _fenced(call, epoch, _testimony(call, result, unit.now, is_to_end=is_to_end)))
        if isinstance(result, Uncertain):
            if call.state in AT_THE_PHONE:
                call.lease_until = unit.now + UNCERTAIN_LOOK
            log.warning("dial_uncertain", call_id=str(call_id), error=result.error)
            return
        if isinstance(result, Refused) and call.state in FINAL and call.holds_number and call.answered_at is None:
            # An end is proven after all: nothing rings or talks there, and the sweep may give the number back.
            call.reserved_until = call.lease_until = unit.now
        await react_to(unit, call, result, dialer.breaker)
        # Somebody ended it while the INVITE was on its way into a room that was just closed: the phone rang all the same.
        is_over, where = call.state in FINAL or call.ended_by_request, Place.of(call)
    if is_over:
        await close_room(dialer, call_id, where)


async def _is_to_end(unit: Unit, call: Call) -> bool:
    """Whoever is called has opted out while it rang: a ringing that stops then did not ring out."""
    return await CallRepository(unit.session).last_event(call.id, "end_requested") is not None


def _testimony(call: Call, result: DialResult, now: datetime, *, is_to_end: bool) -> Testimony:
    """What the dial's result says about the call."""
    if isinstance(result, Answered):
        return Testimony("task", "dial_answer", "answered", now, Fact.ANSWERED)
    if isinstance(result, Uncertain):
        return Testimony("task", "dial_answer", "dial_uncertain", now, None, {"error": result.error})
    if result.not_sent and result.sip_code is None and result.code in NEVER_LEFT:
        is_network = result.code == "unavailable" and result not in HELD_BACK
        data = refusal_data(call, result) | {"network_result": NetworkResult.NETWORK_ERROR if is_network else None}
        return Testimony("task", "dial_answer", "not_sent", now, Fact.NOT_SENT, data)
    return Testimony("task", "dial_answer", "not_answered", now, Fact.NOT_ANSWERED, refusal_data(call, result, is_to_end=is_to_end))


def refusal_data(call: Call, refused: Refused, *, is_to_end: bool = False) -> dict[str, object]:
    """The network's refusal as the ledger keeps it: meaning, raw code, raw words. `is_to_end`: we have ended the ringing although no
    person asked for it."""
    rang, by_us = call.ringing_at is not None, call.ended_by_request or is_to_end
    meaning = of_refusal(refused.sip_code, refused.text, refused.code, rang=rang, canceled_by_us=by_us)
    return {
        "network_result": NetworkResult(meaning),
        "sip_status_code": refused.sip_code,
        "sip_status": refused.text if refused.sip_code is not None else None,
        "failure": f"{refused.code}: {refused.text}",
    }


async def release(dialer: Dialer, call_id: uuid.UUID, event_id: str, why: str, epoch: int) -> None:
    """Give up a call that was never dialled; its enrollment is due again, and no attempt is used."""
    async with dialer.unit() as unit:
        call = await CallRepository(unit.session).lock(call_id)
        if call is not None and not call.failure and call.lease_epoch == epoch:
            call.failure = why
        call = await testify(unit, call_id, epoch, Testimony("task", event_id, "released", unit.now, Fact.RELEASED, {"why": why}))
    if call.state in FINAL:
        await close_room(dialer, call_id)


async def end_by_request(dialer: Dialer, call_id: uuid.UUID) -> None:
    """Hang up on a call that is asked to end; one that was not dialled yet is given up. Any other room is just closed."""
    async with dialer.unit() as unit:
        call = await CallRepository(unit.session).lock(call_id)
        if call is not None and call.ended_by_request and call.state in BEFORE_DIAL:
            call.failure = call.failure or "Ended by request before it was dialled."
            await hear(unit, call_id, Testimony("operator", "end", "released", unit.now, Fact.RELEASED))
        where = Place.of(call) if call is not None else None
    await close_room(dialer, call_id, where)


async def close_room(dialer: Dialer, call_id: uuid.UUID, where: Place | None = None) -> None:
    """Close the call's room, which is named after the call unless `where` says otherwise; of a room that is another call's only its own
    phone is hung up. If LiveKit cannot be reached, the room's own timeouts and the sweep do it later."""
    try:
        if where is not None and where.guest:
            await dialer.telephony.hang_up(where.room, where.guest)
        else:
            await dialer.telephony.close_room(where.room if where is not None else room_name(str(call_id)))
    except TelephonyError as error:
        log.warning("room_not_closed", call_id=str(call_id), error=str(error))
