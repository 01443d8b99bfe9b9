"""`/follow-ups`."""

import uuid
from typing import Annotated

from litestar import Controller, get, post
from litestar.params import FromQuery, JSONBody, QueryParameter

from control_plane.followups.schemas import ClosingIn, FollowUpFor, FollowUpIn, FollowUpOut, FollowUpState
from control_plane.followups.service import FollowUpService
from control_plane.kit.pagination import DEFAULT_LIMIT, Cursor, Limit, Page
from control_plane.workspaces.guards import requires
from control_plane.workspaces.handling import Given, Id, over_unit

InState = Annotated[FollowUpState | None, QueryParameter(name="state", description="Only open ones, or only closed ones.")]
For = Annotated[FollowUpFor | None, QueryParameter(name="for", description="Only those by calls, or only those for an operator.")]


class FollowUpController(Controller):
    path = "/follow-ups"
    tags = ["follow-ups"]
    guards = [requires("viewer")]
    dependencies = {"follow_ups": over_unit(FollowUpService)}

    @get("/", summary="Follow-ups, newest first")
    async def listing(
        self,
        follow_ups: Given[FollowUpService],
        limit: Limit = DEFAULT_LIMIT,
        cursor: Cursor = None,
        contact_id: FromQuery[uuid.UUID | None] = None,
        in_state: InState = None,
        made_for: For = None,
    ) -> Page[FollowUpOut]:
        return await follow_ups.listing(limit, cursor, contact_id=contact_id, state=in_state, made_for=made_for)

    @post("/", guards=[requires("manager")], summary="Follow somebody up, by calls or by an operator")
    async def create(self, follow_ups: Given[FollowUpService], data: JSONBody[FollowUpIn]) -> FollowUpOut:
        return await follow_ups.create(data)

    @get("/{follow_up_id:uuid}", summary="One follow-up with its steps")
    async def read(self, follow_ups: Given[FollowUpService], follow_up_id: Id) -> FollowUpOut:
        return await follow_ups.get(follow_up_id)

    @post("/{follow_up_id:uuid}/close", status_code=200, guards=[requires("manager")], summary="The person has been looked after")
    async def close(self, follow_ups: Given[FollowUpService], follow_up_id: Id, data: JSONBody[ClosingIn | None] = None) -> FollowUpOut:
        return await follow_ups.close(follow_up_id, data.reason if data else "")
