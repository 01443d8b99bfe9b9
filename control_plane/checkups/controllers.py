"""`/checkups`."""

import uuid

from litestar import Controller, Response, delete, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, SkipValidation

from control_plane.checkups.schemas import CheckUpIn, CheckUpOut, CheckUpPatch, EscalationOut
from control_plane.checkups.service import CheckUpService
from control_plane.db.unit import Unit
from control_plane.kit.etags import IfMatch, tagged
from control_plane.kit.pagination import DEFAULT_LIMIT, Cursor, Limit, Page
from control_plane.workspaces.guards import requires
from control_plane.workspaces.principal import Principal

Who = NamedDependency[SkipValidation[Principal]]
Work = NamedDependency[SkipValidation[Unit]]
Id = FromPath[uuid.UUID]


class CheckUpController(Controller):
    path = "/checkups"
    tags = ["check-ups"]
    guards = [requires("viewer")]

    @get("/", summary="Check-ups, newest first")
    async def listing(
        self,
        unit: Work,
        principal: Who,
        limit: Limit = DEFAULT_LIMIT,
        cursor: Cursor = None,
        contact_id: FromQuery[uuid.UUID | None] = None,
    ) -> Page[CheckUpOut]:
        return await CheckUpService(unit, principal.workspace_id).listing(limit, cursor, contact_id)

    @post("/", guards=[requires("manager")], summary="Call a person regularly, and others when they cannot be reached")
    async def create(self, unit: Work, principal: Who, data: JSONBody[CheckUpIn]) -> CheckUpOut:
        return await CheckUpService(unit, principal.workspace_id).create(data)

    @get("/{checkup_id:uuid}", summary="One check-up")
    async def read(self, unit: Work, principal: Who, checkup_id: Id) -> Response[CheckUpOut]:
        return tagged(await CheckUpService(unit, principal.workspace_id).get(checkup_id), CheckUpPatch)

    @patch("/{checkup_id:uuid}", guards=[requires("manager")], summary="Change what is sent, pause or go on")
    async def update(
        self, unit: Work, principal: Who, checkup_id: Id, data: JSONBody[CheckUpPatch], if_match: IfMatch = None
    ) -> Response[CheckUpOut]:
        return tagged(await CheckUpService(unit, principal.workspace_id).update(checkup_id, data, if_match), CheckUpPatch)

    @delete("/{checkup_id:uuid}", guards=[requires("manager")], summary="Check no more; calls that were made are kept")
    async def remove(self, unit: Work, principal: Who, checkup_id: Id) -> None:
        await CheckUpService(unit, principal.workspace_id).delete(checkup_id)

    @get("/{checkup_id:uuid}/escalations", summary="What followed when it was missed, newest first")
    async def escalations(
        self, unit: Work, principal: Who, checkup_id: Id, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None
    ) -> Page[EscalationOut]:
        return await CheckUpService(unit, principal.workspace_id).escalations(checkup_id, limit, cursor)
