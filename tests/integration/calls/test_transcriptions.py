"""A stored recording is transcribed anew: asked for over the API, heard by an agent with its own ticket, read by the next analysis."""

import sys
import uuid
from datetime import timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from agent_worker.control_plane_client import Superseded
from agent_worker.transcription import job
from agent_worker.transcription.client import TranscriptionClient
from control_plane.calls.transcription_tasks import GIVEN_UP_AFTER, transcribe_calls
from control_plane.calls.transcriptions import AGAIN_AFTER, MAY_TAKE, MOST_ATTEMPTS, MOST_VERSIONS
from control_plane.db.models import AgentWorker, CallTranscription, UsageRecord
from control_plane.kit.secrets import SecretBox
from sip_config.codec import decode, encode
from sip_config.contract import ConsentDecision, EventKind, ModelUsage, RecordingConsent, RecordingPolicy, Speaker
from sip_config.contract.transcription import HeardTurn, TranscriptionResult, TranscriptionTicket
from sip_config.naming import is_transcription_room, is_trial_room
from tests.integration.analysis.conftest import Desk, desk, talk
from tests.integration.calls.conftest import Agent, checked, settings, stage

__all__ = ["desk", "settings", "stage"]

SOUND = b"OggS and what follows"
NOTIFIED = RecordingConsent(RecordingPolicy.NOTIFY, ConsentDecision.NOTIFIED, 2.0, 2.0)
HEARD = (
    HeardTurn(Speaker.AGENT, "Will you come on Monday?", 4.0, 6.0),
    HeardTurn(Speaker.CALLEE, "Please never call me again.", 7.0, 9.0),
)

TWO_MINUTES = ModelUsage("stt", "gpt-4o-mini-transcribe", {"audio_duration": 120.0})
FOR_TWO_MINUTES = Decimal("0.0060")


async def recorded(desk: Desk, *said: tuple[str, str], **changes: Any) -> tuple[Any, Agent]:
    """A call that is over and analysed, with its recording."""
    call, agent = await desk.stage.in_progress()
    assert (await agent.client.put("/recording", content=SOUND)).status_code == 200
    await agent.reports(turns=talk(*said), **({"recording_consent": NOTIFIED} | changes))
    await desk.work()
    return call, agent


def path_of(call: Any) -> str:
    return f"/calls/{call['id']}/transcriptions"


def worker_of(desk: Desk) -> dict[str, Any]:
    """What the task worker has."""
    return {"telephony": desk.stage.telephony, "secret_box": desk.stage.api.app.state.secret_box} | desk.ctx


async def month(desk: Desk) -> tuple[int, Decimal, Decimal]:
    """Calls of this month, what their models have cost, and what they have cost in all."""
    total = (await desk.stage.get("/usage"))["total"]
    return total["calls"], Decimal(total["model_cost"]), Decimal(total["cost"])


async def put_limits(desk: Desk, **monthly: Any) -> None:
    checked(await desk.stage.api.owner.put("/usage/limits", json={"monthly": monthly}), 200)


async def sent(desk: Desk, later: timedelta = timedelta()) -> list[TranscriptionTicket]:
    """Tickets of the agents that are sent now."""
    desk.clock.advance(later)
    async with desk.stage.api.sessions.begin() as session:
        for row in await session.scalars(AgentWorker.__table__.select().with_only_columns(AgentWorker.id)):
            worker = await session.get_one(AgentWorker, row)
            worker.heartbeat_at = desk.now
    rooms = desk.stage.telephony.room_of
    before = {room: dispatched.agent_metadata for room, dispatched in rooms.items()}
    await transcribe_calls(worker_of(desk))
    new = {room: dispatched.agent_metadata for room, dispatched in rooms.items() if before.get(room) != dispatched.agent_metadata}
    assert all(is_transcription_room(room) and is_trial_room(room) for room in new)
    return [decode(TranscriptionTicket, metadata) for metadata in new.values()]


def client_of(desk: Desk, ticket: TranscriptionTicket) -> TranscriptionClient:
    return TranscriptionClient(desk.stage.api.client(base=""), "http://api.test", ticket)


async def shown(desk: Desk, call: Any) -> list[Any]:
    return (await desk.stage.get(path_of(call)))["items"]


