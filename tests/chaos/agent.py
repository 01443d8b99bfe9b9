"""An agent worker without voice: the internal API's whole contract (order → ready → events → report) by the product's own client.

What a caller would say comes from the telephone network as a word. It keeps nothing: killed, it forgets everything, as a real one does.
"""

import asyncio
import contextlib
import json
import os
import random
import signal
import sys
import uuid
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import aiohttp

from agent_worker.control_plane_client import CallClient, Refused, Superseded, Unreachable, WorkerClient, http_client
from sip_config.causes import is_phone_gone
from sip_config.codec import decode
from sip_config.contract import AnsweredBy, CallEvent, CallOrder, CallReport, DispatchTicket, EndCause, EventKind, Outcome, WorkerHeartbeat

HEARTBEAT_S = 2.0
RETRY_S = 0.4
EVENT_PATIENCE_S, REPORT_PATIENCE_S = 30.0, 90.0
UNWANTED_AFTER_S = 80.0
"""A ready agent whose phone never rings goes home."""
OUTCOMES = {"talks": Outcome.SUCCESS, "voicemail": Outcome.NO_CONVERSATION, "opts_out": Outcome.DO_NOT_CALL}


async def insist(say: Callable[[], Awaitable[Any]], patience_s: float) -> Any:
    """Say it until it is heard, as long as that can help. Raises `Superseded`, `Refused`, or `Unreachable` in the end."""
    deadline = asyncio.get_running_loop().time() + patience_s
    while True:
        try:
            return await say()
        except Unreachable:
            if asyncio.get_running_loop().time() > deadline:
                raise
            await asyncio.sleep(RETRY_S)


class Job:
    """One call, from its dispatch to its report."""

    def __init__(self, worker: "Worker", room: str, ticket: DispatchTicket) -> None:
        self.room, self.ticket, self._worker = room, ticket, worker
        self.heard: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._client = CallClient(http_client(), worker.api_url, ticket)
        self._answered_at: datetime | None = None
        self._outcome, self._end = Outcome.HUNG_UP_EARLY, EndCause.CALLEE_HANGUP
        self._by = AnsweredBy.HUMAN
        self._phone_gone = False
        self._count = 0

    async def run(self) -> None:
        try:
            with contextlib.suppress(Superseded, Refused, Unreachable):
                order: CallOrder = await insist(self._client.order, EVENT_PATIENCE_S)
                await self._worker.tell("join", self.room)
                await asyncio.sleep(random.uniform(0.05, 0.3))
                await self._event(EventKind.READY)
                with contextlib.suppress(TimeoutError):
                    await self._call(order)
                await self._worker.tell("leave", self.room)
                await insist(self._report, REPORT_PATIENCE_S)
        finally:
            await self._worker.tell("leave", self.room)
            await self._worker.tell("finished", self.room)
            await self._client.aclose()

    async def _call(self, order: CallOrder) -> None:
        while True:
            patience = order.max_duration_s if self._answered_at else UNWANTED_AFTER_S
            said = await asyncio.wait_for(self._next(order), patience)
            if said["kind"] == "said":
                await self._react(order, said["word"])
                return
            if said["kind"] == "closed":
                return
            if said["status"] == "ringing":
                await self._event(EventKind.RINGING)
            elif said["status"] == "active" and self._answered_at is None:
                self._answered_at = datetime.now(UTC)
                await self._event(EventKind.ANSWERED)
            elif said["status"] == "gone":
                self._phone_gone = is_phone_gone(said["last_status"], said["reason"])
                await self._event(EventKind.CALLEE_LEFT, last_status=said["last_status"], disconnect_reason=said["reason"])
                return

    async def _next(self, order: CallOrder) -> dict[str, Any]:
        """What the room says next; meanwhile the call's heartbeat goes on."""
        while True:
            try:
                return await asyncio.wait_for(self.heard.get(), order.heartbeat_every_s)
            except TimeoutError:
                await self._event(EventKind.HEARTBEAT)

    async def _react(self, order: CallOrder, word: str) -> None:
        self._outcome = OUTCOMES.get(word, Outcome.SUCCESS)
        self._end = EndCause.OPT_OUT if word == "opts_out" else EndCause.AGENT_HANGUP
        if word == "voicemail":
            self._by = AnsweredBy.VOICEMAIL
        if word == "opts_out":
            # Confirmed to the callee only once it is committed; the report says it again if this fails.
            with contextlib.suppress(Unreachable):
                await insist(lambda: self._client.opt_out("Please never call me again.", 1.0), EVENT_PATIENCE_S)
                await self._worker.tell("opt_out_confirmed", self.room, number=order.to)
        await self._event(EventKind.HANGING_UP, end_cause=self._end)
        self._phone_gone = await self._worker.tell("hang_up", self.room)

    async def _event(self, kind: EventKind, **data: Any) -> None:
        self._count += 1
        event = CallEvent(f"{kind}-{self._count}", kind, datetime.now(UTC), self.ticket.generation, data)
        await insist(lambda: self._client.send_events([event]), EVENT_PATIENCE_S)

    async def _report(self) -> None:
        answered = self._answered_at is not None
        none = (AnsweredBy.NONE, Outcome.NO_CONVERSATION, EndCause.NONE)
        by, outcome, end = (self._by, self._outcome, self._end) if answered else none
        ends = {"answered_at": self._answered_at, "ended_at": datetime.now(UTC), "phone_gone": self._phone_gone}
        report = CallReport(self.ticket.call_id, self.ticket.generation, answered, by, outcome, end, **ends)  # type: ignore[arg-type]
        await self._client.put_report(report)


