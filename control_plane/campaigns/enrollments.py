"""The life of one contact within one campaign. The calls slice settles through this; nobody else writes `state`, nor `due_at` but for
contacts/waiting, by which a change to a contact ends a wait for the gate."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from control_plane.audit.service import record
from control_plane.campaigns.announcing import announce
from control_plane.campaigns.enrollment_repository import Closing, EnrollmentRepository, Waiting
from control_plane.campaigns.repository import CampaignRepository
from control_plane.db.models import Campaign, Enrollment
from control_plane.db.unit import Unit
from control_plane.domain.campaign_state import Action, ExecutionStatus, advance
from control_plane.domain.variables import ALWAYS_KNOWN, required

SUPPRESSED = "The number asked not to be called."
OPEN_STATES = ("waiting", "claimed")

__all__ = ["OPEN_STATES", "SUPPRESSED", "Closing", "Enrollments", "Waiting", "spoken_texts"]


def spoken_texts(config: Mapping[str, Any]) -> tuple[str, ...]:
    """The texts of an assistant's configuration that may hold variables."""
    voicemail = config.get("voicemail") or {}
    return (config.get("system_prompt") or "", config.get("first_message") or "", voicemail.get("message") or "")


class Enrollments:
    """Writes within the caller's transaction; wakes nobody who calls."""

    def __init__(self, unit: Unit) -> None:
        self._unit = unit
        self._rows = EnrollmentRepository(unit.session)
        self._campaigns = CampaignRepository(unit.session)

    async def lock(self, enrollment_id: uuid.UUID) -> Enrollment | None:
        """The enrollment, its row locked until the transaction ends."""
        return await self._rows.lock(enrollment_id)

    async def claim(self, enrollment: Enrollment) -> None:
        """A call is being made for it."""
        await self._rows.save(enrollment, state="claimed", due_at=None, waiting_reasons=[], gives_way_since=None)

    async def lock_waiting(self, campaign_id: uuid.UUID, contact_ids: Sequence[uuid.UUID]) -> Mapping[uuid.UUID, uuid.UUID]:
        """Those of the contacts who wait and whom nobody else looks at, with their enrollments, locked until the transaction ends."""
        return await self._rows.lock_waiting(campaign_id, contact_ids)

    async def wait_all(self, waits: Sequence[Waiting]) -> None:
        """Each to be looked at again at its own time."""
        if waits:
            await self._rows.wait_all(waits)

    async def close_all(self, closings: Sequence[Closing]) -> None:
        """No further call to any of them, but to those who have got another number since they were looked at; a campaign that has nobody
        left is complete."""
        if not closings:
            return
        await self._rows.close_all(closings)
        for campaign_id in sorted({closing.campaign_id for closing in closings}):
            await self.complete_campaign_if_finished(campaign_id)

    async def wait(self, enrollment: Enrollment, due_at: datetime, reasons: list[str]) -> None:
        """To be looked at again at `due_at`; `reasons` are sentences that say why not now, and none of them is the gate's."""
        await self._rows.save(enrollment, state="waiting", due_at=due_at, waiting_reasons=reasons, waiting_codes=[], closed_reason="")

    async def retry_after_trunk_fault(self, trunk_id: uuid.UUID) -> int:
        """Whoever was to be called again later, because the last attempt met a fault of this trunk, is due now, and their
        ladder begins anew. The gate is asked as ever. Returns how many they are."""
        return await self._rows.retry_after_trunk_fault(trunk_id, self._unit.now)

    async def waits_because(self, enrollment_id: uuid.UUID, codes: list[str]) -> None:
        """One that waits does so for these reasons of the gate, whose verdict is kept already."""
        enrollment = await self._rows.lock(enrollment_id)
        if enrollment is not None and enrollment.state == "waiting":
            await self._rows.save(enrollment, waiting_codes=codes)

    async def close(self, enrollment: Enrollment, state: str, reason: str) -> None:
        """No further call: `state` is done, exhausted, suppressed or skipped."""
        await self._rows.save(enrollment, state=state, due_at=None, waiting_reasons=[], closed_reason=reason)

    async def complete_campaign_if_finished(self, campaign_id: uuid.UUID) -> bool:
        """Complete a running campaign once none of its contacts is left to call. True when it became complete now.

        The campaign's row is locked before the last look, so that of two calls which settle at once the second sees the first.
        """
        if await self._rows.has_waiting(campaign_id):
            return False
        campaign = await self._campaigns.lock(campaign_id)
        if campaign is None or campaign.execution_status != ExecutionStatus.RUNNING:
            return False
        if await self._campaigns.has_unfinished_import(campaign_id) or await self._grow(campaign):
            return False
        if await self._rows.has_open(campaign_id):
            return False
        await self._campaigns.save(
            campaign,
            execution_status=advance(ExecutionStatus.RUNNING, Action.COMPLETE),
            status_reason="Every contact has been called or closed.",
            completed_at=self._unit.now,
        )
        record(self._unit, campaign.workspace_id, "campaign.completed", "campaign", campaign.id, None, None)
        await announce(self._unit, campaign, Action.COMPLETE)
        return True

    async def enroll(self, campaign: Campaign) -> int:
        """Enroll every member of the campaign's lists who is not enrolled; those who are done stay done. Returns how many are new."""
        due_at = max(self._unit.now, campaign.starts_at or self._unit.now)
        grown = self._judged(campaign, await self._rows.enroll_members(campaign.id, due_at))
        names = await self.required_variables(campaign) if grown else []
        if names:
            # Start and resume refuse before it comes to this; later members arrive when nobody is there to be asked.
            listed = ", ".join("{" + name + "}" for name in names)
            await self._rows.skip_lacking(campaign.id, names, f"The prompts need {listed}, and the contact lacks at least one.")
        return grown

    async def required_variables(self, campaign: Campaign) -> list[str]:
        """Variables that every contact must have a value for: of the campaign's prompt and of its pinned assistant version."""
        version = await self._campaigns.version(campaign.assistant_version_id) if campaign.assistant_version_id else None
        return sorted(required(campaign.prompt, *spoken_texts(version.config if version else {})) - ALWAYS_KNOWN)

    async def enroll_contacts(self, campaign: Campaign, contact_ids: list[uuid.UUID]) -> int:
        """Enroll single contacts of the same workspace. Returns how many are new."""
        due_at = max(self._unit.now, campaign.starts_at or self._unit.now)
        return self._judged(campaign, await self._rows.enroll_contacts(campaign.id, contact_ids, due_at))

    def _judged(self, campaign: Campaign, grown: int) -> int:
        """The gate is asked about the new ones, however late they are due; should that be lost, their claims ask it."""
        if grown:
            self._unit.nudges.add("judge_newcomers", campaign.id)
        return grown

    async def close_suppressed(self, workspace_id: uuid.UUID, e164: str, campaign_id: uuid.UUID | None) -> int:
        """Close waiting enrollments of contacts who have no other number left. Returns how many."""
        return await self._close(await self._rows.close_suppressed(workspace_id, [e164], campaign_id, SUPPRESSED))

    async def close_listed(self, workspace_id: uuid.UUID, e164s: Sequence[str], reason: str) -> int:
        """The same for numbers that a do-not-call list brought, for all campaigns."""
        return await self._close(await self._rows.close_suppressed(workspace_id, e164s, None, reason))

    async def _close(self, touched: Sequence[uuid.UUID]) -> int:
        for touched_campaign in sorted(set(touched)):
            await self.complete_campaign_if_finished(touched_campaign)
        return len(touched)

    async def _grow(self, campaign: Campaign) -> bool:
        """Take in members who joined a list since; their own nudge may still be on its way."""
        grown = await self.enroll(campaign) > 0
        if grown:
            self._unit.nudges.add("tick")
        return grown
