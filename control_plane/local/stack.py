"""The whole platform on one machine as one object: everything starts as soon as what it needs is there, and is stopped in order;
with handles for tests.

`callwright up`, `callwright demo` and the end-to-end tests all run this and nothing else.
"""

import asyncio
import contextlib
import fcntl
import os
import shutil
from collections.abc import Coroutine
from types import TracebackType
from typing import Any

from control_plane.local import children, probes
from control_plane.local.agents import AgentPool, WorkerPolicy, metrics_at
from control_plane.local.children import ControlPlaneChildren, VoiceChildren
from control_plane.local.environment import Addresses, Environments, keep_secrets, log_folder
from control_plane.local.livekit import LocalLiveKit
from control_plane.local.livekit_binary import Finder
from control_plane.local.ports import PortUse, check_free, livekit_uses
from control_plane.local.postgres import POSTGRES, EmbeddedPostgres
from control_plane.local.processes import free_port
from control_plane.local.redis import EmbeddedRedis
from control_plane.local.settings import LocalOptions, choose
from control_plane.local.supervisor import Child, Supervisor
from control_plane.settings import SettingsError


def forget_data(options: LocalOptions) -> None:
    """Remove the databases of a stopped platform; logs, recordings and the carrier's ledger stay."""
    EmbeddedPostgres(options.folder / "postgres").destroy()
    shutil.rmtree(options.folder / "redis", ignore_errors=True)


