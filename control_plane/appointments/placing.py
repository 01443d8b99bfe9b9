"""Makes the calls of reminders and draws the conclusions from their ends. One transaction each, safe to repeat and to run beside another.

A reminder and its call are committed together, so nobody is reminded twice whatever dies when. The calls go through the service of
`POST /calls`: gate, caps and ledger are the same.
"""

import uuid
from datetime import datetime, timedelta

from control_plane.appointments.repository import AppointmentRepository, ReminderWork
from control_plane.appointments.service import replan, tell
from control_plane.appointments.together import agenda_of, give_up, is_called_about, join, place_of, take_along
from control_plane.audit.service import record
from control_plane.calls.giving_way import ANOTHER_CALL, WE_FAILED, moved_to
from control_plane.calls.meeting_repository import Own, Whom
from control_plane.calls.repository import NOT_STORED, CallRepository
from control_plane.calls.schemas import NewCall
from control_plane.calls.service import CallService
from control_plane.db.models import Appointment, AppointmentReminder, Call, Contact
from control_plane.db.unit import Unit
from control_plane.domain.call_state import BEFORE_DIAL, FINAL, CallState
from control_plane.domain.errors import CallwrightError, Conflict, Unavailable
from control_plane.domain.reminding import LABELS, LAST_CALL, REMINDED, STATUS_OF_LABEL, label_at, time_of
from control_plane.kit import metrics
from control_plane.schedules import merging
from sip_config.contract import EventKind, Outcome, Speaker

LOOK_AGAIN = timedelta(minutes=1)
"""After something that a person or a task may mend: a trunk that is not connected yet, an assistant that is not published."""
_MOST_EVIDENCE = 2000
_TOO_LATE = "It was too late to remind of it."
IN_ONE_CALL = "Settled by the call of another of its reminders, which had not ended by then."
WAITS_FOR_WORD = "Waits to hear what came of the call of another of its reminders."


async def make(unit: Unit, reminder_id: uuid.UUID) -> None:
    """The call of a reminder that is due; or why there is none."""
    taken = await ReminderWork(unit.session).take(reminder_id, "waiting")
    if taken is None or taken[1].due_at > unit.now:
        return
    row, reminder = taken
    obstacle = _obstacle(unit, row, reminder)
    if obstacle:
        _close(unit, reminder, "skipped", obstacle)
        return
    if is_called_about(row):
        await _follow_other(unit, row, reminder)
        return
    if await join(unit, row, reminder):
        return
    later = await _moved_to(unit, row)
    if later is not None:
        reminder.due_at, reminder.note = later, ANOTHER_CALL
        return
    try:
        call = await _call(unit, row, reminder)
    except (Conflict, Unavailable) as error:
        reminder.due_at, reminder.note = unit.now + LOOK_AGAIN, error.detail
    except CallwrightError as error:
        _close(unit, reminder, "skipped", error.detail)
    else:
        reminder.state, reminder.call_id = "calling", call.id
        await take_along(unit, call, row, lambda other, its: not _obstacle(unit, other, its))
        await merging.take_along(unit, call)
        await merging.take_over(unit, call)
        reminder.note = reminder.note if reminder.note in (ANOTHER_CALL, WE_FAILED) else ""


async def _follow_other(unit: Unit, row: Appointment, reminder: AppointmentReminder) -> None:
    """Another reminder of the appointment has its call. The person is reminded in that one; when it is over, what they have said in it
    decides first whether they are to be reminded again."""
    others = [each.call_id for each in row.reminders if each.state == "calling"]
    calls = [await ReminderWork(unit.session).call(call_id) for call_id in others]
    if any(call is not None and call.state not in FINAL for call in calls):
        _close(unit, reminder, "skipped", IN_ONE_CALL)
    else:
        reminder.due_at, reminder.note = unit.now + LOOK_AGAIN, reminder.note or WAITS_FOR_WORD


async def _moved_to(unit: Unit, row: Appointment) -> datetime | None:
    """Other reminders of the same appointment keep the time that was wished for them."""
    own = Own(call_ids=[each.call_id for each in row.reminders if each.call_id is not None])
    return await moved_to(unit, Whom(row.workspace_id, row.contact_id), row.starts_at - LAST_CALL, own)


