"""Campaigns as people edit them. What runs is in `lifecycle`, what is told about it in `reports`."""

import uuid
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from msgspec import UNSET, structs, to_builtins

from control_plane.audit.service import record
from control_plane.campaigns.enrollments import Enrollments
from control_plane.campaigns.lifecycle import require_variables
from control_plane.campaigns.repository import CampaignRepository
from control_plane.campaigns.schemas import CampaignIn, CampaignOut, CampaignPatch
from control_plane.db.models import Campaign
from control_plane.db.unit import Unit
from control_plane.domain.calling_window import Window
from control_plane.domain.campaign_state import AT_REST, ExecutionStatus
from control_plane.domain.errors import Conflict, Invalid, NotFound
from control_plane.domain.retry_policy import RetryPolicy
from control_plane.kit.etags import require_match
from control_plane.kit.ids import new_id
from control_plane.kit.pagination import Page, page_of
from control_plane.trunks.schemas import Breaker
from control_plane.trunks.service import check_breaker

_REFERENCES = ("contact_list_ids", "number_ids")


async def close_suppressed(unit: Unit, workspace_id: uuid.UUID, e164: str, campaign_id: uuid.UUID | None = None) -> int:
    """Close waiting enrollments of contacts whom nothing but this suppressed number reaches. Returns how many."""
    return await Enrollments(unit).close_suppressed(workspace_id, e164, campaign_id)


