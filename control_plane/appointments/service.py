"""Appointments as people make, move and cancel them. Their calls are made in `placing`."""

import uuid
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from msgspec import UNSET

from control_plane.appointments.repository import AppointmentRepository
from control_plane.appointments.schemas import AppointmentIn, AppointmentOut, AppointmentPatch
from control_plane.appointments.together import give_up
from control_plane.audit.service import record
from control_plane.calls.lookup_repository import LookupRepository
from control_plane.calls.service import CallService
from control_plane.contacts.repository import ContactRepository
from control_plane.db.models import Appointment, AppointmentReminder
from control_plane.db.unit import Unit
from control_plane.domain.errors import Conflict, Invalid, NotFound
from control_plane.domain.reminding import REMINDED, plan
from control_plane.domain.rule_values import is_zone
from control_plane.kit.etags import require_match
from control_plane.kit.ids import new_id
from control_plane.kit.pagination import Page, page_of
from control_plane.webhooks.events import emit

_TRAIL = ("contact_id", "assistant_id", "external_id", "starts_at", "time_zone", "status", "reminder_offsets_s")
_CANCELED = "The appointment was moved or given up."


class AppointmentService:
    def __init__(self, unit: Unit, workspace_id: uuid.UUID) -> None:
        self._unit = unit
        self._workspace_id = workspace_id
        self._rows = AppointmentRepository(unit.session, workspace_id)
        self._lookups = LookupRepository(unit.session, workspace_id)

    async def create(self, data: AppointmentIn) -> AppointmentOut:
        """Raises `NotFound` for a foreign contact or assistant, `Conflict` for an `external_id` that is there already."""
        if await ContactRepository(self._unit.session, self._workspace_id).find(data.contact_id) is None:
            raise NotFound.of("contact")
        await self._lookups.active_assistant(data.assistant_id)
        await self._require_new(data.external_id)
        row = Appointment(
            id=new_id(),
            workspace_id=self._workspace_id,
            contact_id=data.contact_id,
            assistant_id=data.assistant_id,
            external_id=data.external_id,
            title=data.title,
            place=data.place,
            starts_at=data.starts_at,
            time_zone=zone_known(data.time_zone or (await self._lookups.workspace()).time_zone),
            reminder_offsets_s=_offsets(data.reminder_offsets_s),
            status="scheduled",
            reminders=[],
        )
        replan(row, self._unit.now)
        await self._rows.add(row)
        record(self._unit, self._workspace_id, "appointment.created", "appointment", row.id, None, _trail(row))
        return AppointmentOut.of(row)

    async def get(self, appointment_id: uuid.UUID) -> AppointmentOut:
        return AppointmentOut.of(await self._find(appointment_id))

    async def listing(self, limit: int, cursor: str | None, **filters: Any) -> Page[AppointmentOut]:
        query = self._rows.listing(**filters)
        return await page_of(self._unit.session, query, Appointment.id, AppointmentOut.of, limit=limit, cursor=cursor)

    async def by_external_id(self, external_id: str) -> uuid.UUID | None:
        return await self._rows.by_external_id(external_id)

    async def update(
        self, appointment_id: uuid.UUID, data: AppointmentPatch, if_match: str | None = None, *, of_booking: bool = False
    ) -> AppointmentOut:
        """Change what was sent. Moving or giving up ends a reminder that nobody has answered yet, in this transaction. Given up, its slot
        in a calendar is free again. Raises `Conflict` for another time of a booking's appointment, unless it comes from there."""
        changes = {name: value for name in data.__struct_fields__ if (value := getattr(data, name)) is not UNSET}
        await self._check(appointment_id, changes)
        ends_calls = "starts_at" in changes or changes.get("status", "scheduled") not in REMINDED
        if ends_calls:
            # Before the appointment is locked: calls are locked before everything else.
            await self._end_calls(appointment_id)
        row = await self._find(appointment_id, lock=True)
        require_match(if_match, AppointmentOut.of(row), AppointmentPatch)
        before = _trail(row)
        if not of_booking:
            await self._heed_booking(row, changes)
        changed = _apply(row, changes)
        if ends_calls:
            await self._end_calls(appointment_id)
        replan(row, self._unit.now)
        await self._rows.save(row)
        record(self._unit, self._workspace_id, "appointment.changed", "appointment", row.id, before, _trail(row))
        if changed:
            await tell(self._unit, row, changed)
        return AppointmentOut.of(row)

    async def delete(self, appointment_id: uuid.UUID) -> None:
        await self._end_calls((await self._find(appointment_id)).id)
        row = await self._find(appointment_id, lock=True)
        await self._end_calls(appointment_id)
        record(self._unit, self._workspace_id, "appointment.deleted", "appointment", row.id, _trail(row), None)
        await self._rows.delete(row)

    async def _heed_booking(self, row: Appointment, changes: dict[str, Any]) -> None:
        """The time of what is booked in a calendar is decided there; who gives it up here gives the slot back."""
        moves = changes.get("starts_at", row.starts_at) != row.starts_at
        revives = row.status == "canceled" and changes.get("status", "canceled") != "canceled"
        if (moves or revives) and await self._rows.is_booked(row.id):
            raise Conflict("This appointment is a booking's; change the booking (/bookings).", code="appointment_of_booking")
        if changes.get("status") == "canceled":
            await self._rows.give_slot_back(row.id)

    async def _check(self, appointment_id: uuid.UUID, changes: dict[str, Any]) -> None:
        if "assistant_id" in changes:
            await self._lookups.active_assistant(changes["assistant_id"])
        if "time_zone" in changes:
            zone_known(changes["time_zone"])
        if "reminder_offsets_s" in changes:
            changes["reminder_offsets_s"] = _offsets(changes["reminder_offsets_s"])
        if changes.get("external_id") is not None:
            await self._require_new(changes["external_id"], appointment_id)

    async def _require_new(self, external_id: str | None, own_id: uuid.UUID | None = None) -> None:
        known = await self._rows.by_external_id(external_id) if external_id is not None else None
        if known not in (None, own_id):
            raise Conflict("There is an appointment with this external_id already.", code="appointment_exists")

    async def _end_calls(self, appointment_id: uuid.UUID) -> None:
        calls = CallService(self._unit, self._workspace_id)
        for call_id in await self._rows.unanswered_calls(appointment_id):
            if not await give_up(self._unit, call_id, appointment_id, _CANCELED):
                await calls.end(call_id)

    async def _find(self, appointment_id: uuid.UUID, *, lock: bool = False) -> Appointment:
        row = await self._rows.find(appointment_id, lock=lock)
        if row is None:
            raise NotFound.of("appointment")
        return row


