"""One use of a tool: sent to the address that was looked at, bounded in time and size, and told as data.

Nothing of what an endpoint answers is an instruction to anybody; it is handed on as text within a result.
"""

import asyncio
import json
import re
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, replace

from control_plane.kit.clock import monotonic
from control_plane.kit.outbound import NotDelivered, NotSent, OutboundClient, Reply
from control_plane.kit.outbound_guard import Forbidden
from control_plane.tools.request import Request

MOST_ANSWER = 65_536
"""Bytes of an answer."""
MOST_DATA = 4_000
"""Characters of it that the model is given."""
RETRIED = frozenset({429, 502, 503, 504})
PAUSE_S = 0.3
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True, slots=True)
class Result:
    """What came of one use. Exactly one of `data` (of a good answer) and `why` (a sentence) counts."""

    status: int | None
    data: str = ""
    why: str = ""
    took_s: float = 0.0
    attempts: int = 1
    may_be_done: bool = False
    """Nobody knows whether it was done, and doing it twice would do harm."""
    drift: str | None = None
    """How what is offered differs from what was pinned, in a sentence; empty when it does not; None when nobody looked."""

    @property
    def is_done(self) -> bool:
        return self.status is not None and 200 <= self.status < 300 and not self.why


async def execute(client: OutboundClient, request: Request, *, timeout_s: float, idempotent: bool) -> Result:
    """Send it, twice at most and twice only if that does no harm, within `timeout_s` in all."""
    return await repeated(lambda within_s: _once(client, request, within_s), timeout_s=timeout_s, idempotent=idempotent)


async def repeated(once: Callable[[float], Awaitable[Result]], *, timeout_s: float, idempotent: bool) -> Result:
    """The same for any way of asking. `once` is told how long it may take, and never raises for what the other side does."""
    since = monotonic()
    found = await once(timeout_s)
    left_s = timeout_s - (monotonic() - since) - PAUSE_S
    attempts = 1
    if idempotent and _may_pass(found) and left_s > PAUSE_S:
        await asyncio.sleep(PAUSE_S)
        found, attempts = await once(left_s), 2
    may_be_done, took_s = not idempotent and found.may_be_done, round(monotonic() - since, 3)
    return replace(found, took_s=took_s, attempts=attempts, may_be_done=may_be_done)


def _may_pass(found: Result) -> bool:
    return found.status in RETRIED or (found.status is None and bool(found.why) and not found.drift)


async def _once(client: OutboundClient, request: Request, within_s: float) -> Result:
    try:
        reply = await client.exchange(
            request.method, request.url, request.headers, request.body, most=MOST_ANSWER, within_s=max(0.1, within_s)
        )
    except (NotDelivered, Forbidden) as error:
        return Result(None, why=str(error), may_be_done=not isinstance(error, (NotSent, Forbidden)))
    if not 200 <= reply.status < 300:
        return Result(reply.status, why=f"The endpoint answered {reply.status}.", may_be_done=reply.status >= 500)
    return Result(reply.status, data=data_of(reply))


def data_of(reply: Reply) -> str:
    """The answer as text for the model: JSON written small, anything else as it is; cut where it is too long."""
    return as_data(reply.body.decode("utf-8", errors="replace"))


def as_data(text: str) -> str:
    """The same for a text."""
    text = text.strip()
    with suppress(ValueError, RecursionError):
        text = json.dumps(json.loads(text), ensure_ascii=False, separators=(",", ":"))
    # Half a surrogate pair, which JSON can spell, is nothing that could be sent on.
    text = _CONTROL.sub(" ", text.encode("utf-8", "replace").decode())
    return text if len(text) <= MOST_DATA else f"{text[:MOST_DATA]} … (cut)"
