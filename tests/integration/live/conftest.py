"""Streams are opened through the application as a server would open them, on a real Redis, in two instances of the API."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from litestar import Litestar

from control_plane.app import serving
from control_plane.db.unit import open_unit
from control_plane.kit.live_feed import LivePublisher
from control_plane.kit.redis import connect
from control_plane.settings import Settings
from control_plane.webhooks.events import emit
from tests.fixtures.api import Api, settings_for, shared_app
from tests.integration.calls.conftest import SECRET, stage

__all__ = ["stage"]
PATIENCE_S = 60


@dataclass(frozen=True)
class Heard:
    type: str
    id: str
    data: Any


@dataclass
class Listening:
    """One client of one stream. It reads as fast as it is told, unless `may_read` is cleared."""

    app: Litestar
    path: str
    headers: dict[str, str]
    query: str = ""
    reads: bool = True
    status: int = 0
    retry_ms: int = 0
    comments: int = 0
    answer: dict[str, str] = field(default_factory=dict)
    rest: bytes = b""
    heard: "asyncio.Queue[Heard | None]" = field(default_factory=asyncio.Queue)
    started: asyncio.Event = field(default_factory=asyncio.Event)
    may_read: asyncio.Event = field(default_factory=asyncio.Event)
    gone: asyncio.Event = field(default_factory=asyncio.Event)
    task: "asyncio.Task[None] | None" = None

    async def open(self) -> "Listening":
        if self.reads:
            self.may_read.set()
        scope: Any = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "method": "GET",
            "scheme": "http",
            "path": self.path,
            "raw_path": self.path.encode(),
            "root_path": "",
            "query_string": self.query.encode(),
            "headers": [(name.lower().encode(), value.encode()) for name, value in self.headers.items()],
            "server": ("api.test", 80),
            "client": ("127.0.0.1", 1),
            "state": {},
            "extensions": {},
        }
        self.task = asyncio.create_task(self.app(scope, self._receive, self._send))  # type: ignore[arg-type]
        async with asyncio.timeout(PATIENCE_S):
            await self.started.wait()
        return self

    async def next(self) -> Heard:
        """The next event; fails when the stream has ended."""
        async with asyncio.timeout(PATIENCE_S):
            heard = await self.heard.get()
        assert heard is not None, "the stream has ended"
        return heard

    async def until(self, event_type: str) -> list[Heard]:
        """Events up to and with the first of that type."""
        heard = [await self.next()]
        while heard[-1].type != event_type:
            heard.append(await self.next())
        return heard

    async def ended(self) -> list[Heard]:
        """What comes until the server ends the stream."""
        rest = []
        async with asyncio.timeout(PATIENCE_S):
            while (heard := await self.heard.get()) is not None:
                rest.append(heard)
        return rest

    async def close(self) -> None:
        self.gone.set()
        self.may_read.set()
        if self.task is not None:
            async with asyncio.timeout(PATIENCE_S):
                await self.task

    async def _receive(self) -> Any:
        await self.gone.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Any) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.answer = {name.decode().lower(): value.decode() for name, value in message["headers"]}
            self.started.set()
            return
        await self.may_read.wait()
        self.rest += message["body"]
        while b"\n\n" in self.rest:
            block, _, self.rest = self.rest.partition(b"\n\n")
            self._take(block.decode())
        if not message["more_body"]:
            self.heard.put_nowait(None)

    def _take(self, block: str) -> None:
        if block.startswith(":"):
            self.comments += 1
            return
        lines = dict(line.split(": ", 1) for line in block.splitlines())
        if "retry" in lines:
            self.retry_ms = int(lines["retry"])
        else:
            self.heard.put_nowait(Heard(lines["event"], lines.get("id", ""), json.loads(lines["data"])))


@dataclass
class Live:
    """Two instances of the API on one database and one Redis."""

    api: Api
    apps: list[Litestar]
    publisher: LivePublisher
    opened: list[Listening] = field(default_factory=list)

    async def listen(
        self, path: str = "/stream", *, key: str = "cw_viewer", on: int = 0, after: str = "", query: str = "", reads: bool = True
    ) -> Listening:
        headers = ({"Authorization": f"Bearer {key}"} if key else {}) | ({"Last-Event-ID": after} if after else {})
        listening = Listening(self.apps[on], f"/api/v1{path}", headers, query, reads)
        self.opened.append(listening)
        return await listening.open()

    async def happens(self, *marks: int, workspace: Any = None, fails: bool = False) -> None:
        """One transaction in which something has become true, or nearly."""
        async with open_unit(self.api.sessions, self.api.queue, self.api.clock, actor="system") as unit:
            for mark in marks:
                await emit(unit, workspace or self.api.workspace_id, "contact.updated", {"mark": mark})
            if fails:
                raise ConnectionError


def marks(heard: list[Heard]) -> list[int]:
    return [each.data["data"]["mark"] for each in heard]


@pytest.fixture
def settings(database: str, redis_url: str, tmp_path: Path) -> Settings:
    return settings_for(database, tmp_path, livekit_api_secret=SECRET, redis_url=redis_url)


@pytest.fixture
async def live(api: Api, settings: Settings) -> AsyncIterator[Live]:
    redis, second = connect(settings.redis_url), shared_app("live")
    publisher = LivePublisher(redis)
    api.queue.publish = publisher.publish  # type: ignore[method-assign]
    made = Live(api, [api.app, second], publisher)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(redis.aclose)
        stack.callback(second.state.clear)
        await stack.enter_async_context(serving(second.state, settings, engine=api.engine, clock=api.clock, queue=api.queue))
        try:
            yield made
        finally:
            await asyncio.gather(*(listening.close() for listening in made.opened))
