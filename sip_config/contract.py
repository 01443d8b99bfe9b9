"""What the control plane and the agent say to each other about one call.

The control plane hands the agent one complete `CallOrder`; the agent answers with `CallEvent`s while the call lives and one
`CallReport` at its end. Both directions are idempotent: an event carries its own id, a report replaces nothing once stored.
Plain standard-library dataclasses, so that neither side drags in the other's framework; `sip_config.codec` turns them into JSON.
A change that an older peer cannot read raises `CONTRACT_VERSION`.
"""

import enum
import typing
from dataclasses import dataclass, field
from datetime import datetime

from sip_config.memory import Memory, PlannedCalls

CONTRACT_VERSION = 2
ACKNOWLEDGED = "acknowledged"
"""The outcome label by which somebody who is called about another person says that they will see to them; by voice, or by pressing 1."""


class NetworkResult(enum.StrEnum):
    """What the phone network said about one attempt (facts/dialer §7.3)."""

    ANSWERED = "answered"
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    REJECTED = "rejected"
    UNWANTED = "unwanted"
    UNREACHABLE = "unreachable"
    INVALID_NUMBER = "invalid_number"
    NUMBER_CHANGED = "number_changed"
    BLOCKED_ANALYTICS = "blocked_analytics"
    BLOCKED_PROVIDER = "blocked_provider"
    THROTTLED = "throttled"
    CONGESTION = "congestion"
    NETWORK_ERROR = "network_error"
    MEDIA_ERROR = "media_error"
    CONFIG_ERROR = "config_error"
    CANCELED = "canceled"
    UNKNOWN = "unknown"


class AnsweredBy(enum.StrEnum):
    """Who or what picked up."""

    HUMAN = "human"
    VOICEMAIL = "voicemail"
    MAILBOX_UNAVAILABLE = "mailbox_unavailable"
    IVR = "ivr"
    CALL_SCREEN = "call_screen"
    FAX = "fax"
    NETWORK_ANNOUNCEMENT = "network_announcement"
    SILENCE = "silence"
    UNCERTAIN = "uncertain"
    NONE = "none"


class Outcome(enum.StrEnum):
    """What was achieved, as a fixed category; a campaign's own labels map onto these."""

    SUCCESS = "success"
    PARTIAL = "partial"
    CALLBACK = "callback"
    NOT_INTERESTED = "not_interested"
    DO_NOT_CALL = "do_not_call"
    WRONG_PERSON = "wrong_person"
    WRONG_NUMBER = "wrong_number"
    LANGUAGE_BARRIER = "language_barrier"
    DECEASED_OR_VULNERABLE = "deceased_or_vulnerable"
    TRANSFERRED = "transferred"
    HUNG_UP_EARLY = "hung_up_early"
    NO_CONVERSATION = "no_conversation"
    AGENT_FAILURE = "agent_failure"
    UNKNOWN = "unknown"


class EndCause(enum.StrEnum):
    """Who or what ended the call."""

    CALLEE_HANGUP = "callee_hangup"
    AGENT_HANGUP = "agent_hangup"
    OPT_OUT = "opt_out"
    TRANSFER_DONE = "transfer_done"
    MAX_DURATION = "max_duration"
    MEDIA_TIMEOUT = "media_timeout"
    SYSTEM_ERROR = "system_error"
    OPERATOR_STOP = "operator_stop"
    NONE = "none"


class CallPurpose(enum.StrEnum):
    """Why a call row exists; every INVITE has one."""

    CAMPAIGN = "campaign"
    SINGLE = "single"
    SCHEDULE = "schedule"
    ESCALATION = "escalation"
    OPERATOR = "operator"
    TRANSFER = "transfer"
    INBOUND = "inbound"


class EventKind(enum.StrEnum):
    """What an agent reports while the call lives."""

    READY = "ready"  # session up, opening line synthesised: the phone may ring
    RINGING = "ringing"  # the callee's leg said sip.callStatus=ringing
    ANSWERED = "answered"  # the callee's leg said sip.callStatus=active
    FIRST_AUDIO = "first_audio"  # the agent's first frame was handed to the room
    SCREENED = "screened"  # data: answered_by, confidence (0 to 1), reason
    TURN = "turn"  # data: one Turn
    TOOL_CALLED = "tool_called"  # data: name, arguments, result
    OUTCOME_SET = "outcome_set"  # data: label, note, and callback_at when a time was promised
    CALLEE_LEFT = "callee_left"  # data: last_status, disconnect_reason
    HANGING_UP = "hanging_up"  # data: end_cause
    DISCLOSED = "disclosed"  # data: one Disclosure; its last word has been played
    RECORDING = "recording"  # data: one RecordingConsent, as it stands now
    RISK_FLAGGED = "risk_flagged"  # data: one RiskFlag
    PROMISED = "promised"  # data: one Promise
    STOP_SAID = "stop_said"  # data: quote; they are being asked whether this schedule's calls or all are meant, and no answer means all
    HEARTBEAT = "heartbeat"  # the agent is alive and in this call
    FAILED = "failed"  # data: error; the agent cannot go on


class Speaker(enum.StrEnum):
    AGENT = "agent"
    CALLEE = "callee"


@dataclass(frozen=True, slots=True)
class DispatchTicket:
    """All that dispatch metadata holds. The token opens this one call's internal endpoints and nothing else."""

    call_id: str
    generation: int
    token: str


@dataclass(frozen=True, slots=True)
class VoiceOrder:
    provider: str = "openai"
    voice_id: str = "alloy"
    speed: float = 1.0


@dataclass(frozen=True, slots=True)
class ModelsOrder:
    """Model names for OpenAI-compatible endpoints: the worker's own, or that of `CallOrder.credentials`."""

    llm: str = "gpt-4.1-mini"
    stt: str = "gpt-4o-mini-transcribe"
    tts: str = "gpt-4o-mini-tts"


