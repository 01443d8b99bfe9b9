"""A control plane of one page for the agent's tests: serves orders, keeps what the agent sends, and answers as told."""

import asyncio
import json
from dataclasses import dataclass, field

from aiohttp import web

from sip_config.codec import decode, encode, from_plain
from sip_config.contract import CallEvent, CallOrder, CallReport, EventKind, WorkerHeartbeat

TOKEN = "ticket-token"
AGENT_KEY = "agent-key"


@dataclass
class Kept:
    """What the agent sent about one call, with the moments of arrival in loop seconds."""

    order: CallOrder
    events: list[CallEvent] = field(default_factory=list)
    opt_outs: list[dict] = field(default_factory=list)
    opt_out_at: float | None = None
    recording: bytes = b""
    report: CallReport | None = None
    current_generation: int = 1
    reported: asyncio.Event = field(default_factory=asyncio.Event)

    def kinds(self) -> list[EventKind]:
        return [event.kind for event in self.events]


class FakeControlPlane:
    """Listens on a free port. `fail_next` answers that many requests with 503 first."""

    def __init__(self) -> None:
        self.calls: dict[str, Kept] = {}
        self.beats: list[WorkerHeartbeat] = []
        self.fail_next = 0
        self._changed = asyncio.Condition()

    async def start(self) -> str:
        app = web.Application(client_max_size=64 * 2**20, middlewares=[self._checked])
        app.router.add_get("/internal/calls/{id}/order", self._order)
        app.router.add_post("/internal/calls/{id}/events", self._events)
        app.router.add_post("/internal/calls/{id}/opt-out", self._opt_out)
        app.router.add_put("/internal/calls/{id}/report", self._report)
        app.router.add_put("/internal/calls/{id}/recording", self._recording)
        app.router.add_post("/internal/workers/heartbeat", self._heartbeat)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        return f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        await self._runner.cleanup()

    async def until(self, holds) -> None:
        """Wait until `holds()`; woken by every message."""
        async with self._changed:
            await self._changed.wait_for(holds)

    @web.middleware
    async def _checked(self, request: web.Request, handler) -> web.StreamResponse:
        if self.fail_next > 0:
            self.fail_next -= 1
            return web.json_response({"title": "away"}, status=503)
        expected = AGENT_KEY if "/workers/" in request.path else TOKEN
        if request.headers.get("Authorization") != f"Bearer {expected}":
            return web.json_response({"title": "no"}, status=401)
        answer = await handler(request)
        async with self._changed:
            self._changed.notify_all()
        return answer

    def _kept(self, request: web.Request) -> Kept:
        return self.calls[request.match_info["id"]]

    async def _order(self, request: web.Request) -> web.Response:
        kept = self._kept(request)
        if int(request.query["generation"]) != kept.current_generation:
            return web.json_response({"title": "superseded"}, status=409)
        return web.Response(text=encode(kept.order), content_type="application/json")

    async def _events(self, request: web.Request) -> web.Response:
        kept = self._kept(request)
        events = [from_plain(CallEvent, raw) for raw in json.loads(await request.read())]
        if any(event.generation != kept.current_generation for event in events):
            return web.json_response({"title": "superseded"}, status=409)
        kept.events.extend(events)
        return web.json_response({"accepted": len(events)})

    async def _opt_out(self, request: web.Request) -> web.Response:
        kept = self._kept(request)
        kept.opt_outs.append(await request.json())
        await asyncio.sleep(0.3)  # a database takes its time; the agent must wait for it
        kept.opt_out_at = asyncio.get_running_loop().time()
        return web.json_response({}, status=201)

    async def _report(self, request: web.Request) -> web.Response:
        kept = self._kept(request)
        kept.report = decode(CallReport, await request.read())
        kept.reported.set()
        return web.Response(status=204)

    async def _recording(self, request: web.Request) -> web.Response:
        self._kept(request).recording = await request.read()
        return web.Response(status=204)

    async def _heartbeat(self, request: web.Request) -> web.Response:
        self.beats.append(decode(WorkerHeartbeat, await request.read()))
        return web.Response(status=204)
