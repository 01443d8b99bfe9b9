"""SQL of appointments and their reminders."""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, and_, case, exists, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from control_plane.calls.giving_way import WE_FAILED
from control_plane.db.models import Appointment, AppointmentReminder, Booking, Call, Contact, ContactPhone, GateVerdict
from control_plane.domain.call_state import AT_THE_PHONE, BEFORE_DIAL, FINAL, CallState
from control_plane.domain.reminding import REMINDED


class AppointmentRepository:
    def __init__(self, session: AsyncSession, workspace_id: uuid.UUID) -> None:
        self._session = session
        self._workspace_id = workspace_id

    async def add(self, row: Appointment) -> None:
        self._session.add(row)
        await self.save(row)

    async def save(self, row: Appointment) -> None:
        await self._session.flush()
        await self._session.refresh(row)
        await self._session.refresh(row, ["reminders"])

    async def delete(self, row: Appointment) -> None:
        await self._session.delete(row)
        await self._session.flush()

    async def find(self, appointment_id: uuid.UUID, *, lock: bool = False) -> Appointment | None:
        query = select(Appointment).where(Appointment.id == appointment_id, Appointment.workspace_id == self._workspace_id)
        if lock:
            await _keep_contact(self._session, Appointment.id == appointment_id)
            query = query.with_for_update(of=Appointment).execution_options(populate_existing=True)
        return await self._session.scalar(query)

    async def by_external_id(self, external_id: str) -> uuid.UUID | None:
        query = select(Appointment.id).where(Appointment.workspace_id == self._workspace_id, Appointment.external_id == external_id)
        return await self._session.scalar(query)

    def listing(
        self, *, contact_id: uuid.UUID | None, status: str | None, since: datetime | None, until: datetime | None
    ) -> Select[Appointment]:
        query = select(Appointment).where(Appointment.workspace_id == self._workspace_id)
        given = ((Appointment.contact_id, contact_id), (Appointment.status, status))
        query = query.where(*(column == value for column, value in given if value is not None))
        query = query if since is None else query.where(Appointment.starts_at >= since)
        return query if until is None else query.where(Appointment.starts_at < until)

    async def contacts_with(self, e164: str) -> Sequence[uuid.UUID]:
        """At most two: more than one is already one too many to know who is meant."""
        query = select(ContactPhone.contact_id).where(ContactPhone.workspace_id == self._workspace_id, ContactPhone.e164 == e164)
        return (await self._session.scalars(query.limit(2))).all()

    async def is_booked(self, appointment_id: uuid.UUID) -> bool:
        """Whether it stands for a booking, which decides on its time."""
        query = select(Booking.id).where(Booking.appointment_id == appointment_id, Booking.workspace_id == self._workspace_id)
        return await self._session.scalar(query.limit(1)) is not None

    async def give_slot_back(self, appointment_id: uuid.UUID) -> None:
        """Who will not come needs no seat in a calendar."""
        mine = (Booking.appointment_id == appointment_id, Booking.workspace_id == self._workspace_id, Booking.status == "booked")
        await self._session.execute(update(Booking).where(*mine).values(status="canceled"))

    async def unanswered_calls(self, appointment_id: uuid.UUID) -> Sequence[uuid.UUID]:
        """Reminders that are on their way to a phone that nobody has picked up."""
        query = select(Call.id).join(AppointmentReminder, AppointmentReminder.call_id == Call.id)
        query = query.where(AppointmentReminder.appointment_id == appointment_id, AppointmentReminder.state == "calling")
        query = query.where(Call.workspace_id == self._workspace_id, Call.state.in_(BEFORE_DIAL | AT_THE_PHONE))
        return (await self._session.scalars(query.order_by(Call.id))).all()


