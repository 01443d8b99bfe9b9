"""What both parts stand on: a LiveKit of the benchmark's own, the minimal agent beside ours, and what callees say."""

import asyncio
import dataclasses
import os
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
from livekit import api

from benchmarks import minimal_agent
from control_plane.local.livekit import LiveKitKeys, LiveKitPorts, LocalLiveKit
from control_plane.local.livekit_binary import Finder
from control_plane.local.redis import EmbeddedRedis
from control_plane.local.secrets_file import random_password
from rehearsal.scripts import After, Answer, Behaviour, Script, Step, load_scripts
from sip_config.contract import CallOrder
from tests.fixtures.services import LiveKitService
from tests.integration.agent_worker.harness import Stage, process, stage

WORDS = ("Who is this, please?", "Could you repeat that, please?", "What did you say?", "Where are you calling from?")
"""Each is answered with a sentence and changes nothing: the stand-in ends no call for them."""
TURNS_OF_A_CALL = 10
"""The stand-in says goodbye after twelve."""
RINGS_S = 0.5
ENDS_WITHIN_S = 20
HEARTBEAT_EVERY_S = 5.0
"""As in orders of the control plane; the tests' own come every second."""


def script(turns: int = TURNS_OF_A_CALL) -> Script:
    """Somebody who answers, asks a few questions and hangs up."""
    asks = tuple(Step(say=WORDS[turn % len(WORDS)], after=After.AGENT_STOPS, delay_s=0.3) for turn in range(turns))
    return _script(Step(say="Hello?", after=After.ANSWER, delay_s=0.3), *asks, Step(hang_up=True, after=After.AGENT_STOPS, delay_s=0.3))


def listener(*, is_silent: bool) -> Script:
    """Somebody who hangs up when they have heard who calls; the silent one has not said a word."""
    hello = () if is_silent else (Step(say="Hello?", after=After.ANSWER, delay_s=0.3),)
    return _script(*hello, Step(hang_up=True, after=After.AGENT_SPEAKS, delay_s=1.0))


def _script(*steps: Step) -> Script:
    polite = load_scripts().scripts["answers-and-talks"]
    behaviour = Behaviour(polite.behaviour(1).expect, answer=Answer((RINGS_S,)), max_s=180.0, steps=steps)
    return dataclasses.replace(polite, name="asks", attempts=(behaviour,), numbers=())


@dataclasses.dataclass
class Ground:
    """Our stage with its process, and the minimal agent's, on the same server and models."""

    set_up: Stage
    minimal: asyncio.subprocess.Process

    def worker(self, *, is_ours: bool) -> int:
        return self.set_up.worker.pid if is_ours else self.minimal.pid

    async def send_minimal(self, order: CallOrder) -> None:
        """A room with the minimal agent in it."""
        agents, room = [api.RoomAgentDispatch(agent_name=minimal_agent.NAME, metadata="")], self.set_up.api.room
        await room.create_room(api.CreateRoomRequest(name=order.room_name, empty_timeout=60, departure_timeout=5, agents=agents))
        async with asyncio.timeout(60):
            while not (await room.list_participants(api.ListParticipantsRequest(room=order.room_name))).participants:  # noqa: ASYNC110 - the server tells nobody
                await asyncio.sleep(0.2)

    async def close_minimal(self, order: CallOrder) -> None:
        """LiveKit may have closed it already: the minimal agent leaves when its callee has."""
        try:
            await self.set_up.api.room.delete_room(api.DeleteRoomRequest(room=order.room_name))
        except api.ServerError as error:
            if error.code != "not_found":
                raise


@asynccontextmanager
async def ground(slots: int) -> AsyncIterator[Ground]:
    """Both agents ready for calls; the stand-in hears all that callees of `script` and `listener` say."""
    with TemporaryDirectory(prefix="callwright-bench-") as folder, livekit(Path(folder)) as service:
        async with stage(service, Path(folder), slots=slots) as set_up, minimal_worker(service, set_up, Path(folder)) as minimal:
            await set_up.speech.fill_script(script())
            await teach(set_up.models_url, script())
            yield Ground(set_up, minimal)


async def teach(models_url: str, asking: Script) -> None:
    """The stand-in hears only what it knows."""
    async with httpx.AsyncClient(base_url=models_url, timeout=60, trust_env=False) as http:
        for text in asking.texts():
            lesson = {"text": text, "voice": asking.voice.name, "speed": asking.voice.speed, "language": asking.language}
            (await http.post("/rehearsal/utterances", json=lesson)).raise_for_status()


@asynccontextmanager
async def minimal_worker(service: LiveKitService, set_up: Stage, folder: Path) -> AsyncIterator[asyncio.subprocess.Process]:
    env = {**service.env, "HOME": str(folder), "OPENAI_API_KEY": "none", "OPENAI_BASE_URL": f"{set_up.models_url}/v1"}
    async with process("-m", "benchmarks.minimal_agent", env=env, log=folder / "minimal.log") as worker:
        try:
            yield worker
        finally:
            await _end_forks(worker)


async def _end_forks(worker: asyncio.subprocess.Process) -> None:
    """The agent's fork server outlives it; it leads its process group."""
    worker.send_signal(signal.SIGTERM)
    with suppress(TimeoutError):
        await asyncio.wait_for(worker.wait(), ENDS_WITHIN_S)
    with suppress(ProcessLookupError):
        os.killpg(worker.pid, signal.SIGKILL)
    await worker.wait()


@contextmanager
def livekit(folder: Path) -> Iterator[LiveKitService]:
    redis, keys = EmbeddedRedis(folder / "redis", durable=False), LiveKitKeys("callwright", random_password())
    redis.start()
    server = LocalLiveKit(
        Finder(os.environ, print).find(), folder / "livekit", redis=(redis.address, redis.password), keys=keys, ports=LiveKitPorts.free()
    )
    try:
        yield LiveKitService(server.start(), keys.key, keys.secret, redis.url())
    finally:
        server.stop()
        redis.stop()
