"""SQL of what was planned with and for people, beside their calls: what of it is over its time, and what there is about one person.

A legal hold on the person, on one of their numbers or on a call of it keeps it.
"""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, delete, exists, inspect, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from control_plane.db.models import (
    Activity,
    Appointment,
    AppointmentReminder,
    Booking,
    Call,
    CallAnalysis,
    CheckUp,
    CheckUpContact,
    CheckUpEscalation,
    ContactFact,
    ContactPhone,
    FollowUp,
    FollowUpStep,
    LegalHold,
    Promise,
    RiskFlag,
    Schedule,
    ScheduleRun,
)
from control_plane.kit.ids import first_id_at
from control_plane.records.retention_repository import BATCH

_QUIET = {"synchronize_session": False}
_NOT_TOLD = frozenset({"workspace_id"})


class PlanningRepository:
    def __init__(self, session: AsyncSession, workspace_id: uuid.UUID) -> None:
        self._session = session
        self._workspace_id = workspace_id

    async def forget_runs(self, before: datetime) -> int:
        """A batch of runs of schedules that ended before, with what followed from missed ones; calls stay. Returns how many."""
        of_call = exists().where(Call.schedule_run_id == ScheduleRun.id, self._held(LegalHold.call_id == Call.id))
        held = or_(self._holds_person(Schedule.contact_id), self._held(LegalHold.e164 == Schedule.phone_number), of_call)
        old = select(ScheduleRun.id).join(Schedule, Schedule.id == ScheduleRun.schedule_id).where(~held)
        followed = exists().where(CheckUpEscalation.run_id == ScheduleRun.id, CheckUpEscalation.state == "calling")
        ids = await self._old(ScheduleRun, old.where(ScheduleRun.closed_at < before, ~followed), before)
        await self._delete(CheckUpEscalation.run_id.in_(ids), CheckUpEscalation)
        await self._delete(ScheduleRun.id.in_(ids), ScheduleRun)
        return len(ids)

    async def forget_appointments(self, before: datetime) -> int:
        """A batch of appointments that began before, with their reminders. Returns how many."""
        called = exists().where(
            AppointmentReminder.appointment_id == Appointment.id, self._held(LegalHold.call_id == AppointmentReminder.call_id)
        )
        waits = exists().where(AppointmentReminder.appointment_id == Appointment.id, AppointmentReminder.state == "calling")
        old = select(Appointment.id).where(Appointment.starts_at < before, ~waits, ~called, ~self._holds_person(Appointment.contact_id))
        ids = await self._old(Appointment, old, before)
        await self._delete(Appointment.id.in_(ids), Appointment)
        return len(ids)

    async def forget_bookings(self, before: datetime) -> int:
        """A batch of bookings that began before. Returns how many."""
        held = or_(
            self._holds_person(Booking.contact_id), self._held(or_(LegalHold.e164 == Booking.e164, LegalHold.call_id == Booking.call_id))
        )
        ids = await self._old(Booking, select(Booking.id).where(Booking.starts_at < before, ~held), before)
        await self._delete(Booking.id.in_(ids), Booking)
        return len(ids)

    async def forget_follow_ups(self, before: datetime) -> int:
        """A batch of follow-ups that were closed before, with their steps. Returns how many."""
        called = exists().where(FollowUpStep.follow_up_id == FollowUp.id, self._held(LegalHold.call_id == FollowUpStep.call_id))
        held = or_(
            called,
            self._holds_person(FollowUp.contact_id),
            self._held(or_(LegalHold.e164 == FollowUp.to_e164, LegalHold.call_id == FollowUp.call_id)),
        )
        ids = await self._old(FollowUp, select(FollowUp.id).where(FollowUp.closed_at < before, ~held), before)
        await self._delete(FollowUp.id.in_(ids), FollowUp)
        return len(ids)

    async def about(self, numbers: Sequence[str], contact_ids: Sequence[uuid.UUID], most: int) -> dict[str, list[dict[str, Any]]]:
        """What was planned with and for the person, by kind, the newest of each first: the rows as they stand."""
        calls = select(Call.id).where(
            Call.workspace_id == self._workspace_id, or_(Call.to_e164.in_(numbers), Call.contact_id.in_(contact_ids))
        )
        schedules = or_(Schedule.contact_id.in_(contact_ids), Schedule.phone_number.in_(numbers))
        runs = select(Schedule.id).where(Schedule.workspace_id == self._workspace_id, schedules)
        checkups = select(CheckUp.id).where(CheckUp.contact_id.in_(contact_ids))
        appointments = select(Appointment.id).where(Appointment.contact_id.in_(contact_ids))
        follow_ups = or_(FollowUp.contact_id.in_(contact_ids), FollowUp.to_e164.in_(numbers))
        kinds: Sequence[tuple[str, Any, ColumnElement[bool]]] = (
            ("schedules", Schedule, schedules),
            ("schedule_runs", ScheduleRun, ScheduleRun.schedule_id.in_(runs)),
            ("checkups", CheckUp, CheckUp.contact_id.in_(contact_ids)),
            ("escalations", CheckUpEscalation, CheckUpEscalation.checkup_id.in_(checkups)),
            ("safety_contact_of", CheckUpContact, CheckUpContact.contact_id.in_(contact_ids)),
            ("appointments", Appointment, Appointment.contact_id.in_(contact_ids)),
            ("reminders", AppointmentReminder, AppointmentReminder.appointment_id.in_(appointments)),
            ("bookings", Booking, or_(Booking.contact_id.in_(contact_ids), Booking.e164.in_(numbers))),
            ("follow_ups", FollowUp, follow_ups),
            ("promises", Promise, or_(Promise.contact_id.in_(contact_ids), Promise.call_id.in_(calls))),
            ("activities", Activity, or_(Activity.contact_id.in_(contact_ids), Activity.call_id.in_(calls))),
            ("risks", RiskFlag, RiskFlag.call_id.in_(calls)),
            ("memory", ContactFact, or_(ContactFact.contact_id.in_(contact_ids), ContactFact.call_id.in_(calls))),
            ("analyses", CallAnalysis, CallAnalysis.call_id.in_(calls)),
        )
        return {name: await self._plain(kind, which, most) for name, kind, which in kinds}

    async def _plain(self, kind: Any, which: ColumnElement[bool], most: int) -> list[dict[str, Any]]:
        names = [column.key for column in inspect(kind).column_attrs if column.key not in _NOT_TOLD]
        query = select(*(getattr(kind, name) for name in names)).where(kind.workspace_id == self._workspace_id, which)
        return [dict(row) for row in (await self._session.execute(query.order_by(kind.id.desc()).limit(most))).mappings()]

    async def _old(self, kind: Any, query: Select[Any], before: datetime) -> Sequence[uuid.UUID]:
        # The id bounds the scan: nothing is over before it was recorded.
        mine = query.where(kind.workspace_id == self._workspace_id, kind.id < first_id_at(before))
        return (await self._session.scalars(mine.order_by(kind.id).limit(BATCH).with_for_update(skip_locked=True, of=kind))).all()

    async def _delete(self, which: ColumnElement[bool], kind: Any) -> None:
        await self._session.execute(delete(kind).where(which).execution_options(**_QUIET))

    def _holds_person(self, contact_id: Any) -> ColumnElement[bool]:
        numbers = select(ContactPhone.e164).where(ContactPhone.contact_id == contact_id).correlate_except(ContactPhone)
        return self._held(or_(LegalHold.contact_id == contact_id, LegalHold.e164.in_(numbers)))

    def _held(self, by: ColumnElement[bool]) -> ColumnElement[bool]:
        standing = exists().where(LegalHold.workspace_id == self._workspace_id, LegalHold.released_at.is_(None), by)
        return standing.correlate_except(LegalHold)
