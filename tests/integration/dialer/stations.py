"""How far a call has come when a process dies, and what the processes around it do: each a step that tests put together."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from livekit.protocol.models import DisconnectReason, ParticipantInfo, Room
from livekit.protocol.webhook import WebhookEvent
from sqlalchemy import update

from control_plane.calls.agent_service import AgentService
from control_plane.calls.livekit_webhook import testimony_of
from control_plane.calls.reducer import hear
from control_plane.calls.service import CallService
from control_plane.calls.tasks import stop_suppressed
from control_plane.contacts.suppressions import suppress
from control_plane.db.models import Call, Enrollment
from control_plane.dialer import place
from control_plane.dialer.claim import tick
from control_plane.dialer.context import Dialer
from control_plane.dialer.sweep import sweep
from control_plane.telephony.port import Answered, DialResult, Leg, Refused, Uncertain
from sip_config.contract import CallEvent, CallPurpose, DispatchTicket, EventKind
from sip_config.naming import SIP_CALL_STATUS, callee_identity, room_name
from tests.factories import rows
from tests.integration.dialer.conftest import Bench
from tests.integration.dialer.test_life_of_a_call import ONE, TWO, report

BUSY = Refused(486, "Busy Here", "resource_exhausted")
UNHEARD = Uncertain("TimeoutError")
OVERSLEPT = timedelta(seconds=-1)
"""So punctual that every turn is missed."""


@dataclass(frozen=True)
class Situation:
    """One contact's call and the processes around it; `dialer` is of the process that acts."""

    bench: Bench
    dialer: Dialer
    call: Call | None = None
    ticket: DispatchTicket | None = None
    placing: asyncio.Task[None] | None = None
    """The dial of a process that lives, while the phone rings."""
    suppression_id: str = ""

    @property
    def the_call(self) -> Call:
        assert self.call is not None
        return self.call

    @property
    def room(self) -> str:
        return room_name(str(self.the_call.id))

    @property
    def identity(self) -> str:
        return callee_identity(str(self.the_call.id))


Step = Callable[[Situation], Awaitable[None]]
Station = Callable[[Bench], Awaitable[Situation]]


# Stations: everybody lives until then.
async def nothing(bench: Bench) -> Situation:
    return Situation(bench, bench.dialer)


async def claimed(bench: Bench) -> Situation:
    await bench.tick()
    (call,) = await bench.calls()
    return Situation(bench, bench.dialer, call)


async def dispatched(bench: Bench) -> Situation:
    at = await claimed(bench)
    return replace(at, ticket=await bench.dispatch(at.the_call))


async def dispatched_in_vain(bench: Bench) -> Situation:
    return await _too_long(await dispatched(bench))


async def ready(bench: Bench) -> Situation:
    """The network's word is waiting: whoever dials is answered."""
    return await _ready(bench, Answered())


async def ready_for_a_busy_line(bench: Bench) -> Situation:
    return await _ready(bench, BUSY)


async def ready_in_vain(bench: Bench) -> Situation:
    return await _too_long(await _ready(bench, Answered()))


async def dialled(bench: Bench) -> Situation:
    """The INVITE has left and nobody has said anything of it yet."""
    at = await dispatched(bench)
    await agent_is_ready(at)
    at = replace(at, placing=asyncio.create_task(place.place(bench.dialer, at.the_call.id)))
    while not bench.telephony.sent:
        assert at.placing is not None
        assert not at.placing.done(), at.placing.exception()
        await asyncio.sleep(0.01)
    return at


async def dialled_and_to_end(bench: Bench) -> Situation:
    """A person has asked for the end; the task that hangs up has not come yet."""
    return await _to_end(await dialled(bench))


async def dialled_and_suppressed(bench: Bench) -> Situation:
    """Somebody has said in another way that they want no calls; the task that heeds it has not come yet."""
    at = await dialled(bench)
    async with bench.dialer.unit() as unit:
        row, _ = await suppress(unit, at.the_call.workspace_id, ONE, reason="said so", source="api")
        return replace(at, suppression_id=str(row.id))


async def dialled_unheard_and_answered(bench: Bench) -> Situation:
    """The dial's answer was lost on its way; the phone talks."""
    at = await _unheard(bench)
    bench.telephony.room_of[at.room].legs[at.identity] = Leg(at.identity, is_agent=False, is_phone=True, call_status="active")
    return await _too_long(at)


async def dialled_unheard_and_gone(bench: Bench) -> Situation:
    """Nor has anybody seen the phone for as long as it may ring."""
    at = await _unheard(bench)
    await bench.let_ringing_times_pass()
    return await _too_long(at)


async def talking(bench: Bench) -> Situation:
    at = await ready(bench)
    await place.place(bench.dialer, at.the_call.id)
    return at


async def talking_and_to_end(bench: Bench) -> Situation:
    return await _to_end(await talking(bench))


async def left_by_the_agent(bench: Bench) -> Situation:
    """The callee talks into the void."""
    at = await talking(bench)
    bench.telephony.agent_leaves(at.room)
    return await _too_long(at)


async def over_without_a_report(bench: Bench) -> Situation:
    """The line was busy, and the agent died before it could say so."""
    at = await ready_for_a_busy_line(bench)
    await place.place(bench.dialer, at.the_call.id)
    return await _too_long(at)


