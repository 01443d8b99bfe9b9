"""What the workspace knows of people, as CSV files to keep."""

import uuid
from typing import Annotated

from litestar import Controller, get
from litestar.params import QueryParameter
from litestar.response import Stream

from control_plane.contacts.exports import Exports
from control_plane.kit.csv_text import csv_download
from control_plane.workspaces.guards import requires
from control_plane.workspaces.handling import Who, Work

OnList = Annotated[uuid.UUID | None, QueryParameter(name="contact_list_id", description="Members of this list only.")]


class ContactExportController(Controller):
    guards = [requires("viewer")]

    @get(
        "/contacts/export.csv", media_type="text/csv", tags=["contacts"], summary="Contacts as CSV that can be imported again, oldest first"
    )
    async def contacts(self, unit: Work, principal: Who, contact_list_id: OnList = None) -> Stream:
        return csv_download(await Exports(unit, principal.workspace_id).contacts(contact_list_id), "contacts.csv")

    @get(
        "/suppressions/export.csv", media_type="text/csv", tags=["suppressions"], summary="Numbers never to be called, as CSV, oldest first"
    )
    async def suppressions(self, unit: Work, principal: Who) -> Stream:
        return csv_download(await Exports(unit, principal.workspace_id).suppressions(), "suppressions.csv")

    @get("/consents/export.csv", media_type="text/csv", tags=["consents"], summary="Who agreed to be called, as CSV, oldest first")
    async def consents(self, unit: Work, principal: Who) -> Stream:
        return csv_download(await Exports(unit, principal.workspace_id).consents(), "consents.csv")
