"""Who has the floor: a cough or an "mhm" pauses the agent and does not take its turn."""

import re

from livekit.agents import AgentSession

from agent_worker.opt_out_phrases import normalise

SHORT_S = 0.9
"""A sound that is no longer than this is no sentence: 0.6 s, and what the voice activity detector adds at both ends (0.26 s for an "mhm"),
and a window more on a busy machine."""

_LISTENING = "mhm mmhm mhmm mm mmm hm hmm hmhm uh uhhuh uhuh huh ah aha oh eh aja ahan ahã hum humm hein ach äh ähm hã हम्म हूँ हूं अहा ओह"
_SOUNDS = frozenset(map(normalise, _LISTENING.split()))
"""What people of the six languages say to show that they listen. Nothing that may be an answer, such as "yes", "okay" or "right"."""


def is_back_channel(text: str) -> bool:
    """Whether `text` says nothing but that somebody listens."""
    words = re.sub(r"[-,.!?…।]", " ", normalise(text)).split()
    return bool(words) and all(word in _SOUNDS for word in words)


def resume_after(session: AgentSession, seconds: float) -> None:
    """Where the agent pauses because of a sound that is now over: let it go on `seconds` later, unless words come.

    LiveKit fixes the time when it pauses, before anybody knows how long the sound will be, and has no setting for it; a test notices when
    its field is called otherwise.
    """
    paused = session._activity._paused_speech if session._activity is not None else None
    if paused is not None:
        paused.timeout = seconds
