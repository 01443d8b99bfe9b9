"""`/consents`, and the declaration for a whole list."""

import uuid
from typing import Annotated

from litestar import Controller, Response, get, post
from litestar.params import FromPath, JSONBody, QueryParameter

from control_plane.contacts.consent_schemas import ConsentIn, ConsentOut, DeclarationIn, DeclarationOut, Purpose, RevocationIn
from control_plane.contacts.consents import ConsentService
from control_plane.kit.api_examples import also
from control_plane.kit.api_schemas import PHONE
from control_plane.kit.pagination import DEFAULT_LIMIT, Cursor, Limit, Page
from control_plane.workspaces.guards import requires
from control_plane.workspaces.handling import Who, Work

Number = Annotated[str | None, QueryParameter(name="e164", max_length=32, schema_extra=PHONE)]
ForPurpose = Annotated[Purpose | None, QueryParameter(name="purpose")]
Revoked = Annotated[bool | None, QueryParameter(name="is_revoked", description="Only revoked ones, or only those that stand.")]


class ConsentController(Controller):
    path = "/consents"
    tags = ["consents"]
    guards = [requires("viewer")]

    @get("/", summary="Who agreed to be called, newest first")
    async def listing(
        self,
        unit: Work,
        principal: Who,
        limit: Limit = DEFAULT_LIMIT,
        cursor: Cursor = None,
        e164: Number = None,
        purpose: ForPurpose = None,
        is_revoked: Revoked = None,
    ) -> Page[ConsentOut]:
        service = ConsentService(unit, principal.workspace_id)
        return await service.listing(limit, cursor, e164=e164, purpose=purpose, is_revoked=is_revoked)

    @post(
        "/",
        guards=[requires("manager")],
        responses=also(200, ConsentOut, "This very one was on record already."),
        summary="Record a consent; 200 when this very one is on record already",
    )
    async def create(self, unit: Work, principal: Who, data: JSONBody[ConsentIn]) -> Response[ConsentOut]:
        row, is_new = await ConsentService(unit, principal.workspace_id).create(data)
        return Response(row, status_code=201 if is_new else 200)

    @get("/{consent_id:uuid}", summary="One consent")
    async def read(self, unit: Work, principal: Who, consent_id: FromPath[uuid.UUID]) -> ConsentOut:
        return await ConsentService(unit, principal.workspace_id).get(consent_id)

    @post("/{consent_id:uuid}/revoke", status_code=200, guards=[requires("manager")], summary="No further call rests on this consent")
    async def revoke(
        self, unit: Work, principal: Who, consent_id: FromPath[uuid.UUID], data: JSONBody[RevocationIn | None] = None
    ) -> ConsentOut:
        return await ConsentService(unit, principal.workspace_id).revoke(consent_id, data.reason if data else "")


class ListConsentController(Controller):
    path = "/contact-lists/{list_id:uuid}/consents"
    tags = ["consents"]
    guards = [requires("manager")]

    @post("/", status_code=200, summary="Declare a consent for everybody who stands on the list now")
    async def declare(self, unit: Work, principal: Who, list_id: FromPath[uuid.UUID], data: JSONBody[DeclarationIn]) -> DeclarationOut:
        return await ConsentService(unit, principal.workspace_id).declare(list_id, data)