async def conclude(unit: Unit, reminder_id: uuid.UUID) -> None:
    """The call of a reminder is over: what the person has said becomes the appointment's status, with their own words."""
    taken = await ReminderWork(unit.session).take(reminder_id, "calling")
    if taken is None:
        return
    row, reminder = taken
    call = await ReminderWork(unit.session).call(reminder.call_id)
    if _may_try_again(unit, row, reminder, call):
        reminder.state, reminder.due_at, reminder.note = "waiting", unit.now + LOOK_AGAIN, WE_FAILED
        return
    if call is not None and call.state == CallState.RELEASED and _is_put_back(unit, reminder, call):
        return
    status = await _status(unit, reminder, call)
    _close(unit, reminder, "done", _end_in_words(call, status))
    if call is None or status is None or reminder.starts_at != row.starts_at:
        return
    before, row.status, row.status_call_id = row.status, status, call.id
    row.evidence = await _words(unit, call)
    replan(row, unit.now)
    await unit.session.flush()
    if status == "canceled":
        await AppointmentRepository(unit.session, row.workspace_id).give_slot_back(row.id)
    record(unit, row.workspace_id, "appointment.answered", "appointment", row.id, {"status": before}, {"status": status})
    await tell(unit, row, ["status"], call.id)


async def stop(unit: Unit, workspace_id: uuid.UUID, call_id: uuid.UUID, appointment_id: uuid.UUID) -> None:
    """A reminder that has waited until it is too late."""
    calls = CallService(unit, workspace_id)
    if (await calls.get(call_id)).state in BEFORE_DIAL and not await give_up(unit, call_id, appointment_id, _TOO_LATE):
        await calls.end(call_id)


async def _status(unit: Unit, reminder: AppointmentReminder, call: Call | None) -> str | None:
    """What the person has said of this appointment."""
    if call is None or call.answered_at is None:
        return None
    events = await CallRepository(unit.session).events(call.id)
    recorded = [str(event.data.get("label", "")) for event in events if event.kind == EventKind.OUTCOME_SET]
    return STATUS_OF_LABEL.get(label_at(place_of(call, reminder), [*recorded, call.outcome_label or ""]))


def _is_put_back(unit: Unit, reminder: AppointmentReminder, call: Call) -> bool:
    """Nobody was dialled: what was only carried is due by itself, and the call's own a little later, unless somebody ended the call. That
    it is too late by then, or must not be, is found when it is made."""
    is_carried = place_of(call, reminder) > 1
    if call.ended_by_request and not is_carried:
        return False
    reminder.state, reminder.due_at = "waiting", unit.now if is_carried else unit.now + LOOK_AGAIN
    if is_carried:
        reminder.call_id, reminder.note = None, WE_FAILED if reminder.note == WE_FAILED else ""
    return True


def _may_try_again(unit: Unit, row: Appointment, reminder: AppointmentReminder, call: Call | None) -> bool:
    """After our own failure, once."""
    is_ours = call is not None and call.outcome == Outcome.AGENT_FAILURE and not call.ended_by_request
    return is_ours and reminder.note != WE_FAILED and not _obstacle(unit, row, reminder)


def _close(unit: Unit, reminder: AppointmentReminder, state: str, note: str) -> None:
    reminder.state, reminder.note = state, f"{reminder.note} {note}" if reminder.note in (ANOTHER_CALL, merging.MERGED) else note
    unit.once_committed(metrics.REMINDERS.labels(state).inc)


def _obstacle(unit: Unit, row: Appointment, reminder: AppointmentReminder) -> str:
    if row.status not in REMINDED or reminder.starts_at != row.starts_at:
        return "The appointment was moved or given up."
    if unit.now >= row.starts_at - LAST_CALL:
        return _TOO_LATE
    later = [r for r in row.reminders if r.starts_at == row.starts_at and r.offset_s < reminder.offset_s]
    return "A later reminder was due already." if any(r.state in ("waiting", "done") and r.due_at <= unit.now for r in later) else ""


async def _call(unit: Unit, row: Appointment, reminder: AppointmentReminder) -> Call:
    contact: Contact = await ReminderWork(unit.session).contact(row.contact_id)
    at = time_of(row.starts_at, row.time_zone)
    asked = NewCall(
        assistant_id=row.assistant_id,
        contact_id=row.contact_id,
        agenda=agenda_of(row, contact),
        variables={"appointment_time": at, "appointment_place": row.place, "appointment_title": row.title},
        metadata={"appointment_id": str(row.id), "offset_s": reminder.offset_s},
    )
    service = CallService(unit, row.workspace_id)
    return await service.create(asked, start_by=row.starts_at - LAST_CALL, outcome_labels=LABELS)


async def _words(unit: Unit, call: Call) -> str:
    turns = await CallRepository(unit.session).turns(call.id)
    said = [turn.text for turn in turns if turn.speaker == Speaker.CALLEE and turn.text != NOT_STORED]
    return "\n".join(said)[:_MOST_EVIDENCE]


def _end_in_words(call: Call | None, status: str | None) -> str:
    if call is None:
        return "The call is no longer on record."
    if call.answered_at is None and call.state == CallState.LOST:
        return "Nobody can say what became of the call."
    if call.answered_at is None:
        return "Nobody was reached."
    return f"Answered: {status.replace('_', ' ')}." if status else "Answered, without a word on whether they will come."
