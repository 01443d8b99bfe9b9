"""One open stream: what it wants to hear, and the bounded queue of what it has not been sent yet."""

import asyncio
import uuid
from collections import deque
from collections.abc import AsyncIterator

from control_plane.kit.clock import monotonic
from control_plane.kit.live_feed import Entry, place
from control_plane.live import frames

MOST_WAITING = 256
"""Messages that wait for a client that reads slowly. One more, and it is told to read anew instead."""
TOO_SLOW = "You read more slowly than things happen; what waited for you was dropped."


class Listener:
    """Written to by the hub, read by the answer to one request; both on the event loop."""

    def __init__(self, space: uuid.UUID, topic: str, url: str, ends: frozenset[str] = frozenset()) -> None:
        """`url` is what it is about; events of the types `ends` are the end of that."""
        self.space = space
        self.topic = topic
        self.url = url
        self.begins_at = ""
        """Id after which it is told everything."""
        self.is_over = False
        """What it is about has come to its end."""
        self._ends = ends
        self._seen: tuple[int, int] = (0, 0)
        self._waiting: deque[tuple[str, bytes]] = deque()
        """Ids and frames; without an id what is to be told in any case."""
        self._counters: bytes | None = None
        self._is_leaving = False
        self._wake = asyncio.Event()

    def begin(self, entry_id: str) -> None:
        self.begins_at, self._seen = entry_id, place(entry_id) or (0, 0)

    def wants(self, entry: Entry) -> bool:
        return self.topic in entry.event.topics

    def offer(self, entry: Entry, frame: bytes) -> None:
        """Queue an event, unless it was offered before."""
        at = place(entry.id) or (0, 0)
        if at <= self._seen:
            return
        self._seen = at
        self.note(entry)
        if len(self._waiting) >= MOST_WAITING:
            self._waiting = deque([(entry.id, frames.reset(entry.id, TOO_SLOW))])
            return
        self._waiting.append((entry.id, frame))
        self._wake.set()

    def note(self, entry: Entry) -> None:
        """An event comes by, whichever way; it may be the end."""
        self.is_over = self.is_over or entry.event.type in self._ends

    def caught_up(self, entry_id: str) -> None:
        """Everything up to and with `entry_id` has been sent from what was kept, so it need not be sent from the queue."""
        at = place(entry_id) or (0, 0)
        self._waiting = deque(each for each in self._waiting if not each[0] or (place(each[0]) or (0, 0)) > at)

    def reset(self, entry_id: str, reason: str) -> None:
        """Forget what waits: something between it and `entry_id` was missed."""
        self._waiting.clear()
        self._waiting.append(("", frames.reset(entry_id, reason)))
        self._wake.set()

    def offer_counters(self, counters: bytes) -> None:
        """Figures; only the newest ones are of use."""
        self._counters = counters
        self._wake.set()

    def leave(self) -> None:
        """The process ends: let the client go, to come back to another one."""
        self._is_leaving = True
        self._wake.set()

    async def messages(self, *, pulse_s: float, until: float) -> AsyncIterator[bytes]:
        """What is queued, a heartbeat when nothing was for so long, and an end when all is told, the process leaves or the time is up."""
        while not self._is_leaving and monotonic() < until:
            self._wake.clear()
            for frame in self._taken():
                yield frame
            if self._wake.is_set():
                continue
            if self.is_over:
                yield frames.over(self.url)
                return
            try:
                async with asyncio.timeout(pulse_s):
                    await self._wake.wait()
            except TimeoutError:
                yield frames.HEARTBEAT

    def _taken(self) -> list[bytes]:
        taken, self._waiting = [frame for _, frame in self._waiting], deque()
        if self._counters is not None:
            taken.append(self._counters)
            self._counters = None
        return taken
