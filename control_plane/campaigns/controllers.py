"""`/campaigns` and `/enrollments`."""

import uuid
from typing import Annotated, Literal

from litestar import Controller, Response, delete, get, patch, post
from litestar.params import JSONBody, QueryParameter
from litestar.response import Stream

from control_plane.campaigns.enrolling import EnrollingService
from control_plane.campaigns.lifecycle import CampaignLifecycle
from control_plane.campaigns.reports import CampaignReports
from control_plane.campaigns.schemas import (
    Added,
    CampaignIn,
    CampaignOut,
    CampaignPatch,
    ContactsIn,
    EnrollmentOut,
    LogEntry,
    StatusOut,
)
from control_plane.campaigns.service import CampaignService
from control_plane.db.unit import Unit
from control_plane.domain.campaign_state import Action
from control_plane.kit.csv_text import csv_download
from control_plane.kit.etags import IfMatch, tagged
from control_plane.kit.pagination import DEFAULT_LIMIT, Cursor, Limit, Page
from control_plane.workspaces.guards import requires
from control_plane.workspaces.handling import Id, Who, Work
from control_plane.workspaces.principal import Principal

StatusFilter = Annotated[
    Literal["idle", "running", "paused", "completed", "stopped", "error", "archived"] | None, QueryParameter(name="execution_status")
]
StateFilter = Annotated[Literal["waiting", "claimed", "done", "exhausted", "suppressed", "skipped"] | None, QueryParameter(name="state")]


class CampaignController(Controller):
    path = "/campaigns"
    tags = ["campaigns"]
    guards = [requires("viewer")]

    @get("/", summary="Campaigns, newest first")
    async def listing(
        self, unit: Work, principal: Who, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None, execution_status: StatusFilter = None
    ) -> Page[CampaignOut]:
        return await CampaignService(unit, principal.workspace_id).listing(limit, cursor, execution_status)

    @post("/", guards=[requires("manager")], summary="Create a campaign, at rest")
    async def create(self, unit: Work, principal: Who, data: JSONBody[CampaignIn]) -> CampaignOut:
        return await CampaignService(unit, principal.workspace_id).create(data)

    @get("/{campaign_id:uuid}", summary="One campaign")
    async def read(self, unit: Work, principal: Who, campaign_id: Id) -> Response[CampaignOut]:
        return tagged(await CampaignService(unit, principal.workspace_id).get(campaign_id), CampaignPatch)

    @patch("/{campaign_id:uuid}", guards=[requires("manager")], summary="Change what is sent")
    async def update(
        self, unit: Work, principal: Who, campaign_id: Id, data: JSONBody[CampaignPatch], if_match: IfMatch = None
    ) -> Response[CampaignOut]:
        return tagged(await CampaignService(unit, principal.workspace_id).update(campaign_id, data, if_match), CampaignPatch)

    @delete("/{campaign_id:uuid}", guards=[requires("manager")], summary="Delete a campaign at rest; its calls are kept")
    async def remove(self, unit: Work, principal: Who, campaign_id: Id) -> None:
        await CampaignService(unit, principal.workspace_id).delete(campaign_id)

    @get("/{campaign_id:uuid}/status", summary="Where it stands")
    async def status(self, unit: Work, principal: Who, campaign_id: Id) -> StatusOut:
        return await CampaignReports(unit, principal.workspace_id).status(campaign_id)

    @get("/{campaign_id:uuid}/log", summary="What was done to it, newest first")
    async def log(self, unit: Work, principal: Who, campaign_id: Id, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None) -> Page[LogEntry]:
        return await CampaignReports(unit, principal.workspace_id).log(campaign_id, limit, cursor)

    @get("/{campaign_id:uuid}/enrollments", summary="Its contacts and how far each has come")
    async def enrollments(
        self,
        unit: Work,
        principal: Who,
        campaign_id: Id,
        limit: Limit = DEFAULT_LIMIT,
        cursor: Cursor = None,
        enrollment_state: StateFilter = None,
    ) -> Page[EnrollmentOut]:
        return await CampaignReports(unit, principal.workspace_id).enrollments(campaign_id, limit, cursor, enrollment_state)

    @get("/{campaign_id:uuid}/export.csv", media_type="text/csv", summary="All contacts with their last call, as CSV")
    async def export(self, unit: Work, principal: Who, campaign_id: Id) -> Stream:
        return csv_download(await CampaignReports(unit, principal.workspace_id).export(campaign_id), f"campaign-{campaign_id}.csv")

    @post("/{campaign_id:uuid}/contacts", guards=[requires("manager")], summary="Add contacts while it runs")
    async def add_contacts(self, unit: Work, principal: Who, campaign_id: Id, data: JSONBody[ContactsIn]) -> Added:
        return await EnrollingService(unit, principal.workspace_id).add_contacts(campaign_id, data)


class CampaignActions(Controller):
    path = "/campaigns/{campaign_id:uuid}"
    tags = ["campaigns"]
    guards = [requires("manager")]

    @post("/start", status_code=200, summary="Begin to call")
    async def start(self, unit: Work, principal: Who, campaign_id: Id) -> CampaignOut:
        return await _act(unit, principal, campaign_id, Action.START)

    @post("/pause", status_code=200, summary="Start no further call; those under way go on")
    async def pause(self, unit: Work, principal: Who, campaign_id: Id) -> CampaignOut:
        return await _act(unit, principal, campaign_id, Action.PAUSE)

    @post("/resume", status_code=200, summary="Go on calling")
    async def resume(self, unit: Work, principal: Who, campaign_id: Id) -> CampaignOut:
        return await _act(unit, principal, campaign_id, Action.RESUME)

    @post("/archive", status_code=200, summary="Put away a campaign at rest")
    async def archive(self, unit: Work, principal: Who, campaign_id: Id) -> CampaignOut:
        return await _act(unit, principal, campaign_id, Action.ARCHIVE)


class EnrollmentController(Controller):
    path = "/enrollments/{enrollment_id:uuid}"
    tags = ["campaigns"]
    guards = [requires("viewer")]

    @get("/", summary="One contact within one campaign")
    async def read(self, unit: Work, principal: Who, enrollment_id: Id) -> EnrollmentOut:
        return await CampaignReports(unit, principal.workspace_id).enrollment(enrollment_id)

    @post("/skip", status_code=200, guards=[requires("manager")], summary="Do not call this contact in this campaign")
    async def skip(self, unit: Work, principal: Who, enrollment_id: Id) -> EnrollmentOut:
        await EnrollingService(unit, principal.workspace_id).skip(enrollment_id)
        return await CampaignReports(unit, principal.workspace_id).enrollment(enrollment_id)

    @post("/retry", status_code=200, guards=[requires("manager")], summary="Call this contact again")
    async def retry(self, unit: Work, principal: Who, enrollment_id: Id) -> EnrollmentOut:
        await EnrollingService(unit, principal.workspace_id).retry(enrollment_id)
        return await CampaignReports(unit, principal.workspace_id).enrollment(enrollment_id)


async def _act(unit: Unit, principal: Principal, campaign_id: uuid.UUID, action: Action) -> CampaignOut:
    await CampaignLifecycle(unit, principal.workspace_id).carry_out(campaign_id, action)
    return await CampaignService(unit, principal.workspace_id).get(campaign_id)
