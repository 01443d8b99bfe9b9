"""LiveKit's psrpc over Redis, server side: hear a request, bid for it, do it when awarded, answer (facts/carrier §1).

Every request is handled by one process only: a queue lock in Redis decides who may bid. The bid must reach the server within
one second, so nothing here waits for the work of another request.
"""

import asyncio
import base64
import hashlib
import random
import secrets
import string
from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from google.protobuf.message import DecodeError
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError
from redis.exceptions import TimeoutError as RedisTimeoutError

from rehearsal import clock, wire
from rehearsal.sip_answers import RpcError

SERVICE = "SIPInternal"
CLIENT_NAME = "callwright-carrier"
"""How Redis lists our connections."""
LOCK_MS = 5000
AWARD_WITHIN_S = 5.0
CHANCE_S = 0.02
YIELD_PER_CALL_S = 0.01
YIELD_AT_MOST_S = 0.2
"""Together far below the second that the server waits for a bid."""
RECONNECT_S = 0.3
LAST_ANSWERS_S = 2.0
_ALPHABET = string.ascii_letters + string.digits
_log = structlog.get_logger(__name__)

Handler = Callable[[Any, float], Awaitable[Any]]
"""Takes the request message and its expiry (Unix seconds), returns the response message; raises `RpcError`."""


def escape(part: str) -> str:
    """Channel part in psrpc's legacy spelling: what is not of [0-9A-Za-z_] becomes `u+xxxx`."""
    return "".join(c if c == "_" or (c.isascii() and c.isalnum()) else _escaped(ord(c)) for c in part)


def _escaped(point: int) -> str:
    return f"u+{point:04x}" if point <= 0xFFFF else f"U+{point:08x}"


def channel(*parts: str) -> str:
    return "|".join(escape(part) for part in parts if part)


def new_id(prefix: str) -> str:
    return prefix + "".join(secrets.choice(_ALPHABET) for _ in range(12))


def connect(url: str) -> Redis:
    """A client that outlives restarts of Redis: every command is tried again for about 15 s."""
    errors: list[type[Exception]] = [RedisConnectionError, RedisTimeoutError]
    return Redis.from_url(url, client_name=CLIENT_NAME, retry=Retry(ExponentialBackoff(cap=1.0, base=0.05), 20), retry_on_error=errors)