class ReminderWork:
    """What waits to be done in any workspace: ids to look at, and rows taken for one transaction."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def due(self, now: datetime, limit: int) -> Sequence[uuid.UUID]:
        query = select(AppointmentReminder.id).where(AppointmentReminder.state == "waiting", AppointmentReminder.due_at <= now)
        return (await self._session.scalars(query.order_by(AppointmentReminder.due_at, AppointmentReminder.id).limit(limit))).all()

    async def ended(self, now: datetime, patience: timedelta, limit: int) -> Sequence[uuid.UUID]:
        """Reminders whose call is over and told of; after a while also without the agent's report, which may come of a lost call too, as
        long as its phone may be in use. A call that is gone is over as well."""
        was_not_answered = and_(Call.answered_at.is_(None), Call.state != CallState.LOST)
        is_silent = and_(Call.updated_at < now - patience, or_(Call.state != CallState.LOST, ~Call.holds_number))
        told = or_(Call.reported_at.is_not(None), was_not_answered, is_silent)
        over = or_(Call.id.is_(None), and_(Call.state.in_(FINAL), told))
        query = select(AppointmentReminder.id).outerjoin(Call, Call.id == AppointmentReminder.call_id)
        return (await self._session.scalars(query.where(AppointmentReminder.state == "calling", over).limit(limit))).all()

    async def outdated(self, begins_before: datetime, limit: int) -> Sequence[tuple[uuid.UUID, uuid.UUID, uuid.UUID]]:
        """Workspace and id of calls that wait still although this appointment of theirs is about to begin."""
        query = select(Call.workspace_id, Call.id, AppointmentReminder.appointment_id)
        query = query.join(AppointmentReminder, AppointmentReminder.call_id == Call.id)
        query = query.where(AppointmentReminder.state == "calling", AppointmentReminder.starts_at <= begins_before)
        rows = await self._session.execute(query.where(Call.state.in_(BEFORE_DIAL), ~Call.ended_by_request).limit(limit))
        return [(workspace_id, call_id, appointment_id) for workspace_id, call_id, appointment_id in rows]

    async def take(self, reminder_id: uuid.UUID, state: str) -> tuple[Appointment, AppointmentReminder] | None:
        """The reminder in this state with its appointment, both locked; None when it is no longer so, or another worker has it."""
        of_reminder = AppointmentReminder.appointment_id == Appointment.id
        appointment_id = await self._session.scalar(
            select(AppointmentReminder.appointment_id).where(AppointmentReminder.id == reminder_id, AppointmentReminder.state == state)
        )
        if appointment_id is None:
            return None
        await _keep_contact(self._session, Appointment.id == appointment_id)
        query = select(Appointment, AppointmentReminder).join(AppointmentReminder, of_reminder)
        query = query.where(AppointmentReminder.id == reminder_id, AppointmentReminder.state == state)
        locked = query.with_for_update(skip_locked=True, of=(Appointment, AppointmentReminder))
        row = (await self._session.execute(locked, execution_options={"populate_existing": True})).first()
        return (row[0], row[1]) if row is not None else None

    async def host(self, row: Appointment, soon: datetime, latest: datetime) -> Call | None:
        """The call of another appointment's reminder, by the same assistant for the same person, that no agent knows of: due soon or held
        back by the gate. Locked; none that somebody else has, for calls are locked before appointments otherwise."""
        of_other = exists().where(
            AppointmentReminder.call_id == Call.id, AppointmentReminder.state == "calling", AppointmentReminder.appointment_id != row.id
        )
        is_held_back = exists().where(GateVerdict.id == Call.verdict_id, GateVerdict.decision == "wait")
        query = select(Call).where(Call.workspace_id == row.workspace_id, Call.contact_id == row.contact_id, of_other)
        query = query.where(Call.assistant_id == row.assistant_id, Call.state == "queued", Call.claimed_at.is_(None))
        query = query.where(Call.agent_generation == 0, ~Call.ended_by_request, Call.schedule_run_id.is_(None))
        query = query.where(Call.due_at <= latest, or_(Call.due_at <= soon, is_held_back)).order_by(Call.due_at).limit(1)
        locked = query.with_for_update(of=Call, skip_locked=True).execution_options(populate_existing=True)
        return await self._session.scalar(locked)

    async def companions(self, row: Appointment, until: datetime, most: int) -> Sequence[tuple[Appointment, AppointmentReminder]]:
        """Reminders of the person's other appointments by the same assistant that are due by then, both locked; none that another worker
        has."""
        same = (Appointment.contact_id == row.contact_id, Appointment.assistant_id == row.assistant_id, Appointment.id != row.id)
        query = select(Appointment, AppointmentReminder).join(AppointmentReminder, AppointmentReminder.appointment_id == Appointment.id)
        query = query.where(*same, Appointment.workspace_id == row.workspace_id, Appointment.status.in_(REMINDED))
        query = query.where(AppointmentReminder.state == "waiting", AppointmentReminder.due_at <= until)
        query = query.where(AppointmentReminder.starts_at == Appointment.starts_at).order_by(AppointmentReminder.due_at).limit(most)
        locked = query.with_for_update(skip_locked=True, of=(Appointment, AppointmentReminder))
        rows = await self._session.execute(locked, execution_options={"populate_existing": True})
        return [(appointment, reminder) for appointment, reminder in rows]

    async def is_carried(self, call_id: uuid.UUID, appointment_id: uuid.UUID) -> bool:
        """Whether the call is another appointment's and carries this one; read without a lock."""
        request = await self._session.scalar(select(Call.request).where(Call.id == call_id)) or {}
        return any(each.get("appointment_id") == str(appointment_id) for each in request.get("carries", []))

    async def cancel(self, call_id: uuid.UUID, appointment_id: uuid.UUID, note: str) -> None:
        """The appointment's reminder in this call is none any more."""
        reminder = AppointmentReminder
        mine = (reminder.call_id == call_id, reminder.appointment_id == appointment_id, reminder.state == "calling")
        await self._session.execute(update(reminder).where(*mine).values(state="canceled", note=note, call_id=None))

    async def set_free(self, call_id: uuid.UUID, appointment_id: uuid.UUID, now: datetime) -> None:
        """The reminders in this call of all other appointments are to be made without it."""
        reminder = AppointmentReminder
        others = (reminder.call_id == call_id, reminder.appointment_id != appointment_id, reminder.state == "calling")
        note = case((reminder.note == WE_FAILED, WE_FAILED), else_="")
        await self._session.execute(update(reminder).where(*others).values(state="waiting", due_at=now, call_id=None, note=note))

    async def contact(self, contact_id: uuid.UUID) -> Contact:
        return await self._session.get_one(Contact, contact_id)

    async def call(self, call_id: uuid.UUID | None) -> Call | None:
        return await self._session.get(Call, call_id, populate_existing=True) if call_id is not None else None


async def _keep_contact(session: AsyncSession, which: ColumnElement[bool]) -> None:
    """Erasing a person takes the contact before what hangs on it, so this does too."""
    query = select(Contact.id).join(Appointment, Appointment.contact_id == Contact.id).where(which)
    await session.execute(query.with_for_update(read=True, key_share=True, of=Contact))
