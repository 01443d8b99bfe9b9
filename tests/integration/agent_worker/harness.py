"""Real livekit-server, real agent worker and the stand-in models, with a callee made of the rehearsal carrier's own phone."""

import asyncio
import contextlib
import os
import signal
import sys
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from livekit import api

from control_plane.local.processes import free_port
from rehearsal.callee import play
from rehearsal.hearing import Utterance
from rehearsal.ledger import CallLabel
from rehearsal.leg import Leg, Seat
from rehearsal.phone import Phone
from rehearsal.scripts import Behaviour, Script
from rehearsal.speech_client import HttpVoices, SpeechLibrary
from sip_config.codec import encode
from sip_config.contract import CallOrder, CallPurpose, DispatchTicket, EventKind, ModelsOrder
from sip_config.naming import AGENT_NAME, SIP_CALL_STATUS, callee_identity, room_name
from tests.fixtures.services import LiveKitService
from tests.integration.agent_worker.control_plane import AGENT_KEY, TOKEN, FakeControlPlane, Kept

LINE = "Hello, this is Ada of the library. Is this a good time?"
TOLD = "You are speaking with an AI assistant. This call is recorded."
OPENING = f"{TOLD} {LINE}"
"""What the agent makes of the assistant's line: it names the caller, but not what is calling."""

REPOSITORY = Path(__file__).parents[3]


@dataclass
class Notes:
    """Stands where the carrier's ledger stands; keeps what the callee did."""

    entries: list[tuple[str, dict]] = field(default_factory=list)

    def write(self, event: str, label: CallLabel, **data) -> None:
        self.entries.append((event, data))


@dataclass
class Heard:
    """The call as the callee had it. Times are Unix seconds."""

    answered_at: float
    agent: list[Utterance]
    callee: list[dict]
    gone: int | None

    @property
    def first_audio_after_due_s(self) -> float:
        """Issue 3: due is the end of the callee's first words, or answer + 1.5 s when nothing is said."""
        first = self.agent[0].started_at
        said = [words for words in self.callee if words["started_at"] < first]
        return first - (said[0]["ended_at"] if said else self.answered_at + 1.5)


Played = tuple[Kept, Heard]


async def two_at_a_time(calls: Mapping[str, Callable[[], Awaitable[Played]]]) -> dict[str, Played]:
    """What came of each call, by its name. A slow machine plays two as a fast one does; the longest should be named first."""
    turn = asyncio.Semaphore(2)

    async def in_turn(call: Callable[[], Awaitable[Played]]) -> Played:
        async with turn:
            return await call()

    return dict(zip(calls, await asyncio.gather(*map(in_turn, calls.values())), strict=True))


