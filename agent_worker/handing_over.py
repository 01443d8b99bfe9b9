"""Puts the callee through to a person. Who can be named comes with the order; which number that is, only the control plane knows.

Meanwhile the agent answers nothing and asks into no silence: whoever waits hears it ring, or music, and not somebody who goes on as if
nothing had happened. What they say is heard all the same, for opt-outs and danger.
"""

import asyncio
import contextlib
from collections.abc import Callable, Coroutine
from typing import Any, Protocol, TypeVar

import structlog
from livekit.agents import AgentSession

from agent_worker import clock
from agent_worker.control_plane_client import CallClient, Refused, Superseded, Unreachable
from agent_worker.warm.ledger import LegTicket
from agent_worker.warm.transfer import WarmTransfer
from agent_worker.warm.words import words_for
from sip_config.contract import CallOrder

log = structlog.get_logger()

_FAILED = "It did not work: {why} Tell the person so, do not try the same again, and offer that somebody calls them back."
_AWAY = "the systems behind it cannot be reached."
_OPEN = "The person is being put through already."

Found = TypeVar("Found")

TICK_S = 0.5
STALE_S = 10.0
"""So long after a try of its own the agent takes no heartbeat's word for another's: it may have been on its way."""


class Call(Protocol):
    order: CallOrder
    session: AgentSession
    quiet_since: float
    """Wall-clock seconds; from then on silence is asked about."""

    @property
    def is_ending(self) -> bool: ...

    def handed_over(self) -> None: ...

    def spawn(self, work: Coroutine[Any, Any, Any]) -> None: ...


class HandingOver:
    def __init__(self, client: CallClient, call: Call) -> None:
        self._client, self._call = client, call
        self.fetches: Callable[[LegTicket, str], WarmTransfer] | None = None
        """Makes the try to fetch somebody, given the leg and what it is about; None where there is no room to do it in."""
        self.is_open, self.is_joined = False, False
        """Somebody is being fetched, or talks with the callee; the latter."""
        self._is_others, self._own_ended = False, 0.0
        self._tries: list[WarmTransfer] = []

    async def to(self, destination: str, about: str = "") -> str | None:
        """None once the person is put through, and the call over, or waits while somebody is fetched; else what the model is to do next."""
        if self.is_open:
            return _OPEN
        self.is_open = True
        told = await self._to(destination, about)
        if told is not None:
            self._own()
        return told

    def told(self, is_transferring: bool) -> None:
        """A heartbeat was told whether the callee is being put through. What this agent has begun itself, it knows better."""
        if self._is_others:
            self._is_others = self.is_open = is_transferring
            if not is_transferring:
                self._back()
        elif is_transferring and not self.is_open and clock.seconds() - self._own_ended > STALE_S:
            self._is_others = self.is_open = True
        if is_transferring:
            self._call.quiet_since = clock.seconds()

    async def settle(self) -> None:
        """The call is over: so are the legs of its tries."""
        await asyncio.gather(*(each.settle() for each in self._tries))

    async def _to(self, destination: str, about: str) -> str | None:
        try:
            found = await self._waiting(self._client.transfer(destination, can_brief=self.fetches is not None))
            leg = LegTicket.of(found["leg"]) if "leg" in found else None
        except (Unreachable, Refused, Superseded, KeyError, ValueError, TypeError) as error:
            log.warning("not_put_through", error=str(error))
            return _FAILED.format(why=_AWAY)
        if leg is not None and self.fetches is not None:
            self._tries.append(self.fetches(leg, about))
            self._call.spawn(self._fetch(self._tries[-1]))
            return None
        if found.get("is_done") is not True:
            return _FAILED.format(why=str(found.get("why") or _AWAY))
        self._call.handed_over()
        return None

    async def _fetch(self, attempt: WarmTransfer) -> None:
        why = await self._waiting(attempt.fetch())
        if why:
            self._own()
            self._back()
        else:
            self.is_joined = True
        await self._end(attempt, why)
        if why:
            await attempt.settle()
            return
        await self._waiting(attempt.until_left())
        self._call.handed_over()

    async def _end(self, attempt: WarmTransfer, why: str) -> None:
        try:
            await self._client.end_transfer(attempt.call_id, why)
        except (Unreachable, Refused, Superseded) as error:
            log.warning("transfer_not_told", error=str(error))

    def _own(self) -> None:
        self.is_open, self._own_ended = False, clock.seconds()

    def _back(self) -> None:
        """The callee has waited in vain: say so without being asked, because the model was not there meanwhile."""
        self._call.quiet_since = clock.seconds()
        if not self._call.is_ending:
            # The session may be closing at this moment.
            with contextlib.suppress(RuntimeError):
                self._call.session.say(words_for(self._call.order.language).nobody)

    async def _waiting(self, work: Coroutine[Any, Any, Found]) -> Found:
        """While it rings elsewhere, or a human talks, nobody is asked whether they are still here."""
        task = asyncio.ensure_future(work)
        try:
            while not task.done():
                self._call.quiet_since = clock.seconds()
                await asyncio.wait({task}, timeout=TICK_S)
        finally:
            task.cancel()
        return task.result()
