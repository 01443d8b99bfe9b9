"""Puts the callee through to a person. Who can be named comes with the order; which number that is, only the control plane knows.

Meanwhile the agent answers nothing and asks into no silence: whoever waits hears it ring, or music, and not somebody who goes on as if
nothing had happened. What they say is heard all the same, for opt-outs and danger.
"""

import asyncio
import contextlib
from collections.abc import Callable, Coroutine
from typing import Any, Protocol

import structlog
from livekit.agents import AgentSession

from agent_worker import clock
from agent_worker.control_plane_client import CallClient, Refused, Superseded, Unreachable
from agent_worker.retry import until
from agent_worker.warm.ledger import LegTicket
from agent_worker.warm.transfer import WarmTransfer
from agent_worker.warm.words import words_for
from sip_config.contract import CallOrder

log = structlog.get_logger()

_FAILED = "It did not work: {why} Tell the person so, do not try the same again, and offer that somebody calls them back."
_AWAY = "the systems behind it cannot be reached."
_OPEN = "The person is being put through already."

WORD_S = 30.0
"""Heartbeats say every few seconds whether somebody else has the callee put through; after so long without a word the agent is back."""
STALE_S = 10.0
"""So long after a try of its own the agent takes no heartbeat's word for another's: it may have been on its way."""
TOLD_WITHIN_S = 180.0
"""How long the end of a try is told again and again: for so long the control plane takes the try to be open and lets nobody else be
fetched (`calls/transferring`, OPEN_WARM)."""
TOLD_FIRST_S = 15.0
"""Of that, what the next try and the end of the call wait for it."""


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
        self.is_joined = False
        """Somebody who was fetched talks with the callee."""
        self._is_own, self._own_ended = False, 0.0
        self._is_others, self._others_at = False, 0.0
        self._tries: list[WarmTransfer] = []
        self._ending: asyncio.Task[None] | None = None

    @property
    def is_open(self) -> bool:
        """Somebody is being fetched, or talks with the callee."""
        return self._is_own or (self._is_others and clock.seconds() - self._others_at <= WORD_S)

    async def to(self, destination: str, about: str = "") -> str | None:
        """None once the person is put through, and the call over, or waits while somebody is fetched; else what the model is to do next."""
        if self.is_open:
            return _OPEN
        self._is_own, self._is_others = True, False
        await self._until_told()
        told = await self._to(destination, about)
        if told is not None:
            self._own()
            self._call.quiet_since = clock.seconds()
        return told

    def told(self, is_transferring: bool) -> None:
        """A heartbeat was told whether the callee is being put through. What this agent has begun itself, it knows better."""
        if is_transferring:
            self._call.quiet_since = self._others_at = clock.seconds()
        if self._is_others and not is_transferring:
            self._is_others = False
            self._back()
        elif is_transferring and not self._is_own and not self._may_be_own():
            self._is_others = True

    async def settle(self) -> None:
        """The call is over: so are the legs of its tries."""
        await asyncio.gather(self._tell_no_more(), *(each.settle() for each in self._tries))

    async def _to(self, destination: str, about: str) -> str | None:
        try:
            found = await self._client.transfer(destination, can_brief=self.fetches is not None)
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
        why = await attempt.fetch()
        self.is_joined = not why
        # A task of its own: the call's end does not break it off.
        self._ending = asyncio.create_task(self._end(attempt, why))
        if why:
            self._own()
            self._back()
            await attempt.settle()
            return
        # Whatever was still to be said would be said into their conversation. The session may be closing at this moment.
        with contextlib.suppress(RuntimeError):
            await self._call.session.interrupt(force=True)
        await attempt.until_left()
        self._call.handed_over()

    async def _end(self, attempt: WarmTransfer, why: str) -> None:
        """What came of a try, told until it is heard; hearing it twice changes nothing."""
        try:
            await until(TOLD_WITHIN_S, lambda: self._client.end_transfer(attempt.call_id, why))
        except (Unreachable, Refused, Superseded) as error:
            log.warning("transfer_not_told", error=f"{type(error).__name__}: {error}")
        self._own_ended = clock.seconds()

    async def _until_told(self) -> None:
        """The end of the last try is known, or will not be soon."""
        if self._ending is not None:
            await asyncio.wait({self._ending}, timeout=TOLD_FIRST_S)

    async def _tell_no_more(self) -> None:
        await self._until_told()
        if self._ending is not None:
            self._ending.cancel()
            await asyncio.wait({self._ending})

    def _may_be_own(self) -> bool:
        """Whether a try that a heartbeat was told of may be the last one of this agent's own."""
        is_untold = self._ending is not None and not self._ending.done()
        return is_untold or clock.seconds() - self._own_ended <= STALE_S

    def _own(self) -> None:
        """A try of its own is over, in vain."""
        self._is_own, self._own_ended = False, clock.seconds()

    def _back(self) -> None:
        """The callee has waited in vain: say so without being asked, because the model was not there meanwhile."""
        self._call.quiet_since = clock.seconds()
        if not self._call.is_ending:
            # The session may be closing at this moment.
            with contextlib.suppress(RuntimeError):
                self._call.session.say(words_for(self._call.order.language).nobody)
