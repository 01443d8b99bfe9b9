"""The control plane of a trial: all but what is only looked up is answered on the spot, and nothing is carried out or told to anybody.

Stands below `CallClient`'s methods, at the one place where requests leave it, so that no effect that is added later can leave a trial.
"""

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import httpx

from agent_worker.control_plane_client import CallClient
from sip_config.contract import LOOK_UP_KNOWLEDGE, CallEvent, DispatchTicket

NOT_SENT = "This is a trial, so nothing was sent. Take it that it worked, and that nothing more is known."


LookUp = Callable[[bytes | str], Awaitable[httpx.Response]]


class DryClient(CallClient):
    """`tool_answers` are what configured tools answer, by their names; `look_up` asks the assistant's knowledge, which changes nothing."""

    def __init__(
        self, tool_answers: Mapping[str, str], on_events: Callable[[Sequence[CallEvent]], None], look_up: LookUp | None = None
    ) -> None:
        super().__init__(httpx.AsyncClient(transport=httpx.MockTransport(_nowhere)), "", DispatchTicket("", 1, ""))
        self._tool_answers, self._on_events, self._look_up = tool_answers, on_events, look_up
        self._planned = ""

    async def send_events(self, events: Sequence[CallEvent]) -> bool:
        self._on_events(events)
        return False

    async def _send(self, method: str, path: str, **request: Any) -> httpx.Response:
        if path == f"/tools/{LOOK_UP_KNOWLEDGE}" and self._look_up is not None and LOOK_UP_KNOWLEDGE not in self._tool_answers:
            return await self._look_up(request.get("content") or "{}")
        return httpx.Response(200, json=self._answer(path, json.loads(request.get("content") or "{}")))

    def _answer(self, path: str, asked: Any) -> dict[str, Any]:
        if path == "/schedules":
            self._planned = self._planned if "yes" in asked else str(asked.get("words", ""))
            return {"read_back": self._planned}
        if path.startswith("/tools/"):
            return {"is_done": True, "data": self._tool_answers.get(path.removeprefix("/tools/"), NOT_SENT)}
        return {"is_done": False, "why": NOT_SENT}


def _nowhere(_: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("A trial speaks to nobody.")
