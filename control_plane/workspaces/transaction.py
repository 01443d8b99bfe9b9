"""One transaction per request: opened when a handler first asks for its unit, committed before the answer leaves.

It is committed when the answer is about to start and is a success, rolled back otherwise; nudges go out after the commit. A commit that
fails becomes the answer instead. What a handler streams afterwards may read on through the same session.
"""

from typing import Any

from litestar import Request
from litestar.di import NamedDependency
from litestar.params import SkipValidation
from litestar.types import ASGIApp, HTTPResponseStartEvent, Message, Receive, Scope, Send
from structlog import get_logger

from control_plane.db.unit import Unit
from control_plane.kit.problems import PROBLEM_JSON, encoded
from control_plane.workspaces import idempotency
from control_plane.workspaces.principal import Principal

log = get_logger(__name__)

_SLOT = "callwright_unit"
_FIRST_ERROR = 400
# Headers of an answer that a repeat of it has to carry; the others belong to the exchange.
_KEPT_HEADERS = (b"content-type", b"location")


class RequestTransaction:
    """The unit of one request, if a handler asked for it, and the answer it leads to."""

    def __init__(self, state: Any, send: Send) -> None:
        self._state = state
        self._send = send
        self._unit: Unit | None = None
        self._keeper: idempotency.AnswerKeeper | None = None
        self._held: HTTPResponseStartEvent | None = None
        self._failed = False

    async def open(self, request: Request[Any, Any, Any], principal: Principal | None) -> Unit:
        if self._unit is None:
            self._unit = Unit(self._state.sessions(), self._state.clock.now(), principal.actor if principal else "system")
            if principal is not None:
                self._keeper = await idempotency.claim(request, self._unit, principal, self._state.secret_box)
        return self._unit

    async def send(self, message: Message) -> None:
        """Stands between the handler's answer and the client."""
        if self._failed:
            return
        if message["type"] == "http.response.start":
            await self._start(message)
        elif self._held is not None and self._keeper is not None and message["type"] == "http.response.body":
            self._keeper.body += message["body"]
            if not message["more_body"] and await self._finish():
                await self._send(self._held)
                await self._send({"type": "http.response.body", "body": bytes(self._keeper.body), "more_body": False})
        else:
            await self._send(message)

    async def _start(self, message: HTTPResponseStartEvent) -> None:
        if self._unit is None:
            await self._send(message)
        elif message["status"] >= _FIRST_ERROR:
            await self._unit.session.rollback()
            await self._send(message)
        elif self._keeper is not None:
            self._held, self._keeper.status = message, message["status"]
            self._keeper.headers = {k.decode(): v.decode() for k, v in message["headers"] if k.lower() in _KEPT_HEADERS}
        elif await self._finish():
            await self._send(message)

    async def _finish(self) -> bool:
        """Commit, then nudge. False when the commit failed and a problem was sent instead."""
        assert self._unit is not None
        try:
            if self._keeper is not None:
                await self._keeper.keep()
            await self._unit.session.commit()
        except Exception as error:
            log.exception("commit_failed")
            self._failed = True
            await self._send_problem(error)
            return False
        await self._unit.committed(self._state.queue)
        return True

    async def _send_problem(self, error: Exception) -> None:
        status, body = encoded(error)
        headers = [(b"content-type", PROBLEM_JSON.encode()), (b"content-length", str(len(body)).encode())]
        await self._send({"type": "http.response.start", "status": status, "headers": headers})
        await self._send({"type": "http.response.body", "body": body, "more_body": False})

    async def close(self) -> None:
        if self._unit is not None:
            await self._unit.session.close()


class TransactionMiddleware:
    """Gives each request its transaction and makes sure that it ends."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        transaction = RequestTransaction(scope["litestar_app"].state, send)
        scope["state"][_SLOT] = transaction
        try:
            await self._app(scope, receive, transaction.send)
        finally:
            await transaction.close()


async def provide_unit(request: Request[Any, Any, Any], principal: NamedDependency[SkipValidation[Principal | None]]) -> Unit:
    """The request's unit. Routes without a principal (a call's own ticket, a signed webhook) act as `system`.

    It asks for the principal by name, because Litestar starts a group of tasks for dependencies that do not depend on each other.
    """
    transaction: RequestTransaction = request.scope["state"][_SLOT]
    return await transaction.open(request, principal)
