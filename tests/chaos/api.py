"""The real API. `callwright api` first asks LiveKit whether it is there; here there is none."""

import os

from granian.constants import Interfaces
from granian.server import Server

if __name__ == "__main__":
    Server(
        "control_plane.app:from_environment",
        address="127.0.0.1",
        port=int(os.environ["CHAOS_API_PORT"]),
        interface=Interfaces.ASGI,
        factory=True,
        log_enabled=False,
    ).serve()
