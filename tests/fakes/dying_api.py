"""The API in a process that dies by SIGKILL after its first commit and before the answer: nudges go out between the two."""

import asyncio
import os
import signal

from granian.constants import Interfaces
from granian.server.embed import Server
from litestar import Litestar

from control_plane.app import create_app
from control_plane.kit.live_feed import LiveEvent
from control_plane.kit.queue import Nudge
from control_plane.settings import Settings


class DeadlyQueue:
    async def send(self, nudges: list[Nudge]) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    async def publish(self, events: list[LiveEvent]) -> None:
        pass


def app() -> Litestar:
    return create_app(Settings.from_environment(), queue=DeadlyQueue())


async def main() -> None:
    port = int(os.environ["API_PORT"])
    await Server(app, address="127.0.0.1", port=port, interface=Interfaces.ASGI, factory=True, log_enabled=False).serve()


if __name__ == "__main__":
    asyncio.run(main())
