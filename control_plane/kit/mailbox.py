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

    async def open(self, box: str, about: bytes, holder: str, most: int, now_s: float) -> bool:
        """Make a box; whether `holder` may have one more of at most `most`."""
        held = f"callwright:{self._name}s:{holder}"
        await self._ask(self._redis.zremrangebyscore(held, "-inf", now_s))
        if await self._ask(self._redis.zcard(held)) >= most:
            return False
        await self._ask(self._redis.zadd(held, {box: now_s + self._lifetime.total_seconds()}))
        await self._ask(self._redis.expire(held, self._lifetime))
        await self._ask(self._redis.set(self._key(box, "about"), about, ex=self._lifetime))
        return True

    async def about(self, box: str) -> bytes | None:
        """None: there is no such box, or it was left alone for too long."""
        return await self._ask(self._redis.get(self._key(box, "about")))

    async def close(self, box: str, holder: str) -> None:
        """It may still be read for as long as boxes live; it counts no longer as one of the holder's."""
        await self._ask(self._redis.zrem(f"callwright:{self._name}s:{holder}", box))

    async def put(self, box: str, side: str, messages: list[bytes]) -> int:
        """Add messages in this order; how many there are then."""
        if not messages:
            return await self._ask(self._redis.llen(self._key(box, side)))
        count = await self._ask(self._redis.rpush(self._key(box, side), *messages))
        await self._ask(self._redis.rpush(self._key(box, f"{side}-bell"), b"1"))
        for part in ("about", side, f"{side}-bell"):
            await self._ask(self._redis.expire(self._key(box, part), self._lifetime))
        return count

    async def read(self, box: str, side: str, after: int, within_s: float) -> list[bytes]:
        """The messages but the first `after`, as soon as there is one; empty when none has come within that time."""
        until = monotonic() + within_s
        while True:
            found = await self._ask(self._redis.lrange(self._key(box, side), after, -1))
            if found or monotonic() >= until:
                return found
            await self._ask(self._redis.blpop([self._key(box, f"{side}-bell")], timeout=_BELL_S))

    def _key(self, box: str, part: str) -> str:
        return f"callwright:{self._name}:{box}:{part}"

    async def _ask(self, asked: Any) -> Any:
        try:
            # redis-py types its commands for both of its clients.
            return await cast(Awaitable[Any], asked)
        except (RedisError, OSError) as error:
            raise Unavailable("Redis cannot be reached, over which it would be done.", code="redis_unavailable") from error
