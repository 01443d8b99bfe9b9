"""`/contact-lists/{id}/imports` and `/imports`: files come in as a stream, reports go out as one."""

import uuid
from collections.abc import AsyncIterator
from dataclasses import asdict, dataclass
from typing import Annotated, Any

import msgspec
from litestar import Controller, Request, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency, Provide
from litestar.params import QueryParameter, SkipValidation
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
from control_plane.workspaces.handling import Given, Id, Who, Work
from control_plane.workspaces.idempotency import NOT_IDEMPOTENT

Files = NamedDependency[SkipValidation[Storage]]
Country = Annotated[
    str | None, QueryParameter(name="default_country", max_length=10, description="Two letters, such as US.", schema_extra=COUNTRY)
]
Mapping = Annotated[
    str | None,
    QueryParameter(name="mapping", max_length=20_000, description='JSON: {"Column header": "phone" | "name" | "attributes.plan" …}'),
]
OnList = Annotated[uuid.UUID | None, QueryParameter(name="contact_list_id", description="The list; without one it is a new one.")]


@dataclass(frozen=True, slots=True)
class Asked:
    """How the file is to be read, as the query says."""

    default_country: str | None
    mapping: str | None
    encoding: str | None


def provide_asked(default_country: Country = None, mapping: Mapping = None, encoding: Encoding = None) -> Asked:
    return Asked(default_country, mapping, encoding)


def provide_imports(unit: Work, principal: Who, storage: Files) -> ImportService:
    return ImportService(unit, principal.workspace_id, storage)


class ImportController(Controller):
    tags = ["contact lists"]
    guards = [requires("viewer")]
    dependencies = {
        "imports": Provide(provide_imports, sync_to_thread=False),
        "asked": Provide(provide_asked, sync_to_thread=False),
    }

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
        imports: Given[ImportService],
        asked: Given[Asked],
        list_id: Id,
    ) -> ImportOut:
        options, chunks = await _said(request, unit, imports, list_id, asked)
        return await imports.accept(list_id, options, chunks)

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
        imports: Given[ImportService],
        asked: Given[Asked],
        list_id: Id,
    ) -> ImportPreview:
        options, chunks = await _said(request, unit, imports, list_id, asked)
        return await imports.preview(options, chunks)

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
        imports: Given[ImportService],
        asked: Given[Asked],
        contact_list_id: OnList = None,
    ) -> ComparisonOut:
        """Reads the whole file, of up to 10 MB. Nothing is stored. Without a list everybody in the file would be added."""
        options, chunks = await _said(request, unit, imports, contact_list_id, asked)
        return await imports.compare(contact_list_id, options, chunks)

    @get("/imports/{import_id:uuid}", summary="How far an import has come")
    async def read(self, imports: Given[ImportService], import_id: Id) -> ImportOut:
        return await imports.get(import_id)

    @get(
        "/imports/{import_id:uuid}/stream",
        media_type="text/event-stream",
        opt=TOKEN_IN_QUERY,
        summary="How far an import comes, until its end, as Server-Sent Events",
    )
    async def stream(self, principal: Who, imports: Given[ImportService], state: State, import_id: Id) -> ServerSentEvent:
        """`progress` with the import whenever it has changed, then `end`. A client that comes back later is told the end again."""
        await imports.get(import_id)
        messages = progress(state.sessions, principal.workspace_id, import_id, lambda: state.live.is_leaving)
        return ServerSentEvent(state.import_watchers.watch(principal.workspace_id, messages))

    @get("/imports/{import_id:uuid}/errors.csv", media_type="text/csv", summary="Rejected rows with the reason and their own text")
    async def errors(self, imports: Given[ImportService], import_id: Id) -> Stream:
        return error_report(await imports.error_report(import_id), import_id)


async def _said(
    request: Request[Any, Any, Any], unit: Unit, imports: ImportService, list_id: uuid.UUID | None, asked: Asked
) -> tuple[ImportOptions, AsyncIterator[bytes]]:
    """How to read the file, and its bytes. What a form says goes before the query.

    A form is read to the end first (it is spooled to disk), so its options are known before the database is asked. The connection is let go
    before the bytes are read: an upload takes as long as whoever sends it.
    """
    form, chunks = await uploaded(request) if is_form(request) else ({}, request.stream())
    said = {name: said_in(form, name) or value for name, value in asdict(asked).items()}
    options = await imports.options(list_id, ImportOptions(said["default_country"], _mapping(said["mapping"]), said["encoding"]))
    await unit.session.rollback()
    return options, chunks


def _mapping(text: str | None) -> dict[str, str]:
    if not text:
        return {}
    try:
        return msgspec.json.decode(text, type=dict[str, str])
    except msgspec.DecodeError as error:
        raise Invalid.field("mapping", 'The mapping is JSON such as {"Column header": "phone"}.') from error
