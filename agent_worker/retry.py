"""Repeats a request while the control plane cannot be reached, with growing pauses, until a deadline."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from agent_worker.control_plane_client import Unreachable

FIRST_PAUSE_S = 0.1
LONGEST_PAUSE_S = 2.0

Answer = TypeVar("Answer")


async def until(deadline_s: float, attempt: Callable[[], Awaitable[Answer]]) -> Answer:
    """The answer of `attempt`; raises its last `Unreachable` after `deadline_s` seconds, and every other error at once."""
    loop = asyncio.get_running_loop()
    end, pause_s = loop.time() + deadline_s, FIRST_PAUSE_S
    while True:
        try:
            return await attempt()
        except Unreachable:
            if loop.time() + pause_s > end:
                raise
        await asyncio.sleep(pause_s)
        pause_s = min(pause_s * 2, LONGEST_PAUSE_S)
