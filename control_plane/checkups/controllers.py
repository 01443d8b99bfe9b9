"""`/checkups`."""

import uuid

from litestar import Controller, Response, delete, get, patch, post
from litestar.params import FromQuery, JSONBody

from control_plane.checkups.schemas import CheckUpIn, CheckUpOut, CheckUpPatch, EscalationOut
from control_plane.checkups.service import CheckUpService
from control_plane.kit.etags import IfMatch, tagged
from control_plane.kit.pagination import DEFAULT_LIMIT, Cursor, Limit, Page
from control_plane.workspaces.guards import requires
from control_plane.workspaces.handling import Given, Id, over_unit


class CheckUpController(Controller):
    path = "/checkups"
    tags = ["check-ups"]
    guards = [requires("viewer")]
    dependencies = {"checkups": over_unit(CheckUpService)}

    @get("/", summary="Check-ups, newest first")
    async def listing(
        self,
        checkups: Given[CheckUpService],
        limit: Limit = DEFAULT_LIMIT,
        cursor: Cursor = None,
        contact_id: FromQuery[uuid.UUID | None] = None,
    ) -> Page[CheckUpOut]:
        return await checkups.listing(limit, cursor, contact_id)

    @post("/", guards=[requires("manager")], summary="Call a person regularly, and others when they cannot be reached")
    async def create(self, checkups: Given[CheckUpService], data: JSONBody[CheckUpIn]) -> CheckUpOut:
        return await checkups.create(data)

    @get("/{checkup_id:uuid}", summary="One check-up")
    async def read(self, checkups: Given[CheckUpService], checkup_id: Id) -> Response[CheckUpOut]:
        return tagged(await checkups.get(checkup_id), CheckUpPatch)

    @patch("/{checkup_id:uuid}", guards=[requires("manager")], summary="Change what is sent, pause or go on")
    async def update(
        self, checkups: Given[CheckUpService], checkup_id: Id, data: JSONBody[CheckUpPatch], if_match: IfMatch = None
    ) -> Response[CheckUpOut]:
        return tagged(await checkups.update(checkup_id, data, if_match), CheckUpPatch)

    @delete("/{checkup_id:uuid}", guards=[requires("manager")], summary="Check no more; calls that were made are kept")
    async def remove(self, checkups: Given[CheckUpService], checkup_id: Id) -> None:
        await checkups.delete(checkup_id)

    @get("/{checkup_id:uuid}/escalations", summary="What followed when it was missed, newest first")
    async def escalations(
        self, checkups: Given[CheckUpService], checkup_id: Id, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None
    ) -> Page[EscalationOut]:
        return await checkups.escalations(checkup_id, limit, cursor)
