"""A room without sound in which a human is fetched: a second `PartyLine`, whose phone does what a test says."""

import asyncio
from collections.abc import Callable

from agent_worker.opening_line import Line
from agent_worker.sip_leg import Departure
from agent_worker.warm.reply import Reply

PATIENCE_S = 30


class FakeLeg:
    def __init__(self) -> None:
        loop = asyncio.get_running_loop()
        self.answered: asyncio.Future[float] = loop.create_future()
        self.left: asyncio.Future[Departure] = loop.create_future()
        self.status = ""
        self.on_status: Callable[[str, float], None] = lambda status, at: None

    def rings(self) -> None:
        self._becomes("ringing")

    def answers(self) -> None:
        self._becomes("active")
        self.answered.set_result(1.0)

    def leaves(self, reason: str = "CLIENT_INITIATED") -> None:
        self.left.set_result(Departure(2.0, "hangup" if self.answered.done() else self.status, reason))

    def _becomes(self, status: str) -> None:
        self.status = status
        self.on_status(status, 1.0)


class FakeLine:
    """`did` is what happened in the room; words are their own sound (`spoken`)."""

    def __init__(self) -> None:
        self.leg = FakeLeg()
        self.reply = Reply(self.leg.answered)
        self.did: list[str] = []
        self.breaks_at = ""
        """What fails, as LiveKit may."""
        self._more = asyncio.Event()

    async def hold(self) -> None:
        self._did("hold")

    async def say(self, line: Line) -> None:
        self._did(line.pcm.decode())

    async def join(self) -> None:
        self._did("join")

    async def part(self) -> None:
        self._did("part")
        if self.leg.answered.done() and not self.leg.left.done():
            self.leg.leaves("PARTICIPANT_REMOVED")

    async def aclose(self) -> None:
        pass

    async def until(self, what: str) -> None:
        """Wait until this has happened in the room."""
        async with asyncio.timeout(PATIENCE_S):
            while what not in self.did:
                self._more.clear()
                await self._more.wait()

    def _did(self, what: str) -> None:
        if what == self.breaks_at:
            raise RuntimeError("the room is gone")
        self.did.append(what)
        self._more.set()


async def spoken(text: str) -> Line:
    return Line(text.encode(), 8000)
