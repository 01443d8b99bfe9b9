"""The dialer against a real database: every station of a call, and what happens when one of them fails."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import update

from control_plane.calls.agent_service import AgentService, take_worker_heartbeat
from control_plane.calls.leases import REPORTED_WITHIN
from control_plane.calls.service import CallService
from control_plane.contacts.suppressions import suppress
from control_plane.db.models import Call, Campaign
from control_plane.dialer import place
from control_plane.domain.errors import Conflict
from control_plane.telephony.port import Answered, DialResult, Refused, Uncertain
from sip_config.contract import AnsweredBy, CallReport, EndCause, EventKind, Outcome
from sip_config.naming import room_name
from tests.integration.dialer.conftest import Bench

ONE, TWO = "+12025550101", "+12025550102"


def report(call_id: str, **fields: object) -> CallReport:
    columns = {"answered": True, "answered_by": AnsweredBy.HUMAN, "outcome": Outcome.SUCCESS, "end_cause": EndCause.AGENT_HANGUP}
    return CallReport(call_id, 1, **(columns | fields))  # type: ignore[arg-type]


async def test_an_answered_call_goes_through_every_state_and_closes_its_enrollment(bench: Bench) -> None:
    await bench.make_world(ONE)
    call, ticket = await bench.ready_call()
    bench.telephony.answer(room_name(str(call.id)), Answered())
    await place.place(bench.dialer, call.id)
    await bench.agent_says(ticket, EventKind.TURN, seq=1, speaker="agent", text="Hello Sam.", started_at_s=0.2)
    await bench.agent_says(ticket, EventKind.HANGING_UP, end_cause="agent_hangup")
    await bench.agent_reports(ticket, report(str(call.id)))
    (ended,), (enrollment,) = await bench.calls(), await bench.enrollments()
    assert (ended.state, ended.network_result, ended.answered_by, ended.outcome) == ("ended", "answered", "human", "success")
    assert (ended.end_cause, ended.holds_slot, ended.holds_number, ended.lease_until) == ("agent_hangup", False, False, None)
    assert (enrollment.state, enrollment.attempts) == ("done", 1)
    assert len(bench.telephony.sent) == 1


async def test_nothing_is_dialled_before_the_agent_is_ready(bench: Bench) -> None:
    await bench.make_world(ONE)
    await bench.tick()
    (call,) = await bench.calls()
    await bench.dispatch(call)
    await place.place(bench.dialer, call.id)
    assert bench.telephony.sent == []


async def test_two_workers_that_place_the_same_call_send_one_invite(bench: Bench) -> None:
    await bench.make_world(ONE)
    call, _ = await bench.ready_call()
    bench.telephony.answer(room_name(str(call.id)), Answered())
    await asyncio.gather(*(place.place(bench.dialer, call.id) for _ in range(5)))
    assert len(bench.telephony.sent) == 1


async def test_ten_ticks_at_once_claim_a_contact_once(bench: Bench) -> None:
    await bench.make_world(ONE, TWO)
    assert sum(await asyncio.gather(*(bench.tick() for _ in range(10)))) == 2
    assert len(await bench.calls()) == 2


async def test_no_more_calls_are_claimed_than_workers_have_slots(bench: Bench) -> None:
    await bench.make_world(ONE, TWO, "+12025550103", slots=2)
    assert (await bench.tick(), await bench.tick()) == (2, 0)


async def test_the_same_number_in_two_enrollments_is_called_once_at_a_time(bench: Bench) -> None:
    await bench.make_world(ONE, ONE)
    assert await bench.tick() == 1
    waiting = [e for e in await bench.enrollments() if e.state == "waiting"]
    assert waiting[0].waiting_reasons == ["Another call to this person is under way."]


@pytest.mark.parametrize(
    ("refused", "network_result", "code"),
    [
        (Refused(486, "Busy Here", "resource_exhausted"), "busy", 486),
        (Refused(603, "Decline", "permission_denied"), "rejected", 603),
        (Refused(480, "Temporarily Unavailable", "resource_exhausted"), "unreachable", 480),
        (Refused(503, "Service Unavailable", "failed_precondition"), "congestion", 503),
        (Refused(503, "Trunk CPS limit exceeded", "failed_precondition"), "throttled", 503),
        (Refused(404, "Not Found", "not_found"), "invalid_number", 404),
        (Refused(None, "sip request timed out", "canceled"), "unreachable", None),
    ],
)
async def test_a_refusal_is_told_apart_and_kept_raw(bench: Bench, refused: Refused, network_result: str, code: int | None) -> None:
    await bench.make_world(ONE)
    call, _ = await bench.ready_call()
    bench.telephony.answer(room_name(str(call.id)), refused)
    await place.place(bench.dialer, call.id)
    (ended,) = await bench.calls()
    assert (ended.state, ended.network_result, ended.sip_status_code) == ("ended", network_result, code)
    assert (ended.answered_by, ended.outcome, ended.end_cause) == ("none", "no_conversation", "none")
    assert room_name(str(call.id)) not in bench.telephony.room_of


async def test_a_phone_that_rang_and_was_not_picked_up_is_no_answer(bench: Bench) -> None:
    await _rings_until(bench, Refused(None, "sip request timed out", "canceled"))
    assert (await bench.calls())[0].network_result == "no_answer"


async def test_a_phone_that_was_heard_to_ring_has_had_its_attempt_whatever_the_carrier_says_then(bench: Bench) -> None:
    """By itself the code says that our trunk is set up wrongly, which costs nobody an attempt."""
    await _rings_until(bench, Refused(499, "Unheard of", "failed_precondition"))
    (ended,), (enrollment,) = await bench.calls(), await bench.enrollments()
    assert (ended.network_result, ended.counts_as_attempt, enrollment.attempts) == ("config_error", True, 1)


async def _rings_until(bench: Bench, answer: DialResult) -> None:
    """A call that its agent hears ring, and what the network says then."""
    await bench.make_world(ONE)
    call, ticket = await bench.ready_call()
    dialling = asyncio.create_task(place.place(bench.dialer, call.id))
    while not bench.telephony.sent:
        await asyncio.sleep(0)
    await bench.agent_says(ticket, EventKind.RINGING)
    bench.telephony.answer(room_name(str(call.id)), answer)
    await dialling


async def test_a_throttled_call_is_not_counted_and_due_again(bench: Bench) -> None:
    await bench.make_world(ONE)
    call, _ = await bench.ready_call()
    bench.telephony.answer(room_name(str(call.id)), Refused(503, "Trunk CPS limit exceeded", "failed_precondition"))
    await place.place(bench.dialer, call.id)
    (enrollment,) = await bench.enrollments()
    assert (enrollment.state, enrollment.attempts) == ("waiting", 0)


async def test_an_opt_out_between_ready_and_dial_stops_the_invite(bench: Bench) -> None:
    world = await bench.make_world(ONE)
    call, _ = await bench.ready_call()
    async with bench.dialer.unit() as unit:
        await suppress(unit, world.workspace.id, ONE, reason="said so", source="api")
    await place.place(bench.dialer, call.id)
    assert bench.telephony.sent == []
    assert (await bench.calls())[0].state == "released"
    await bench.tick()


async def test_a_campaign_paused_between_ready_and_dial_releases_the_call(bench: Bench) -> None:
    world = await bench.make_world(ONE)
    call, _ = await bench.ready_call()
    async with bench.dialer.sessions.begin() as session:
        await session.execute(update(Campaign).where(Campaign.id == world.campaign.id).values(execution_status="paused"))
    await place.place(bench.dialer, call.id)
    (released,), (enrollment,) = await bench.calls(), await bench.enrollments()
    assert (released.state, released.failure) == ("released", "The campaign is paused.")
    assert (enrollment.state, enrollment.attempts) == ("waiting", 0)


async def test_an_agent_that_never_becomes_ready_costs_no_attempt(bench: Bench) -> None:
    await bench.make_world(ONE)
    await bench.tick()
    (call,) = await bench.calls()
    await bench.dispatch(call)
    for _ in range(place.MOST_DISPATCHES):
        await bench.let_leases_expire()
        await bench.sweep()
    (released,), (enrollment,) = await bench.calls(), await bench.enrollments()
    assert (released.state, released.holds_slot, released.holds_number) == ("released", False, False)
    assert (enrollment.state, enrollment.attempts) == ("waiting", 0)


async def test_an_agent_that_comes_after_its_call_was_released_is_sent_away(bench: Bench) -> None:
    await bench.make_world(ONE)
    await bench.tick()
    (call,) = await bench.calls()
    ticket = await bench.dispatch(call)
    await bench.let_leases_expire()
    await bench.sweep()
    with pytest.raises(Conflict):
        async with bench.dialer.unit() as unit:
            await AgentService(unit, call.id, ticket.token).order()


async def test_a_ticket_that_is_not_the_calls_own_opens_nothing(bench: Bench) -> None:
    await bench.make_world(ONE)
    call, _ = await bench.ready_call()
    with pytest.raises(Conflict):
        async with bench.dialer.unit() as unit:
            await AgentService(unit, call.id, "somebody else's").order()


async def _dial_with_uncertain_end(bench: Bench) -> Call:
    call, _ = await bench.ready_call()
    bench.telephony.answer(room_name(str(call.id)), Uncertain("TimeoutError"))
    await place.place(bench.dialer, call.id)
    return call


async def test_an_uncertain_dial_that_turns_out_answered_is_adopted(bench: Bench) -> None:
    await bench.make_world(ONE)
    call = await _dial_with_uncertain_end(bench)
    room = bench.telephony.room_of[room_name(str(call.id))]
    from_dial = bench.telephony.sent[0]
    bench.telephony.agent_joins(from_dial.room)
    leg = type(next(iter(room.legs.values())))(from_dial.identity, is_agent=False, is_phone=True, call_status="active")
    room.legs[from_dial.identity] = leg
    await bench.let_leases_expire()
    await bench.sweep()
    assert (await bench.calls())[0].state == "in_progress"


async def test_an_uncertain_dial_that_nobody_can_account_for_is_lost_and_keeps_its_number(bench: Bench) -> None:
    await bench.make_world(ONE)
    call = await _dial_with_uncertain_end(bench)
    bench.telephony.agent_leaves(room_name(str(call.id)))
    await bench.let_leases_expire()
    await bench.sweep()
    (lost,), (enrollment,) = await bench.calls(), await bench.enrollments()
    assert (lost.state, lost.network_result, lost.holds_number, lost.holds_slot) == ("lost", "unknown", True, False)
    assert lost.dialing_at is not None
    (order,) = bench.telephony.sent
    assert lost.reserved_until == lost.dialing_at + timedelta(seconds=order.ringing_timeout_s + order.max_call_duration_s)
    assert (enrollment.state, enrollment.attempts) == ("waiting", 1)
    assert len(bench.telephony.sent) == 1


async def test_an_uncertain_dial_whose_end_the_agent_saw_is_told_from_that(bench: Bench) -> None:
    await bench.make_world(ONE)
    call, ticket = await bench.ready_call()
    bench.telephony.answer(room_name(str(call.id)), Uncertain("TimeoutError"))
    await place.place(bench.dialer, call.id)
    await bench.agent_says(ticket, EventKind.CALLEE_LEFT, last_status="ringing", disconnect_reason="USER_UNAVAILABLE")
    await bench.let_leases_expire()
    await bench.sweep()
    assert (await bench.calls())[0].network_result == "no_answer"


async def test_a_silent_agent_that_is_still_with_its_caller_is_believed(bench: Bench) -> None:
    await bench.make_world(ONE)
    call, _ = await bench.ready_call()
    room = room_name(str(call.id))
    bench.telephony.answer(room, Answered())
    await place.place(bench.dialer, call.id)
    bench.telephony.agent_joins(room)
    await bench.let_leases_expire()
    await bench.sweep()
    assert (await bench.calls())[0].state == "in_progress"


async def test_an_agent_that_hangs_after_its_talk_keeps_its_call_until_the_report_is_overdue(bench: Bench) -> None:
    await bench.make_world(ONE)
    call, ticket = await bench.ready_call()
    bench.telephony.answer(room_name(str(call.id)), Answered())
    await place.place(bench.dialer, call.id)
    await bench.agent_says(ticket, EventKind.CALLEE_LEFT, last_status="hangup", disconnect_reason="CLIENT_INITIATED")
    await _worker_says_that_it_is_still_at(bench, call)
    assert await bench.sweep() == 0
    (wrapping,) = await bench.calls()
    assert (wrapping.state, wrapping.reserved_until, wrapping.ended_at is None) == ("wrapping", None, False)
    async with bench.dialer.sessions.begin() as session:
        await session.execute(update(Call).values(ended_at=Call.ended_at - REPORTED_WITHIN))
    await _worker_says_that_it_is_still_at(bench, call)
    assert await bench.sweep() == 1
    (ended,) = await bench.calls()
    assert (ended.state, ended.holds_number, ended.holds_slot, ended.failure) == ("ended", False, False, "The agent never reported.")


async def _worker_says_that_it_is_still_at(bench: Bench, call: Call) -> None:
    """When the call's lease is just over."""
    await bench.let_leases_expire()
    beat = {"id": "worker-1", "slots": 4, "draining": False, "registered": True, "load": 0.0, "calls": [str(call.id)]}
    async with bench.dialer.unit() as unit:
        await take_worker_heartbeat(unit, beat)


