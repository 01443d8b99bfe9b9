"""One trace over processes that know of each other only by a row.

The trace begins where the row is made: its id and the id of its root span are drawn there and kept as a W3C traceparent beside the row.
Whoever does something for the row hangs a span under it, in whichever process; the root itself is written when all is over, under the id
that was drawn for it. Without an exporter nothing is drawn, kept or measured. Only what `FACTS` lists leaves the process.
"""

import contextlib
from collections.abc import Iterator
from contextvars import ContextVar
from datetime import datetime
from typing import Any

from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator
from opentelemetry.trace import (
    Span,
    SpanContext,
    SpanKind,
    Status,
    StatusCode,
    TraceFlags,
    format_span_id,
    format_trace_id,
    get_current_span,
)
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

FACTS = frozenset(
    {
        *("call_id", "campaign_id", "purpose", "attempt", "generation", "state"),
        *("network_result", "sip_status_code", "answered_by", "outcome", "end_cause", "result"),
        *("method", "route", "status"),
    }
)
"""Ids and codes: nothing that belongs to a person, and nothing that anybody has written freely."""
EXPORT_TIMEOUT_S = 5.0
CLOSE_WITHIN_MS = 3000
"""A collector that is away must not keep a process from ending."""
_HEADER = "traceparent"

_planned: ContextVar[SpanContext | None] = ContextVar("planned", default=None)
"""The ids of a root span that were drawn long before the span is written."""


class _Ids(RandomIdGenerator):
    def generate_trace_id(self) -> int:
        planned = _planned.get()
        return planned.trace_id if planned is not None else super().generate_trace_id()

    def generate_span_id(self) -> int:
        planned = _planned.get()
        return planned.span_id if planned is not None else super().generate_span_id()


class _Exporting:
    """What is on in this process, if anything."""

    provider: TracerProvider | None = None


def configure(service: str, endpoint: str) -> None:
    """Export to the OTLP/HTTP collector at `endpoint` (`OTEL_EXPORTER_OTLP_ENDPOINT`); "" leaves everything off.

    The SDK itself heeds the other variables of OpenTelemetry, such as `OTEL_TRACES_SAMPLER` and `OTEL_EXPORTER_OTLP_HEADERS`.
    """
    if endpoint:
        exporter = OTLPSpanExporter(endpoint=f"{endpoint.rstrip('/')}/v1/traces", timeout=EXPORT_TIMEOUT_S)
        _Exporting.provider = _provider(service, BatchSpanProcessor(exporter))


def close() -> None:
    """Send what waits and stop. Blocks for a few seconds at most."""
    provider, _Exporting.provider = _Exporting.provider, None
    if provider is not None:
        provider.force_flush(CLOSE_WITHIN_MS)
        provider.shutdown()


@contextlib.contextmanager
def exporting(service: str, processor: SpanProcessor) -> Iterator[None]:
    """Give every span to `processor` meanwhile."""
    _Exporting.provider = _provider(service, processor)
    try:
        yield
    finally:
        close()


def new_trace() -> str:
    """The traceparent of a trace that begins here, its root span not yet written; "" while nothing is exported."""
    provider = _Exporting.provider
    if provider is None:
        return ""
    trace_id, span_id = provider.id_generator.generate_trace_id(), provider.id_generator.generate_span_id()
    is_sampled = provider.sampler.should_sample(None, trace_id, "root").decision.is_sampled()
    return f"00-{format_trace_id(trace_id)}-{format_span_id(span_id)}-{int(is_sampled):02x}"


@contextlib.contextmanager
def span(name: str, trace: str, kind: SpanKind = SpanKind.INTERNAL, **facts: Any) -> Iterator[Span | None]:
    """A span of the trace `trace` (a traceparent) around what is done here; an exception marks it by its type and passes on."""
    parent = _parent(trace)
    if _Exporting.provider is None or parent is None:
        yield None
        return
    tracer = _Exporting.provider.get_tracer("callwright")
    with tracer.start_as_current_span(
        name, parent, kind, attributes_of(facts), record_exception=False, set_status_on_exception=False
    ) as made:
        try:
            yield made
        except BaseException as error:
            made.set_status(Status(StatusCode.ERROR, type(error).__name__))
            raise


def note(made: Span | None, **facts: Any) -> None:
    """What a span has found out meanwhile."""
    if made is not None:
        made.set_attributes(attributes_of(facts))


def stretch(name: str, trace: str, begun: datetime, ended: datetime | None = None, **facts: Any) -> None:
    """A span for something that began earlier, perhaps in another process; it ends now, unless `ended` says when."""
    parent = _parent(trace)
    if _Exporting.provider is not None and parent is not None:
        _write(name, parent, begun, ended, facts)


def root(name: str, trace: str, begun: datetime, ended: datetime, **facts: Any) -> None:
    """The root span of a trace, under the id that `new_trace` drew for it."""
    parent = _parent(trace)
    if _Exporting.provider is None or parent is None:
        return
    token = _planned.set(get_current_span(parent).get_span_context())
    try:
        _write(name, Context(), begun, ended, facts)
    finally:
        _planned.reset(token)


def _write(name: str, parent: Context, begun: datetime, ended: datetime | None, facts: dict[str, Any]) -> None:
    assert _Exporting.provider is not None
    start = _nanoseconds(begun)
    made = _Exporting.provider.get_tracer("callwright").start_span(name, parent, attributes=attributes_of(facts), start_time=start)
    # The moments may come from clocks of two machines.
    made.end(max(start, _nanoseconds(ended)) if ended is not None else None)


def attributes_of(facts: dict[str, Any]) -> dict[str, Any]:
    """The facts that may leave the process; ids and codes as text, numbers as they are, what is not known left out."""
    known = {name: value for name, value in facts.items() if name in FACTS and value is not None and value != ""}
    return {f"callwright.{name}": value if isinstance(value, int | float) else str(value) for name, value in known.items()}


def _parent(trace: str) -> Context | None:
    """The trace as the parent of a span; None for what is no traceparent."""
    if not trace:
        return None
    found = TraceContextTextMapPropagator().extract({_HEADER: trace}, Context())
    return found if get_current_span(found).get_span_context().is_valid else None


def _provider(service: str, processor: SpanProcessor) -> TracerProvider:
    made = TracerProvider(resource=Resource.create({"service.name": service}), id_generator=_Ids(), shutdown_on_exit=False)
    made.add_span_processor(processor)
    return made


def _nanoseconds(at: datetime) -> int:
    return round(at.timestamp() * 1_000_000) * 1000


assert TraceFlags.SAMPLED == 1, "the traceparent's flags are written by hand above"
