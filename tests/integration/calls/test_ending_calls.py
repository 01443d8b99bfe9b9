"""POST /calls/{id}/end: whatever a call is doing, it ends, and the record says that a person ended it."""

from uuid import UUID

import pytest

from control_plane.dialer import place
from control_plane.dialer.claim import tick
from control_plane.telephony.port import Answered
from sip_config.contract import AnsweredBy, EndCause, EventKind, Outcome
from tests.integration.calls.conftest import Stage


async def _end(stage: Stage, call: dict, status: int = 202) -> dict:
    return await stage.post(f"/calls/{call['id']}/end", status=status)


async def test_a_waiting_call_is_released_at_once(stage: Stage) -> None:
    call = await stage.call()
    ended = await _end(stage, call)
    assert (ended["state"], ended["status"], ended["end_cause"]) == ("released", "failed", "operator_stop")
    assert ended["ended_at"] is not None
    await stage.run_close_room(call)
    assert (await tick(stage.dialer), stage.telephony.sent) == (0, [])


async def test_a_call_whose_agent_is_coming_is_released_and_gives_everything_back(stage: Stage) -> None:
    call, agent = await stage.dispatched()
    assert (await _end(stage, call))["state"] == "released"
    row = await stage.row(call)
    assert (row.holds_slot, row.holds_number, row.lease_until) == (False, False, None)
    await agent.says(EventKind.READY)
    assert (await agent.client.get("/order")).json()["code"] == "call_over"
    await stage.run_close_room(call)
    assert stage.telephony.room_of == {}


async def test_a_call_that_is_about_to_be_dialled_is_not_dialled_any_more(stage: Stage) -> None:
    call, _ = await stage.ready()
    assert (await _end(stage, call))["state"] == "released"
    await place.place(stage.dialer, UUID(call["id"]))
    assert (stage.telephony.sent, (await stage.row(call)).counts_as_attempt) == ([], False)


@pytest.mark.parametrize("rings", [False, True])
async def test_a_call_that_rings_is_cancelled(stage: Stage, rings: bool) -> None:
    call, agent = await stage.dialing()
    if rings:
        await agent.says(EventKind.RINGING)
    asked = await _end(stage, call)
    assert (asked["state"], asked["end_cause"]) == ("ringing" if rings else "dialing", None)
    await stage.run_close_room(call)
    await stage.dial_is_over()
    ended = await stage.get(f"/calls/{call['id']}")
    assert (ended["state"], ended["network_result"], ended["end_cause"]) == ("ended", "canceled", "operator_stop")
    assert (ended["answered_by"], ended["outcome"], ended["answered_at"]) == ("none", "no_conversation", None)
    assert stage.telephony.room_of == {}


async def test_a_conversation_is_hung_up_on_and_its_report_completes_the_record(stage: Stage) -> None:
    call, agent = await stage.in_progress()
    assert (await _end(stage, call))["state"] == "in_progress"
    await stage.run_close_room(call)
    assert stage.telephony.room_of == {}
    await agent.says(EventKind.CALLEE_LEFT, disconnect_reason="ROOM_DELETED")
    await agent.reports(outcome=Outcome.UNKNOWN, end_cause=EndCause.CALLEE_HANGUP)
    ended = await stage.get(f"/calls/{call['id']}")
    assert (ended["state"], ended["status"]) == ("ended", "completed")
    assert (ended["network_result"], ended["answered_by"], ended["end_cause"]) == ("answered", "human", "operator_stop")
    row = await stage.row(call)
    assert (row.holds_slot, row.holds_number, row.lease_until) == (False, False, None)


async def test_a_conversation_that_is_wrapping_up_can_still_be_ended(stage: Stage) -> None:
    call, agent = await stage.in_progress()
    await agent.says(EventKind.HANGING_UP, end_cause="agent_hangup")
    assert (await _end(stage, call))["state"] == "wrapping"
    await agent.reports(answered_by=AnsweredBy.HUMAN)
    assert (await stage.get(f"/calls/{call['id']}"))["end_cause"] == "operator_stop"


async def test_an_invite_that_overtook_the_closing_of_its_room_has_the_room_closed_again(stage: Stage) -> None:
    call, _ = await stage.dialing()
    await _end(stage, call)
    stage.api.queue.sent.clear()
    await stage.network_says(call, Answered())
    # By whoever wrote the answer down: no further nudge is needed.
    assert stage.telephony.room_of == {}


async def test_ending_twice_is_one_request(stage: Stage) -> None:
    call, _ = await stage.in_progress()
    await _end(stage, call)
    await _end(stage, call)
    events = (await stage.get(f"/calls/{call['id']}/events"))["items"]
    assert [event["kind"] for event in events if event["source"] == "operator"] == ["end_requested"]


async def test_what_is_over_cannot_be_ended(stage: Stage) -> None:
    over, agent = await stage.in_progress()
    await agent.reports()
    released = await stage.call(to="+12025550102")
    await _end(stage, released)
    for call in (over, released):
        before = await stage.get(f"/calls/{call['id']}")
        problem = await _end(stage, call, 409)
        assert (problem["code"], problem["detail"]) == ("call_over", "This call is already over.")
        assert await stage.get(f"/calls/{call['id']}") == before


async def test_a_lost_call_is_over_too(stage: Stage) -> None:
    call = await stage.call()
    await stage.change(call, state="lost")
    await _end(stage, call, 409)


async def test_a_foreign_call_goes_on(stage: Stage) -> None:
    call = await stage.call()
    assert (await stage.api.stranger.post(f"/calls/{call['id']}/end")).status_code == 404
    assert (await stage.row(call)).state == "queued"
