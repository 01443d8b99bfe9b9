"""Another time of day on another day: where a retry goes after nobody picked up or a machine did.

Who is not at home at ten in the morning tends not to be at ten the next morning either (facts/dialer §2.5: rotate dayparts first). All
days and hours are the contact's own; instants go in and come out in UTC.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from control_plane.domain.calling_window import Window


@dataclass(frozen=True, slots=True)
class Daypart:
    """A stretch of the local day, in hours, end exclusive."""

    name: str
    start: int
    end: int


# Within 9:00 to 20:00, the default rules' window; what lies before and after counts to the nearest part.
MORNING, MIDDAY, AFTERNOON, EVENING = DAYPARTS = (
    Daypart("morning", 9, 12),
    Daypart("midday", 12, 15),
    Daypart("afternoon", 15, 18),
    Daypart("evening", 18, 20),
)
ROTATION = {
    MORNING: (EVENING, AFTERNOON, MIDDAY),
    EVENING: (MIDDAY, MORNING, AFTERNOON),
    MIDDAY: (AFTERNOON, EVENING, MORNING),
    AFTERNOON: (MORNING, EVENING, MIDDAY),
}
"""From each part to the others, best first; following the first choices goes round through all four."""
_LEAVE = timedelta(minutes=10)
"""No retry is planned into the last minutes of a part, so that it still rings within it."""
_DAYS_AHEAD = 15
_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Place:
    """Where the contact's days pass, and when the campaign calls there (None: whenever the rules allow)."""

    zone: ZoneInfo
    window: Window | None = None


def daypart_of(instant: datetime, zone: ZoneInfo) -> Daypart:
    """The part of the local day that `instant` belongs to."""
    hour = instant.astimezone(zone).hour
    return next((part for part in DAYPARTS if hour < part.end), EVENING)


def next_other_part(called_at: datetime, place: Place, *, days: int, spread: float, business_days: bool = False) -> datetime:
    """An instant at least `days` local days after `called_at`, in another part of the day. UTC.

    `spread` in [0, 1) says where within the part, so that the retries of a morning do not all fall on one minute. With `business_days`
    Saturday and Sunday are passed over. A part in which the campaign does not call is passed over, if it calls in another one at all.
    """
    candidates = list(_candidates(called_at, place.zone, days, spread, business_days))
    return next((instant for instant in candidates if place.window is None or place.window.is_open(instant, (place.zone,))), candidates[0])


def _candidates(called_at: datetime, zone: ZoneInfo, days: int, spread: float, business_days: bool) -> Iterator[datetime]:
    called_on, parts = called_at.astimezone(zone).date(), ROTATION[daypart_of(called_at, zone)]
    for ahead in range(days, days + _DAYS_AHEAD):
        day = called_on + timedelta(days=ahead)
        if business_days and day.weekday() >= _SATURDAY:
            continue
        for part in parts:
            instant = _within(day, part, zone, spread)
            # A day that the zone has skipped (Samoa's 30 December 2011) has no such instant.
            if instant.astimezone(zone).date() == day:
                yield instant


def _within(day: date, part: Daypart, zone: ZoneInfo, spread: float) -> datetime:
    """The instant that lies `spread` of the way through the part, by the clock on the wall."""
    length = timedelta(hours=part.end - part.start) - _LEAVE
    wall = datetime.combine(day, time(part.start)) + length * spread
    return wall.replace(tzinfo=zone).astimezone(UTC)
