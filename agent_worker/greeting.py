"""Speaks the opening line at the right moment: once, never before the answer, not cut off by the tail of "Hello?"."""

import asyncio
import math
from collections.abc import Callable

from livekit.agents import AgentSession
from livekit.agents.voice import SpeechHandle

from agent_worker import clock
from agent_worker.opening import Opening, Tail
from agent_worker.opening_line import Spoken

GUARD_S = 1.0
"""The opening cannot be interrupted in its first second: what is heard then began before it. Nor before who calls, and whether the call is
recorded, has been said."""

LATE_TRANSCRIPT_S = 3.0
"""A greeting's transcript that comes late would interrupt like new words; it is waited for this long at most."""


class Greeting:
    """The opening line of one call. `speech` is the speech once it began; `done` is set when it has ended.
    Clear `wanted` when the call is ending before it began."""

    def __init__(self, session: AgentSession, spoken: Spoken, on_begin: Callable[[], None]) -> None:
        self._session, self._spoken, self._on_begin = session, spoken, on_begin
        self._sounds = asyncio.Event()
        self._asked_at = self._sounds_since = 0.0
        self._opening: Opening | None = None
        self._changed = asyncio.Event()
        self._tail = Tail()
        self.due_at: float | None = None
        self.speech: SpeechHandle | None = None
        self.done = asyncio.Event()
        self.wanted = True

    @property
    def is_over(self) -> bool:
        return self.done.is_set()

    @property
    def is_guarded(self) -> bool:
        """Whether what the callee says now cannot interrupt: before the opening, and until it may be interrupted."""
        return self.speech is None or not (self.speech.allow_interruptions or self.is_over)

    @property
    def told_at(self) -> float:
        """When disclosure and notice are over and the rest is played; never, before the first sound."""
        return self._sounds_since + self._spoken.told_s if self._sounds.is_set() else math.inf

    def is_mute(self, now: float, within_s: float) -> bool:
        """Whether the opening has been due for `within_s` and not a sound of it was heard."""
        is_heard = (
            self._sounds.is_set() or self._session.agent_state == "speaking"
        )  # of other words that go before it, such as a helpline's
        if self.speech is None or is_heard or self.is_over:
            return False
        return now - (self._asked_at if self.due_at is None else self.due_at) > within_s

    def heard_start(self, at: float) -> None:
        self._tail.heard_start(at)
        if self._opening and self.speech is None:
            self._opening = self._opening.heard_start(at)
            self._changed.set()

    def heard_end(self, at: float) -> None:
        self._tail.heard_end()
        if self._opening and self.speech is None:
            self._opening = self._opening.heard_end(at)
            self._changed.set()

    def transcribed(self) -> None:
        self._tail.transcribed()

    def sounds(self, at: float) -> None:
        """The agent's voice is heard since `at`."""
        if self.speech is not None and not self._sounds.is_set():
            self._sounds_since = at
            self._sounds.set()

    async def run(self, answered_at: float, callee_is_speaking: bool) -> None:
        """Wait for the moment, speak, and return when the opening has been played or interrupted."""
        self._opening = Opening(answered_at)
        if callee_is_speaking:
            self._opening = self._opening.heard_start(answered_at)
        try:
            await self._wait_until_due()
            if self.wanted:
                await self._speak()
        finally:
            self.done.set()

    async def _wait_until_due(self) -> None:
        while self._opening:
            self._changed.clear()
            left_s = self._opening.speak_at - clock.seconds()
            if left_s <= 0:
                break
            try:
                await asyncio.wait_for(self._changed.wait(), left_s)
            except TimeoutError:
                break
        self.due_at = self._opening.due_at if self._opening else None

    async def _speak(self) -> None:
        self._on_begin()
        self._asked_at = clock.seconds()
        self.speech = self._session.say(self._spoken.text, audio=self._spoken.line.frames(), allow_interruptions=False)
        guard = asyncio.create_task(self._lift_guard(self.speech))
        try:
            await self.speech
        finally:
            guard.cancel()

    async def _lift_guard(self, speech: SpeechHandle) -> None:
        await self._sounds.wait()
        guarded_s = max(GUARD_S, self._spoken.told_s)
        await asyncio.sleep(guarded_s - (clock.seconds() - self._sounds_since))
        waited_s = GUARD_S
        while self._tail.is_pending(clock.seconds()) and waited_s < LATE_TRANSCRIPT_S:
            await asyncio.sleep(0.05)
            waited_s += 0.05
        speech.allow_interruptions = True
