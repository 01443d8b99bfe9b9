"""HTTP for assistants."""

import uuid

from litestar import Controller, Response, delete, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, SkipValidation

from control_plane.assistants.schemas import AssistantIn, AssistantOut, AssistantPatch, AssistantVersionOut
from control_plane.assistants.service import AssistantService
from control_plane.db.unit import Unit
from control_plane.kit.etags import IfMatch, tagged
from control_plane.kit.pagination import DEFAULT_LIMIT, Cursor, Limit, Page
from control_plane.workspaces.guards import requires
from control_plane.workspaces.principal import Principal


async def provide_assistants(
    unit: NamedDependency[SkipValidation[Unit]], principal: NamedDependency[SkipValidation[Principal]]
) -> AssistantService:
    return AssistantService(unit, principal.workspace_id)


Assistants = NamedDependency[SkipValidation[AssistantService]]


class AssistantController(Controller):
    path = "/assistants"
    tags = ("assistants",)
    dependencies = {"assistants": provide_assistants}

    @get(guards=[requires("viewer")], summary="Assistants, newest first")
    async def index(
        self, assistants: Assistants, is_active: FromQuery[bool | None] = None, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None
    ) -> Page[AssistantOut]:
        return await assistants.page(is_active=is_active, limit=limit, cursor=cursor)

    @post(guards=[requires("manager")], summary="Make an assistant; it is published as version 1")
    async def create(self, data: JSONBody[AssistantIn], assistants: Assistants) -> Response[AssistantOut]:
        return tagged(await assistants.create(data), AssistantPatch)

    @get("/{assistant_id:uuid}", guards=[requires("viewer")], summary="An assistant: its draft")
    async def show(self, assistant_id: FromPath[uuid.UUID], assistants: Assistants) -> Response[AssistantOut]:
        return tagged(await assistants.get(assistant_id), AssistantPatch)

    @patch("/{assistant_id:uuid}", guards=[requires("manager")], summary="Change the draft")
    async def change(
        self, assistant_id: FromPath[uuid.UUID], data: JSONBody[AssistantPatch], assistants: Assistants, if_match: IfMatch = None
    ) -> Response[AssistantOut]:
        return tagged(await assistants.change(assistant_id, data, if_match), AssistantPatch)

    @delete("/{assistant_id:uuid}", guards=[requires("manager")], summary="Delete an assistant that nothing uses")
    async def remove(self, assistant_id: FromPath[uuid.UUID], assistants: Assistants) -> None:
        await assistants.delete(assistant_id)

    @post("/{assistant_id:uuid}/publish", guards=[requires("manager")], summary="Publish the draft as the next version")
    async def publish(self, assistant_id: FromPath[uuid.UUID], assistants: Assistants) -> AssistantVersionOut:
        return await assistants.publish(assistant_id)

    @get("/{assistant_id:uuid}/versions", guards=[requires("viewer")], summary="Published versions, newest first")
    async def versions(
        self, assistant_id: FromPath[uuid.UUID], assistants: Assistants, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None
    ) -> Page[AssistantVersionOut]:
        return await assistants.versions(assistant_id, limit=limit, cursor=cursor)
