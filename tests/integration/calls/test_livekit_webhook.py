"""LiveKit's webhooks: signed ones are heard as a second witness, all others change nothing."""

import asyncio
import base64
import hashlib
import warnings
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import jwt
import pytest
from google.protobuf.json_format import MessageToJson
from livekit.api import AccessToken
from livekit.protocol.models import DisconnectReason, ParticipantInfo, Room
from livekit.protocol.webhook import WebhookEvent
from sqlalchemy import func, select

from control_plane.db.models import CallEventRecord
from sip_config.contract import EventKind
from sip_config.naming import SIP_CALL_STATUS, callee_identity, room_name
from tests.integration.calls.conftest import SECRET, Stage

ADDRESS = "http://api.test/webhooks/livekit"


def event_of(call: Any, event: str, event_id: str = "EV_1", **participant: Any) -> str:
    """A webhook's body as LiveKit writes it."""
    who = ParticipantInfo(**participant) if participant else None
    at = int(datetime.now(UTC).timestamp())
    return MessageToJson(WebhookEvent(event=event, id=event_id, created_at=at, room=Room(name=room_name(call["id"])), participant=who))


def agent_left(call: Any, event_id: str = "EV_1") -> str:
    reason = DisconnectReason.CLIENT_INITIATED
    return event_of(call, "participant_left", event_id, identity="agent-AJ_1", kind=ParticipantInfo.Kind.AGENT, disconnect_reason=reason)


def callee_left(call: Any, event_id: str = "EV_2") -> str:
    sip, reason = ParticipantInfo.Kind.SIP, DisconnectReason.USER_UNAVAILABLE
    attributes = {SIP_CALL_STATUS: "ringing"}
    identity = callee_identity(call["id"])
    return event_of(call, "participant_left", event_id, identity=identity, kind=sip, disconnect_reason=reason, attributes=attributes)


def signature(body: str | bytes, *, key: str = "key", secret: str = SECRET) -> str:
    """The Authorization header that LiveKit sends: a token whose claim is the body's SHA-256."""
    raw = body.encode() if isinstance(body, str) else body
    return AccessToken(key, secret).with_sha256(base64.b64encode(hashlib.sha256(raw).digest()).decode()).to_jwt()


async def deliver(stage: Stage, body: str | bytes, authorization: str | None = None) -> httpx.Response:
    headers = {"Content-Type": "application/webhook+json", "Authorization": signature(body) if authorization is None else authorization}
    return await stage.api.client().post(httpx.URL(ADDRESS), content=body, headers=headers)


async def _ledger(stage: Stage) -> int:
    async with stage.api.sessions() as session:
        return await session.scalar(select(func.count()).select_from(CallEventRecord)) or 0


async def test_an_agent_that_left_makes_the_sweep_look_soon(stage: Stage) -> None:
    call, _ = await stage.in_progress()
    before = (await stage.row(call)).lease_until
    assert before is not None
    answer = await deliver(stage, agent_left(call))
    row = await stage.row(call)
    assert (answer.status_code, answer.json(), row.state) == (200, {"received": True}, "in_progress")
    assert row.lease_until is not None
    assert row.lease_until < min(before, datetime.now(UTC) + timedelta(seconds=7))
    event = (await stage.get(f"/calls/{call['id']}/events"))["items"][-1]
    assert (event["source"], event["kind"], event["effect"]) == ("livekit", "agent_left", "the lease decides")
    assert event["data"] == {"disconnect_reason": "CLIENT_INITIATED"}


async def test_a_caller_left_alone_is_then_hung_up_on_and_the_call_ends(stage: Stage) -> None:
    call, _ = await stage.in_progress()
    await deliver(stage, agent_left(call))
    stage.telephony.room_of[room_name(call["id"])].legs.pop("agent")
    await stage.change(call, lease_until=datetime.now(UTC) - timedelta(seconds=1))
    await stage.sweep()
    ended = await stage.get(f"/calls/{call['id']}")
    assert (ended["state"], ended["outcome"], ended["end_cause"]) == ("ended", "agent_failure", "system_error")
    assert stage.telephony.room_of == {}


async def test_a_callee_that_left_a_conversation_starts_its_end(stage: Stage) -> None:
    call, agent = await stage.in_progress()
    await deliver(stage, callee_left(call))
    assert (await stage.row(call)).state == "wrapping"
    await agent.says(EventKind.CALLEE_LEFT)
    await agent.reports()
    assert (await stage.get(f"/calls/{call['id']}"))["state"] == "ended"


