"""Traces: one id from the row that begins it to the root that ends it, nothing of anybody in them, and nothing at all when off."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from control_plane.kit import telemetry
from tests.fakes.otlp import collecting

NOW = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)


@pytest.fixture
def exported() -> Iterator[InMemorySpanExporter]:
    exporter = InMemorySpanExporter()
    with telemetry.exporting("test", SimpleSpanProcessor(exporter)):
        yield exporter


def test_without_an_exporter_no_trace_begins_and_nothing_is_measured() -> None:
    assert telemetry.new_trace() == ""
    with telemetry.span("dial", "") as made:
        assert made is None
    with telemetry.span("dial", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01") as made:
        assert made is None


def test_the_root_written_last_has_the_id_drawn_first_and_all_others_hang_under_it(exported: InMemorySpanExporter) -> None:
    trace = telemetry.new_trace()
    telemetry.stretch("claim", trace, NOW, NOW + timedelta(seconds=1))
    with telemetry.span("dial", trace), telemetry.span("inner", trace):
        pass
    telemetry.root("call", trace, NOW, NOW + timedelta(minutes=1))
    spans = {span.name: span for span in exported.get_finished_spans()}
    root = spans["call"]
    assert trace == f"00-{root.context.trace_id:032x}-{root.context.span_id:016x}-01"
    assert root.parent is None
    assert root.end_time - root.start_time == 60_000_000_000
    assert {span.context.trace_id for span in spans.values()} == {root.context.trace_id}
    assert {name: span.parent.span_id for name, span in spans.items() if span.parent} == dict.fromkeys(
        ("claim", "dial", "inner"), root.context.span_id
    )
    assert len({span.context.span_id for span in spans.values()}) == 4


def test_two_traces_are_two(exported: InMemorySpanExporter) -> None:
    assert len({telemetry.new_trace() for _ in range(100)}) == 100


@pytest.mark.parametrize("trace", ["", "nonsense", "00-00000000000000000000000000000000-b7ad6b7169203331-01", "00-zz-zz-01"])
def test_what_is_no_trace_gets_no_spans(exported: InMemorySpanExporter, trace: str) -> None:
    with telemetry.span("dial", trace):
        pass
    telemetry.stretch("claim", trace, NOW)
    telemetry.root("call", trace, NOW, NOW)
    assert exported.get_finished_spans() == ()


def failing_dial(trace: str) -> None:
    with telemetry.span("dial", trace, call_id="c1", to="+12025550101", contact_name="Ada") as made:
        telemetry.note(made, sip_status_code=486, transcript="hello", outcome=None)
        raise ValueError("Ada at +12025550101")


def test_only_listed_facts_leave_and_errors_by_their_type_alone(exported: InMemorySpanExporter) -> None:
    with pytest.raises(ValueError, match="Ada"):
        failing_dial(telemetry.new_trace())
    (span,) = exported.get_finished_spans()
    assert span.attributes == {"callwright.call_id": "c1", "callwright.sip_status_code": 486}
    assert span.status.description == "ValueError"
    assert span.events == ()


def test_clocks_of_two_machines_never_make_a_span_end_before_it_begins(exported: InMemorySpanExporter) -> None:
    telemetry.stretch("claim", telemetry.new_trace(), NOW, NOW - timedelta(seconds=1))
    (span,) = exported.get_finished_spans()
    assert span.end_time == span.start_time


def test_spans_reach_a_collector_over_otlp() -> None:
    with collecting() as collector:
        telemetry.configure("callwright-test", f"{collector.url}/")
        trace = telemetry.new_trace()
        with telemetry.span("dial", trace, call_id="c1"):
            pass
        telemetry.close()
    (span,) = collector.spans
    assert (span.service, span.name, span.trace) == ("callwright-test", "dial", trace.split("-")[1])
    assert span.facts == {"callwright.call_id": "c1"}
    assert telemetry.new_trace() == ""


def test_a_collector_that_is_away_keeps_nobody_from_ending() -> None:
    telemetry.configure("callwright-test", "http://127.0.0.1:1")
    with telemetry.span("dial", telemetry.new_trace()):
        pass
    telemetry.close()
