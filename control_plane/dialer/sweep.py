"""Finds every call that should have moved, asks LiveKit what is true, and moves it; never by dialling again."""

import asyncio
import uuid
from datetime import datetime, timedelta

from structlog import get_logger

from control_plane.calls.control_repository import ControlRepository
from control_plane.calls.leases import LOST_LOOK, LOST_SILENCE, answer_due
from control_plane.calls.reducer import Testimony, hear
from control_plane.calls.repository import CallRepository, database_now
from control_plane.calls.rooms import is_guest
from control_plane.campaigns.enrollments import SUPPRESSED
from control_plane.db.models import Call
from control_plane.db.unit import Unit
from control_plane.dialer.context import Dialer
from control_plane.dialer.place import MOST_DISPATCHES, Place, close_room, end_by_request, next_generation, release, send_agent
from control_plane.dialer.repository import DialerRepository
from control_plane.domain.call_state import ANSWERED_STATES, AT_THE_PHONE, BEFORE_DIAL, FINAL, CallState, Fact
from control_plane.domain.pacing import HEARTBEAT_TTL
from control_plane.telephony.port import Leg, TelephonyError
from sip_config.causes import of_departure
from sip_config.contract import CallPurpose, NetworkResult

log = get_logger(__name__)

BATCH = 100
AT_ONCE = 5
"""Calls looked after at a time: a LiveKit that hangs for one question must not keep all others waiting, nor take all connections."""
RENUDGE_AFTER = timedelta(seconds=3)
STILL_RINGING = timedelta(seconds=5)
BELIEVED_AGENT = timedelta(seconds=15)
RINGING_PATIENCE = timedelta(seconds=60)
"""How long after its ringing time a leg may still claim to ring before the call counts as lost."""


async def sweep(dialer: Dialer) -> int:
    """Look after the calls whose lease is over; the number looked at."""
    async with dialer.unit() as unit:
        repository, now = DialerRepository(unit.session), unit.now
        expired = [(call.id, CallState(call.state), call.holds_number, Place.of(call)) for call in await repository.expired(now, BATCH)]
        for call in await repository.unnudged(now - RENUDGE_AFTER):
            unit.nudges.add("dispatch_call" if call.state == CallState.QUEUED else "place_call", call.id)
        control = ControlRepository(unit.session)
        suppressed, asked_to_end = await control.ringing_although_suppressed(), await control.asked_to_end()
    for call_id in suppressed:
        await _note_suppressed(dialer, call_id)
    for call_id in dict.fromkeys((*suppressed, *asked_to_end)):
        await end_by_request(dialer, call_id)
    places = asyncio.Semaphore(AT_ONCE)

    async def look_after(call_id: uuid.UUID, state: CallState, holds_number: bool, where: Place) -> None:
        async with places:
            try:
                await _look_after(dialer, call_id, state, holds_number, where)
            except Exception:
                # One call that cannot be looked after must not keep the sweep from all that come behind it.
                log.exception("sweep_failed", call_id=str(call_id))

    await asyncio.gather(*(look_after(*each) for each in expired))
    return len(expired)


async def _note_suppressed(dialer: Dialer, call_id: uuid.UUID) -> None:
    """The task that heeds a new suppression (`calls.tasks.stop_suppressed`) was lost, or has not come yet."""
    async with dialer.unit() as unit:
        await hear(unit, call_id, Testimony("sweep", "suppressed", "end_requested", unit.now, None, {"why": SUPPRESSED}))


async def _look_after(dialer: Dialer, call_id: uuid.UUID, state: CallState, holds_number: bool, where: Place) -> None:
    if state in BEFORE_DIAL:
        await _before_dial(dialer, call_id)
        return
    if state in FINAL and not holds_number:
        await _give_back(dialer, call_id)
        return
    try:
        legs = await dialer.telephony.legs(where.room)
    except TelephonyError as error:
        log.warning("sweep_cannot_look", call_id=str(call_id), error=str(error))
        legs = None
    if legs is not None and where.guest:
        # The room's other phone is another call's.
        legs = tuple(leg for leg in legs if leg.is_agent or leg.identity == where.guest)
    if state in FINAL:
        is_to_be_closed = await _search(dialer, call_id, legs)
    else:
        is_to_be_closed = legs is not None and await _judge(dialer, call_id, legs)
    if is_to_be_closed:
        await close_room(dialer, call_id, where)


