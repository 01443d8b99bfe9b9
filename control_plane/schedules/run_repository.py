"""SQL of finding what is due, of all workspaces. Every look goes through a partial index that holds nothing but what may be due."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Text, and_, cast, func, or_, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from control_plane.db.models import Call, Schedule, ScheduleRun
from control_plane.domain.call_state import FINAL

# Rows as JSON: one parameter however many there are. A run that is there already stays as it is, and is not made twice.
_ADD_RUNS = text(
    """
    insert into schedule_run
        (id, workspace_id, schedule_id, planned_at, state, due_at, start_by, missed, reasons, closed_at, created_at, updated_at)
    select r.id, r.workspace_id, r.schedule_id, r.planned_at, r.state, r.due_at, r.start_by, r.missed, r.reasons, r.closed_at, :now, :now
    from jsonb_to_recordset(cast(:rows as jsonb)) as r(id uuid, workspace_id uuid, schedule_id uuid, planned_at timestamptz, state text,
        due_at timestamptz, start_by timestamptz, missed int, reasons text[], closed_at timestamptz)
    on conflict do nothing
    """
)
_MOVE_ON = text(
    """
    update schedule s set state = r.state, next_run_at = r.next_run_at, runs_made = r.runs_made, updated_at = :now
    from jsonb_to_recordset(cast(:rows as jsonb)) as r(id uuid, state text, next_run_at timestamptz, runs_made int)
    where s.id = r.id
    """
)
_OWN_CALL = and_(ScheduleRun.merged_into.is_(None), Call.schedule_run_id == ScheduleRun.id, Call.attempt == ScheduleRun.calls)
_CARRYING_CALL = Call.id == ScheduleRun.merged_into


@dataclass(frozen=True, slots=True)
class DueSchedule:
    """A schedule whose time has come, as far as that matters: its columns of these names."""

    id: uuid.UUID
    workspace_id: uuid.UUID
    plan: str
    """As text: what is in it is read once for all schedules that have the same."""
    catch_up: str
    latest_start_s: int
    next_run_at: datetime
    runs_made: int


@dataclass(frozen=True, slots=True)
class NewRun:
    """A row of `schedule_run` as a tick writes it."""

    id: uuid.UUID
    workspace_id: uuid.UUID
    schedule_id: uuid.UUID
    planned_at: datetime
    state: str
    due_at: datetime
    start_by: datetime
    missed: int
    reasons: list[str]
    closed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Moved:
    """What a tick changes in a schedule."""

    id: uuid.UUID
    state: str
    next_run_at: datetime | None
    runs_made: int


class RunRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def take_schedules(self, now: datetime, limit: int) -> Sequence[DueSchedule]:
        """Active schedules that are due, locked, longest due first; those that another worker has locked are that worker's."""
        columns = [
            getattr(Schedule, name) if name != "plan" else cast(Schedule.plan, Text) for name in (f.name for f in fields(DueSchedule))
        ]
        query = select(*columns).where(Schedule.state == "active", Schedule.next_run_at <= now)
        query = query.order_by(Schedule.next_run_at).limit(limit).with_for_update(skip_locked=True)
        return [DueSchedule(*row) for row in await self._session.execute(query)]

    async def write(self, runs: Sequence[NewRun], moved: Sequence[Moved], now: datetime) -> None:
        await self._session.execute(_ADD_RUNS, {"rows": msgspec.json.encode(runs).decode(), "now": now})
        await self._session.execute(_MOVE_ON, {"rows": msgspec.json.encode(moved).decode(), "now": now})

    async def take_due(self, now: datetime) -> tuple[ScheduleRun, Schedule] | None:
        """The run that has been due longest, with its schedule, both locked."""
        query = self._with_schedule().where(ScheduleRun.state == "due", ScheduleRun.due_at <= now)
        row: Any = (await self._session.execute(query.order_by(ScheduleRun.due_at).limit(1))).first()
        return (row[0], row[1]) if row is not None else None

    async def take_over(self, limit: int) -> Sequence[tuple[ScheduleRun, Schedule, Call]]:
        """Runs whose newest call is over, or the one that carries them, with it; run and schedule are locked. Up to `limit` of each."""
        found: list[tuple[ScheduleRun, Schedule, Call]] = []
        for newest in (_OWN_CALL, _CARRYING_CALL):
            query = self._with_schedule().add_columns(Call).join(Call, newest)
            query = query.where(ScheduleRun.state == "calling", Call.state.in_(FINAL)).order_by(ScheduleRun.id).limit(limit)
            rows: Any = await self._session.execute(query)
            found += [(run, schedule, call) for run, schedule, call in rows]
        return found

    async def take_overdue(self, now: datetime) -> ScheduleRun | None:
        """A run whose call still waits for its turn although it had to begin before, locked."""
        query = select(ScheduleRun).join(Call, or_(_OWN_CALL, _CARRYING_CALL))
        query = query.where(ScheduleRun.state == "calling", ScheduleRun.start_by < now)
        query = query.where(Call.state == "queued", Call.claimed_at.is_(None)).order_by(ScheduleRun.id).limit(1)
        return await self._session.scalar(query.with_for_update(of=ScheduleRun, skip_locked=True))

    async def put_off(self, run_id: uuid.UUID, until: datetime) -> None:
        await self._session.execute(
            update(ScheduleRun).where(ScheduleRun.id == run_id, ScheduleRun.state == "due").values(due_at=until, updated_at=func.now())
        )

    def _with_schedule(self) -> Any:
        query = select(ScheduleRun, Schedule).join(Schedule, Schedule.id == ScheduleRun.schedule_id)
        return query.with_for_update(of=(ScheduleRun, Schedule), skip_locked=True).execution_options(populate_existing=True)
