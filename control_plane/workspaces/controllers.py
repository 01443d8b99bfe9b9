"""HTTP for the workspace, its keys, and tokens."""

import uuid
from datetime import timedelta

from litestar import Controller, Response, delete, get, patch, post
from litestar.di import NamedDependency
from litestar.exceptions import NotAuthorizedException
from litestar.params import FromPath, JSONBody, SkipValidation

from control_plane.db.unit import Unit
from control_plane.kit.clock import Clock
from control_plane.kit.etags import IfMatch, tagged
from control_plane.kit.pagination import DEFAULT_LIMIT, Cursor, Limit, Page
from control_plane.kit.signing import TokenSigner
from control_plane.workspaces.guards import requires
from control_plane.workspaces.principal import Principal
from control_plane.workspaces.schemas import ApiKeyIn, ApiKeyOut, NewApiKeyOut, TokenOut, WorkspaceOut, WorkspacePatch
from control_plane.workspaces.service import WorkspaceService

TOKEN_LIFETIME = timedelta(minutes=15)
"""Short, because tokens are handed to browsers; revoking the key ends them at once."""


async def provide_workspaces(
    unit: NamedDependency[SkipValidation[Unit]], principal: NamedDependency[SkipValidation[Principal]]
) -> WorkspaceService:
    return WorkspaceService(unit, principal.workspace_id)


Workspaces = NamedDependency[SkipValidation[WorkspaceService]]


class WorkspaceController(Controller):
    path = "/workspace"
    tags = ("workspace",)
    dependencies = {"workspaces": provide_workspaces}

    @get(guards=[requires("viewer")], summary="The workspace of this key")
    async def show(self, workspaces: Workspaces) -> Response[WorkspaceOut]:
        return tagged(WorkspaceOut.of(await workspaces.get()), WorkspacePatch)

    @patch(guards=[requires("owner")], summary="Change the workspace, or halt all its calls")
    async def change(self, data: JSONBody[WorkspacePatch], workspaces: Workspaces, if_match: IfMatch = None) -> Response[WorkspaceOut]:
        return tagged(WorkspaceOut.of(await workspaces.change(data, if_match)), WorkspacePatch)


class ApiKeyController(Controller):
    path = "/api-keys"
    tags = ("workspace",)
    guards = (requires("owner"),)
    dependencies = {"workspaces": provide_workspaces}

    @get(summary="Keys, revoked ones too")
    async def index(self, workspaces: Workspaces, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None) -> Page[ApiKeyOut]:
        return await workspaces.keys(limit=limit, cursor=cursor)

    @post(summary="Make a key; it is shown once")
    async def create(self, data: JSONBody[ApiKeyIn], workspaces: Workspaces) -> NewApiKeyOut:
        row, key = await workspaces.add_key(data)
        return NewApiKeyOut(row.id, row.name, row.role, row.prefix, row.expires_at, row.created_at, key)

    @delete("/{key_id:uuid}", summary="Revoke a key")
    async def revoke(self, key_id: FromPath[uuid.UUID], workspaces: Workspaces) -> None:
        await workspaces.revoke_key(key_id)


class TokenController(Controller):
    path = "/auth"
    tags = ("workspace",)

    @post("/token", opt={"idempotent": False}, status_code=200, summary="Exchange an API key for a short-lived token")
    async def exchange(
        self,
        principal: NamedDependency[SkipValidation[Principal]],
        signer: NamedDependency[SkipValidation[TokenSigner]],
        clock: NamedDependency[SkipValidation[Clock]],
    ) -> TokenOut:
        if not principal.by_key:
            raise NotAuthorizedException("A token cannot be exchanged for another one; use the API key.")
        claims = {"sub": principal.actor, "workspace_id": str(principal.workspace_id), "role": principal.role}
        token = signer.sign(claims, clock.now(), TOKEN_LIFETIME)
        return TokenOut(token, "Bearer", int(TOKEN_LIFETIME.total_seconds()), principal.role, principal.workspace_id)
