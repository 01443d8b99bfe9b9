"""Bookings as people make, move and cancel them.

What is booked for a contact is an appointment too, of which they are reminded; the two are moved and canceled together. Rows are locked in
the order call, contact, appointment, calendar, booking.
"""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from msgspec import UNSET

from control_plane.appointments.schemas import AppointmentIn, AppointmentPatch
from control_plane.appointments.service import AppointmentService
from control_plane.audit.service import record
from control_plane.bookings.availability import Availability, is_near
from control_plane.bookings.repository import BookingRepository
from control_plane.bookings.schemas import BookingIn, BookingOut, BookingPatch
from control_plane.calls.lookup_repository import LookupRepository
from control_plane.db.models import Booking, Calendar
from control_plane.db.unit import Unit
from control_plane.domain import phone
from control_plane.domain.errors import Conflict, NotFound, Refused
from control_plane.kit.etags import require_match
from control_plane.kit.ids import new_id
from control_plane.kit.pagination import Page, page_of
from control_plane.webhooks.events import emit

_TRAIL = ("calendar_id", "contact_id", "starts_at", "seat", "status", "appointment_id", "call_id")


@dataclass(frozen=True, slots=True)
class Source:
    """The call in which a booking is made, and its assistant, who reminds where the calendar names nobody."""

    call_id: uuid.UUID
    assistant_id: uuid.UUID


