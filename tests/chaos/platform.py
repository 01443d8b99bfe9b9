"""The platform in processes that can be killed, stopped and brought back, each in a process group of its own."""

import contextlib
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import httpx
import psycopg
from cryptography.fernet import Fernet

from control_plane.db.migrate import migrate
from control_plane.kit.secrets import new_api_key
from control_plane.local.postgres import EmbeddedPostgres
from control_plane.local.processes import LocalError, free_port, launch, stop
from control_plane.local.redis import EmbeddedRedis
from tests.chaos.forks import Fork
from tests.chaos.plan import MODES, Fault, Kind, Shape
from tests.fakes.telephony_server import read_ledger

Running = subprocess.Popen[bytes] | Fork
POSTGRES_PATIENCE_S = 20.0
START_PATIENCE_S = 180.0


class Platform:
    """Everything that runs. Nothing here is asynchronous: children die with the thread that started them."""

    def __init__(self, folder: Path, shape: Shape) -> None:
        self._folder, self._shape = folder, shape
        self._postgres = EmbeddedPostgres(folder / "postgres")
        self._redis = EmbeddedRedis(folder / "redis")
        self._starts: dict[str, Callable[[], Running]] = {}
        self._processes: dict[str, Running] = {}
        self._stopped: dict[str, float] = {}
        self._environment: dict[str, str] = {}
        self.ledger = folder / "network.jsonl"
        self.owner_key, self._agent_key = new_api_key(), new_api_key()
        self.api_url = f"http://127.0.0.1:{free_port()}"
        self._network_url = f"http://127.0.0.1:{free_port()}"

    @property
    def database_url(self) -> str:
        return self._postgres.url()

    @property
    def environment(self) -> dict[str, str]:
        return self._environment

    def ledger_lines(self) -> list[dict[str, Any]]:
        """The telephone network's own record so far."""
        return read_ledger(self.ledger)

    def start_stores(self) -> None:
        self._start_postgres()
        # So that the database tells when something was committed, to be compared with the network's ledger.
        with psycopg.connect(self.database_url.replace("+psycopg", "", 1), autocommit=True) as connection:
            connection.execute("alter system set track_commit_timestamp = on")
        self._end("postgres", kill=False)
        self._start_postgres()
        self._start_redis()
        migrate(self.database_url)

    def start_processes(self) -> None:
        env = self._environment = self._make_environment()
        self._start_network(env)
        self._add("api", env, "tests.chaos.api")
        for i in range(self._shape.agents):
            self._add(f"agent-{i}", env, self._agent_module)
        for i in range(self._shape.task_workers):
            self._add(f"task-worker-{i}", env, "tests.chaos.worker")
        self._wait_for_api()

    _agent_module = "tests.chaos.agent"

    def _start_network(self, env: Mapping[str, str]) -> None:
        port = self._network_url.rpartition(":")[2]
        hooks = ("--webhooks", self.api_url, "--key", env["LIVEKIT_API_KEY"], "--secret", env["LIVEKIT_API_SECRET"])
        self._add("network", env, "tests.fakes.telephony_server", "--port", port, "--ledger", str(self.ledger), *hooks)

    def do(self, fault: Fault) -> None:
        """Do it now. What lasts is ended by `tend`."""
        if fault.kind is Kind.KILL:
            self._signal(fault.target, signal.SIGKILL)
        elif fault.kind is Kind.STOP:
            self._signal(fault.target, signal.SIGSTOP)
            self._stopped[fault.target] = time.monotonic() + fault.for_s
        elif fault.kind in MODES:
            self._misbehave(MODES[fault.kind], fault.for_s)
        elif fault.kind in (Kind.POSTGRES_RESTART, Kind.POSTGRES_CRASH):
            self._end("postgres", kill=fault.kind is Kind.POSTGRES_CRASH)
            self._start_postgres()
        else:
            self._end("redis", kill=fault.kind is Kind.REDIS_LOSS)
            if fault.kind is Kind.REDIS_LOSS:
                shutil.rmtree(self._redis.folder / "appendonlydir", ignore_errors=True)
                (self._redis.folder / "appendonly.aof").unlink(missing_ok=True)
            self._start_redis()

    def tend(self) -> None:
        """Let go on whoever was stopped long enough; bring back whoever died, as a supervisor would."""
        for name, until in list(self._stopped.items()):
            if time.monotonic() >= until:
                self._continue(name)
        for name, process in list(self._processes.items()):
            if process.poll() is not None and name in self._starts:
                self._stopped.pop(name, None)
                self._processes[name] = self._starts[name]()

    def settle(self) -> None:
        """No more faults: everything goes on and behaves."""
        for name in list(self._stopped):
            self._continue(name)
        self.tend()
        self._misbehave("", 0)

    def close(self) -> None:
        self._starts.clear()
        for name in list(self._processes):
            if name not in ("postgres", "redis"):
                self._signal(name, signal.SIGKILL)
                self._processes.pop(name).wait()
        for name in ("redis", "postgres"):
            if name in self._processes:
                self._end(name, kill=False)
        self._postgres.destroy()

    def _continue(self, name: str) -> None:
        self._stopped.pop(name)
        self._signal(name, signal.SIGCONT)

    def _signal(self, name: str, number: signal.Signals) -> None:
        # Who died of something else meanwhile is brought back by `tend`.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._processes[name].pid, number)

    def _end(self, name: str, *, kill: bool) -> None:
        process = self._processes.pop(name)
        assert isinstance(process, subprocess.Popen)
        if name in self._stopped:
            self._stopped.pop(name)
            os.killpg(process.pid, signal.SIGCONT)
        if kill:
            process.kill()
            process.wait()
        else:
            stop(process, self._postgres_command if name == "postgres" else self._redis_command)

    def _start_postgres(self) -> None:
        """After a crash the old server's children have to go first; until then a new one refuses to start."""
        deadline = time.monotonic() + POSTGRES_PATIENCE_S
        while True:
            try:
                self._postgres_command = self._postgres.prepare()
                process = launch(self._postgres_command)
                self._postgres.wait_ready(process)
                self._processes["postgres"] = process
                return
            except LocalError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.2)

    def _start_redis(self) -> None:
        self._redis_command = self._redis.prepare()
        self._processes["redis"] = launch(self._redis_command)
        deadline = time.monotonic() + START_PATIENCE_S
        while not self._redis.is_ready():
            assert time.monotonic() < deadline, "Redis does not start"
            time.sleep(0.02)

    def _add(self, name: str, env: Mapping[str, str], module: str, *arguments: str) -> None:
        self._starts[name] = lambda: Fork(module, arguments, env, self._folder / "logs" / f"{name}.log")
        self._processes[name] = self._starts[name]()

    def _make_environment(self) -> dict[str, str]:
        return {
            "PATH": os.environ.get("PATH", os.defpath),
            "HOME": str(self._folder),
            "CALLWRIGHT_DATABASE_URL": self.database_url,
            "CALLWRIGHT_REDIS_URL": self._redis.url(),
            "LIVEKIT_URL": "ws://127.0.0.1:1",
            "LIVEKIT_API_KEY": "chaos",
            "LIVEKIT_API_SECRET": "chaos" * 8,
            "CALLWRIGHT_ENCRYPTION_KEY": Fernet.generate_key().decode(),
            "CALLWRIGHT_DATA_DIR": str(self._folder / "data"),
            "CALLWRIGHT_API_URL": self.api_url,
            "CALLWRIGHT_BOOTSTRAP_API_KEY": self.owner_key,
            "CALLWRIGHT_AGENT_KEY": self._agent_key,
            "CALLWRIGHT_REHEARSAL": "1",
            "CHAOS_NETWORK": self._network_url,
            "CHAOS_API_PORT": self.api_url.rpartition(":")[2],
            "CHAOS_SLOTS": str(self._shape.slots_per_agent),
        }

    def _wait_for_api(self) -> None:
        deadline = time.monotonic() + START_PATIENCE_S
        while True:
            try:
                if httpx.get(f"{self.api_url}/health/live", timeout=2).is_success:
                    return
            except httpx.HTTPError:
                assert time.monotonic() < deadline, "the API does not start"
            time.sleep(0.1)

    def _misbehave(self, mode: str, for_s: float) -> None:
        deadline = time.monotonic() + START_PATIENCE_S
        while True:
            try:
                httpx.post(f"{self._network_url}/fault", json={"mode": mode, "for_s": for_s}, timeout=1)
                return
            except httpx.HTTPError:
                if mode or time.monotonic() > deadline:
                    return  # The network is down or stopped, which is misbehaviour enough.
                time.sleep(0.1)
