"""Webhooks' tests stand on the common world, with a receiver that listens on loopback and may be told how to answer."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

import pytest

from control_plane.kit.outbound import OutboundClient
from control_plane.kit.outbound_guard import Allowed, Guard
from control_plane.webhooks.courier import Courier
from tests.fixtures.world import World, world

__all__ = ["world"]


@dataclass(frozen=True)
class Message:
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Receiver:
    """The least HTTP server that will do: one answer per request, connections kept."""

    port: int = 0
    messages: list[Message] = field(default_factory=list)
    answer: Callable[[Message], str] = lambda _: "204 No Content"
    """Status line and further header lines, separated by CRLF."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := (await reader.readuntil(b"\r\n\r\n")).decode():
                request, *lines = head.strip().split("\r\n")
                headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
                message = Message(request.split(" ")[1], headers, await reader.readexactly(int(headers["content-length"])))
                self.messages.append(message)
                writer.write(f"HTTP/1.1 {self.answer(message)}\r\nContent-Length: 0\r\n\r\n".encode())
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    made = Receiver()
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    made.port = server.sockets[0].getsockname()[1]
    yield made
    server.close()


@pytest.fixture
async def courier(world: World) -> AsyncIterator[Courier]:
    """Stands for the task worker's; it may call this machine, and the API lets it be named."""
    guard = Guard(Allowed.parse(["127.0.0.1"]))
    world.app.state.outbound_guard = guard
    client = OutboundClient(guard, within_s=10)
    yield Courier(world.app.state.sessions, world.queue, world.clock, world.app.state.secret_box, client)
    await client.aclose()
