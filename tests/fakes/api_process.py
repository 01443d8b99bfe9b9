"""The API as `callwright api` serves it, without asking first whether LiveKit is there. The port is in `API_PORT`."""

import os

from granian.constants import Interfaces
from granian.server import Server

if __name__ == "__main__":
    Server(
        "control_plane.app:in_worker",
        address="127.0.0.1",
        port=int(os.environ["API_PORT"]),
        interface=Interfaces.ASGI,
        factory=True,
        log_enabled=False,
    ).serve()
