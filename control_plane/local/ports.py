"""The loopback ports of one machine's platform. One that is taken is named in a sentence before anything starts."""

import socket
from dataclasses import dataclass, field, replace

from control_plane.local.livekit import LiveKitPorts
from control_plane.local.processes import free_port, is_port_free
from control_plane.settings import SettingsError


@dataclass(frozen=True, slots=True)
class Ports:
    """Where each local server listens. Redis does not take its usual 6379, so that one of the user's own stays undisturbed."""

    api: int = 8000
    redis: int = 6389
    livekit: LiveKitPorts = field(default_factory=LiveKitPorts)
    models: int = 8089

    @classmethod
    def free(cls) -> "Ports":
        """Ports that nobody holds: for demonstrations and tests beside a running platform."""
        return cls(free_port(), free_port(), LiveKitPorts.free(), free_port())

    def with_livekit_from(self, first: int) -> "Ports":
        """LiveKit's three ports as `first` and its two successors."""
        return replace(self, livekit=LiveKitPorts(first, first + 1, first + 2))


@dataclass(frozen=True, slots=True)
class PortUse:
    """One port that is about to be used, what for, and the option that changes it."""

    port: int
    purpose: str
    option: str
    kind: socket.SocketKind = socket.SOCK_STREAM
    host: str = "127.0.0.1"


def livekit_uses(ports: LiveKitPorts) -> list[PortUse]:
    option = "--livekit-port"
    return [
        PortUse(ports.http, "LiveKit", option),
        PortUse(ports.tcp, "LiveKit media over TCP", option),
        PortUse(ports.udp, "LiveKit media over UDP", option, socket.SOCK_DGRAM),
    ]


def check_free(uses: list[PortUse]) -> None:
    """Raises `SettingsError` for the first port that another program holds."""
    for use in uses:
        if not is_port_free(use.port, use.kind, use.host):
            raise SettingsError(f"Port {use.port} ({use.purpose}) is taken by another program: choose another one with {use.option}.")