@dataclass(frozen=True, slots=True)
class ModelCredential:
    """Opens one model's endpoint on the workspace's account. It travels in the order of a live call to the agent of that call, and is
    written down nowhere."""

    api_key: str = field(repr=False)
    base_url: str = ""
    """Empty: the worker's own endpoint."""


class VoicemailMode(enum.StrEnum):
    HANG_UP = "hang_up"
    LEAVE_MESSAGE = "leave_message"


@dataclass(frozen=True, slots=True)
class VoicemailOrder:
    mode: VoicemailMode = VoicemailMode.HANG_UP
    message: str = ""


class MenuMode(enum.StrEnum):
    HANG_UP = "hang_up"
    NAVIGATE = "navigate"


@dataclass(frozen=True, slots=True)
class MenuOrder:
    """What to do when a phone menu answers."""

    mode: MenuMode = MenuMode.HANG_UP
    goal: str = ""
    """What to be put through to, for example "appointments"; empty for a person."""


class ScreeningMode(enum.StrEnum):
    INTRODUCE = "introduce"  # say who calls and why, then wait for the person
    HANG_UP = "hang_up"


@dataclass(frozen=True, slots=True)
class ScreeningOrder:
    """What to do when a call screener asks who calls."""

    mode: ScreeningMode = ScreeningMode.INTRODUCE
    reason: str = ""
    """Why the call is made, in a sentence; empty for what the opening says."""


class RecordingPolicy(enum.StrEnum):
    """What may be kept of a call's sound and words (facts/dialer §1.2)."""

    OFF = "off"  # nothing
    NOTIFY = "notify"  # from the spoken notice on, unless the callee objects
    NOTIFY_AND_AFFIRM = "notify_and_affirm"  # from the callee's spoken yes on


@dataclass(frozen=True, slots=True)
class CallOrder:
    """Everything the agent needs for one call. Variables are already filled in; durations are seconds."""

    call_id: str
    generation: int
    room_name: str
    callee_identity: str
    to: str
    purpose: CallPurpose
    system_prompt: str
    opening_line: str
    language: str = "en"
    campaign_prompt: str = ""
    agenda: str = ""
    custom_prompt: str = ""
    initial_mood: str = ""
    contact_name: str = ""
    contact_facts: dict[str, str] = field(default_factory=dict)
    time_zone: str = ""
    """Where the callee's day passes, as an IANA name; empty when nobody knows."""
    tools: tuple[str, ...] = ()
    outcome_labels: tuple[str, ...] = ()
    models: ModelsOrder = field(default_factory=ModelsOrder)
    credentials: dict[str, ModelCredential] = field(default_factory=dict, repr=False)
    """By llm, stt, tts; a kind that is missing is opened by the worker's own key."""
    voice: VoiceOrder = field(default_factory=VoiceOrder)
    voicemail: VoicemailOrder = field(default_factory=VoicemailOrder)
    menu: MenuOrder = field(default_factory=MenuOrder)
    screening: ScreeningOrder = field(default_factory=ScreeningOrder)
    ringing_timeout_s: float = 30.0
    max_duration_s: float = 600.0
    record_audio: bool = True
    recording_policy: RecordingPolicy = RecordingPolicy.NOTIFY
    assistant_name: str = ""
    calls_for: str = ""
    """On whose behalf the call is made; with the name it is what the opening must say."""
    explain_opt_out: bool = False
    """Whether the opening must say how to opt out."""
    say_purpose: str = ""
    """The purpose, as the rules name it, that the opening must say; empty where it need not."""
    ask_to_go_on: bool = False
    """Whether the opening must ask before the assistant's own words."""
    callback_number: str = ""
    """As people write it where the callee is, for example "(202) 555-0199"; a message left on a mailbox gives it."""
    memory: Memory = field(default_factory=Memory)
    planned: tuple[PlannedCalls, ...] = ()
    """What the tools that change and cancel may be about; nothing else can be named to them."""
    schedule_id: str = ""
    """The schedule that makes this call: a stop that is said in it may mean that alone, which is asked."""
    heartbeat_every_s: float = 5.0
    trace_context: str = ""  # W3C traceparent: sent back with every request
    version: int = CONTRACT_VERSION


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


class ConsentDecision(enum.StrEnum):
    """What became of the recording policy in one call."""

    NONE = "none"  # the notice was not spoken, or the question not answered with a yes
    NOTIFIED = "notified"
    AFFIRMED = "affirmed"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class RecordingConsent:
    """What was kept of a call and why. Offsets are seconds from the answer."""

    policy: RecordingPolicy
    decision: ConsentDecision
    notice_at_s: float | None = None
    kept_from_s: float | None = None  # where recording and transcript begin; absent when nothing is kept
    quote: str = ""  # the callee's own words of consent or refusal


class RiskLevel(enum.StrEnum):
    CONCERN = "concern"  # worth a person's look
    CRISIS = "crisis"  # somebody may be in danger: they are followed up


@dataclass(frozen=True, slots=True)
class RiskFlag:
    """Something grave that the callee said."""

    kind: str  # self_harm, abuse, medical …
    level: RiskLevel
    quote: str = ""  # the callee's own words
    offset_s: float | None = None  # seconds from the answer


class PromiseOwner(enum.StrEnum):
    ASSISTANT = "assistant"
    TEAM = "team"  # the people it calls for


@dataclass(frozen=True, slots=True)
class Promise:
    """Something that the agent has promised, other than to call back, which the outcome callback says."""

    seq: int  # 1 for the first of the call
    what: str
    owner: PromiseOwner = PromiseOwner.TEAM
    due_at: datetime | None = None
    quote: str = ""  # the agent's own words


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
