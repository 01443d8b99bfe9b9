"""Whoever was replaced finds the door closed: agents of an older generation, tasks of an older epoch, processes that stood still."""

import asyncio

import pytest
from psycopg.errors import AdminShutdown, IdleInTransactionSessionTimeout
from sqlalchemy import event
from sqlalchemy.exc import InternalError, OperationalError
from sqlalchemy.exc import TimeoutError as NoneFree

from control_plane.calls.agent_service import AgentService
from control_plane.calls.leases import READY_DEADLINE
from control_plane.calls.reducer import DEPARTURE_LOOK
from control_plane.db.models import Call
from control_plane.dialer import place
from control_plane.domain.errors import Conflict
from control_plane.telephony.port import Answered, Leg, Refused
from sip_config.codec import decode
from sip_config.contract import DispatchTicket, EventKind
from sip_config.naming import room_name
from tests.fakes.telephony import FakeTelephony
from tests.integration.dialer import stations as at
from tests.integration.dialer.conftest import Bench

ONE = "+12025550101"


async def redispatched(bench: Bench) -> tuple[DispatchTicket, DispatchTicket]:
    """The tickets of a dispatch that never ran and of the one that replaced it."""
    await bench.make_world(ONE)
    await bench.tick()
    (call,) = await bench.calls()
    old = await bench.dispatch(call)
    await bench.let_leases_expire()
    await bench.sweep()
    return old, decode(DispatchTicket, bench.telephony.room_of[room_name(str(call.id))].agent_metadata)


async def test_a_dispatch_that_never_ran_is_repeated_with_a_new_generation_and_no_attempt(bench: Bench) -> None:
    old, new = await redispatched(bench)
    (call,), (enrollment,) = await bench.calls(), await bench.enrollments()
    assert (call.state, call.agent_generation, new.generation) == ("dispatched", 2, 2)
    assert old.token != new.token
    assert (enrollment.state, enrollment.attempts) == ("claimed", 0)
    await bench.agent_says(new, EventKind.READY)
    bench.telephony.answer(room_name(new.call_id), Answered())
    await place.place(bench.dialer, call.id)
    assert len(bench.telephony.sent) == 1


async def test_an_agent_of_an_older_generation_is_sent_away(bench: Bench) -> None:
    old, new = await redispatched(bench)
    with pytest.raises(Conflict):
        await bench.agent_says(old, EventKind.READY)
    (call,) = await bench.calls()
    assert call.state == "dispatched"
    async with bench.dialer.unit() as unit:
        assert (await AgentService(unit, call.id, new.token).order()).generation == 2


@pytest.mark.parametrize("state", ["dispatched", "ready"])
@pytest.mark.parametrize("says", [at.livekit_says_the_room_is_finished, at.livekit_says_the_agent_left])
async def test_the_end_of_a_room_that_was_closed_for_a_new_agent_takes_no_time_from_it(bench: Bench, state: str, says: at.Step) -> None:
    _, new = await redispatched(bench)
    if state == "ready":
        await bench.agent_says(new, EventKind.READY)
    (before,) = await bench.calls()
    await says(at.Situation(bench, bench.dialer, before))
    (call,) = await bench.calls()
    assert (call.state, call.lease_until) == (state, before.lease_until)


async def test_what_the_new_agent_says_of_its_own_failure_is_heeded_soon(bench: Bench) -> None:
    _, new = await redispatched(bench)
    (before,) = await bench.calls()
    await bench.agent_says(new, EventKind.FAILED)
    assert await _is_looked_after_sooner(bench, before)


async def test_a_first_agent_that_left_is_replaced_soon(bench: Bench) -> None:
    """Nobody else's departure can be meant."""
    await bench.make_world(ONE)
    await bench.tick()
    (call,) = await bench.calls()
    await bench.dispatch(call)
    (before,) = await bench.calls()
    await at.livekit_says_the_agent_left(at.Situation(bench, bench.dialer, before))
    assert await _is_looked_after_sooner(bench, before)


async def _is_looked_after_sooner(bench: Bench, before: Call) -> bool:
    (call,) = await bench.calls()
    assert call.lease_until is not None
    assert before.lease_until is not None
    return call.lease_until <= before.lease_until - (READY_DEADLINE - DEPARTURE_LOOK) / 2


async def test_the_late_word_of_a_replaced_dispatch_is_kept_and_moves_nothing(bench: Bench) -> None:
    await bench.make_world(ONE)
    await bench.tick()
    (call,) = await bench.calls()
    async with bench.dialer.unit() as unit:
        row = await unit.session.get_one(type(call), call.id)
        zombie = place.next_generation(row, unit.now)
    await bench.let_leases_expire()
    await bench.sweep()
    bench.telephony.is_down = True
    await place.send_agent(bench.dialer, call.id, zombie)
    (call,) = await bench.calls()
    assert (call.state, call.agent_generation) == ("dispatched", 2)
    bench.telephony.is_down = False


