"""Trying an assistant without a phone: what an agent is given for it, and what it says of it."""

from dataclasses import dataclass, field

from sip_config.contract.order import CallOrder
from sip_config.contract.report import CallEvent, CallReport

SAY, PRESS, SILENCE, BEEP, HANG_UP = "say", "press", "silence", "beep", "hang_up"
STEPS = (SAY, PRESS, SILENCE, BEEP, HANG_UP)
"""What whoever answers may do: say or press something, say nothing for long, beep as a mailbox, hang up."""

TALK, PROBE = "talk", "probe"


@dataclass(frozen=True, slots=True)
class TrialTicket:
    """All that a trial's dispatch metadata holds. The token opens this one trial's internal endpoints and nothing else."""

    trial_id: str
    token: str


@dataclass(frozen=True, slots=True)
class TrialOrder:
    """The order of a call that is not made. Nothing of it is carried out: what is booked is held in the trial alone, and nobody is put
    through."""

    order: CallOrder
    kind: str = TALK
    first_words: str = ""
    """Of whoever answers, before the opening."""
    tool_answers: dict[str, str] = field(default_factory=dict)
    """What configured tools answer, by their names."""


@dataclass(frozen=True, slots=True)
class TrialStep:
    kind: str
    text: str = ""
    """What is said or pressed."""


@dataclass(frozen=True, slots=True)
class Tried:
    """How one part of an assistant did when it was asked. Nothing of the workspace's own texts is in `words`."""

    part: str  # llm, tools, tts, stt
    works: bool
    took_s: float
    words: str = ""  # why not


@dataclass(frozen=True, slots=True)
class TrialNews:
    """What has happened since the last news."""

    events: tuple[CallEvent, ...] = ()
    steps_done: int = 0
    """In all; the opening is the first."""
    is_over: bool = False
    report: CallReport | None = None
    """Once it is over, unless it broke off."""
    tried: tuple[Tried, ...] = ()
    error: str = ""
    """Why it broke off, in a sentence."""
