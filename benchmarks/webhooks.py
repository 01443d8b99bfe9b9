"""Webhooks per second by one courier: outbox to a receiver on loopback, signed, with every result written down.

The baseline sends the same bodies to the same receiver with the same number of requests at once, and neither reads nor writes a database.
"""

import asyncio
import time
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from cryptography.fernet import Fernet

from benchmarks.stage import database
from control_plane.db.models import WebhookEndpoint, Workspace
from control_plane.db.session import create_engine, create_sessions
from control_plane.db.unit import Unit
from control_plane.kit.clock import SystemClock
from control_plane.kit.ids import new_id
from control_plane.kit.outbound import OutboundClient
from control_plane.kit.outbound_guard import Allowed, Guard
from control_plane.kit.queue import RememberingQueue
from control_plane.kit.secrets import SecretBox
from control_plane.kit.standard_webhooks import new_secret
from control_plane.webhooks.courier import TURN, Courier
from control_plane.webhooks.events import Happening, body_of, emit_all

EVENTS, WARM_UP = 2_000, 200
ENDPOINTS = 4
_ANSWER = b"HTTP/1.1 204 No Content\r\n\r\n"


@dataclass(frozen=True, slots=True)
class Delivered:
    """`seconds` from the begin of the courier's run to its end, all results written; `bare_seconds` for the requests alone."""

    messages: int
    seconds: float
    cpu_seconds: float
    bare_seconds: float

    @property
    def per_second(self) -> float:
        return self.messages / self.seconds

    @property
    def ratio(self) -> float:
        return self.bare_seconds / self.seconds


async def measure(events: int = EVENTS) -> Delivered:
    """So many messages in all, spread over a few endpoints of one receiver in this process."""
    with database() as url:
        engine, key = create_engine(url), Fernet.generate_key().decode()
        sessions, box = create_sessions(engine, key), SecretBox(key)
        async with receiver() as address, sessions() as session:
            client = OutboundClient(Guard(Allowed.parse(["127.0.0.1"])), within_s=60)
            courier = Courier(sessions, RememberingQueue(), SystemClock(), box, client)
            unit = Unit(session, datetime.now(UTC), "benchmark")
            workspace_id = await _endpoints(unit, box, address)
            await _happen(unit, workspace_id, WARM_UP)
            await courier.run(600)
            await _happen(unit, workspace_id, events)
            begun, cpu = time.perf_counter(), time.process_time()
            messages = await courier.run(600)
            spent = time.perf_counter() - begun, time.process_time() - cpu
            bare = await _bare(client, address, workspace_id, events)
            await client.aclose()
        await engine.dispose()
    return Delivered(messages, *spent, bare)


async def _endpoints(unit: Unit, box: SecretBox, address: str) -> uuid.UUID:
    workspace = Workspace(id=new_id(), name="Acme")
    unit.session.add(workspace)
    await unit.session.flush()
    for i in range(ENDPOINTS):
        # Each wants one kind, so that every event is one message.
        sealed, kind = box.seal(new_secret()), f"{address}/{i}"
        unit.session.add(WebhookEndpoint(workspace_id=workspace.id, url=kind, events=[KINDS[i]], secret_sealed=sealed))
    await unit.session.commit()
    return workspace.id


KINDS = ("call.queued", "call.started", "call.answered", "call.ended")


async def _happen(unit: Unit, workspace_id: uuid.UUID, events: int) -> None:
    unit.now = datetime.now(UTC)
    for kind in KINDS:
        await emit_all(unit, kind, [_event(workspace_id) for _ in range(events // ENDPOINTS)])
    await unit.session.commit()


def _event(workspace_id: uuid.UUID) -> Happening:
    facts = {name: new_id() for name in ("id", "assistant_id", "campaign_id", "enrollment_id", "contact_id")}
    return Happening(workspace_id, facts | {"state": "ended", "metadata": {"order": "1234567890"}})


async def _bare(client: OutboundClient, address: str, workspace_id: uuid.UUID, events: int) -> float:
    """Seconds for the same number of requests, as many at once."""
    body = body_of(new_id(), "call.ended", datetime.now(UTC), workspace_id, _event(workspace_id).data)
    left = iter(range(events))

    async def post() -> None:
        for _ in left:
            await client.post(address, {"content-type": "application/json"}, body)

    begun = time.perf_counter()
    await asyncio.gather(*(post() for _ in range(ENDPOINTS * TURN)))
    return time.perf_counter() - begun


@asynccontextmanager
async def receiver() -> AsyncIterator[str]:
    """Takes everything and keeps connections; its address."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
                await reader.readexactly(int(length.partition(b":")[2]))
                writer.write(_ANSWER)
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()


def section(delivered: Delivered) -> str:
    """The row of the page."""
    each = delivered.cpu_seconds / delivered.messages * 1000
    return (
        f"| webhooks per second by one worker, {delivered.messages:,} messages; processor time of one; share of bare requests |"
        f" {delivered.per_second:,.0f}, {each:.2f} ms, {delivered.ratio:.0%} | |"
    )
