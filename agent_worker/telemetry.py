"""The agent's part of its call's trace. The order names the trace; without an exporter it is only handed on with every request.

livekit-agents writes spans of its own (session, turns, models); begun within ours they join the trace. Spans outside of a call's trace are
not recorded at all, and nothing that a person said or is known by leaves the process: see `Discreet`.
"""

import contextlib
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from livekit.agents import telemetry as livekit_telemetry
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import Event, ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF, ParentBased
from opentelemetry.trace import Span, Status, StatusCode, get_current_span, set_span_in_context, use_span
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from sip_config.contract import CallOrder

SERVICE = "callwright-agent"
EXPORT_TIMEOUT_S = 5.0
FLUSH_MS = 3000
_HEADER = "traceparent"
_NUMBER = re.compile(r"\+?\d{7,15}(?!\d)")
_PRIVATE = frozenset({"pii", "sip", "exception"})


class _Exporting:
    provider: TracerProvider | None = None


def configure(endpoint: str) -> None:
    """Export to the OTLP/HTTP collector at `endpoint`; "" leaves everything off. Once per process."""
    if endpoint:
        exporter = OTLPSpanExporter(endpoint=f"{endpoint.rstrip('/')}/v1/traces", timeout=EXPORT_TIMEOUT_S)
        export(BatchSpanProcessor(Discreet(exporter)))


def export(processor: Any) -> None:
    """Give our spans and those of livekit-agents to `processor`."""
    # Who has no call as parent is nobody's: LiveKit's own spans around a job would begin a second trace for each call.
    provider = TracerProvider(ParentBased(ALWAYS_OFF), Resource.create({"service.name": SERVICE}), shutdown_on_exit=False)
    provider.add_span_processor(processor)
    livekit_telemetry.set_tracer_provider(provider, allow_pii=False)
    _Exporting.provider = provider


def flush() -> None:
    """Send what waits; blocks for some seconds at most."""
    if _Exporting.provider is not None:
        _Exporting.provider.force_flush(FLUSH_MS)


class CallTrace:
    """The spans of one call. Nothing happens before `begin`, and nothing at all without an exporter."""

    def __init__(self) -> None:
        self._span: Span | None = None

    @contextlib.contextmanager
    def begin(self, order: CallOrder) -> Iterator[str]:
        """The agent's span, current in here and open until `end`; gives the traceparent for requests."""
        parent = TraceContextTextMapPropagator().extract({_HEADER: order.trace_context}, Context())
        if _Exporting.provider is None or not get_current_span(parent).get_span_context().is_valid:
            yield order.trace_context
            return
        facts = {"callwright.call_id": order.call_id, "callwright.generation": order.generation, "callwright.purpose": str(order.purpose)}
        self._span = _Exporting.provider.get_tracer("callwright").start_span("agent", parent, attributes=facts)
        carrier: dict[str, str] = {}
        TraceContextTextMapPropagator().inject(carrier, set_span_in_context(self._span))
        with use_span(self._span, record_exception=False, set_status_on_exception=False):
            yield carrier[_HEADER]

    @contextlib.contextmanager
    def span(self, name: str) -> Iterator[None]:
        """A span under the agent's, current for nobody: the session that begins in one outlives it. An exception marks it by its type."""
        if self._span is None or _Exporting.provider is None:
            yield
            return
        made = _Exporting.provider.get_tracer("callwright").start_span(name, set_span_in_context(self._span))
        try:
            yield
        except BaseException as error:
            made.set_status(Status(StatusCode.ERROR, type(error).__name__))
            raise
        finally:
            made.end()

    def end(self) -> None:
        """The agent has done everything for this call."""
        if self._span is not None:
            self._span.end()


class Discreet(SpanExporter):
    """Passes spans on without what belongs to a person: marked attributes, messages of errors, anything that could be a phone number."""

    def __init__(self, inner: SpanExporter) -> None:
        self._inner = inner

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        return self._inner.export([_without_persons(span) for span in spans])

    def shutdown(self) -> None:
        self._inner.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        return self._inner.force_flush(timeout_millis)


def _without_persons(span: ReadableSpan) -> ReadableSpan:
    return ReadableSpan(
        name=span.name,
        context=span.context,
        parent=span.parent,
        resource=span.resource,
        attributes=_public(span.attributes),
        events=[Event(event.name, timestamp=event.timestamp) for event in span.events],
        links=span.links,
        kind=span.kind,
        status=Status(span.status.status_code, _code(span.status.description)),
        start_time=span.start_time,
        end_time=span.end_time,
        instrumentation_scope=span.instrumentation_scope,
    )


def _public(attributes: Mapping[str, Any] | None) -> dict[str, Any]:
    kept = livekit_telemetry.pii.filter_attributes(attributes)
    return {key: _masked(key, value) for key, value in kept.items() if not _PRIVATE & set(key.split("."))}


def _masked(key: str, value: Any) -> Any:
    if key == "callwright.call_id" or not isinstance(value, str):
        return value if not isinstance(value, list | tuple) else [_masked(key, item) for item in value]
    return _NUMBER.sub("[masked]", value)


def _code(description: str | None) -> str | None:
    """The name of an error's type; its words may hold anything."""
    return description if description and description.isidentifier() else None
