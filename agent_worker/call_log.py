"""Everything the agent saw in one call, in order: kept for the report, and sent to the control plane in the background.

Sending never stands in the audio's way: `note` returns at once, one task sends what has gathered, in order, and repeats it until
the control plane has it.
"""

import asyncio
from collections.abc import Callable
from typing import Any

import structlog

from agent_worker import clock
from agent_worker.control_plane_client import CallClient, Refused, Superseded, Unreachable
from agent_worker.retry import FIRST_PAUSE_S, LONGEST_PAUSE_S
from sip_config.contract import CallEvent, EventKind

log = structlog.get_logger()

BATCH = 100


class CallLog:
    """The events of one call. `superseded` is set when the control plane says that this generation is over."""

    def __init__(self, client: CallClient, generation: int, prefix: str) -> None:
        self.events: list[CallEvent] = []
        self.superseded = asyncio.Event()
        self.on_transferring: Callable[[bool], None] = lambda _: None
        """Called at heartbeats: whether the callee is being put through to somebody else."""
        self._client, self._generation, self._prefix = client, generation, prefix
        self._unsent: list[CallEvent] = []
        self._wake = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()
        self._count = 0
        self._task = asyncio.create_task(self._send_all(), name="call-events")

    def note(self, kind: EventKind, data: dict[str, Any] | None = None, *, at: float | None = None) -> CallEvent:
        """Record one fact; `at` is wall-clock seconds, now by default. Heartbeats are sent but not kept."""
        self._count += 1
        event = CallEvent(
            id=f"{self._prefix}-{self._count}",
            kind=kind,
            at=clock.as_time(clock.seconds() if at is None else at),
            generation=self._generation,
            data=data or {},
        )
        if kind is not EventKind.HEARTBEAT:
            self.events.append(event)
        self._unsent.append(event)
        self._idle.clear()
        self._wake.set()
        return event

    def has(self, kind: EventKind) -> bool:
        return any(event.kind is kind for event in self.events)

    async def sent(self) -> None:
        """Wait until the control plane has everything that was noted."""
        await self._idle.wait()

    async def aclose(self, timeout_s: float) -> None:
        """Give what is unsent `timeout_s` seconds, then stop; the report carries the rest."""
        try:
            await asyncio.wait_for(self._idle.wait(), timeout_s)
        except TimeoutError:
            log.warning("events_unsent", count=len(self._unsent))
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    async def _send_all(self) -> None:
        pause_s = FIRST_PAUSE_S
        while not self.superseded.is_set():
            if not self._unsent:
                self._idle.set()
                self._wake.clear()
                await self._wake.wait()
            if await self._send_some():
                pause_s = FIRST_PAUSE_S
            else:
                await asyncio.sleep(pause_s)
                pause_s = min(pause_s * 2, LONGEST_PAUSE_S)
        self._idle.set()

    async def _send_some(self) -> bool:
        batch = self._unsent[:BATCH]
        try:
            is_transferring = await self._client.send_events(batch)
            if any(event.kind is EventKind.HEARTBEAT for event in batch):
                self.on_transferring(is_transferring)
        except Unreachable as error:
            log.warning("events_not_delivered", error=str(error), waiting=len(self._unsent))
            return False
        except Superseded:
            self.superseded.set()
        except Refused as error:
            # Repeating a refused batch would hold up everything after it; the report still carries these facts.
            log.error("events_refused", error=str(error), kinds=[event.kind for event in batch])
        del self._unsent[: len(batch)]
        return True
