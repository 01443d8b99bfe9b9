"""What the API takes and gives for assistants."""

import uuid
from datetime import datetime
from typing import Annotated, Any, Literal, get_args

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType, field

from control_plane.db.models import Assistant, AssistantVersion
from control_plane.kit.api_schemas import PHONE
from control_plane.secrets.schemas import SecretName

TOOLS = ("end_call", "opt_out", "set_outcome")
LABELS = ("interested", "not_interested", "callback", "do_not_call", "voicemail", "wrong_number")

Name = Annotated[str, Meta(min_length=1, max_length=200, examples=["Renewal reminder"])]
SystemPrompt = Annotated[str, Meta(min_length=1, max_length=20_000, examples=["You call members whose membership ends soon …"])]
FirstMessage = Annotated[str, Meta(max_length=600, examples=["Hello {first_name}, this is Ada, an AI assistant of Acme."])]
CallsFor = Annotated[str, Meta(max_length=200, examples=["Acme Dental"])]
# BCP 47 in the form that matters here: language, then script, region or variant subtags.
Language = Annotated[str, Meta(pattern="^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$", max_length=35, examples=["en", "es-MX"])]
ModelName = Annotated[str, Meta(min_length=1, max_length=100)]
DEFAULT_VOICE = "alloy"
"""One of OpenAI's."""
Label = Annotated[str, Meta(pattern="^[a-z][a-z0-9_]{0,59}$", examples=["interested"])]
ToolName = Literal[
    "end_call",
    "opt_out",
    "set_outcome",
    "note_promise",
    "schedule_callback",
    "create_schedule",
    "change_schedule",
    "cancel_schedule",
    "flag_risk",
    "record_mood",
    "send_dtmf",
    "look_up_knowledge",
    "qualify_lead",
    "log_activity",
    "remember",
    "check_availability",
    "book_appointment",
    "schedule_tour",
    "transfer_to_human",
]
BUILT_IN = frozenset(get_args(ToolName))
AnyTool = Annotated[
    str,
    Meta(
        pattern="^[a-z][a-z0-9_]{0,63}$",
        examples=["end_call"],
        description=f"One of {', '.join(sorted(BUILT_IN))}, or the name of a tool of the workspace (/tools).",
    ),
]
CalendarIds = Annotated[list[uuid.UUID], Meta(max_length=20)]
# More than anybody describes to a model in a line each.
KnowledgeIds = Annotated[list[uuid.UUID], Meta(max_length=20)]
Tools = Annotated[list[AnyTool], Meta(max_length=50)]
Labels = Annotated[list[Label], Meta(min_length=1, max_length=50)]
Duty = Literal["name_caller", "say_ai", "say_purpose", "offer_opt_out", "give_call_back_number", "ask_before_going_on"]
# An hour is more than any sales call takes; under half a minute nobody can finish a sentence.
MaxDuration = Annotated[int, Meta(ge=30, le=3600)]


class Voice(Struct, forbid_unknown_fields=True):
    provider: Literal["openai", "elevenlabs", "cartesia"] = "openai"
    """OpenAI's interface, for which the agent worker's configuration says which server answers; another vendor is an extra of the agent
    worker, which `last_probe` says when it is not there."""
    voice_id: Annotated[str, Meta(min_length=1, max_length=100)] = DEFAULT_VOICE
    """As its vendor names it."""
    # The range of OpenAI's speech endpoint; others' are within it.
    speed: Annotated[float, Meta(ge=0.25, le=4.0)] = 1.0


class ModelChoice(Struct, forbid_unknown_fields=True):
    """A model on the workspace's own account."""

    model: ModelName | None = None
    """Null: the vendor's default."""
    credential: SecretName | None = None
    """A secret's name (`/secrets`), whose value opens its endpoint; null for the installation's account."""


class LanguageModelChoice(ModelChoice, forbid_unknown_fields=True):
    """A language model of a vendor."""

    provider: Literal["openai", "anthropic", "google"] = "openai"
    """As for the voice."""


class EarChoice(ModelChoice, forbid_unknown_fields=True):
    """A model that hears, of a vendor."""

    provider: Literal["openai", "deepgram", "cartesia"] = "openai"
    """As for the voice."""


