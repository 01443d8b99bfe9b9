"""Twilio's callbacks: believed with a signature only, harmless when they come again, recordings without what may not be kept."""

import uuid
import wave
from collections.abc import Mapping
from datetime import timedelta
from email.utils import format_datetime
from io import BytesIO
from typing import Any

import pytest
from sqlalchemy import func, select
from twilio.request_validator import RequestValidator

from control_plane.db.models import AssistantVersion, Call, CallEventRecord
from control_plane.telephony.twilio import TwilioAccess, is_signed
from tests.fakes.twilio import ACCOUNT, TOKEN
from tests.integration.carriers.conftest import ONE, TWO, Acme

CALL_SID, RECORDING_SID = "CA" + "1" * 32, "RE" + "2" * 32
RATE = 8000
SHARED = "a-shared-key-of-webhooks"


async def called(acme: Acme, **columns: Any) -> uuid.UUID:
    """A call over a Twilio trunk that rang ten seconds ago, and ended."""
    await acme.account()
    trunk = await acme.trunk()
    number = await acme.number(trunk)
    assistant = await acme.assistant()
    await acme.api.manager.post(f"/assistants/{assistant}/publish")
    now = acme.api.clock.now()
    async with acme.api.sessions.begin() as session:
        version = await session.scalar(select(AssistantVersion.id).where(AssistantVersion.assistant_id == uuid.UUID(assistant)))
        call = Call(
            workspace_id=acme.api.workspace_id,
            purpose="single",
            assistant_id=uuid.UUID(assistant),
            assistant_version_id=version,
            trunk_id=uuid.UUID(trunk),
            is_rehearsal=False,
            from_number_id=uuid.UUID(number),
            from_e164=ONE,
            to_e164=TWO,
            due_at=now,
            dialing_at=now - timedelta(seconds=10),
            ended_at=now,
            ringing_timeout_s=30,
            max_duration_s=300,
            state="ended",
            **columns,
        )
        session.add(call)
        await session.flush()
        return call.id


async def say(acme: Acme, what: str, form: Mapping[str, str], *, key: str = TOKEN, algorithm: str = "") -> int:
    """Send a callback as Twilio signs it; the status of our answer."""
    named = {"X-Twilio-Webhooks-Signature-Settings": f"key=webhooks_sharedkey_1,algorithm={algorithm}"} if algorithm else {}
    # Behind the proxy the application sees another host than the one that Twilio was told.
    signature = RequestValidator(key).compute_signature(f"http://api.test/webhooks/twilio/{what}?of=acme", form, algorithm or None)
    async with acme.api.client(base="") as client:
        headers = {"X-Twilio-Signature": signature, "Host": "10.0.0.7:8000"} | named
        answer = await client.post(f"/webhooks/twilio/{what}?of=acme", data=dict(form), headers=headers)
    return answer.status_code


def busy(acme: Acme, **more: str) -> dict[str, str]:
    at = format_datetime(acme.api.clock.now())
    form = {"AccountSid": ACCOUNT, "CallSid": CALL_SID, "CallStatus": "busy", "From": ONE, "To": f"sip:{TWO}@example.com", "Timestamp": at}
    return form | {"SipResponseCode": "486"} | more


def test_signatures_are_as_twilio_documents_them() -> None:
    """facts/dialer §5: the documented vector."""
    form = {"CallSid": "CA1234567890ABCDE", "Caller": "+14158675309", "Digits": "1234", "From": "+14158675309", "To": "+18005551212"}
    url, access = "https://mycompany.com/myapp.php?foo=1&bar=2", TwilioAccess(ACCOUNT, "12345")
    assert is_signed(access, url, form, "RSOYDt4T1cUTdK1PDd93/VVr8B8=", "")
    assert not is_signed(access, url, form | {"Digits": "1235"}, "RSOYDt4T1cUTdK1PDd93/VVr8B8=", "")
    assert not is_signed(access, url, form, "RSOYDt4T1cUTdK1PDd93/VVr8B8=", "key=k,algorithm=HMAC_SHA256")


async def test_a_status_puts_the_calls_end_right_once_whatever_is_repeated(acme: Acme) -> None:
    call_id = await called(acme, network_result="no_answer")
    for _ in range(3):
        assert await say(acme, "status", busy(acme)) == 200
    async with acme.api.sessions() as session:
        call = await session.get_one(Call, call_id)
        events = await session.scalar(select(func.count()).where(CallEventRecord.call_id == call_id))
    assert (call.network_result, call.sip_status_code, events) == ("busy", 486, 1)


async def test_what_is_not_signed_changed_or_of_another_account_is_refused(acme: Acme) -> None:
    call_id = await called(acme, network_result="no_answer")
    assert await say(acme, "status", busy(acme), key="guessed") == 401
    assert await say(acme, "status", busy(acme, AccountSid="AC" + "b" * 32)) == 401
    assert await say(acme, "status", busy(acme), key=SHARED, algorithm="HMAC_SHA256") == 401
    async with acme.api.sessions() as session:
        assert (await session.get_one(Call, call_id)).network_result == "no_answer"


