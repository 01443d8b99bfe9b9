"""`/promises`."""

import uuid
from typing import Annotated

from litestar import Controller, get, post
from litestar.params import FromQuery, JSONBody, QueryParameter

from control_plane.kit.pagination import DEFAULT_LIMIT, Cursor, Limit, Page
from control_plane.promises.schemas import PromiseOut, PromiseState, RemarkIn
from control_plane.promises.service import PromiseService
from control_plane.workspaces.guards import requires
from control_plane.workspaces.handling import Given, Id, over_unit

InState = Annotated[PromiseState | None, QueryParameter(name="state", description="Only promises in this state.")]


class PromiseController(Controller):
    path = "/promises"
    tags = ["promises"]
    guards = [requires("viewer")]
    dependencies = {"promises": over_unit(PromiseService)}

    @get("/", summary="What was promised in calls, newest first")
    async def listing(
        self,
        promises: Given[PromiseService],
        limit: Limit = DEFAULT_LIMIT,
        cursor: Cursor = None,
        in_state: InState = None,
        contact_id: FromQuery[uuid.UUID | None] = None,
        call_id: FromQuery[uuid.UUID | None] = None,
        is_overdue: FromQuery[bool | None] = None,
    ) -> Page[PromiseOut]:
        return await promises.listing(limit, cursor, state=in_state, contact_id=contact_id, call_id=call_id, is_overdue=is_overdue)

    @get("/{promise_id:uuid}", summary="One promise")
    async def read(self, promises: Given[PromiseService], promise_id: Id) -> PromiseOut:
        return await promises.get(promise_id)

    @post("/{promise_id:uuid}/keep", status_code=200, guards=[requires("manager")], summary="It was kept")
    async def keep(self, promises: Given[PromiseService], promise_id: Id, data: JSONBody[RemarkIn | None] = None) -> PromiseOut:
        return await promises.close(promise_id, "kept", data.note if data else "")

    @post("/{promise_id:uuid}/drop", status_code=200, guards=[requires("manager")], summary="It is not to be kept any more")
    async def drop(self, promises: Given[PromiseService], promise_id: Id, data: JSONBody[RemarkIn | None] = None) -> PromiseOut:
        return await promises.close(promise_id, "dropped", data.note if data else "")