async def test_an_answer_that_comes_after_the_call_was_lost_is_an_amendment_and_is_hung_up_on(bench: Bench) -> None:
    await bench.make_world(ONE)
    call, _ = await bench.ready_call()
    dialling = asyncio.create_task(place.place(bench.dialer, call.id))
    while not bench.telephony.sent:
        await asyncio.sleep(0)
    room = room_name(str(call.id))
    bench.telephony.everybody_leaves(room)
    # The request to LiveKit outlives the room that it was made for.
    on_its_way = bench.telephony._answers.pop(room)
    await bench.let_leases_expire()
    await bench.sweep()
    assert (await bench.calls())[0].state == "lost"
    on_its_way.set_result(Answered())
    await dialling
    (lost,) = await bench.calls()
    assert (lost.state, lost.network_result, lost.answered_at, lost.holds_number) == ("lost", "unknown", None, True)
    assert room not in bench.telephony.room_of


async def test_a_refusal_that_comes_after_the_call_was_lost_gives_its_number_back(bench: Bench) -> None:
    await bench.make_world(ONE)
    call, _ = await bench.ready_call()
    dialling = asyncio.create_task(place.place(bench.dialer, call.id))
    while not bench.telephony.sent:
        await asyncio.sleep(0)
    room = room_name(str(call.id))
    bench.telephony.everybody_leaves(room)
    on_its_way = bench.telephony._answers.pop(room)
    await bench.let_leases_expire()
    await bench.sweep()
    on_its_way.set_result(Refused(486, "Busy Here", "resource_exhausted"))
    await dialling
    await bench.sweep()
    (lost,) = await bench.calls()
    assert (lost.state, lost.holds_number, lost.lease_until) == ("lost", False, None)


async def test_a_dial_that_certainly_never_left_is_put_back_uncounted(bench: Bench) -> None:
    await bench.make_world(ONE)
    call, _ = await bench.ready_call()
    bench.telephony.answer(room_name(str(call.id)), Refused(None, "no response from servers", "unavailable", not_sent=True))
    await place.place(bench.dialer, call.id)
    (released,), (enrollment,) = await bench.calls(), await bench.enrollments()
    assert (released.state, released.holds_number, released.counts_as_attempt) == ("released", False, False)
    assert (enrollment.state, enrollment.attempts) == ("waiting", 0)


class GoesAway(FakeTelephony):
    """The database goes away while the room is looked into, which comes between the commit of `dialing` and the last look."""

    def __init__(self, refusal: Exception) -> None:
        super().__init__()
        self.refusal, self.refusals = refusal, 0

    async def legs(self, room: str) -> tuple[Leg, ...]:
        self.refusals = 2
        return await super().legs(room)

    def refuse(self, *_: object) -> None:
        if self.refusals:
            self.refusals -= 1
            raise self.refusal


SHUT_DOWN = OperationalError("", {}, AdminShutdown("terminating connection due to administrator command"))
SILENT = InternalError("", {}, IdleInTransactionSessionTimeout("terminating connection due to idle-in-transaction timeout"))


@pytest.mark.parametrize("refusal", [SHUT_DOWN, SILENT, NoneFree("no connection")], ids=["shut down", "was silent", "none free"])
async def test_a_database_that_is_away_at_the_last_look_keeps_the_invite_from_leaving_and_the_call_is_put_back(
    bench: Bench, refusal: Exception
) -> None:
    away = bench.telephony = bench.dialer.telephony = GoesAway(refusal)
    await bench.make_world(ONE)
    call, _ = await bench.ready_call()
    event.listen(bench.engine.sync_engine, "checkout", away.refuse)
    await place.place(bench.dialer, call.id)
    (released,), (enrollment,) = await bench.calls(), await bench.enrollments()
    assert away.refusals == 0
    assert (away.sent, released.state, released.holds_number, enrollment.attempts) == ([], "released", False, 0)


@pytest.mark.parametrize("refusal", [SHUT_DOWN, SILENT], ids=["shut down", "was silent"])
async def test_an_invite_that_has_left_has_its_answer_waited_for_although_the_connection_of_its_look_is_gone(
    bench: Bench, refusal: Exception
) -> None:
    await bench.make_world(ONE)
    call, _ = await bench.ready_call()
    refused: list[Exception] = []

    def refuse(_: object) -> None:
        if bench.telephony.sent and not refused:
            refused.append(refusal)
            raise refusal

    event.listen(bench.engine.sync_engine, "commit", refuse)
    bench.telephony.answer(room_name(str(call.id)), Answered())
    await place.place(bench.dialer, call.id)
    assert (refused, (await bench.calls())[0].state) == ([refusal], "in_progress")


async def test_a_process_that_stops_dials_nothing_more_and_leaves_the_call_ready_for_others(bench: Bench) -> None:
    await bench.make_world(ONE)
    call, _ = await bench.ready_call()
    bench.dialer.is_stopping = True
    await place.place(bench.dialer, call.id)
    assert (await bench.calls())[0].state == "ready"
    bench.dialer.is_stopping = False
    bench.telephony.answer(room_name(str(call.id)), Answered())
    await place.place(bench.dialer, call.id)
    assert len(bench.telephony.sent) == 1
