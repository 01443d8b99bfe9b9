"""A lost call: what it still holds, what proves that its phone is quiet, and what it must not keep from others."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from control_plane.calls.leases import LOST_SILENCE, PLACE_OF_LOST
from control_plane.db.models import AgentWorker, Call, CallEventRecord
from control_plane.dialer import place
from control_plane.telephony.port import Answered, Leg, TelephonyError, Uncertain
from sip_config.contract import AnsweredBy, CallReport, DispatchTicket, EndCause, EventKind, Outcome
from sip_config.naming import callee_identity, room_name
from tests.integration.dialer.conftest import Bench

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
ONE, TWO, THREE = "+12025550101", "+12025550102", "+12025550103"
LIMITED = {"max_concurrent_calls": 1}


async def test_a_lost_call_gives_its_place_back_soon_and_keeps_its_number(bench: Bench) -> None:
    await bench.make_world(ONE, TWO, **LIMITED)
    lost = await _lose(bench)
    await bench.make_due()
    assert await bench.tick() == 0
    await _let_pass(bench, PLACE_OF_LOST)
    assert await bench.tick() == 1
    (first, second) = await bench.calls()
    assert (first.id, first.state, first.holds_number) == (lost.id, "lost", True)
    assert second.to_e164 != first.to_e164


async def test_more_lost_calls_than_slots_do_not_stop_a_campaign(bench: Bench) -> None:
    """A campaign without a limit of its own has the slots for a limit, which lost calls do not occupy."""
    await bench.make_world(ONE, TWO, slots=1)
    await _lose(bench)
    await _let_pass(bench, PLACE_OF_LOST)
    assert await bench.tick() == 1


async def test_a_phone_that_rings_after_its_call_was_lost_is_hung_up_and_its_number_kept(bench: Bench) -> None:
    await bench.make_world(ONE)
    lost = await _lose(bench)
    _ring_late(bench, lost)
    await _look_again(bench)
    assert room_name(str(lost.id)) not in bench.telephony.room_of
    (seen,) = await bench.calls()
    assert (seen.state, seen.holds_number) == ("lost", True)
    assert "phone_seen" in await _kinds(bench, seen)


async def test_a_number_is_given_back_when_its_phone_was_seen_and_has_been_gone_for_long(bench: Bench) -> None:
    await bench.make_world(ONE)
    lost = await _lose(bench)
    _ring_late(bench, lost)
    await _look_again(bench)
    await _look_again(bench)
    assert (await bench.calls())[0].holds_number
    await _let_pass(bench, LOST_SILENCE)
    await _look_again(bench)
    (gone,) = await bench.calls()
    assert (gone.state, gone.holds_number, gone.reserved_until, gone.lease_until) == ("lost", False, None, None)


async def test_a_phone_that_livekit_shows_late_finds_its_agent_waiting(bench: Bench) -> None:
    """The connection was lost right after the send, and the request is carried out all the same."""
    call = await _is_on_its_way(bench)
    room, phone = room_name(str(call.id)), callee_identity(str(call.id))
    bench.telephony.phone_appears(room, phone)
    await _look_again(bench)
    assert ([c.state for c in await bench.calls()], len(bench.telephony.room_of[room].legs)) == (["dialing"], 2)
    bench.telephony.room_of[room].legs[phone] = Leg(phone, is_agent=False, is_phone=True, call_status="active")
    await _look_again(bench)
    (talks,) = await bench.calls()
    assert (talks.state, talks.network_result, len(bench.telephony.sent)) == ("in_progress", "answered", 1)


@pytest.mark.parametrize("what", ["its ringing time is over", "the agent has left"])
async def test_a_phone_that_nobody_waits_for_any_more_is_lost(bench: Bench, what: str) -> None:
    call = await _is_on_its_way(bench)
    room = room_name(str(call.id))
    if what == "the agent has left":
        bench.telephony.agent_leaves(room)
    else:
        await bench.let_ringing_times_pass()
    await _look_again(bench)
    (lost,) = await bench.calls()
    assert (lost.state, lost.holds_number, room in bench.telephony.room_of) == ("lost", True, False)


async def _is_on_its_way(bench: Bench) -> Call:
    """One call of whose dial there was no answer; the sweep has looked, and seen its agent alone."""
    await bench.make_world(ONE)
    call, _ = await bench.ready_call()
    bench.telephony.answer(room_name(str(call.id)), Uncertain("ServerDisconnectedError"))
    await place.place(bench.dialer, call.id)
    await _look_again(bench)
    (call,) = await bench.calls()
    assert call.lease_until is not None
    assert (call.state, call.lease_until > LONG_AGO) == ("dialing", True)
    return call


async def test_an_agent_that_heard_the_phone_ring_is_a_witness_that_the_invite_left(bench: Bench) -> None:
    await bench.make_world(ONE)
    call, ticket = await bench.ready_call()
    bench.telephony.answer(room_name(str(call.id)), Uncertain("TimeoutError"))
    await place.place(bench.dialer, call.id)
    await bench.agent_says(ticket, EventKind.RINGING)
    bench.telephony.everybody_leaves(room_name(str(call.id)))
    await _look_again(bench)
    await _let_pass(bench, LOST_SILENCE)
    await _look_again(bench)
    (gone,) = await bench.calls()
    assert (gone.state, gone.holds_number) == ("lost", False)


async def test_a_phone_that_its_agent_hears_ring_is_not_given_up_by_a_livekit_that_shows_an_empty_room(bench: Bench) -> None:
    call, ticket = await _rings_in_a_room_that_livekit_has_forgotten(bench)
    await _look_again(bench)
    assert [c.state for c in await bench.calls()] == ["ringing"]
    await bench.agent_says(ticket, EventKind.ANSWERED)
    (talks,) = await bench.calls()
    assert (talks.id, talks.state, talks.holds_number) == (call.id, "in_progress", True)


@pytest.mark.parametrize("what", ["the worker is silent", "the worker has no such job", "it has rung for too long"])
async def test_a_phone_that_nobody_hears_ring_any_more_is_lost(bench: Bench, what: str) -> None:
    await _rings_in_a_room_that_livekit_has_forgotten(bench)
    async with bench.dialer.sessions.begin() as session:
        if what == "the worker is silent":
            await session.execute(update(AgentWorker).values(heartbeat_at=LONG_AGO))
        elif what == "the worker has no such job":
            await session.execute(update(AgentWorker).values(calls=[]))
        else:
            await session.execute(update(Call).values(dialing_at=LONG_AGO))
    await _look_again(bench)
    assert [c.state for c in await bench.calls()] == ["lost"]


async def test_an_agent_that_talks_is_believed_although_its_word_of_the_answer_was_lost(bench: Bench) -> None:
    await bench.make_world(ONE)
    call, ticket = await bench.ready_call()
    bench.telephony.answer(room_name(str(call.id)), Uncertain("TimeoutError"))
    await place.place(bench.dialer, call.id)
    await bench.agent_says(ticket, EventKind.HEARTBEAT)
    await bench.agent_says(ticket, EventKind.HEARTBEAT, callee_status="ringing")
    assert [c.state for c in await bench.calls()] == ["dialing"]
    for _ in range(2):
        await bench.agent_says(ticket, EventKind.HEARTBEAT, callee_status="active")
    (talks,) = await bench.calls()
    assert (talks.state, talks.network_result, talks.answered_at is not None) == ("in_progress", "answered", True)
    assert "answered" in await _kinds(bench, talks)


async def _rings_in_a_room_that_livekit_has_forgotten(bench: Bench) -> tuple[Call, DispatchTicket]:
    await bench.make_world(ONE)
    call, ticket = await bench.ready_call()
    bench.telephony.answer(room_name(str(call.id)), Uncertain("TimeoutError"))
    await place.place(bench.dialer, call.id)
    await bench.agent_says(ticket, EventKind.RINGING)
    bench.telephony.everybody_leaves(room_name(str(call.id)))
    async with bench.dialer.sessions.begin() as session:
        await session.execute(update(AgentWorker).values(calls=[str(call.id)]))
    return call, ticket


async def test_an_agent_whose_room_vanished_is_no_witness_of_a_phone_it_has_never_seen(bench: Bench) -> None:
    """It says that the callee left, as it does when the room of a call under way vanishes (agent_worker/sip_leg)."""
    await bench.make_world(ONE)
    call, ticket = await bench.ready_call()
    bench.telephony.answer(room_name(str(call.id)), Uncertain("TimeoutError"))
    await place.place(bench.dialer, call.id)
    await bench.agent_says(ticket, EventKind.CALLEE_LEFT, last_status="", disconnect_reason="ROOM_DELETED")
    bench.telephony.everybody_leaves(room_name(str(call.id)))
    await _look_again(bench)
    await _let_pass(bench, LOST_SILENCE)
    await _look_again(bench)
    (unseen,) = await bench.calls()
    assert (unseen.state, unseen.holds_number) == ("lost", True)


async def test_that_nobody_has_seen_the_phone_proves_nothing(bench: Bench) -> None:
    """The request may still be on its way to LiveKit, which would carry it out (docs/adr/0002)."""
    await bench.make_world(ONE)
    await _lose(bench)
    await _let_pass(bench, LOST_SILENCE)
    await _look_again(bench)
    (unseen,) = await bench.calls()
    assert unseen.reserved_until is not None
    assert unseen.holds_number
    assert unseen.lease_until is not None
    assert unseen.lease_until <= unseen.reserved_until


async def test_nothing_is_proven_while_livekit_cannot_be_asked(bench: Bench) -> None:
    await bench.make_world(ONE)
    lost = await _lose(bench)
    _ring_late(bench, lost)
    await _look_again(bench)
    await _let_pass(bench, LOST_SILENCE)
    bench.telephony.is_down = True
    await _look_again(bench)
    assert (await bench.calls())[0].holds_number


async def test_a_phone_whose_room_vanished_with_its_server_keeps_its_number_until_it_must_have_noticed(bench: Bench) -> None:
    """LiveKit was killed in a conversation: its SIP service holds the line and tries to come back, and no room tells of it."""
    await bench.make_world(ONE)
    call, _ = await bench.ready_call()
    bench.telephony.answer(room_name(str(call.id)), Answered())
    await place.place(bench.dialer, call.id)
    bench.telephony.everybody_leaves(room_name(str(call.id)))
    await _look_again(bench)
    (over,) = await bench.calls()
    assert (over.state, over.outcome, over.holds_number, over.holds_slot) == ("ended", "agent_failure", True, False)
    await _let_pass(bench, LOST_SILENCE)
    await _look_again(bench)
    (over,) = await bench.calls()
    assert (over.state, over.holds_number, over.reserved_until, over.lease_until) == ("ended", False, None, None)


async def test_who_could_not_be_hung_up_on_is_hung_up_on_by_the_sweep(bench: Bench) -> None:
    await bench.make_world(ONE)
    call, ticket = await bench.ready_call()
    bench.telephony.answer(room_name(str(call.id)), Answered())
    await place.place(bench.dialer, call.id)
    by, outcome = AnsweredBy.HUMAN, Outcome.SUCCESS
    said = CallReport(str(call.id), 1, True, by, outcome, EndCause.AGENT_HANGUP, phone_gone=False)
    await bench.agent_reports(ticket, said)
    await _look_again(bench)
    assert room_name(str(call.id)) not in bench.telephony.room_of
    (over,) = await bench.calls()
    assert (over.state, over.holds_number) == ("ended", True)


async def test_a_phone_that_rings_for_nobody_and_cannot_be_hung_up_on_keeps_its_number_until_it_is_quiet(bench: Bench) -> None:
    await bench.make_world(ONE)
    call, ticket = await bench.ready_call()
    room = room_name(str(call.id))
    bench.telephony.answer(room, Uncertain("TimeoutError"))
    await place.place(bench.dialer, call.id)
    await bench.agent_says(ticket, EventKind.RINGING)
    _ring_late(bench, call)
    bench.telephony.agent_leaves(room)
    close_room = bench.telephony.close_room

    async def fails_once(room: str) -> None:
        bench.telephony.close_room = close_room  # type: ignore[method-assign]
        raise TelephonyError("TimeoutError")

    bench.telephony.close_room = fails_once  # type: ignore[method-assign]
    await _look_again(bench)
    (over,) = await bench.calls()
    assert (over.state, over.network_result, over.holds_number, over.holds_slot) == ("ended", "canceled", True, False)
    await bench.make_due()
    assert (await bench.tick(), room in bench.telephony.room_of) == (0, True)
    await _look_again(bench)
    (over,) = await bench.calls()
    assert (over.holds_number, room in bench.telephony.room_of) == (True, False)
    await _let_pass(bench, LOST_SILENCE)
    await _look_again(bench)
    (over,) = await bench.calls()
    assert (over.state, over.holds_number, over.reserved_until, over.lease_until) == ("ended", False, None, None)
    await bench.make_due()
    assert await bench.tick() == 1


async def test_a_call_that_cannot_be_looked_after_keeps_the_sweep_from_no_other(bench: Bench) -> None:
    await bench.make_world(ONE, TWO)
    await bench.tick()
    calls = await bench.calls()
    broken, *others = calls
    for call in calls:
        ticket = await bench.dispatch(call)
        await bench.agent_says(ticket, EventKind.READY)
        bench.telephony.answer(room_name(str(call.id)), Uncertain("TimeoutError"))
        await place.place(bench.dialer, call.id)
        bench.telephony.everybody_leaves(room_name(str(call.id)))
    legs = bench.telephony.legs

    async def legs_or_nonsense(room: str) -> tuple[Leg, ...]:
        if room == room_name(str(broken.id)):
            raise ValueError("an answer that nobody has thought of")
        return await legs(room)

    bench.telephony.legs = legs_or_nonsense  # type: ignore[method-assign]
    await _look_again(bench)
    states = {call.id: call.state for call in await bench.calls()}
    assert states == {broken.id: "dialing", **{call.id: "lost" for call in others}}


async def _lose(bench: Bench) -> Call:
    """One call whose dial nobody can account for."""
    call, _ = await bench.ready_call()
    room = room_name(str(call.id))
    bench.telephony.answer(room, Uncertain("TimeoutError"))
    await place.place(bench.dialer, call.id)
    bench.telephony.everybody_leaves(room)
    await _look_again(bench)
    lost = next(c for c in await bench.calls() if c.id == call.id)
    assert lost.state == "lost"
    return lost


def _ring_late(bench: Bench, lost: Call) -> None:
    """The request that nobody had an answer to is carried out after all."""
    bench.telephony.phone_appears(room_name(str(lost.id)), callee_identity(str(lost.id)))


async def _look_again(bench: Bench) -> None:
    await bench.let_leases_expire()
    await bench.sweep()


async def _let_pass(bench: Bench, time: timedelta) -> None:
    """What happened so far is as long ago, except reservations and leases."""
    longer = time + timedelta(seconds=5)
    async with bench.dialer.sessions.begin() as session:
        await session.execute(update(Call).where(Call.ended_at.is_not(None)).values(ended_at=Call.ended_at - longer))
        await session.execute(update(CallEventRecord).values(recorded_at=CallEventRecord.recorded_at - longer))


async def _kinds(bench: Bench, call: Call) -> set[str]:
    async with bench.dialer.sessions() as session:
        return set(await session.scalars(select(CallEventRecord.kind).where(CallEventRecord.call_id == call.id)))
