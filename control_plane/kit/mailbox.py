"""Messages between two programs that take turns, kept in Redis for some minutes: what is lost with it was not worth keeping.

A box has what it is about, and two sides with a list of messages each. Reading takes nothing away, so a repeat after a lost answer reads
the same; whoever waits is woken by a bell beside the list.
"""

from collections.abc import Awaitable
from datetime import timedelta
from typing import Any, cast

from arq.connections import ArqRedis
from redis.exceptions import RedisError

from control_plane.domain.errors import Unavailable
from control_plane.kit.clock import monotonic

_BELL_S = 2
"""A wait for the bell: shorter than the patience of the connection (kit/redis)."""


class Mailbox:
    """All boxes called `name`. Every method raises `Unavailable` while Redis is away."""

    def __init__(self, redis: ArqRedis, name: str, lifetime: timedelta) -> None:
        self._redis, self._name, self._lifetime = redis, name, lifetime

    async def open(self, box: str, about: bytes, holder: str, most: int) -> bool:
        """Make a box; whether `holder` may have one more of at most `most`. One counts until it is closed or left alone for too long."""
        held = self._held(holder)
        for other in await self._ask(self._redis.smembers(held)):
            if await self.about(other.decode()) is None:
                await self._ask(self._redis.srem(held, other))
        if await self._ask(self._redis.scard(held)) >= most:
            return False
        # Whoever opens at the same time would take a box that has nothing about it for one that was left alone.
        await self._ask(self._redis.set(self._key(box, "about"), about, ex=self._lifetime))
        await self._ask(self._redis.sadd(held, box))
        await self._ask(self._redis.expire(held, self._lifetime))
        return True

    async def is_open(self, box: str, holder: str) -> bool:
        """Whether it was made and not closed."""
        return bool(await self._ask(self._redis.sismember(self._held(holder), box)))

    async def about(self, box: str) -> bytes | None:
        """None: there is no such box, or it was left alone for too long."""
        return await self._ask(self._redis.get(self._key(box, "about")))

    async def close(self, box: str, holder: str) -> None:
        """It may still be read for as long as boxes live; it counts no longer as one of the holder's."""
        await self._ask(self._redis.srem(self._held(holder), box))

    async def put(self, box: str, side: str, messages: list[bytes], holder: str, most: int) -> int | None:
        """Add messages in this order; how many there are then. None: they would be more than `most`, and none was added."""
        count = await self._ask(self._redis.llen(self._key(box, side)))
        if not messages:
            return count
        if count + len(messages) > most:
            return None
        count = await self._ask(self._redis.rpush(self._key(box, side), *messages))
        await self._ask(self._redis.rpush(self._key(box, f"{side}-bell"), b"1"))
        for key in (self._held(holder), *(self._key(box, part) for part in ("about", side, f"{side}-bell"))):
            await self._ask(self._redis.expire(key, self._lifetime))
        return count

    async def read(self, box: str, side: str, after: int, within_s: float) -> list[bytes]:
        """The messages but the first `after`, as soon as there is one; empty when none has come within that time."""
        until = monotonic() + within_s
        while True:
            found = await self._ask(self._redis.lrange(self._key(box, side), after, -1))
            if found or monotonic() >= until:
                return found
            await self._ask(self._redis.blpop([self._key(box, f"{side}-bell")], timeout=_BELL_S))

    def _held(self, holder: str) -> str:
        return f"callwright:{self._name}:held:{holder}"

    def _key(self, box: str, part: str) -> str:
        return f"callwright:{self._name}:{box}:{part}"

    async def _ask(self, asked: Any) -> Any:
        try:
            # redis-py types its commands for both of its clients.
            return await cast(Awaitable[Any], asked)
        except (RedisError, OSError) as error:
            raise Unavailable("Redis cannot be reached, over which it would be done.", code="redis_unavailable") from error