async def test_a_caller_left_alone_by_a_dead_agent_is_hung_up_on(bench: Bench) -> None:
    await bench.make_world(ONE)
    call, _ = await bench.ready_call()
    room = room_name(str(call.id))
    bench.telephony.answer(room, Answered())
    await place.place(bench.dialer, call.id)
    bench.telephony.agent_leaves(room)
    await bench.let_leases_expire()
    await bench.sweep()
    (ended,) = await bench.calls()
    assert (ended.state, ended.outcome, ended.end_cause) == ("ended", "agent_failure", "system_error")
    assert room not in bench.telephony.room_of


async def test_livekit_that_is_down_at_dispatch_costs_no_attempt(bench: Bench) -> None:
    await bench.make_world(ONE)
    await bench.tick()
    (call,) = await bench.calls()
    bench.telephony.is_down = True
    await place.dispatch(bench.dialer, call.id)
    (released,), (enrollment,) = await bench.calls(), await bench.enrollments()
    assert (released.state, enrollment.state, enrollment.attempts) == ("released", "waiting", 0)


async def test_an_opt_out_in_the_call_suppresses_before_it_answers_and_closes_the_enrollment(bench: Bench) -> None:
    await bench.make_world(ONE)
    call, ticket = await bench.ready_call()
    bench.telephony.answer(room_name(str(call.id)), Answered())
    await place.place(bench.dialer, call.id)
    async with bench.dialer.unit() as unit:
        await AgentService(unit, call.id, ticket.token).opt_out("Please stop calling me.", 3.2)
    await bench.agent_reports(ticket, report(str(call.id), outcome=Outcome.UNKNOWN, end_cause=EndCause.OPT_OUT))
    (ended,), (enrollment,) = await bench.calls(), await bench.enrollments()
    assert (ended.outcome, ended.end_cause, enrollment.state) == ("do_not_call", "opt_out", "suppressed")


