"""`/suppressions`."""

import uuid
from typing import Annotated, Literal

from litestar import Controller, Response, delete, get, post
from litestar.params import FromPath, JSONBody, QueryParameter

from control_plane.contacts.schemas import SuppressionCheck, SuppressionIn, SuppressionOut
from control_plane.contacts.suppressions import SuppressionService
from control_plane.kit.api_examples import also
from control_plane.kit.api_schemas import PHONE
from control_plane.kit.pagination import DEFAULT_LIMIT, Cursor, Limit, Page
from control_plane.workspaces.guards import requires
from control_plane.workspaces.handling import Who, Work

Number = Annotated[str | None, QueryParameter(name="e164", max_length=32, schema_extra=PHONE)]
AskedNumber = Annotated[
    str, QueryParameter(name="e164", max_length=32, schema_extra=PHONE, description="The number in E.164; write the plus as %2B.")
]
ForCampaign = Annotated[uuid.UUID | None, QueryParameter(name="campaign_id", description="Count this campaign's own suppressions too.")]
ScopeFilter = Annotated[Literal["workspace", "campaign"] | None, QueryParameter(name="scope")]


class SuppressionController(Controller):
    path = "/suppressions"
    tags = ["suppressions"]
    guards = [requires("viewer")]

    @get("/", summary="Numbers never to be called, newest first")
    async def listing(
        self,
        unit: Work,
        principal: Who,
        limit: Limit = DEFAULT_LIMIT,
        cursor: Cursor = None,
        e164: Number = None,
        suppression_scope: ScopeFilter = None,
    ) -> Page[SuppressionOut]:
        return await SuppressionService(unit, principal.workspace_id).listing(limit, cursor, e164, suppression_scope)

    @post(
        "/",
        guards=[requires("manager")],
        responses=also(200, SuppressionOut, "It was so already."),
        summary="Never call this number; 200 when that is so already",
    )
    async def create(self, unit: Work, principal: Who, data: JSONBody[SuppressionIn]) -> Response[SuppressionOut]:
        row, is_new = await SuppressionService(unit, principal.workspace_id).create(data)
        return Response(row, status_code=201 if is_new else 200)

    @get("/check", summary="May this number be called at all?")
    async def check(self, unit: Work, principal: Who, e164: AskedNumber, campaign_id: ForCampaign = None) -> SuppressionCheck:
        return await SuppressionService(unit, principal.workspace_id).check(e164, campaign_id)

    @get("/{suppression_id:uuid}", summary="One suppression")
    async def read(self, unit: Work, principal: Who, suppression_id: FromPath[uuid.UUID]) -> SuppressionOut:
        return await SuppressionService(unit, principal.workspace_id).get(suppression_id)

    @delete("/{suppression_id:uuid}", guards=[requires("manager")], summary="Allow the number again; the audit log keeps what was lifted")
    async def remove(self, unit: Work, principal: Who, suppression_id: FromPath[uuid.UUID]) -> None:
        await SuppressionService(unit, principal.workspace_id).delete(suppression_id)