async def test_a_callee_that_left_while_ringing_does_not_overrule_the_dialling_task(stage: Stage) -> None:
    call, _ = await stage.dialing()
    await deliver(stage, callee_left(call))
    assert (await stage.row(call)).state == "dialing"
    event = (await stage.get(f"/calls/{call['id']}/events"))["items"][-1]
    assert event["data"] == {"disconnect_reason": "USER_UNAVAILABLE", "last_status": "ringing"}


async def test_somebody_else_who_left_is_not_the_callee(stage: Stage) -> None:
    call, _ = await stage.in_progress()
    before = await _ledger(stage)
    for event in ("participant_left", "participant_joined", "track_published", "room_started", "egress_ended"):
        body = event_of(call, event, identity="supervisor", kind=ParticipantInfo.Kind.STANDARD)
        assert (await deliver(stage, body)).status_code == 200
    assert ((await stage.row(call)).state, await _ledger(stage)) == ("in_progress", before)


async def test_a_replayed_event_changes_nothing(stage: Stage) -> None:
    call, _ = await stage.in_progress()
    body = agent_left(call)
    await deliver(stage, body)
    before = (await stage.row(call), await _ledger(stage))
    answers = await asyncio.gather(*(deliver(stage, body) for _ in range(5)))
    assert {answer.status_code for answer in answers} == {200}
    after = await stage.row(call)
    assert (after.lease_until, after.state, await _ledger(stage)) == (before[0].lease_until, before[0].state, before[1])


async def test_the_end_of_a_room_is_kept_for_the_record(stage: Stage) -> None:
    call, agent = await stage.in_progress()
    await agent.reports()
    assert (await deliver(stage, event_of(call, "room_finished"))).status_code == 200
    assert (await stage.get(f"/calls/{call['id']}/events"))["items"][-1]["kind"] == "room_finished"


@pytest.mark.parametrize("room", ["call-01a1fd7b-e956-71dd-b74a-bb272d0d4ed4", "call-x", "call-", "inbound-7", "", "call-\x00"])
async def test_rooms_that_are_not_ours_are_received_and_ignored(stage: Stage, room: str) -> None:
    body = MessageToJson(WebhookEvent(event="room_finished", id="EV_9", created_at=1, room=Room(name=room)))
    assert ((await deliver(stage, body)).status_code, await _ledger(stage)) == (200, 0)


async def test_forged_webhooks_are_refused_and_change_nothing(stage: Stage) -> None:
    call, _ = await stage.in_progress()
    body, before = agent_left(call), (await stage.row(call)).lease_until
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", jwt.InsecureKeyLengthWarning)
        forgeries = {
            "another body": signature(callee_left(call)),
            "another secret": signature(body, secret="b" * 40),
            "another key": signature(body, key="other"),
            "no hash": AccessToken("key", SECRET).to_jwt(),
            "no token": "",
            "not a token": "Bearer x",
            "an API key": "cw_owner",
            "expired": _expired(body),
        }
    for name, authorization in forgeries.items():
        answer = await deliver(stage, body, authorization)
        assert (answer.status_code, answer.json()["code"]) == (401, "unauthorized"), name
    assert (await stage.row(call)).lease_until == before


def _expired(body: str) -> str:
    claims = jwt.decode(signature(body), options={"verify_signature": False})
    return jwt.encode(claims | {"exp": 1_700_000_000}, SECRET, algorithm="HS256")


@pytest.mark.parametrize("body", [b"", b"{", b"null", b"\xff\xfe\x00", b'{"event": 7}', b'{"createdAt": "soon"}'])
async def test_garbage_is_refused_even_when_it_is_signed(stage: Stage, body: bytes) -> None:
    answer = await deliver(stage, body)
    assert 400 <= answer.status_code < 500
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    "body", [b"{}", b'{"event": "participant_left"}', b'{"event": "room_finished", "createdAt": "9223372036854775807"}']
)
async def test_an_event_that_says_little_is_never_our_failure(stage: Stage, body: bytes) -> None:
    assert (await deliver(stage, body)).status_code < 500


async def test_a_reason_that_this_version_does_not_know_is_kept_as_its_number(stage: Stage) -> None:
    call, _ = await stage.in_progress()
    body = agent_left(call).replace('"CLIENT_INITIATED"', "99")
    assert (await deliver(stage, body)).status_code == 200
    assert (await stage.get(f"/calls/{call['id']}/events"))["items"][-1]["data"] == {"disconnect_reason": "99"}


async def test_a_webhook_that_is_too_large_is_refused(stage: Stage) -> None:
    assert (await deliver(stage, b" " * 1_000_001)).status_code == 413
