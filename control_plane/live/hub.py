"""All open streams of one API process, and the one reader of Redis that serves them."""

import asyncio
import uuid
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Sequence
from contextvars import Context
from dataclasses import dataclass

from structlog import get_logger

from control_plane.domain.errors import LimitReached, Unavailable
from control_plane.kit import metrics
from control_plane.kit.live_feed import FAILURES, GAP, Entry, LiveReader, place
from control_plane.live import frames
from control_plane.live.listener import Listener
from control_plane.live.progress import Progress
from control_plane.live.words import Words

log = get_logger(__name__)

MISSED = "Events may have been missed while they could not be carried."
TOO_OLD = "What has happened since your last event is no longer kept."
_BLOCK_S = 3.0
"""Less than the patience of the connection (kit/redis)."""
_PAGE = 500
_RETRY_S = 1.0


@dataclass(frozen=True, slots=True)
class Limits:
    most_of_space: int = 1_000
    """Open streams of one workspace in one process."""
    most: int = 5_000
    """Of all workspaces; each costs some kilobytes."""
    pulse_s: float = 15.0
    """After so long without a message comes a comment, which keeps proxies from closing the stream."""
    longest_s: float = 600.0
    """Then a stream ends and the client resumes it: what its key may is asked anew, and what a server buffers for it is bounded."""


