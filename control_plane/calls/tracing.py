"""The API's part of a call's trace: a span for each request of the call's agent, under the span in which the agent made it."""

from litestar.types import ASGIApp, Message, Receive, Scope, Send
from opentelemetry.trace import SpanKind

from control_plane.kit import telemetry

_AGENTS = "/internal/calls/"
_TRACEPARENT = b"traceparent"


class AgentTraceMiddleware:
    """Follows the `traceparent` of agents only: others must not write into the traces of our calls."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith(_AGENTS):
            await self._app(scope, receive, send)
            return
        trace = next((value.decode("latin-1") for name, value in scope["headers"] if name == _TRACEPARENT), "")
        route = scope.get("path_template") or _AGENTS
        facts = {"method": scope["method"], "route": route, "call_id": scope["path"].removeprefix(_AGENTS)[:36]}
        with telemetry.span(f"{scope['method']} {route}", trace, SpanKind.SERVER, **facts) as made:

            async def send_noted(message: Message) -> None:
                if message["type"] == "http.response.start":
                    telemetry.note(made, status=message["status"])
                await send(message)

            await self._app(scope, receive, send_noted)
