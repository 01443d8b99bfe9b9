"""What the API takes and gives for records."""

import uuid
from datetime import datetime
from typing import Annotated, Any

from msgspec import UNSET, Meta, Struct, UnsetType

from control_plane.calls.schemas import CallView, TurnView
from control_plane.calls.transcription_schemas import TranscriptionOut
from control_plane.carriers.lookup_schemas import NumberLookupOut
from control_plane.contacts.confirmed_zones import ConfirmedZone
from control_plane.contacts.consent_schemas import ConsentOut
from control_plane.contacts.quiet_schemas import QuietTimes
from control_plane.contacts.schemas import E164, ContactOut, SuppressionOut
from control_plane.contacts.timeline_schemas import TimelineEntry
from control_plane.db.models import Erasure, LegalHold

Days = Annotated[int, Meta(ge=1, le=36_500)]
CallDays = Annotated[int, Meta(ge=31, le=36_500)]
"""Rules of frequency look back up to 30 days (facts/dialer §1.1 US-14): younger calls must be known."""


class RetentionOut(Struct):
    """Days by kind of record; null keeps it for ever. Counted from the end of the call, or from the decision."""

    recordings: int | None
    transcripts: int | None
    calls: int | None
    """Call records with their events. US telemarketing rules ask for five years (16 CFR 310.5)."""
    verdicts: int | None
    runs: int | None
    """Runs of schedules and check-ups, from their end, with what followed from missed ones."""
    appointments: int | None
    """With their reminders, and bookings, from the time of the appointment."""
    follow_ups: int | None
    """From their closing."""
    number_lookups: int | None
    """What the carrier has said of a number, from its last answer; by default as long as that is believed (`max_age_days` of
    PUT /number-lookups/settings). That a number has come to somebody else stays while a consent for it does."""


class RetentionIn(Struct, forbid_unknown_fields=True):
    """What is left out stays as it is."""

    recordings: Days | UnsetType | None = UNSET
    transcripts: Days | UnsetType | None = UNSET
    calls: CallDays | UnsetType | None = UNSET
    verdicts: CallDays | UnsetType | None = UNSET
    runs: CallDays | UnsetType | None = UNSET
    appointments: Days | UnsetType | None = UNSET
    follow_ups: Days | UnsetType | None = UNSET
    number_lookups: Days | UnsetType | None = UNSET


class HoldIn(Struct, forbid_unknown_fields=True):
    """Exactly one of contact, number and call."""

    reason: Annotated[str, Meta(min_length=1, max_length=1_000, examples=["Case 26-cv-1234"])]
    contact_id: uuid.UUID | None = None
    e164: E164 | None = None
    call_id: uuid.UUID | None = None


class HoldOut(Struct):
    id: uuid.UUID
    contact_id: uuid.UUID | None
    e164: str | None
    call_id: uuid.UUID | None
    reason: str
    placed_by: str
    created_at: datetime
    released_at: datetime | None
    released_by: str

    @classmethod
    def of(cls, row: LegalHold) -> "HoldOut":
        return cls(**{name: getattr(row, name) for name in cls.__struct_fields__})


class ErasureIn(Struct, forbid_unknown_fields=True):
    e164: E164


class ErasureOut(Struct):
    """What was forgotten. The number is kept nowhere; a keyed hash of it keeps it from being called again."""

    id: uuid.UUID
    contact_id: uuid.UUID | None
    requested_by: str
    counts: dict[str, Any]
    created_at: datetime
    finished_at: datetime | None
    """When the recordings were gone from the storage too."""

    @classmethod
    def of(cls, row: Erasure) -> "ErasureOut":
        return cls(row.id, row.contact_id, row.requested_by, row.counts, row.created_at, row.finished_at)


class ExportedCall(Struct):
    call: CallView
    transcript: list[TurnView]
    transcriptions: list[TranscriptionOut]
    """Its recording, as it was transcribed anew."""


class PersonExport(Struct):
    """Everything that is kept about a person: under a contact and its numbers, or under one number."""

    exported_at: datetime
    numbers: list[str]
    contacts: list[ContactOut]
    consents: list[ConsentOut]
    suppressions: list[SuppressionOut]
    calls: list[ExportedCall]
    calls_left_out: int
    """Older calls beyond the most that one answer holds; GET /calls has them."""
    number_lookups: list[NumberLookupOut]
    """What the carrier was asked about the numbers."""
    confirmed_zones: list[ConfirmedZone]
    """Of each contact, in the order of `contacts`."""
    quiet_times: list[QuietTimes]
    """Of each contact, in the order of `contacts`."""
    timeline: list[TimelineEntry]
    """Of all the contacts, as GET /contacts/{contact_id}/timeline tells it: risks, follow-ups, check-ups and more; the newest of each."""
    planned: dict[str, list[dict[str, Any]]]
    """What was planned with and for the person, by kind, as it is kept, the newest of each first: schedules, schedule_runs, checkups,
    escalations, safety_contact_of, appointments, reminders, bookings, follow_ups, promises, activities, risks, memory, analyses."""