async def test_a_report_told_twice_changes_nothing(bench: Bench) -> None:
    await bench.make_world(ONE)
    call, ticket = await bench.ready_call()
    bench.telephony.answer(room_name(str(call.id)), Answered())
    await place.place(bench.dialer, call.id)
    for outcome in (Outcome.SUCCESS, Outcome.NOT_INTERESTED):
        await bench.agent_reports(ticket, report(str(call.id), outcome=outcome))
    (ended,), (enrollment,) = await bench.calls(), await bench.enrollments()
    assert (ended.outcome, enrollment.attempts) == ("success", 1)


async def test_the_pace_of_the_trunk_spaces_the_invites(bench: Bench) -> None:
    await bench.make_world(ONE, TWO, calls_per_second=5)
    await bench.tick()
    for call in await bench.calls():
        await bench.agent_says(await bench.dispatch(call), EventKind.READY)
        bench.telephony.answer(room_name(str(call.id)), Answered())
    await asyncio.gather(*(place.place(bench.dialer, call.id) for call in await bench.calls()))
    first, second = sorted(call.dialing_at for call in await bench.calls() if call.dialing_at)
    assert (second - first).total_seconds() >= 0.2


async def test_a_yes_reported_after_the_sweep_still_closes_the_enrollment(bench: Bench) -> None:
    await bench.make_world(ONE)
    call, ticket = await bench.ready_call()
    bench.telephony.answer(room_name(str(call.id)), Answered())
    await place.place(bench.dialer, call.id)
    bench.telephony.agent_leaves(room_name(str(call.id)))
    await bench.let_leases_expire()
    await bench.sweep()
    assert (await bench.enrollments())[0].state == "waiting"
    await bench.agent_reports(ticket, report(str(call.id)))
    (ended,), (enrollment,) = await bench.calls(), await bench.enrollments()
    assert (ended.outcome, enrollment.state) == ("success", "done")