class Hub:
    """Fans out what the feed brings to the listeners of its topics."""

    def __init__(self, reader: LiveReader, words: Words, progress: Progress, limits: Limits | None = None) -> None:
        self.limits = limits or Limits()
        self._reader = reader
        self._words = words
        self._progress = progress
        self._positions: dict[uuid.UUID, str] = {}
        self._listeners: dict[tuple[uuid.UUID, str], set[Listener]] = defaultdict(set)
        self._of_space: Counter[uuid.UUID] = Counter()
        self._admitted: set[Listener] = set()
        self._reading: asyncio.Task[None] | None = None
        self._is_leaving = False

    @property
    def is_leaving(self) -> bool:
        """Whether the process has been told to end, and every stream of it is to."""
        return self._is_leaving

    def admit(self, space: uuid.UUID, topic: str, url: str, ends: frozenset[str] = frozenset()) -> Listener:
        """A place for one more stream; whoever takes it gives it back by `release`. Raises `LimitReached`, or `Unavailable` at the end."""
        if self._is_leaving:
            raise Unavailable("This server is being stopped; ask again.", code="stopping")
        if self._of_space[space] >= self.limits.most_of_space:
            sentence = f"The workspace has {self.limits.most_of_space} streams open, as many as it may; close one first."
            raise LimitReached(sentence, code="too_many_streams")
        if len(self._admitted) >= self.limits.most:
            raise LimitReached("This server has as many streams open as it can hold; try again later.", code="too_many_streams")
        listener = Listener(space, topic, url, ends)
        self._admitted.add(listener)
        self._of_space[space] += 1
        metrics.LIVE_STREAMS.inc()
        return listener

    def release(self, listener: Listener) -> None:
        """The stream is over; saying so twice does no harm."""
        if listener not in self._admitted:
            return
        self._admitted.remove(listener)
        metrics.LIVE_STREAMS.dec()
        self._of_space[listener.space] -= 1
        heard = self._listeners[listener.space, listener.topic]
        heard.discard(listener)
        if not heard:
            del self._listeners[listener.space, listener.topic]
        if not self._of_space[listener.space]:
            del self._of_space[listener.space]
            self._positions.pop(listener.space, None)

    async def join(self, listener: Listener, last_id: str | None) -> bool:
        """Begin to queue what happens, from after `last_id` on; False when that is not to be had any more. Raises one of `FAILURES`."""
        oldest, newest = await self._reader.ends(listener.space)
        is_known = last_id is None or _is_within(oldest, last_id, newest)
        listener.begin(last_id if last_id is not None and is_known else newest)
        self._listeners[listener.space, listener.topic].add(listener)
        if listener.space not in self._positions:
            self._positions[listener.space] = newest
            if self._reading is None:
                # It serves all streams, so it logs under the request of none.
                self._reading = asyncio.create_task(self._read(), name="live stream", context=Context())
            else:
                await self._reader.ring()
        return is_known

    async def missed(self, listener: Listener) -> AsyncIterator[bytes]:
        """What happened between where the listener begins and now. Raises one of `FAILURES`."""
        last_id = listener.begins_at
        while entries := await self._reader.after(listener.space, last_id, _PAGE):
            last_id = entries[-1].id
            wanted = [entry for entry in entries if listener.wants(entry) or entry.event.type == GAP]
            for entry in await self._words.filled(wanted):
                listener.note(entry)
                yield frames.reset(entry.id, MISSED) if entry.event.type == GAP else frames.told(entry)
        listener.caught_up(last_id)

    def tell_counters(self, listener: Listener) -> None:
        """Tell a campaign's figures at once; later they follow what happens in it."""
        self._progress.touch(listener.space, listener.topic, self._offer_counters, after_s=0)

    def leave(self) -> None:
        """The process is told to end: every stream ends, and its client comes back to another process."""
        self._is_leaving = True
        for listener in list(self._admitted):
            listener.leave()

    async def close(self) -> None:
        self.leave()
        await self._progress.close()
        if self._reading is not None:
            self._reading.cancel()
            await asyncio.wait({self._reading})

    async def _read(self) -> None:
        is_behind, is_told = False, True
        try:
            while self._positions:
                try:
                    if is_behind:
                        await self._go_on(is_told)
                        is_behind, is_told = False, True
                    entries = await self._reader.wait(self._positions, _BLOCK_S)
                except FAILURES as error:
                    if not is_behind:
                        log.warning("live_stream_interrupted", error=type(error).__name__)
                    is_behind = True
                    await asyncio.sleep(_RETRY_S)
                    continue
                try:
                    await self._tell(entries)
                except Exception:
                    # One event must not silence all streams; that it was not told is told.
                    log.exception("live_events_not_fanned_out")
                    is_behind, is_told = True, False
        finally:
            self._reading = None

    async def _go_on(self, is_told: bool) -> None:
        """Redis is back. Where it still has what was read last, nothing was missed: whoever could not write to it tells the gap itself."""
        for space in list(self._positions):
            oldest, newest = await self._reader.ends(space)
            position = self._positions.get(space)
            if position is not None and not (is_told and _is_within(oldest, position, newest)):
                self._positions[space] = newest
                self._reset(space, newest)
        log.info("live_stream_resumed")

    def _reset(self, space: uuid.UUID, entry_id: str) -> None:
        for (of_space, _), listeners in self._listeners.items():
            if of_space == space:
                for listener in listeners:
                    listener.reset(entry_id, MISSED)

    async def _tell(self, entries: Sequence[Entry]) -> None:
        for entry in entries:
            if entry.event.space in self._positions:
                self._positions[entry.event.space] = entry.id
        for entry in await self._words.filled([entry for entry in entries if self._is_wanted(entry)]):
            if entry.event.type == GAP:
                self._reset(entry.event.space, entry.id)
                continue
            frame = frames.told(entry)
            for topic in entry.event.topics:
                listeners = self._listeners.get((entry.event.space, topic), ())
                for listener in listeners:
                    listener.offer(entry, frame)
                if listeners:
                    self._progress.touch(entry.event.space, topic, self._offer_counters)
            # Others are served between two events, however many listen.
            await asyncio.sleep(0)

    def _is_wanted(self, entry: Entry) -> bool:
        return entry.event.type == GAP or any((entry.event.space, topic) in self._listeners for topic in entry.event.topics)

    def _offer_counters(self, space: uuid.UUID, topic: str, counters: bytes) -> None:
        for listener in self._listeners.get((space, topic), ()):
            listener.offer_counters(counters)


def _is_within(oldest: str, entry_id: str, newest: str) -> bool:
    first, at, last = place(oldest), place(entry_id), place(newest)
    return first is not None and at is not None and last is not None and first <= at <= last
