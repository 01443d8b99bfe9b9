"""The internal side: what agents and agent workers may say over HTTP, and what they are told when they may not."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import func, select

from control_plane.calls import reducer
from control_plane.db.models import AgentWorker, CallEventRecord, ContactFact, Suppression
from control_plane.db.models import RiskFlag as StoredRisk
from control_plane.db.unit import open_unit
from control_plane.domain.call_state import Fact
from control_plane.kit.clock import SystemClock
from control_plane.kit.queue import Nudge
from sip_config.codec import decode, encode
from sip_config.contract import (
    CONTRACT_VERSION,
    CallEvent,
    CallOrder,
    ConsentDecision,
    DispatchTicket,
    EventKind,
    Outcome,
    RecordingConsent,
    RecordingPolicy,
    Remembered,
    RiskFlag,
    RiskLevel,
    Speaker,
    Turn,
    TurnsOrder,
    WorkerHeartbeat,
)
from sip_config.versions import VERSION_HEADER
from tests.integration.calls.conftest import CALLEE, Agent, Stage

ABSENT = "01a1fd7b-e956-71dd-b74a-bb272d0d4ed4"
BEAT = WorkerHeartbeat("worker-2", 3, draining=False)


def _requests(report: str = "{}") -> list[tuple[str, str, str]]:
    said = [("POST", "/events", "[]"), ("POST", "/opt-out", "{}"), ("PUT", "/report", report), ("PUT", "/recording", "x")]
    return [("GET", "/order", ""), *said]


def _report(call: Any, **fields: Any) -> dict[str, Any]:
    facts = {"answered": True, "answered_by": "human", "outcome": "success", "end_cause": "agent_hangup"}
    return {"call_id": call["id"], "generation": 1, **facts, **fields}


async def _numbers(stage: Stage) -> tuple[int, int]:
    """Events and suppressions there are."""
    async with stage.api.sessions() as session:
        events = await session.scalar(select(func.count()).select_from(CallEventRecord))
        return events or 0, await session.scalar(select(func.count()).select_from(Suppression)) or 0


async def test_the_order_is_complete_for_its_own_ticket(stage: Stage) -> None:
    call, agent = await stage.dispatched(agenda="Ask about Monday.")
    answer = await agent.client.get("/order", headers={VERSION_HEADER: str(CONTRACT_VERSION)})
    order = decode(CallOrder, answer.content)
    assert (order.call_id, order.to, order.agenda, order.opening_line) == (call["id"], CALLEE, "Ask about Monday.", "Hello.")


async def test_the_order_keeps_the_assistants_pace_of_turns(stage: Stage) -> None:
    await stage.api.manager.patch(f"/assistants/{stage.assistant_id}", json={"turns": {"pause_s": 0.9}})
    await stage.post(f"/assistants/{stage.assistant_id}/publish")
    _, agent = await stage.dispatched()
    answer = await agent.client.get("/order", headers={VERSION_HEADER: str(CONTRACT_VERSION)})
    assert decode(CallOrder, answer.content).turns == TurnsOrder(pause_s=0.9)


async def test_another_ticket_opens_nothing(stage: Stage) -> None:
    call, _ = await stage.dispatched()
    before = (await _numbers(stage), (await stage.row(call)).updated_at)
    client = stage.api.client("not-the-ticket", f"/internal/calls/{call['id']}")
    for method, path, body in _requests(json.dumps(_report(call))):
        answer = await client.request(method, path, content=body)
        assert (answer.status_code, answer.json()["code"]) == (409, "superseded"), path
    assert (await _numbers(stage), (await stage.row(call)).updated_at) == before


@pytest.mark.parametrize("header", [{}, {"Authorization": ""}, {"Authorization": "Basic eHg6eHg="}, {"Authorization": "Bearer "}])
async def test_no_ticket_at_all_is_not_signed_in(stage: Stage, header: dict[str, str]) -> None:
    call, _ = await stage.dispatched()
    client = stage.api.client("", f"/internal/calls/{call['id']}")
    for method, path, body in _requests(json.dumps(_report(call))):
        answer = await client.request(method, path, content=body, headers=header)
        assert (answer.status_code, answer.json()["code"]) == (401, "unauthorized"), path


async def test_an_api_key_is_no_ticket(stage: Stage) -> None:
    call, _ = await stage.dispatched()
    for key in ("cw_owner", "cw_agent"):
        answer = await stage.api.client(key, f"/internal/calls/{call['id']}").get("/order")
        assert (answer.status_code, answer.json()["code"]) == (409, "superseded")


async def test_a_call_that_is_not_there_is_said(stage: Stage) -> None:
    _, agent = await stage.dispatched()
    client = stage.api.client(agent.ticket.token, f"/internal/calls/{ABSENT}")
    for method, path, body in _requests(json.dumps(_report({"id": ABSENT}))):
        answer = await client.request(method, path, content=body)
        assert (answer.status_code, answer.json()["code"]) == (404, "call_not_found"), path


async def test_the_agent_of_a_call_that_is_over_is_sent_home(stage: Stage) -> None:
    call, agent = await stage.dispatched()
    await stage.post(f"/calls/{call['id']}/end", status=202)
    answer = await agent.client.get("/order")
    assert (answer.status_code, answer.json()["code"]) == (409, "call_over")


def _event(**changes: Any) -> dict[str, Any]:
    return {"id": "e1", "kind": "ready", "at": "2026-11-21T10:00:00Z", "generation": 1, "data": {}} | changes


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ([_event(kind="yawned")], "events[0].kind"),
        ([_event(), _event(id=7)], "events[1].id"),
        ([_event(at="noon")], "events[0].at"),
        ([_event(at="2026-11-21T10:00:00")], "events[0].at"),
        ([_event(mood="good")], "mood"),
        ([{"id": "e1"}], "kind"),
        ([_event(kind="turn", data={"seq": 1})], "events[0].data"),
        ([_event(kind="turn", data={"seq": "1", "speaker": "agent", "text": "Hi", "started_at_s": 0})], "events[0].data.seq"),
        ([_event(kind="turn", data={"seq": 1, "speaker": "dog", "text": "Wuff", "started_at_s": 0})], "events[0].data.speaker"),
        ([_event(kind="screened", data={"answered_by": "dog"})], "events[0].data.answered_by"),
        ([_event(), "ready"], "events[1]"),
        ({"events": []}, "list"),
        ([_event()] * 501, "500"),
        ([_event(data={"text": "a\x00b"})], ""),
        ([_event(id="\ud800")], ""),
        ([_event(kind="turn", data={"seq": 1, "speaker": "agent", "text": "\ud800", "started_at_s": 0})], ""),
        ([_event(kind="turn", data={"seq": 2**70, "speaker": "agent", "text": "Hi", "started_at_s": 0})], ""),
    ],
)
async def test_events_that_do_not_fit_are_refused_with_the_field_and_change_nothing(stage: Stage, body: Any, named: str) -> None:
    call, agent = await stage.dispatched()
    before = (await _numbers(stage), await stage.get(f"/calls/{call['id']}"))
    answer = await agent.client.post("/events", content=json.dumps(body))
    assert (answer.status_code, named in answer.json()["detail"]) == (400, True), answer.text
    assert (await _numbers(stage), await stage.get(f"/calls/{call['id']}")) == before


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b"null"])
async def test_bodies_that_are_no_json_are_refused(stage: Stage, body: bytes) -> None:
    _, agent = await stage.dispatched()
    for method, path in (("POST", "/events"), ("POST", "/opt-out"), ("PUT", "/report")):
        answer = await agent.client.request(method, path, content=body)
        assert (answer.status_code, answer.headers["content-type"]) == (400, "application/problem+json"), path


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"outcome": "splendid"}, "CallReport.outcome"),
        ({"answered": "yes"}, "CallReport.answered"),
        ({"end_cause": None}, "CallReport.end_cause"),
        ({"turns": [{"seq": 1}]}, "CallReport.turns[0]"),
        ({"answered_at": "noon"}, "CallReport.answered_at"),
        ({"tempo": 3}, "tempo"),
    ],
)
async def test_a_report_that_does_not_fit_is_refused_and_the_call_goes_on(stage: Stage, changes: Any, named: str) -> None:
    call, agent = await stage.in_progress()
    answer = await agent.client.put("/report", content=json.dumps(_report(call) | changes))
    assert (answer.status_code, answer.json()["code"], named in answer.json()["detail"]) == (400, "contract_mismatch", True), answer.text
    row = await stage.row(call)
    assert (row.state, row.reported_at, row.outcome) == ("in_progress", None, None)


async def test_an_event_that_is_sent_again_changes_nothing(stage: Stage) -> None:
    call, agent = await stage.dispatched()
    event = encode(CallEvent("ready-1", EventKind.READY, datetime.now(UTC), 1))
    first = await agent.client.post("/events", content=f"[{event},{event}]")
    assert first.json() == {"accepted": 2}
    before = (await _numbers(stage), (await stage.row(call)).ready_at)
    again = await agent.client.post("/events", content=f"[{event}]")
    assert (again.status_code, await _numbers(stage), (await stage.row(call)).ready_at) == (200, *before)


async def test_the_same_event_on_two_connections_at_once_is_one_event(stage: Stage) -> None:
    call, agent = await stage.dispatched()
    event = f"[{encode(CallEvent('ready-1', EventKind.READY, datetime.now(UTC), 1))}]"
    answers = await asyncio.gather(*(agent.client.post("/events", content=event) for _ in range(8)))
    assert {answer.status_code for answer in answers} == {200}
    events = (await stage.get(f"/calls/{call['id']}/events"))["items"]
    assert [event["kind"] for event in events] == ["dispatched", "ready"]


async def test_an_agent_that_is_quicker_than_the_dispatching_task_is_heard(stage: Stage) -> None:
    quick = stage.telephony.dispatch

    async def dispatch_and_be_ready(order: Any) -> None:
        await quick(order)
        ticket = decode(DispatchTicket, order.agent_metadata)
        await Agent(stage.api.client(ticket.token, f"/internal/calls/{ticket.call_id}"), ticket.call_id, ticket).says(EventKind.READY)

    stage.telephony.dispatch = dispatch_and_be_ready  # type: ignore[method-assign]
    call, _ = await stage.dispatched()
    assert ((await stage.row(call)).state, Nudge("place_call", call["id"]) in stage.api.queue.sent) == ("ready", True)
    events = (await stage.get(f"/calls/{call['id']}/events"))["items"]
    assert [event["kind"] for event in events] == ["ready", "dispatched"]


async def test_heartbeats_of_an_agent_keep_its_call_alive_and_fill_no_ledger(stage: Stage) -> None:
    call, agent = await stage.in_progress()
    await stage.change(call, lease_until=datetime.now(UTC))
    before = await _numbers(stage)
    await agent.says(EventKind.HEARTBEAT)
    lease = (await stage.row(call)).lease_until
    assert lease is not None
    assert lease > datetime.now(UTC) + timedelta(seconds=20)
    assert await _numbers(stage) == before


async def _beat(stage: Stage, client: httpx.AsyncClient, body: str) -> httpx.Response:
    path = httpx.URL("http://api.test/internal/workers/heartbeat")
    return await client.post(path, content=body)


async def test_a_workers_heartbeat_is_taken_from_a_worker_only(stage: Stage) -> None:
    roles = {name: (await _beat(stage, client, encode(BEAT))).status_code for name, client in stage.api.clients.items()}
    assert roles == {"owner": 403, "manager": 403, "viewer": 403, "agent": 200, "stranger": 403}
    assert (await _beat(stage, stage.api.client(""), encode(BEAT))).status_code == 401
    assert (await _beat(stage, stage.api.client("cw_unknown"), encode(BEAT))).status_code == 401


async def test_a_heartbeat_is_stored_and_a_change_wakes_the_dialer(stage: Stage) -> None:
    for _ in range(2):
        await _beat(stage, stage.api.agent, encode(BEAT))
    assert stage.api.queue.sent == [Nudge("tick")]
    async with stage.api.sessions() as session:
        worker = await session.get_one(AgentWorker, "worker-2")
    assert (worker.slots, worker.draining, worker.registered, worker.calls) == (3, False, True, [])


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"slots": "3"}, "slots"),
        ({"calls": ["x"]}, "calls"),
        ({"mood": 1}, "mood"),
        ({"slots": 2**70}, ""),
        ({"slots": -1}, "slots"),
        ({"worker_id": "a\x00b"}, ""),
    ],
)
async def test_a_heartbeat_that_does_not_fit_is_refused(stage: Stage, changes: Any, named: str) -> None:
    answer = await _beat(stage, stage.api.agent, json.dumps(json.loads(encode(BEAT)) | changes))
    assert (answer.status_code, named in answer.json()["detail"]) == (400, True), answer.text
    async with stage.api.sessions() as session:
        assert await session.get(AgentWorker, "worker-2") is None


async def test_an_opt_out_is_answered_only_when_every_other_connection_can_see_it(stage: Stage) -> None:
    call, agent = await stage.in_progress()
    seen: list[int] = []

    async def watched(scope: Any, receive: Any, send: Any) -> None:
        async def look_then_send(message: Any) -> None:
            if message["type"] == "http.response.start":
                seen.append((await _numbers(stage))[1])
            await send(message)

        await stage.api.app(scope, receive, look_then_send)

    transport, headers = httpx.ASGITransport(app=watched), agent.client.headers
    async with httpx.AsyncClient(transport=transport, base_url=agent.client.base_url, headers=headers) as client:
        answer = await client.post("/opt-out", json={"quote": "Stop calling me.", "offset_s": 3.25})
    assert (answer.json(), seen) == ({"committed": True}, [1])
    async with stage.api.sessions() as session:
        row = await session.scalar(select(Suppression))
    assert row is not None
    assert (row.e164, row.source, row.call_id) == (CALLEE, "call", UUID(call["id"]))
    assert row.evidence == "Stop calling me. (at 3.2 s of the call)"


async def test_an_opt_out_that_is_not_committed_is_not_confirmed(stage: Stage) -> None:
    call, agent = await stage.in_progress()
    answer = await agent.client.post("/opt-out", json={"quote": "Stop\x00", "offset_s": 3})
    assert (answer.status_code, await _numbers(stage)) == (400, ((await _numbers(stage))[0], 0))
    assert (await stage.row(call)).outcome is None


async def test_an_opt_out_outlives_the_report_and_ends_all_other_calls_to_the_number(stage: Stage) -> None:
    call, agent = await stage.in_progress()
    later = await stage.call(schedule_at=(datetime.now(UTC) + timedelta(hours=1)).isoformat())
    for _ in range(2):
        assert (await agent.client.post("/opt-out", json={"quote": "Stop."})).status_code == 200
    await agent.reports(outcome=Outcome.SUCCESS)
    assert (await stage.get(f"/calls/{call['id']}"))["outcome"] == "do_not_call"
    await stage.change(later, due_at=datetime.now(UTC))
    await stage.tick()
    assert ((await stage.row(later)).state, len(stage.telephony.sent)) == ("released", 1)


async def test_a_report_that_is_sent_again_is_taken_and_changes_nothing(stage: Stage) -> None:
    call, agent = await stage.in_progress()
    await agent.reports()
    before = await stage.get(f"/calls/{call['id']}")
    await agent.reports(outcome=Outcome.NOT_INTERESTED)
    assert await stage.get(f"/calls/{call['id']}") == before


async def test_a_recording_is_stored_and_a_second_one_replaces_it(stage: Stage) -> None:
    call, agent = await stage.in_progress()
    for sound in (b"first", b"second" * 100_000):
        assert (await agent.client.put("/recording", content=sound)).json() == {"stored": True}
        assert (await stage.api.viewer.get(f"/calls/{call['id']}/recording")).content == sound


async def test_the_agents_recording_takes_the_place_of_the_carriers_and_a_refusal_takes_it_away(stage: Stage) -> None:
    call, agent = await stage.in_progress()
    carriers = f"recordings/{call['id']}.wav"

    async def sound() -> AsyncIterator[bytes]:
        yield b"RIFF"

    await stage.api.app.state.storage.put(carriers, sound())
    await stage.change(call, recording_key=carriers)
    assert (await agent.client.put("/recording", content=b"OggS")).status_code == 200
    assert [path.name for path in _stored_files(stage)] == [f"{call['id']}.ogg"]
    await agent.reports(recording_consent=RecordingConsent(RecordingPolicy.NOTIFY, ConsentDecision.REFUSED))
    assert ((await stage.row(call)).recording_key, _stored_files(stage)) == (None, [])


async def test_a_recording_of_a_person_who_was_forgotten_meanwhile_is_not_kept(stage: Stage) -> None:
    call, agent = await stage.in_progress()
    await stage.change(call, erased_at=datetime.now(UTC), to_e164="")
    assert (await agent.client.put("/recording", content=b"OggS")).status_code == 200
    assert ((await stage.row(call)).recording_key, _stored_files(stage)) == (None, [])


async def test_of_a_call_whose_person_was_forgotten_only_figures_are_taken_from_a_late_report(stage: Stage) -> None:
    call, agent = await stage.in_progress()
    async with open_unit(stage.api.sessions, stage.api.queue, SystemClock(), actor="system") as unit:
        await reducer.hear(unit, UUID(call["id"]), reducer.Testimony("sweep", "over", "over", unit.now, Fact.FINISHED_WITHOUT_REPORT))
    assert (await stage.api.manager.post("/erasures", json={"e164": CALLEE})).status_code == 202
    turn = Turn(1, Speaker.CALLEE, "I am Ada.", 1.0, mood="sad")
    await agent.says(EventKind.TURN, **asdict(turn))
    risk, fact = RiskFlag("medical", RiskLevel.CONCERN, "I fell."), Remembered(1, "Ada has a dog.")
    await agent.reports(turns=(turn,), summary="Ada fell.", risks=(risk,), remembered=(fact,))
    shown = await stage.get(f"/calls/{call['id']}")
    assert (shown["summary"], shown["answered_by"]) == ("", "human")
    assert (await stage.get(f"/calls/{call['id']}/transcript"))["turns"] == []
    async with stage.api.sessions() as session:
        kept = [row for kind in (StoredRisk, ContactFact) for row in await session.scalars(select(kind))]
        events = [event.data for event in await session.scalars(select(CallEventRecord))]
    assert (kept, "Ada" in str(events)) == ([], False)


async def test_a_recording_larger_than_other_bodies_is_taken(stage: Stage) -> None:
    _, agent = await stage.in_progress()
    assert (await agent.client.put("/recording", content=bytes(3_000_000))).status_code == 200
    assert (await agent.client.put("/report", content=bytes(3_000_000))).status_code == 413


def _stored_files(stage: Stage) -> list[Path]:
    folder = Path(httpx.URL(stage.api.settings.storage_url).path)
    return [path for path in folder.rglob("*") if path.is_file()]


async def test_an_upload_that_breaks_off_leaves_no_recording(stage: Stage) -> None:
    call, agent = await stage.in_progress()

    async def broken() -> Any:
        yield b"begins"
        raise ConnectionError("gone")

    assert (await agent.client.put("/recording", content=broken())).status_code >= 500
    assert (await stage.row(call)).recording_key is None
    assert _stored_files(stage) == []


async def test_the_words_of_a_late_agent_are_kept_and_move_nothing(stage: Stage) -> None:
    call, agent = await stage.in_progress()
    await agent.reports()
    await agent.says(EventKind.RINGING, EventKind.ANSWERED, EventKind.FAILED)
    assert (await stage.row(call)).state == "ended"
    late = (await stage.get(f"/calls/{call['id']}/events"))["items"][-3:]
    assert {event["effect"] for event in late} == {"the call is over; kept as an amendment"}
