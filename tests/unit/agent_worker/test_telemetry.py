"""The agent's spans: in its call's trace or nowhere, with livekit-agents' own among them, and without anybody's words or number."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from livekit.agents import telemetry as livekit_telemetry
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from agent_worker import telemetry
from agent_worker.telemetry import CallTrace, Discreet
from sip_config.contract import CallOrder, CallPurpose

TRACE, ROOT = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
ORDER = CallOrder(
    "c1", 1, "room", "callee", "+12025550101", CallPurpose.SINGLE, "You are Ada.", "Hello.", trace_context=f"00-{TRACE}-{ROOT}-01"
)


@pytest.fixture
def exported(monkeypatch: pytest.MonkeyPatch) -> Iterator[InMemorySpanExporter]:
    monkeypatch.setattr(telemetry._Exporting, "provider", None)
    exporter, tracer = InMemorySpanExporter(), livekit_telemetry.tracer
    before = tracer._tracer_provider
    telemetry.export(SimpleSpanProcessor(Discreet(exporter)))
    yield exporter
    tracer.set_provider(before)


def test_without_an_exporter_the_trace_is_only_handed_on() -> None:
    trace = CallTrace()
    with trace.begin(ORDER) as traceparent, trace.span("conversation"):
        assert traceparent == ORDER.trace_context
    trace.end()
    telemetry.flush()


def test_spans_of_the_agent_and_of_livekit_agents_hang_under_the_calls_root(exported: InMemorySpanExporter) -> None:
    trace = CallTrace()
    with trace.begin(ORDER) as traceparent, trace.span("get ready"), livekit_telemetry.tracer.start_as_current_span("agent_session"):
        pass
    with trace.span("report"):
        pass
    trace.end()
    spans = {span.name: span for span in exported.get_finished_spans()}
    assert set(spans) == {"get ready", "agent_session", "report", "agent"}
    assert {f"{span.context.trace_id:032x}" for span in spans.values()} == {TRACE}
    agent = spans.pop("agent")
    assert f"{agent.parent.span_id:016x}" == ROOT
    assert {span.parent.span_id for span in spans.values()} == {agent.context.span_id}
    assert traceparent == f"00-{TRACE}-{agent.context.span_id:016x}-01"


def test_spans_outside_of_a_calls_trace_are_not_recorded(exported: InMemorySpanExporter) -> None:
    trace = CallTrace()
    with livekit_telemetry.tracer.start_as_current_span("job_entrypoint"), trace.begin(replace(ORDER, trace_context="")) as traceparent:
        assert traceparent == ""
    trace.end()
    assert exported.get_finished_spans() == ()


def test_a_trace_that_was_not_sampled_stays_so(exported: InMemorySpanExporter) -> None:
    trace = CallTrace()
    with trace.begin(replace(ORDER, trace_context=f"00-{TRACE}-{ROOT}-00")) as traceparent:
        assert traceparent.endswith("-00")
    trace.end()
    assert exported.get_finished_spans() == ()


def test_nothing_that_was_said_and_no_number_leaves(exported: InMemorySpanExporter) -> None:
    trace = CallTrace()
    attributes = {
        "lk.pii.user_input": "I am Ada Lovelace",
        "gen_ai.input.messages": "I am Ada Lovelace",
        "lk.sip.trunkPhoneNumber": "+12025550199",
        "lk.label": "call to +12025550101",
        "lk.labels": ["+12025550101"],
        "lk.response.ttft": 0.25,
    }
    with trace.begin(ORDER), livekit_telemetry.tracer.start_as_current_span("llm_node", attributes=attributes) as span:
        span.add_event("said", {"content": "Ada Lovelace"})
        span.record_exception(ValueError("Ada Lovelace, +12025550101"))
    trace.end()
    (span,) = [span for span in exported.get_finished_spans() if span.name == "llm_node"]
    told = span.to_json()
    assert "Lovelace" not in told
    assert "2025550" not in told
    assert span.attributes is not None
    assert span.attributes["lk.response.ttft"] == 0.25


def test_an_error_is_told_by_its_type(exported: InMemorySpanExporter) -> None:
    trace = CallTrace()
    with trace.begin(ORDER), pytest.raises(ValueError, match="Ada"), trace.span("report"):
        raise ValueError("Ada Lovelace")
    trace.end()
    (span,) = [span for span in exported.get_finished_spans() if span.name == "report"]
    assert span.status.description == "ValueError"
