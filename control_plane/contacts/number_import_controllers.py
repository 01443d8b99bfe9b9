"""`/suppressions/imports` and `/consents/imports`: files of numbers come in as a stream, reports go out as one."""

from dataclasses import replace
from datetime import date, datetime
from typing import Annotated, Any, ClassVar, Literal

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import QueryParameter, SkipValidation
from litestar.response import Stream

from control_plane.contacts.consent_schemas import Basis, Purpose
from control_plane.contacts.import_controllers import Country
from control_plane.contacts.number_import_schemas import ListAges, NumberImportOut
from control_plane.contacts.number_imports import FileOptions, NumberImportService
from control_plane.contacts.uploads import MAX_FILE, Encoding, UploadOperation, error_report, is_form, said_in, uploaded
from control_plane.db.unit import Unit
from control_plane.kit.storage import Storage
from control_plane.workspaces.guards import requires
from control_plane.workspaces.handling import Id, Who, Work
from control_plane.workspaces.idempotency import NOT_IDEMPOTENT
from control_plane.workspaces.principal import Principal

Files = NamedDependency[SkipValidation[Storage]]
ListName = Annotated[
    str, QueryParameter(name="source", pattern=r"^[a-z0-9][a-z0-9_.-]{0,63}$", description="Which list: us_national, us_tx, uk_tps …")
]
ListDate = Annotated[date, QueryParameter(name="list_date", description="When the list was obtained from its keeper, 2026-11-01.")]
Mode = Annotated[
    Literal["add", "replace"],
    QueryParameter(name="mode", description="replace: a whole new version; numbers that left the list may be called again."),
]
ForPurpose = Annotated[Purpose | None, QueryParameter(name="purpose", description="For rows without consent_purpose.")]
OnBasis = Annotated[Basis | None, QueryParameter(name="basis", description="For rows without consent_basis.")]
Source = Annotated[str, QueryParameter(name="source", max_length=500, description="For rows without consent_source.")]
Words = Annotated[str, QueryParameter(name="text", max_length=4_000, description="For rows without consent_text.")]
Since = Annotated[datetime | None, QueryParameter(name="granted_at", description="For rows without consent_at.")]


class NumberImportController(Controller):
    """What both kinds of import share; `kind` is `suppressions` or `consents`."""

    kind: ClassVar[str]
    guards = [requires("viewer")]

    @get("/imports/{number_import_id:uuid}", summary="How far an import has come")
    async def read(self, unit: Work, principal: Who, storage: Files, number_import_id: Id) -> NumberImportOut:
        return await self.service(unit, principal, storage).get(number_import_id)

    @get("/imports/{number_import_id:uuid}/errors.csv", media_type="text/csv", summary="Rejected rows with the reason")
    async def errors(self, unit: Work, principal: Who, storage: Files, number_import_id: Id) -> Stream:
        return error_report(await self.service(unit, principal, storage).error_report(number_import_id), number_import_id)

    def service(self, unit: Unit, principal: Principal, storage: Storage) -> NumberImportService:
        return NumberImportService(unit, principal.workspace_id, storage, self.kind)


class SuppressionImportController(NumberImportController):
    kind = "suppressions"
    path = "/suppressions"
    tags = ["suppressions"]

    @post(
        "/imports",
        status_code=202,
        guards=[requires("manager")],
        request_max_body_size=MAX_FILE,
        opt=NOT_IDEMPOTENT,
        operation_class=UploadOperation,
        summary="Import a do-not-call list: numbers, one per row, in the background",
    )
    async def create(
        self,
        request: Request[Any, Any, Any],
        unit: Work,
        principal: Who,
        storage: Files,
        source: ListName,
        list_date: ListDate,
        mode: Mode = "add",
        default_country: Country = None,
        encoding: Encoding = None,
    ) -> NumberImportOut:
        said = FileOptions(source, default_country, encoding, list_date, {"mode": mode})
        return await _upload(self.service(unit, principal, storage), said, request)

    @get("/lists", summary="How old each do-not-call list is; calls that need a list older than allowed are refused")
    async def lists(self, unit: Work, principal: Who, storage: Files) -> ListAges:
        return await self.service(unit, principal, storage).list_ages()


class ConsentImportController(NumberImportController):
    kind = "consents"
    path = "/consents"
    tags = ["consents"]

    @post(
        "/imports",
        status_code=202,
        guards=[requires("manager")],
        request_max_body_size=MAX_FILE,
        opt=NOT_IDEMPOTENT,
        operation_class=UploadOperation,
        summary="Import consents: phone, consent_purpose, consent_basis, consent_at …, in the background",
    )
    async def create(
        self,
        request: Request[Any, Any, Any],
        unit: Work,
        principal: Who,
        storage: Files,
        purpose: ForPurpose = None,
        basis: OnBasis = None,
        granted_at: Since = None,
        text: Words = "",
        source: Source = "",
        default_country: Country = None,
        encoding: Encoding = None,
    ) -> NumberImportOut:
        at = granted_at.isoformat() if granted_at else ""
        said = {"purpose": purpose or "", "basis": basis or "", "at": at, "text": text, "source": source}
        options = {f"consent_{name}": value for name, value in said.items() if value}
        return await _upload(self.service(unit, principal, storage), FileOptions(source, default_country, encoding, None, options), request)


async def _upload(service: NumberImportService, said: FileOptions, request: Request[Any, Any, Any]) -> NumberImportOut:
    """What a form says goes before the query; it is read to the end first, so that a slow one holds no connection."""
    if not is_form(request):
        return await service.accept(await service.prepare(said), request.stream())
    form, chunks = await uploaded(request)
    named = {name: said_in(form, name) or getattr(said, name) for name in ("default_country", "encoding")}
    return await service.accept(await service.prepare(replace(said, **named)), chunks)
