"""Stopping campaigns and workspaces over HTTP. Here, because it may end calls, which the slices below know nothing of."""

import uuid

from litestar import Controller, post
from litestar.params import FromPath, JSONBody

from control_plane.calls.control import CallControl
from control_plane.calls.control_schemas import Halt, Resume, Stop
from control_plane.campaigns.schemas import CampaignOut
from control_plane.campaigns.service import CampaignService
from control_plane.workspaces.guards import requires
from control_plane.workspaces.handling import Who, Work
from control_plane.workspaces.schemas import WorkspaceOut


class CampaignStopController(Controller):
    path = "/campaigns/{campaign_id:uuid}"
    tags = ["campaigns"]
    guards = [requires("manager")]

    @post("/stop", status_code=200, summary="End it for good; calls under way go on, or are ended too")
    async def stop(self, unit: Work, principal: Who, campaign_id: FromPath[uuid.UUID], data: JSONBody[Stop | None] = None) -> CampaignOut:
        ends = data is not None and data.end_live_calls
        await CallControl(unit, principal.workspace_id).stop_campaign(campaign_id, end_live_calls=ends)
        return await CampaignService(unit, principal.workspace_id).get(campaign_id)


class WorkspaceHaltController(Controller):
    path = "/workspace"
    tags = ["workspace"]
    guards = [requires("owner")]

    @post("/halt", status_code=200, summary="Dial nothing more; calls under way go on, or are ended too")
    async def halt(self, unit: Work, principal: Who, data: JSONBody[Halt]) -> WorkspaceOut:
        return WorkspaceOut.of(await CallControl(unit, principal.workspace_id).halt(data))

    @post("/resume", status_code=200, summary="Dial again after a halt")
    async def resume(self, unit: Work, principal: Who, data: JSONBody[Resume]) -> WorkspaceOut:
        return WorkspaceOut.of(await CallControl(unit, principal.workspace_id).resume(data.reason))
