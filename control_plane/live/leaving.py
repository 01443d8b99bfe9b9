"""Ends all streams when the process is told to stop: a server waits for answers under way, and a stream has no end of its own."""

import asyncio
import signal
from types import FrameType

from litestar import Litestar


async def end_streams_on_signal(app: Litestar) -> None:
    """Hear of SIGTERM and SIGINT beside the server's own handlers, which are called as well."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        former = signal.getsignal(number)

        def told(number: int, frame: FrameType | None, former: object = former) -> None:
            loop.call_soon_threadsafe(app.state.live.leave)
            if callable(former):
                former(number, frame)

        signal.signal(number, told)
