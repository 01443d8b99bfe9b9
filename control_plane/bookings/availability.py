"""What of a calendar is free: its hours and bounds over what is taken."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from control_plane.bookings.repository import BookingRepository
from control_plane.db.models import Calendar
from control_plane.domain.calling_window import DAYS, Range, minutes_of_day
from control_plane.domain.errors import Conflict, Invalid
from control_plane.domain.slots import Held, OpenHours, Slot, free_seats, slot_at, slots_between

_DAY = timedelta(days=1)
MOST_DAYS = 31
_FURTHEST = timedelta(days=93)
"""From now; `days_ahead` is at most 90. What is farther away may be no time that a clock of any zone can show."""


def is_near(at: datetime, now: datetime) -> bool:
    """Whether a time may be a slot's at all."""
    return abs(at - now) <= _FURTHEST


def hours_of(row: Calendar) -> OpenHours:
    slot, buffer = timedelta(seconds=row.slot_s), timedelta(seconds=row.buffer_s)
    return OpenHours(row.time_zone, ranges(row.weekly), slot, buffer, frozenset(row.blocked_dates))


def ranges(weekly: Iterable[Mapping[str, Any]]) -> tuple[tuple[Range, ...], ...]:
    """By weekday from Monday on, in order. Raises `Invalid`."""
    days: list[set[Range]] = [set() for _ in DAYS]
    for at, each in enumerate(weekly):
        start, end = (minutes_of_day(each[name], f"weekly[{at}].{name}") for name in ("start", "end"))
        if start >= end:
            raise Invalid.field(f"weekly[{at}].end", "Hours end after they begin; write those that pass midnight as two.")
        for name in each["days"]:
            days[DAYS.index(name)].add(Range(start, end))
    return tuple(tuple(sorted(each, key=lambda r: (r.start, r.end))) for each in days)


class Availability:
    """Of one calendar at one time."""

    def __init__(self, rows: BookingRepository, calendar: Calendar, now: datetime) -> None:
        self._rows, self._calendar, self._hours, self._now = rows, calendar, hours_of(calendar), now
        self._zone = ZoneInfo(calendar.time_zone)
        self._opens = now + timedelta(seconds=calendar.min_notice_s)
        self.today = now.astimezone(self._zone).date()
        self._last_day = self.today + timedelta(days=calendar.days_ahead)

    @property
    def is_known(self) -> bool:
        """Whether the calendar that this one follows, if it does, has been read."""
        return self._calendar.busy_url_sealed is None or self._calendar.refreshed_at is not None

    async def between(self, first: date, last: date) -> list[tuple[Slot, int]]:
        """Slots with free seats, and how many. Raises `Invalid` for more than `MOST_DAYS`."""
        if not 0 <= (last - first).days < MOST_DAYS:
            raise Invalid.field("to", f"`to` lies from 0 to {MOST_DAYS - 1} days after `from`.")
        first, last = max(first, self.today), min(last, self._last_day)
        if first > last or not self.is_known:
            return []
        held = await self._held(self._midnight(first) - _DAY, self._midnight(last) + 3 * _DAY)
        slots = [slot for slot in slots_between(self._hours, first, last) if slot.starts_at >= self._opens]
        counted = ((slot, len(free_seats(slot, self._calendar.capacity, held))) for slot in slots)
        return [(slot, free) for slot, free in counted if free]

    async def seat(self, starts_at: datetime, but_for: Any = None) -> tuple[Slot, int]:
        """The slot that begins then, and a free seat. Raises `Conflict`."""
        slot = slot_at(self._hours, starts_at) if is_near(starts_at, self._now) else None
        if slot is None or slot.starts_at < self._opens or starts_at.astimezone(self._zone).date() > self._last_day:
            raise Conflict("No slot of this calendar that can be booked begins then.", code="no_such_slot")
        if not self.is_known:
            raise Conflict("The calendar that this one follows has not been read yet; try again shortly.", code="busy_times_unknown")
        seats = free_seats(slot, self._calendar.capacity, await self._held(slot.starts_at, slot.held_until, but_for))
        if not seats:
            raise Conflict("This time is not free any more.", code="slot_taken")
        return slot, seats[0]

    async def _held(self, since: datetime, until: datetime, but_for: Any = None) -> Sequence[Held]:
        return await self._rows.held(self._calendar.id, since, until, but_for)

    def _midnight(self, day: date) -> datetime:
        return datetime.combine(day, time(), self._zone)
