"""Background work on campaigns. Each task carries an id, looks at the row first, and may run twice or never."""

import uuid
from typing import Any

from structlog import get_logger

from control_plane.campaigns.enrollments import Enrollments
from control_plane.campaigns.repository import CampaignRepository
from control_plane.db.unit import open_unit

log = get_logger(__name__)

_ACTOR = "system"


async def enroll_list(ctx: dict[str, Any], list_id: str) -> None:
    """Running campaigns take in the new members of a list."""
    async with open_unit(ctx["sessions"], ctx["queue"], ctx["clock"], actor=_ACTOR) as unit:
        campaigns = CampaignRepository(unit.session)
        for campaign_id in await campaigns.running_with_list(uuid.UUID(list_id)):
            campaign = await campaigns.lock(campaign_id)
            if campaign is not None and campaign.execution_status == "running" and await Enrollments(unit).enroll(campaign):
                unit.nudges.add("tick")


async def retry_after_trunk_fault(ctx: dict[str, Any], trunk_id: str) -> None:
    """A trunk may be mended: nobody who waits for that waits any longer. Lost, it leaves them to their ladder."""
    async with open_unit(ctx["sessions"], ctx["queue"], ctx["clock"], actor=_ACTOR) as unit:
        if waited := await Enrollments(unit).retry_after_trunk_fault(uuid.UUID(trunk_id)):
            log.info("contacts_due_again", trunk_id=trunk_id, count=waited)
            unit.nudges.add("tick")


async def sweep_campaigns(ctx: dict[str, Any]) -> None:
    """Complete campaigns whose last contact was closed while nobody looked, and take in members whose nudge was lost."""
    async with open_unit(ctx["sessions"], ctx["queue"], ctx["clock"], actor=_ACTOR) as unit:
        running = await CampaignRepository(unit.session).running()
    for campaign_id in running:
        async with open_unit(ctx["sessions"], ctx["queue"], ctx["clock"], actor=_ACTOR) as unit:
            await Enrollments(unit).complete_campaign_if_finished(campaign_id)