class LocalStack:
    """`async with LocalStack(options) as stack:` runs the platform. Raises `SettingsError` or `LocalError`, each one sentence."""

    def __init__(self, options: LocalOptions) -> None:
        self.options = options
        self.choice = choose(options)
        self.supervisor = Supervisor(options.say)
        self._exit = contextlib.AsyncExitStack()
        self._following: asyncio.Task[None] | None = None

    async def __aenter__(self) -> "LocalStack":
        telling = asyncio.create_task(self.supervisor.waiting.tell(self.options.say, log_folder(self.options.folder)))
        try:
            await self._start()
        except BaseException:
            await self._stop()
            raise
        finally:
            telling.cancel()
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self._stop()

    @property
    def api_url(self) -> str:
        host = self.options.host
        return f"http://{'127.0.0.1' if host in ('0.0.0.0', '::') else host}:{self.options.ports.api}"  # noqa: S104 (compared, not bound)

    @property
    def owner_key(self) -> str:
        """API key with the role owner."""
        return self.secrets.owner_key

    @property
    def agent_workers(self) -> list[str]:
        """Names of the agent workers that take calls, as `kill` and `supervisor` know them."""
        return list(self._pool.names)

    async def kill(self, name: str) -> None:
        """SIGKILL a child and all its processes; it is restarted as after any crash. For tests."""
        await self.supervisor.kill(name)

    async def until_restarted(self, name: str) -> None:
        """Wait until a killed child is back."""
        await self.supervisor.until_restarted(name)

    async def _start(self) -> None:
        check_free(self._port_uses())
        self._lock_folder()
        self.secrets = keep_secrets(self.options, self.choice)
        redis = await self._start_redis()
        self.addresses = Addresses(
            redis_url=self.choice.redis_url or redis.url(),
            livekit_url=self.choice.livekit_url or await self._start_livekit(redis),
            livekit_redis_url=redis.url() if self.choice.is_simulated else "",
            api_url=self.api_url,
            models_url=f"http://127.0.0.1:{self.options.ports.models}",
        )
        environments = Environments(self.options, self.choice, self.secrets, self.addresses)
        # Each process spends its first seconds importing, a new database some in making its files. Agent workers wait for the API.
        await _together(self._start_control_plane(environments), self._start_voices(VoiceChildren(environments)))
        self._following = asyncio.create_task(self._pool.run(), name="follow wanted agent workers")

    async def _start_control_plane(self, environments: Environments) -> None:
        self.database_url = self.choice.database_url or await self._start_postgres()
        made = ControlPlaneChildren(environments, self.database_url)
        await self.supervisor.run_once(made.migrate())
        await _together(self.supervisor.start(made.api(self.options.ports.api)), self.supervisor.start(made.task_worker()))

    async def _start_voices(self, made: VoiceChildren) -> None:
        self._pool = AgentPool(
            WorkerPolicy(self.options.min_agent_workers, self.options.most_agent_workers),
            start=lambda name: self.supervisor.start(made.agent_worker(name, free_port())),
            drain=lambda name: self.supervisor.stop(name, children.DRAIN_S),
            read=metrics_at(self.api_url, self.owner_key),
            say=self.options.say,
        )
        agents = self._pool.resize(self.options.min_agent_workers)
        await (_together(agents, self._start_carrier(made)) if self.choice.is_simulated else agents)

    async def _start_carrier(self, made: VoiceChildren) -> None:
        # Also with real models: the callees' voices come from the stand-ins.
        await self.supervisor.start(made.models(self.options.ports.models))
        await self.supervisor.start(made.carrier())

    async def _stop(self) -> None:
        """No more calls first, then the calls' agents, then everything in the reverse order of its start."""
        if self._following is not None:
            self._following.cancel()
            await asyncio.gather(self._following, return_exceptions=True)
            await self._pool.stop_draining()
        if children.TASK_WORKER in self.supervisor.names():
            await self.supervisor.stop(children.TASK_WORKER)
        agents = [name for name in self.supervisor.names() if name.startswith("agent-worker")]
        await asyncio.gather(*(self.supervisor.stop(name) for name in agents))
        await self.supervisor.stop_all()
        await self._exit.aclose()

    async def _start_postgres(self) -> str:
        server = EmbeddedPostgres(self.options.folder / "postgres", durable=self.options.durable)
        with self.supervisor.waiting.on(POSTGRES):
            await self.supervisor.start(Child(await asyncio.to_thread(server.prepare), probes.says(server.is_ready)))
            await asyncio.to_thread(server.wait_ready)
        return server.url()

    async def _start_redis(self) -> EmbeddedRedis:
        server = EmbeddedRedis(self.options.folder / "redis", port=self.options.ports.redis, durable=self.options.durable)
        if self._needs_redis():
            await self.supervisor.start(Child(server.prepare(), probes.says(server.is_ready)))
        return server

    async def _start_livekit(self, redis: EmbeddedRedis) -> str:
        program = await asyncio.to_thread(Finder(self.options.environ, self.options.say).find)
        server = LocalLiveKit(
            program,
            self.options.folder / "livekit",
            redis=(redis.address, redis.password),
            keys=self.secrets.livekit,
            ports=self.options.ports.livekit,
            webhook_url=f"{self.api_url}/webhooks/livekit",
        )
        await self.supervisor.start(Child(server.prepare(), probes.answers(f"http://127.0.0.1:{self.options.ports.livekit.http}/")))
        return server.url()

    def _needs_redis(self) -> bool:
        # The local LiveKit never shares a Redis of the user's: a real livekit-sip there would race the carrier (facts/carrier §6.7).
        return self.choice.is_simulated or not self.choice.redis_url

    def _port_uses(self) -> list[PortUse]:
        ports = self.options.ports
        uses = [PortUse(ports.api, "API", "--port", host=self.options.host)]
        if self._needs_redis():
            uses.append(PortUse(ports.redis, "Redis", "--redis-port"))
        if self.choice.is_simulated:
            uses += [*livekit_uses(ports.livekit), PortUse(ports.models, "stand-in models", "--models-port")]
        return uses

    def _lock_folder(self) -> None:
        """One platform per data folder; the lock goes when the process goes, however it goes."""
        folder = self.options.folder
        folder.mkdir(parents=True, exist_ok=True)
        lock = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        self._exit.callback(os.close, lock)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise SettingsError(f"The data folder {folder} is in use by another run: stop that one, or set CALLWRIGHT_DATA_DIR.") from None


async def _together(*parts: Coroutine[Any, Any, None]) -> None:
    """All side by side; the first error ends the others and is raised as it is."""
    try:
        async with asyncio.TaskGroup() as group:
            for part in parts:
                group.create_task(part)
    except BaseExceptionGroup as failed:
        raise failed.exceptions[0] from None
