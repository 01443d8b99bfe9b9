"""Schedules as people and other services edit them.

For other services of this process (check-ups, in-call tools): `ScheduleService(unit, workspace_id)` with `create`, `update`, `pause`,
`resume`, `delete` and `run_now` takes the same values as the API (`NewSchedule`, `SchedulePatch`) and gives rows of `Schedule`;
`view` shows one. The platform carries the runs out by itself. What came of them stands in the rows of `ScheduleRun` (`state`,
`closed_at`), and each of their calls names its run in `Call.schedule_run_id`.
"""

import uuid
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import Select

from control_plane.audit.service import record
from control_plane.db.models import Assistant, Call, Contact, Number, Schedule, ScheduleRun
from control_plane.db.unit import Unit
from control_plane.domain import phone
from control_plane.domain.errors import Conflict, Invalid, NotFound
from control_plane.domain.recurrence import next_run
from control_plane.domain.retry_policy import RetryPolicy
from control_plane.kit.etags import require_match
from control_plane.kit.ids import new_id
from control_plane.schedules.plans import first_run, plain_plan, plan_asked, plan_changed, plan_of, sent, view_of
from control_plane.schedules.repository import ScheduleRepository
from control_plane.schedules.running import make_call, withdraw
from control_plane.schedules.schemas import PLAN, REQUEST, NewSchedule, ScheduleOut, SchedulePatch
from control_plane.webhooks.events import emit

_COLUMNS = ("name", "assistant_id", "contact_id", "phone_number", "from_number_id", "catch_up", "latest_start_s", "attempts")


