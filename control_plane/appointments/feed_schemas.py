"""What the API says and accepts about calendars that appointments are read from."""

import uuid
from datetime import datetime
from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType, convert, field

from control_plane.appointments.schemas import DEFAULT_OFFSETS_S, Offsets, Zone
from control_plane.db.models import AppointmentFeed

Name = Annotated[str, Meta(min_length=1, max_length=200, examples=["Front desk"])]
Url = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=2000,
        description="Address of an iCal file; https, public, without redirects. webcal:// is read as https://.",
        examples=["https://calendar.example.com/private-4711/basic.ics"],
    ),
]
Every = Annotated[int, Meta(ge=300, le=86_400, description="Seconds from one reading to the next.", examples=[900])]
State = Literal["active", "paused"]


class AppointmentFeedIn(Struct, forbid_unknown_fields=True, kw_only=True):
    name: Name
    url: Url
    assistant_id: uuid.UUID
    """Who reminds."""
    time_zone: Zone | None = None
    """Of times that name none; without it the workspace's."""
    reminder_offsets_s: Offsets = field(default_factory=lambda: list(DEFAULT_OFFSETS_S))
    refresh_every_s: Every = 900


class AppointmentFeedPatch(Struct, forbid_unknown_fields=True, kw_only=True):
    """Assistant, offsets and zone count for appointments that are new, or that change, from now on."""

    name: Name | UnsetType = UNSET
    url: Url | UnsetType = UNSET
    assistant_id: uuid.UUID | UnsetType = UNSET
    time_zone: Zone | UnsetType = UNSET
    reminder_offsets_s: Offsets | UnsetType = UNSET
    refresh_every_s: Every | UnsetType = UNSET
    state: State | UnsetType = UNSET
    """paused reads no more; the appointments stay."""


class FeedCounts(Struct):
    """Of the last whole reading."""

    events: int = 0
    """Entries in the file."""
    upcoming: int = 0
    """Appointments to come, a repeated entry once for each time."""
    created: int = 0
    changed: int = 0
    canceled: int = 0
    unmatched: int = 0
    """Without exactly one contact to remind."""


class FeedProblem(Struct):
    message: str
    starts_at: datetime | None = None


class AppointmentFeedOut(Struct):
    id: uuid.UUID
    name: str
    url_host: str
    """The whole address is secret, and is not shown again."""
    assistant_id: uuid.UUID
    time_zone: str
    reminder_offsets_s: list[int]
    refresh_every_s: int
    state: str
    next_refresh_at: datetime
    refreshed_at: datetime | None
    """When it was last read, or was found to be as before."""
    failures: int
    """Readings in a row that failed; each makes the next come later."""
    error: str
    """Why the last reading failed, in a sentence; the appointments stay as they were."""
    counts: FeedCounts
    problems: list[FeedProblem]
    """Of the last whole reading, the first twenty."""
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, row: AppointmentFeed) -> "AppointmentFeedOut":
        plain = {name: getattr(row, name) for name in cls.__struct_fields__ if name not in ("counts", "problems")}
        return cls(**plain, counts=convert(row.counts, FeedCounts), problems=convert(row.problems, list[FeedProblem]))
