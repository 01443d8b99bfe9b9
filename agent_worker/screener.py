"""Feeds the pure screening rules with what one call hears, and notes their verdicts."""

from collections.abc import Callable

import numpy as np
from livekit import rtc

from agent_worker import screening
from agent_worker.beep import BeepDetector
from agent_worker.call_log import CallLog
from sip_config.contract import AnsweredBy, EventKind


class Screener:
    """Who picked up, so far. `on_mailbox` is called once, when it is an answering machine. Times are wall-clock seconds."""

    def __init__(self, log: CallLog, now: Callable[[], float], on_mailbox: Callable[[], None]) -> None:
        self.heard, self.by = screening.Heard(), AnsweredBy.NONE
        self._log, self._now, self._on_mailbox = log, now, on_mailbox
        self._beep = BeepDetector()
        self._answered_at: float | None = None

    @property
    def is_mailbox(self) -> bool:
        return self.by is AnsweredBy.VOICEMAIL

    def begin(self, answered_at: float) -> None:
        self._answered_at = answered_at

    def speech(self, began: float, ended: float) -> None:
        """The callee has stopped speaking."""
        if self._answered_at is not None:
            self.heard = self.heard.with_speech(ended - max(began, self._answered_at))
            self._judge()

    def text(self, text: str, *, after_opening: bool) -> None:
        self.heard = self.heard.with_text(text, after_opening=after_opening)
        self._judge()

    def exchange(self) -> None:
        self.heard = self.heard.with_exchange()

    def prompted(self) -> None:
        self.heard = self.heard.with_prompt()

    def sound(self, frame: rtc.AudioFrame) -> bool:
        """Listen for a beep; whether one has just ended. Nobody listens any more once a person has replied."""
        if self._answered_at is None or (self.by is AnsweredBy.HUMAN and self.heard.replied):
            return False
        if not self._beep.push(np.frombuffer(frame.data, dtype=np.int16), frame.sample_rate):
            return False
        self.heard = self.heard.with_beep()
        self._judge()
        return True

    def gave_up(self) -> None:
        """Nobody answers the agent; who never made a sound was silence."""
        if not self.heard.spoke:
            self._note(AnsweredBy.SILENCE)

    def _judge(self) -> None:
        by = screening.verdict(self.heard, self._now() - (self._answered_at or self._now()))
        if by is None or by is self.by or self.is_mailbox:
            return
        self._note(by)
        if self.is_mailbox:
            self._on_mailbox()

    def _note(self, by: AnsweredBy) -> None:
        self.by = by
        self._log.note(EventKind.SCREENED, {"answered_by": by.value})
