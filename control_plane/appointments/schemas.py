"""What the API says and accepts about appointments."""

import uuid
from datetime import datetime
from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType, field

from control_plane.calls.schemas import AwareTime
from control_plane.db.models import Appointment, AppointmentReminder
from control_plane.domain.reminding import Status

Title = Annotated[str, Meta(max_length=200, examples=["Dental check-up"])]
Place = Annotated[str, Meta(max_length=500, examples=["12 Main Street, second floor"])]
ExternalId = Annotated[str, Meta(min_length=1, max_length=200, examples=["calendar-4711"])]
Zone = Annotated[str, Meta(max_length=64, examples=["America/New_York"])]
Offset = Annotated[int, Meta(ge=900, le=90 * 24 * 3600, description="Seconds before the beginning.", examples=[7200])]
Offsets = Annotated[list[Offset], Meta(max_length=10)]
DEFAULT_OFFSETS_S = (2 * 24 * 3600, 2 * 3600)


class AppointmentIn(Struct, forbid_unknown_fields=True, kw_only=True):
    contact_id: uuid.UUID
    assistant_id: uuid.UUID
    """Who reminds."""
    starts_at: AwareTime
    place: Place = ""
    title: Title = ""
    time_zone: Zone | None = None
    """Where it takes place; without it the workspace's."""
    external_id: ExternalId | None = None
    """What your own calendar calls it."""
    reminder_offsets_s: Offsets = field(default_factory=lambda: list(DEFAULT_OFFSETS_S))
    """Without them: two days and two hours before."""


class AppointmentPatch(Struct, forbid_unknown_fields=True, kw_only=True):
    """A new `starts_at` makes new reminders; a status of `canceled` ends them, also a call that has not been answered yet."""

    assistant_id: uuid.UUID | UnsetType = UNSET
    starts_at: AwareTime | UnsetType = UNSET
    place: Place | UnsetType = UNSET
    title: Title | UnsetType = UNSET
    time_zone: Zone | UnsetType = UNSET
    external_id: ExternalId | UnsetType | None = UNSET
    reminder_offsets_s: Offsets | UnsetType = UNSET
    status: Status | UnsetType = UNSET


class ReminderOut(Struct):
    offset_s: int
    starts_at: datetime
    """The time that it reminds of."""
    due_at: datetime
    state: str
    """waiting, calling, done, skipped or canceled."""
    call_id: uuid.UUID | None
    note: str

    @classmethod
    def of(cls, row: AppointmentReminder) -> "ReminderOut":
        return cls(**{name: getattr(row, name) for name in cls.__struct_fields__})


class AppointmentOut(Struct):
    id: uuid.UUID
    contact_id: uuid.UUID
    assistant_id: uuid.UUID
    external_id: str | None
    title: str
    place: str
    starts_at: datetime
    time_zone: str
    reminder_offsets_s: list[int]
    status: str
    status_call_id: uuid.UUID | None
    """The reminder in which the person said so; null when the status came over the API."""
    evidence: str
    """The person's own words in that call."""
    reminders: list[ReminderOut]
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, row: Appointment) -> "AppointmentOut":
        plain = {name: getattr(row, name) for name in cls.__struct_fields__ if name != "reminders"}
        return cls(**plain, reminders=[ReminderOut.of(reminder) for reminder in row.reminders])


class RejectedRow(Struct):
    row: int
    """1 is the first row after the header."""
    message: str


class AppointmentImportOut(Struct):
    created: int
    updated: int
    """Appointments whose `external_id` was known."""
    rejected: list[RejectedRow]
