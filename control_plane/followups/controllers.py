"""`/follow-ups`."""

import uuid
from typing import Annotated

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter, SkipValidation

from control_plane.db.unit import Unit
from control_plane.followups.schemas import ClosingIn, FollowUpFor, FollowUpIn, FollowUpOut, FollowUpState
from control_plane.followups.service import FollowUpService
from control_plane.kit.pagination import DEFAULT_LIMIT, Cursor, Limit, Page
from control_plane.workspaces.guards import requires
from control_plane.workspaces.principal import Principal

Who = NamedDependency[SkipValidation[Principal]]
Work = NamedDependency[SkipValidation[Unit]]
Id = FromPath[uuid.UUID]
InState = Annotated[FollowUpState | None, QueryParameter(name="state", description="Only open ones, or only closed ones.")]
For = Annotated[FollowUpFor | None, QueryParameter(name="for", description="Only those by calls, or only those for an operator.")]


class FollowUpController(Controller):
    path = "/follow-ups"
    tags = ["follow-ups"]
    guards = [requires("viewer")]

    @get("/", summary="Follow-ups, newest first")
    async def listing(
        self,
        unit: Work,
        principal: Who,
        limit: Limit = DEFAULT_LIMIT,
        cursor: Cursor = None,
        contact_id: FromQuery[uuid.UUID | None] = None,
        in_state: InState = None,
        made_for: For = None,
    ) -> Page[FollowUpOut]:
        service = FollowUpService(unit, principal.workspace_id)
        return await service.listing(limit, cursor, contact_id=contact_id, state=in_state, made_for=made_for)

    @post("/", guards=[requires("manager")], summary="Follow somebody up, by calls or by an operator")
    async def create(self, unit: Work, principal: Who, data: JSONBody[FollowUpIn]) -> FollowUpOut:
        return await FollowUpService(unit, principal.workspace_id).create(data)

    @get("/{follow_up_id:uuid}", summary="One follow-up with its steps")
    async def read(self, unit: Work, principal: Who, follow_up_id: Id) -> FollowUpOut:
        return await FollowUpService(unit, principal.workspace_id).get(follow_up_id)

    @post("/{follow_up_id:uuid}/close", status_code=200, guards=[requires("manager")], summary="The person has been looked after")
    async def close(self, unit: Work, principal: Who, follow_up_id: Id, data: JSONBody[ClosingIn | None] = None) -> FollowUpOut:
        return await FollowUpService(unit, principal.workspace_id).close(follow_up_id, data.reason if data else "")
