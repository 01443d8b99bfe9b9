"""The real API. `callwright api` first asks LiveKit whether it is there; here it may not be, and one process is easier to kill than two."""

import asyncio
import os

from granian.constants import Interfaces
from granian.server.embed import Server

from control_plane.app import from_environment


async def main() -> None:
    port = int(os.environ["CHAOS_API_PORT"])
    server = Server(from_environment, address="127.0.0.1", port=port, interface=Interfaces.ASGI, factory=True, log_enabled=False)
    await server.serve()


if __name__ == "__main__":
    asyncio.run(main())
