"""One trace and one count for each call, over the API that is asked for it, the tasks that dial it and the agent that holds it."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from livekit.agents import telemetry as livekit_telemetry
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from agent_worker import telemetry as agent_telemetry
from agent_worker.control_plane_client import CallClient, Superseded
from agent_worker.telemetry import CallTrace, Discreet
from control_plane.dialer import place
from control_plane.kit import telemetry
from control_plane.kit.metrics import REGISTRY
from control_plane.telephony.port import Answered, Refused
from sip_config.contract import CONTRACT_VERSION, AnsweredBy, CallEvent, CallReport, EndCause, EventKind, Outcome
from sip_config.naming import room_name
from sip_config.versions import VERSION_HEADER
from tests.integration.calls.conftest import CALLEE, CALLER, Stage

SPANS = {
    "api": {"create", "POST /internal/calls/{call_id}/events"},
    "task": {"claim", "dispatch", "trunk turn", "dial"},
    "agent": {"agent", "get ready", "agent_session", "conversation", "report"},
    "whoever": {"call", "agent ready", "settle", "PUT /internal/calls/{call_id}/report"},
}


@pytest.fixture
def exported(monkeypatch: pytest.MonkeyPatch) -> Iterator[InMemorySpanExporter]:
    """What the control plane and the agent would send to a collector."""
    monkeypatch.setattr(agent_telemetry._Exporting, "provider", None)
    exporter, tracer = InMemorySpanExporter(), livekit_telemetry.tracer
    before = tracer._tracer_provider
    agent_telemetry.export(SimpleSpanProcessor(Discreet(exporter)))
    with telemetry.exporting("control plane", SimpleSpanProcessor(exporter)):
        yield exporter
    tracer.set_provider(before)


class Talk:
    """An agent by the product's own client and spans, without a voice."""

    def __init__(self, stage: Stage, call: Any) -> None:
        self._stage, self._call = stage, call
        self._ticket = stage.agent_of(call).ticket
        transport = httpx.ASGITransport(app=stage.api.app)  # type: ignore[arg-type]
        self._client = CallClient(httpx.AsyncClient(transport=transport), "http://api.test", self._ticket)
        self._trace, self._count = CallTrace(), 0

    async def hold(self) -> None:
        order = await self._client.order()
        with self._trace.begin(order) as self._client.traceparent:
            with self._trace.span("get ready"), livekit_telemetry.tracer.start_as_current_span("agent_session"):
                await self._says(EventKind.READY)
            self._stage.telephony.agent_joins(room_name(self._call["id"]))
            self._stage.telephony.answer(room_name(self._call["id"]), Answered())
            await place.place(self._stage.dialer, (await self._stage.row(self._call)).id)
            with self._trace.span("conversation"):
                await self._says(EventKind.ANSWERED, EventKind.HANGING_UP)
        with self._trace.span("report"):
            await self._client.put_report(self._report())
        self._trace.end()
        await self._client.aclose()

    async def _says(self, *kinds: EventKind) -> None:
        self._count += 1
        at, generation = datetime.now(UTC), self._ticket.generation
        await self._client.send_events([CallEvent(f"{kind}-{self._count}", kind, at, generation) for kind in kinds])

    def _report(self) -> CallReport:
        said = (AnsweredBy.HUMAN, Outcome.SUCCESS, EndCause.AGENT_HANGUP)
        return CallReport(self._call["id"], self._ticket.generation, True, *said, answered_at=datetime.now(UTC))