def replan(row: Appointment, now: datetime) -> None:
    """Reminders as time, offsets and status now want them. What was done or skipped stays."""
    is_wanted = row.status in REMINDED
    for reminder in row.reminders:
        is_over = not is_wanted or reminder.starts_at != row.starts_at
        is_dropped = reminder.state == "waiting" and reminder.offset_s not in row.reminder_offsets_s
        if is_dropped or (is_over and reminder.state in ("waiting", "calling")):
            reminder.state, reminder.note = "canceled", _CANCELED
    if not is_wanted:
        return
    known = {reminder.offset_s: reminder for reminder in row.reminders if reminder.starts_at == row.starts_at}
    for planned in plan(row.starts_at, row.reminder_offsets_s, now):
        reminder = known.get(planned.offset_s)
        if reminder is None:
            state = "skipped" if planned.skipped_because else "waiting"
            facts = {"starts_at": row.starts_at, "offset_s": planned.offset_s, "due_at": planned.due_at}
            told = {"state": state, "note": planned.skipped_because}
            row.reminders.append(AppointmentReminder(id=new_id(), workspace_id=row.workspace_id, **facts, **told))
        elif reminder.state == "canceled" and not planned.skipped_because:
            reminder.state, reminder.due_at, reminder.note, reminder.call_id = "waiting", planned.due_at, "", None


async def tell(unit: Unit, row: Appointment, changed: Iterable[str], call_id: uuid.UUID | None = None) -> None:
    data = {"appointment_id": row.id, "contact_id": row.contact_id, "external_id": row.external_id, "status": row.status}
    data |= {"starts_at": row.starts_at, "changed": sorted(changed), "url": f"/api/v1/appointments/{row.id}"}
    await emit(unit, row.workspace_id, "appointment.updated", data, assistant_id=row.assistant_id, call_id=call_id)


def _apply(row: Appointment, changes: dict[str, Any]) -> list[str]:
    """Returns what is other than before. Who has agreed to one time has not agreed to another."""
    is_moved = changes.get("starts_at", row.starts_at) != row.starts_at
    if is_moved:
        changes.setdefault("status", "scheduled")
    if "status" in changes:
        row.status_call_id, row.evidence = None, ""
    changed = [name for name, value in changes.items() if getattr(row, name) != value]
    for name, value in changes.items():
        setattr(row, name, value)
    return changed


def zone_known(name: str) -> str:
    """The zone itself. Raises `Invalid`."""
    if not is_zone(name):
        raise Invalid.field("time_zone", f"The time zone {name!r} is not known; write it like America/New_York.")
    return name


def _offsets(offsets: Iterable[int]) -> list[int]:
    return sorted(set(offsets), reverse=True)


def _trail(row: Appointment) -> dict[str, Any]:
    return {name: getattr(row, name) for name in _TRAIL}
