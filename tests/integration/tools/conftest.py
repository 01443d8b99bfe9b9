"""An endpoint on this machine that tools may reach, and the stage of calls."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from control_plane.kit.outbound import OutboundClient
from control_plane.kit.outbound_guard import Allowed, Guard
from tests.integration.calls.conftest import Stage, settings, stage

__all__ = ["Endpoint", "Request", "endpoint", "settings", "stage"]


@dataclass(frozen=True)
class Request:
    method: str
    target: str
    headers: dict[str, str]
    body: Any


@dataclass
class Endpoint:
    """Answers one request per connection: what `answer` makes of it, as (status, body); or never, with None."""

    url: str = ""
    requests: list[Request] = field(default_factory=list)
    answer: Callable[[Request], tuple[int, str] | None] = lambda _: (200, '{"state": "sent"}')
    asked: asyncio.Event = field(default_factory=asyncio.Event)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            request = await _read(reader)
            self.requests.append(request)
            self.asked.set()
            answer = self.answer(request)
            if answer is None:
                await reader.read()
                return
            status, body = answer
            writer.write(f"HTTP/1.1 {status} X\r\ncontent-length: {len(body.encode())}\r\nconnection: close\r\n\r\n{body}".encode())
            await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


async def _read(reader: asyncio.StreamReader) -> Request:
    head, *lines = (await reader.readuntil(b"\r\n\r\n")).decode().strip().split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    method, target, _ = head.split(" ")
    return Request(method, target, headers, json.loads(body) if body else None)


@pytest.fixture
async def endpoint(stage: Stage) -> AsyncIterator[Endpoint]:
    """Reached under the name shop.test, which only this installation's guard knows; 127.0.0.1 itself stays forbidden to all others."""
    made = Endpoint()
    listening = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    made.url = f"http://shop.test:{listening.sockets[0].getsockname()[1]}"

    async def resolve(host: str, port: int) -> list[str]:
        return ["127.0.0.1"]

    guard = Guard(Allowed.parse(["shop.test"]), resolve)
    state = stage.api.app.state
    state.outbound_guard, state.outbound = guard, OutboundClient(guard, within_s=20)
    yield made
    await state.outbound.aclose()
    listening.close()
