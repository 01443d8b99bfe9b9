"""Appointments of one person, of which one assistant is to remind them at about the same time, are reminded of in one call.

It is the call of the first; what the others are about stands in its agenda behind it (`schedules/merging.saying`), with outcomes of their
own. It is left again by what is not to be said any more, as long as no agent knows of the call; when it is given up for the sake of one
appointment, the others are reminded of by themselves.
"""

import uuid
from collections.abc import Callable

from control_plane.appointments.repository import ReminderWork
from control_plane.calls.giving_way import WE_FAILED
from control_plane.calls.meeting_repository import MeetingRepository, Whom
from control_plane.calls.repository import CallRepository
from control_plane.db.models import Appointment, AppointmentReminder, Call, Contact
from control_plane.db.unit import Unit
from control_plane.domain.call_state import CallState
from control_plane.domain.reminding import LAST_CALL, agenda
from control_plane.schedules.merging import MERGED, MOST, TOGETHER, is_full, let_go, saying


async def join(unit: Unit, row: Appointment, reminder: AppointmentReminder) -> bool:
    """Into the call of another appointment's reminder that waits already and that no agent knows of."""
    await MeetingRepository(unit.session).take_turns(Whom(row.workspace_id, row.contact_id))
    work = ReminderWork(unit.session)
    host = await work.host(row, unit.now + TOGETHER, row.starts_at - LAST_CALL)
    if host is None or is_full(host):
        return False
    _carry(host, row, reminder, await work.contact(row.contact_id))
    return True


async def take_along(unit: Unit, host: Call, row: Appointment, may_be_made: Callable[[Appointment, AppointmentReminder], bool]) -> None:
    """With the call of a reminder of `row` that was made just now: those of the person's other appointments that are due by then, too."""
    if host.due_at > unit.now + TOGETHER:
        return
    work = ReminderWork(unit.session)
    contact = await work.contact(row.contact_id)
    for other, reminder in await work.companions(row, unit.now + TOGETHER, MOST):
        is_in_time = host.due_at <= other.starts_at - LAST_CALL
        if is_in_time and not is_called_about(other) and not is_full(host) and may_be_made(other, reminder):
            _carry(host, other, reminder, contact)
    await unit.session.flush()


async def give_up(unit: Unit, call_id: uuid.UUID, appointment_id: uuid.UUID, note: str) -> bool:
    """This appointment is not to be spoken of in the call any more: it is taken out where it is only carried, and `note` says why. False
    for its own call, which has to be ended, and for one whose agent knows of it; then the others are due by themselves."""
    work = ReminderWork(unit.session)
    if await work.is_carried(call_id, appointment_id):
        host = await CallRepository(unit.session).lock(call_id)
        if host is not None and host.state == CallState.QUEUED and not host.agent_generation:
            left = [each for each in host.request.get("carries", []) if each.get("appointment_id") != str(appointment_id)]
            host.request = saying(host.request, left)
            await work.cancel(call_id, appointment_id, note)
            return True
    # Before the call is locked, as it is done where a schedule is paused; who does that waits for no call that an agent knows of.
    await let_go(unit, call_id)
    await work.set_free(call_id, appointment_id, unit.now)
    return False


def is_called_about(row: Appointment) -> bool:
    """Whether the person is being reminded of it, or was in a call of which nothing has been concluded yet: offsets may lie so close
    together that the next one falls into the call of the one before, and nobody is told the same twice."""
    return any(each.state == "calling" for each in row.reminders)


def place_of(call: Call, reminder: AppointmentReminder) -> int:
    """Of the reminder's appointment in the agenda of the call; 1 where it is the call's own."""
    carries = call.request.get("carries", [])
    return next((place for place, each in enumerate(carries, start=2) if each.get("reminder_id") == str(reminder.id)), 1)


def agenda_of(row: Appointment, contact: Contact) -> str:
    return agenda(contact.name, row.title, row.starts_at, row.time_zone, row.place)[:2000]


def _carry(host: Call, row: Appointment, reminder: AppointmentReminder, contact: Contact) -> None:
    carried = {"reminder_id": str(reminder.id), "appointment_id": str(row.id), "agenda": agenda_of(row, contact)}
    host.request = saying(host.request, [*host.request.get("carries", []), carried])
    reminder.state, reminder.call_id = "calling", host.id
    if reminder.note != WE_FAILED:
        reminder.note = MERGED
