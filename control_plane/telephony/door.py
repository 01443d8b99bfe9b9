"""The last moment before the request for an INVITE leaves this process: right before its first byte somebody may still say no.

Between "send it" and the first byte lie the signing of a token, a connection that may have to be made first, and a process that may be
stopped. What was true before that need not be true after it.
"""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import aiohttp

from control_plane.kit.clock import monotonic


class Door:
    """Where one INVITE leaves. Whoever sends it asks right before the first byte, and is let through once at most."""

    def __init__(self, may_pass: Callable[[], bool] = lambda: True) -> None:
        self._may_pass, self._is_shut = may_pass, False
        self.passed = asyncio.Event()
        self.passed_at: float | None = None
        """On this process's monotonic clock."""
        self.has_turned_away = False
        """Somebody came and had to stay."""

    def passes(self) -> bool:
        """Once, and only if it may be. False: not a byte may be sent."""
        if self._is_shut or not self._may_pass():
            self.has_turned_away = True
        else:
            self.passed_at = monotonic()
            self.passed.set()
        self._is_shut = True
        return not self.has_turned_away

    def shut(self) -> bool:
        """Nobody passes any more. Whether somebody has."""
        self._is_shut = True
        return self.passed.is_set()


class TurnedAway(Exception):
    """The door was shut; nothing was sent."""


_on_the_way_to: ContextVar[Door | None] = ContextVar("door", default=None)


@contextmanager
def leaving_by(door: Door) -> Iterator[None]:
    """What a session with `guarded` sends in this context asks `door` first. It is one request with a body, which goes out in one piece."""
    token = _on_the_way_to.set(door)
    try:
        yield
    finally:
        _on_the_way_to.reset(token)


def guarded() -> aiohttp.TraceConfig:
    """For an HTTP session. aiohttp tells of a body's piece right before it writes it, and its headers with it; the request of whom an
    exception meets there is given up, and its connection closed."""
    watch = aiohttp.TraceConfig()
    watch.on_request_chunk_sent.append(_ask)
    return watch


async def _ask(_session: aiohttp.ClientSession, _context: Any, _piece: aiohttp.TraceRequestChunkSentParams) -> None:
    door = _on_the_way_to.get()
    if door is not None and not door.passes():
        raise TurnedAway
