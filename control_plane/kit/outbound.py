"""HTTP to addresses that users typed: guarded (kit/outbound_guard), without redirects, proxies or cookies, bounded in time and size."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpcore
import httpx

from control_plane.kit.outbound_guard import Forbidden, Guard

MOST_ANSWER = 16_384
"""Bytes of an answer that are read, so that the connection can be used again; nothing of them is kept."""


class NotDelivered(Exception):
    """No answer came; the text is a sentence that says why, without what the network said word for word."""


class NotSent(NotDelivered):
    """There was no connection, so that nothing of the request can have arrived."""


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    retry_after: str | None


@dataclass(frozen=True, slots=True)
class Document:
    """What stands at an address. The body is empty unless the status is 200."""

    status: int
    etag: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Reply:
    """What an endpoint answered, whole."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    """By their names in small letters."""


class _GuardedNetwork(httpcore.AsyncNetworkBackend):
    """Connects to an address that the guard has looked at. TLS above it still asks for the host's name."""

    def __init__(self, guard: Guard, network: httpcore.AsyncNetworkBackend) -> None:
        self._guard = guard
        self._network = network

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        addresses = await self._guard.addresses(host, port)
        for address in addresses[:-1]:
            try:
                return await self._network.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                continue
        return await self._network.connect_tcp(addresses[-1], port, timeout, local_address, socket_options)

    async def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None
    ) -> httpcore.AsyncNetworkStream:
        raise Forbidden("A URL leads to no file of this machine.")

    async def sleep(self, seconds: float) -> None:
        await self._network.sleep(seconds)


def _network() -> Any:
    """httpcore's own. Its type says less of the socket options than its base class asks for."""
    return httpcore.AnyIOBackend()


class OutboundClient:
    """Posts bytes, gets documents, and asks endpoints. One client per process: it keeps connections for a few seconds."""

    def __init__(
        self,
        guard: Guard,
        *,
        within_s: float,
        tls: ssl.SSLContext | None = None,
        network: httpcore.AsyncNetworkBackend | None = None,
        connections: int = 64,
    ) -> None:
        self._guard = guard
        self._within_s = within_s
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=tls or httpx.create_ssl_context(trust_env=False),
            max_connections=connections,
            keepalive_expiry=10,
            network_backend=_GuardedNetwork(guard, network or _network()),
        )

    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """One POST. Any status is an answer, a redirect too. Raises `NotDelivered`, `Forbidden` for an address that may not be called."""
        async with self._told(url):
            return await self._post(url, headers, body)

    async def get(self, url: str, headers: Mapping[str, str], *, most: int) -> Document:
        """One GET. Raises as `post` does, and `NotDelivered` for what is longer than `most` bytes, or packed."""
        async with self._told(url):
            return await self._get(url, headers, most)

    async def exchange(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: bytes,
        *,
        most: int,
        within_s: float,
        is_enough: Callable[[bytes], bool] | None = None,
    ) -> Reply:
        """One request of any method, its answer whole, or up to the piece that `is_enough`. Raises as `get` does."""
        async with self._told(url, within_s):
            return await self._exchange(method, url, headers, body, most, is_enough)

    @asynccontextmanager
    async def _told(self, url: str, within_s: float = 0.0) -> AsyncIterator[None]:
        """One request, whose failures become sentences."""
        self._guard.check_url(url)
        limit_s = within_s or self._within_s
        try:
            async with asyncio.timeout(limit_s):
                yield
        except (TimeoutError, httpcore.TimeoutException) as error:
            raise NotDelivered(f"No answer within {limit_s:g} s.") from error
        except (httpcore.ConnectError, ssl.SSLError) as error:
            is_tls = isinstance(error.__context__, ssl.SSLError) or "SSL" in str(error) or "certificate" in str(error).lower()
            kind = NotSent if isinstance(error, httpcore.ConnectError) else NotDelivered
            raise kind("The certificate was not accepted." if is_tls else "The connection was refused.") from error
        except (httpcore.NetworkError, httpcore.ProtocolError, OSError) as error:
            raise NotDelivered("The connection broke off before an answer came.") from error

    async def _post(self, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        given = [(name.encode(), value.encode()) for name, value in headers.items()]
        async with self._pool.stream("POST", url, headers=given, content=body) as response:
            read = 0
            async for chunk in response.aiter_stream():
                read += len(chunk)
                if read > MOST_ANSWER:
                    break
            retry_after = next((value.decode("latin-1") for name, value in response.headers if name.lower() == b"retry-after"), None)
            return Answer(response.status, retry_after)

    async def _get(self, url: str, headers: Mapping[str, str], most: int) -> Document:
        # Packed content could unfold to any size.
        given = [(name.encode(), value.encode()) for name, value in {"accept-encoding": "identity", **headers}.items()]
        async with self._pool.stream("GET", url, headers=given) as response:
            told = {name.lower(): value.decode("latin-1") for name, value in response.headers}
            body = bytearray()
            if response.status == 200:
                if told.get(b"content-encoding", "identity").lower() != "identity":
                    raise NotDelivered("The answer is packed, which was not asked for.")
                async for chunk in response.aiter_stream():
                    body += chunk
                    if len(body) > most:
                        raise NotDelivered(f"The answer is longer than {most // 1_000_000} MB.")
            return Document(response.status, told.get(b"etag", ""), bytes(body))

    async def _exchange(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes, most: int, is_enough: Callable[[bytes], bool] | None
    ) -> Reply:
        given = [(name.encode(), value.encode()) for name, value in {"accept-encoding": "identity", **headers}.items()]
        async with self._pool.stream(method, url, headers=given, content=body or None) as response:
            if any(name.lower() == b"content-encoding" and value.lower() != b"identity" for name, value in response.headers):
                raise NotDelivered("The answer is packed, which was not asked for.")
            read = bytearray()
            async for chunk in response.aiter_stream():
                read += chunk
                if len(read) > most:
                    raise NotDelivered(f"The answer is longer than {most} bytes.")
                if is_enough is not None and is_enough(chunk):
                    break
            told = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.headers}
            return Reply(response.status, bytes(read), told)

    async def aclose(self) -> None:
        await self._pool.aclose()