async def _before_dial(dialer: Dialer, call_id: uuid.UUID) -> None:
    """No agent became ready in time: send another one, twice at most, then put the call back. No attempt is used either way.

    A dispatch made before its worker has registered is accepted by LiveKit and never runs (facts/voice §2). The old room goes first: with
    it LiveKit forgets the old dispatch, and whoever still comes from it finds the ticket of its generation refused. The agent of a
    leg in another call's room is that call's, and no other is sent.
    """
    async with dialer.unit() as unit:
        call = await CallRepository(unit.session).lock(call_id)
        now = await database_now(unit.session)
        if call is None or call.state not in BEFORE_DIAL or call.lease_until is None or call.lease_until > now:
            return
        sending, state = None, CallState(call.state)
        may_send = state is not CallState.READY and 0 < call.agent_generation < MOST_DISPATCHES and not is_guest(call)
        if may_send and not call.ended_by_request:
            sending = next_generation(call, now)
            said = {"generation": call.agent_generation, "why": _NOT_READY[state]}
            await hear(unit, call_id, Testimony("sweep", f"redispatch:{call.agent_generation}", "redispatched", now, None, said))
        else:
            call.lease_epoch += 1
        epoch = call.lease_epoch
    await close_room(dialer, call_id)
    if sending is not None:
        await send_agent(dialer, call_id, sending)
        return
    await release(dialer, call_id, f"sweep:{state}", _NOT_READY[state], epoch)


_NOT_READY = {
    CallState.QUEUED: "The call was claimed and then left lying.",
    CallState.DISPATCHED: "No agent became ready in time.",
    CallState.READY: "The trunk's turn did not come in time.",
}


async def _judge(dialer: Dialer, call_id: uuid.UUID, legs: tuple[Leg, ...]) -> bool:
    """Decide under the row's lock, and only if the lease is still over. True when the call ended here."""
    async with dialer.unit() as unit:
        call = await CallRepository(unit.session).lock(call_id)
        now = await database_now(unit.session)
        if call is None or call.lease_until is None or call.lease_until > now:
            return False
        phone = next((leg for leg in legs if leg.is_phone and leg.call_status != "hangup"), None)
        agent = any(leg.is_agent for leg in legs)
        if call.state in AT_THE_PHONE:
            said = await _at_the_phone(CallRepository(unit.session), call, phone, agent, now)
        else:
            said = _in_conversation(call, phone, agent, now)
        if said is None:
            return False
        # From here on the word of whoever dialled is an amendment.
        call.lease_epoch += 1
        return (await hear(unit, call_id, said)).state in FINAL


async def _at_the_phone(calls: CallRepository, call: Call, phone: Leg | None, agent: bool, now: datetime) -> Testimony | None:
    """A dial whose answer never came: adopted if it lives, waited for as long as its agent hears it or it may still come, told from the
    witnesses if it ended, lost if nobody knows."""
    rings_since = call.dialing_at or call.ringing_at
    assert rings_since is not None
    if phone is not None and not agent:
        # Whoever picks up would meet silence: the ringing ends here, and its number stays until it is seen to have ended.
        data = {"network_result": NetworkResult.CANCELED, "failure": "The agent left while the phone rang.", "phone_gone": False}
        return Testimony("sweep", "agentless", "not_answered", now, Fact.NOT_ANSWERED, data)
    if phone is not None and phone.call_status == "active":
        return Testimony("sweep", "adopted", "answered", now, Fact.ANSWERED)
    may_ring = now < rings_since + timedelta(seconds=call.ringing_timeout_s) + RINGING_PATIENCE
    if phone is not None and may_ring:
        call.lease_until = now + STILL_RINGING
        return None
    if call.purpose == CallPurpose.INBOUND:
        # Nothing was sent of which it could be unknown what became.
        data = {"network_result": NetworkResult.CANCELED, "failure": "The caller left before anybody answered."}
        return Testimony("sweep", "gave_up", "not_answered", now, Fact.NOT_ANSWERED, data)
    left = await calls.last_event(call.id, "callee_left")
    if phone is None and left is not None and left.data.get("last_status"):
        meaning = of_departure(left.data.get("last_status", ""), left.data.get("disconnect_reason", ""))
        data = {"network_result": meaning, "failure": f"seen by {left.source}: {left.data.get('disconnect_reason', 'left')}"}
        return Testimony("sweep", "witnessed", "not_answered", left.at, Fact.NOT_ANSWERED, data)
    if left is None and (_may_still_come(call, agent, now) or (may_ring and await _is_heard_by_its_agent(calls, call, now))):
        call.lease_until = now + STILL_RINGING
        return None
    return Testimony("sweep", "unaccounted", "lost", now, Fact.UNACCOUNTED, {"why": "No witness can say what became of the dial."})


