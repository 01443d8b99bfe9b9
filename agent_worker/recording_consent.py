"""What may be kept of one call's sound and words, by the order's recording policy and by what the callee says to it. Pure.

`off` keeps nothing; `notify` keeps from the spoken notice on; `notify_and_affirm` keeps from the callee's yes on. Whoever objects, at any
time, is refused nothing but the recording: then nothing is kept at all. What is unclear counts as no (facts: dialer §1.2).
Times are seconds from the answer.
"""

from dataclasses import dataclass, replace
from typing import Any

from agent_worker.consent_words import objects, says_yes
from sip_config.contract import CallEvent, ConsentDecision, EventKind, RecordingConsent, RecordingPolicy

NOT_STORED = "[not stored]"
"""Stands where words were that must not be kept."""


@dataclass(frozen=True, slots=True)
class Consent:
    """Where one call stands. `asks` holds between the question and its answer."""

    policy: RecordingPolicy
    notice_at_s: float | None = None
    asked_until_s: float | None = None
    is_answered: bool = False
    affirmed_at_s: float | None = None
    is_refused: bool = False
    quote: str = ""

    @property
    def asks(self) -> bool:
        return self.policy is RecordingPolicy.NOTIFY_AND_AFFIRM and not self.is_answered

    @property
    def kept_from_s(self) -> float | None:
        """From when on sound may be kept; None for nothing of it."""
        if self.is_refused or self.policy is RecordingPolicy.OFF:
            return None
        return self.notice_at_s if self.policy is RecordingPolicy.NOTIFY else self.affirmed_at_s

    def noticed(self, begins_s: float, ends_s: float) -> "Consent":
        """The notice, or the question, has been spoken to its end."""
        return self if self.policy is RecordingPolicy.OFF else replace(self, notice_at_s=begins_s, asked_until_s=ends_s)

    def heard(self, text: str, began_s: float, *, is_understood: bool = True) -> "Consent":
        """The callee has said something: the answer to the question, an objection, or neither. Whoever has not understood the question has
        not answered it, for all their "no": it stays open."""
        if self.policy is RecordingPolicy.OFF or self.is_refused:
            return self
        if objects(text):
            return replace(self, is_refused=True, is_answered=True, quote=text)
        if not (self.asks and is_understood) or self.notice_at_s is None or self.asked_until_s is None or began_s < self.notice_at_s:
            return self
        answer = says_yes(text)
        if answer is None and began_s < self.asked_until_s:
            return self
        if answer:
            return replace(self, is_answered=True, affirmed_at_s=began_s, quote=text)
        return replace(self, is_answered=True, is_refused=answer is False, quote=text if answer is False else "")

    def put_off(self) -> "Consent":
        """The question is about to be asked anew, in other words: until then nothing is an answer to it."""
        return replace(self, notice_at_s=None, asked_until_s=None) if self.asks else self

    def unanswered(self) -> "Consent":
        """The agent stops waiting for an answer; a later yes is one to something else."""
        return replace(self, is_answered=True)

    def result(self) -> RecordingConsent:
        """What the report says."""
        decision = ConsentDecision.NONE
        if self.is_refused:
            decision = ConsentDecision.REFUSED
        elif self.affirmed_at_s is not None:
            decision = ConsentDecision.AFFIRMED
        elif self.policy is RecordingPolicy.NOTIFY and self.notice_at_s is not None:
            decision = ConsentDecision.NOTIFIED
        return RecordingConsent(self.policy, decision, self.notice_at_s, self.kept_from_s, self.quote)

    def keeps_words(self, began_s: float | None = None) -> bool:
        """Whether words that were begun then (now, without a time) may be stored. A notice covers the greeting before it."""
        if self.is_refused or self.policy is RecordingPolicy.OFF:
            return False
        if self.policy is RecordingPolicy.NOTIFY:
            return True
        return self.affirmed_at_s is not None and (began_s is None or began_s >= self.affirmed_at_s)

    def screened(self, kind: EventKind, data: dict[str, Any]) -> dict[str, Any]:
        """The data of an event without words that must not be stored. What proves an opt-out stays (facts: dialer §1.1 US-4)."""
        if kind is EventKind.TURN:
            return data if self.keeps_words(float(data["started_at_s"])) else {**data, "text": NOT_STORED, "mood": ""}
        if self.keeps_words():
            return data
        if kind is EventKind.TOOL_CALLED:
            return {**data, "arguments": NOT_STORED, "result": NOT_STORED}
        if kind is EventKind.REMEMBERED:
            return {**data, "text": "", "quote": ""}
        if kind in (EventKind.PROMISED, EventKind.RISK_FLAGGED):
            return {**data, "quote": ""}
        if kind is EventKind.ACTIVITY:
            return {**data, "what": ""}
        if kind is EventKind.OUTCOME_SET and data.get("label") != "do_not_call":
            words = {"quote": ""} if "quote" in data else {}
            return {**data, **words, "note": NOT_STORED if data.get("note") else ""}
        return data

    def screened_event(self, event: CallEvent) -> CallEvent:
        return replace(event, data=self.screened(event.kind, event.data))
