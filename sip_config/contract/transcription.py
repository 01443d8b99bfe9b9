"""Transcribing a stored recording anew: what an agent is given for it, and what it has heard."""

from dataclasses import dataclass

from sip_config.contract.order import CallOrder
from sip_config.contract.report import ModelUsage
from sip_config.contract.words import Speaker


@dataclass(frozen=True, slots=True)
class TranscriptionTicket:
    """All that its dispatch metadata holds. The token opens this one recording, once."""

    transcription_id: str
    token: str


@dataclass(frozen=True, slots=True)
class TranscriptionOrder:
    """`order` says with which model and in what language, and nothing else of the call. The recording comes apart from it."""

    order: CallOrder
    from_s: float
    """When the recording begins, in seconds from the answer: it holds only what may be kept."""


@dataclass(frozen=True, slots=True)
class HeardTurn:
    """Seconds are from the answer."""

    speaker: Speaker
    text: str
    started_at_s: float
    ended_at_s: float


@dataclass(frozen=True, slots=True)
class TranscriptionResult:
    """Every utterance in the order of speech, or why there is none."""

    turns: tuple[HeardTurn, ...] = ()
    error: str = ""
    may_pass: bool = False
    """Whether trying again later may help."""
    usage: tuple[ModelUsage, ...] = ()
    """What the model has consumed in this attempt, also where it failed."""