async def test_releases_in_a_row_make_the_pause_longer(bench: Bench) -> None:
    await bench.make_world(ONE)
    pauses = []
    for _ in range(4):
        await bench.make_due()
        await bench.tick()
        await bench.let_leases_expire()
        await bench.sweep()
        (enrollment,), released = await bench.enrollments(), (await bench.calls())[-1]
        assert enrollment.due_at is not None
        assert released.ended_at is not None
        pauses.append((enrollment.due_at - released.ended_at).total_seconds())
    assert pauses == [2, 4, 8, 16]


async def test_a_call_that_a_person_ended_before_it_was_dialled_is_not_made_again(bench: Bench) -> None:
    world = await bench.make_world(ONE)
    await bench.tick()
    (call,) = await bench.calls()
    async with bench.dialer.unit() as unit:
        await CallService(unit, world.workspace.id).end(call.id)
    (enrollment,) = await bench.enrollments()
    assert (enrollment.state, enrollment.closed_reason) == ("skipped", "Ended by a person before it was dialled.")


async def test_no_phone_rings_for_an_agent_that_has_died(bench: Bench) -> None:
    await bench.make_world(ONE)
    call, _ = await bench.ready_call()
    bench.telephony.agent_leaves(room_name(str(call.id)))
    await place.place(bench.dialer, call.id)
    (released,), (enrollment,) = await bench.calls(), await bench.enrollments()
    assert bench.telephony.sent == []
    assert (released.state, enrollment.state, enrollment.attempts) == ("released", "waiting", 0)


async def test_a_phone_that_rings_for_an_agent_that_has_died_stops_ringing(bench: Bench) -> None:
    await bench.make_world(ONE)
    call, ticket = await bench.ready_call()
    dialling = asyncio.create_task(place.place(bench.dialer, call.id))
    while not bench.telephony.sent:
        await asyncio.sleep(0)
    await bench.agent_says(ticket, EventKind.RINGING)
    bench.telephony.agent_leaves(room_name(str(call.id)))
    await bench.let_leases_expire()
    await bench.sweep()
    await dialling
    (ended,) = await bench.calls()
    assert (ended.state, ended.network_result) == ("ended", "canceled")
    assert room_name(str(call.id)) not in bench.telephony.room_of
    await bench.sweep()
    (ended,) = await bench.calls()
    assert (ended.holds_number, ended.holds_slot, ended.reserved_until, ended.lease_until) == (False, False, None, None)