class Models(Struct, forbid_unknown_fields=True):
    """The name of a model, or an object with a credential and a vendor; the vendor of `tts` is that of the voice. Null: the vendor's
    default."""

    llm: ModelName | LanguageModelChoice | None = None
    stt: ModelName | EarChoice | None = None
    tts: ModelName | ModelChoice | None = None


class Voicemail(Struct, forbid_unknown_fields=True):
    mode: Literal["hang_up", "leave_message"] = "hang_up"
    message: Annotated[str, Meta(max_length=1000)] = ""


class Menu(Struct, forbid_unknown_fields=True):
    """What to do when a phone menu answers: hang up, or press keys towards a goal."""

    mode: Literal["hang_up", "navigate"] = "hang_up"
    goal: Annotated[str, Meta(max_length=200, examples=["make an appointment"])] = ""
    """What to be put through to; empty for a person."""


class CallScreening(Struct, forbid_unknown_fields=True):
    """What to do when a screener asks who calls: say who and why and wait for the person, or hang up."""

    mode: Literal["introduce", "hang_up"] = "introduce"
    reason: Annotated[str, Meta(max_length=300, examples=["It is about your appointment on Monday."])] = ""
    """Why one calls, in a sentence; empty for what the opening says."""


class Turns(Struct, forbid_unknown_fields=True):
    """When a turn is over and who gives way. Seconds; the values are those that were measured on telephone lines."""

    pause_s: Annotated[float, Meta(ge=0.2, le=2.0)] = 0.4
    """Silence that ends the callee's speech; longer for people who think between two words."""
    answer_after_s: Annotated[float, Meta(ge=0.1, le=3.0)] = 0.3
    """From the end of speech to the answer at the earliest; the pause counts."""
    answer_within_s: Annotated[float, Meta(ge=0.5, le=6.0)] = 2.0
    """The same at the latest."""
    interrupt_after_s: Annotated[float, Meta(ge=0.1, le=2.0)] = 0.25
    """Speech that makes the assistant pause; never before it has said who calls."""
    resume_after_s: Annotated[float, Meta(ge=0.0, le=3.0)] = 0.25
    """From the end of the pause after a short sound without words ("mhm", a cough) to where the assistant goes on."""


class TransferDestination(Struct, forbid_unknown_fields=True):
    name: Name
    e164: Annotated[str, Meta(max_length=32, examples=["+14155552671"], extra_json_schema=PHONE)]
    mode: Literal["cold", "warm"] = "cold"
    """`cold`: the carrier connects them. `warm`: they are called, told what it is about and asked, while the person hears music."""


class Transfer(Struct, forbid_unknown_fields=True):
    destinations: Annotated[list[TransferDestination], Meta(max_length=20)] = field(default_factory=list)


class Compliance(Struct, forbid_unknown_fields=True):
    """What its calls owe beyond what the rule packs and the workspace ask for (`/rules`): only ever more."""

    duties: Annotated[list[Duty], Meta(max_length=10)] = field(default_factory=list)
    """What the opening says or asks. Who calls and that it is an AI is said in every call, and a message on a mailbox always says where to
    call back."""
    recording: Literal["notify", "notify_and_affirm", "off"] | None = None
    """How careful to be at least with sound and words: say that the call is recorded, keep them from a spoken yes on, or keep nothing.
    Null: as the rules say."""


