"""What the API says and accepts about calendars and bookings."""

import uuid
from datetime import date, datetime
from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType, convert, field

from control_plane.appointments.feed_schemas import Url
from control_plane.appointments.schemas import DEFAULT_OFFSETS_S, Offsets, Place, Title, Zone
from control_plane.calls.schemas import AwareTime
from control_plane.db.models import Booking, Calendar
from control_plane.domain.slots import Slot
from control_plane.kit.api_schemas import PHONE

CalendarName = Annotated[str, Meta(min_length=1, max_length=100, examples=["Model home"])]
Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
ClockTime = Annotated[str, Meta(pattern="^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$", examples=["09:00"])]
Slots = Annotated[int, Meta(ge=300, le=86_400, description="Seconds that one booking lasts.", examples=[1800])]
Buffer = Annotated[int, Meta(ge=0, le=86_400, description="Seconds that are kept free after each booking.", examples=[600])]
Capacity = Annotated[int, Meta(ge=1, le=100, description="Bookings at the same time.", examples=[1])]
Notice = Annotated[int, Meta(ge=0, le=30 * 86_400, description="Seconds from now in which nothing can be booked.", examples=[3600])]
DaysAhead = Annotated[int, Meta(ge=1, le=90, description="Days from today in which something can be booked.", examples=[30])]
BlockedDates = Annotated[list[date], Meta(max_length=366, description="Days of the calendar's zone on which there is nothing.")]
BookedName = Annotated[str, Meta(max_length=200, examples=["Ada Lee"])]
Phone = Annotated[str, Meta(max_length=32, examples=["+12025550123"], extra_json_schema=PHONE)]
Note = Annotated[str, Meta(max_length=500, examples=["Two persons, wheelchair."])]
BookingStatus = Literal["booked", "canceled"]


class Hours(Struct, forbid_unknown_fields=True):
    days: Annotated[list[Day], Meta(min_length=1, max_length=7)]
    start: ClockTime
    end: ClockTime
    """Up to 24:00. What passes midnight is written as two."""


Weekly = Annotated[list[Hours], Meta(min_length=1, max_length=50)]


class CalendarIn(Struct, forbid_unknown_fields=True, kw_only=True):
    name: CalendarName
    """By which agents and people know it; each once in a workspace."""
    weekly: Weekly
    title: Title = ""
    """What is booked, as people are told; the name where empty."""
    place: Place = ""
    time_zone: Zone | None = None
    """Whose clock the hours are; without it the workspace's."""
    slot_s: Slots = 1800
    buffer_s: Buffer = 0
    capacity: Capacity = 1
    min_notice_s: Notice = 3600
    days_ahead: DaysAhead = 30
    blocked_dates: BlockedDates = field(default_factory=list)
    assistant_id: uuid.UUID | None = None
    """Who reminds of bookings. Without one those made over the API bring no reminder; those made in a call are its assistant's."""
    reminder_offsets_s: Offsets = field(default_factory=lambda: list(DEFAULT_OFFSETS_S))
    """Without them: two days and two hours before."""
    busy_url: Url | None = None
    """A calendar of yours (iCal), read every five minutes: while an entry of it lasts, nothing can be booked."""


class CalendarPatch(Struct, forbid_unknown_fields=True, kw_only=True):
    """Bookings that there are stay as they are."""

    name: CalendarName | UnsetType = UNSET
    weekly: Weekly | UnsetType = UNSET
    title: Title | UnsetType = UNSET
    place: Place | UnsetType = UNSET
    time_zone: Zone | UnsetType = UNSET
    slot_s: Slots | UnsetType = UNSET
    buffer_s: Buffer | UnsetType = UNSET
    capacity: Capacity | UnsetType = UNSET
    min_notice_s: Notice | UnsetType = UNSET
    days_ahead: DaysAhead | UnsetType = UNSET
    blocked_dates: BlockedDates | UnsetType = UNSET
    assistant_id: uuid.UUID | UnsetType | None = UNSET
    reminder_offsets_s: Offsets | UnsetType = UNSET
    busy_url: Url | UnsetType | None = UNSET


class CalendarOut(Struct):
    id: uuid.UUID
    name: str
    title: str
    place: str
    time_zone: str
    weekly: list[Hours]
    slot_s: int
    buffer_s: int
    capacity: int
    min_notice_s: int
    days_ahead: int
    blocked_dates: list[date]
    assistant_id: uuid.UUID | None
    reminder_offsets_s: list[int]
    busy_url_host: str
    """Of the calendar that is followed, empty for none; its whole address is secret, and is not shown again."""
    refreshed_at: datetime | None
    """When that was last read. Before the first time nothing can be booked."""
    error: str
    """Why its last reading failed, in a sentence; what was read before counts on."""
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, row: Calendar) -> "CalendarOut":
        plain = {name: getattr(row, name) for name in cls.__struct_fields__ if name != "weekly"}
        return cls(**plain, weekly=convert(row.weekly, list[Hours]))


class FreeSlot(Struct):
    starts_at: datetime
    ends_at: datetime
    free: int
    """Of the calendar's capacity."""

    @classmethod
    def of(cls, slot: Slot, free: int) -> "FreeSlot":
        return cls(slot.starts_at, slot.ends_at, free)


class Availability(Struct):
    time_zone: str
    slots: list[FreeSlot]
    """In order of time; what is full, busy, too soon or too far away is left out."""


class BookingIn(Struct, forbid_unknown_fields=True, kw_only=True):
    calendar_id: uuid.UUID
    starts_at: AwareTime
    """The beginning of a free slot."""
    contact_id: uuid.UUID | None = None
    """Who is reminded; without it the one contact who has the number, if there is one."""
    name: BookedName = ""
    e164: Phone | None = None
    note: Note = ""


class BookingPatch(Struct, forbid_unknown_fields=True, kw_only=True):
    """A new `starts_at` takes another slot; a status of `canceled` gives it back."""

    starts_at: AwareTime | UnsetType = UNSET
    name: BookedName | UnsetType = UNSET
    note: Note | UnsetType = UNSET
    status: BookingStatus | UnsetType = UNSET


class BookingOut(Struct):
    id: uuid.UUID
    calendar_id: uuid.UUID
    contact_id: uuid.UUID | None
    name: str
    e164: str | None
    note: str
    starts_at: datetime
    ends_at: datetime
    seat: int
    """1 to the calendar's capacity."""
    status: str
    """booked or canceled."""
    appointment_id: uuid.UUID | None
    """By which they are reminded; null for nobody who could be, or nobody who does."""
    call_id: uuid.UUID | None
    """In which it was agreed upon."""
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, row: Booking) -> "BookingOut":
        return cls(**{name: getattr(row, name) for name in cls.__struct_fields__})
