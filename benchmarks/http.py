"""Requests per second and p99 of the API at a million calls, on loopback, each beside a bare handler with one query.

Both sides are one process of the same server; the client keeps a few connections and does as little as it can, since it shares the machine.
Bare and measured rounds take turns, so that other work on the machine meets both.
"""

import asyncio
import os
import random
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from typing import IO, Any
from uuid import UUID

import msgspec
from cryptography.fernet import Fernet

from benchmarks.analytics import load_calls
from benchmarks.stage import FICTIONAL, database
from control_plane.db.models import ApiKey
from control_plane.db.session import create_engine, create_sessions
from control_plane.kit.pagination import encode_cursor
from control_plane.kit.secrets import digest
from control_plane.local.processes import free_port
from control_plane.local.redis import EmbeddedRedis
from tests.factories import rows

CALLS, REQUESTS, ROUNDS, CONNECTIONS = 1_000_000, 400, 5, 8
KEY = "cw_benchmark"
PATIENCE_S = 120.0
_UNLIMITED = "1000000"


@dataclass(slots=True)
class Asked:
    """What one kind of request took. `per_second` and `processor_ms` (of the serving process, for one) by round, `times_ms` of every
    request."""

    name: str
    per_second: list[float] = field(default_factory=list)
    processor_ms: list[float] = field(default_factory=list)
    times_ms: list[float] = field(default_factory=list)

    @property
    def p99_ms(self) -> float:
        return quantiles(self.times_ms, n=100)[-1]


@dataclass(frozen=True, slots=True)
class Served:
    port: int
    pid: int

    def processor_s(self) -> float:
        """Of the process and its children since they began: the server answers in a child."""
        return sum(_processor_s(pid) for pid in _with_children(self.pid))


async def measure(calls: int = CALLS, requests: int = REQUESTS) -> list[Asked]:
    """The bare handler first, then each measured request."""
    with database() as url, TemporaryDirectory(prefix="callwright-bench-") as folder:
        assistant_id = await _filled(url, calls)
        redis = EmbeddedRedis(Path(folder) / "redis", durable=False)
        try:
            async with AsyncExitStack() as stack:
                livekit = await stack.enter_async_context(_livekit())
                environment = _environment(url, redis.start(), livekit, Path(folder))
                log = stack.enter_context((Path(folder) / "log").open("w+b"))
                api = await stack.enter_async_context(serving("tests.fakes.api_process", environment, log))
                bare = await stack.enter_async_context(serving("benchmarks.bare_app", environment, log))
                return await _measured(api, bare, calls, requests, assistant_id)
        finally:
            redis.stop()


async def _measured(api: Served, bare: Served, calls: int, requests: int, assistant_id: UUID) -> list[Asked]:
    chosen = random.Random(1)
    some_id: Callable[[], UUID] = lambda: UUID(f"01a00000{chosen.randrange(calls):024x}")  # noqa: E731
    # Each number is called once: a second call to one is refused by the caps.
    numbers = cycle(chosen.sample(FICTIONAL, len(FICTIONAL)))
    kinds: list[tuple[Asked, Served, int, Callable[[], bytes]]] = [
        (Asked("a bare handler with one query"), bare, 200, lambda: _get(f"/calls/{some_id()}")),
        (Asked("`GET /calls/{id}`"), api, 200, lambda: _get(f"/api/v1/calls/{some_id()}")),
        (Asked("`GET /calls`, 50 of them, anywhere"), api, 200, lambda: _get(f"/api/v1/calls?cursor={encode_cursor(some_id())}")),
        (Asked("`POST /calls`"), api, 202, lambda: _post(_call(assistant_id, next(numbers)))),
    ]
    for turn in range(ROUNDS + 1):
        for asked, served, status, request in kinds:
            begun, used_s = time.perf_counter(), served.processor_s()
            times = await _ask(served.port, status, [request() for _ in range(requests)])
            # The first turn warms up.
            if turn:
                asked.per_second.append(requests / (time.perf_counter() - begun))
                asked.processor_ms.append(1000 * (served.processor_s() - used_s) / requests)
                asked.times_ms += times
    return [asked for asked, *_ in kinds]


