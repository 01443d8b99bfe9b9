"""SQL of appointments and their reminders."""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, and_, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from control_plane.db.models import Appointment, AppointmentReminder, Booking, Call, Contact, ContactPhone
from control_plane.domain.call_state import AT_THE_PHONE, BEFORE_DIAL, FINAL


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
        """Reminders whose call is over and told of; after a while also without the agent's report. A call that is gone is over too."""
        told = or_(Call.reported_at.is_not(None), Call.answered_at.is_(None), Call.updated_at < now - patience)
        over = or_(Call.id.is_(None), and_(Call.state.in_(FINAL), told))
        query = select(AppointmentReminder.id).outerjoin(Call, Call.id == AppointmentReminder.call_id)
        return (await self._session.scalars(query.where(AppointmentReminder.state == "calling", over).limit(limit))).all()

    async def outdated(self, begins_before: datetime, limit: int) -> Sequence[tuple[uuid.UUID, uuid.UUID]]:
        """Workspace and id of calls that wait still although their appointment is about to begin."""
        query = select(Call.workspace_id, Call.id).join(AppointmentReminder, AppointmentReminder.call_id == Call.id)
        query = query.where(AppointmentReminder.state == "calling", AppointmentReminder.starts_at <= begins_before)
        rows = await self._session.execute(query.where(Call.state.in_(BEFORE_DIAL), ~Call.ended_by_request).limit(limit))
        return [(workspace_id, call_id) for workspace_id, call_id in rows]

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

    async def contact(self, contact_id: uuid.UUID) -> Contact:
        return await self._session.get_one(Contact, contact_id)

    async def call(self, call_id: uuid.UUID | None) -> Call | None:
        return await self._session.get(Call, call_id, populate_existing=True) if call_id is not None else None


async def _keep_contact(session: AsyncSession, which: ColumnElement[bool]) -> None:
    """Erasing a person takes the contact before what hangs on it, so this does too."""
    query = select(Contact.id).join(Appointment, Appointment.contact_id == Contact.id).where(which)
    await session.execute(query.with_for_update(read=True, key_share=True, of=Contact))