async def test_a_recording_is_heard_anew_beside_the_first_transcript_and_analysed_by_it(desk: Desk) -> None:
    call, _ = await recorded(desk, ("callee", "Hello?"), ("agent", "Will you come?"), ("callee", "Yes, I will come."))
    assert (await desk.of(call))["outcome"]["value"] == "success"
    asked = await desk.stage.post(path_of(call), status=202)
    again = await desk.stage.post(path_of(call), status=202)
    assert (asked["state"], asked["version"], asked["id"]) == ("pending", 1, again["id"])
    (ticket,) = await sent(desk)
    agent = client_of(desk, ticket)
    given = await agent.transcription_order()
    assert (given.order.models.stt, given.order.models.stt_provider, given.order.language) == ("gpt-4o-mini-transcribe", "openai", "en")
    assert (given.from_s, given.order.to, given.order.system_prompt) == (2.0, "", "")
    assert await agent.recording() == SOUND
    await agent.tell(TranscriptionResult(HEARD))
    (done,) = await shown(desk, call)
    assert (done["state"], done["is_current"], done["provider"], done["model"]) == ("done", True, "openai", "gpt-4o-mini-transcribe")
    assert [turn["text"] for turn in done["turns"]] == [turn.text for turn in HEARD]
    assert len((await desk.stage.get(f"/calls/{call['id']}/transcript"))["turns"]) == 3
    await desk.work()
    found = await desk.of(call)
    assert (found["cause"], found["version"]) == ("transcription", 2)
    assert (found["opt_out"]["quote"], found["opt_out"]["offset_s"]) == ("Please never call me again.", 7.0)
    # What was said before the recording began is known from the call alone.
    assert found["talk"]["callee_turns"] == 2


async def test_a_ticket_opens_its_own_recording_once_and_an_older_one_nothing(desk: Desk) -> None:
    call, _ = await recorded(desk, ("callee", "Hello?"))
    await desk.stage.post(path_of(call), status=202)
    (first,) = await sent(desk)
    assert await sent(desk) == []
    (second,) = await sent(desk, AGAIN_AFTER)
    for ticket in (first, TranscriptionTicket(second.transcription_id, "wrong"), TranscriptionTicket(str(uuid.uuid4()), second.token)):
        with pytest.raises(Superseded):
            await client_of(desk, ticket).transcription_order()
        with pytest.raises(Superseded):
            await client_of(desk, ticket).recording()
    agent = client_of(desk, second)
    await agent.transcription_order()
    assert await sent(desk, AGAIN_AFTER) == []
    await agent.tell(TranscriptionResult())
    with pytest.raises(Superseded):
        await agent.tell(TranscriptionResult(HEARD))
    assert [each["turns"] for each in await shown(desk, call)] == [[]]


async def test_a_failure_that_may_pass_is_tried_again_and_one_that_lasts_is_said(desk: Desk) -> None:
    call, _ = await recorded(desk, ("callee", "Hello?"))
    await desk.stage.post(path_of(call), status=202)
    for attempt in range(MOST_ATTEMPTS):
        (ticket,) = await sent(desk, AGAIN_AFTER)
        agent = client_of(desk, ticket)
        await agent.transcription_order()
        await agent.tell(TranscriptionResult(error=f"The model did not answer ({attempt}).", may_pass=True))
    (failed,) = await shown(desk, call)
    assert (failed["state"], failed["note"]) == ("failed", f"The model did not answer ({MOST_ATTEMPTS - 1}).")
    assert (await desk.stage.post(path_of(call), status=202))["version"] == 2
    (ticket,) = await sent(desk)
    agent = client_of(desk, ticket)
    await agent.transcription_order()
    await agent.tell(TranscriptionResult(error="Deepgram is not installed.", may_pass=False))
    assert [each["note"] for each in await shown(desk, call)] == ["Deepgram is not installed.", failed["note"]]


