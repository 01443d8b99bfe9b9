"""One try to connect the callee with a human: music, ringing, briefing, the human's yes or no, and then both together or the agent again.

Nobody is called before the words for whoever answers are ready. Until the human has said yes the callee hears music and none of it; a
machine that answers says nothing that is taken for a yes, and so the callee is never connected with one, nor with somebody who picks up
by "yes?" and has not heard yet what it is about (`reply`). Once they talk with each other the agent is silent, goes on hearing the callee
for opt-outs and danger, and the end of either leg ends the call.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Protocol

import structlog

from agent_worker import clock
from agent_worker.opening_line import Line
from agent_worker.sip_leg import Departure
from agent_worker.warm.ledger import LegLedger
from agent_worker.warm.reply import Reply
from sip_config.contract import AnsweredBy, EventKind

log = structlog.get_logger()

LOOK_S = 1.0
LONGEST_S = 100.0
"""Until somebody answers: the trunk's turn and the ringing are over sooner, and the ledger then says so."""
ANSWER_S = 8.0
"""For a yes or no after the choice was said; it is said twice."""
JOINED_LABEL = "transferred"


class Leg(Protocol):
    """The human's phone, as `sip_leg` has it."""

    answered: asyncio.Future[float]
    left: asyncio.Future[Departure]

    @property
    def status(self) -> str: ...


class PartyLine(Protocol):
    """Who hears whom, and what the human replies."""

    reply: Reply

    @property
    def leg(self) -> Leg: ...

    async def hold(self) -> None:
        """From now on the callee hears music, and nothing of the human; the human hears nothing of the callee."""
        ...

    async def say(self, line: Line) -> None:
        """Say it to the human only; broken off by cancelling."""
        ...

    async def join(self) -> None:
        """The two hear each other, and no music."""
        ...

    async def part(self) -> None:
        """Hang up on the human, and end the music."""
        ...

    async def aclose(self) -> None: ...


class WarmTransfer:
    def __init__(self, line: PartyLine, ledger: LegLedger, speak: Callable[[str], Awaitable[Line]], told: tuple[str, str]) -> None:
        """`speak` makes sound of words; `told`: what the human is told, and the choice they have."""
        self._line, self._ledger, self._speak, self._told = line, ledger, speak, told

    @property
    def call_id(self) -> str:
        """The leg's."""
        return self._ledger.call_id

    async def fetch(self) -> str:
        """Empty once the two talk with each other; else why they do not (`WHY` of the control plane's warm_legs), the human is gone and the
        music over."""
        try:
            why = await self._tried()
            if not why:
                await self._line.join()
                self._ledger.note(EventKind.SCREENED, {"answered_by": AnsweredBy.HUMAN.value, "confidence": 1.0, "reason": "took the call"})
                self._ledger.note(EventKind.OUTCOME_SET, {"label": JOINED_LABEL, "note": ""})
        except Exception as error:  # the native library raises nothing more specific; the callee is not left on hold
            log.warning("not_connected", error=f"{type(error).__name__}: {error}")
            why = "failed"
        if why:
            await self._line.part()
            self._note_end()
        return why

    async def until_left(self) -> None:
        """Wait until the human leaves."""
        await asyncio.wait({self._line.leg.left})
        self._note_end()

    async def settle(self) -> None:
        """The leg is over, with the call or before it: report it. Harmless when repeated."""
        self._note_end()
        await self._line.aclose()
        await self._ledger.settle()

    def _note_end(self) -> None:
        if self._line.leg.left.done():
            self._ledger.left(self._line.leg.left.result())

    async def _tried(self) -> str:
        await self._line.hold()
        about, choice = await asyncio.gather(*map(self._speak, self._told))
        self._ledger.note(EventKind.READY)
        return await self._reached() or await self._asked(about, choice)

    async def _reached(self) -> str:
        leg, until = self._line.leg, clock.seconds() + LONGEST_S
        while clock.seconds() < until:
            await asyncio.wait({leg.answered, leg.left}, timeout=LOOK_S, return_when=asyncio.FIRST_COMPLETED)
            if leg.left.done():
                return "nobody"
            if leg.answered.done():
                return ""
            if not leg.status and not await self._ledger.stands():
                return "not_called"
        return "failed"

    async def _asked(self, about: Line, choice: Line) -> str:
        leg, reply = self._line.leg, self._line.reply
        self._ledger.note(EventKind.FIRST_AUDIO)
        for line, answer_s in ((about, 0.0), (choice, ANSWER_S), (choice, ANSWER_S)):
            if line is choice:
                reply.offered()
            saying = asyncio.ensure_future(self._line.say(line))
            try:
                await asyncio.wait({saying, reply.given, leg.left}, return_when=asyncio.FIRST_COMPLETED)
                if not reply.given.done() and not leg.left.done() and answer_s:
                    await asyncio.wait({reply.given, leg.left}, timeout=answer_s, return_when=asyncio.FIRST_COMPLETED)
            finally:
                saying.cancel()
                await asyncio.gather(saying, return_exceptions=True)
            if leg.left.done():
                return "nobody"
            if reply.given.done():
                return "" if reply.given.result() else "declined"
        return "nobody"
