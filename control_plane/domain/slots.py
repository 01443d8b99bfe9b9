"""The times of a calendar that can be booked: its hours cut into slots, as the clock of its zone shows them.

What a change of clocks does: a slot always lasts its whole length, and is there only if it begins and ends within the hours that the clock
shows. So of hours that lie in a skipped hour there are no slots, and in a repeated hour there are those of both times.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from control_plane.domain.calling_window import Range

_INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class OpenHours:
    """When something can be booked, and for how long."""

    time_zone: str
    weekly: tuple[tuple[Range, ...], ...]
    """`weekly[0]` is Monday."""
    slot: timedelta
    buffer: timedelta = timedelta()
    """Kept free after each booking."""
    blocked: frozenset[date] = frozenset()


@dataclass(frozen=True, slots=True)
class Slot:
    """UTC."""

    starts_at: datetime
    ends_at: datetime
    held_until: datetime
    """With the buffer."""


@dataclass(frozen=True, slots=True)
class Held:
    """Somebody has it. Without a seat, all of it."""

    starts_at: datetime
    until: datetime
    seat: int = 0


def slots_on(hours: OpenHours, day: date) -> list[Slot]:
    """In order; none overlaps another."""
    if day in hours.blocked:
        return []
    found: list[Slot] = []
    for each in hours.weekly[day.weekday()]:
        at, closes = _utc(hours, day, each.start), _utc(hours, day, each.end)
        if found:
            at = max(at, found[-1].held_until)
        while at + hours.slot <= closes:
            slot = Slot(at, at + hours.slot, at + hours.slot + hours.buffer)
            if _is_shown(hours, day, each, slot):
                found.append(slot)
            at = slot.held_until
    return found


def slots_between(hours: OpenHours, first: date, last: date) -> list[Slot]:
    """Of all days from `first` to `last`."""
    days = range((last - first).days + 1)
    return [slot for n in days for slot in slots_on(hours, first + timedelta(days=n))]


def slot_at(hours: OpenHours, starts_at: datetime) -> Slot | None:
    """The slot that begins then; None when none does."""
    day = starts_at.astimezone(ZoneInfo(hours.time_zone)).date()
    return next((slot for slot in slots_on(hours, day) if slot.starts_at == starts_at), None)


def free_seats(slot: Slot, capacity: int, held: Iterable[Held]) -> list[int]:
    """The seats, from 1 to `capacity`, that nobody has in the slot or in what is kept free after it."""
    taken: set[int] = set()
    for each in held:
        if each.seat == 0 and each.starts_at < slot.ends_at and slot.starts_at < each.until:
            return []
        if each.starts_at < slot.held_until and slot.starts_at < each.until:
            taken.add(each.seat)
    return [seat for seat in range(1, capacity + 1) if seat not in taken]


def near(times: Sequence[datetime], wanted: datetime, most: int) -> list[datetime]:
    """Those nearest to the wanted one, in order of time."""
    return sorted(sorted(times, key=lambda at: abs(at - wanted))[:most])


def _utc(hours: OpenHours, day: date, minute: int) -> datetime:
    midnight = datetime.combine(day + timedelta(days=minute // 1440), time(), ZoneInfo(hours.time_zone))
    return midnight.replace(hour=minute % 1440 // 60, minute=minute % 60).astimezone(UTC)


def _is_shown(hours: OpenHours, day: date, within: Range, slot: Slot) -> bool:
    """Whether the clock shows a time within the hours from the slot's beginning to its end."""
    zone = ZoneInfo(hours.time_zone)
    for at in (slot.starts_at, slot.ends_at - _INSTANT):
        local = at.astimezone(zone)
        if local.date() != day or not within.start <= local.hour * 60 + local.minute < within.end:
            return False
    return True