async def test_what_its_model_consumes_is_counted_with_the_call_also_where_it_failed(desk: Desk) -> None:
    call, _ = await recorded(desk, ("callee", "Hello?"))
    calls, of_models, cost = await month(desk)
    first = Decimal((await desk.stage.get(f"/calls/{call['id']}"))["cost"])
    await put_limits(desk, cost=str(cost + FOR_TWO_MINUTES))
    await desk.stage.post(path_of(call), status=202)
    (ticket,) = await sent(desk)
    agent = client_of(desk, ticket)
    await agent.transcription_order()
    await agent.tell(TranscriptionResult(error="The model did not answer.", may_pass=True, usage=(TWO_MINUTES,)))
    assert await month(desk) == (calls, of_models + FOR_TWO_MINUTES, cost + FOR_TWO_MINUTES)
    assert Decimal((await desk.stage.get(f"/calls/{call['id']}"))["cost"]) == first + FOR_TWO_MINUTES
    async with desk.stage.api.sessions() as session:
        record = await session.get_one(UsageRecord, uuid.UUID(call["id"]))
    assert [(used["kind"], used["transcription"], used["cost"]) for used in record.models] == [("stt", 1, "0.0060")]
    # What may be spent is spent now, so no other agent is sent.
    assert await sent(desk, AGAIN_AFTER) == []
    (failed,) = await shown(desk, call)
    assert failed["state"] == "failed"
    assert "a month is used up" in failed["note"]
    assert [each["percent"] for each in (await desk.stage.get("/usage"))["notices"]] == [50, 80, 100]
    refused = await desk.stage.post(path_of(call), status=429)
    assert (refused["code"], refused["detail"]) == ("usage_limit_reached", failed["note"])
    await put_limits(desk, calls=calls)
    assert (await desk.stage.post(path_of(call), status=202))["version"] == 2, "it is no call"


async def test_a_report_that_comes_after_it_leaves_what_it_consumed_counted(desk: Desk) -> None:
    call, agent = await desk.stage.in_progress()
    assert (await agent.client.put("/recording", content=SOUND)).status_code == 200
    await desk.stage.change(call, state="ended", ended_at=desk.now)
    await desk.stage.post(path_of(call), status=202)
    (ticket,) = await sent(desk, AGAIN_AFTER)
    heard = client_of(desk, ticket)
    await heard.transcription_order()
    await heard.tell(TranscriptionResult(HEARD, usage=(TWO_MINUTES,)))
    await agent.reports(usage=(TWO_MINUTES,))
    assert (await month(desk))[1] == 2 * FOR_TWO_MINUTES


async def test_a_credential_that_cannot_be_used_ends_it_at_once(desk: Desk) -> None:
    call, _ = await recorded(desk, ("callee", "Hello?"))
    stage = desk.stage
    checked(await stage.api.owner.post("/secrets", json={"name": "ours", "value": "sk-ours"}), 201)
    ear = {"models": {"stt": {"credential": "ours"}}}
    checked(await stage.api.manager.patch(f"/assistants/{stage.assistant_id}", json=ear), 200)
    await stage.post(f"/assistants/{stage.assistant_id}/publish")
    desk.extra["secret_box"] = SecretBox("A" * 43 + "=")
    await stage.post(path_of(call), status=202)
    assert await sent(desk) == []
    (failed,) = await shown(desk, call)
    assert (failed["state"], failed["note"]) == ("failed", "The secret 'ours' of the assistant's stt cannot be used.")
    del desk.extra["secret_box"]
    await stage.post(path_of(call), status=202)
    (ticket,) = await sent(desk)
    assert (await client_of(desk, ticket).transcription_order()).order.credentials["stt"].api_key == "sk-ours"


async def test_a_call_is_heard_anew_a_few_times_only(desk: Desk) -> None:
    call, _ = await recorded(desk, ("callee", "Hello?"))
    asked = await desk.stage.post(path_of(call), status=202)
    async with desk.stage.api.sessions.begin() as session:
        row = await session.get_one(CallTranscription, uuid.UUID(asked["id"]))
        row.version = MOST_VERSIONS
    assert (await desk.stage.post(path_of(call), status=202))["id"] == asked["id"], "the last waits"
    async with desk.stage.api.sessions.begin() as session:
        (await session.get_one(CallTranscription, row.id)).state = "failed"
    refused = await desk.stage.post(path_of(call), status=409)
    assert (refused["code"], refused["detail"]) == (
        "too_many_transcriptions",
        "A recording is transcribed anew 10 times at most, and this one has been.",
    )


async def test_agents_that_never_come_back_are_given_up(desk: Desk) -> None:
    call, _ = await recorded(desk, ("callee", "Hello?"))
    await desk.stage.post(path_of(call), status=202)
    for _ in range(MOST_ATTEMPTS):
        (ticket,) = await sent(desk, MAY_TAKE)
        await client_of(desk, ticket).transcription_order()
    assert await sent(desk, MAY_TAKE) == []
    (failed,) = await shown(desk, call)
    assert (failed["state"], failed["note"]) == ("failed", "Agents began it several times and none has finished.")
    await desk.stage.post(path_of(call), status=202)
    assert await sent(desk, GIVEN_UP_AFTER + timedelta(seconds=1)) == []
    assert (await shown(desk, call))[0]["note"] == "No agent worker had time for it within a day."


