"""SQL of what an order carries from before: earlier calls, open promises, and the schedules of whoever is called."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.ext.asyncio import AsyncSession

from control_plane.calls.fact_repository import is_only_a_number
from control_plane.db.models import Call, CallTurn, CheckUp, Promise, Schedule, ScheduleRun

_SOMEBODY_ELSE = ("wrong_person", "wrong_number")


@dataclass(frozen=True, slots=True)
class EarlierCall:
    answered_at: datetime
    summary: str
    moods: Sequence[str]
    """Of the callee's turns, in their order."""


class ContinuityRepository:
    def __init__(self, session: AsyncSession, call: Call) -> None:
        self._session = session
        self._call = call

    async def schedule_of_call(self) -> tuple[uuid.UUID, str | None] | None:
        """The schedule that makes this call, or whose run a reminder's call carries, and the type of the check-up that it is of, or of one
        that it carries."""
        is_own = ScheduleRun.id == self._call.schedule_run_id
        query = select(ScheduleRun.schedule_id, CheckUp.checkup_type).outerjoin(CheckUp, CheckUp.schedule_id == ScheduleRun.schedule_id)
        query = query.where(or_(is_own, ScheduleRun.merged_into == self._call.id)).order_by(is_own.desc(), ScheduleRun.id)
        rows = (await self._session.execute(query)).all()
        return (rows[0][0], next((kind for _, kind in rows if kind), None)) if rows else None

    async def earlier_calls(self, most: int) -> Sequence[EarlierCall]:
        """Conversations of the same assistant with the same person, newest first; none in which somebody else was on the phone."""
        moods = select(func.array_agg(aggregate_order_by(CallTurn.mood, CallTurn.seq)))
        moods = moods.where(CallTurn.call_id == Call.id, CallTurn.mood.is_not(None)).correlate(Call).scalar_subquery()
        query = select(Call.answered_at, Call.summary, moods).where(*self._same_person(), Call.id != self._call.id)
        query = query.where(Call.answered_at.is_not(None), Call.erased_at.is_(None))
        query = query.where(or_(Call.outcome.is_(None), Call.outcome.not_in(_SOMEBODY_ELSE)))
        rows: Any = await self._session.execute(query.order_by(self._newest_first()).limit(most))
        return [EarlierCall(at, summary, found or ()) for at, summary, found in rows]

    async def open_promises(self, most: int) -> Sequence[Promise]:
        """Made by the same assistant to the same person; the next due first, those without a time last."""
        query = select(Promise).join(Call, Call.id == Promise.call_id).where(*self._same_person(), Promise.state == "open")
        query = query.where(Promise.workspace_id == self._call.workspace_id).order_by(Promise.due_at.asc().nulls_last(), Promise.id)
        return (await self._session.scalars(query.limit(most))).all()

    async def planned(self, most: int) -> Sequence[tuple[uuid.UUID, dict[str, Any], dict[str, Any], uuid.UUID | None]]:
        """Schedules that are to call this person: id, plan, request, and the check-up of those that have one."""
        query = select(Schedule.id, Schedule.plan, Schedule.request, CheckUp.id).outerjoin(CheckUp, CheckUp.schedule_id == Schedule.id)
        query = query.where(self._of_callee(), Schedule.state == "active").order_by(Schedule.next_run_at, Schedule.id).limit(most)
        rows: Any = await self._session.execute(query)
        return [tuple(row) for row in rows]

    async def may_change(self, schedule_id: uuid.UUID) -> tuple[Schedule, bool] | None:
        """The schedule, if it calls this person; and whether it is of a check-up."""
        query = select(Schedule, CheckUp.id).outerjoin(CheckUp, CheckUp.schedule_id == Schedule.id)
        row = (await self._session.execute(query.where(Schedule.id == schedule_id, self._of_callee()))).first()
        return (row[0], row[1] is not None) if row is not None else None

    def _of_callee(self) -> ColumnElement[bool]:
        call = self._call
        # A call without a contact may have reached anybody at that number: what is known by contact is not for them.
        by_number = Schedule.phone_number == call.to_e164
        theirs = by_number if call.contact_id is None else or_(Schedule.contact_id == call.contact_id, by_number)
        return and_(Schedule.workspace_id == call.workspace_id, theirs)

    def _same_person(self) -> tuple[ColumnElement[bool], ...]:
        call = self._call
        mine = (Call.workspace_id == call.workspace_id, Call.assistant_id == call.assistant_id)
        if call.contact_id is not None:
            return (*mine, Call.contact_id == call.contact_id)
        return (*mine, is_only_a_number(Call.contact_id), Call.to_e164 == call.to_e164, Call.dialing_at.is_not(None))

    def _newest_first(self) -> ColumnElement[Any]:
        """By the index that finds the person's calls."""
        return Call.created_at.desc() if self._call.contact_id is not None else Call.dialing_at.desc()
