"""The unmodified livekit-server takes our carrier for its SIP service."""

import asyncio
import signal
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
import redis
from livekit import api
from livekit.protocol.models import DisconnectReason, ParticipantInfo

from rehearsal.ledger import first_audio
from rehearsal.psrpc import CLIENT_NAME
from tests.fixtures.carrier import PROCESSES, RunningCarrier, listeners, start_carrier, until, wait_for_listeners
from tests.fixtures.services import LiveKitService
from tests.integration.rehearsal.conftest import Agent, Dial

Dialer = Callable[[], Dial]
Entering = Callable[[str], Awaitable[Agent]]


@pytest.mark.parametrize(
    ("script", "code", "status", "last", "reason"),
    [
        ("busy", 486, "Busy Here", "ringing", DisconnectReason.USER_REJECTED),
        ("declined", 603, "Decline", "ringing", DisconnectReason.USER_REJECTED),
        ("no-such-number", 404, "Not Found", "dialing", DisconnectReason.USER_UNAVAILABLE),
        ("unavailable", 480, "Temporarily Unavailable", "ringing", DisconnectReason.USER_UNAVAILABLE),
        ("trunk-error", 503, "Service Unavailable", "dialing", DisconnectReason.CLIENT_INITIATED),
        ("throttled", 503, "Trunk CPS limit exceeded", "dialing", DisconnectReason.USER_REJECTED),
    ],
)
async def test_a_refusal_reaches_the_caller_with_its_code_and_the_room_with_its_reason(
    dial: Dialer, agent_in: Entering, carrier: RunningCarrier, script: str, code: int, status: str, last: str, reason: int
) -> None:
    call = dial()
    agent = await agent_in(call.room)
    with pytest.raises(api.SipCallError) as refusal:
        await call.place(script)
    assert (refusal.value.sip_status_code, refusal.value.sip_status) == (code, status)
    await until(lambda: agent.left)
    assert agent.left == [(reason, last)]
    (ended,) = carrier.records(call.call_id, "ended")
    assert (ended["cause"], ended["code"]) == ("refused", code)


async def test_ringing_out_is_a_plain_canceled_error(dial: Dialer, agent_in: Entering, carrier: RunningCarrier) -> None:
    call = dial()
    agent = await agent_in(call.room)
    with pytest.raises(api.ServerError, match="sip request timed out") as error:
        await call.place("rings-out", ring_s=2)
    assert (error.value.code, error.value.status, isinstance(error.value, api.SipCallError)) == ("canceled", 408, False)
    await until(lambda: agent.left)
    assert agent.left == [(DisconnectReason.USER_UNAVAILABLE, "ringing")]
    assert [r["cause"] for r in carrier.records(call.call_id, "ended")] == ["rang_out"]


@pytest.mark.parametrize("how", ["participant removed", "room deleted"])
async def test_removal_while_ringing_is_the_same_error(dial: Dialer, lk: api.LiveKitAPI, carrier: RunningCarrier, how: str) -> None:
    call = dial()
    dialing = asyncio.create_task(call.place("rings-out", ring_s=20))
    await until(lambda: carrier.records(call.call_id, "ringing"))
    if how == "room deleted":
        await lk.room.delete_room(api.DeleteRoomRequest(room=call.room))
    else:
        await lk.room.remove_participant(api.RoomParticipantIdentity(room=call.room, identity=call.identity))
    with pytest.raises(api.ServerError, match="sip request timed out"):
        await asyncio.wait_for(dialing, 5)
    assert [r["cause"] for r in carrier.records(call.call_id, "ended")] == ["canceled"]


async def test_an_answered_call_is_a_sip_participant_with_the_bridges_attributes(
    dial: Dialer, lk: api.LiveKitAPI, carrier: RunningCarrier, agent_in: Entering
) -> None:
    call = dial()
    agent = await agent_in(call.room)
    info = await call.place("silent")
    callee = await lk.room.get_participant(api.RoomParticipantIdentity(room=call.room, identity=call.identity))
    assert callee.kind == ParticipantInfo.Kind.SIP
    attributes = dict(callee.attributes)
    assert attributes["sip.callStatus"] == "active"
    assert attributes["sip.callID"] == info.sip_call_id
    assert attributes["callwright.callId"] == call.call_id
    assert (attributes["sip.phoneNumber"], attributes["sip.trunkPhoneNumber"]) == ("+12025550101", "+12025550199")
    assert [track.name for track in callee.tracks] == [call.identity]
    # `dialing` is in the token; whoever is told of the join after the 180 sees `ringing` first. The agent is told beside the answer to us.
    await until(lambda: agent.statuses[-2:] == ["ringing", "active"])
    await lk.room.delete_room(api.DeleteRoomRequest(room=call.room))
    await until(lambda: carrier.records(call.call_id, "ended"))
    events = [r["event"] for r in carrier.records(call.call_id)]
    assert events == ["dialed", "ringing", "answered", "ended"]
    assert carrier.records(call.call_id, "ended")[0]["cause"] == "agent_hung_up"


async def test_without_waiting_the_api_returns_while_it_rings(dial: Dialer, lk: api.LiveKitAPI, carrier: RunningCarrier) -> None:
    call = dial()
    await call.place("answers-late", wait=False, ring_s=20)
    assert not carrier.records(call.call_id, "answered")
    await lk.room.delete_room(api.DeleteRoomRequest(room=call.room))
    await until(lambda: carrier.records(call.call_id, "ended"))


