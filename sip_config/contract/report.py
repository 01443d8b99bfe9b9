"""What an agent answers: events while the call lives, one report at its end, and heartbeats of its worker."""

import typing
from dataclasses import dataclass, field
from datetime import datetime

from sip_config.contract.order import RecordingPolicy
from sip_config.contract.version import CONTRACT_VERSION
from sip_config.contract.words import (
    ActivityKind,
    AnsweredBy,
    ConsentDecision,
    EndCause,
    EventKind,
    Outcome,
    PromiseOwner,
    RiskLevel,
    Speaker,
)


@dataclass(frozen=True, slots=True)
class CallEvent:
    """One fact the agent saw. `id` is unique within the call, so that a repeated send changes nothing."""

    id: str
    kind: EventKind
    at: datetime
    generation: int
    data: dict[str, typing.Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Turn:
    """One utterance. Offsets are seconds from the answer; latency parts are seconds, absent when not measured."""

    seq: int
    speaker: Speaker
    text: str
    started_at_s: float
    ended_at_s: float | None = None
    interrupted: bool = False
    latency: dict[str, float] = field(default_factory=dict)
    mood: str = ""
    """Of a callee's turn: happy, neutral, sad or stressed; empty when nobody judged it."""


@dataclass(frozen=True, slots=True)
class ModelUsage:
    """What one model consumed in the call."""

    kind: str  # llm, stt, tts
    model: str
    quantity: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Disclosure:
    """That the callee was told who calls, for whom, and that it is an AI."""

    text: str  # the sentences that say it
    offset_s: float  # seconds from the answer to their first sound
    quote: str = ""  # the opening as the transcript has it


@dataclass(frozen=True, slots=True)
class RecordingConsent:
    """What was kept of a call and why. Offsets are seconds from the answer."""

    policy: RecordingPolicy
    decision: ConsentDecision
    notice_at_s: float | None = None
    kept_from_s: float | None = None  # where recording and transcript begin; absent when nothing is kept
    quote: str = ""  # the callee's own words of consent or refusal


@dataclass(frozen=True, slots=True)
class RiskFlag:
    """Something grave that the callee said."""

    kind: str  # self_harm, abuse, medical …
    level: RiskLevel
    quote: str = ""  # the callee's own words
    offset_s: float | None = None  # seconds from the answer


@dataclass(frozen=True, slots=True)
class Promise:
    """Something that the agent has promised, other than to call back, which the outcome callback says."""

    seq: int  # 1 for the first of the call
    what: str
    owner: PromiseOwner = PromiseOwner.TEAM
    due_at: datetime | None = None
    quote: str = ""  # the agent's own words


@dataclass(frozen=True, slots=True)
class Remembered:
    """Something about the person that is worth knowing in a later call."""

    seq: int  # 1 for the first of the call
    text: str  # one sentence
    quote: str = ""  # the callee's own words
    offset_s: float | None = None  # seconds from the answer


@dataclass(frozen=True, slots=True)
class Activity:
    """Something that the agent has noted about the person."""

    seq: int  # of a note, 1 for the first of the call; of the score, of which there is one, 0
    kind: ActivityKind
    what: str  # the note, or the score's reasons, one a line
    score: int | None = None  # 0 to 100


@dataclass(frozen=True, slots=True)
class CallReport:
    """The agent's account of the finished call, sent once from `on_session_end`; repeats are equal and harmless."""

    call_id: str
    generation: int
    answered: bool
    answered_by: AnsweredBy
    outcome: Outcome
    end_cause: EndCause
    outcome_label: str = ""
    outcome_note: str = ""
    callback_at: datetime | None = None  # promised to the callee with the outcome callback
    callback_quote: str = ""  # the agent's own words that promised it, where the model has told them
    turns: tuple[Turn, ...] = ()
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    first_audio_after_due_s: float | None = None
    recording: str = ""  # "stored" once uploaded, "" when there is none, else the reason it is missing
    usage: tuple[ModelUsage, ...] = ()
    errors: tuple[str, ...] = ()
    disclosure: Disclosure | None = None  # absent when the call ended before it was spoken
    recording_consent: RecordingConsent | None = None
    risks: tuple[RiskFlag, ...] = ()
    promises: tuple[Promise, ...] = ()
    activities: tuple[Activity, ...] = ()
    remembered: tuple[Remembered, ...] = ()
    summary: str = ""  # what the next call should know of this one
    phone_gone: bool = True  # False: nobody saw the phone leave, and LiveKit did not confirm that the room was closed
    version: int = CONTRACT_VERSION


@dataclass(frozen=True, slots=True)
class WorkerHeartbeat:
    """What an agent worker says it can hold. `calls` are the call ids of its jobs that have not finished."""

    worker_id: str
    slots: int
    draining: bool
    calls: tuple[str, ...] = ()
    registered: bool = True
    load: float = 0.0
