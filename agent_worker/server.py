"""Starts the agent worker: `python -m agent_worker.server`. SIGTERM or SIGINT drains it: calls go on, new ones go elsewhere."""

import asyncio
import signal
import sys
import uuid
from importlib.util import find_spec

import structlog
from livekit.agents import AgentServer
from livekit.agents.utils.hw import get_cpu_monitor

from agent_worker import in_job, logs, scratch, settings, upkeep
from agent_worker.admission import Admission
from agent_worker.control_plane_client import WorkerClient
from agent_worker.heartbeat import Heartbeat
from agent_worker.settings import EXIT_CONFIG, Settings, SettingsError
from agent_worker.slots import REFUSING_LOAD, Slots
from sip_config.contract import WorkerHeartbeat
from sip_config.naming import AGENT_NAME
from sip_config.vendors import OPENAI, VENDORS

log = structlog.get_logger()

SESSION_END_S = 120.0
"""Recording (30 s) and report (60 s) with room to spare."""

FOREVER = 1_000_000
PRELOADED = ["livekit.plugins.openai", "livekit.plugins.silero", "agent_worker.preloaded", "agent_worker.job"]
"""Imported once, in the forkserver: a job process then starts in 17 ms instead of 3 s (facts: stack §1)."""


class Worker:
    """One worker process: the LiveKit side, its slots and its heartbeat."""

    def __init__(self, loaded: Settings) -> None:
        self._settings, self._id, self._slots = loaded, str(uuid.uuid4()), Slots(loaded.slots)
        self._admission = Admission(loaded.busy_percent / 100, get_cpu_monitor().cpu_percent)
        self._has_registered = False
        self.server = AgentServer(
            ws_url=loaded.livekit_url,
            api_key=loaded.livekit_api_key,
            api_secret=loaded.livekit_api_secret,
            setup_fnc=in_job.prewarm,
            load_fnc=self._slots.load,
            load_threshold=REFUSING_LOAD,
            num_idle_processes=loaded.slots,
            initialize_process_timeout=60.0,
            session_end_timeout=SESSION_END_S,
            preload_modules=[*PRELOADED, *_vendors()],
            # A LiveKit that is away is waited for: the launcher and compose start us before it is up.
            max_retry=FOREVER,
            host=loaded.http_host,
            port=loaded.http_port,
            prometheus_port=loaded.metrics_port,
            log_level=loaded.log_level,
        )
        self.server.rtc_session(in_job.entrypoint, agent_name=AGENT_NAME, on_request=self._answer, on_session_end=in_job.on_session_end)
        self.server.on("worker_registered", self._registered)

    async def run(self) -> None:
        """Work until drained."""
        loop = asyncio.get_running_loop()
        for name in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(name, lambda: self._drain_once(loop))
        client = WorkerClient(self._settings.control_plane_url, self._settings.agent_key)
        beside = [asyncio.create_task(Heartbeat(client, self.state).run()), asyncio.create_task(self._admission.run())]
        try:
            await self.server.run(devmode=False)
        finally:
            for each in beside:
                each.cancel()
            await asyncio.gather(*beside, return_exceptions=True)
            await client.aclose()

    def state(self) -> WorkerHeartbeat:
        """What the worker holds right now; before it is connected to LiveKit its slots count for nothing."""
        # `_connecting` is the only sign of a lost connection that the server gives.
        connected = self._has_registered and not self.server._connecting
        calls = self._slots.calls(self.server) if self._has_registered else ()
        load = round(len(calls) / self._slots.total, 3)
        slots = self._admission.slots(self._slots.total, len(calls))
        return WorkerHeartbeat(self._id, slots, self.server.draining, calls, connected, load)

    async def _answer(self, request) -> None:
        await self._slots.answer(self.server, request)

    def _registered(self, *_: object) -> None:
        self._has_registered = True
        log.info("worker_registered", worker=self._id, slots=self._slots.total)

    def _drain_once(self, loop: asyncio.AbstractEventLoop) -> None:
        if not self.server.draining:
            self._draining = loop.create_task(self._drain())

    async def _drain(self) -> None:
        log.info("worker_draining", calls=len(self._slots.calls(self.server)))
        await self.server.drain(timeout=None)
        await self.server.aclose()


def _vendors() -> list[str]:
    """Plugins of the vendors whose extras are installed."""
    names = [f"livekit.plugins.{vendor}" for vendor in VENDORS if vendor != OPENAI]
    return [name for name in names if find_spec(name) is not None]


def main() -> int:
    """Exit status: 0 after a drain, 78 for wrong settings."""
    try:
        loaded = settings.load()
    except SettingsError as error:
        sys.stderr.write(f"agent_worker: {error}\n")
        return EXIT_CONFIG
    settings.set_defaults_of_livekit()
    upkeep.look_less_often()
    logs.configure(loaded.log_level)
    scratch.clear(loaded.scratch_dir)
    scratch.use_for_sockets(loaded.scratch_dir)
    asyncio.run(Worker(loaded).run())
    return 0


if __name__ == "__main__":
    sys.exit(main())
