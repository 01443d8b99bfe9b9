"""The control plane of a trial: all but what it answers for trials itself is answered on the spot, and nothing is carried out.

Stands below `CallClient`'s methods, at the one place where requests leave it, so that no effect that is added later can leave a trial.
"""

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import httpx

from agent_worker.control_plane_client import CallClient
from sip_config.contract import LOOK_UP_KNOWLEDGE, CallEvent, DispatchTicket

NOT_SENT = "This is a trial, so nothing was sent. Take it that it worked, and that nothing more is known."

ANSWERED = (f"/tools/{LOOK_UP_KNOWLEDGE}", "/bookings", "/transfer")
"""What the control plane answers in a trial: documents and free times as they are; what is booked is held in the trial, and of being put
through it is told who would be dialled."""
Ask = Callable[[str, bytes | str], Awaitable[httpx.Response]]


class DryClient(CallClient):
    """`tool_answers` are what configured tools answer, by their names; `ask` has the control plane answer what it does in a trial."""

    def __init__(self, tool_answers: Mapping[str, str], on_events: Callable[[Sequence[CallEvent]], None], ask: Ask | None = None) -> None:
        super().__init__(httpx.AsyncClient(transport=httpx.MockTransport(_nowhere)), "", DispatchTicket("", 1, ""))
        self._tool_answers, self._on_events, self._ask = tool_answers, on_events, ask
        self._planned = ""

    async def send_events(self, events: Sequence[CallEvent]) -> bool:
        self._on_events(events)
        return False

    async def _send(self, method: str, path: str, **request: Any) -> httpx.Response:
        if method == "POST" and path in ANSWERED and self._ask is not None and path.removeprefix("/tools/") not in self._tool_answers:
            return await self._ask(path, request.get("content") or "{}")
        return httpx.Response(200, json=self._answer(path, json.loads(request.get("content") or "{}")))

    def _answer(self, path: str, asked: Any) -> dict[str, Any]:
        if path == "/schedules":
            self._planned = self._planned if "yes" in asked else str(asked.get("calls_back") or asked.get("words", ""))
            return {"read_back": self._planned}
        if path == "/bookings":
            return {"question": NOT_SENT}
        if path.startswith("/tools/"):
            return {"is_done": True, "data": self._tool_answers.get(path.removeprefix("/tools/"), NOT_SENT)}
        return {"is_done": False, "why": NOT_SENT}


def _nowhere(_: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("A trial speaks to nobody.")