class ScheduleService:
    def __init__(self, unit: Unit, workspace_id: uuid.UUID) -> None:
        self._unit = unit
        self._workspace_id = workspace_id
        self._rows = ScheduleRepository(unit.session, workspace_id)

    async def create(self, data: NewSchedule) -> Schedule:
        """An active schedule. Raises `Invalid` naming the field, `NotFound` for anything of another workspace."""
        plan = plan_asked(data, (await self._rows.workspace()).time_zone)
        values = await self._checked({name: getattr(data, name) for name in _COLUMNS})
        row = Schedule(id=new_id(), workspace_id=self._workspace_id, **values, plan=plain_plan(plan))
        row.request = {name: value for name in REQUEST if (value := getattr(data, name))}
        row.next_run_at, row.runs_made = first_run(plan, self._unit.now), 0
        _require_callee(row)
        await self._rows.add(row)
        record(self._unit, self._workspace_id, "schedule.created", "schedule", row.id, None, _trail(row))
        return row

    async def get(self, schedule_id: uuid.UUID) -> Schedule:
        return await self._find(schedule_id)

    async def views(self, rows: Sequence[Schedule]) -> list[ScheduleOut]:
        """As the API shows them."""
        callees = await self._rows.contacts_with([row.phone_number for row in rows if row.phone_number is not None])
        return [view_of(row, callees.get(row.phone_number or "")) for row in rows]

    async def view(self, row: Schedule) -> ScheduleOut:
        return (await self.views([row]))[0]

    def listing(self, **filters: Any) -> Select[Any]:
        return self._rows.listing(**filters)

    async def update(self, schedule_id: uuid.UUID, data: SchedulePatch, if_match: str | None = None) -> Schedule:
        """Change what was sent. A changed plan counts from now on; runs that are due already are carried out as they were planned."""
        row = await self._find(schedule_id, lock=True)
        require_match(if_match, view_of(row), SchedulePatch)
        before, changes = _trail(row), sent(data)
        for name, value in (await self._checked(_of_callee({n: v for n, v in changes.items() if n in _COLUMNS}))).items():
            setattr(row, name, value)
        _require_callee(row)
        request = row.request | {name: value for name, value in changes.items() if name in REQUEST}
        row.request = {name: value for name, value in request.items() if value}
        if changes.keys() & set(PLAN):
            self._replan(row, changes)
        await self._rows.save(row)
        record(self._unit, self._workspace_id, "schedule.updated", "schedule", row.id, before, _trail(row))
        return row

    async def delete(self, schedule_id: uuid.UUID) -> None:
        """Remove it with its runs; calls that were made stay in the ledger, those that wait to be dialled are ended."""
        row = await self._find(schedule_id, lock=True)
        await self._withdraw(row, "The schedule was deleted.")
        record(self._unit, self._workspace_id, "schedule.deleted", "schedule", row.id, _trail(row), None)
        await self._rows.delete(row)

    async def pause(self, schedule_id: uuid.UUID) -> Schedule:
        """Begin no further call; those that wait to be dialled are ended. A repeat changes nothing."""
        row = await self._find(schedule_id, lock=True)
        if row.state == "finished":
            raise Conflict("The schedule has no further run; there is nothing to pause.", code="schedule_finished")
        if row.state == "active":
            await self._withdraw(row, "The schedule was paused.")
            await self._move(row, "schedule.paused", state="paused", next_run_at=None)
        return row

    async def stop(self, schedule_id: uuid.UUID, call_id: uuid.UUID) -> None:
        """The callee wants these calls no more and has said so in that call. It rests until a person resumes it, and they are told: a
        check-up that stops quietly would be missed by nobody."""
        row = await self._find(schedule_id, lock=True)
        if row.state != "active":
            return
        await self._withdraw(row, "The callee does not want these calls any more.")
        await self._move(row, "schedule.stopped", state="paused", next_run_at=None)
        data = {"schedule_id": row.id, "contact_id": row.contact_id, "call_id": call_id, "url": f"/api/v1/schedules/{row.id}"}
        await emit(self._unit, self._workspace_id, "schedule.stopped", data, assistant_id=row.assistant_id, call_id=call_id)

    async def resume(self, schedule_id: uuid.UUID) -> Schedule:
        """Go on with the first run from now on: what was planned meanwhile is not made up for. A repeat changes nothing."""
        row = await self._find(schedule_id, lock=True)
        if row.state == "active":
            return row
        at = next_run(plan_of(row.plan), self._unit.now, made=row.runs_made)
        if at is None:
            raise Conflict("By its plan the schedule has no further run; change the plan first.", code="schedule_finished")
        await self._move(row, "schedule.resumed", state="active", next_run_at=at)
        return row

    async def run_now(self, schedule_id: uuid.UUID) -> ScheduleRun:
        """A run beside the plan. Judged at once as a single call is: what may never be called is `Refused`, and no run is kept."""
        row = await self._find(schedule_id, lock=True)
        now = self._unit.now
        start_by = now + timedelta(seconds=row.latest_start_s)
        run = ScheduleRun(id=new_id(), workspace_id=self._workspace_id, schedule_id=row.id, trigger="person", planned_at=now, due_at=now)
        run.start_by, run.calls, run.reasons, run.state = start_by, 0, [], "due"
        await self._rows.add(run)
        await make_call(self._unit, run, row)
        await self._rows.save(run)
        record(self._unit, self._workspace_id, "schedule.run_now", "schedule", row.id, None, {"run_id": run.id})
        return run

    async def runs(self, schedule_id: uuid.UUID, state: str | None = None) -> Select[Any]:
        return self._rows.runs((await self._find(schedule_id)).id, state)

    async def calls_of(self, runs: Sequence[ScheduleRun]) -> Mapping[uuid.UUID, list[Call]]:
        return await self._rows.calls_of(runs)

    def _replan(self, row: Schedule, changes: Mapping[str, Any]) -> None:
        plan = plan_changed(plan_of(row.plan), changes)
        at = first_run(plan, self._unit.now, row.runs_made)
        row.plan = plain_plan(plan)
        if row.state != "paused":
            row.state, row.next_run_at = "active", at

    async def _withdraw(self, row: Schedule, reason: str) -> None:
        for run in await self._rows.open_runs(row.id):
            await withdraw(self._unit, run, "canceled", reason)

    async def _move(self, row: Schedule, action: str, **values: Any) -> None:
        before = {"state": row.state}
        for name, value in values.items():
            setattr(row, name, value)
        await self._rows.save(row)
        record(self._unit, self._workspace_id, action, "schedule", row.id, before, {"state": row.state})

    async def _find(self, schedule_id: uuid.UUID, *, lock: bool = False) -> Schedule:
        row = await self._rows.find(schedule_id, lock=lock)
        if row is None:
            raise NotFound.of("schedule")
        return row

    async def _checked(self, values: dict[str, Any]) -> dict[str, Any]:
        """Columns that were given, in the form in which they are kept."""
        for name, kind, what in (("assistant_id", Assistant, "assistant"), ("contact_id", Contact, "contact")):
            if values.get(name) is not None and not await self._rows.has(kind, values[name]):
                raise NotFound.of(what)
        if values.get("from_number_id") is not None and not await self._rows.has(Number, values["from_number_id"]):
            raise NotFound.of("number")
        if values.get("phone_number") is not None:
            country = (await self._rows.workspace()).default_country
            values["phone_number"] = phone.require(values["phone_number"], country, field="phone_number")
        if "attempts" in values:
            RetryPolicy.from_plain(values["attempts"])
        return values


def _of_callee(changes: dict[str, Any]) -> dict[str, Any]:
    """Saying the contact takes the number away, and the other way round."""
    for name, other in (("contact_id", "phone_number"), ("phone_number", "contact_id")):
        if changes.get(name) is not None:
            changes.setdefault(other, None)
    return changes


def _require_callee(row: Schedule) -> None:
    if (row.contact_id is None) == (row.phone_number is None):
        raise Invalid.field("contact_id", "Say whom to call: either contact_id or phone_number.")


def _trail(row: Schedule) -> dict[str, Any]:
    """For the audit trail: nobody's number and nobody's words."""
    kept = ("name", "assistant_id", "contact_id", "plan", "catch_up", "latest_start_s", "attempts", "state")
    return {name: getattr(row, name) for name in kept}