class Worker:
    """One agent worker process: its line to the network, its heartbeats, its jobs."""

    def __init__(self, network_url: str, api_url: str, agent_key: str, slots: int) -> None:
        self.api_url, self._network_url, self._slots = api_url, network_url, slots
        self._id = f"chaos-{uuid.uuid4().hex[:8]}"
        self._client = WorkerClient(api_url, agent_key)
        self._jobs: dict[str, Job] = {}
        self._running: set[asyncio.Task[None]] = set()
        self._line: aiohttp.ClientWebSocketResponse | None = None
        self._draining = asyncio.Event()

    async def run(self) -> None:
        """Until SIGTERM, and from then on until its last call is over, as the product's worker drains."""
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, self._draining.set)
        async with asyncio.TaskGroup() as group:
            lasting = [group.create_task(self._beat()), group.create_task(self._listen())]
            await self._draining.wait()
            await self.tell("drain", "")
            while self._running:
                await asyncio.wait(self._running)
            for task in lasting:
                task.cancel()

    async def tell(self, kind: str, room: str, **more: Any) -> bool:
        """Do something in a room; whether the network has taken it."""
        if self._line is not None and not self._line.closed:
            with contextlib.suppress(ConnectionError, aiohttp.ClientError):
                await self._line.send_json({"kind": kind, "room": room, **more})
                return True
        return False

    async def _beat(self) -> None:
        while True:
            is_registered = self._line is not None and not self._line.closed
            calls = tuple(job.ticket.call_id for job in self._jobs.values())
            beat = WorkerHeartbeat(self._id, self._slots, self._draining.is_set(), calls=calls, registered=is_registered)
            with contextlib.suppress(Unreachable, Refused, Superseded):
                await self._client.heartbeat(beat)
            await asyncio.sleep(HEARTBEAT_S)

    async def _listen(self) -> None:
        """Stay connected. A lost line ends every room this worker was in."""
        query = f"worker={self._id}&slots={self._slots}"
        async with aiohttp.ClientSession() as session:
            while True:
                with contextlib.suppress(aiohttp.ClientError, OSError):
                    async with session.ws_connect(f"{self._network_url}/agents?{query}", heartbeat=8) as line:
                        self._line = line
                        async for message in line:
                            if message.type is aiohttp.WSMsgType.TEXT:
                                self._hear(json.loads(message.data))
                for job in self._jobs.values():
                    job.heard.put_nowait({"kind": "closed"})
                await asyncio.sleep(RETRY_S)

    def _hear(self, said: dict[str, Any]) -> None:
        if said["kind"] != "job":
            if said["room"] in self._jobs:
                self._jobs[said["room"]].heard.put_nowait(said)
            return
        self._begin(Job(self, said["room"], decode(DispatchTicket, said["metadata"])))

    def _begin(self, job: Job) -> None:
        self._jobs[job.room] = job
        task = asyncio.create_task(job.run())
        self._running.add(task)
        task.add_done_callback(lambda done: self._finished(job.room, done))

    def _finished(self, room: str, task: "asyncio.Task[None]") -> None:
        self._running.discard(task)
        self._jobs.pop(room, None)
        if not task.cancelled() and task.exception() is not None:
            print("job failed:", repr(task.exception()), file=sys.stderr, flush=True)


if __name__ == "__main__":
    env = os.environ
    asyncio.run(Worker(env["CHAOS_NETWORK"], env["CALLWRIGHT_API_URL"], env["CALLWRIGHT_AGENT_KEY"], int(env["CHAOS_SLOTS"])).run())