class BookingService:
    def __init__(self, unit: Unit, workspace_id: uuid.UUID) -> None:
        self._unit = unit
        self._workspace_id = workspace_id
        self._rows = BookingRepository(unit.session, workspace_id)
        self._lookups = LookupRepository(unit.session, workspace_id)
        self._appointments = AppointmentService(unit, workspace_id)

    async def listing(self, limit: int, cursor: str | None, **filters: Any) -> Page[BookingOut]:
        query = self._rows.bookings(**filters)
        return await page_of(self._unit.session, query, Booking.id, BookingOut.of, limit=limit, cursor=cursor)

    async def get(self, booking_id: uuid.UUID) -> BookingOut:
        return BookingOut.of(await self._find(booking_id))

    async def create(self, data: BookingIn, source: Source | None = None) -> BookingOut:
        """Raises `NotFound` for a foreign calendar or contact, `Conflict` for a time that is no slot or not free."""
        e164 = phone.require(data.e164) if data.e164 else None
        contact_id = data.contact_id or (await self._lookups.contact_with(e164) if e164 else None)
        contact = await self._rows.keep_contact(contact_id) if contact_id else None
        if data.contact_id is not None and contact is None:
            raise NotFound.of("contact")
        calendar = await self._calendar(data.calendar_id)
        name = data.name or (contact.name if contact else "")
        row = Booking(id=new_id(), workspace_id=self._workspace_id, calendar_id=calendar.id, contact_id=contact.id if contact else None)
        row.name, row.e164, row.note, row.call_id = name, e164, data.note, source.call_id if source else None
        await self._take(row, calendar, data.starts_at)
        remind = calendar.assistant_id or (source.assistant_id if source else None)
        if contact is not None and remind is not None:
            row.appointment_id = await self._remind(row, calendar, remind)
            await self._rows.save(row)
        record(self._unit, self._workspace_id, "booking.created", "booking", row.id, None, _trail(row))
        await self._tell(row, ["status"])
        return BookingOut.of(row)

    async def update(self, booking_id: uuid.UUID, data: BookingPatch, if_match: str | None = None) -> BookingOut:
        """Change what was sent. Raises `Conflict` for a time that is not free."""
        seen = await self._find(booking_id)
        changes: dict[str, Any] = {name: value for name in data.__struct_fields__ if (value := getattr(data, name)) is not UNSET}
        if not is_near(changes.get("starts_at", self._unit.now), self._unit.now):
            raise Conflict("No slot that can be booked begins then.", code="no_such_slot")
        if seen.appointment_id is not None:
            await self._follow(seen.appointment_id, changes, seen)
        calendar = await self._calendar(seen.calendar_id)
        row = await self._find(booking_id, lock=True)
        require_match(if_match, BookingOut.of(row), BookingPatch)
        before = _trail(row)
        changed = [name for name, value in changes.items() if getattr(row, name) != value]
        row.name, row.note = changes.get("name", row.name), changes.get("note", row.note)
        await self._place(row, calendar, changes.get("status", row.status), changes.get("starts_at", row.starts_at))
        record(self._unit, self._workspace_id, "booking.changed", "booking", row.id, before, _trail(row))
        if changed:
            await self._tell(row, changed)
        return BookingOut.of(row)

    async def delete(self, booking_id: uuid.UUID) -> None:
        """Its appointment is canceled."""
        seen = await self._find(booking_id)
        if seen.appointment_id is not None:
            await self._appointments.update(seen.appointment_id, AppointmentPatch(status="canceled"), of_booking=True)
        row = await self._find(booking_id, lock=True)
        record(self._unit, self._workspace_id, "booking.deleted", "booking", row.id, _trail(row), None)
        await self._rows.delete(row)

    async def _place(self, row: Booking, calendar: Calendar, status: str, starts_at: datetime) -> None:
        """Another time, or the same one again, takes a seat; a canceled booking holds none."""
        if status == "canceled":
            row.status = status
            if starts_at != row.starts_at:
                raise Conflict("A booking that is canceled cannot be moved.", code="booking_canceled")
        elif (status, starts_at) != (row.status, row.starts_at):
            await self._take(row, calendar, starts_at)
            return
        await self._rows.save(row)

    async def _take(self, row: Booking, calendar: Calendar, starts_at: datetime) -> None:
        free = Availability(self._rows, calendar, self._unit.now)
        slot, row.seat = await free.seat(starts_at, but_for=row.id)
        row.starts_at, row.ends_at, row.held_until, row.status = slot.starts_at, slot.ends_at, slot.held_until, "booked"
        if not await self._rows.save_if_free(row):
            raise Conflict("This time is not free any more.", code="slot_taken")

    async def _remind(self, row: Booking, calendar: Calendar, assistant_id: uuid.UUID) -> uuid.UUID | None:
        """The appointment. None where the assistant is switched off: nobody reminds then, and the time is booked all the same."""
        assert row.contact_id is not None
        try:
            await self._lookups.active_assistant(assistant_id)
        except Refused:
            return None
        data = AppointmentIn(
            contact_id=row.contact_id,
            assistant_id=assistant_id,
            starts_at=row.starts_at,
            title=calendar.title or calendar.name,
            place=calendar.place,
            time_zone=calendar.time_zone,
            reminder_offsets_s=calendar.reminder_offsets_s,
        )
        return (await self._appointments.create(data)).id

    async def _follow(self, appointment_id: uuid.UUID, changes: dict[str, Any], seen: Booking) -> None:
        """The appointment of a booking that is moved, canceled or taken up again."""
        told = AppointmentPatch()
        if changes.get("starts_at", seen.starts_at) != seen.starts_at:
            told.starts_at = changes["starts_at"]
        if changes.get("status", seen.status) != seen.status:
            told.status = "canceled" if changes["status"] == "canceled" else "scheduled"
        if told != AppointmentPatch():
            await self._appointments.update(appointment_id, told, of_booking=True)

    async def _tell(self, row: Booking, changed: Iterable[str]) -> None:
        data = {"booking_id": row.id, "calendar_id": row.calendar_id, "contact_id": row.contact_id, "status": row.status}
        data |= {"starts_at": row.starts_at, "changed": sorted(changed), "url": f"/api/v1/bookings/{row.id}"}
        await emit(self._unit, self._workspace_id, "booking.updated", data, call_id=row.call_id)

    async def _calendar(self, calendar_id: uuid.UUID) -> Calendar:
        """Locked: who else wants a seat in it waits and then sees what is taken."""
        row = await self._rows.calendar(calendar_id, lock=True)
        if row is None:
            raise NotFound.of("calendar")
        return row

    async def _find(self, booking_id: uuid.UUID, *, lock: bool = False) -> Booking:
        row = await self._rows.booking(booking_id, lock=lock)
        if row is None:
            raise NotFound.of("booking")
        return row


def _trail(row: Booking) -> dict[str, Any]:
    return {name: getattr(row, name) for name in _TRAIL}
