"""What LiveKit's native library tells is handed to an event loop in one step, and not once for each of its listeners.

An event comes in a thread of the library. LiveKit wakes the loop, by a byte on a socket, for every queue that may want the event: while the
agent speaks, each frame of the callee and each frame of ours was handed over twice.
"""

import asyncio
from typing import Any

from livekit.rtc import _ffi_client
from livekit.rtc._ffi_client import FfiQueue

LIVEKITS_PUT = FfiQueue.put


def put(events: FfiQueue[Any], event: Any) -> None:
    """In the place of `FfiQueue.put`: the same queues get the same events in the same order."""
    with events._lock:
        takers: dict[asyncio.AbstractEventLoop, list[Any]] = {}
        for queue, loop, wants in events._subscribers:
            if _is_wanted(wants, event):
                takers.setdefault(loop, []).append(queue)
        for loop, queues in takers.items():
            try:
                loop.call_soon_threadsafe(_hand_over, queues, event)
            except Exception as error:
                # The loop was closed with listeners left; the others are told.
                _ffi_client.logger.error("error putting to queue: %s", error)


def _is_wanted(wants: Any, event: Any) -> bool:
    try:
        return wants is None or bool(wants(event))
    except Exception:
        # As LiveKit does: who cannot say gets it.
        return True


def _hand_over(queues: list[Any], event: Any) -> None:
    for queue in queues:
        queue.put_nowait(event)