def _may_still_come(call: Call, agent: bool, now: datetime) -> bool:
    """The request may lie with LiveKit, although its connection was lost: a phone that appears finds its agent, for as long as the dial's
    own answer would have been waited for. In a room that is closed by then it would ring for nobody."""
    return agent and call.ringing_at is None and now < answer_due(call, now)


async def _is_heard_by_its_agent(calls: CallRepository, call: Call, now: datetime) -> bool:
    """An agent heard the phone ring, and its worker says that it is still at it: a LiveKit that has lost its Redis shows an empty room in
    which they stay together all the same. What becomes of the ringing the agent says."""
    return call.ringing_at is not None and await calls.is_a_job(call.id, now - HEARTBEAT_TTL)


def _in_conversation(call: Call, phone: Leg | None, agent: bool, now: datetime) -> Testimony | None:
    """An agent that is still in the room with a caller is believed, up to the call's own limit; otherwise the call is over."""
    limit = call.reserved_until or now
    if call.state == CallState.IN_PROGRESS and agent and phone is not None and now < limit and not call.ended_by_request:
        call.lease_until = min(limit, now + BELIEVED_AGENT)
        return None
    call.failure = call.failure or ("The agent never reported." if call.state in ANSWERED_STATES else "")
    return Testimony("sweep", "unreported", "finished_without_report", now, Fact.FINISHED_WITHOUT_REPORT, {"phone_gone": False})


async def _search(dialer: Dialer, call_id: uuid.UUID, legs: tuple[Leg, ...] | None) -> bool:
    """Look for the phone of a call that is over and keeps its number: True when it is there, because the INVITE came late or nobody
    could hang up, and is to be hung up.

    Its number is given back when the reservation ends, also when a phone is still shown there: a LiveKit that has lost its Redis shows
    participants that left long ago, in rooms that it cannot close. Or earlier, when its one INVITE is proven to have come and gone.
    That nobody has ever seen the phone proves nothing: the request may still be on its way to LiveKit (docs/adr/0002). None: LiveKit
    does not say.
    """
    is_there = any(leg.is_phone for leg in legs or ())
    async with dialer.unit() as unit:
        call = await CallRepository(unit.session).lock(call_id)
        now = await database_now(unit.session)
        if call is None or call.lease_until is None or call.lease_until > now:
            return False
        if is_there:
            await hear(unit, call_id, Testimony("sweep", f"phone_seen:{now.isoformat()}", PHONE_SEEN, now))
        elif legs is not None and await _has_come_and_gone(CallRepository(unit.session), call, now):
            await hear(unit, call_id, Testimony("sweep", "proven_gone", "proven_gone", now))
            call.reserved_until = now
        _return_number(unit, call, now)
        if call.reserved_until is not None:
            call.lease_until = min(call.reserved_until, now + LOST_LOOK)
    return is_there


PHONE_SEEN = "phone_seen"
SIGHTINGS = ("ringing", "callee_left", PHONE_SEEN)
"""Events of witnesses who saw the phone in its room: the INVITE was carried out, and there is no second one."""


async def _has_come_and_gone(calls: CallRepository, call: Call, now: datetime) -> bool:
    events = [event for kind in SIGHTINGS if (event := await calls.last_event(call.id, kind)) is not None]
    # An agent whose room vanishes says that the callee left, also when it has never seen one.
    seen = [event.recorded_at for event in events if event.kind != "callee_left" or event.data.get("last_status")]
    was_there = bool(seen) or call.answered_at is not None
    return was_there and max([*seen, call.ended_at or now]) < now - LOST_SILENCE


async def _give_back(dialer: Dialer, call_id: uuid.UUID) -> None:
    """A call that is over: its slot when the agent never reported, its number when it can no longer ring or talk."""
    async with dialer.unit() as unit:
        call = await CallRepository(unit.session).lock(call_id)
        now = await database_now(unit.session)
        if call is None or call.lease_until is None or call.lease_until > now:
            return
        call.holds_slot = False
        _return_number(unit, call, now)


def _return_number(unit: Unit, call: Call, now: datetime) -> None:
    """The number, if its reservation is over."""
    if call.reserved_until is None or call.reserved_until <= now:
        call.holds_number = False
        call.reserved_until = None
    call.lease_until = call.reserved_until
    unit.nudges.add("tick")
