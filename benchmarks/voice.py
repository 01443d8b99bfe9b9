"""How long a callee waits for an answer, and what a talking call costs, beside a minimal agent on the same stack in the same run.

`python -m benchmarks.voice` writes the section "Voice" of docs/benchmarks.md. It listens in real time: nothing else may run beside it.
"""

import argparse
import asyncio
import dataclasses
import os
import platform
import signal
import time
from collections.abc import AsyncIterator, Iterator, Sequence
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
from rehearsal.scripts import After, Behaviour, Script, Step, load_scripts
from sip_config.contract import CallOrder, EventKind
from tests.fixtures.services import LiveKitService
from tests.integration.agent_worker.harness import Heard, Stage, process, stage

PAGE = Path(__file__).parents[1] / "docs" / "benchmarks.md"
HEADING = "\n## Voice\n"
HOW = """
Written by `make bench-voice`: stand-in models at no delay, callees of the simulated carrier's own phone, who listen in the room; one call
at a time, ours and a minimal agent's (`benchmarks/minimal_agent.py`) in turns on the same server and models. {machine}.

| measured | Callwright | minimal agent | ratio | wanted |
|---|---|---|---|---|
{table}

{ours} and {minimal} turns, {lacking}. A turn is a question of four to six words; its wait is what the callee hears, from the last loud
frame they sent to the first they got. Processor is that of the worker with all of its processes, from the answer to the hang-up; the
models' and the server's is not in it. One call at a time: nothing here says how many fit.
"""
WORDS = ("Who is this, please?", "Could you repeat that, please?", "What did you say?", "Where are you calling from?")
"""Each is answered with a sentence and changes nothing: the stand-in ends no call for them."""
TURNS_OF_A_CALL = 8
"""The stand-in says goodbye after twelve."""
ENDS_WITHIN_S = 20
HEARTBEAT_EVERY_S = 5.0
"""As in orders of the control plane; the tests' own come every second."""
SETTLING_S = 4.0
"""The next job's process is started meanwhile, which is no part of a talking call."""
WANTED_P50_S, WANTED_P95_S, WANTED_CPU = 0.8, 1.2, 0.75
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclasses.dataclass
class Taken:
    """Of one agent: seconds from the end of the callee's words to its voice, core seconds and seconds talked, MB of its largest process."""

    waits_s: list[float] = dataclasses.field(default_factory=list)
    cpu_s: float = 0.0
    talked_s: float = 0.0
    memory_mb: float = 0.0
    unanswered: int = 0

    @property
    def cores(self) -> float:
        return self.cpu_s / self.talked_s if self.talked_s else 0.0

    def wait_s(self, share: float) -> float:
        ordered = sorted(self.waits_s)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else float("nan")

    def heard(self, call: Heard) -> None:
        """The waits of one call; who has not been answered before their next words counts as unanswered."""
        starts = [utterance.started_at for utterance in call.agent]
        ends = [words["ended_at"] for words in call.callee]
        for place, ended in enumerate(ends[1:], 1):
            until = call.callee[place + 1]["started_at"] if place + 1 < len(ends) else float("inf")
            answer = next((start for start in starts if ended <= start < until), None)
            if answer is None:
                self.unanswered += 1
            else:
                self.waits_s.append(answer - ended)


def script() -> Script:
    """Somebody who answers, asks a few questions and hangs up."""
    polite = load_scripts().scripts["answers-and-talks"]
    hello = Step(say="Hello?", after=After.ANSWER, delay_s=0.3)
    asks = tuple(Step(say=WORDS[turn % len(WORDS)], after=After.AGENT_STOPS, delay_s=0.3) for turn in range(TURNS_OF_A_CALL))
    steps = (hello, *asks, Step(hang_up=True, after=After.AGENT_STOPS, delay_s=0.3))
    behaviour = Behaviour(polite.behaviour(1).expect, answer=polite.behaviour(1).answer, max_s=180.0, steps=steps)
    return dataclasses.replace(polite, name="asks", attempts=(behaviour,), numbers=())


async def measure(turns: int) -> tuple[Taken, Taken]:
    """Ours and the minimal agent, call by call in turns, so that whatever else the machine does meets both."""
    ours, minimal, asking = Taken(), Taken(), script()
    with TemporaryDirectory(prefix="callwright-bench-") as folder, livekit(Path(folder)) as service:
        async with stage(service, Path(folder), slots=1) as set_up, minimal_worker(service, set_up, Path(folder)) as worker:
            await set_up.speech.fill_script(asking)
            await teach(set_up.models_url, asking)
            while min(len(ours.waits_s), len(minimal.waits_s)) < turns:
                await one_call(set_up, asking, ours, set_up.worker.pid, is_ours=True)
                await one_call(set_up, asking, minimal, worker.pid, is_ours=False)
                print(f"{len(ours.waits_s)} and {len(minimal.waits_s)} of {turns} turns", flush=True)
    return ours, minimal


