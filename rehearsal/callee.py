"""Plays one behaviour of a callee script on a line. Knows nothing of rooms: a line is anything that can speak, listen and pause."""

import asyncio
import contextlib
import math
from typing import Protocol

from rehearsal.hearing import Hearing
from rehearsal.scripts import After, Behaviour, Step
from sip_config.contract import AnsweredBy

UNANSWERED_S = 7.0
"""An agent that first speaks again this long after a person's words did not answer them but asks."""
REPEATS = 2
_THOUGHT_S = 0.3


class Line(Protocol):
    """An answered call, from the callee's side."""

    @property
    def hearing(self) -> Hearing: ...

    @property
    def answered_at(self) -> float: ...

    def now(self) -> float: ...

    async def pause(self, seconds: float) -> None: ...

    async def say(self, text: str) -> None:
        """Returns when the last word has left."""
        ...

    async def beep(self) -> None: ...

    async def press(self, digits: str) -> None: ...

    async def pressed(self) -> str:
        """Returns with the next key that the agent presses, or has pressed since the last time."""
        ...


async def play(behaviour: Behaviour, line: Line) -> None:
    """Carry out the steps of an answered attempt; returns when the callee hangs up."""
    try:
        async with asyncio.timeout(behaviour.max_s):
            await _Callee(line, REPEATS if behaviour.expect.answered_by is AnsweredBy.HUMAN else 0).carry_out(behaviour.steps)
    except TimeoutError:
        return


class _Callee:
    """Somebody who knows what they said last, and says it again when the agent asks whether they are there."""

    def __init__(self, line: Line, repeats: int) -> None:
        self._line, self._repeats = line, repeats
        self._said, self._said_at = "", 0.0

    async def carry_out(self, steps: tuple[Step, ...]) -> None:
        """Returns when a step hangs up."""
        for step in steps:
            await self._wait_for_turn(step)
            if step.hang_up:
                return
            await self._act(step)
        while True:  # listens until the other side hangs up
            await self._agent_stops(math.inf)

    async def _wait_for_turn(self, step: Step) -> None:
        begin = self._line.answered_at if step.after is After.ANSWER else self._line.now()
        if step.after is After.AGENT_SPEAKS:
            begin = await self._agent_starts(step.patience_s) or self._line.now()
        elif step.after is After.AGENT_STOPS:
            begin = await self._agent_stops(step.patience_s)
        elif step.after is After.AGENT_PRESSES:
            begin = await self._agent_presses(step.patience_s)
        await self._line.pause(max(0.0, begin + step.delay_s - self._line.now()))

    async def _agent_starts(self, patience_s: float) -> float | None:
        """Unix seconds at which the agent began to speak; None when patience was over before."""
        try:
            return await asyncio.wait_for(self._line.hearing.starts(), None if math.isinf(patience_s) else patience_s)
        except TimeoutError:
            return None

    async def _agent_presses(self, patience_s: float) -> float:
        """Unix seconds at which the agent pressed a key, or patience was over."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._line.pressed(), patience_s)
        return self._line.now()

    async def _agent_stops(self, patience_s: float) -> float:
        """Unix seconds at which the agent ended what was no question for our last words (those are said again), or patience was over.

        Whoever has begun to speak is heard out, however long that takes.
        """
        while True:
            started_at = await self._agent_starts(patience_s)
            if started_at is None:
                return self._line.now()
            stopped_at = await self._line.hearing.stops()
            if not (self._repeats and self._said and started_at - self._said_at >= UNANSWERED_S):
                return stopped_at
            self._repeats -= 1
            await self._line.pause(_THOUGHT_S)
            await self._say(self._said)

    async def _act(self, step: Step) -> None:
        if step.say:
            await self._say(step.say)
        if step.beep:
            await self._line.beep()
        if step.press:
            await self._line.press(step.press)
        if step.wait_s:
            await self._line.pause(step.wait_s)

    async def _say(self, text: str) -> None:
        await self._line.say(text)
        self._said, self._said_at = text, self._line.now()