class AssistantConfig(Struct, forbid_unknown_fields=True):
    """What is stored and versioned."""

    system_prompt: SystemPrompt
    first_message: FirstMessage = ""
    calls_for: CallsFor = ""
    """On whose behalf it calls, as every opening must say; empty for the workspace's name."""
    language: Language = "en"
    voice: Voice = field(default_factory=Voice)
    models: Models = field(default_factory=Models)
    tools: Tools = field(default_factory=lambda: ["end_call", "opt_out", "set_outcome", "note_promise"])
    knowledge_ids: KnowledgeIds = field(default_factory=list)
    """What it may look things up in (`/knowledge`), by the tool look_up_knowledge, which it has whenever something stands here."""
    answers_only_from_knowledge: bool = False
    """Whether it says that it does not know what is neither there nor in its prompts."""
    voicemail: Voicemail = field(default_factory=Voicemail)
    menu: Menu = field(default_factory=Menu)
    call_screening: CallScreening = field(default_factory=CallScreening)
    turns: Turns = field(default_factory=Turns)
    calendar_ids: CalendarIds = field(default_factory=list)
    """In which it books (`/calendars`), with the tools check_availability, book_appointment and schedule_tour."""
    transfer: Transfer = field(default_factory=Transfer)
    outcome_labels: Labels = field(default_factory=lambda: list(LABELS))
    extraction_schema: dict[str, Any] = field(default_factory=dict)
    """JSON Schema of what to extract from the conversation afterwards; empty for nothing."""
    max_duration_s: MaxDuration = 600
    compliance: Compliance = field(default_factory=Compliance)


class AssistantIn(AssistantConfig, kw_only=True, forbid_unknown_fields=True):
    name: Name
    is_active: bool = True

    def config(self) -> AssistantConfig:
        return AssistantConfig(**{name: getattr(self, name) for name in AssistantConfig.__struct_fields__})


class AssistantPatch(Struct, forbid_unknown_fields=True):
    """Objects are replaced as a whole."""

    name: Name | UnsetType = UNSET
    is_active: bool | UnsetType = UNSET
    system_prompt: SystemPrompt | UnsetType = UNSET
    first_message: FirstMessage | UnsetType = UNSET
    calls_for: CallsFor | UnsetType = UNSET
    language: Language | UnsetType = UNSET
    voice: Voice | UnsetType = UNSET
    models: Models | UnsetType = UNSET
    tools: Tools | UnsetType = UNSET
    knowledge_ids: KnowledgeIds | UnsetType = UNSET
    answers_only_from_knowledge: bool | UnsetType = UNSET
    voicemail: Voicemail | UnsetType = UNSET
    menu: Menu | UnsetType = UNSET
    call_screening: CallScreening | UnsetType = UNSET
    turns: Turns | UnsetType = UNSET
    calendar_ids: CalendarIds | UnsetType = UNSET
    transfer: Transfer | UnsetType = UNSET
    outcome_labels: Labels | UnsetType = UNSET
    extraction_schema: dict[str, Any] | UnsetType = UNSET
    max_duration_s: MaxDuration | UnsetType = UNSET
    compliance: Compliance | UnsetType = UNSET


class ProbedPart(Struct):
    """One part of an assistant: its model of language (llm), the same with its tools (tools), its voice (tts), its ear (stt)."""

    part: str
    works: bool
    took_s: float
    words: str
    """Why it does not work."""


class Probe(Struct):
    """Which parts of an assistant's draft answered when they were last tried."""

    parts: list[ProbedPart]
    works: bool
    """Whether all do."""
    tried_at: datetime


class AssistantOut(AssistantConfig, kw_only=True):
    id: uuid.UUID
    name: str
    is_active: bool
    published_version_id: uuid.UUID | None
    published_version: int | None
    has_unpublished_changes: bool
    last_probe: Probe | None
    """Null: never tried. What was changed since has not been tried."""
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, row: Assistant, published: AssistantVersion | None) -> "AssistantOut":
        plain = {
            "id": row.id,
            "name": row.name,
            "is_active": row.is_active,
            "published_version_id": row.published_version_id,
            "published_version": published.number if published else None,
            "has_unpublished_changes": published is None or (published.name, published.config) != (row.name, row.config),
            "last_probe": row.last_probe,
            "created_at": row.created_at,
            "updated_at": row.updated_at,
        }
        return msgspec.convert(row.config | plain, cls)


class AssistantVersionOut(AssistantConfig, kw_only=True):
    id: uuid.UUID
    assistant_id: uuid.UUID
    number: int
    name: str
    created_at: datetime
    last_probe: Probe | None = None
    """Of the draft, where this was just published."""

    @classmethod
    def of(cls, row: AssistantVersion) -> "AssistantVersionOut":
        plain = {"id": row.id, "assistant_id": row.assistant_id, "number": row.number, "name": row.name, "created_at": row.created_at}
        return msgspec.convert(row.config | plain, cls)