async def test_a_shared_key_signs_by_sha_256(acme: Acme) -> None:
    call_id = await called(acme, network_result="no_answer")
    await acme.api.owner.post("/secrets", json={"name": "twilio-signing", "value": SHARED})
    given = {"account_sid": ACCOUNT, "auth_token_secret": "twilio-token", "signing_secret": "twilio-signing"}
    assert (await acme.api.owner.put("/carriers/twilio", json=given)).status_code == 200
    assert await say(acme, "status", busy(acme), key=SHARED, algorithm="HMAC_SHA256") == 200
    async with acme.api.sessions() as session:
        assert (await session.get_one(Call, call_id)).network_result == "busy"


def wav(seconds: int) -> bytes:
    file = BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setparams((1, 2, RATE, 0, "NONE", ""))
        sound.writeframes(b"\0\0" * RATE * seconds)
    return file.getvalue()


@pytest.mark.parametrize(("decision", "kept_s"), [("notified", 16), ("refused", None)])
async def test_a_recording_is_fetched_without_what_came_before_the_notice(acme: Acme, decision: str, kept_s: int | None) -> None:
    answered = acme.api.clock.now() - timedelta(seconds=8)
    consent = {"policy": "notify", "decision": decision, "notice_at_s": 1.0, "kept_from_s": 1.0}
    call_id = await called(acme, network_result="answered", answered_at=answered, recording_consent=consent, reported_at=answered)
    acme.twilio.calls[CALL_SID] = {"from": ONE, "to": TWO, "start_time": format_datetime(answered)}
    acme.twilio.recordings[RECORDING_SID] = wav(20)
    # Recorded from the first ring: two seconds before the answer.
    begun = format_datetime(answered - timedelta(seconds=2))
    form = {"AccountSid": ACCOUNT, "CallSid": CALL_SID, "RecordingSid": RECORDING_SID, "RecordingStatus": "completed"}
    for _ in range(2):
        assert await say(acme, "recording", form | {"RecordingStartTime": begun, "RecordingUrl": "http://169.254.169.254/"}) == 200
    answer = await acme.api.viewer.get(f"/calls/{call_id}/recording")
    if kept_s is None:
        assert answer.status_code == 404
        return
    assert (answer.status_code, answer.headers["content-type"]) == (200, "audio/wav")
    with wave.open(BytesIO(answer.content)) as sound:
        assert sound.getnframes() == kept_s * RATE


async def test_a_recording_waits_for_the_agents_report_because_the_callee_may_still_refuse(acme: Acme) -> None:
    answered = acme.api.clock.now() - timedelta(seconds=8)
    consent = {"policy": "notify", "decision": "notified", "notice_at_s": 1.0, "kept_from_s": 1.0}
    call_id = await called(acme, network_result="answered", answered_at=answered, recording_consent=consent)
    acme.twilio.calls[CALL_SID] = {"from": ONE, "to": TWO, "start_time": format_datetime(answered)}
    acme.twilio.recordings[RECORDING_SID] = wav(20)
    form = {"AccountSid": ACCOUNT, "CallSid": CALL_SID, "RecordingSid": RECORDING_SID, "RecordingStatus": "completed"}
    form |= {"RecordingStartTime": format_datetime(answered)}
    assert await say(acme, "recording", form) == 503
    assert (await acme.api.viewer.get(f"/calls/{call_id}/recording")).status_code == 404
    async with acme.api.sessions.begin() as session:
        (await session.get_one(Call, call_id)).reported_at = acme.api.clock.now()
    assert await say(acme, "recording", form) == 200
    assert (await acme.api.viewer.get(f"/calls/{call_id}/recording")).status_code == 200


async def test_an_account_that_several_workspaces_share_speaks_of_the_calls_of_each(acme: Acme) -> None:
    await acme.api.stranger.post("/secrets", json={"name": "twilio-token", "value": TOKEN})
    given = await acme.api.stranger.put("/carriers/twilio", json={"account_sid": ACCOUNT, "auth_token_secret": "twilio-token"})
    assert given.status_code == 200, given.text
    call_id = await called(acme, network_result="no_answer")
    assert await say(acme, "status", busy(acme)) == 200
    async with acme.api.sessions() as session:
        assert (await session.get_one(Call, call_id)).network_result == "busy"


async def test_the_trunks_health_names_the_fault_that_its_calls_met(acme: Acme) -> None:
    await called(acme, network_result="config_error", sip_status_code=401, failure="permission_denied: Unauthorized")
    (trunk,) = (await acme.api.viewer.get("/trunks")).json()["items"]
    health = (await acme.api.viewer.get(f"/trunks/{trunk['id']}/health")).json()
    assert [(fault["kind"], fault["calls"]) for fault in health["faults"]] == [("wrong_password", 1)]
    assert health["status"] == "degraded"
    assert health["detail"].startswith("The carrier does not accept the trunk's user name and password.")
