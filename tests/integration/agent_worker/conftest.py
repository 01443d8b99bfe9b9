"""One stage for the calls of this folder: starting worker and models takes seconds."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from rehearsal.scripts import ScriptBook, load_scripts
from tests.fixtures.services import LiveKitService
from tests.integration.agent_worker.control_plane import FakeControlPlane
from tests.integration.agent_worker.harness import Stage, stage


@pytest_asyncio.fixture(scope="session")
async def calls(livekit: LiveKitService, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    """Real server, real worker with four slots, stand-in models."""
    async with stage(livekit, tmp_path_factory.mktemp("agent")) as set_up:
        yield set_up


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
