"""`/schedules`."""

import uuid

from litestar import Controller, Response, delete, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, SkipValidation

from control_plane.db.models import Schedule, ScheduleRun
from control_plane.db.unit import Unit
from control_plane.kit.etags import IfMatch, tagged
from control_plane.kit.pagination import DEFAULT_LIMIT, Cursor, Limit, Page, page_of
from control_plane.schedules.plans import view_of
from control_plane.schedules.schemas import NewSchedule, RunOut, RunStateFilter, ScheduleOut, SchedulePatch, StateFilter
from control_plane.schedules.service import ScheduleService
from control_plane.workspaces.guards import requires
from control_plane.workspaces.principal import Principal

Who = NamedDependency[SkipValidation[Principal]]
Work = NamedDependency[SkipValidation[Unit]]
Id = FromPath[uuid.UUID]


class ScheduleController(Controller):
    path = "/schedules"
    tags = ["schedules"]
    guards = [requires("viewer")]

    @get("/", summary="Schedules, newest first")
    async def listing(
        self,
        unit: Work,
        principal: Who,
        contact_id: FromQuery[uuid.UUID | None] = None,
        assistant_id: FromQuery[uuid.UUID | None] = None,
        in_state: StateFilter = None,
        limit: Limit = DEFAULT_LIMIT,
        cursor: Cursor = None,
    ) -> Page[ScheduleOut]:
        query = ScheduleService(unit, principal.workspace_id).listing(contact_id=contact_id, assistant_id=assistant_id, state=in_state)
        return await page_of(unit.session, query, Schedule.id, view_of, limit=limit, cursor=cursor)

    @post("/", guards=[requires("manager")], summary="Create a schedule, active at once")
    async def create(self, unit: Work, principal: Who, data: JSONBody[NewSchedule]) -> ScheduleOut:
        """The answer shows the plan in words and its next five runs."""
        return view_of(await ScheduleService(unit, principal.workspace_id).create(data))

    @get("/{schedule_id:uuid}", summary="One schedule with its next runs")
    async def read(self, unit: Work, principal: Who, schedule_id: Id) -> Response[ScheduleOut]:
        return tagged(view_of(await ScheduleService(unit, principal.workspace_id).get(schedule_id)), SchedulePatch)

    @patch("/{schedule_id:uuid}", guards=[requires("manager")], summary="Change what is sent")
    async def update(
        self, unit: Work, principal: Who, schedule_id: Id, data: JSONBody[SchedulePatch], if_match: IfMatch = None
    ) -> Response[ScheduleOut]:
        row = await ScheduleService(unit, principal.workspace_id).update(schedule_id, data, if_match)
        return tagged(view_of(row), SchedulePatch)

    @delete("/{schedule_id:uuid}", guards=[requires("manager")], summary="Delete a schedule; its calls are kept")
    async def remove(self, unit: Work, principal: Who, schedule_id: Id) -> None:
        await ScheduleService(unit, principal.workspace_id).delete(schedule_id)

    @post("/{schedule_id:uuid}/pause", status_code=200, guards=[requires("manager")], summary="Begin no further call")
    async def pause(self, unit: Work, principal: Who, schedule_id: Id) -> ScheduleOut:
        return view_of(await ScheduleService(unit, principal.workspace_id).pause(schedule_id))

    @post("/{schedule_id:uuid}/resume", status_code=200, guards=[requires("manager")], summary="Go on with the next run from now on")
    async def resume(self, unit: Work, principal: Who, schedule_id: Id) -> ScheduleOut:
        return view_of(await ScheduleService(unit, principal.workspace_id).resume(schedule_id))

    @post("/{schedule_id:uuid}/run-now", status_code=202, guards=[requires("manager")], summary="Call now, beside the plan")
    async def run_now(self, unit: Work, principal: Who, schedule_id: Id) -> RunOut:
        """The gate is asked at once: who may never be called is a 409 with the reasons."""
        service = ScheduleService(unit, principal.workspace_id)
        run = await service.run_now(schedule_id)
        return RunOut.of(run, (await service.calls_of([run]))[run.id])

    @get("/{schedule_id:uuid}/runs", summary="Its runs, newest first, with their calls")
    async def runs(
        self,
        unit: Work,
        principal: Who,
        schedule_id: Id,
        in_state: RunStateFilter = None,
        limit: Limit = DEFAULT_LIMIT,
        cursor: Cursor = None,
    ) -> Page[RunOut]:
        service = ScheduleService(unit, principal.workspace_id)
        query = await service.runs(schedule_id, in_state)
        page: Page[ScheduleRun] = await page_of(unit.session, query, ScheduleRun.id, lambda run: run, limit=limit, cursor=cursor)
        calls = await service.calls_of(page.items)
        return Page([RunOut.of(run, calls.get(run.id, [])) for run in page.items], page.next_cursor)
