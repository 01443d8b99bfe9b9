"""Listeners to LiveKit's native library get what LiveKit gives them, and their loop is woken once for all."""

import asyncio
import threading
from collections.abc import Callable

import pytest
from livekit.rtc._ffi_client import FfiQueue

from agent_worker.native_events import LIVEKITS_PUT, put

Put = Callable[[FfiQueue[int], int], None]


def never(event: int) -> bool:
    raise ValueError(event)


async def heard(put_: Put) -> list[list[int]]:
    """What four listeners hear of ten events that another thread tells; the last listener goes after five."""
    events: FfiQueue[int] = FfiQueue()
    all_, even, odd, leaving = (events.subscribe(filter_fn=wants) for wants in (None, lambda e: e % 2 == 0, never, None))

    def tell() -> None:
        for event in range(10):
            if event == 5:
                events.unsubscribe(leaving)
            put_(events, event)

    await asyncio.to_thread(tell)
    await asyncio.sleep(0)
    return [[queue.get_nowait() for _ in range(queue.qsize())] for queue in (all_, even, odd, leaving)]


async def test_everybody_hears_what_livekit_tells_them() -> None:
    assert await heard(put) == await heard(LIVEKITS_PUT) == [[*range(10)], [0, 2, 4, 6, 8], [*range(10)], [*range(5)]]


async def test_a_loop_is_woken_once_for_all_of_its_listeners(monkeypatch: pytest.MonkeyPatch) -> None:
    loop, woken = asyncio.get_running_loop(), []
    events: FfiQueue[int] = FfiQueue()
    queues = [events.subscribe() for _ in range(3)]
    wake = loop.call_soon_threadsafe
    monkeypatch.setattr(loop, "call_soon_threadsafe", lambda *call: woken.append(call) or wake(*call))
    put(events, 1)
    assert len(woken) == 1
    await asyncio.sleep(0)
    assert [queue.get_nowait() for queue in queues] == [1, 1, 1]


async def test_a_loop_that_was_closed_keeps_nothing_from_another() -> None:
    closed = asyncio.new_event_loop()
    closed.close()
    events: FfiQueue[int] = FfiQueue()
    events.subscribe(loop=closed)
    here = events.subscribe()
    teller = threading.Thread(target=put, args=(events, 1))
    teller.start()
    assert await asyncio.wait_for(here.get(), 5) == 1
    teller.join()
