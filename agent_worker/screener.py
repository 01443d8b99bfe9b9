"""Feeds the listener with what one call hears, and notes its verdicts."""

from collections.abc import Callable

import numpy as np
from livekit import rtc

from agent_worker.answering.decision import SURE_ENOUGH, Verdict
from agent_worker.call_log import CallLog
from agent_worker.listener import Listener
from agent_worker.screening import Heard
from sip_config.contract import AnsweredBy, EventKind

LAST_WORDS = frozenset({AnsweredBy.VOICEMAIL, AnsweredBy.MAILBOX_UNAVAILABLE, AnsweredBy.FAX, AnsweredBy.NETWORK_ANNOUNCEMENT})
"""Nobody picks up after these any more."""


class Screener:
    """Who picked up, so far. `on_machine` is called for each machine that has been recognised. Times are wall-clock seconds."""

    def __init__(self, log: CallLog, now: Callable[[], float], on_machine: Callable[[AnsweredBy], None]) -> None:
        self.by = AnsweredBy.NONE
        self._log, self._now, self._on_machine = log, now, on_machine
        self._listener = Listener()
        self._since: float | None = None
        self._is_caller = False

    @property
    def heard(self) -> Heard:
        return self._listener.heard

    @property
    def verdict(self) -> Verdict | None:
        """Of what was heard since the last `again`."""
        return self._listener.verdict

    @property
    def is_final(self) -> bool:
        """Whether a machine has answered after which there will be no person; its words are nobody's wishes."""
        return self.by in LAST_WORDS

    def begin(self, answered_at: float) -> None:
        self._since = answered_at

    def again(self) -> None:
        """What is heard from now on is somebody else: a menu has been told what to do, a screener whom it has to do with."""
        self._since, self._listener = self._now(), Listener()

    def speech(self, began: float, ended: float) -> None:
        """The callee has stopped speaking."""
        if self._since is not None and ended > self._since:
            self._listener.speech(ended - max(began, self._since), self._since_s())
            self._judge()

    def text(self, text: str, *, after_opening: bool) -> None:
        self._listener.text(text, self._since_s(), after_opening=after_opening)
        self._judge()

    def exchange(self) -> None:
        self._listener.heard = self.heard.with_exchange()

    def prompted(self) -> None:
        self._listener.heard = self.heard.with_prompt()

    def sound(self, frame: rtc.AudioFrame) -> bool:
        """Listen to the callee; whether a beep has just ended. Nobody listens any more once a person has replied."""
        if self._since is None or (self.by is AnsweredBy.HUMAN and self.heard.replied):
            return False
        beep = self._listener.sound(np.frombuffer(frame.data, dtype=np.int16), frame.sample_rate, self._since_s())
        self._judge()
        return beep

    def beeped(self) -> None:
        """A beep has ended."""
        self._listener.heard = self.heard.with_beep()
        self._judge()

    def gave_up(self) -> None:
        """Nobody answers the agent; who never made a sound was silence."""
        if not self.heard.spoke:
            self._note(Verdict(AnsweredBy.SILENCE, 0.9, "asked, and nothing was heard"))

    def has_called(self) -> None:
        """They have called us: no machine that they may sound like has answered anything."""
        self._is_caller = True
        self._note(Verdict(AnsweredBy.HUMAN, 1.0, "has called"))

    def is_person(self) -> None:
        """A person has come to the phone after a machine."""
        self._note(Verdict(AnsweredBy.HUMAN, 0.8, "picked up after a machine"))

    def _since_s(self) -> float:
        return self._now() - (self._since or self._now())

    def _judge(self) -> None:
        verdict = self._listener.verdict
        if verdict is None or verdict.by is self.by or not self._may_become(verdict):
            return
        self._note(verdict)
        if verdict.is_machine:
            self._on_machine(verdict.by)

    def _may_become(self, verdict: Verdict) -> bool:
        if self._is_caller:
            return False
        if self.is_final:
            return self.by is AnsweredBy.VOICEMAIL and verdict.by is AnsweredBy.MAILBOX_UNAVAILABLE
        if verdict.is_machine:
            return verdict.confidence >= SURE_ENOUGH
        # After a menu or a screener it takes more than a short sound to be a person: see Reception.
        return self.by is AnsweredBy.NONE

    def _note(self, verdict: Verdict) -> None:
        self.by = verdict.by
        self._log.note(
            EventKind.SCREENED, {"answered_by": verdict.by.value, "confidence": round(verdict.confidence, 2), "reason": verdict.reason}
        )
