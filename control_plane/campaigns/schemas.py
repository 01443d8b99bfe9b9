"""What the API takes and gives for campaigns and enrollments."""

import uuid
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType, convert, field

from control_plane.db.models import AuditEntry, Call, Campaign
from control_plane.trunks.schemas import Breaker
from control_plane.usage.schemas import Amount

Name = Annotated[str, Meta(min_length=1, max_length=200, examples=["Spring check-up"])]
Purpose = Literal["informational", "telemarketing", "care", "survey", "political", "charity", "debt"]
Prompt = Annotated[str, Meta(max_length=20_000, examples=["Remind {first_name|the customer} of the visit on {visit_date}."])]
Count = Annotated[int, Meta(ge=1, le=1_000_000)]
# 15 s is the least that US rules allow for an unanswered call; 75 s the most that the SIP path can wait (facts/dialer §1, livekit §1.4).
RingTimeout = Annotated[int, Meta(ge=15, le=75)]
Weight = Annotated[int, Meta(ge=1, le=100)]
Ids = Annotated[list[uuid.UUID], Meta(max_length=100)]
SomeIds = Annotated[list[uuid.UUID], Meta(min_length=1, max_length=100)]
AwareTime = Annotated[datetime, Meta(tz=True)]
Plain = dict[str, Any]


class CampaignIn(Struct, forbid_unknown_fields=True, kw_only=True):
    name: Name
    assistant_id: uuid.UUID
    contact_list_ids: Ids
    number_ids: SomeIds
    purpose: Purpose = "informational"
    prompt: Prompt = ""
    window: Plain | None = None
    """Null: the hours of the rule pack. Round the clock only as {"always": true}."""
    attempts: Plain = field(default_factory=dict)
    daily_cap: Count | None = None
    budget: Amount | None = None
    """What its calls may cost in all, in the currency in which the workspace's calls are priced (`GET /usage/prices`); when it is used up,
    the campaign is paused."""
    max_concurrent_calls: Count | None = None
    calls_per_minute: Count | None = None
    ring_timeout_s: RingTimeout = 28
    starts_at: AwareTime | None = None
    ends_at: AwareTime | None = None
    weight: Weight = 1
    breaker: Breaker = field(default_factory=Breaker)
    """When failures of the network put the campaign into error, until somebody resumes it."""


class CampaignPatch(Struct, forbid_unknown_fields=True, kw_only=True):
    name: Name | UnsetType = UNSET
    assistant_id: uuid.UUID | UnsetType = UNSET
    contact_list_ids: Ids | UnsetType = UNSET
    number_ids: SomeIds | UnsetType = UNSET
    purpose: Purpose | UnsetType = UNSET
    prompt: Prompt | UnsetType = UNSET
    window: Plain | UnsetType | None = UNSET
    attempts: Plain | UnsetType = UNSET
    daily_cap: Count | UnsetType | None = UNSET
    budget: Amount | UnsetType | None = UNSET
    max_concurrent_calls: Count | UnsetType | None = UNSET
    calls_per_minute: Count | UnsetType | None = UNSET
    ring_timeout_s: RingTimeout | UnsetType = UNSET
    starts_at: AwareTime | UnsetType | None = UNSET
    ends_at: AwareTime | UnsetType | None = UNSET
    weight: Weight | UnsetType = UNSET
    breaker: Breaker | UnsetType = UNSET
    """Replaced as a whole; what is left out is as usual."""


class CampaignOut(Struct, kw_only=True):
    id: uuid.UUID
    name: str
    purpose: str
    assistant_id: uuid.UUID
    assistant_version_id: uuid.UUID | None
    contact_list_ids: list[uuid.UUID]
    number_ids: list[uuid.UUID]
    prompt: str
    window: Plain | None
    attempts: Plain
    daily_cap: int | None
    budget: Decimal | None
    max_concurrent_calls: int | None
    calls_per_minute: int | None
    ring_timeout_s: int
    starts_at: datetime | None
    ends_at: datetime | None
    weight: int
    breaker: Breaker
    rule_pack: str
    execution_status: str
    status_reason: str
    started_at: datetime | None
    completed_at: datetime | None
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, row: Campaign, list_ids: list[uuid.UUID], number_ids: list[uuid.UUID]) -> "CampaignOut":
        given = {"contact_list_ids": list_ids, "number_ids": number_ids, "breaker": convert(row.breaker, Breaker)}
        return cls(**given, **{name: getattr(row, name) for name in cls.__struct_fields__ if name not in given})


class StatusOut(Struct, kw_only=True):
    id: uuid.UUID
    execution_status: str
    status_reason: str
    possible_actions: list[str]
    enrollments: dict[str, int]
    """Contacts by state; `total` is their sum."""
    live_calls: int
    budget: Decimal | None
    spent: Decimal
    """What its calls have cost."""
    currency: str
    """Of budget and spent: that in which the workspace's calls are priced."""
    calls_today: int
    """Dialled since midnight in the workspace's time zone."""
    started_at: datetime | None
    completed_at: datetime | None


class LastCall(Struct):
    id: uuid.UUID
    state: str
    network_result: str | None
    answered_by: str | None
    outcome: str | None
    outcome_label: str | None
    end_cause: str | None
    summary: str
    at: datetime

    @classmethod
    def of(cls, row: Call) -> "LastCall":
        facts = (row.network_result, row.answered_by, row.outcome, row.outcome_label, row.end_cause, row.summary)
        return cls(row.id, row.state, *facts, row.dialing_at or row.created_at)


class EnrollmentOut(Struct, kw_only=True):
    id: uuid.UUID
    campaign_id: uuid.UUID
    contact_id: uuid.UUID
    contact_name: str
    contact_number: str
    """The first number of the contact."""
    state: str
    attempts: int
    due_at: datetime | None
    closed_reason: str
    waiting_reasons: list[str]
    last_call: LastCall | None
    created_at: datetime
    updated_at: datetime


class ContactsIn(Struct, forbid_unknown_fields=True):
    contact_ids: Annotated[list[uuid.UUID], Meta(min_length=1, max_length=10_000)]


class Added(Struct):
    enrolled: int
    already_enrolled: int


class LogEntry(Struct):
    id: uuid.UUID
    at: datetime
    actor: str
    action: str
    before: Plain | None
    after: Plain | None

    @classmethod
    def of(cls, row: AuditEntry) -> "LogEntry":
        return cls(row.id, row.at, row.actor, row.action, row.before, row.after)