async def test_a_conversation_is_in_the_ledger_with_its_times(dial: Dialer, agent_in: Entering, carrier: RunningCarrier) -> None:
    call = dial()
    agent = await agent_in(call.room)
    await call.place("answers-and-talks")
    await until(lambda: carrier.records(call.call_id, "callee_spoke"))
    await agent.speak(1.0)
    await until(lambda: len(carrier.records(call.call_id, "callee_spoke")) == 2)
    await agent.speak(1.0)
    await until(lambda: len(carrier.records(call.call_id, "callee_spoke")) == 3)
    assert await agent.ask(call.identity, "lk.sip.GetRemoteHeaders") == "{}"
    assert await agent.ask(call.identity, "lk.sip.EndCall") == "{}"
    await until(lambda: agent.left)
    assert agent.left == [(DisconnectReason.CLIENT_INITIATED, "hangup")]
    assert [r["text"] for r in carrier.records(call.call_id, "callee_spoke")] == ["Hello?", "Yes, that sounds good.", "Thank you, goodbye."]
    heard = carrier.records(call.call_id, "agent_audio")
    assert [round(r["ended_at"] - r["started_at"]) for r in heard] == [1, 1]
    (entry,) = first_audio(carrier.records(call.call_id))
    assert entry.spoke
    assert entry.delay_s is not None
    assert entry.delay_s > 0


async def test_a_callee_that_hangs_up_early_leaves_one_second_into_the_greeting(
    dial: Dialer, agent_in: Entering, carrier: RunningCarrier
) -> None:
    call = dial()
    agent = await agent_in(call.room)
    await call.place("hangs-up-early")
    speaking = asyncio.create_task(agent.speak(8))
    await until(lambda: carrier.records(call.call_id, "ended"))
    speaking.cancel()
    await until(lambda: agent.left and carrier.records(call.call_id, "agent_audio"))
    assert agent.left == [(DisconnectReason.CLIENT_INITIATED, "hangup")]
    (heard,), (ended,) = carrier.records(call.call_id, "agent_audio"), carrier.records(call.call_id, "ended")
    assert ended["cause"] == "callee_hung_up"
    assert 0.9 < ended["at"] - heard["started_at"] < 2.5


async def test_the_longest_call_counts_from_the_dial(dial: Dialer, agent_in: Entering, carrier: RunningCarrier) -> None:
    call = dial()
    agent = await agent_in(call.room)
    await call.place("silent", longest_s=3)
    await until(lambda: agent.left)
    dialed, ended = carrier.records(call.call_id, "dialed")[0], carrier.records(call.call_id, "ended")[0]
    assert ended["cause"] == "max_duration"
    assert ended["at"] - dialed["at"] == pytest.approx(3.0, abs=0.5)


async def test_a_transfer_is_accepted_and_the_callee_leaves_a_second_later(
    dial: Dialer, lk: api.LiveKitAPI, carrier: RunningCarrier
) -> None:
    call = dial()
    await call.place("silent")
    wish = api.TransferSIPParticipantRequest(room_name=call.room, participant_identity=call.identity, transfer_to="tel:+12025550198")
    await lk.sip.transfer_sip_participant(wish)
    await until(lambda: carrier.records(call.call_id, "ended"))
    (transferred,), (ended,) = carrier.records(call.call_id, "transferred"), carrier.records(call.call_id, "ended")
    assert transferred["to"] == "tel:+12025550198"
    assert ended["cause"] == "transferred"
    assert 0.8 < ended["at"] - transferred["at"] < 2.0


async def test_digits_travel_in_both_directions(dial: Dialer, agent_in: Entering, lk: api.LiveKitAPI, carrier: RunningCarrier) -> None:
    call = dial()
    agent = await agent_in(call.room)
    await call.place("silent")
    await agent.room.local_participant.publish_dtmf(code=5, digit="5")
    digits = await until(lambda: carrier.records(call.call_id, "digits"))
    assert [(r["digits"], r["by"]) for r in digits] == [("5", "agent")]
    await lk.room.delete_room(api.DeleteRoomRequest(room=call.room))


async def test_two_processes_handle_each_of_many_calls_once(dial: Dialer, carrier: RunningCarrier) -> None:
    calls = [dial() for _ in range(8)]
    answers = await asyncio.gather(*(call.place("busy", ring_s=20) for call in calls), return_exceptions=True)
    assert [getattr(answer, "sip_status_code", answer) for answer in answers] == [486] * len(calls)
    for call in calls:
        assert [r["event"] for r in carrier.records(call.call_id)] == ["dialed", "ringing", "ended"]


async def test_a_script_that_does_not_exist_is_an_error_and_no_silence(dial: Dialer) -> None:
    with pytest.raises(api.ServerError, match="no callee script is called 'nobody'"):
        await dial().place("nobody")


async def test_the_carrier_outlives_a_lost_redis_connection(dial: Dialer, livekit: LiveKitService) -> None:
    with redis.Redis.from_url(livekit.redis_url) as client:
        ours = [row["id"] for row in client.client_list() if row["name"] == CLIENT_NAME]  # pyright: ignore[reportGeneralTypeIssues]
        assert len(ours) >= PROCESSES
        for connection in ours:
            client.client_kill_filter(_id=connection)
    await until(lambda: listeners(livekit.redis_url) == PROCESSES)
    with pytest.raises(api.SipCallError):
        await dial().place("busy")


def test_a_killed_supervisor_leaves_no_process_behind(livekit: LiveKitService, tmp_path: Path, carrier: RunningCarrier) -> None:
    second = start_carrier(livekit, tmp_path, beside=PROCESSES)
    second.process.send_signal(signal.SIGKILL)
    second.process.wait(5)
    wait_for_listeners(livekit.redis_url, PROCESSES)
