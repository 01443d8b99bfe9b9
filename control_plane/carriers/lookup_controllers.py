"""`/number-lookups`."""

from typing import Annotated

from litestar import Controller, get, put
from litestar.di import NamedDependency
from litestar.params import JSONBody, QueryParameter, SkipValidation

from control_plane.carriers.lookup_schemas import LookupSettingsIn, LookupSettingsOut, NumberLookupOut
from control_plane.carriers.lookups import LookupService
from control_plane.db.unit import Unit
from control_plane.kit.api_schemas import PHONE
from control_plane.kit.pagination import DEFAULT_LIMIT, Cursor, Limit, Page
from control_plane.kit.secrets import SecretBox
from control_plane.settings import Settings
from control_plane.workspaces.guards import requires
from control_plane.workspaces.principal import Principal

Number = Annotated[str | None, QueryParameter(name="e164", max_length=32, schema_extra=PHONE)]


async def provide_number_lookups(
    unit: NamedDependency[SkipValidation[Unit]],
    principal: NamedDependency[SkipValidation[Principal]],
    secret_box: NamedDependency[SkipValidation[SecretBox]],
    settings: NamedDependency[SkipValidation[Settings]],
) -> LookupService:
    return LookupService(unit, principal.workspace_id, secret_box, settings)


Lookups = NamedDependency[SkipValidation[LookupService]]


class NumberLookupController(Controller):
    path = "/number-lookups"
    tags = ("carriers",)
    dependencies = {"number_lookups": provide_number_lookups}

    @get(guards=[requires("viewer")], summary="What the carrier has said of numbers before they were called, newest first")
    async def listing(
        self, number_lookups: Lookups, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None, e164: Number = None
    ) -> Page[NumberLookupOut]:
        return await number_lookups.listing(limit, cursor, e164)

    @get("/settings", guards=[requires("viewer")], summary="What is looked up of numbers before they are called, and what it costs")
    async def show(self, number_lookups: Lookups) -> LookupSettingsOut:
        return await number_lookups.settings()

    @put("/settings", guards=[requires("owner")], summary="Switch look-ups on with their price said, or off")
    async def change(self, data: JSONBody[LookupSettingsIn], number_lookups: Lookups) -> LookupSettingsOut:
        return await number_lookups.change(data)
