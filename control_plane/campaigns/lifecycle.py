"""Starting, pausing, resuming, stopping and archiving: the state machine decides, this checks what must hold and writes."""

import uuid

from control_plane.audit.service import record
from control_plane.campaigns.announcing import announce
from control_plane.campaigns.enrollments import Enrollments
from control_plane.campaigns.repository import CampaignRepository
from control_plane.db.models import Campaign, Contact, Workspace
from control_plane.db.unit import Unit
from control_plane.domain.campaign_state import Action, ExecutionStatus, advance
from control_plane.domain.errors import Conflict, NotFound, Refused
from control_plane.usage.accounts import require_allowance

_EXAMPLES = 5
_PAST = {
    Action.START: "campaign.started",
    Action.PAUSE: "campaign.paused",
    Action.RESUME: "campaign.resumed",
    Action.STOP: "campaign.stopped",
    Action.ARCHIVE: "campaign.archived",
}


class CampaignLifecycle:
    def __init__(self, unit: Unit, workspace_id: uuid.UUID) -> None:
        self._unit = unit
        self._workspace_id = workspace_id
        self._rows = CampaignRepository(unit.session)

    async def carry_out(self, campaign_id: uuid.UUID, action: Action) -> Campaign:
        """Do what was asked; a repeat changes nothing. Raises `Conflict` or `Refused` with a sentence that says what is missing."""
        campaign = await self._rows.find(self._workspace_id, campaign_id, lock=True)
        if campaign is None:
            raise NotFound.of("campaign")
        before = ExecutionStatus(campaign.execution_status)
        after = advance(before, action)
        if after is before:
            return campaign
        if after is ExecutionStatus.RUNNING:
            await self._get_going(campaign)
        await self._rows.save(campaign, execution_status=after, status_reason="")
        record(
            self._unit,
            campaign.workspace_id,
            _PAST[action],
            "campaign",
            campaign.id,
            {"execution_status": before},
            {"execution_status": after},
        )
        await announce(self._unit, campaign, action)
        return campaign

    async def _get_going(self, campaign: Campaign) -> None:
        """Pin the assistant, check everything, enroll who is not enrolled yet."""
        if campaign.ends_at is not None and campaign.ends_at <= self._unit.now:
            raise Conflict("The campaign's end lies in the past; move ends_at first.", code="campaign_over")
        workspace = await self._unit.session.get_one(Workspace, campaign.workspace_id)
        await require_allowance(self._unit.session, workspace, campaign.id, self._unit.now)
        if campaign.assistant_version_id is None:
            campaign.assistant_version_id = await self._published_version(campaign)
        await self._require_numbers(campaign)
        if not await self._rows.has_contacts(campaign.id):
            raise Conflict(
                "There is nobody to call: the campaign's contact lists are empty or all called.", code="campaign_without_contacts"
            )
        await require_variables(self._unit, campaign)
        await self._rows.save(campaign, started_at=campaign.started_at or self._unit.now)
        await Enrollments(self._unit).enroll(campaign)
        self._unit.nudges.add("tick")

    async def _published_version(self, campaign: Campaign) -> uuid.UUID:
        assistant = await self._rows.assistant(campaign.workspace_id, campaign.assistant_id)
        if assistant is None or not assistant.is_active:
            raise Conflict("The campaign's assistant is switched off; make it active first.", code="assistant_inactive")
        if assistant.published_version_id is None:
            raise Conflict(f"The assistant {assistant.name!r} has never been published; publish it first.", code="assistant_unpublished")
        return assistant.published_version_id

    async def _require_numbers(self, campaign: Campaign) -> None:
        number_ids = (await self._rows.number_ids([campaign.id])).get(campaign.id, [])
        numbers = await self._rows.numbers(campaign.workspace_id, number_ids)
        if not numbers:
            raise Conflict("The campaign has no number to call from.", code="campaign_without_numbers")
        if not any(number.is_rehearsal or number.is_synced for number in numbers):
            raise Conflict(
                "None of the campaign's numbers is ready: their trunks are not connected to LiveKit yet.", code="trunk_not_synced"
            )


async def require_variables(unit: Unit, campaign: Campaign) -> None:
    """Every contact still to be called has a value for every variable. Raises `Refused` with up to five who have not."""
    await require_variables_among(unit, campaign, None)


async def require_variables_among(unit: Unit, campaign: Campaign, contact_ids: list[uuid.UUID] | None) -> None:
    """The same for some contacts only; None means everybody still to be called."""
    names = await Enrollments(unit).required_variables(campaign)
    rows = CampaignRepository(unit.session)
    count, examples = await rows.lacking(campaign.id, names, limit=_EXAMPLES, among=contact_ids)
    if count:
        listed = ", ".join("{" + name + "}" for name in names)
        who = "1 contact lacks" if count == 1 else f"{count} contacts lack"
        raise Refused(
            f"{who} a value for a variable of the prompts ({listed}). Add the values, or a default such as {{{names[0]}|…}}. "
            f"For example: {', '.join(_label(contact) for contact in examples)}.",
            code="variables_missing",
            reasons=tuple(_label(contact) for contact in examples),
        )


async def fail_campaign(unit: Unit, campaign_id: uuid.UUID, reason: str) -> bool:
    """Put a running campaign into error because it cannot go on; `reason` is a sentence. True when it was running."""
    rows = CampaignRepository(unit.session)
    campaign = await rows.lock(campaign_id)
    if campaign is None or campaign.execution_status != ExecutionStatus.RUNNING:
        return False
    await rows.save(campaign, execution_status=advance(ExecutionStatus.RUNNING, Action.FAIL), status_reason=reason)
    record(unit, campaign.workspace_id, "campaign.failed", "campaign", campaign.id, None, {"reason": reason})
    await announce(unit, campaign, Action.FAIL)
    return True


async def pause_campaign(unit: Unit, campaign: Campaign, reason: str) -> None:
    """Pause a running campaign, whose row is locked, for a reason of the system's own; `reason` is a sentence."""
    paused = advance(ExecutionStatus.RUNNING, Action.PAUSE)
    await CampaignRepository(unit.session).save(campaign, execution_status=paused, status_reason=reason)
    before = {"execution_status": ExecutionStatus.RUNNING}
    after = {"execution_status": paused, "reason": reason}
    record(unit, campaign.workspace_id, "campaign.paused", "campaign", campaign.id, before, after)
    await announce(unit, campaign, Action.PAUSE)


def _label(contact: Contact) -> str:
    return contact.name or (contact.phones[0].e164 if contact.phones else str(contact.id))
