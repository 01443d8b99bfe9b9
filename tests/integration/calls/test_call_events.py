"""What the outside is told of a call, from the request to the recording."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from control_plane.db.models import WebhookEvent
from control_plane.telephony.port import Refused
from sip_config.contract import EventKind, Outcome, RecordingConsent, Turn
from tests.integration.calls.conftest import CALLEE, Stage

ALL = ["call.queued", "call.started", "call.ringing", "call.answered"]


async def listening(stage: Stage, **fields: Any) -> None:
    await stage.post("/webhook-endpoints", {"url": "https://hooks.example.com/", **fields})


async def told(stage: Stage) -> list[tuple[str, dict[str, Any]]]:
    async with stage.api.sessions() as session:
        return [(row.type, row.data) for row in await session.scalars(select(WebhookEvent).order_by(WebhookEvent.id))]


async def names(stage: Stage) -> list[str]:
    return [name for name, _ in await told(stage)]


async def test_an_answered_call_is_told_from_the_request_to_the_recording(stage: Stage) -> None:
    await listening(stage)
    call, agent = await stage.dialing(user_id="u-7", metadata={"order": 12})
    assert await names(stage) == ALL[:2]
    await agent.says(EventKind.RINGING)
    await agent.says(EventKind.ANSWERED)
    assert await names(stage) == ALL
    await agent.reports(turns=(Turn(1, "agent", "Hello.", 0.1),))
    assert (await agent.client.put("/recording", content=b"OggS")).status_code < 300
    assert (await agent.client.put("/recording", content=b"OggS")).status_code < 300
    events = await told(stage)
    assert [name for name, _ in events] == [*ALL, "call.ended", "call.transcript", "call.recording_ready"]
    assert {data["id"] for _, data in events} == {call["id"]}
    assert {(data["user_id"], str(data["metadata"])) for _, data in events} == {("u-7", "{'order': 12}")}
    assert [data["status"] for _, data in events[:5]] == ["pending", "calling", "calling", "answered", "completed"]
    ended = events[4][1]
    assert (ended["state"], ended["outcome"], ended["answered_by"], ended["network_result"]) == ("ended", "success", "human", "answered")
    assert (events[5][1]["turns"], events[5][1]["transcript_url"]) == (1, f"/api/v1/calls/{call['id']}/transcript")
    assert events[6][1]["recording_url"] == f"/api/v1/calls/{call['id']}/recording"
    assert not any(word in str(events) for word in (CALLEE, "Hello"))


async def test_a_tool_is_told_of_once_by_its_name_and_without_what_it_was_given(stage: Stage) -> None:
    await listening(stage, events=["call.function_called"])
    call, agent = await stage.dialing()
    await agent.says(EventKind.ANSWERED)
    for _ in range(2):
        await agent.says(EventKind.TOOL_CALLED, name="set_outcome", arguments="Grace", result="ok")
        agent.said -= 1
    ((name, data),) = await told(stage)
    assert (name, data["id"], data["function"]) == ("call.function_called", call["id"], {"name": "set_outcome"})
    assert data["events_url"] == f"/api/v1/calls/{call['id']}/events"
    assert "Grace" not in str(data)


async def test_a_call_that_nobody_answers_is_told_without_what_nobody_saw(stage: Stage) -> None:
    await listening(stage)
    call, _ = await stage.dialing()
    await stage.network_says(call, Refused(486, "Busy Here", ""))
    events = await told(stage)
    assert [name for name, _ in events] == ["call.queued", "call.started", "call.ended"]
    assert (events[2][1]["status"], events[2][1]["network_result"]) == ("failed", "busy")


async def test_a_call_that_never_was_dialled_ends_too(stage: Stage) -> None:
    await listening(stage)
    call = await stage.call()
    await stage.post(f"/calls/{call['id']}/end", status=202)
    assert [(name, data["state"]) for name, data in await told(stage)] == [("call.queued", "queued"), ("call.ended", "released")]


async def test_a_promised_callback_is_told_once_however_often_it_is_said(stage: Stage) -> None:
    await listening(stage, events=["callback.scheduled"])
    call, agent = await stage.dialing()
    at = (datetime.now(UTC) + timedelta(days=1)).replace(microsecond=0)
    await agent.says(EventKind.ANSWERED)
    await agent.says(EventKind.OUTCOME_SET, label="callback", callback_at=at.isoformat())
    await agent.reports(outcome=Outcome.CALLBACK, callback_at=at)
    ((name, data),) = await told(stage)
    assert (name, data["id"], datetime.fromisoformat(data["callback_at"])) == ("callback.scheduled", call["id"], at)


async def test_an_opt_out_in_a_call_names_the_call_and_is_heard_by_the_assistants_endpoint(stage: Stage) -> None:
    await listening(stage, events=["contact.opted_out"], assistant_id=stage.assistant_id)
    call, agent = await stage.dialing()
    await agent.says(EventKind.ANSWERED)
    assert (await agent.client.post("/opt-out", json={"quote": "Never again", "offset_s": 1.5})).status_code < 300
    ((name, data),) = await told(stage)
    assert (name, data["call_id"], data["source"]) == ("contact.opted_out", call["id"], "call")
    assert "Never" not in str(data)


async def test_a_conversation_that_may_not_be_kept_has_no_transcript_to_tell_of(stage: Stage) -> None:
    await listening(stage, events=["call.transcript"])
    _, agent = await stage.dialing()
    await agent.says(EventKind.ANSWERED)
    refused = RecordingConsent("notify_and_affirm", "refused", 0.5, None, "No.")  # type: ignore[arg-type]
    await agent.reports(turns=(Turn(1, "agent", "Hello.", 0.1),), recording_consent=refused)
    assert await told(stage) == []


async def test_what_the_caller_said_of_a_call_goes_with_the_person(stage: Stage) -> None:
    await listening(stage, events=["call.queued", "call.ended"])
    call = await stage.call(user_id="bo@example.com", metadata={"name": "Bo"})
    await stage.post(f"/calls/{call['id']}/end", status=202)
    await stage.post("/erasures", {"e164": CALLEE}, 202)
    events = await told(stage)
    assert len(events) == 2
    assert not any("Bo" in str(data) or "bo@" in str(data) for _, data in events)
    assert {UUID(data["id"]) for _, data in events} == {UUID(call["id"])}
