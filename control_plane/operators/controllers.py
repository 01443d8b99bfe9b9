"""`/operators`."""

from litestar import Controller, Response, delete, get, patch, post
from litestar.params import JSONBody

from control_plane.kit.etags import IfMatch, tagged
from control_plane.kit.pagination import DEFAULT_LIMIT, Cursor, Limit, Page
from control_plane.operators.schemas import OperatorIn, OperatorOut, OperatorPatch
from control_plane.operators.service import OperatorService
from control_plane.workspaces.guards import requires
from control_plane.workspaces.handling import Given, Id, over_unit


class OperatorController(Controller):
    path = "/operators"
    tags = ("operators",)
    guards = (requires("viewer"),)
    dependencies = {"operators": over_unit(OperatorService)}

    @get("/", summary="People who take over calls, newest first")
    async def listing(self, operators: Given[OperatorService], limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None) -> Page[OperatorOut]:
        return await operators.page(limit, cursor)

    @post("/", guards=[requires("manager")], summary="Add somebody to whom calls can be put through")
    async def create(self, operators: Given[OperatorService], data: JSONBody[OperatorIn]) -> OperatorOut:
        return await operators.create(data)

    @get("/{operator_id:uuid}", summary="One operator")
    async def read(self, operators: Given[OperatorService], operator_id: Id) -> Response[OperatorOut]:
        return tagged(await operators.get(operator_id), OperatorPatch)

    @patch("/{operator_id:uuid}", guards=[requires("manager")], summary="Change when they are there, or whose calls they take")
    async def update(
        self, operators: Given[OperatorService], operator_id: Id, data: JSONBody[OperatorPatch], if_match: IfMatch = None
    ) -> Response[OperatorOut]:
        return tagged(await operators.change(operator_id, data, if_match), OperatorPatch)

    @delete("/{operator_id:uuid}", guards=[requires("manager")], summary="No call is put through to them any more")
    async def remove(self, operators: Given[OperatorService], operator_id: Id) -> None:
        await operators.delete(operator_id)
