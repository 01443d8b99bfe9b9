"""What the API says and accepts about calls."""

import uuid
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

import msgspec

from control_plane.db.models import Call, CallEventRecord, CallTurn
from control_plane.domain.call_state import CallState, status_of
from control_plane.kit.api_schemas import PHONE
from sip_config.contract import CallPurpose, ConsentDecision, RecordingPolicy

Number = Annotated[str, msgspec.Meta(max_length=40, examples=["+12025550123"], extra_json_schema=PHONE)]
Agenda = Annotated[str, msgspec.Meta(max_length=2000, description="What the call is about", examples=["The check-up on Friday at ten."])]
WelcomeMessage = Annotated[str, msgspec.Meta(max_length=200, description="Said first, instead of the assistant's own opening")]
Prompt = Annotated[str, msgspec.Meta(max_length=8000)]
Label = Annotated[str, msgspec.Meta(min_length=1, max_length=100, examples=["interested"])]
Mood = Annotated[str, msgspec.Meta(pattern="^(happy|neutral|sad|stressed)$")]
Direction = Literal["outbound", "inbound"]
AwareTime = Annotated[datetime, msgspec.Meta(tz=True)]
"""A time with its zone: without one nobody knows when the phone is to ring."""


class NewCall(msgspec.Struct, forbid_unknown_fields=True):
    """One call to one number. `to` may be left out when `contact_id` is given: the contact's first number is called."""

    assistant_id: uuid.UUID
    to: Number | None = None
    contact_id: uuid.UUID | None = None
    campaign_id: uuid.UUID | None = None
    from_number_id: uuid.UUID | None = None
    agenda: Agenda | None = None
    welcome_message: WelcomeMessage | None = None
    custom_prompt: Prompt | None = None
    initial_mood: Mood | None = None
    user_id: Annotated[str, msgspec.Meta(max_length=200)] | None = None
    variables: dict[str, str] = {}
    metadata: dict[str, Any] = {}
    schedule_at: AwareTime | None = None


class NewOutcome(msgspec.Struct, forbid_unknown_fields=True):
    """An outcome set by a person: a label of the assistant or a built-in one."""

    outcome: Label
    note: Annotated[str, msgspec.Meta(max_length=2000)] = ""
    callback_at: AwareTime | None = None
    """The time that was promised; a contact who waits in a campaign is called then, as soon as the rules allow."""


class DisclosureView(msgspec.Struct):
    """What the callee was told of who calls, for whom, and that it is an AI."""

    text: str
    offset_s: float
    """Seconds from the answer."""
    quote: str
    """The opening as the transcript has it."""


class RecordingConsentView(msgspec.Struct):
    """What was kept of the call. Offsets are seconds from the answer."""

    policy: RecordingPolicy
    decision: ConsentDecision
    notice_at_s: float | None
    kept_from_s: float | None
    """Where the recording begins; null when nothing is kept."""
    quote: str
    """The callee's own words of consent or refusal."""


