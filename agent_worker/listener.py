"""Gathers what one call hears and keeps the verdict over it.

Knows no event loop and no clock: the corpus of greetings is scored by the very code that runs in calls.
"""

from typing import Protocol

import numpy as np

from agent_worker.answering.decision import Evidence, Verdict, conclude
from agent_worker.answering.ear import Ear, Sound
from agent_worker.screening import Heard, judge

DECIDES_EVERY_S = 0.16
"""Of sound; words are judged when they come."""


class Hearing(Protocol):
    """What `Ear` is."""

    @property
    def sound(self) -> Sound: ...

    def push(self, samples: np.ndarray, sample_rate: int) -> bool: ...


class Listener:
    """Fed from the answer on; `verdict` is the newest one. `since_s` is seconds since the answer, or since somebody else may have
    picked up."""

    def __init__(self, ear: Hearing | None = None) -> None:
        self.verdict: Verdict | None = None
        self.heard = Heard()
        self._ear = ear or Ear()
        self._judged_at_s = 0.0

    def sound(self, samples: np.ndarray, sample_rate: int, since_s: float) -> bool:
        """Mono int16 samples of the callee; whether a beep has just become certain."""
        beep = self._ear.push(samples, sample_rate)
        sound = self._ear.sound
        if beep or sound.heard_s - self._judged_at_s >= DECIDES_EVERY_S:
            self._judged_at_s = sound.heard_s
            self._learn(self.heard.with_sound(sound), since_s)
        return beep

    def text(self, text: str, since_s: float, *, after_opening: bool = False) -> None:
        """A transcript has come; `after_opening` when its words began after the opening line."""
        self._learn(self.heard.with_text(text, after_opening=after_opening), since_s)

    def speech(self, duration_s: float, since_s: float) -> None:
        """The voice activity detector has heard speech end."""
        self._learn(self.heard.with_speech(duration_s), since_s)

    def conclude(self) -> Verdict:
        """The verdict at the end of listening."""
        heard = self.heard.with_sound(self._ear.sound)
        return conclude(Evidence(heard.words, heard.sound, replied=heard.replied))

    def _learn(self, heard: Heard, since_s: float) -> None:
        self.heard = heard
        self.verdict = judge(heard, since_s) or self.verdict
