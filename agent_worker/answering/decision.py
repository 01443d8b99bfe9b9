"""The decision who picked up, from all that was heard so far. Pure; asked again whenever something new was heard, and free to change.

A person who is taken for a machine is a call abandoned, which is far worse than an opening line spoken to a machine (facts: dialer §3.3).
So a machine needs evidence of its own: a tone, its words, or speech on and on without anybody expecting an answer.
"""

from dataclasses import dataclass, field

from agent_worker.answering.ear import Sound
from agent_worker.answering.signals import Signal
from agent_worker.answering.words import MEANT_AT_MOST, Words
from sip_config.contract import AnsweredBy

SHORT_GREETING_S = 2.5
"""A person's greeting is hardly longer (LiveKit's own human_speech_threshold, facts: livekit §2.7)."""

SHORT_PAUSE_S = 0.5
"""Silence after a short greeting that means that an answer is expected."""

LONG_PAUSE_S = 0.8
"""The same after a long one: mailboxes breathe between two sentences."""

MONOLOGUE_S = 7.5
"""Speech without any such pause that no person makes who has just picked up."""

SURE_ENOUGH = 0.75
"""Confidence from which a machine is treated as one."""

AFTER_REPLY = 1.6 + MEANT_AT_MOST
"""Weight that words need once somebody has answered the opening line: "what is the reason for your call?" is also a person's question.
So much of it must be of phrases."""

MACHINES = frozenset(set(AnsweredBy) - {AnsweredBy.HUMAN, AnsweredBy.SILENCE, AnsweredBy.UNCERTAIN, AnsweredBy.NONE})

_SIGNALS = {Signal.FAX: AnsweredBy.FAX}


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that was heard since the answer."""

    words: Words = field(default_factory=Words)
    sound: Sound = field(default_factory=Sound)
    replied: bool = False
    """Words began after the opening line and may be an answer to it."""
    short_greeting: bool = False
    """The voice activity detector has heard a short greeting end."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """`confidence` is from 0 to 1 and orders verdicts; it is no measured probability."""

    by: AnsweredBy
    confidence: float
    reason: str

    @property
    def is_machine(self) -> bool:
        return self.by in MACHINES


def decide(evidence: Evidence) -> Verdict | None:
    """Who picked up as far as can be told now; None while that is open."""
    return _by_signal(evidence) or _by_words(evidence) or _by_sound(evidence)


def conclude(evidence: Evidence) -> Verdict:
    """The verdict when listening has come to its end."""
    decided = decide(evidence)
    if decided is not None:
        return decided
    if evidence.words.count == 0 and evidence.sound.speech_s == 0:
        return Verdict(AnsweredBy.SILENCE, 0.8, "nothing was heard")
    return Verdict(AnsweredBy.UNCERTAIN, 0.5, "speech without a sign of who it is")


def _by_signal(evidence: Evidence) -> Verdict | None:
    signal = evidence.sound.signal
    if signal is None:
        return None
    return Verdict(_SIGNALS.get(signal, AnsweredBy.NETWORK_ANNOUNCEMENT), 0.97, f"{signal.value} tone")


def _by_words(evidence: Evidence) -> Verdict | None:
    by, (_, weight) = evidence.words.machine, evidence.words.best
    if by is not None and (weight >= AFTER_REPLY or not evidence.replied):
        return Verdict(by, min(0.97, 0.65 + 0.2 * weight), f"words of weight {weight:.1f}")
    if evidence.sound.beep:
        return Verdict(AnsweredBy.VOICEMAIL, 0.9, "beep")
    return None


def _by_sound(evidence: Evidence) -> Verdict | None:
    sound = evidence.sound
    if evidence.replied:
        return Verdict(AnsweredBy.HUMAN, 0.9, "answered the opening line")
    if evidence.short_greeting:
        return Verdict(AnsweredBy.HUMAN, 0.8, "short greeting")
    is_monologue = sound.speech_s >= MONOLOGUE_S and sound.longest_pause_s < LONG_PAUSE_S
    if is_monologue and evidence.words.count == 0:
        return Verdict(AnsweredBy.VOICEMAIL, 0.6, f"{sound.speech_s:.0f} s of speech without a pause")
    expected_s = SHORT_PAUSE_S if sound.first_speech_s <= SHORT_GREETING_S else LONG_PAUSE_S
    if sound.speech_s > 0 and sound.quiet_s >= expected_s and not is_monologue:
        return Verdict(AnsweredBy.HUMAN, 0.8 if expected_s == SHORT_PAUSE_S else 0.65, f"{sound.speech_s:.1f} s of speech, then a pause")
    return None
