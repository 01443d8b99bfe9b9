"""The local livekit-server: the repository's own livekit.yaml with a small loopback overlay, so that the file is true everywhere."""

import os
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

import control_plane
from control_plane.local.processes import Command, LocalError, free_port, launch, stop, tail
from control_plane.local.secrets_file import write_private

REPOSITORY = Path(control_plane.__file__).parent.parent
_START_LIMIT_S = 30.0
# The first SIGTERM only asks livekit-server 1.13.5 to drain, which never ended in any run, even without a room; the second ends it.
_INSIST_AFTER_S = 0.3
# Without DNS every rtc client starts dozens of resolver threads for public STUN servers; an address literal where nothing
# needs to listen stops that (facts/carrier §6.1).
_NO_STUN = "127.0.0.1:7999"


@dataclass(frozen=True, slots=True)
class LiveKitPorts:
    """Loopback ports: HTTP and WebSocket, media over TCP, media over UDP (all calls on one)."""

    http: int = 7880
    tcp: int = 7881
    udp: int = 7882

    @classmethod
    def free(cls) -> "LiveKitPorts":
        return cls(free_port(), free_port(), free_port(socket.SOCK_DGRAM))


@dataclass(frozen=True, slots=True)
class LiveKitKeys:
    key: str
    secret: str


class LocalLiveKit:
    """One livekit-server on loopback; `redis` is its address and password, `webhook_url` None for no webhooks."""

    def __init__(
        self, program: Path, folder: Path, *, redis: tuple[str, str], keys: LiveKitKeys, ports: LiveKitPorts, webhook_url: str | None = None
    ) -> None:
        self.program, self.folder = program, folder.resolve()
        self.keys, self.ports = keys, ports
        self._redis, self._webhook_url = redis, webhook_url
        self._process: subprocess.Popen[bytes] | None = None

    def prepare(self) -> Command:
        """Write the configuration, which holds secrets, and say how to run it."""
        base = yaml.safe_load(base_config().read_text())
        config = merged(base, overlay(self.ports, self._redis, self.keys, self._webhook_url))
        file = self.folder / "livekit.yaml"
        write_private(file, yaml.safe_dump(config, sort_keys=False))
        env = {"PATH": os.defpath, "HOME": str(self.folder)}
        return Command(
            "livekit-server", (str(self.program), "--config", str(file)), env, self.folder, self.log, insist_after_s=_INSIST_AFTER_S
        )

    def start(self) -> str:
        """Start, wait until it answers, return its `ws://` URL."""
        self._command = self.prepare()
        self._process = launch(self._command)
        deadline = time.monotonic() + _START_LIMIT_S
        while not self.is_ready():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise LocalError(f"livekit-server did not start: {tail(self.log)}")
            time.sleep(0.05)
        return self.url()

    def is_ready(self) -> bool:
        """Whether its HTTP port answers."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.ports.http}/", timeout=2) as response:
                return response.status == 200
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            return False

    def stop(self) -> None:
        if self._process is not None:
            stop(self._process, self._command)
            self._process = None

    @property
    def log(self) -> Path:
        return self.folder / "livekit-server.log"

    def url(self) -> str:
        return f"ws://127.0.0.1:{self.ports.http}"


def base_config() -> Path:
    """The repository's livekit.yaml, which the compose file mounts as it is."""
    file = REPOSITORY / "livekit.yaml"
    if not file.exists():
        raise LocalError(f"{file} is missing: the local LiveKit server runs from a checkout of the repository, or set LIVEKIT_URL.")
    return file


def overlay(ports: LiveKitPorts, redis: tuple[str, str], keys: LiveKitKeys, webhook_url: str | None) -> dict[str, Any]:
    """What differs on loopback. A value of None takes a key of the base away."""
    webhook = {"api_key": keys.key, "urls": [webhook_url]} if webhook_url else None
    return {
        "port": ports.http,
        "bind_addresses": ["127.0.0.1"],
        "rtc": {
            "tcp_port": ports.tcp,
            "udp_port": ports.udp,
            "port_range_start": None,
            "port_range_end": None,
            "node_ip": "127.0.0.1",
            "enable_loopback_candidate": True,
            "use_external_ip": False,
            "stun_servers": [_NO_STUN],
        },
        "redis": {"address": redis[0], "password": redis[1]},
        "keys": {keys.key: keys.secret},
        "webhook": webhook,
    }


def merged(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """`over` laid on `base`, mapping by mapping; None removes."""
    result = dict(base)
    for name, value in over.items():
        if value is None:
            result.pop(name, None)
        elif isinstance(value, Mapping) and isinstance(result.get(name), Mapping):
            result[name] = merged(result[name], value)
        else:
            result[name] = {k: v for k, v in value.items() if v is not None} if isinstance(value, Mapping) else value
    return result
