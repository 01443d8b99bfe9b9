"""One log line per request, under a request id that every other line of that request carries too."""

from typing import Any

import structlog
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from control_plane.kit.clock import monotonic
from control_plane.kit.ids import new_id

log = structlog.get_logger(__name__)

_HEADER = "x-request-id"
# Polled every few seconds by machines; their lines would drown the rest.
_QUIET = ("/health/", "/metrics")


class RequestLogMiddleware:
    """Logs method, route, status and duration: no query string, no body, nothing that names a person."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id, started, status = str(new_id()), monotonic(), 0

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], (_HEADER.encode(), request_id.encode())]
            await send(message)

        with structlog.contextvars.bound_contextvars(request_id=request_id):
            try:
                await self._app(scope, receive, send_with_id)
            finally:
                self._log(scope, status, monotonic() - started)

    def _log(self, scope: Any, status: int, seconds: float) -> None:
        if not scope["path"].startswith(_QUIET):
            route = scope.get("path_template") or scope["path"]
            log.info("request", method=scope["method"], route=route, status=status, duration_ms=round(seconds * 1000, 1))
