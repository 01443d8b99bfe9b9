"""Tells the control plane what this worker can hold: at once when something changes, and every two seconds."""

import asyncio
from collections.abc import Callable

import structlog

from agent_worker.control_plane_client import Refused, Superseded, Unreachable, WorkerClient
from sip_config.contract import WorkerHeartbeat

log = structlog.get_logger()

EVERY_S = 2.0
UNHEARD_EVERY_S = 0.5
"""Until the first one is heard: workers are started beside their control plane, and calls wait for both."""
LOOK_EVERY_S = 0.1


class Heartbeat:
    """Sends `state()` until cancelled. A control plane that is away is reported once, and once when it is back."""

    def __init__(self, client: WorkerClient, state: Callable[[], WorkerHeartbeat]) -> None:
        self._client, self._state = client, state
        self._is_heard: bool | None = None

    async def run(self) -> None:
        loop, was_ever_heard = asyncio.get_running_loop(), False
        while True:
            beat, sent_at = self._state(), loop.time()
            is_heard = await self._send(beat)
            was_ever_heard = was_ever_heard or is_heard
            pause_s = EVERY_S if was_ever_heard else UNHEARD_EVERY_S
            while loop.time() < sent_at + pause_s and not (is_heard and self._state() != beat):  # noqa: ASYNC110 - livekit-agents tells nobody
                await asyncio.sleep(LOOK_EVERY_S)

    async def _send(self, beat: WorkerHeartbeat) -> bool:
        try:
            await self._client.heartbeat(beat)
        except (Unreachable, Refused, Superseded) as error:
            if self._is_heard is not False:
                log.warning("heartbeat_not_heard", error=f"{type(error).__name__}: {error}")
            self._is_heard = False
            return False
        if self._is_heard is not True:
            log.info("heartbeat_heard", slots=beat.slots)
        self._is_heard = True
        return True