async def test_as_many_are_heard_at_once_as_there_are_agent_workers(desk: Desk) -> None:
    for _ in range(2):
        call, _ = await recorded(desk, ("callee", "Hello?"))
        await desk.stage.post(path_of(call), status=202)
    (first,) = await sent(desk)
    assert await sent(desk) == []
    agent = client_of(desk, first)
    await agent.transcription_order()
    assert await sent(desk) == []
    await agent.tell(TranscriptionResult(HEARD))
    (second,) = await sent(desk)
    assert second.transcription_id != first.transcription_id


async def test_without_an_agent_worker_it_waits_and_says_so(desk: Desk) -> None:
    call, _ = await recorded(desk, ("callee", "Hello?"))
    await desk.stage.post(path_of(call), status=202)
    desk.clock.advance(timedelta(hours=2))
    await transcribe_calls(worker_of(desk))
    (waiting,) = await shown(desk, call)
    assert (waiting["state"], waiting["note"]) == ("pending", "No agent worker is running; it is waited for.")
    assert len(await sent(desk, AGAIN_AFTER)) == 1
    assert await sent(desk, GIVEN_UP_AFTER) == []
    assert [each["note"] for each in await shown(desk, call)] == ["No agent worker had time for it within a day."]


async def test_what_may_not_be_kept_is_neither_heard_nor_stored(desk: Desk) -> None:
    call, agent = await desk.stage.in_progress()
    problem = await desk.stage.post(path_of(call), status=409)
    assert problem["code"] == "recording_not_found"
    assert (await agent.client.put("/recording", content=SOUND)).status_code == 200
    assert "not over yet" in (await desk.stage.post(path_of(call), status=409))["detail"]
    await agent.reports(turns=talk(("callee", "Hello?")), recording_consent=NOTIFIED)
    await desk.work()
    await desk.stage.post(path_of(call), status=202)
    (ticket,) = await sent(desk)
    heard = client_of(desk, ticket)
    await heard.transcription_order()
    # An objection that is reported late takes all of it away, also from an agent that is at it.
    refused = {"policy": "notify", "decision": "refused", "notice_at_s": 2.0, "kept_from_s": None, "quote": "Do not record me."}
    await agent.says(EventKind.RECORDING, **refused)
    with pytest.raises(Superseded):
        await heard.tell(TranscriptionResult(HEARD))
    assert await shown(desk, call) == []
    assert "refused" in (await desk.stage.post(path_of(call), status=409))["detail"]


async def test_a_carriers_recording_does_not_tell_who_speaks(desk: Desk) -> None:
    call, _ = await recorded(desk, ("callee", "Hello?"))
    await desk.stage.post(path_of(call), status=202)
    await desk.stage.change(call, recording_key=f"recordings/{call['id']}.wav")
    assert await sent(desk) == []
    assert "made by the carrier" in (await shown(desk, call))[0]["note"]
    assert "made by the carrier" in (await desk.stage.post(path_of(call), status=409))["detail"]


async def test_the_worker_says_in_a_sentence_that_the_ears_vendor_is_not_installed(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "livekit.plugins.deepgram", None)
    stage = desk.stage
    assistant = f"/assistants/{stage.assistant_id}"
    changed = checked(await stage.api.manager.patch(assistant, json={"models": {"stt": {"provider": "deepgram"}}}), 200)
    assert changed["models"]["stt"] == {"provider": "deepgram", "model": None, "credential": None}
    await stage.post(f"{assistant}/publish")
    call, _ = await recorded(desk, ("callee", "Hello?"))
    await stage.post(path_of(call), status=202)
    (ticket,) = await sent(desk)
    left: list[str] = []

    async def nothing() -> None:
        left.append("room")

    context: Any = SimpleNamespace(job=SimpleNamespace(metadata=encode(ticket), id="job"), connect=nothing, delete_room=nothing)
    context.shutdown = lambda **_: left.append("job")
    monkeypatch.setattr(job, "NICENESS", 0)
    warm: Any = SimpleNamespace(http=stage.api.client(base=""), vad=SimpleNamespace(update_options=lambda **_: None))
    await job.run(context, SimpleNamespace(control_plane_url="http://api.test"), warm)  # type: ignore[arg-type]
    assert left == ["room", "room", "job"]
    (failed,) = await shown(desk, call)
    assert failed["state"] == "failed"
    assert failed["note"].startswith("Deepgram is not installed in this agent worker: install the extra callwright[deepgram] there.")
    assert (failed["provider"], failed["model"]) == ("deepgram", "nova-3")
