"""What happens, told at once to whoever listens: one bounded stream in Redis per space, which all processes append to and read.

It is a convenience beside the rows, which stay the truth. It is appended to after a commit, so it may lack what is true but never holds
what is not; a Redis that is away costs its readers events and nobody else anything. Whoever may have missed something finds a gap.
"""

import asyncio
import uuid
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec
from redis.asyncio import Redis
from redis.exceptions import RedisError
from structlog import get_logger

from control_plane.kit.clock import monotonic

log = get_logger(__name__)

KEPT = 5_000
"""Events of one space, about; some megabytes at most. Who comes back later than that reads anew."""
KEPT_FOR_S = 3_600
"""A space where nothing has happened for so long is forgotten."""
GAP = "gap"
"""Type of the entry that stands where events may be missing."""
_BEGUN = "begun"
_PREFIX = "callwright:live:"
# As for limits (kit/rate_limit): requests and tasks wait for this, so a Redis that takes so long is not asked for a while.
_PATIENCE_S = 1.0
_ASK_AGAIN_AFTER_S = 5.0
_AT_ONCE = 8
"""Who all come back at the same moment, after a restart, share so many connections instead of opening one each."""
FAILURES = (RedisError, OSError, TimeoutError)
"""What reading raises when Redis is away."""


class LiveEvent(msgspec.Struct, frozen=True):
    """One thing that has become true; `body` is told as it is to those who listen to one of the `topics`."""

    space: uuid.UUID
    topics: tuple[str, ...]
    type: str
    body: bytes


class Entry(msgspec.Struct, frozen=True):
    """An event with its place in the stream of its space."""

    id: str
    event: LiveEvent


class LivePublisher:
    """The appending side, one per process."""

    def __init__(self, redis: Redis, *, ask_again_after_s: float = _ASK_AGAIN_AFTER_S) -> None:
        self._redis = redis
        self._ask_again_after_s = ask_again_after_s
        self._silent_until = 0.0
        self._missed: set[uuid.UUID] = set()

    async def publish(self, events: Sequence[LiveEvent]) -> None:
        """Append in this order. Never raises: what cannot be told leaves a gap that is told with the next event."""
        if not events:
            return
        spaces = {event.space for event in events}
        if monotonic() < self._silent_until:
            self._missed |= spaces
            return
        missed = set(self._missed)
        try:
            async with asyncio.timeout(_PATIENCE_S):
                await self._append([*(LiveEvent(space, (), GAP, b"") for space in missed), *events])
            self._missed -= missed
        except FAILURES as error:
            self._missed |= spaces
            self._silent_until = monotonic() + self._ask_again_after_s
            log.warning("live_events_not_told", error=type(error).__name__, for_s=self._ask_again_after_s)

    async def _append(self, events: Iterable[LiveEvent]) -> None:
        async with self._redis.pipeline(transaction=False) as pipe:
            spaces = set()
            for event in events:
                pipe.xadd(_key(event.space), _fields(event), maxlen=KEPT, approximate=True)
                spaces.add(event.space)
            for space in spaces:
                pipe.expire(_key(space), KEPT_FOR_S)
            await pipe.execute()


class LiveReader:
    """The reading side. Every method raises one of `FAILURES` when Redis is away."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._bell = f"{_PREFIX}bell:{uuid.uuid4()}"
        self._rung = "0-0"
        self._turns = asyncio.Semaphore(_AT_ONCE)

    async def ends(self, space: uuid.UUID) -> tuple[str, str]:
        """The ids of the oldest and the newest entry. A stream that was empty is begun, so that there always are some."""
        key = _key(space)
        async with self._turns, self._redis.pipeline(transaction=False) as pipe:
            pipe.xrange(key, count=1)
            pipe.xrevrange(key, count=1)
            oldest, newest = await pipe.execute()
        if not oldest or not newest:
            begun = (await self._redis.xadd(key, {"t": _BEGUN})).decode()
            await self._redis.expire(key, KEPT_FOR_S)
            return begun, begun
        return oldest[0][0].decode(), newest[0][0].decode()

    async def after(self, space: uuid.UUID, last_id: str, most: int) -> list[Entry]:
        """Up to `most` entries that came after `last_id`, oldest first."""
        async with self._turns:
            found = await self._redis.xrange(_key(space), f"({last_id}", count=most)
        return [_entry(space, *each) for each in found]

    async def wait(self, positions: Mapping[uuid.UUID, str], within_s: float, most: int = 500) -> list[Entry]:
        """The next entries after the position of each space; none when nothing comes in time, or somebody rings."""
        streams: dict[Any, Any] = {_key(space): last_id for space, last_id in positions.items()}
        spaces = {_key(space).encode(): space for space in positions}
        found = await self._redis.xread(streams | {self._bell: self._rung}, count=most, block=int(within_s * 1000))
        entries: list[Entry] = []
        for key, rows in found:
            if key in spaces:
                entries += [_entry(spaces[key], *row) for row in rows]
            else:
                self._rung = rows[-1][0].decode()
        return entries

    async def ring(self) -> None:
        """Let a `wait` of this reader that is under way return, because it is to wait for something else."""
        async with self._redis.pipeline(transaction=False) as pipe:
            pipe.xadd(self._bell, {"t": "bell"}, maxlen=1)
            pipe.expire(self._bell, KEPT_FOR_S)
            await pipe.execute()


def place(entry_id: str) -> tuple[int, int] | None:
    """An entry's id as a value that sorts; None for what is no id."""
    millisecond, dash, number = entry_id.partition("-")
    if not dash or not all(part.isascii() and part.isdigit() and len(part) <= 20 for part in (millisecond, number)):
        return None
    return int(millisecond), int(number)


def _key(space: uuid.UUID) -> str:
    return f"{_PREFIX}{space}"


def _fields(event: LiveEvent) -> dict[Any, Any]:
    return {"t": event.type, "k": " ".join(event.topics), "b": event.body}


def _entry(space: uuid.UUID, entry_id: bytes, fields: Mapping[bytes, bytes]) -> Entry:
    topics = tuple(fields.get(b"k", b"").decode().split())
    return Entry(entry_id.decode(), LiveEvent(space, topics, fields[b"t"].decode(), fields.get(b"b", b"")))
