"""`/contact-lists/{id}/imports` and `/imports`: files come in as a stream, reports go out as one."""

import uuid
from typing import Annotated, Any

import msgspec
from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter, SkipValidation
from litestar.response import Stream

from control_plane.contacts.imports import ImportService
from control_plane.contacts.schemas import ImportOut
from control_plane.contacts.uploads import MAX_FILE, UploadOperation, error_report, is_form, uploaded
from control_plane.db.unit import Unit
from control_plane.domain.errors import Invalid
from control_plane.kit.storage import Storage
from control_plane.workspaces.guards import requires
from control_plane.workspaces.idempotency import NOT_IDEMPOTENT
from control_plane.workspaces.principal import Principal

Who = NamedDependency[SkipValidation[Principal]]
Work = NamedDependency[SkipValidation[Unit]]
Files = NamedDependency[SkipValidation[Storage]]
Country = Annotated[str | None, QueryParameter(name="default_country", max_length=10, description="Two letters, such as US.")]
Mapping = Annotated[
    str | None,
    QueryParameter(name="mapping", max_length=20_000, description='JSON: {"Column header": "phone" | "name" | "attributes.plan" …}'),
]


class ImportController(Controller):
    tags = ["contact lists"]
    guards = [requires("viewer")]

    @post(
        "/contact-lists/{list_id:uuid}/imports",
        status_code=202,
        guards=[requires("manager")],
        request_max_body_size=MAX_FILE,
        opt=NOT_IDEMPOTENT,
        operation_class=UploadOperation,
        summary="Import contacts from CSV, in the background",
    )
    async def create(
        self,
        request: Request[Any, Any, Any],
        unit: Work,
        principal: Who,
        storage: Files,
        list_id: FromPath[uuid.UUID],
        default_country: Country = None,
        mapping: Mapping = None,
    ) -> ImportOut:
        service = ImportService(unit, principal.workspace_id, storage)
        if not is_form(request):
            options = await service.options(list_id, default_country, _mapping(mapping))
            await unit.session.rollback()
            return await service.accept(list_id, options, request.stream())
        # The form is read to the end first (it is spooled to disk), so its options are known before the database is asked.
        form, chunks = await uploaded(request)
        columns = _mapping(form.get("mapping") or mapping)
        options = await service.options(list_id, form.get("default_country") or default_country, columns)
        return await service.accept(list_id, options, chunks)

    @get("/imports/{import_id:uuid}", summary="How far an import has come")
    async def read(self, unit: Work, principal: Who, storage: Files, import_id: FromPath[uuid.UUID]) -> ImportOut:
        return await ImportService(unit, principal.workspace_id, storage).get(import_id)

    @get("/imports/{import_id:uuid}/errors.csv", media_type="text/csv", summary="Rejected rows with the reason and their own text")
    async def errors(self, unit: Work, principal: Who, storage: Files, import_id: FromPath[uuid.UUID]) -> Stream:
        return error_report(await ImportService(unit, principal.workspace_id, storage).error_report(import_id), import_id)


def _mapping(text: str | None) -> dict[str, str]:
    if not text:
        return {}
    try:
        return msgspec.json.decode(text, type=dict[str, str])
    except msgspec.DecodeError as error:
        raise Invalid.field("mapping", 'The mapping is JSON such as {"Column header": "phone"}.') from error
