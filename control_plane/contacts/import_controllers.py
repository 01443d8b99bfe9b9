"""`/contact-lists/{id}/imports` and `/imports`: files come in as a stream, reports go out as one."""

import uuid
from collections.abc import AsyncIterator
from typing import Annotated, Any

import msgspec
from litestar import Controller, Request, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter, SkipValidation
from litestar.response import ServerSentEvent, Stream

from control_plane.contacts.comparison import LARGEST, ComparisonOut
from control_plane.contacts.import_preview import ImportPreview
from control_plane.contacts.import_stream import progress
from control_plane.contacts.imports import ImportOptions, ImportService
from control_plane.contacts.schemas import ImportOut
from control_plane.contacts.uploads import MAX_FILE, Encoding, MappedUploadOperation, error_report, is_form, said_in, uploaded
from control_plane.db.unit import Unit
from control_plane.domain.errors import Invalid
from control_plane.kit.api_schemas import COUNTRY
from control_plane.kit.storage import Storage
from control_plane.workspaces.authentication import TOKEN_IN_QUERY
from control_plane.workspaces.guards import requires
from control_plane.workspaces.idempotency import NOT_IDEMPOTENT
from control_plane.workspaces.principal import Principal

Who = NamedDependency[SkipValidation[Principal]]
Work = NamedDependency[SkipValidation[Unit]]
Files = NamedDependency[SkipValidation[Storage]]
Country = Annotated[
    str | None, QueryParameter(name="default_country", max_length=10, description="Two letters, such as US.", schema_extra=COUNTRY)
]
Mapping = Annotated[
    str | None,
    QueryParameter(name="mapping", max_length=20_000, description='JSON: {"Column header": "phone" | "name" | "attributes.plan" …}'),
]
OnList = Annotated[uuid.UUID | None, QueryParameter(name="contact_list_id", description="The list; without one it is a new one.")]
Token = Annotated[
    str | None,
    QueryParameter(name="access_token", max_length=8192, description="A token (never a key), for a client that sends no header."),
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
        operation_class=MappedUploadOperation,
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
        encoding: Encoding = None,
    ) -> ImportOut:
        service = ImportService(unit, principal.workspace_id, storage)
        options, chunks = await _said(
            request, service, list_id, {"default_country": default_country, "mapping": mapping, "encoding": encoding}
        )
        await unit.session.rollback()
        return await service.accept(list_id, options, chunks)

    @post(
        "/contact-lists/{list_id:uuid}/imports/preview",
        status_code=200,
        guards=[requires("manager")],
        opt=NOT_IDEMPOTENT,
        operation_class=MappedUploadOperation,
        summary="What an import would make of the file, told from its first 64 kB: columns, their meaning, rows that are no contacts",
    )
    async def preview(
        self,
        request: Request[Any, Any, Any],
        unit: Work,
        principal: Who,
        storage: Files,
        list_id: FromPath[uuid.UUID],
        default_country: Country = None,
        mapping: Mapping = None,
        encoding: Encoding = None,
    ) -> ImportPreview:
        service = ImportService(unit, principal.workspace_id, storage)
        options, chunks = await _said(
            request, service, list_id, {"default_country": default_country, "mapping": mapping, "encoding": encoding}
        )
        await unit.session.rollback()
        return await service.preview(options, chunks)

    @post(
        "/contact-lists/imports/compare",
        status_code=200,
        guards=[requires("manager")],
        request_max_body_size=LARGEST,
        opt=NOT_IDEMPOTENT,
        operation_class=MappedUploadOperation,
        summary="Who would be added, changed and kept if a list became what the file says, and who stands on it and not in the file",
    )
    async def compare(
        self,
        request: Request[Any, Any, Any],
        unit: Work,
        principal: Who,
        storage: Files,
        contact_list_id: OnList = None,
        default_country: Country = None,
        mapping: Mapping = None,
        encoding: Encoding = None,
    ) -> ComparisonOut:
        """Reads the whole file, of up to 10 MB. Nothing is stored. Without a list everybody in the file would be added."""
        service = ImportService(unit, principal.workspace_id, storage)
        options, chunks = await _said(
            request, service, contact_list_id, {"default_country": default_country, "mapping": mapping, "encoding": encoding}
        )
        await unit.session.rollback()
        return await service.compare(contact_list_id, options, chunks)

    @get("/imports/{import_id:uuid}", summary="How far an import has come")
    async def read(self, unit: Work, principal: Who, storage: Files, import_id: FromPath[uuid.UUID]) -> ImportOut:
        return await ImportService(unit, principal.workspace_id, storage).get(import_id)

    @get(
        "/imports/{import_id:uuid}/stream",
        media_type="text/event-stream",
        opt=TOKEN_IN_QUERY,
        summary="How far an import comes, until its end, as Server-Sent Events",
    )
    async def stream(
        self, unit: Work, principal: Who, storage: Files, state: State, import_id: FromPath[uuid.UUID], token: Token = None
    ) -> ServerSentEvent:
        """`progress` with the import whenever it has changed, then `end`. A client that comes back later is told the end again."""
        await ImportService(unit, principal.workspace_id, storage).get(import_id)
        messages = progress(state.sessions, principal.workspace_id, import_id, lambda: state.live.is_leaving)
        return ServerSentEvent(state.import_watchers.watch(principal.workspace_id, messages))

    @get("/imports/{import_id:uuid}/errors.csv", media_type="text/csv", summary="Rejected rows with the reason and their own text")
    async def errors(self, unit: Work, principal: Who, storage: Files, import_id: FromPath[uuid.UUID]) -> Stream:
        return error_report(await ImportService(unit, principal.workspace_id, storage).error_report(import_id), import_id)


async def _said(
    request: Request[Any, Any, Any], service: ImportService, list_id: uuid.UUID | None, query: dict[str, str | None]
) -> tuple[ImportOptions, AsyncIterator[bytes]]:
    """How to read the file, and its bytes. What a form says goes before the query.

    A form is read to the end first (it is spooled to disk), so its options are known before the database is asked.
    """
    form, chunks = await uploaded(request) if is_form(request) else ({}, request.stream())
    said = {name: said_in(form, name) or value for name, value in query.items()}
    options = ImportOptions(said["default_country"], _mapping(said["mapping"]), said["encoding"])
    return await service.options(list_id, options), chunks


def _mapping(text: str | None) -> dict[str, str]:
    if not text:
        return {}
    try:
        return msgspec.json.decode(text, type=dict[str, str])
    except msgspec.DecodeError as error:
        raise Invalid.field("mapping", 'The mapping is JSON such as {"Column header": "phone"}.') from error
