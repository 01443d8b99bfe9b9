"""HTTP for secrets."""

import uuid

from litestar import Controller, Response, delete, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, SkipValidation

from control_plane.db.unit import Unit
from control_plane.kit.etags import IfMatch, tagged
from control_plane.kit.outbound_guard import Guard
from control_plane.kit.pagination import DEFAULT_LIMIT, Cursor, Limit, Page
from control_plane.kit.secrets import SecretBox
from control_plane.secrets.schemas import SecretIn, SecretOut, SecretPatch
from control_plane.secrets.service import SecretService
from control_plane.workspaces.guards import requires
from control_plane.workspaces.principal import Principal


async def provide_secrets(
    unit: NamedDependency[SkipValidation[Unit]],
    principal: NamedDependency[SkipValidation[Principal]],
    secret_box: NamedDependency[SkipValidation[SecretBox]],
    outbound_guard: NamedDependency[SkipValidation[Guard]],
) -> SecretService:
    return SecretService(unit, principal.workspace_id, secret_box, outbound_guard)


Secrets = NamedDependency[SkipValidation[SecretService]]


class SecretController(Controller):
    path = "/secrets"
    tags = ("secrets",)
    dependencies = {"secrets": provide_secrets}

    @get(guards=[requires("manager")], summary="Secrets without their values, newest first")
    async def index(self, secrets: Secrets, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None) -> Page[SecretOut]:
        return await secrets.page(limit=limit, cursor=cursor)

    @post(guards=[requires("owner")], summary="Entrust a secret; its value is never shown again")
    async def create(self, data: JSONBody[SecretIn], secrets: Secrets) -> Response[SecretOut]:
        return tagged(await secrets.create(data), SecretPatch)

    @get("/{secret_id:uuid}", guards=[requires("manager")], summary="A secret, without its value")
    async def show(self, secret_id: FromPath[uuid.UUID], secrets: Secrets) -> Response[SecretOut]:
        return tagged(await secrets.get(secret_id), SecretPatch)

    @patch("/{secret_id:uuid}", guards=[requires("owner")], summary="Replace a secret's value, endpoint or description")
    async def change(
        self, secret_id: FromPath[uuid.UUID], data: JSONBody[SecretPatch], secrets: Secrets, if_match: IfMatch = None
    ) -> Response[SecretOut]:
        return tagged(await secrets.change(secret_id, data, if_match), SecretPatch)

    @delete("/{secret_id:uuid}", guards=[requires("owner")], summary="Delete a secret that no assistant uses")
    async def remove(self, secret_id: FromPath[uuid.UUID], secrets: Secrets) -> None:
        await secrets.delete(secret_id)
