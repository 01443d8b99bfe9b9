"""What the API says and accepts about check-ups."""

import uuid
from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType, field

from control_plane.db.models import CheckUp, CheckUpEscalation, Schedule
from control_plane.domain.checkup import CheckUpType, Day, Frequency, TimeOfDay

Method = Literal["call"]
Consent = Annotated[str, Meta(min_length=1, max_length=500, examples=["Agreed on the phone on 3 May; Ada named her on the form."])]
Script = Annotated[str, Meta(max_length=2000, description="What the call to a safety contact is about; empty for the usual words.")]
Agenda = Annotated[str, Meta(max_length=2000, description="What the check-up is about; empty for the usual words of its type.")]
Tries = Annotated[int, Meta(ge=1, le=6, description="Calls to the person before a check-up counts as missed.")]
EveryS = Annotated[int, Meta(ge=60, le=4 * 3600, description="Seconds between them.")]


class SafetyContact(Struct, forbid_unknown_fields=True):
    """Somebody to be called when the person cannot be reached."""

    contact_id: uuid.UUID
    consent: Consent
    """Who agreed to it, when and how."""


class Escalation(Struct, forbid_unknown_fields=True):
    """The calls to the safety contacts."""

    assistant_id: uuid.UUID | None = None
    """Null: the assistant of the check-up."""
    script: Script = ""
    welcome_message: Annotated[str, Meta(max_length=200)] = ""


SafetyContacts = Annotated[list[SafetyContact], Meta(max_length=10, description="In the order in which they are called.")]


class CheckUpIn(Struct, forbid_unknown_fields=True, kw_only=True):
    contact_id: uuid.UUID
    assistant_id: uuid.UUID
    safety_contacts: SafetyContacts = field(default_factory=list)
    checkup_type: CheckUpType = "wellness"
    method: Method = "call"
    frequency: Frequency = "daily"
    day: Day | None = None
    """Of the week, for weekly and biweekly ones; null: that on which it is made. Monthly ones are on the date of their making, at most the
    28th."""
    time_of_day: TimeOfDay = "morning"
    """morning 9–11, afternoon 13–16, evening 17–19 in the person's zone; each person has a minute of their own in it."""
    agenda: Agenda = ""
    tries: Tries = 3
    try_every_s: EveryS = 900
    escalation: Escalation = field(default_factory=Escalation)


class CheckUpPatch(Struct, forbid_unknown_fields=True, kw_only=True):
    assistant_id: uuid.UUID | UnsetType = UNSET
    safety_contacts: SafetyContacts | UnsetType = UNSET
    checkup_type: CheckUpType | UnsetType = UNSET
    frequency: Frequency | UnsetType = UNSET
    day: Day | UnsetType | None = UNSET
    time_of_day: TimeOfDay | UnsetType = UNSET
    agenda: Agenda | UnsetType = UNSET
    tries: Tries | UnsetType = UNSET
    try_every_s: EveryS | UnsetType = UNSET
    escalation: Escalation | UnsetType = UNSET
    state: Literal["active", "paused"] | UnsetType = UNSET


class EscalationOut(Struct):
    """What followed from a missed check-up."""

    id: uuid.UUID
    run_id: uuid.UUID | None
    state: str
    """calling, acknowledged (also by the person, whom another call has reached meanwhile), unacknowledged, or not_called (the person could
    not be called at all)."""
    place: int
    call_id: uuid.UUID | None
    acknowledged_by: uuid.UUID | None
    notes: list[str]
    closed_at: datetime | None
    created_at: datetime

    @classmethod
    def of(cls, row: CheckUpEscalation) -> "EscalationOut":
        return cls(**{name: getattr(row, name) for name in cls.__struct_fields__})


class CheckUpOut(Struct, kw_only=True):
    id: uuid.UUID
    contact_id: uuid.UUID
    assistant_id: uuid.UUID
    schedule_id: uuid.UUID
    """Its schedule, with runs and calls."""
    safety_contacts: list[SafetyContact]
    checkup_type: str
    method: str
    frequency: str
    day: str | None
    time_of_day: str
    agenda: str
    tries: int
    try_every_s: int
    escalation: Escalation
    state: str
    """active, paused or finished."""
    time_zone: str
    in_words: str
    """When it is, in plain English."""
    next_at: datetime | None
    kept: int
    missed: int
    adherence: float | None
    """Kept of those that were kept or missed; null before the first."""
    last_escalation: EscalationOut | None
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, row: CheckUp, schedule: Schedule, in_words: str, counts: tuple[int, int], last: CheckUpEscalation | None) -> "CheckUpOut":
        """`counts`: runs that were kept and that were missed."""
        kept, missed = counts
        given: dict[str, Any] = {
            "assistant_id": schedule.assistant_id,
            "safety_contacts": [SafetyContact(each.contact_id, each.consent) for each in row.safety_contacts],
            "agenda": row.agenda,
            "escalation": msgspec.convert(row.escalation, Escalation),
            "state": schedule.state,
            "time_zone": schedule.plan["time_zone"],
            "in_words": in_words,
            "next_at": schedule.next_run_at,
            "kept": kept,
            "missed": missed,
            "adherence": round(kept / (kept + missed), 4) if kept + missed else None,
            "last_escalation": EscalationOut.of(last) if last is not None else None,
        }
        return cls(**given, **{name: getattr(row, name) for name in cls.__struct_fields__ if name not in given})