async def a_guest_who_is_to_leave(bench: Bench) -> tuple[Situation, Situation]:
    """Two talk in one room: a call's own person, and one who was fetched there by a call of their own, which is asked to end."""
    world = await bench.make_world(ONE)
    host = await talking(bench)
    async with bench.dialer.sessions.begin() as session:
        await rows.enrollment(session, world, TWO)
    await bench.tick()
    (call,) = [call for call in await bench.calls() if call.id != host.the_call.id]
    at_the_phone = {"purpose": CallPurpose.TRANSFER, "state": "in_progress", "enrollment_id": None, "ended_by_request": True}
    async with bench.dialer.sessions.begin() as session:
        await session.execute(update(Call).where(Call.id == call.id).values(**at_the_phone, request={"in_room": host.room}))
    guest = Situation(bench, bench.dialer, call)
    bench.telephony.room_of[host.room].legs[guest.identity] = Leg(guest.identity, is_agent=False, is_phone=True, call_status="active")
    return host, guest


async def _ready(bench: Bench, result: DialResult) -> Situation:
    at = await dispatched(bench)
    await agent_is_ready(at)
    bench.telephony.answer(at.room, result)
    return at


async def _unheard(bench: Bench) -> Situation:
    at = await _ready(bench, UNHEARD)
    await place.place(bench.dialer, at.the_call.id)
    return at


async def _to_end(at: Situation) -> Situation:
    async with at.bench.dialer.unit() as unit:
        await CallService(unit, at.the_call.workspace_id).end(at.the_call.id)
    return at


async def _too_long(at: Situation) -> Situation:
    await at.bench.let_leases_expire()
    return at


# Steps of the dialer's tasks.
async def claim(at: Situation) -> None:
    await tick(at.dialer)


async def dispatch(at: Situation) -> None:
    await place.dispatch(at.dialer, at.the_call.id)


async def dial(at: Situation) -> None:
    await place.place(at.dialer, at.the_call.id)


async def dial_having_overslept(at: Situation) -> None:
    await place.place(replace(at.dialer, punctual=OVERSLEPT), at.the_call.id)


async def look_around(at: Situation) -> None:
    await sweep(at.dialer)


async def hang_up(at: Situation) -> None:
    """As the task `close_room` does."""
    await place.end_by_request(at.dialer, at.the_call.id)


async def heed_the_suppression(at: Situation) -> None:
    ctx: dict[str, Any] = {"sessions": at.dialer.sessions, "queue": at.bench.queue, "clock": at.dialer.clock}
    await stop_suppressed(ctx, at.suppression_id)


# What the agent says to the API: the dying process is the API's, and the agent repeats what it had no answer to.
async def agent_is_ready(at: Situation) -> None:
    await _event(at, EventKind.READY)


async def agent_hears_it_ring(at: Situation) -> None:
    await _event(at, EventKind.RINGING)


async def agent_opts_out(at: Situation) -> None:
    await _agent(at, lambda agent: agent.opt_out("Never again.", 2.0))


async def agent_reports(at: Situation) -> None:
    await _agent(at, lambda agent: agent.take_report(report(str(at.the_call.id))))


async def _event(at: Situation, kind: EventKind) -> None:
    assert at.ticket is not None
    said = CallEvent(f"{kind}-1", kind, datetime.now(UTC), at.ticket.generation, {})
    await _agent(at, lambda agent: agent.take_events([said]))


async def _agent(at: Situation, say: Callable[[AgentService], Awaitable[object]]) -> None:
    assert at.ticket is not None
    async with at.dialer.unit() as unit:
        await say(AgentService(unit, at.the_call.id, at.ticket.token))


# What LiveKit says by its webhooks, which it repeats too until it is answered. Of who joins the ledger has no use.
async def livekit_says_the_callee_left(at: Situation) -> None:
    sip, reason = ParticipantInfo.Kind.SIP, DisconnectReason.CLIENT_INITIATED
    phone = ParticipantInfo(identity=at.identity, kind=sip, disconnect_reason=reason, attributes={SIP_CALL_STATUS: "hangup"})
    await _webhook(at, "participant_left", phone)


async def livekit_says_the_agent_left(at: Situation) -> None:
    at.bench.telephony.room_of[at.room].legs.pop("agent", None)
    await _webhook(at, "participant_left", ParticipantInfo(identity="agent", kind=ParticipantInfo.Kind.AGENT))


async def livekit_says_the_room_is_finished(at: Situation) -> None:
    at.bench.telephony.room_of.pop(at.room, None)
    await _webhook(at, "room_finished", None)


async def _webhook(at: Situation, name: str, participant: ParticipantInfo | None) -> None:
    created = int(datetime.now(UTC).timestamp())
    said = testimony_of(
        WebhookEvent(event=name, id=f"EV_{name}", created_at=created, room=Room(name=at.room), participant=participant), at.identity
    )
    assert said is not None
    async with at.dialer.unit() as unit:
        await hear(unit, at.the_call.id, said)


# What the network does.
async def they_are_called_and_pick_up(at: Situation) -> None:
    at.bench.telephony.answer(at.room, Answered())
    await place.place(at.dialer, at.the_call.id)


async def they_pick_up(at: Situation) -> None:
    at.bench.telephony.answer(at.room, Answered())
    assert at.placing is not None
    await at.placing


async def whoever_waits_is_due(bench: Bench) -> None:
    async with bench.dialer.sessions.begin() as session:
        await session.execute(update(Enrollment).where(Enrollment.state == "waiting").values(due_at=Enrollment.created_at))