def value(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


def figures() -> dict[str, float]:
    return {
        "claims": value("callwright_claims_total", purpose="single"),
        "dials": value("callwright_dials_total", network_result="answered"),
        "answers": value("callwright_answers_total", answered_by="human"),
        "ready": value("callwright_agent_ready_seconds_count"),
        "paced": value("callwright_pacing_delay_seconds_count"),
    }


def parents(spans: tuple[ReadableSpan, ...]) -> dict[str, str]:
    """The name of each span's parent by its own."""
    names = {span.context.span_id: span.name for span in spans if span.context}
    return {span.name: names[span.parent.span_id] for span in spans if span.parent}


async def test_one_call_is_one_trace_over_api_task_and_agent(stage: Stage, exported: InMemorySpanExporter) -> None:
    call, _ = await stage.dispatched()
    await Talk(stage, call).hold()
    spans = exported.get_finished_spans()
    row = await stage.row(call)
    assert row.state == "ended"
    assert {span.name for span in spans} == set().union(*SPANS.values())
    assert {f"{span.context.trace_id:032x}" for span in spans if span.context} == {row.trace_context.split("-")[1]}
    (root,) = [span for span in spans if span.parent is None]
    assert (root.name, root.context and f"{root.context.span_id:016x}") == ("call", row.trace_context.split("-")[2])
    told = parents(spans)
    under_agent = {name for name, parent in told.items() if parent == "agent"}
    assert under_agent == {"get ready", "agent_session", "conversation", "report"} | {name for name in told if "/internal/" in name}
    assert {name for name, parent in told.items() if parent == "call"} == set(told) - under_agent


async def test_a_trace_tells_what_came_of_the_call_and_nothing_of_anybody(stage: Stage, exported: InMemorySpanExporter) -> None:
    call, _ = await stage.dispatched()
    await Talk(stage, call).hold()
    spans = {span.name: span for span in exported.get_finished_spans()}
    facts = dict(spans["call"].attributes or {})
    assert facts == {
        "callwright.call_id": call["id"],
        "callwright.purpose": "single",
        "callwright.attempt": 1,
        "callwright.state": "ended",
        "callwright.network_result": "answered",
        "callwright.answered_by": "human",
        "callwright.outcome": "success",
        "callwright.end_cause": "agent_hangup",
    }
    assert (spans["dial"].attributes or {})["callwright.result"] == "answered"
    whole = "".join(span.to_json() for span in spans.values())
    assert not [word for word in (CALLEE, CALLER, CALLEE[1:], "Hello.", "Be kind") if word in whole]


async def test_what_happens_to_a_call_is_counted_once(stage: Stage) -> None:
    before, waited = figures(), value("callwright_agent_ready_seconds_sum")
    call, _ = await stage.dispatched()
    await Talk(stage, call).hold()
    assert {name: figures()[name] - before[name] for name in before} == dict.fromkeys(before, 1)
    assert value("callwright_agent_ready_seconds_sum") > waited
    page = (await stage.api.client(base="").get("/metrics")).text
    assert 'callwright_gate_decisions_total{decision="dial",reason="none"}' in page
    assert "callwright_agent_slots_free" in page


async def test_a_busy_number_and_a_call_ended_before_its_dial_are_counted_as_what_they_are(stage: Stage) -> None:
    busy, released = value("callwright_dials_total", network_result="busy"), value("callwright_releases_total", state="dispatched")
    call, _ = await stage.dialing()
    await stage.network_says(call, Refused(486, "Busy Here", "resource_exhausted"))
    other, _ = await stage.dispatched(to="+12025550102")
    await stage.post(f"/calls/{other['id']}/end", status=202)
    assert value("callwright_dials_total", network_result="busy") == busy + 1
    assert value("callwright_releases_total", state="dispatched") == released + 1


async def test_a_stranger_cannot_write_into_the_trace_of_a_call(stage: Stage, exported: InMemorySpanExporter) -> None:
    call = await stage.call()
    trace = (await stage.row(call)).trace_context
    exported.clear()
    await stage.api.viewer.get("/calls", headers={"traceparent": trace})
    assert exported.get_finished_spans() == ()


async def test_without_an_exporter_calls_have_no_trace(stage: Stage) -> None:
    call = await stage.call()
    assert (await stage.row(call)).trace_context == ""


async def test_an_agent_of_an_older_version_is_given_its_call_in_its_words_or_not_at_all(stage: Stage) -> None:
    call, agent = await stage.dispatched()
    ours = await agent.client.get("/order", headers={VERSION_HEADER: str(CONTRACT_VERSION)})
    assert "trace_context" in ours.json()
    theirs = await agent.client.get("/order")
    if theirs.status_code == 200:
        assert theirs.json()["version"] == 1
        assert "trace_context" not in theirs.json()
    else:
        assert (theirs.status_code, theirs.json()["code"]) == (409, "agent_too_old")
    assert (await stage.row(call)).state == "dispatched"


async def test_an_agent_that_is_too_old_leaves_without_touching_the_room(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    call, agent = await stage.dispatched()
    monkeypatch.setattr("sip_config.versions.CHANGES_NOTHING", frozenset())
    await stage.change(call, trace_context="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
    answer = await agent.client.get("/order")
    assert (answer.status_code, answer.json()["code"]) == (409, "agent_too_old")
    monkeypatch.setattr("agent_worker.control_plane_client.VERSION_HEADER", "X-Nothing")
    transport = httpx.ASGITransport(app=stage.api.app)  # type: ignore[arg-type]
    client = CallClient(httpx.AsyncClient(transport=transport), "http://api.test", agent.ticket)
    with pytest.raises(Superseded):
        await client.order()
    await client.aclose()
