"""`/appointments`."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from litestar import Controller, Request, Response, delete, get, patch, post
from litestar.openapi.spec import OpenAPIMediaType, Operation, RequestBody, Schema
from litestar.openapi.spec.enums import OpenAPIFormat, OpenAPIType
from litestar.params import FromQuery, JSONBody, QueryParameter

from control_plane.appointments.importing import AppointmentImporter
from control_plane.appointments.schemas import AppointmentImportOut, AppointmentIn, AppointmentOut, AppointmentPatch
from control_plane.appointments.service import AppointmentService
from control_plane.contacts.uploads import is_form, uploaded
from control_plane.domain.reminding import Status
from control_plane.kit.etags import IfMatch, tagged
from control_plane.kit.pagination import DEFAULT_LIMIT, Cursor, Limit, Page
from control_plane.workspaces.guards import requires
from control_plane.workspaces.handling import Given, Id, Who, Work, over_unit
from control_plane.workspaces.idempotency import NOT_IDEMPOTENT

InStatus = Annotated[Status | None, QueryParameter(name="status", description="Only appointments in this status.")]
AssistantId = Annotated[uuid.UUID, QueryParameter(name="assistant_id", description="Who reminds of the appointments in the file.")]


class AppointmentController(Controller):
    path = "/appointments"
    tags = ["appointments"]
    guards = [requires("viewer")]
    dependencies = {"appointments": over_unit(AppointmentService)}

    @get("/", summary="Appointments, newest first")
    async def listing(
        self,
        appointments: Given[AppointmentService],
        limit: Limit = DEFAULT_LIMIT,
        cursor: Cursor = None,
        contact_id: FromQuery[uuid.UUID | None] = None,
        in_status: InStatus = None,
        since: FromQuery[datetime | None] = None,
        until: FromQuery[datetime | None] = None,
    ) -> Page[AppointmentOut]:
        """Appointments, newest first; `since` and `until` bound when they begin."""
        return await appointments.listing(limit, cursor, contact_id=contact_id, status=in_status, since=since, until=until)

    @post("/", guards=[requires("manager")], summary="Make an appointment, of which the contact is reminded")
    async def create(self, appointments: Given[AppointmentService], data: JSONBody[AppointmentIn]) -> AppointmentOut:
        return await appointments.create(data)

    @get("/{appointment_id:uuid}", summary="One appointment with its reminders")
    async def read(self, appointments: Given[AppointmentService], appointment_id: Id) -> Response[AppointmentOut]:
        return tagged(await appointments.get(appointment_id), AppointmentPatch)

    @patch("/{appointment_id:uuid}", guards=[requires("manager")], summary="Move it, cancel it, or change what is sent")
    async def update(
        self, appointments: Given[AppointmentService], appointment_id: Id, data: JSONBody[AppointmentPatch], if_match: IfMatch = None
    ) -> Response[AppointmentOut]:
        return tagged(await appointments.update(appointment_id, data, if_match), AppointmentPatch)

    @delete("/{appointment_id:uuid}", guards=[requires("manager")], summary="Forget an appointment; nobody is reminded of it any more")
    async def remove(self, appointments: Given[AppointmentService], appointment_id: Id) -> None:
        await appointments.delete(appointment_id)


_EXAMPLE = "phone,starts_at,place\n+12025550123,2026-12-24 14:30,12 Main Street\n"


@dataclass
class _FileOperation(Operation):
    """Tells OpenAPI what the handler reads from the request by itself."""

    def __post_init__(self) -> None:
        file = Schema(type=OpenAPIType.STRING, format=OpenAPIFormat.BINARY)
        form = Schema(type=OpenAPIType.OBJECT, properties={"file": file}, required=["file"])
        content = {
            "multipart/form-data": OpenAPIMediaType(schema=form, example={"file": _EXAMPLE}),
            "text/csv": OpenAPIMediaType(schema=file, example=_EXAMPLE),
        }
        self.request_body = RequestBody(content=content, required=True, description="A CSV file, as a form's field or as the whole body.")


class AppointmentImportController(Controller):
    path = "/appointments/imports"
    tags = ["appointments"]
    guards = [requires("manager")]

    @post(
        "/", status_code=200, opt=NOT_IDEMPOTENT, operation_class=_FileOperation, summary="Appointments from a CSV file of up to 2,000 rows"
    )
    async def create(self, request: Request[Any, Any, Any], unit: Work, principal: Who, assistant_id: AssistantId) -> AppointmentImportOut:
        """Columns: phone or contact_id, starts_at, and optionally time_zone, place, title, reminders (`2 days, 2 hours`), external_id.

        A row whose `external_id` is known moves or changes that appointment, so the same file may be sent again.
        """
        importer = AppointmentImporter(unit, principal.workspace_id, assistant_id)
        chunks = (await uploaded(request))[1] if is_form(request) else request.stream()
        return await importer.run(chunks)
