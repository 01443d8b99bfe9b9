"""What the people and machines at the far end do: scripts of words, one word for each time that their number rings."""

import random
from dataclasses import dataclass

REFUSALS = {
    "busy": (486, "Busy Here", "resource_exhausted"),
    "declined": (603, "Decline", "permission_denied"),
    "invalid": (404, "Not Found", "not_found"),
    "throttled": (503, "Trunk CPS limit exceeded", "failed_precondition"),
}
"""SIP code, reason phrase, LiveKit's error."""
ANSWERING = ("talks", "hangs_up", "voicemail", "opts_out")
SILENCE_PATIENCE_S = 6.0
"""How long somebody listens to silence before hanging up."""
GOODBYE_PATIENCE_S = 15.0


@dataclass(frozen=True, slots=True)
class Behaviour:
    """One reaction to one ringing phone; times in seconds."""

    word: str
    setup_s: float
    rings_s: float
    talks_s: float

    @property
    def refusal(self) -> tuple[int, str, str] | None:
        return REFUSALS.get(self.word)

    @property
    def picks_up(self) -> bool:
        return self.word in ANSWERING


def behaviour_of(script: str, number: str, nth: int) -> Behaviour:
    """What `number` does the `nth` time (from 0) it is called; the last word goes on for ever. Same arguments, same answer."""
    words = script.split() or ["talks"]
    chance = random.Random(f"{number}:{nth}")
    return Behaviour(words[min(nth, len(words) - 1)], chance.uniform(0.02, 0.2), chance.uniform(0.2, 1.2), chance.uniform(0.6, 2.0))