class CallView(msgspec.Struct):
    id: uuid.UUID
    status: str
    state: str
    purpose: str
    direction: Direction
    to: str
    """Who was called: of an inbound call our own number."""
    from_number: str
    """Who has called: of an inbound call the person's number; empty where it was withheld."""
    assistant_id: uuid.UUID
    assistant_version_id: uuid.UUID
    campaign_id: uuid.UUID | None
    enrollment_id: uuid.UUID | None
    contact_id: uuid.UUID | None
    schedule_run_id: uuid.UUID | None
    attempt: int
    consent_id: uuid.UUID | None
    """The consent that the call rests on; null where none was needed and none was on record."""
    carrier: str
    network_result: str | None
    sip_status_code: int | None
    sip_status: str | None
    answered_by: str | None
    outcome: str | None
    outcome_label: str | None
    end_cause: str | None
    callback_at: datetime | None
    failure: str
    due_at: datetime
    started_at: datetime | None
    answered_at: datetime | None
    ended_at: datetime | None
    duration_s: float | None
    first_audio_after_due_s: float | None
    cost: Decimal | None
    currency: str | None
    """Of the cost; null as long as that is."""
    summary: str
    recording_url: str | None
    recording_note: str
    disclosure: DisclosureView | None
    """Null when the call ended before it was spoken."""
    recording_consent: RecordingConsentView | None
    user_id: str | None
    metadata: dict[str, Any]
    created_at: datetime
    caller_choice: dict[str, Any]
    """Why this caller ID was chosen; empty where a person chose it."""

    @classmethod
    def of(cls, call: Call) -> "CallView":
        return cls(
            id=call.id,
            status=status_of(CallState(call.state), was_answered=call.answered_at is not None),
            state=call.state,
            purpose=call.purpose,
            direction=direction_of(call),
            to=call.from_e164 if is_inbound(call) else call.to_e164,
            from_number=call.to_e164 if is_inbound(call) else call.from_e164,
            assistant_id=call.assistant_id,
            assistant_version_id=call.assistant_version_id,
            campaign_id=call.campaign_id,
            enrollment_id=call.enrollment_id,
            contact_id=call.contact_id,
            schedule_run_id=call.schedule_run_id,
            attempt=call.attempt,
            consent_id=call.consent_id,
            carrier="simulated" if call.is_rehearsal else "real",
            network_result=call.network_result,
            sip_status_code=call.sip_status_code,
            sip_status=call.sip_status,
            answered_by=call.answered_by,
            outcome=call.outcome,
            outcome_label=call.outcome_label,
            end_cause=call.end_cause,
            callback_at=call.callback_at,
            failure=call.failure,
            due_at=call.due_at,
            started_at=began_at(call),
            answered_at=call.answered_at,
            ended_at=call.ended_at,
            duration_s=duration_of(call),
            first_audio_after_due_s=call.first_audio_after_due_s,
            cost=call.cost,
            currency=call.currency,
            summary=call.summary,
            recording_url=f"/api/v1/calls/{call.id}/recording" if call.recording_key else None,
            recording_note=call.recording_note,
            disclosure=msgspec.convert(call.disclosure, DisclosureView | None),
            recording_consent=msgspec.convert(call.recording_consent, RecordingConsentView | None),
            user_id=call.request.get("user_id"),
            metadata=call.request.get("metadata") or {},
            created_at=call.created_at,
            caller_choice=call.caller_choice or {},
        )


class EventView(msgspec.Struct):
    id: uuid.UUID
    source: str
    kind: str
    at: datetime
    recorded_at: datetime
    effect: str
    data: dict[str, Any]

    @classmethod
    def of(cls, event: CallEventRecord) -> "EventView":
        return cls(event.id, event.source, event.kind, event.at, event.recorded_at, event.effect, event.data)


class TurnView(msgspec.Struct):
    seq: int
    speaker: str
    text: str
    started_at_s: float
    ended_at_s: float | None
    interrupted: bool
    latency: dict[str, Any]
    mood: str | None
    """How the callee sounded; null when nobody judged it."""

    @classmethod
    def of(cls, turn: CallTurn) -> "TurnView":
        return cls(turn.seq, turn.speaker, turn.text, turn.started_at_s, turn.ended_at_s, turn.interrupted, turn.latency, turn.mood)


class TranscriptView(msgspec.Struct):
    call_id: uuid.UUID
    turns: list[TurnView]


class EventList(msgspec.Struct):
    items: list[EventView]


class ActiveCalls(msgspec.Struct):
    items: list[CallView]


def is_inbound(call: Call) -> bool:
    return call.purpose == CallPurpose.INBOUND


def direction_of(call: Call) -> Direction:
    return "inbound" if is_inbound(call) else "outbound"


def began_at(call: Call) -> datetime | None:
    """When the INVITE left, or came."""
    return call.ringing_at if is_inbound(call) else call.dialing_at


def duration_of(call: Call) -> float | None:
    """Seconds from the answer to the end; None while it lasts or when nobody answered."""
    if call.answered_at is None or call.ended_at is None:
        return None
    return max(0.0, (call.ended_at - call.answered_at).total_seconds())
