"""The ledger: one row per call, one INVITE per row at most, and the facts it was made from."""

import uuid
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, Numeric, SmallInteger, UniqueConstraint, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from control_plane.db.base import Base, HasId, HasTimes, OfWorkspace
from control_plane.db.models.trunk import FICTIONAL_NUMBER


class Call(HasId, OfWorkspace, HasTimes, Base):
    __tablename__ = "call"
    __table_args__ = (
        ForeignKeyConstraint(["trunk_id", "is_rehearsal"], ["trunk.id", "trunk.is_rehearsal"]),
        CheckConstraint(
            f"case when erased_at is null then is_rehearsal = (to_e164 ~ '{FICTIONAL_NUMBER}') else to_e164 = '' end",
            name="fictional_range",
        ),
        Index("uq_call_live_number", "workspace_id", "to_e164", unique=True, postgresql_where=text("holds_number")),
        Index("uq_call_live_contact", "contact_id", unique=True, postgresql_where=text("holds_number and contact_id is not null")),
        Index("uq_call_live_enrollment", "enrollment_id", unique=True, postgresql_where=text("holds_number and enrollment_id is not null")),
        Index("ix_call_lease", "lease_until", postgresql_where=text("lease_until is not null")),
        Index("ix_call_slot", "id", postgresql_where=text("holds_slot")),
        Index("ix_call_number_dialed", "workspace_id", "to_e164", "dialing_at", postgresql_where=text("dialing_at is not null")),
        Index("ix_call_due", "due_at", postgresql_where=text("state = 'queued' and claimed_at is null")),
        Index("ix_call_due_urgent", "due_at", postgresql_where=text("state = 'queued' and claimed_at is null and priority < 5")),
        Index("ix_call_workspace_dialing", "workspace_id", "dialing_at", postgresql_where=text("dialing_at is not null")),
        Index("ix_call_caller_dialing", "from_number_id", "dialing_at", postgresql_where=text("dialing_at is not null")),
        Index(None, "workspace_id", "created_at"),
        Index(None, "campaign_id", "created_at"),
        Index(None, "enrollment_id"),
        Index(None, "verdict_id"),
        Index(None, "contact_id", "created_at"),
        Index("uq_call_room", "room", unique=True, postgresql_where=text("room is not null")),
        Index("ix_call_inbound", "from_number_id", "created_at", postgresql_where=text("purpose = 'inbound'")),
        Index("uq_call_of_run", "schedule_run_id", "attempt", unique=True, postgresql_where=text("schedule_run_id is not null")),
    )

    purpose: Mapped[str]
    campaign_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("campaign.id", ondelete="SET NULL"))
    enrollment_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("enrollment.id", ondelete="SET NULL"))
    contact_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("contact.id", ondelete="SET NULL"))
    schedule_run_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("schedule_run.id", ondelete="SET NULL"))
    assistant_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("assistant.id", ondelete="RESTRICT"))
    assistant_version_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("assistant_version.id", ondelete="RESTRICT"))
    trunk_id: Mapped[uuid.UUID]
    is_rehearsal: Mapped[bool]
    from_number_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("number.id", ondelete="SET NULL"))
    from_e164: Mapped[str]
    to_e164: Mapped[str]
    """The person's number, also where they have called us; empty where it was withheld, and once the person was erased."""
    room: Mapped[str | None]
    """Of a call that came in, as the carrier's side has named it; any other room is named after the call (sip_config.naming)."""
    phone_identity: Mapped[str | None]
    """The caller's, in that room."""
    attempt: Mapped[int] = mapped_column(default=1)
    """1 for the first call to this enrollment or of this run, counting every call."""
    request: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """What the caller of the API asked for: agenda, welcome_message, custom_prompt, initial_mood, user_id, variables, metadata."""

    state: Mapped[str] = mapped_column(default="queued")
    priority: Mapped[int] = mapped_column(SmallInteger, default=5, server_default="5")
    """Of a single call, as domain/pacing numbers them: what is lower than a usual one's is claimed before them all."""
    due_at: Mapped[datetime]
    claimed_at: Mapped[datetime | None]
    lease_until: Mapped[datetime | None]
    """When the sweep looks after the call. NULL once nothing is left to do."""
    lease_epoch: Mapped[int] = mapped_column(default=0, server_default="0")
    """Fence for tasks: whoever takes the call over raises it, and the former owner's writes no longer match."""
    agent_generation: Mapped[int] = mapped_column(default=0, server_default="0")
    """Fence for agents: raised by every new dispatch; an older agent leaves."""
    call_token_hash: Mapped[str | None]
    holds_number: Mapped[bool] = mapped_column(default=False, server_default="false")
    holds_slot: Mapped[bool] = mapped_column(default=False, server_default="false")
    reserved_until: Mapped[datetime | None]
    """A lost call keeps its number until then, because its phone may still ring or talk."""
    caller_choice: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")
    """Why this caller ID was chosen."""
    trace_context: Mapped[str] = mapped_column(default="", server_default="")
    """W3C traceparent: one trace over API, task and agent."""
    verdict_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("gate_verdict.id"))
    consent_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("consent.id", ondelete="SET NULL"))
    """The consent that this call rests on."""

    network_result: Mapped[str | None]
    sip_status_code: Mapped[int | None]
    sip_status: Mapped[str | None]
    answered_by: Mapped[str | None]
    outcome: Mapped[str | None]
    outcome_label: Mapped[str | None]
    outcome_source: Mapped[str | None]
    end_cause: Mapped[str | None]
    callback_at: Mapped[datetime | None]
    """The time that was promised to the callee."""
    failure: Mapped[str] = mapped_column(default="", server_default="")
    """The raw words of what went wrong, for engineers."""
    counts_as_attempt: Mapped[bool | None]
    ended_by_request: Mapped[bool] = mapped_column(default=False, server_default="false")

    dialing_at: Mapped[datetime | None]
    ringing_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    ready_at: Mapped[datetime | None]
    ringing_timeout_s: Mapped[int]
    max_duration_s: Mapped[int]
    first_audio_after_due_s: Mapped[float | None]
    summary: Mapped[str] = mapped_column(default="", server_default="")
    recording_key: Mapped[str | None]
    recording_note: Mapped[str] = mapped_column(default="", server_default="")
    disclosure: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    """What the callee was told of who calls: text, offset_s, quote. NULL when the call ended before it was spoken."""
    recording_consent: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    """What may be kept of the call: policy, decision, notice_at_s, kept_from_s, quote."""
    usage: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    """What models have consumed for it (calls/model_usage)."""
    cost: Mapped[Decimal | None] = mapped_column(Numeric(12, 4))
    currency: Mapped[str | None]
    """Of `cost`."""
    reported_at: Mapped[datetime | None]
    erased_at: Mapped[datetime | None]
    """When number, words and recording were taken out because a person was erased."""


