"""A collector of traces: takes OTLP over HTTP as any collector does, and keeps the spans."""

import gzip
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest


@dataclass(frozen=True, slots=True)
class Collected:
    """One span as it arrived; ids in hexadecimal, `parent` empty for a root."""

    service: str
    name: str
    trace: str
    id: str
    parent: str
    facts: dict[str, Any]
    raw: str
    """The whole span as text, to search for what must not be in it."""


@dataclass
class Collector:
    url: str
    spans: list[Collected] = field(default_factory=list)
    _arrived: threading.Condition = field(default_factory=threading.Condition)

    def take(self, body: bytes) -> None:
        with self._arrived:
            for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
                service = next(a.value.string_value for a in resource.resource.attributes if a.key == "service.name")
                self.spans += [_collected(service, span) for scope in resource.scope_spans for span in scope.spans]
            self._arrived.notify_all()

    def wait_for(self, *names: str, limit_s: float = 60.0) -> list[Collected]:
        """All spans, once there is one of each of these names."""
        with self._arrived:
            assert self._arrived.wait_for(lambda: set(names) <= {span.name for span in self.spans}, limit_s), self.names()
            return list(self.spans)

    def names(self) -> list[str]:
        return sorted({span.name for span in self.spans})


@contextmanager
def collecting() -> Iterator[Collector]:
    """A collector on a free port of loopback."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            collector.take(gzip.decompress(body) if self.headers.get("Content-Encoding") == "gzip" else body)
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    collector = Collector(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield collector
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _collected(service: str, span: Any) -> Collected:
    facts = {a.key: getattr(a.value, a.value.WhichOneof("value")) for a in span.attributes if a.value.WhichOneof("value")}
    return Collected(service, span.name, span.trace_id.hex(), span.span_id.hex(), span.parent_span_id.hex(), facts, str(span))
