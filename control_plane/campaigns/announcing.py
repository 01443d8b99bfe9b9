"""What is told to the outside of a campaign, in the transaction in which it became true."""

from typing import Any

from control_plane.db.models import Campaign
from control_plane.db.unit import Unit
from control_plane.domain.campaign_state import Action
from control_plane.webhooks.events import emit

_EVENTS = {
    Action.START: "campaign.started",
    Action.RESUME: "campaign.started",
    Action.PAUSE: "campaign.paused",
    Action.STOP: "campaign.stopped",
    Action.COMPLETE: "campaign.completed",
    Action.FAIL: "campaign.error",
}
_MOST_REASON = 500


async def announce(unit: Unit, campaign: Campaign, action: Action) -> None:
    """The campaign's row has just been changed by the action. Putting one away is told to nobody."""
    event_type = _EVENTS.get(action)
    if event_type is None:
        return
    data: dict[str, Any] = {name: getattr(campaign, name) for name in ("id", "name", "execution_status", "assistant_id", "started_at")}
    data |= {"reason": campaign.status_reason[:_MOST_REASON], "resumed": action is Action.RESUME}
    data |= {"url": f"/api/v1/campaigns/{campaign.id}", "stats_url": f"/api/v1/campaigns/{campaign.id}/stats"}
    await emit(unit, campaign.workspace_id, event_type, data, assistant_id=campaign.assistant_id, campaign_id=campaign.id)
