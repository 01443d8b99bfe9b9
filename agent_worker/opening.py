"""When the opening line is due: pure, so that every order of events can be tried.

The callee's first words decide. Somebody who says "Hello?" is answered as soon as they stop; somebody who says nothing is spoken
to 1.5 s after the answer; somebody who talks at length is let finish a sentence. Nobody waits for a transcript or a verdict.
Times are wall-clock seconds.
"""

from dataclasses import dataclass, replace

SILENT_DUE_S = 1.5
"""After an answer without a word (issue 3, 'First agent audio')."""

PATH_LEAD_S = 0.1
"""Frames need about 0.15 s from here to the phone (facts: voice §1); starting this much early stays after the due moment."""

QUICK_PAUSE_S = 0.25
"""Silence after a short greeting. The VAD needs about this long anyway before it says that speech ended."""

LONG_SPEECH_S = 2.5
"""Beyond a greeting of this length a pause is more likely a breath (LiveKit's own human_speech_threshold, facts: livekit §2.7)."""

LONG_PAUSE_S = 0.5
TAIL_S = 1.2
"""A second "Hello?" lasts 0.5 s and counts as speech for the VAD's silence longer; who still speaks after this means to interrupt."""

PATIENCE_S = 12.0
"""A line that never falls silent (television, music) is spoken to after this long, so that the opening is never lost."""


@dataclass(frozen=True, slots=True)
class Opening:
    """What has been heard since the answer; `None` means not yet."""

    answered_at: float
    speaking_since: float | None = None
    first_heard_at: float | None = None
    words_ended_at: float | None = None

    def heard_start(self, at: float) -> "Opening":
        since = max(at, self.answered_at)
        # A breath within one utterance: the greeting goes on, it does not begin again.
        first = self.first_heard_at if self._resumes(since) else since
        return replace(self, speaking_since=since, first_heard_at=first)

    def heard_end(self, at: float) -> "Opening":
        if self.speaking_since is None:
            return self
        return replace(self, speaking_since=None, words_ended_at=max(at, self.speaking_since))

    def _resumes(self, since: float) -> bool:
        return self.first_heard_at is not None and self.words_ended_at is not None and since - self.words_ended_at < 1.0

    @property
    def due_at(self) -> float | None:
        """The moment from which the agent's delay counts; None while the callee is speaking."""
        if self.speaking_since is not None:
            return None
        return self.answered_at + SILENT_DUE_S if self.words_ended_at is None else self.words_ended_at

    @property
    def speak_at(self) -> float:
        """When to begin, if nothing more is heard until then. Never before the answer."""
        latest = self.answered_at + PATIENCE_S
        if self.speaking_since is not None:
            return latest
        if self.words_ended_at is None:
            return self.answered_at + SILENT_DUE_S - PATH_LEAD_S
        spoken_s = self.words_ended_at - (self.first_heard_at or self.words_ended_at)
        pause_s = LONG_PAUSE_S if spoken_s > LONG_SPEECH_S else QUICK_PAUSE_S
        return min(latest, self.words_ended_at + pause_s)


@dataclass(slots=True)
class Tail:
    """What the callee said around the beginning of the opening: it must not cut the opening off, however late it is recognised."""

    speaking_since: float | None = None
    untranscribed: int = 0

    def heard_start(self, at: float) -> None:
        self.speaking_since = at

    def heard_end(self) -> None:
        """Speech has ended; its transcript is still to come."""
        if self.speaking_since is not None:
            self.speaking_since, self.untranscribed = None, self.untranscribed + 1

    def transcribed(self) -> None:
        self.untranscribed = max(0, self.untranscribed - 1)

    def is_pending(self, now: float) -> bool:
        """Whether a short utterance is still being heard or transcribed."""
        if self.speaking_since is not None:
            return now - self.speaking_since < TAIL_S
        return self.untranscribed > 0
