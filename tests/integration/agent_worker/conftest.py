"""One stage for the calls of this folder, and one for a worker that is told to end: starting worker and models takes seconds."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio

from rehearsal.scripts import ScriptBook, load_scripts
from sip_config.contract import WorkerHeartbeat
from tests.fakes.otlp import Collected, collecting
from tests.fixtures.services import LiveKitService, lonely_livekit
from tests.integration.agent_worker.control_plane import FakeControlPlane, Kept
from tests.integration.agent_worker.harness import Stage, stage

TRACE, ROOT = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"


@pytest_asyncio.fixture(scope="session")
async def calls(livekit: LiveKitService, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    """Real server, real worker with four slots, stand-in models."""
    async with stage(livekit, tmp_path_factory.mktemp("agent")) as set_up:
        yield set_up


@dataclass(frozen=True, slots=True)
class Drained:
    """What became of a worker that was told to end in the middle of its only call, of the call, and of one that it had no slot for."""

    call: Kept
    refused: Kept
    beats: list[WorkerHeartbeat]
    status: int
    spans: list[Collected]


@pytest_asyncio.fixture(scope="session")
async def drained(livekit_program: Path, tmp_path_factory: pytest.TempPathFactory, book: ScriptBook) -> Drained:
    """A worker with one slot and nobody beside it; a collector hears of its call, which belongs to a trace that began elsewhere."""
    folder, script = tmp_path_factory.mktemp("drained"), book.scripts["not-interested"]
    with collecting() as collector, lonely_livekit(livekit_program, tmp_path_factory) as livekit:
        async with stage(livekit, folder, slots=1, OTEL_EXPORTER_OTLP_ENDPOINT=collector.url) as small:
            beats = small.plane.beats
            talking = asyncio.create_task(small.call(script, trace_context=f"00-{TRACE}-{ROOT}-01"))
            await asyncio.wait_for(small.plane.until(lambda: beats[-1].load == 1.0), 90)
            refused = await small.send(small.order())
            small.worker.terminate()
            await asyncio.wait_for(small.plane.until(lambda: beats[-1].draining), 60)
            kept, _ = await talking
            status = await asyncio.wait_for(small.worker.wait(), 90)
        spans = await asyncio.to_thread(collector.wait_for, "agent", "get ready", "conversation", "report", "agent_session")
    return Drained(kept, refused, beats, status, spans)


@pytest.fixture(scope="session")
def book() -> ScriptBook:
    return load_scripts()


@pytest_asyncio.fixture
async def plane() -> AsyncIterator[tuple[FakeControlPlane, str]]:
    """A control plane and its URL."""
    running = FakeControlPlane()
    url = await running.start()
    yield running, url
    await running.stop()
