"""What people may do with single contacts of a campaign: add, skip, try again."""

import uuid

from control_plane.audit.service import record
from control_plane.campaigns.enrollments import Enrollments
from control_plane.campaigns.lifecycle import require_variables_among
from control_plane.campaigns.repository import CampaignRepository
from control_plane.campaigns.schemas import Added, ContactsIn
from control_plane.db.models import Campaign, Enrollment
from control_plane.db.unit import Unit
from control_plane.domain.campaign_state import ExecutionStatus
from control_plane.domain.errors import Conflict, NotFound

_TAKES_CONTACTS = (ExecutionStatus.RUNNING, ExecutionStatus.PAUSED)
_RETRIED = ("done", "exhausted", "skipped")
_BY_HAND = "Skipped by hand."


class EnrollingService:
    def __init__(self, unit: Unit, workspace_id: uuid.UUID) -> None:
        self._unit = unit
        self._workspace_id = workspace_id
        self._campaigns = CampaignRepository(unit.session)
        self._enrollments = Enrollments(unit)

    async def add_contacts(self, campaign_id: uuid.UUID, data: ContactsIn) -> Added:
        """Enroll contacts who stand on none of the campaign's lists. All or none."""
        campaign = await self._campaigns.find(self._workspace_id, campaign_id, lock=True)
        if campaign is None:
            raise NotFound.of("campaign")
        contact_ids = list(dict.fromkeys(data.contact_ids))
        if len(await self._campaigns.contacts(self._workspace_id, contact_ids)) != len(contact_ids):
            raise NotFound.of("contact")
        self._require_under_way(campaign, "contacts can be added")
        await require_variables_among(self._unit, campaign, contact_ids)
        enrolled = await self._enrollments.enroll_contacts(campaign, contact_ids)
        record(self._unit, self._workspace_id, "campaign.contacts_added", "campaign", campaign_id, None, {"enrolled": enrolled})
        self._unit.nudges.add("tick")
        return Added(enrolled, len(contact_ids) - enrolled)

    async def skip(self, enrollment_id: uuid.UUID) -> None:
        """Do not call this contact in this campaign. A repeat changes nothing."""
        row = await self._lock(enrollment_id)
        if row.state == "skipped":
            return
        if row.state == "claimed":
            raise Conflict("A call to this contact is being made right now; skip it afterwards.", code="enrollment_in_call")
        if row.state != "waiting":
            raise Conflict(f"The contact is {row.state} already, so there is nothing to skip.", code="enrollment_closed")
        await self._enrollments.close(row, "skipped", _BY_HAND)
        record(self._unit, self._workspace_id, "enrollment.skipped", "enrollment", row.id)
        await self._enrollments.complete_campaign_if_finished(row.campaign_id)

    async def retry(self, enrollment_id: uuid.UUID) -> None:
        """Call this contact again from the first attempt on, as soon as the rules allow."""
        row = await self._lock(enrollment_id)
        campaign = await self._campaigns.lock(row.campaign_id)
        if campaign is None:
            raise NotFound.of("enrollment")
        self._require_under_way(campaign, "a contact can be called again")
        if row.state == "claimed":
            raise Conflict("A call to this contact is being made right now.", code="enrollment_in_call")
        if row.state == "suppressed":
            raise Conflict("The contact asked not to be called; remove the suppression first.", code="enrollment_suppressed")
        if row.state in _RETRIED:
            row.attempts, row.attempts_by_result = 0, {}
        await self._enrollments.wait(row, self._unit.now, ["To be called again by request."])
        record(self._unit, self._workspace_id, "enrollment.retried", "enrollment", row.id)
        self._unit.nudges.add("tick")

    def _require_under_way(self, campaign: Campaign, what: str) -> None:
        if campaign.execution_status not in _TAKES_CONTACTS:
            raise Conflict(
                f"The campaign is {campaign.execution_status}; {what} while it is running or paused.", code="campaign_not_running"
            )

    async def _lock(self, enrollment_id: uuid.UUID) -> Enrollment:
        row = await self._enrollments.lock(enrollment_id)
        if row is None or row.workspace_id != self._workspace_id:
            raise NotFound.of("enrollment")
        return row
