"""What the callee hears of the agent: utterances told from silence by energy (carrier figures: facts/voice, -42 dBFS)."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

LOUD_RMS = 32768 * 10 ** (-42 / 20)
SPEECH_S = 0.2
"""Less loud sound than this is a click and no speech."""
SILENCE_S = 0.7
"""Silence after which an utterance counts as finished."""
_TICK_S = 0.1


@dataclass(frozen=True, slots=True)
class Utterance:
    """Unix seconds of the first and the last loud frame."""

    started_at: float
    ended_at: float


def is_loud(samples: np.ndarray) -> bool:
    """Whether int16 `samples` are above the threshold on average."""
    return bool(samples.size) and float(np.sqrt(np.mean(np.square(samples.astype(np.float32))))) > LOUD_RMS


class Hearing:
    """Fed with frames or with the bare time; calls `finished` once per utterance."""

    def __init__(self, now: Callable[[], float], finished: Callable[[Utterance], None]) -> None:
        self._now, self._finished = now, finished
        self._first = self._last = self._loud_s = 0.0
        self._ended: list[Utterance] = []
        self._changed = asyncio.Event()

    @property
    def speaking_since(self) -> float | None:
        return self._first if self._loud_s >= SPEECH_S else None

    def feed(self, loud: bool, at: float, seconds: float) -> None:
        """One frame of `seconds` that was received at `at`."""
        if loud:
            self._first = self._first if self._loud_s else at
            self._last, self._loud_s = at, self._loud_s + seconds
            self._changed.set()
        else:
            self.tick(at)

    def tick(self, at: float) -> None:
        """Time passes; frames need not arrive while nobody speaks."""
        if self._loud_s and at - self._last >= SILENCE_S:
            self.flush()

    def flush(self) -> None:
        """End the utterance under way, as the end of the call does."""
        if self._loud_s >= SPEECH_S:
            self._ended.append(Utterance(self._first, self._last))
            self._finished(self._ended[-1])
        self._loud_s = 0.0
        self._changed.set()

    async def starts(self) -> float:
        """Unix seconds at which the utterance under way, or else the next one, began."""
        while self.speaking_since is None:
            await self._change()
        return self.speaking_since

    async def stops(self) -> float:
        """Waits until the utterance under way, or else the next one, has ended for `SILENCE_S`; the Unix seconds of now."""
        before = len(self._ended)
        while len(self._ended) == before:
            await self._change()
        return self._now()

    async def _change(self) -> None:
        self._changed.clear()
        try:
            async with asyncio.timeout(_TICK_S):
                await self._changed.wait()
        except TimeoutError:
            self.tick(self._now())