async def teach(models_url: str, asking: Script) -> None:
    """The stand-in hears only what it knows."""
    async with httpx.AsyncClient(base_url=models_url, timeout=60, trust_env=False) as http:
        for text in asking.texts():
            lesson = {"text": text, "voice": asking.voice.name, "speed": asking.voice.speed, "language": asking.language}
            (await http.post("/rehearsal/utterances", json=lesson)).raise_for_status()


async def one_call(set_up: Stage, asking: Script, taken: Taken, worker: int, *, is_ours: bool) -> None:
    order = set_up.order(heartbeat_every_s=HEARTBEAT_EVERY_S)
    kept = await set_up.dispatch(order) if is_ours else None
    if kept is None:
        await send_minimal(set_up, order)
    await asyncio.sleep(SETTLING_S)
    before, began = cpu_s(worker), time.monotonic()
    heard = await set_up.be_callee(order, asking, asking.behaviour(1))
    taken.cpu_s += cpu_s(worker) - before
    taken.talked_s += time.monotonic() - began
    taken.memory_mb = max(taken.memory_mb, memory_mb(worker))
    taken.heard(heard)
    print(f"{'ours' if is_ours else 'minimal'}: the callee spoke {len(heard.callee)} times, the agent {len(heard.agent)} times", flush=True)
    if kept is not None:
        await asyncio.wait_for(kept.reported.wait(), 90)
        assert EventKind.FIRST_AUDIO in kept.kinds()
    else:
        await set_up.api.room.delete_room(api.DeleteRoomRequest(room=order.room_name))


async def send_minimal(set_up: Stage, order: CallOrder) -> None:
    """A room with the minimal agent in it."""
    agents = [api.RoomAgentDispatch(agent_name=minimal_agent.NAME, metadata="")]
    await set_up.api.room.create_room(api.CreateRoomRequest(name=order.room_name, empty_timeout=60, departure_timeout=5, agents=agents))
    async with asyncio.timeout(60):
        while not (await set_up.api.room.list_participants(api.ListParticipantsRequest(room=order.room_name))).participants:  # noqa: ASYNC110 - the server tells nobody
            await asyncio.sleep(0.2)


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


def family(pid: int) -> set[int]:
    """The process and all that descend from it."""
    parents = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue
    found = {pid}
    while more := {child for child, parent in parents.items() if parent in found} - found:
        found |= more
    return found


def cpu_s(pid: int) -> float:
    """Core seconds that the family has used."""
    total = 0.0
    for each in family(pid):
        try:
            fields = Path(f"/proc/{each}/stat").read_text().rpartition(")")[2].split()
            total += (int(fields[11]) + int(fields[12])) / _TICKS
        except OSError:
            continue
    return total


def memory_mb(pid: int) -> float:
    """Proportional memory of the family's largest process, which is the one that holds the call."""
    return max(map(_pss_mb, family(pid)), default=0.0)


def _pss_mb(pid: int) -> float:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


def section(ours: Taken, minimal: Taken, seconds: float) -> str:
    rows = [
        ("callee's end of speech → agent's voice, p50", ours.wait_s(0.5), minimal.wait_s(0.5), "s", f"≤ {WANTED_P50_S} s"),
        ("the same, p95", ours.wait_s(0.95), minimal.wait_s(0.95), "s", f"≤ {WANTED_P95_S} s"),
        ("processor per talking call", ours.cores, minimal.cores, "core", f"≤ {WANTED_CPU} × minimal"),
        ("memory of the process that holds the call (PSS)", ours.memory_mb, minimal.memory_mb, "MB", "–"),
    ]
    table = "\n".join(
        f"| {what} | {a:.2f} {unit} | {b:.2f} {unit} | {a / b if b else float('nan'):.2f} | {want} |" for what, a, b, unit, want in rows
    )
    load = " ".join(f"{value:.1f}" for value in os.getloadavg())
    machine = f"{platform.machine()}, {os.cpu_count()} cores, load average {load} at the end; {seconds:.0f} s"
    lacking = f"{ours.unanswered} and {minimal.unanswered} without an answer before the callee spoke again"
    return HEADING + HOW.format(machine=machine, table=table, ours=len(ours.waits_s), minimal=len(minimal.waits_s), lacking=lacking)


def write(page: Path, text: str) -> None:
    """Put the section at the page's end, in the place of the former."""
    page.write_text(page.read_text(encoding="utf-8").partition(HEADING)[0].rstrip("\n") + "\n" + text, encoding="utf-8")


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=104, help="of each agent, at least")
    parser.add_argument("--dry", action="store_true", help="print the section and leave the page as it is")
    wanted = parser.parse_args(arguments)
    began = time.monotonic()
    text = section(*asyncio.run(measure(wanted.turns)), time.monotonic() - began)
    print(text)
    if not wanted.dry:
        write(PAGE, text)


if __name__ == "__main__":
    main()