class CallEventRecord(HasId, OfWorkspace, Base):
    """Append-only. The unique source id makes repeats harmless; the reducer reads nothing else."""

    __tablename__ = "call_event"
    __table_args__ = (UniqueConstraint("call_id", "source", "source_event_id"), Index(None, "call_id", "recorded_at"))

    call_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("call.id", ondelete="CASCADE"))
    source: Mapped[str]
    """task, agent, livekit, operator, sweep"""
    source_event_id: Mapped[str]
    kind: Mapped[str]
    at: Mapped[datetime]
    """When it happened, as the source says."""
    recorded_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    data: Mapped[dict[str, Any]] = mapped_column(default=dict)
    effect: Mapped[str] = mapped_column(default="", server_default="")
    """What the reducer made of it: the new state, or why nothing changed."""


class CallTurn(OfWorkspace, Base):
    """One utterance of the transcript."""

    __tablename__ = "call_turn"

    call_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("call.id", ondelete="CASCADE"), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    speaker: Mapped[str]
    text: Mapped[str]
    started_at_s: Mapped[float]
    """Seconds from the answer."""
    ended_at_s: Mapped[float | None]
    interrupted: Mapped[bool] = mapped_column(default=False)
    latency: Mapped[dict[str, Any]] = mapped_column(default=dict)
    mood: Mapped[str | None]
    """How the callee sounded, when the agent says so."""


class GateVerdict(HasId, OfWorkspace, Base):
    """A stored decision of the gate with its inputs, so that it can be explained and replayed."""

    __tablename__ = "gate_verdict"
    __table_args__ = (
        CheckConstraint("stage in ('planning', 'claim', 'last_gate')", name="stage"),
        Index(None, "enrollment_id"),
        Index("ix_gate_verdict_call_id", "call_id", postgresql_where=text("call_id is not null")),
    )

    enrollment_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("enrollment.id", ondelete="SET NULL"))
    call_id: Mapped[uuid.UUID | None]
    """The call that it was made for. No foreign key: a verdict is written before or with its call, and outlives it."""
    stage: Mapped[str] = mapped_column(default="claim", server_default="claim")
    """planning (the call was asked for), claim, or last_gate (before the phone rings)."""
    decision: Mapped[str]
    """dial, wait, never"""
    reasons: Mapped[list[dict[str, Any]]]
    inputs: Mapped[dict[str, Any]]
    pack: Mapped[str]
    decided_at: Mapped[datetime]
