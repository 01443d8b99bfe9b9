"""`/promises`."""

import uuid
from typing import Annotated

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter, SkipValidation

from control_plane.db.unit import Unit
from control_plane.kit.pagination import DEFAULT_LIMIT, Cursor, Limit, Page
from control_plane.promises.schemas import PromiseOut, PromiseState, RemarkIn
from control_plane.promises.service import PromiseService
from control_plane.workspaces.guards import requires
from control_plane.workspaces.principal import Principal

Who = NamedDependency[SkipValidation[Principal]]
Work = NamedDependency[SkipValidation[Unit]]
Id = FromPath[uuid.UUID]
InState = Annotated[PromiseState | None, QueryParameter(name="state", description="Only promises in this state.")]


class PromiseController(Controller):
    path = "/promises"
    tags = ["promises"]
    guards = [requires("viewer")]

    @get("/", summary="What was promised in calls, newest first")
    async def listing(
        self,
        unit: Work,
        principal: Who,
        limit: Limit = DEFAULT_LIMIT,
        cursor: Cursor = None,
        in_state: InState = None,
        contact_id: FromQuery[uuid.UUID | None] = None,
        call_id: FromQuery[uuid.UUID | None] = None,
        is_overdue: FromQuery[bool | None] = None,
    ) -> Page[PromiseOut]:
        service = PromiseService(unit, principal.workspace_id)
        return await service.listing(limit, cursor, state=in_state, contact_id=contact_id, call_id=call_id, is_overdue=is_overdue)

    @get("/{promise_id:uuid}", summary="One promise")
    async def read(self, unit: Work, principal: Who, promise_id: Id) -> PromiseOut:
        return await PromiseService(unit, principal.workspace_id).get(promise_id)

    @post("/{promise_id:uuid}/keep", status_code=200, guards=[requires("manager")], summary="It was kept")
    async def keep(self, unit: Work, principal: Who, promise_id: Id, data: JSONBody[RemarkIn | None] = None) -> PromiseOut:
        return await PromiseService(unit, principal.workspace_id).close(promise_id, "kept", data.note if data else "")

    @post("/{promise_id:uuid}/drop", status_code=200, guards=[requires("manager")], summary="It is not to be kept any more")
    async def drop(self, unit: Work, principal: Who, promise_id: Id, data: JSONBody[RemarkIn | None] = None) -> PromiseOut:
        return await PromiseService(unit, principal.workspace_id).close(promise_id, "dropped", data.note if data else "")
