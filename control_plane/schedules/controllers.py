"""`/schedules`."""

import uuid

from litestar import Controller, Response, delete, get, patch, post
from litestar.params import FromQuery, JSONBody

from control_plane.db.models import Schedule, ScheduleRun
from control_plane.kit.etags import IfMatch, tagged
from control_plane.kit.pagination import DEFAULT_LIMIT, Cursor, Limit, Page, page_of
from control_plane.schedules.schemas import NewSchedule, RunOut, RunStateFilter, ScheduleOut, SchedulePatch, StateFilter
from control_plane.schedules.service import ScheduleService
from control_plane.workspaces.guards import requires
from control_plane.workspaces.handling import Given, Id, Work, over_unit


class ScheduleController(Controller):
    path = "/schedules"
    tags = ["schedules"]
    guards = [requires("viewer")]
    dependencies = {"schedules": over_unit(ScheduleService)}

    @get("/", summary="Schedules, newest first")
    async def listing(
        self,
        unit: Work,
        schedules: Given[ScheduleService],
        contact_id: FromQuery[uuid.UUID | None] = None,
        assistant_id: FromQuery[uuid.UUID | None] = None,
        in_state: StateFilter = None,
        limit: Limit = DEFAULT_LIMIT,
        cursor: Cursor = None,
    ) -> Page[ScheduleOut]:
        query = schedules.listing(contact_id=contact_id, assistant_id=assistant_id, state=in_state)
        page: Page[Schedule] = await page_of(unit.session, query, Schedule.id, lambda row: row, limit=limit, cursor=cursor)
        return Page(await schedules.views(page.items), page.next_cursor)

    @post("/", guards=[requires("manager")], summary="Create a schedule, active at once")
    async def create(self, schedules: Given[ScheduleService], data: JSONBody[NewSchedule]) -> ScheduleOut:
        """The answer shows the plan in words and its next five runs."""
        return await schedules.view(await schedules.create(data))

    @get("/{schedule_id:uuid}", summary="One schedule with its next runs")
    async def read(self, schedules: Given[ScheduleService], schedule_id: Id) -> Response[ScheduleOut]:
        return tagged(await schedules.view(await schedules.get(schedule_id)), SchedulePatch)

    @patch("/{schedule_id:uuid}", guards=[requires("manager")], summary="Change what is sent")
    async def update(
        self, schedules: Given[ScheduleService], schedule_id: Id, data: JSONBody[SchedulePatch], if_match: IfMatch = None
    ) -> Response[ScheduleOut]:
        row = await schedules.update(schedule_id, data, if_match)
        return tagged(await schedules.view(row), SchedulePatch)

    @delete("/{schedule_id:uuid}", guards=[requires("manager")], summary="Delete a schedule; its calls are kept")
    async def remove(self, schedules: Given[ScheduleService], schedule_id: Id) -> None:
        await schedules.delete(schedule_id)

    @post("/{schedule_id:uuid}/pause", status_code=200, guards=[requires("manager")], summary="Begin no further call")
    async def pause(self, schedules: Given[ScheduleService], schedule_id: Id) -> ScheduleOut:
        return await schedules.view(await schedules.pause(schedule_id))

    @post("/{schedule_id:uuid}/resume", status_code=200, guards=[requires("manager")], summary="Go on with the next run from now on")
    async def resume(self, schedules: Given[ScheduleService], schedule_id: Id) -> ScheduleOut:
        return await schedules.view(await schedules.resume(schedule_id))

    @post("/{schedule_id:uuid}/run-now", status_code=202, guards=[requires("manager")], summary="Call now, beside the plan")
    async def run_now(self, schedules: Given[ScheduleService], schedule_id: Id) -> RunOut:
        """The gate is asked at once: who may never be called is a 409 with the reasons."""
        run = await schedules.run_now(schedule_id)
        return RunOut.of(run, (await schedules.calls_of([run]))[run.id])

    @get("/{schedule_id:uuid}/runs", summary="Its runs, newest first, with their calls")
    async def runs(
        self,
        unit: Work,
        schedules: Given[ScheduleService],
        schedule_id: Id,
        in_state: RunStateFilter = None,
        limit: Limit = DEFAULT_LIMIT,
        cursor: Cursor = None,
    ) -> Page[RunOut]:
        query = await schedules.runs(schedule_id, in_state)
        page: Page[ScheduleRun] = await page_of(unit.session, query, ScheduleRun.id, lambda run: run, limit=limit, cursor=cursor)
        calls = await schedules.calls_of(page.items)
        return Page([RunOut.of(run, calls.get(run.id, [])) for run in page.items], page.next_cursor)
