"""Task worker, agent worker and API are told to end (SIGTERM) and replaced, one after the other, while a campaign goes on.

Real processes over the telephone network of `tests/fakes`: no call is dropped, none is made twice, nothing is claimed by who was told to
end, and everybody ends with 0. A collector sees one trace per call over all of them.
"""

import asyncio
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from control_plane.db.session import Sessions, create_engine, create_sessions
from control_plane.kit.secrets import new_api_key
from control_plane.local.processes import Command, free_port, launch
from tests.factories import rows
from tests.fakes.otlp import Collector, collecting
from tests.fakes.telephony_server import read_ledger
from tests.fixtures import programs

CONTACTS, SLOTS = 60, 3
PATIENCE_S = 240.0
"""For what needs processes to start on a busy machine."""
IN_FLIGHT_S = 3.0
"""A claim that was under way when the signal came may still commit."""
LIVE = "select count(*) from call where state in ('dialing', 'ringing', 'in_progress')"
WAITING = "select count(*) from enrollment where state = 'waiting'"


@dataclass
class Platform:
    folder: Path
    env: dict[str, str]
    sessions: Sessions
    collector: Collector
    processes: dict[str, "subprocess.Popen[bytes]"] = field(default_factory=dict)

    def start(self, name: str, module: str, *arguments: str, **env: str) -> None:
        argv, log = (sys.executable, "-m", module, *arguments), self.folder / f"{name}.log"
        self.processes[name] = launch(Command(name, argv, self.env | env, programs.ROOT, log, death_signal=signal.SIGKILL))

    async def end(self, name: str) -> int:
        """SIGTERM, and the exit status."""
        process = self.processes.pop(name)
        process.send_signal(signal.SIGTERM)
        return await asyncio.to_thread(process.wait, PATIENCE_S)

    async def ask(self, query: str, **values: Any) -> Any:
        async with self.sessions() as session:
            return await session.scalar(text(query), values)

    async def until(self, holds: Callable[[], Awaitable[Any]]) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while not await holds():
                dead = [name for name, process in self.processes.items() if process.poll() is not None]
                assert not dead, (dead, (self.folder / f"{dead[0]}.log").read_text()[-2000:])
                await asyncio.sleep(0.1)

    async def until_live(self) -> None:
        """Calls ring or talk, and more are to come."""
        await self.until(lambda: self.ask(LIVE))
        assert await self.ask(WAITING), "the campaign ended before the restarts: it needs more contacts"

    async def api_answers(self) -> bool:
        try:
            async with httpx.AsyncClient(trust_env=False) as client:
                return (await client.get(f"{self.env['CALLWRIGHT_API_URL']}/health/live", timeout=2)).is_success
        except httpx.HTTPError:
            return False

    def close(self) -> None:
        for process in self.processes.values():
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@pytest.fixture
async def platform(database: str, redis_url: str, tmp_path: Path) -> AsyncIterator[Platform]:
    api, network = free_port(), free_port()
    told = {
        "HOME": str(tmp_path),
        "CALLWRIGHT_REDIS_URL": redis_url,
        "CALLWRIGHT_API_URL": f"http://127.0.0.1:{api}",
        "CALLWRIGHT_BOOTSTRAP_API_KEY": new_api_key(),
        "CALLWRIGHT_AGENT_KEY": new_api_key(),
        "API_PORT": str(api),
        "CHAOS_NETWORK": f"http://127.0.0.1:{network}",
        "CHAOS_SLOTS": str(SLOTS),
    }
    env = programs.environment(database, tmp_path / "data", **told)
    async with AsyncExitStack() as stack:
        collector = stack.enter_context(collecting())
        engine = create_engine(database)
        stack.push_async_callback(engine.dispose)
        made = Platform(
            tmp_path,
            env | {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.url},
            create_sessions(engine, env["CALLWRIGHT_ENCRYPTION_KEY"]),
            collector,
        )
        stack.callback(made.close)
        ledger = ("--ledger", str(tmp_path / "network.jsonl"))
        made.start("network", "tests.fakes.telephony_server", "--port", str(network), *ledger)
        yield made