class CampaignService:
    def __init__(self, unit: Unit, workspace_id: uuid.UUID) -> None:
        self._unit = unit
        self._workspace_id = workspace_id
        self._rows = CampaignRepository(unit.session)

    async def create(self, data: CampaignIn) -> CampaignOut:
        """A campaign at rest. Raises `Invalid` naming the field, `NotFound` for anything of another workspace."""
        await self._require_assistant(data.assistant_id)
        list_ids, number_ids = _distinct(data.contact_list_ids), _distinct(data.number_ids)
        await self.require_lists(list_ids)
        check_breaker(data.breaker)
        values = {name: value for name, value in structs.asdict(data).items() if name not in _REFERENCES}
        values |= {"breaker": to_builtins(data.breaker), "budget": _money(data.budget)}
        campaign = Campaign(id=new_id(), workspace_id=self._workspace_id, rule_pack=await self.rule_pack(number_ids), **values)
        check_rules(campaign)
        await self._rows.add(campaign)
        await self._rows.put_lists(campaign.id, list_ids)
        await self._rows.put_numbers(campaign.id, number_ids)
        self._record("campaign.created", campaign, None, structs.asdict(data))
        return CampaignOut.of(campaign, sorted(list_ids), sorted(number_ids))

    async def get(self, campaign_id: uuid.UUID) -> CampaignOut:
        return await self._out(await self._find(campaign_id))

    async def listing(self, limit: int, cursor: str | None, status: str | None) -> Page[CampaignOut]:
        query = self._rows.listing(self._workspace_id, status)
        page: Page[Campaign] = await page_of(self._unit.session, query, Campaign.id, _itself, limit=limit, cursor=cursor)
        ids = [row.id for row in page.items]
        lists, numbers = await self._rows.list_ids(ids), await self._rows.number_ids(ids)
        return Page([CampaignOut.of(row, lists.get(row.id, []), numbers.get(row.id, [])) for row in page.items], page.next_cursor)

    async def update(self, campaign_id: uuid.UUID, data: CampaignPatch, if_match: str | None = None) -> CampaignOut:
        """Change what was sent; a running campaign follows from its next call on."""
        campaign = await self._find(campaign_id, lock=True)
        require_match(if_match, await self._out(campaign), CampaignPatch)
        changes = {name: value for name, value in structs.asdict(data).items() if value is not UNSET}
        if campaign.execution_status == ExecutionStatus.ARCHIVED:
            raise Conflict("The campaign is archived and can no longer be changed.", code="campaign_archived")
        if isinstance(data.breaker, Breaker):
            check_breaker(data.breaker)
            changes["breaker"] = to_builtins(data.breaker)
        if "budget" in changes:
            changes["budget"] = _money(changes["budget"])
        if "assistant_id" in changes:
            await self._change_assistant(campaign, changes["assistant_id"])
        before = {name: getattr(campaign, name) for name in changes if name not in _REFERENCES}
        await self._change_references(campaign, changes)
        for name, value in changes.items():
            if name not in _REFERENCES:
                setattr(campaign, name, value)
        check_rules(campaign)
        await self._rows.save(campaign)
        await self._follow(campaign, changes)
        self._record("campaign.updated", campaign, before, changes)
        return await self._out(campaign)

    async def delete(self, campaign_id: uuid.UUID) -> None:
        """Remove a campaign at rest with its enrollments; its calls stay in the ledger."""
        campaign = await self._find(campaign_id, lock=True)
        if campaign.execution_status not in AT_REST:
            raise Conflict(f"The campaign is {campaign.execution_status}; stop it before you delete it.", code="campaign_not_at_rest")
        if await self._rows.live_calls(campaign.id):
            raise Conflict("Calls of the campaign are still going on; delete it when they have ended.", code="campaign_has_live_calls")
        self._record("campaign.deleted", campaign, {"name": campaign.name}, None)
        await self._rows.delete(campaign)

    async def _change_assistant(self, campaign: Campaign, assistant_id: uuid.UUID) -> None:
        await self._require_assistant(assistant_id)
        if assistant_id != campaign.assistant_id and campaign.execution_status != ExecutionStatus.IDLE:
            raise Conflict("The assistant is fixed once the campaign has been started; make a new campaign.", code="assistant_pinned")

    async def _change_references(self, campaign: Campaign, changes: dict[str, Any]) -> None:
        if "contact_list_ids" in changes:
            list_ids = _distinct(changes["contact_list_ids"])
            await self.require_lists(list_ids)
            await self._rows.put_lists(campaign.id, list_ids)
        if "number_ids" in changes:
            number_ids = _distinct(changes["number_ids"])
            pack = await self.rule_pack(number_ids)
            if pack != campaign.rule_pack and campaign.execution_status != ExecutionStatus.IDLE:
                raise Conflict("A started campaign cannot change between rehearsal and real numbers.", code="rule_pack_fixed")
            campaign.rule_pack = pack
            await self._rows.put_numbers(campaign.id, number_ids)

    async def _follow(self, campaign: Campaign, changes: dict[str, Any]) -> None:
        """A change to a campaign under way: everybody must still have the variables, and new members are taken in."""
        if campaign.execution_status in AT_REST or not changes.keys() & {"prompt", "contact_list_ids"}:
            return
        await require_variables(self._unit, campaign)
        if campaign.execution_status == ExecutionStatus.RUNNING:
            await Enrollments(self._unit).enroll(campaign)
            self._unit.nudges.add("tick")

    async def _require_assistant(self, assistant_id: uuid.UUID) -> None:
        if await self._rows.assistant(self._workspace_id, assistant_id) is None:
            raise NotFound.of("assistant")

    async def require_lists(self, list_ids: Sequence[uuid.UUID]) -> None:
        """Raises `NotFound` unless all of them are the workspace's."""
        if len(await self._rows.lists(self._workspace_id, list_ids)) != len(list_ids):
            raise NotFound.of("contact list")

    async def rule_pack(self, number_ids: Sequence[uuid.UUID]) -> str:
        """Rehearsal rules exactly for rehearsal numbers: nobody can choose them for real phones."""
        numbers = await self._rows.numbers(self._workspace_id, number_ids)
        if len(numbers) != len(number_ids):
            raise NotFound.of("number")
        kinds = {number.is_rehearsal for number in numbers}
        if len(kinds) > 1:
            raise Invalid.field(
                "number_ids", "All numbers of a campaign must be real or all be for rehearsal, because different rules apply."
            )
        return "rehearsal" if kinds == {True} else "default"

    async def _find(self, campaign_id: uuid.UUID, *, lock: bool = False) -> Campaign:
        campaign = await self._rows.find(self._workspace_id, campaign_id, lock=lock)
        if campaign is None:
            raise NotFound.of("campaign")
        return campaign

    async def _out(self, campaign: Campaign) -> CampaignOut:
        lists, numbers = await self._rows.list_ids([campaign.id]), await self._rows.number_ids([campaign.id])
        return CampaignOut.of(campaign, lists.get(campaign.id, []), numbers.get(campaign.id, []))

    def _record(self, action: str, campaign: Campaign, before: Any, after: Any) -> None:
        record(self._unit, self._workspace_id, action, "campaign", campaign.id, before, after)


def check_rules(campaign: Campaign) -> None:
    """Window, attempts and times as the domain reads them. Raises `Invalid` naming the field."""
    if campaign.window is not None:
        Window.from_plain(campaign.window)
    RetryPolicy.from_plain(campaign.attempts, rehearsal=campaign.rule_pack == "rehearsal")
    if campaign.starts_at and campaign.ends_at and campaign.starts_at >= campaign.ends_at:
        raise Invalid.field("ends_at", "The campaign must end after it starts.")


def _money(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _itself(row: Campaign) -> Campaign:
    return row


def _distinct(ids: Sequence[uuid.UUID]) -> list[uuid.UUID]:
    return list(dict.fromkeys(ids))