async def _ask(port: int, status: int, requests: list[bytes]) -> list[float]:
    """Milliseconds of each request, sent over a few connections, on each one after the other."""
    left: Iterator[bytes] = iter(requests)
    times: list[float] = []

    async def one_after_the_other() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for request in left:
            begun = time.perf_counter()
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
            body = await reader.readexactly(int(length.partition(b":")[2]))
            times.append(1000 * (time.perf_counter() - begun))
            if int(head[9:12]) != status:
                raise RuntimeError(f"{head[:12]!r} instead of {status}: {body[:500]!r}")
        writer.close()

    await asyncio.gather(*(one_after_the_other() for _ in range(CONNECTIONS)))
    return times


def _get(path: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {KEY}\r\n\r\n".encode()


def _call(assistant_id: UUID, number: str) -> dict[str, Any]:
    return {"assistant_id": str(assistant_id), "to": number, "variables": {"name": "Sam"}}


def _post(body: dict[str, Any]) -> bytes:
    content = msgspec.json.encode(body)
    head = f"POST /api/v1/calls HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {KEY}\r\nContent-Type: application/json"
    return f"{head}\r\nContent-Length: {len(content)}\r\n\r\n".encode() + content


async def _filled(url: str, calls: int) -> UUID:
    """A workspace with `calls` calls, a key, and an assistant to make more with; the assistant's id."""
    engine = create_engine(url)
    try:
        async with create_sessions(engine, "benchmark").begin() as session:
            world = await rows.world(session)
            session.add(ApiKey(workspace_id=world.workspace.id, name="bench", role="owner", key_hash=digest(KEY), prefix=KEY[:8]))
        await asyncio.to_thread(load_calls, url.replace("+psycopg", "", 1), world, calls)
        return world.assistant.id
    finally:
        await engine.dispose()


@asynccontextmanager
async def _livekit() -> AsyncIterator[str]:
    """Where something answers as LiveKit does about a room that is not there: all that the API asks it."""
    body = b'{"code":"not_found","msg":"no such room"}'
    head = b"HTTP/1.1 404 Not Found\r\nContent-Type: application/json\r\nContent-Length: %d\r\nConnection: close\r\n\r\n" % len(body)

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(head + body)
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        yield f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}"


def _environment(url: str, redis_url: str, livekit_url: str, folder: Path) -> dict[str, str]:
    """As an installation has it, with limits that are counted and never reached."""
    return {
        **os.environ,
        "CALLWRIGHT_DATABASE_URL": url,
        "CALLWRIGHT_REDIS_URL": redis_url,
        "LIVEKIT_URL": livekit_url,
        "LIVEKIT_API_KEY": "key",
        "LIVEKIT_API_SECRET": "s" * 32,
        "CALLWRIGHT_ENCRYPTION_KEY": Fernet.generate_key().decode(),
        "CALLWRIGHT_STORAGE_URL": (folder / "storage").as_uri(),
        "CALLWRIGHT_RATE_LIMIT_PER_MINUTE": _UNLIMITED,
        "CALLWRIGHT_RATE_LIMIT_BURST": _UNLIMITED,
        "CALLWRIGHT_CALL_STARTS_PER_MINUTE": _UNLIMITED,
    }


@asynccontextmanager
async def serving(module: str, environment: dict[str, str], log: IO[bytes]) -> AsyncIterator[Served]:
    """A process of the server, once it listens; a line per request goes to `log`, as it would elsewhere."""
    port = free_port()
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", module, env=environment | {"API_PORT": str(port)}, stderr=log)
    try:
        async with asyncio.timeout(PATIENCE_S):
            while not await _listens(port):
                if process.returncode is not None:
                    log.seek(0)
                    raise RuntimeError(f"{module} ended with {process.returncode}: {log.read()[-2000:].decode()}")
                await asyncio.sleep(0.1)
        yield Served(port, process.pid)
    finally:
        if process.returncode is None:
            process.terminate()
            await process.wait()


async def _listens(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True


def _processor_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _with_children(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(below for child in children for below in _with_children(int(child)))]


def section(measured: list[Asked]) -> str:
    """Rows for the table of docs/benchmarks.md: each beside the bare handler, which comes first."""
    bare, bare_ms = median(measured[0].per_second), median(measured[0].processor_ms)
    return "\n".join(
        f"| {asked.name}: requests per second, p99, share of the bare handler; processor time of one, times the bare handler's |"
        f" {median(asked.per_second):,.0f}, {asked.p99_ms:.1f} ms, {median(asked.per_second) / bare:.0%};"
        f" {median(asked.processor_ms):.2f} ms, {median(asked.processor_ms) / bare_ms:.1f} | |"
        for asked in measured
    )


if __name__ == "__main__":
    print(section(asyncio.run(measure(*(int(each) for each in sys.argv[1:])))))
