"""Calendars as people edit them."""

import uuid
from datetime import date
from typing import Any

from msgspec import UNSET, to_builtins

from control_plane.appointments.service import zone_known
from control_plane.audit.service import record
from control_plane.bookings.availability import Availability, ranges
from control_plane.bookings.repository import BookingRepository
from control_plane.bookings.schemas import Availability as AvailabilityOut
from control_plane.bookings.schemas import CalendarIn, CalendarOut, CalendarPatch, FreeSlot
from control_plane.calls.lookup_repository import LookupRepository
from control_plane.db.models import Calendar
from control_plane.db.unit import Unit
from control_plane.domain.errors import Conflict, Invalid, NotFound, Refused
from control_plane.kit.etags import require_match
from control_plane.kit.ids import new_id
from control_plane.kit.outbound_guard import Forbidden, Guard
from control_plane.kit.pagination import Page, page_of
from control_plane.kit.secrets import SecretBox

MOST_CALENDARS = 200
"""Per workspace."""
TASK = "refresh_calendars"
_PLAIN = ("name", "title", "place", "slot_s", "buffer_s", "capacity", "min_notice_s", "days_ahead", "assistant_id")
_TRAIL = (*_PLAIN, "time_zone", "weekly", "reminder_offsets_s", "busy_url_host")


class CalendarService:
    def __init__(self, unit: Unit, workspace_id: uuid.UUID, box: SecretBox, guard: Guard) -> None:
        self._unit = unit
        self._workspace_id = workspace_id
        self._box, self._guard = box, guard
        self._rows = BookingRepository(unit.session, workspace_id)
        self._lookups = LookupRepository(unit.session, workspace_id)

    async def page(self, limit: int, cursor: str | None) -> Page[CalendarOut]:
        return await page_of(self._unit.session, self._rows.calendars(), Calendar.id, CalendarOut.of, limit=limit, cursor=cursor)

    async def get(self, calendar_id: uuid.UUID) -> CalendarOut:
        return CalendarOut.of(await self._find(calendar_id))

    async def create(self, data: CalendarIn) -> CalendarOut:
        """Raises `Invalid` for hours or an address that cannot be, `NotFound` for a foreign assistant, `Conflict` for a taken name."""
        if await self._rows.count_calendars() >= MOST_CALENDARS:
            raise Refused(f"A workspace has at most {MOST_CALENDARS} calendars.", code="too_many_calendars")
        sent: dict[str, Any] = {name: getattr(data, name) for name in data.__struct_fields__}
        sent["time_zone"] = data.time_zone or (await self._lookups.workspace()).time_zone
        row = Calendar(id=new_id(), workspace_id=self._workspace_id, busy_url_sealed=None, busy_url_host="")
        row.next_refresh_at = row.refreshed_at = row.read_at = None
        await self._apply(row, sent)
        await self._rows.save(row)
        self._record("created", row, None, _trail(row))
        return CalendarOut.of(row)

    async def change(self, calendar_id: uuid.UUID, data: CalendarPatch, if_match: str | None) -> CalendarOut:
        row = await self._find(calendar_id, lock=True)
        require_match(if_match, CalendarOut.of(row), CalendarPatch)
        before = _trail(row)
        await self._apply(row, {name: value for name in data.__struct_fields__ if (value := getattr(data, name)) is not UNSET})
        await self._rows.save(row)
        self._record("changed", row, before, _trail(row))
        return CalendarOut.of(row)

    async def delete(self, calendar_id: uuid.UUID) -> None:
        """Its bookings of the past go with it. Raises `Conflict` while some are to come."""
        row = await self._find(calendar_id, lock=True)
        if await self._rows.is_booked(row.id, self._unit.now):
            raise Conflict("Bookings in this calendar are still to come; cancel them first.", code="calendar_booked")
        await self._rows.forget_bookings(row.id)
        self._record("deleted", row, _trail(row), None)
        await self._rows.delete(row)

    async def availability(self, calendar_id: uuid.UUID, first: date | None, last: date | None) -> AvailabilityOut:
        """Free slots of the days from `first` (today) to `last` (six days later), as the calendar's clock has them."""
        row = await self._find(calendar_id)
        found = Availability(self._rows, row, self._unit.now)
        first = first or found.today
        if first > date.max.replace(year=9000):
            raise Invalid.field("from", "This day is too far away.")
        last = last or date.fromordinal(first.toordinal() + 6)
        return AvailabilityOut(row.time_zone, [FreeSlot.of(slot, free) for slot, free in await found.between(first, last)])

    async def _apply(self, row: Calendar, sent: dict[str, Any]) -> None:
        if sent.get("assistant_id") is not None:
            await self._lookups.active_assistant(sent["assistant_id"])
        if "name" in sent and await self._rows.calendar_named(sent["name"]) not in (None, row.id):
            raise Conflict("There is a calendar with this name already.", code="calendar_exists")
        if "weekly" in sent:
            row.weekly = to_builtins(sent["weekly"])
            ranges(row.weekly)
        if "time_zone" in sent:
            row.time_zone, row.read_at = zone_known(sent["time_zone"]), None
        if "blocked_dates" in sent:
            row.blocked_dates = sorted(set(sent["blocked_dates"]))
        if "reminder_offsets_s" in sent:
            row.reminder_offsets_s = sorted(set(sent["reminder_offsets_s"]), reverse=True)
        if "busy_url" in sent:
            await self._follow(row, sent["busy_url"])
        for name in _PLAIN:
            if name in sent:
                setattr(row, name, sent[name])

    async def _follow(self, row: Calendar, url: str | None) -> None:
        """The calendar at the address from now on; it is read at once."""
        row.refreshed_at, row.read_at, row.etag, row.error, row.failures = None, None, "", "", 0
        if url is None:
            row.busy_url_sealed, row.busy_url_host, row.next_refresh_at = None, "", None
            await self._rows.put_busy(row.id, ())
            return
        url = f"https://{url[9:]}" if url.lower().startswith("webcal://") else url
        try:
            row.busy_url_host = self._guard.check_url(url).hostname or ""
        except Forbidden as error:
            raise Invalid.field("busy_url", str(error)) from error
        row.busy_url_sealed, row.next_refresh_at = self._box.seal(url), self._unit.now
        self._unit.nudges.add(TASK)

    async def _find(self, calendar_id: uuid.UUID, *, lock: bool = False) -> Calendar:
        row = await self._rows.calendar(calendar_id, lock=lock)
        if row is None:
            raise NotFound.of("calendar")
        return row

    def _record(self, what: str, row: Calendar, before: dict[str, Any] | None, after: dict[str, Any] | None) -> None:
        record(self._unit, self._workspace_id, f"calendar.{what}", "calendar", row.id, before, after)


def _trail(row: Calendar) -> dict[str, Any]:
    """Never the address, which is secret."""
    return {name: getattr(row, name) for name in _TRAIL} | {"blocked_dates": [day.isoformat() for day in row.blocked_dates]}