async def seed(platform: Platform) -> None:
    async with platform.sessions.begin() as session:
        world = await rows.world(session, calls_per_second=50, attempts={"max_total": 1})
        for i in range(CONTACTS):
            person = await rows.contact(session, world, f"+12025550{100 + i}", attributes={"rehearsal_script": "talks"})
            await rows.enroll(session, world, person, due_at=datetime.now(UTC))


async def replace_task_worker(platform: Platform) -> None:
    """The old one first, so that every claim after the signal would be its own."""
    await platform.until_live()
    told_at = await platform.ask("select clock_timestamp()")
    assert await platform.end("task-worker-1") == 0
    await asyncio.sleep(IN_FLIGHT_S)
    late = "select count(*) from call where claimed_at > cast(:told_at as timestamptz) + make_interval(secs => :in_flight)"
    assert await platform.ask(late, told_at=told_at, in_flight=IN_FLIGHT_S) == 0
    port = free_port()
    platform.start("task-worker-2", "tests.chaos.worker", CALLWRIGHT_METRICS_PORT=str(port))
    await platform.until(lambda: has_claimed(port))


async def has_claimed(port: int) -> bool:
    """By its own page: what is live may still be calls of the one before."""
    try:
        async with httpx.AsyncClient(trust_env=False) as client:
            return 'callwright_claims_total{purpose="campaign"}' in (await client.get(f"http://127.0.0.1:{port}/metrics")).text
    except httpx.TransportError:
        return False


async def replace_agent_worker(platform: Platform) -> None:
    """The new one first: the old one takes no more calls from the signal on, and ends with its last."""
    platform.start("agent-2", "tests.chaos.agent")
    await platform.until(lambda: platform.ask("select count(*) >= 2 from agent_worker where registered"))
    await platform.until_live()
    assert await platform.end("agent-1") == 0


async def replace_api(platform: Platform) -> None:
    """On the same address, so that for some seconds nobody answers there; agents say again what was not heard."""
    await platform.until_live()
    assert await platform.end("api-1") == 0
    platform.start("api-2", "tests.fakes.api_process")
    await platform.until(platform.api_answers)


@pytest.mark.timeout(900)
async def test_a_rolling_restart_drops_no_call_and_repeats_none(platform: Platform) -> None:
    await seed(platform)
    platform.start("api-1", "tests.fakes.api_process")
    await platform.until(platform.api_answers)
    platform.start("agent-1", "tests.chaos.agent")
    platform.start("task-worker-1", "tests.chaos.worker")
    await replace_task_worker(platform)
    await replace_agent_worker(platform)
    await replace_api(platform)
    await platform.until(lambda: platform.ask("select count(*) = 0 from enrollment where state in ('waiting', 'claimed')"))
    await no_call_was_dropped(platform)
    assert [await platform.end(name) for name in ("task-worker-2", "agent-2", "api-2")] == [0, 0, 0]
    await one_trace_per_call(platform)


async def no_call_was_dropped(platform: Platform) -> None:
    """Every contact's phone rang once, was answered, and the agent said what came of it."""
    lines = read_ledger(platform.folder / "network.jsonl")
    invites = Counter(line["number"] for line in lines if line["event"] == "invite")
    assert (len(invites), set(invites.values())) == (CONTACTS, {1})
    async with platform.sessions() as session:
        outcomes = await session.execute(text("select outcome, reported_at is not null from call where state = 'ended'"))
        states = await session.execute(text("select state from enrollment"))
        assert Counter(tuple(row) for row in outcomes) == {("success", True): CONTACTS}
        assert {row[0] for row in states} == {"done"}


async def one_trace_per_call(platform: Platform) -> None:
    """Each call's trace has one root and spans of the API and of a task worker; no phone number is in any of them."""
    async with platform.sessions() as session:
        traces = {row[0].split("-")[1] for row in await session.execute(text("select trace_context from call where state = 'ended'"))}
    spans = platform.collector.spans
    assert len(traces) == CONTACTS
    assert Counter(span.trace for span in spans if not span.parent and span.trace in traces) == dict.fromkeys(traces, 1)
    for trace in traces:
        assert {"callwright-api", "callwright-task-worker"} <= {span.service for span in spans if span.trace == trace}
        assert {"claim", "dispatch", "trunk turn", "dial", "settle"} <= {span.name for span in spans if span.trace == trace}
    assert not [span.raw for span in spans if "202555" in span.raw]
