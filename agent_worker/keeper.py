"""Watches what may be kept of one call as it goes on, and lets nothing else into the call's log."""

import math
from collections.abc import Awaitable
from typing import Any

from agent_worker import clock
from agent_worker.call_log import CallLog
from agent_worker.recording_consent import Consent
from sip_config.contract import EventKind, RecordingPolicy


class Keeper:
    """Stands before the log. Times are wall-clock seconds."""

    def __init__(self, log: CallLog, policy: RecordingPolicy) -> None:
        self.consent = Consent(policy)
        self._log = log
        self._answered_at = 0.0

    def begin(self, answered_at: float) -> None:
        self._answered_at = answered_at

    def note(self, kind: EventKind, data: dict[str, Any]) -> None:
        """Record one fact without the words that must not be stored."""
        self._log.note(kind, self.consent.screened(kind, data))

    def noticed(self, begins: float, ends: float) -> None:
        """The notice, or the question, was spoken between these moments."""
        self._become(self.consent.noticed(self._offset(begins), self._offset(ends)))

    def heard(self, text: str, began: float, *, is_understood: bool = True) -> None:
        """The callee said this: to be told before it is noted, because it may be what forbids noting it. `is_understood`: they speak the
        language in which they were asked."""
        self._become(self.consent.heard(text, self._offset(began), is_understood=is_understood))

    async def asks(self, question: Awaitable[Any], begins: float) -> None:
        """The question is put anew from `begins` on; what is said over it is its answer where that is clear."""
        self.noticed(begins, math.inf)
        await question
        self.noticed(begins, clock.seconds())

    def put_off(self) -> None:
        """The question is about to be put anew."""
        self._become(self.consent.put_off())

    def give_up(self) -> None:
        """Nobody answers the question."""
        if self.consent.asks:
            self._become(self.consent.unanswered())

    def _become(self, consent: Consent) -> None:
        before, self.consent = self.consent.result(), consent
        now = consent.result()
        if now != before:
            data = {"policy": now.policy.value, "decision": now.decision.value, "quote": now.quote}
            self._log.note(EventKind.RECORDING, {**data, "notice_at_s": now.notice_at_s, "kept_from_s": now.kept_from_s})

    def _offset(self, at: float) -> float:
        return round(max(0.0, at - self._answered_at), 3)
