"""Plays one behaviour of a callee script on a line. Knows nothing of rooms: a line is anything that can speak, listen and pause."""

import asyncio
from typing import Protocol

from rehearsal.hearing import Hearing
from rehearsal.scripts import After, Behaviour, Step


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


async def play(behaviour: Behaviour, line: Line) -> None:
    """Carry out the steps of an answered attempt; returns when the callee hangs up."""
    try:
        async with asyncio.timeout(behaviour.max_s):
            for step in behaviour.steps:
                await _wait_for_turn(step, line)
                if step.hang_up:
                    return
                await _act(step, line)
            await asyncio.Event().wait()  # listens until the other side hangs up or patience is over
    except TimeoutError:
        return


async def _wait_for_turn(step: Step, line: Line) -> None:
    begin = line.answered_at if step.after is After.ANSWER else line.now()
    if step.after in (After.AGENT_SPEAKS, After.AGENT_STOPS):
        try:
            async with asyncio.timeout(step.patience_s):
                begin = await line.hearing.starts()
        except TimeoutError:
            begin = line.now()
        else:
            begin = begin if step.after is After.AGENT_SPEAKS else await line.hearing.stops()
    await line.pause(max(0.0, begin + step.delay_s - line.now()))


async def _act(step: Step, line: Line) -> None:
    if step.say:
        await line.say(step.say)
    if step.beep:
        await line.beep()
    if step.press:
        await line.press(step.press)
    if step.wait_s:
        await line.pause(step.wait_s)
