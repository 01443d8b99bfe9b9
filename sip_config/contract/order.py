"""What the control plane hands an agent: one complete order for one call, without anything to look up."""

import enum
from dataclasses import dataclass, field

from sip_config.contract.bookings import BookableCalendar
from sip_config.contract.inbound import InboundOrder
from sip_config.contract.knowledge import KnowledgeOrder
from sip_config.contract.memory import Memory, PlannedCalls
from sip_config.contract.tools import ConfiguredTool
from sip_config.contract.version import CONTRACT_VERSION
from sip_config.contract.words import CallPurpose
from sip_config.vendors import OPENAI, default_model


@dataclass(frozen=True, slots=True)
class DispatchTicket:
    """All that dispatch metadata holds. The token opens this one call's internal endpoints and nothing else."""

    call_id: str
    generation: int
    token: str


@dataclass(frozen=True, slots=True)
class VoiceOrder:
    provider: str = OPENAI
    """One of sip_config.vendors, as in `ModelsOrder`."""
    voice_id: str = "alloy"
    speed: float = 1.0


@dataclass(frozen=True, slots=True)
class ModelsOrder:
    """Model names at each vendor; who speaks is the voice's. OpenAI's interface is asked at the worker's own endpoint, or at that of
    `CallOrder.credentials`."""

    llm: str = default_model(OPENAI, "llm")
    stt: str = default_model(OPENAI, "stt")
    tts: str = default_model(OPENAI, "tts")
    llm_provider: str = OPENAI
    stt_provider: str = OPENAI


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


@dataclass(frozen=True, slots=True)
class TurnsOrder:
    """When a turn is over and who gives way. Seconds."""

    pause_s: float = 0.4
    """Silence that ends the callee's speech."""
    answer_after_s: float = 0.3
    """From the end of speech to the answer at the earliest; pause and transcription count."""
    answer_within_s: float = 2.0
    """The same at the latest."""
    interrupt_after_s: float = 0.25
    """Speech that makes the agent pause; never before the disclosure has been heard."""
    resume_after_s: float = 0.25
    """From the pause after a short sound without words, such as a cough or "mhm", to where the agent goes on."""


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
    country: str = ""
    """Where the callee is, in two letters (ISO 3166): whose line for people in despair they are told of. Empty when it is not certain."""
    tools: tuple[str, ...] = ()
    configured_tools: tuple[ConfiguredTool, ...] = ()
    calendars: tuple[BookableCalendar, ...] = ()
    destinations: tuple[str, ...] = ()
    """Names of those to whom the callee can be put through now."""
    outcome_labels: tuple[str, ...] = ()
    models: ModelsOrder = field(default_factory=ModelsOrder)
    credentials: dict[str, ModelCredential] = field(default_factory=dict, repr=False)
    """By llm, stt, tts; a kind that is missing is opened by the worker's own key."""
    voice: VoiceOrder = field(default_factory=VoiceOrder)
    voicemail: VoicemailOrder = field(default_factory=VoicemailOrder)
    menu: MenuOrder = field(default_factory=MenuOrder)
    screening: ScreeningOrder = field(default_factory=ScreeningOrder)
    turns: TurnsOrder = field(default_factory=TurnsOrder)
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
    knowledge: KnowledgeOrder = field(default_factory=KnowledgeOrder)
    planned: tuple[PlannedCalls, ...] = ()
    """What the tools that change and cancel may be about; nothing else can be named to them."""
    schedule_id: str = ""
    """The schedule that makes this call: a stop that is said in it may mean that alone, which is asked."""
    inbound: InboundOrder | None = None
    """Of a call that came in (its purpose is `inbound`)."""
    heartbeat_every_s: float = 5.0
    trace_context: str = ""  # W3C traceparent: sent back with every request
    version: int = CONTRACT_VERSION
