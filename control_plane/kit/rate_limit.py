"""How often somebody may ask: a leaky bucket in Redis that all API processes share (GCRA, https://en.wikipedia.org/wiki/Generic_cell_rate_algorithm).

The script is one step in Redis and reads Redis' own clock, so that processes whose clocks differ count alike. It keeps one number per
bucket: when the bucket will be empty.
"""

import asyncio

from redis.asyncio import Redis
from redis.exceptions import RedisError
from structlog import get_logger

from control_plane.kit.clock import monotonic

log = get_logger(__name__)

_PREFIX = "callwright:rate:"
# A limit must not make requests slow: a Redis that takes so long, instead of a millisecond, is not asked for a while.
_PATIENCE_S = 1.0
_ASK_AGAIN_AFTER_S = 5.0
# All in microseconds: what one request fills in, how much fits in. Answers with the time to wait, 0 for none.
_SCRIPT = """
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
local interval, room = tonumber(ARGV[1]), tonumber(ARGV[2])
local empty_at = math.max(tonumber(redis.call('GET', KEYS[1]) or now), now)
local wait = empty_at + interval - room - now
if wait > 0 then return math.ceil(wait) end
empty_at = empty_at + interval
redis.call('SET', KEYS[1], string.format('%.0f', empty_at), 'PX', math.ceil((empty_at - now) / 1000) + 1)
return 0
"""


class RateLimiter:
    """At most `per_minute` requests of one bucket in the long run, and `burst` of them at once."""

    def __init__(self, redis: Redis, *, per_minute: int, burst: int, patience_s: float = _PATIENCE_S) -> None:
        self._script = redis.register_script(_SCRIPT)
        self._interval = 60_000_000 / per_minute if per_minute else 0.0
        self._room = self._interval * burst
        self.patience_s = patience_s
        self._silent_until = 0.0

    async def wait_s(self, bucket: str) -> float:
        """Count a request. Returns 0 when it may go on, else the seconds until one may; a refused one is not counted.

        Without Redis everything may go on: a limit protects the platform from its clients, and must not itself stop it.
        """
        if not self._interval or monotonic() < self._silent_until:
            return 0.0
        try:
            async with asyncio.timeout(self.patience_s):
                return int(await self._script(keys=[_PREFIX + bucket], args=[self._interval, self._room])) / 1_000_000
        except (RedisError, OSError, TimeoutError) as error:
            self._silent_until = monotonic() + _ASK_AGAIN_AFTER_S
            log.warning("rate_limit_not_asked", error=type(error).__name__, for_s=_ASK_AGAIN_AFTER_S)
            return 0.0
