"""SQL of what was planned for one person at about the same time."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from control_plane.db.models import Appointment, AppointmentReminder, Call, CheckUp, GateVerdict, Schedule, ScheduleRun
from control_plane.domain.call_state import CallState
from control_plane.domain.pacing import Priority
from control_plane.domain.reminding import REMINDED

_FRESH = {"populate_existing": True}


class MergingRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def host(self, schedule: Schedule, contact_id: uuid.UUID | None, soon: datetime, latest: datetime) -> Call | None:
        """A planned call by the same assistant to the same person that no agent knows of, locked: due soon or held back by the gate."""
        of_reminder = exists().where(AppointmentReminder.call_id == Call.id, AppointmentReminder.state == "calling")
        is_held_back = exists().where(GateVerdict.id == Call.verdict_id, GateVerdict.decision == "wait")
        query = select(Call).where(_callee(schedule, contact_id), Call.workspace_id == schedule.workspace_id)
        query = query.where(Call.assistant_id == schedule.assistant_id, Call.priority >= int(Priority.SINGLE))
        query = query.where(Call.state == "queued", Call.claimed_at.is_(None), Call.agent_generation == 0)
        query = query.where(~Call.ended_by_request, Call.due_at <= latest)
        same = exists().where(ScheduleRun.id == Call.schedule_run_id, ScheduleRun.schedule_id == schedule.id)
        query = query.where(or_(Call.schedule_run_id.is_not(None), of_reminder), ~same, or_(Call.due_at <= soon, is_held_back))
        query = query.order_by(Call.due_at).limit(1).with_for_update(of=Call)
        return await self._session.scalar(query.execution_options(**_FRESH))

    async def lost_hosts(self, run: ScheduleRun, schedule: Schedule, contact_id: uuid.UUID | None) -> Sequence[Call]:
        """Calls of something else that carried this run and of which nobody could say what became, as they are now."""
        carried_it = Call.request.contains({"carries": [{"run_id": str(run.id)}]})
        query = select(Call).where(_callee(schedule, contact_id), Call.workspace_id == run.workspace_id, Call.state == CallState.LOST)
        query = query.where(carried_it).order_by(Call.id)
        return (await self._session.scalars(query.execution_options(**_FRESH))).all()

    async def reminder_at(self, assistant_id: uuid.UUID, contact_id: uuid.UUID, since: datetime, until: datetime) -> datetime | None:
        """When the same assistant is to remind the person of an appointment, if that is within this time."""
        of_appointment = AppointmentReminder.appointment_id == Appointment.id
        query = select(AppointmentReminder.due_at).join(Appointment, of_appointment)
        query = query.where(Appointment.contact_id == contact_id, Appointment.assistant_id == assistant_id)
        query = query.where(AppointmentReminder.state == "waiting", AppointmentReminder.starts_at == Appointment.starts_at)
        query = query.where(Appointment.status.in_(REMINDED), AppointmentReminder.due_at.between(since, until))
        return await self._session.scalar(query.order_by(AppointmentReminder.due_at).limit(1))

    async def due_runs(self, call: Call, own_id: uuid.UUID | None, soon: datetime, most: int) -> Sequence[tuple[ScheduleRun, Schedule]]:
        """Runs for the callee of this call by its assistant that are to be made by `soon`, locked; none of the schedule `own_id`, and
        none that another worker has."""
        query = select(ScheduleRun, Schedule).join(Schedule, Schedule.id == ScheduleRun.schedule_id)
        query = query.where(*_of_callee(call), Schedule.id.is_distinct_from(own_id), ScheduleRun.state == "due", ScheduleRun.due_at <= soon)
        query = query.order_by(ScheduleRun.due_at).limit(most).with_for_update(of=(ScheduleRun, Schedule), skip_locked=True)
        rows: Any = await self._session.execute(query.execution_options(**_FRESH))
        return [(run, schedule) for run, schedule in rows]

    async def waiting_runs(self, call: Call, most: int) -> Sequence[tuple[ScheduleRun, Schedule, Call]]:
        """Runs for the callee of this call by its assistant that have calls of their own of which no agent knows, with those, all locked;
        none that another worker has."""
        is_newest = and_(Call.schedule_run_id == ScheduleRun.id, Call.attempt == ScheduleRun.calls)
        query = select(ScheduleRun, Schedule, Call).join(Schedule, Schedule.id == ScheduleRun.schedule_id).join(Call, is_newest)
        query = query.where(*_of_callee(call), ScheduleRun.state == "calling", ScheduleRun.merged_into.is_(None), Call.state == "queued")
        query = query.where(Call.claimed_at.is_(None), Call.agent_generation == 0, ~Call.ended_by_request).order_by(Call.due_at).limit(most)
        locked = query.with_for_update(of=(ScheduleRun, Schedule, Call), skip_locked=True)
        rows: Any = await self._session.execute(locked.execution_options(**_FRESH))
        return [(run, schedule, waiting) for run, schedule, waiting in rows]

    async def next_schedules(self, call: Call, own_id: uuid.UUID | None, since: datetime, until: datetime, most: int) -> Sequence[Schedule]:
        """Others whose next run is within this time, locked, as `due_runs` finds runs."""
        query = select(Schedule).where(*_of_callee(call), Schedule.id.is_distinct_from(own_id), Schedule.state == "active")
        query = query.where(Schedule.next_run_at > since, Schedule.next_run_at <= until).order_by(Schedule.next_run_at).limit(most)
        locked = query.with_for_update(skip_locked=True).execution_options(**_FRESH)
        return (await self._session.scalars(locked)).all()

    async def add(self, run: ScheduleRun) -> None:
        self._session.add(run)
        await self._session.flush()

    async def schedules_merged_into(self, call_id: uuid.UUID) -> Sequence[uuid.UUID]:
        """Those of check-ups left out: they end by their own name only."""
        of_checkup = exists().where(CheckUp.schedule_id == ScheduleRun.schedule_id)
        query = select(ScheduleRun.schedule_id).where(ScheduleRun.merged_into == call_id, ~of_checkup).order_by(ScheduleRun.id)
        return (await self._session.scalars(query)).all()

    async def is_begun(self, call_id: uuid.UUID) -> bool:
        """Whether an agent knows of the call, or did; read without a lock."""
        begun = or_(Call.state != "queued", Call.agent_generation > 0)
        return bool(await self._session.scalar(select(exists().where(Call.id == call_id, begun))))

    async def unsay(self, run_id: uuid.UUID, reason: str) -> None:
        """The reason holds no more; it stays where somebody else has the run, whose turn must not be waited for with its call locked."""
        free = select(ScheduleRun.id).where(ScheduleRun.id == run_id).with_for_update(skip_locked=True)
        without = func.array_remove(ScheduleRun.reasons, reason)
        await self._session.execute(update(ScheduleRun).where(ScheduleRun.id.in_(free)).values(reasons=without))

    async def let_go(self, call_id: uuid.UUID, reason: str, now: datetime) -> None:
        """The call is given up for a reason of its own: what it was to carry is made without it, and `reason` holds no more."""
        mine = update(ScheduleRun).where(ScheduleRun.merged_into == call_id, ScheduleRun.state == "calling")
        without = func.array_remove(ScheduleRun.reasons, reason)
        await self._session.execute(mine.values(state="due", due_at=now, merged_into=None, reasons=without, updated_at=now))


def _callee(schedule: Schedule, contact_id: uuid.UUID | None) -> ColumnElement[bool]:
    if schedule.phone_number is not None:
        return and_(
            Call.to_e164 == schedule.phone_number, Call.contact_id.is_(None) if contact_id is None else Call.contact_id == contact_id
        )
    return Call.contact_id == contact_id


def _of_callee(call: Call) -> tuple[ColumnElement[bool], ...]:
    by_number = Schedule.phone_number == call.to_e164
    theirs = by_number if call.contact_id is None else or_(Schedule.contact_id == call.contact_id, by_number)
    return (Schedule.workspace_id == call.workspace_id, theirs, Schedule.assistant_id == call.assistant_id)
