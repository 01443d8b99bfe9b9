"""Gathers what one call hears into evidence and keeps the verdict over it. Knows no event loop and no clock: it is scored as it runs."""

from dataclasses import replace
from typing import Protocol

import numpy as np

from agent_worker.answering.decision import Evidence, Verdict, conclude, decide
from agent_worker.answering.ear import Ear, Sound
from agent_worker.answering.words import weigh

DECIDES_EVERY_S = 0.16
"""Of sound; words are judged when they come."""


class Hearing(Protocol):
    """What `Ear` is."""

    @property
    def sound(self) -> Sound: ...

    def push(self, samples: np.ndarray, sample_rate: int) -> bool: ...


class Listener:
    """Fed from the answer on; `verdict` is the newest one."""

    def __init__(self, ear: Hearing | None = None) -> None:
        self.verdict: Verdict | None = None
        self._ear, self._texts = ear or Ear(), ""
        self._evidence = Evidence()
        self._judged_at_s = 0.0

    def sound(self, samples: np.ndarray, sample_rate: int) -> bool:
        """Mono int16 samples of the callee; whether a beep has just ended."""
        beep = self._ear.push(samples, sample_rate)
        heard = self._ear.sound
        if beep or heard.heard_s - self._judged_at_s >= DECIDES_EVERY_S:
            self._judged_at_s = heard.heard_s
            self._judge(replace(self._evidence, sound=heard))
        return beep

    def text(self, text: str, *, replied: bool = False) -> None:
        """A transcript has come; `replied` when its words began after the opening line."""
        self._texts = f"{self._texts} {text}".strip()
        self._judge(replace(self._evidence, words=weigh(self._texts), replied=self._evidence.replied or replied))

    def conclude(self) -> Verdict:
        """The verdict at the end of listening."""
        return conclude(replace(self._evidence, sound=self._ear.sound))

    def _judge(self, evidence: Evidence) -> None:
        self._evidence = evidence
        self.verdict = decide(evidence) or self.verdict
