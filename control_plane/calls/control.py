"""Stopping more than one call: a campaign with its calls, a workspace, the whole installation.

Stopping itself is one row that the gate reads before every INVITE. The calls under way are marked in one statement, so that the stop is
true at once however many there are; a task per call then hangs up, and the sweep finds those whose nudge was lost.
"""

import uuid

from control_plane.audit.service import record
from control_plane.calls.control_repository import ControlRepository
from control_plane.calls.control_schemas import Halt
from control_plane.campaigns.lifecycle import CampaignLifecycle
from control_plane.db.models import Workspace
from control_plane.db.unit import Unit
from control_plane.domain.campaign_state import Action
from control_plane.workspaces.installation import Installations
from control_plane.workspaces.service import WorkspaceService


class CallControl:
    def __init__(self, unit: Unit, workspace_id: uuid.UUID) -> None:
        self._unit = unit
        self._workspace_id = workspace_id

    async def stop_campaign(self, campaign_id: uuid.UUID, *, end_live_calls: bool) -> None:
        """Stop a campaign for good. Calls come first: whoever settles one locks the call before its campaign, and so do we."""
        ended = await end_live(self._unit, self._workspace_id, campaign_id) if end_live_calls else 0
        campaign = await CampaignLifecycle(self._unit, self._workspace_id).carry_out(campaign_id, Action.STOP)
        if ended:
            record(self._unit, self._workspace_id, "campaign.calls_ended", "campaign", campaign.id, None, {"calls": ended})

    async def halt(self, wanted: Halt) -> Workspace:
        """The kill switch: nothing more is dialled from the commit on; with `end_live_calls` those under way are hung up on too."""
        ended = await end_live(self._unit, self._workspace_id, None) if wanted.end_live_calls else 0
        after = {"reason": wanted.reason, "calls_ended": ended}
        return await WorkspaceService(self._unit, self._workspace_id).switch(is_halted=True, action="workspace.halted", after=after)

    async def resume(self, reason: str) -> Workspace:
        self._unit.nudges.add("tick")
        after = {"reason": reason}
        return await WorkspaceService(self._unit, self._workspace_id).switch(is_halted=False, action="workspace.resumed", after=after)


async def halt_installation(unit: Unit, reason: str, *, end_live_calls: bool) -> int:
    """The kill switch over all workspaces. Returns how many calls are asked to end."""
    ended = await end_live(unit, None, None) if end_live_calls else 0
    await Installations(unit).switch(is_halted=True, reason=reason)
    return ended


async def end_live(unit: Unit, workspace_id: uuid.UUID | None, campaign_id: uuid.UUID | None) -> int:
    """Ask every call under way to end; None is no limit. Returns how many were asked."""
    call_ids = await ControlRepository(unit.session).ask_to_end(workspace_id, campaign_id, unit.now)
    for call_id in call_ids:
        unit.nudges.add("close_room", call_id)
    return len(call_ids)