class Stage:
    """Everything a call needs; `call` plays one."""

    def __init__(self, livekit: LiveKitService, plane: FakeControlPlane, speech: SpeechLibrary, worker: asyncio.subprocess.Process) -> None:
        self.livekit, self.plane, self.speech, self.worker = livekit, plane, speech, worker
        self.api = api.LiveKitAPI(livekit.url, livekit.key, livekit.secret)
        self.models_url, self.models_pid = "", 0

    def order(self, **changes) -> CallOrder:
        call_id = uuid.uuid4().hex
        order = CallOrder(
            call_id=call_id,
            generation=1,
            room_name=room_name(call_id),
            callee_identity=callee_identity(call_id),
            to="+12025550101",
            purpose=CallPurpose.SINGLE,
            system_prompt="You are Ada.",
            opening_line=LINE,
            assistant_name="Ada",
            calls_for="the library",
            outcome_labels=("interested", "not_interested", "callback", "do_not_call", "wrong_number"),
            models=ModelsOrder("stand-in-llm", "stand-in-stt", "stand-in-tts"),
            heartbeat_every_s=1.0,
        )
        return replace(order, **changes)

    async def dispatch(self, order: CallOrder) -> Kept:
        """Room and agent, once there is a free slot; returns when the agent has reported ready."""
        await self.plane.until(lambda: not self.plane.beats[-1].draining and len(self.plane.beats[-1].calls) < self.plane.beats[-1].slots)
        kept = await self.send(order)
        await asyncio.wait_for(self.plane.until(lambda: EventKind.READY in kept.kinds()), 90)
        return kept

    async def send(self, order: CallOrder) -> Kept:
        """Room and dispatch, whether or not a worker takes it."""
        kept = self.plane.calls.setdefault(order.call_id, Kept(order))
        ticket = encode(DispatchTicket(order.call_id, order.generation, TOKEN))
        agents = [api.RoomAgentDispatch(agent_name=AGENT_NAME, metadata=ticket)]
        room = api.CreateRoomRequest(name=order.room_name, empty_timeout=120, departure_timeout=5, agents=agents)
        await self.api.room.create_room(room)
        return kept

    async def call(self, script: Script, behaviour: Behaviour | None = None, **changes) -> Played:
        """One call from dispatch to report."""
        await self.speech.fill_script(script)
        order = self.order(**changes)
        kept = await self.dispatch(order)
        heard = await self.be_callee(order, script, behaviour or script.behaviour(1))
        await asyncio.wait_for(kept.reported.wait(), 90)
        return kept, heard

    async def be_callee(self, order: CallOrder, script: Script, behaviour: Behaviour) -> Heard:
        agent: list[Utterance] = []
        seat = Seat(order.room_name, order.callee_identity, "", "", {SIP_CALL_STATUS: "dialing"})
        leg = Leg(seat, self.api, agent.append)
        await leg.join(self.livekit.url, self.livekit.key, self.livekit.secret)
        await leg.set_status("ringing")
        await asyncio.sleep(behaviour.ring_s(1, order.to, 1))
        notes = Notes()
        phone = Phone(leg, CallLabel(order.room_name, "", order.call_id, order.to, script.name, 1), script, self.speech, notes)  # pyright: ignore
        leg.listen()
        await leg.set_status("active")
        await self._until_end(leg, script, behaviour, phone)
        return Heard(phone.answered_at, agent, [data for event, data in notes.entries if event == "callee_spoke"], _reason(leg))

    async def _until_end(self, leg: Leg, script: Script, behaviour: Behaviour, phone: Phone) -> None:
        talk = asyncio.create_task(play(behaviour, phone))
        done, _ = await asyncio.wait({talk, leg.gone}, return_when=asyncio.FIRST_COMPLETED)
        if talk in done and not leg.gone.done():
            await leg.set_status("hangup")
        talk.cancel()
        await asyncio.gather(talk, return_exceptions=True)
        await leg.leave(1)


def _reason(leg: Leg) -> int | None:
    return leg.gone.result() if leg.gone.done() else None


@contextlib.asynccontextmanager
async def process(*arguments: str, env: dict[str, str], log: Path) -> AsyncIterator[asyncio.subprocess.Process]:
    """A child of this Python that is ended with SIGTERM, then SIGKILL."""
    with log.open("ab") as output:
        child = await asyncio.create_subprocess_exec(
            sys.executable,
            *arguments,
            env={"PATH": os.defpath, **env},
            cwd=REPOSITORY,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        yield child
    finally:
        if child.returncode is None:
            child.send_signal(signal.SIGTERM)
            try:
                await asyncio.wait_for(child.wait(), 20)
            except TimeoutError:
                os.killpg(child.pid, signal.SIGKILL)
                await child.wait()


@contextlib.asynccontextmanager
async def stage(livekit: LiveKitService, folder: Path, slots: int = 4, **variables: str) -> AsyncIterator[Stage]:
    """Models, control plane and worker, ready for calls; with further variables of their environment."""
    plane, port = FakeControlPlane(), free_port()
    url = await plane.start()
    env = {
        **livekit.env,
        "HOME": str(folder),
        "CALLWRIGHT_API_URL": url,
        "CALLWRIGHT_AGENT_KEY": AGENT_KEY,
        "CALLWRIGHT_AGENT_SLOTS": str(slots),
        "CALLWRIGHT_AGENT_BUSY_PERCENT": "100",
        "CALLWRIGHT_AGENT_CACHE": str(folder / "lines"),
        "OPENAI_API_KEY": "none",
        "OPENAI_BASE_URL": f"http://127.0.0.1:{port}/v1",
        **variables,
    }
    async with (
        process("-m", "rehearsal.models", "--port", str(port), env=env, log=folder / "models.log") as models,
        process("-m", "agent_worker.server", env=env, log=folder / "worker.log") as worker,
    ):
        set_up = Stage(livekit, plane, SpeechLibrary(HttpVoices(f"http://127.0.0.1:{port}")), worker)
        set_up.models_url, set_up.models_pid = f"http://127.0.0.1:{port}", models.pid
        try:
            await asyncio.wait_for(plane.until(lambda: any(beat.registered for beat in plane.beats)), 120)
            yield set_up
        finally:
            await set_up.api.aclose()
    await plane.stop()
