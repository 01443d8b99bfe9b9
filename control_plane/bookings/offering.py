"""What is free in the calendars that somebody is spoken with about, and how a time is read back to them. It books nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from control_plane.bookings.availability import Availability, is_near
from control_plane.bookings.repository import BookingRepository
from control_plane.db.models import Calendar
from control_plane.domain.errors import Conflict, Invalid, NotFound
from control_plane.domain.recurrence import Recurrence
from control_plane.domain.slots import Slot, near
from control_plane.domain.spoken_read_back import read_back

MOST_BOOKINGS = 3
"""Per conversation; more is a model that repeats itself."""
MOST_NOTE = 500
_TOLD, _NEAR = 12, 3
"""Free times that are told at once, and instead of one that is not free."""
_AHEAD = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Answer:
    """Free times, a question, or what is to be confirmed."""

    free: tuple[str, ...] = ()
    question: str = ""
    read_back: str = ""
    """In the language of the call."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A time that is free now."""

    calendar: Calendar
    starts_at: datetime
    read_back: str


class Offering:
    """Of some calendars, at one time, in one language. `rows` say what is taken. A calendar that is none of these is a `NotFound`."""

    def __init__(self, rows: BookingRepository, calendars: Sequence[Calendar], language: str, now: datetime) -> None:
        self._rows, self._calendars, self._language, self._now = rows, calendars, language, now

    async def free(self, name: str, after: str) -> Answer:
        """Times from `after` on, a local time or none, within two weeks: as they are named to `offer`, and in words."""
        calendar = self._named(name)
        since = _local(after, calendar) if after else self._now
        times = await self._free(calendar, since)
        return Answer(free=tuple(f"{_written(at, calendar)} ({self._said(at, calendar)})" for at in times[:_TOLD]))

    async def offer(self, name: str, at: str) -> Offer | Answer:
        """What is to be read to the callee, or what they are to be asked where the time is not free."""
        calendar = self._named(name)
        wanted = _local(at, calendar)
        if await self.seat(calendar, wanted) is None:
            return await self.instead(calendar, wanted)
        place = f", {calendar.place}" if calendar.place else ""
        return Offer(calendar, wanted, f"{calendar.title or calendar.name}{place}: {self._said(wanted, calendar)}")

    async def seat(self, calendar: Calendar, at: datetime) -> tuple[Slot, int] | None:
        """The slot that begins then, and a free seat in it; None where there is none."""
        try:
            return await Availability(self._rows, calendar, self._now).seat(at)
        except Conflict:
            return None

    async def instead(self, calendar: Calendar, wanted: datetime) -> Answer:
        """A question about times near one that is not free."""
        since = max(self._now, wanted - _AHEAD / 2) if is_near(wanted, self._now) else self._now
        times = near(await self._free(calendar, since), wanted, _NEAR)
        if not times:
            return Answer(question="This time cannot be booked, and none near it is free. Would another week do?")
        listed = "; ".join(self._said(at, calendar) for at in times)
        return Answer(question=f"This time cannot be booked. Would one of these do: {listed}?")

    async def _free(self, calendar: Calendar, since: datetime) -> list[datetime]:
        if not is_near(since, self._now):
            return []
        zone = ZoneInfo(calendar.time_zone)
        first, last = (at.astimezone(zone).date() for at in (since, since + _AHEAD))
        found = await Availability(self._rows, calendar, self._now).between(first, last)
        return [slot.starts_at for slot, _ in found if slot.starts_at >= since]

    def _named(self, name: str) -> Calendar:
        found = next((each for each in self._calendars if each.name == name), None)
        if found is None:
            raise NotFound.of("calendar")
        return found

    def _said(self, at: datetime, calendar: Calendar) -> str:
        return read_back(Recurrence(time_zone=calendar.time_zone, run_at=at), self._language)


def _local(said: str, calendar: Calendar) -> datetime:
    """A time by the calendar's clock. Raises `Invalid`."""
    try:
        at = datetime.fromisoformat(said)
        return (at if at.tzinfo is not None else at.replace(tzinfo=ZoneInfo(calendar.time_zone))).astimezone(ZoneInfo("UTC"))
    except (ValueError, OverflowError) as error:
        raise Invalid.field("at", "Write the time like 2026-11-30T15:00.") from error


def _written(at: datetime, calendar: Calendar) -> str:
    return f"{at.astimezone(ZoneInfo(calendar.time_zone)):%Y-%m-%dT%H:%M}"
