"""Questions that tell whether a child is ready."""

import ssl
from collections.abc import Awaitable, Callable

import httpx
import redis.asyncio

# LiveKit's SIP service listens on this channel of psrpc (facts/carrier §1); its subscribers are the carrier's processes.
_SIP_CHANNEL = "SIPInternal|CreateSIPParticipant|REQ"

# Loopback speaks plain HTTP. Without this each client would read all root certificates, some 70 ms of a core, many times a second.
_NO_ROOTS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def loopback_client(timeout_s: float) -> httpx.AsyncClient:
    """A client for a child of ours on this machine; cheap to make."""
    return httpx.AsyncClient(timeout=timeout_s, trust_env=False, verify=_NO_ROOTS)


def answers(url: str) -> Callable[[], Awaitable[bool]]:
    """Whether GET `url` gives 200."""

    async def probe() -> bool:
        try:
            async with loopback_client(2) as client:
                return (await client.get(url)).status_code == 200
        except httpx.TransportError:
            return False

    return probe


def says(ready: Callable[[], bool]) -> Callable[[], Awaitable[bool]]:
    """A quick synchronous question as a probe."""

    async def probe() -> bool:
        return ready()

    return probe


def carrier_listens(redis_url: str, processes: int) -> Callable[[], Awaitable[bool]]:
    """Whether every process of the carrier hears LiveKit's requests."""

    async def probe() -> bool:
        async with redis.asyncio.Redis.from_url(redis_url) as client:
            return dict(await client.pubsub_numsub(_SIP_CHANNEL)).get(_SIP_CHANNEL.encode(), 0) >= processes

    return probe
