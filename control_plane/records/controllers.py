"""`/calls/export.csv`, `/retention`, `/legal-holds`, `/erasures`, and a contact's erasure and export."""

import uuid
from datetime import datetime
from typing import Annotated

from litestar import Controller, get, post, put
from litestar.params import JSONBody, QueryParameter
from litestar.response import Stream

from control_plane.kit.api_schemas import PHONE
from control_plane.kit.csv_text import csv_download
from control_plane.kit.pagination import DEFAULT_LIMIT, Cursor, Limit, Page
from control_plane.records.call_export import CallExporter
from control_plane.records.erasure import ErasureService
from control_plane.records.holds import HoldService
from control_plane.records.person_export import PersonExporter
from control_plane.records.retention import RetentionService
from control_plane.records.schemas import ErasureIn, ErasureOut, HoldIn, HoldOut, PersonExport, RetentionIn, RetentionOut
from control_plane.workspaces.guards import requires
from control_plane.workspaces.handling import Id, Who, Work

Since = Annotated[datetime | None, QueryParameter(name="since", description="Dialled from then on; with a time zone.")]
Until = Annotated[datetime | None, QueryParameter(name="until", description="Dialled before then.")]
OfCampaign = Annotated[uuid.UUID | None, QueryParameter(name="campaign_id")]
Released = Annotated[bool | None, QueryParameter(name="is_released", description="Only released ones, or only those that stand.")]
AskedNumber = Annotated[
    str, QueryParameter(name="e164", max_length=32, schema_extra=PHONE, description="The number in E.164; write the plus as %2B.")
]


class CallExportController(Controller):
    path = "/calls"
    tags = ["records"]
    guards = [requires("viewer")]

    @get("/export.csv", media_type="text/csv", summary="Call details with the columns that US telemarketing rules ask for, as CSV")
    async def export(self, unit: Work, principal: Who, since: Since = None, until: Until = None, campaign_id: OfCampaign = None) -> Stream:
        return csv_download(await CallExporter(unit, principal.workspace_id).lines(since, until, campaign_id), "call-details.csv")


class RetentionController(Controller):
    path = "/retention"
    tags = ["records"]

    @get("/", guards=[requires("viewer")], summary="How many days each kind of record is kept")
    async def read(self, unit: Work, principal: Who) -> RetentionOut:
        return await RetentionService(unit, principal.workspace_id).get()

    @put("/", guards=[requires("owner")], summary="Keep records longer or shorter; what is over its time is deleted within a day")
    async def change(self, unit: Work, principal: Who, data: JSONBody[RetentionIn]) -> RetentionOut:
        return await RetentionService(unit, principal.workspace_id).change(data)


class HoldController(Controller):
    path = "/legal-holds"
    tags = ["records"]
    guards = [requires("viewer")]

    @get("/", summary="What must not be deleted, newest first")
    async def listing(
        self, unit: Work, principal: Who, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None, is_released: Released = None
    ) -> Page[HoldOut]:
        return await HoldService(unit, principal.workspace_id).listing(limit, cursor, is_released)

    @post("/", guards=[requires("manager")], summary="Keep everything about a contact, a number or a call")
    async def place(self, unit: Work, principal: Who, data: JSONBody[HoldIn]) -> HoldOut:
        return await HoldService(unit, principal.workspace_id).place(data)

    @get("/{hold_id:uuid}", summary="One legal hold")
    async def read(self, unit: Work, principal: Who, hold_id: Id) -> HoldOut:
        return await HoldService(unit, principal.workspace_id).get(hold_id)

    @post("/{hold_id:uuid}/release", status_code=200, guards=[requires("manager")], summary="Let retention and erasure apply again")
    async def release(self, unit: Work, principal: Who, hold_id: Id) -> HoldOut:
        return await HoldService(unit, principal.workspace_id).release(hold_id)


class ErasureController(Controller):
    path = "/erasures"
    tags = ["records"]
    guards = [requires("viewer")]

    @get("/", summary="Who was forgotten, without names, newest first")
    async def listing(self, unit: Work, principal: Who, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None) -> Page[ErasureOut]:
        return await ErasureService(unit, principal.workspace_id).listing(limit, cursor)

    @post("/", status_code=202, guards=[requires("manager")], summary="Forget a number and whoever has no other")
    async def erase(self, unit: Work, principal: Who, data: JSONBody[ErasureIn]) -> ErasureOut:
        """Numbers, words and recordings go; calls and verdicts stay as figures, the suppression as a keyed hash."""
        return await ErasureService(unit, principal.workspace_id).erase_number(data.e164)

    @get("/{erasure_id:uuid}", summary="One erasure")
    async def read(self, unit: Work, principal: Who, erasure_id: Id) -> ErasureOut:
        return await ErasureService(unit, principal.workspace_id).get(erasure_id)


class PersonController(Controller):
    tags = ["records"]
    guards = [requires("viewer")]

    @post("/contacts/{contact_id:uuid}/erase", status_code=202, guards=[requires("manager")], summary="Forget a contact")
    async def erase(self, unit: Work, principal: Who, contact_id: Id) -> ErasureOut:
        """The contact goes with its numbers; calls and verdicts stay as figures, its numbers stay suppressed as keyed hashes."""
        return await ErasureService(unit, principal.workspace_id).erase_contact(contact_id)

    @get("/contacts/{contact_id:uuid}/export", summary="Everything that is kept about a contact")
    async def export(self, unit: Work, principal: Who, contact_id: Id) -> PersonExport:
        return await PersonExporter(unit, principal.workspace_id).contact(contact_id)

    @get("/exports/person", summary="Everything that is kept about a number")
    async def export_number(self, unit: Work, principal: Who, e164: AskedNumber) -> PersonExport:
        return await PersonExporter(unit, principal.workspace_id).number(e164)