class RpcServer:
    """Serves methods on topics until `close`. `start` returns once the first subscription is confirmed.

    `load` is the number of calls this process has: the busier it is, the longer it lets others go first.
    """

    def __init__(self, url: str, load: Callable[[], int] = lambda: 0) -> None:
        self._load = load
        self._redis = connect(url)
        self._listener = connect(url)
        self._id = new_id("SRV_")
        self._topics: dict[str, tuple[type[Any], Handler]] = {}
        self._awards: dict[str, asyncio.Future[bool]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._pubsub: Any = None
        self._listener_task: asyncio.Task[None] | None = None
        self._listening = asyncio.Event()
        self._bidding = True

    async def serve(self, kind: type[Any], method: str, handler: Handler, topic: str = "") -> None:
        """Hear requests of `method` (of `topic`, for methods that name one call); `kind` is the request's class."""
        request = channel(SERVICE, method, topic, "REQ")
        self._topics[request] = (kind, handler)
        self._topics[channel(SERVICE, method, topic, "RCLAIM")] = (wire.ClaimResponse, handler)
        await self._subscribe(request, channel(SERVICE, method, topic, "RCLAIM"))

    async def stop_serving(self, method: str, topic: str = "") -> None:
        names = [channel(SERVICE, method, topic, kind) for kind in ("REQ", "RCLAIM")]
        for name in names:
            self._topics.pop(name, None)
        if self._listening.is_set():
            try:
                await self._pubsub.unsubscribe(*names)
            except RedisError as error:
                _log.warning("carrier_unsubscribe_failed", error=type(error).__name__)

    async def start(self) -> None:
        self._listener_task = asyncio.create_task(self._listen_for_ever())
        await self._listening.wait()

    def stop_bidding(self) -> None:
        """Take no new requests; those already taken are finished and answered."""
        self._bidding = False

    async def close(self) -> None:
        """Send the answers that are still under way, then leave Redis."""
        self._bidding = False
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=LAST_ANSWERS_S)
        tasks = [*self._tasks, *filter(None, [self._listener_task])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._redis.aclose()
        await self._listener.aclose()

    def _spawn(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _subscribe(self, *names: str) -> None:
        if not self._listening.is_set():
            return  # the listener subscribes to every topic when it (re)connects
        try:
            await self._pubsub.subscribe(*names)
        except RedisError as error:
            _log.warning("carrier_subscribe_failed", error=type(error).__name__)

    async def _listen_for_ever(self) -> None:
        while True:
            self._pubsub = self._listener.pubsub(ignore_subscribe_messages=False)
            try:
                await self._pubsub.subscribe(*self._topics)
                async for message in self._pubsub.listen():
                    self._heard(message)
            except RedisError as error:
                _log.warning("carrier_lost_redis", error=type(error).__name__)
            finally:
                self._listening.clear()
                await self._pubsub.aclose()
            await asyncio.sleep(RECONNECT_S)

    def _heard(self, message: dict[str, Any]) -> None:
        if message["type"] == "subscribe":
            self._listening.set()
        elif message["type"] == "message":
            name = message["channel"].decode()
            kind, handler = self._topics.get(name, (None, None))
            if kind is wire.ClaimResponse:
                self._awarded(wire.unwrap(wire.ClaimResponse, message["data"]))
            elif kind and handler and self._bidding:
                self._spawn(self._take(kind, handler, message["data"]))

    def _awarded(self, claim: Any) -> None:
        award = self._awards.get(claim.request_id)
        if award and not award.done():
            award.set_result(claim.server_id == self._id)

    async def _take(self, kind: type[Any], handler: Handler, payload: bytes) -> None:
        try:
            request = wire.unwrap(wire.Request, payload)
            if request.expiry > clock.now_ns() and await self._is_ours(payload) and await self._is_awarded(request):
                await self._answer(request, handler, kind.FromString(request.raw_request))
        except (DecodeError, RedisError) as error:
            _log.error("carrier_request_lost", error=type(error).__name__, text=str(error))

    async def _is_ours(self, payload: bytes) -> bool:
        """Whether this process won the queue lock for the request."""
        # Redis serves its subscribers in one order, so that without chance one process would win a whole burst.
        chance = random.uniform(0, CHANCE_S)  # noqa: S311 (no secret)
        await asyncio.sleep(chance + min(YIELD_AT_MOST_S, YIELD_PER_CALL_S * self._load()))
        lock = base64.b64encode(hashlib.sha256(payload).digest())
        return bool(await self._redis.set(lock, secrets.token_hex(8), nx=True, px=LOCK_MS))

    async def _is_awarded(self, request: Any) -> bool:
        # The future must exist before the bid is out: the award may come back at once.
        award = self._awards[request.request_id] = asyncio.get_running_loop().create_future()
        bid = wire.ClaimRequest(request_id=request.request_id, server_id=self._id, affinity=1.0)
        try:
            await self._redis.publish(channel(SERVICE, request.client_id, "CLAIM"), wire.wrap(bid))
            return await asyncio.wait_for(award, AWARD_WITHIN_S)
        except TimeoutError:
            _log.warning("carrier_bid_unanswered", request_id=request.request_id)
            return False
        finally:
            del self._awards[request.request_id]

    async def _answer(self, request: Any, handler: Handler, message: Any) -> None:
        response = wire.Response(request_id=request.request_id, server_id=self._id)
        try:
            result = await handler(message, request.expiry / 1e9)
            response.raw_response = result.SerializeToString()
        except RpcError as error:
            response.error, response.code = str(error), error.code
            for type_url, value in error.details:
                response.error_details.add(type_url=type_url, value=value)
        except Exception as error:  # whatever breaks, the caller must not be left waiting for its time-out
            _log.exception("carrier_request_failed")
            response.error, response.code = f"{type(error).__name__}: {error}", "internal"
        response.sent_at = clock.now_ns()
        await self._redis.publish(channel(SERVICE, request.client_id, "RES"), wire.wrap(response))
