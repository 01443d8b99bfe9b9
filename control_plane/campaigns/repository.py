"""SQL of campaigns, with what they refer to."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, delete, exists, false, func, insert, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from control_plane.db.models import (
    Assistant,
    AssistantVersion,
    AuditEntry,
    Call,
    Campaign,
    CampaignList,
    CampaignNumber,
    Contact,
    ContactImport,
    ContactList,
    ContactListEntry,
    Enrollment,
    Number,
    Suppression,
    Trunk,
    Workspace,
)

_OWN_FIELDS = {"name": Contact.name, "first_name": Contact.name, "email": Contact.email}
_OWN_FIELDS |= {"language": Contact.language, "time_zone": Contact.time_zone}


@dataclass(frozen=True, slots=True)
class NumberFacts:
    """A number as far as a campaign cares."""

    id: uuid.UUID
    is_rehearsal: bool
    is_synced: bool


class CampaignRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, campaign: Campaign) -> None:
        self._session.add(campaign)
        await self._session.flush()
        await self._session.refresh(campaign)

    async def save(self, campaign: Campaign, **values: Any) -> None:
        for name, value in values.items():
            setattr(campaign, name, value)
        await self._session.flush()
        await self._session.refresh(campaign)

    async def find(self, workspace_id: uuid.UUID, campaign_id: uuid.UUID, *, lock: bool = False) -> Campaign | None:
        query = select(Campaign).where(Campaign.id == campaign_id, Campaign.workspace_id == workspace_id)
        if lock:
            query = query.with_for_update(key_share=True).execution_options(populate_existing=True)
        return await self._session.scalar(query)

    async def lock(self, campaign_id: uuid.UUID) -> Campaign | None:
        """Locks state and fields, but not the key: calls and enrollments may go on referring to it."""
        return await self._session.get(Campaign, campaign_id, with_for_update={"key_share": True}, populate_existing=True)

    def listing(self, workspace_id: uuid.UUID, status: str | None) -> Select[Campaign]:
        query = select(Campaign).where(Campaign.workspace_id == workspace_id)
        return query if status is None else query.where(Campaign.execution_status == status)

    async def delete(self, campaign: Campaign) -> None:
        """Enrollments go with it; calls stay in the ledger without it."""
        await self._session.delete(campaign)
        await self._session.flush()

    async def list_ids(self, campaign_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, list[uuid.UUID]]:
        query = select(CampaignList.campaign_id, CampaignList.contact_list_id).where(CampaignList.campaign_id.in_(campaign_ids))
        return _grouped((await self._session.execute(query.order_by(CampaignList.contact_list_id))).all())

    async def number_ids(self, campaign_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, list[uuid.UUID]]:
        query = select(CampaignNumber.campaign_id, CampaignNumber.number_id).where(CampaignNumber.campaign_id.in_(campaign_ids))
        return _grouped((await self._session.execute(query.order_by(CampaignNumber.number_id))).all())

    async def put_lists(self, campaign_id: uuid.UUID, list_ids: Sequence[uuid.UUID]) -> None:
        await self._session.execute(delete(CampaignList).where(CampaignList.campaign_id == campaign_id))
        if list_ids:
            rows = [{"campaign_id": campaign_id, "contact_list_id": list_id} for list_id in list_ids]
            await self._session.execute(insert(CampaignList), rows)

    async def put_numbers(self, campaign_id: uuid.UUID, number_ids: Sequence[uuid.UUID]) -> None:
        await self._session.execute(delete(CampaignNumber).where(CampaignNumber.campaign_id == campaign_id))
        await self._session.execute(insert(CampaignNumber), [{"campaign_id": campaign_id, "number_id": n} for n in number_ids])

    async def assistant(self, workspace_id: uuid.UUID, assistant_id: uuid.UUID) -> Assistant | None:
        return await self._session.scalar(select(Assistant).where(Assistant.id == assistant_id, Assistant.workspace_id == workspace_id))

    async def version(self, version_id: uuid.UUID) -> AssistantVersion | None:
        return await self._session.get(AssistantVersion, version_id)

    async def numbers(self, workspace_id: uuid.UUID, number_ids: Sequence[uuid.UUID]) -> list[NumberFacts]:
        """Those of the numbers that belong to the workspace."""
        query = select(Number.id, Number.is_rehearsal, Trunk.sync_state == "synced").join(Trunk, Trunk.id == Number.trunk_id)
        rows = await self._session.execute(query.where(Number.id.in_(number_ids), Number.workspace_id == workspace_id))
        return [NumberFacts(*row) for row in rows]

    async def lists(self, workspace_id: uuid.UUID, list_ids: Sequence[uuid.UUID]) -> set[uuid.UUID]:
        """Those of the lists that belong to the workspace."""
        query = select(ContactList.id).where(ContactList.id.in_(list_ids), ContactList.workspace_id == workspace_id)
        return set((await self._session.scalars(query)).all())

    async def contacts(self, workspace_id: uuid.UUID, contact_ids: Sequence[uuid.UUID]) -> set[uuid.UUID]:
        """Those of the contacts that belong to the workspace."""
        query = select(Contact.id).where(Contact.id.in_(contact_ids), Contact.workspace_id == workspace_id)
        return set((await self._session.scalars(query)).all())

    async def running_with_list(self, list_id: uuid.UUID) -> Sequence[uuid.UUID]:
        """Campaigns that would call new members of the list; a paused one takes them in when it resumes."""
        query = select(Campaign.id).join(CampaignList, CampaignList.campaign_id == Campaign.id)
        return (
            await self._session.scalars(query.where(CampaignList.contact_list_id == list_id, Campaign.execution_status == "running"))
        ).all()

    async def suppression(self, suppression_id: uuid.UUID) -> Suppression | None:
        return await self._session.get(Suppression, suppression_id)

    async def running(self) -> Sequence[uuid.UUID]:
        return (await self._session.scalars(select(Campaign.id).where(Campaign.execution_status == "running"))).all()

    async def has_unfinished_import(self, campaign_id: uuid.UUID) -> bool:
        query = exists().where(
            CampaignList.campaign_id == campaign_id,
            ContactImport.contact_list_id == CampaignList.contact_list_id,
            ContactImport.state.in_(("queued", "running")),
        )
        return bool(await self._session.scalar(select(query)))

    async def lacking(
        self, campaign_id: uuid.UUID, names: Sequence[str], *, limit: int, among: Sequence[uuid.UUID] | None = None
    ) -> tuple[int, Sequence[Contact]]:
        """How many contacts still to be called have no value for one of the variables, and the first few; or how many `among` some."""
        if not names:
            return 0, []
        who = self._is_called_by(campaign_id) if among is None else Contact.id.in_(among)
        query = select(Contact).where(who, lacks_any(names))
        count = await self._session.scalar(select(func.count()).select_from(query.subquery()))
        return count or 0, (await self._session.scalars(query.order_by(Contact.id).limit(limit))).all()

    async def has_contacts(self, campaign_id: uuid.UUID) -> bool:
        return bool(await self._session.scalar(select(exists().where(self._is_called_by(campaign_id)).select_from(Contact))))

    def _is_called_by(self, campaign_id: uuid.UUID) -> Any:
        listed = exists().where(
            CampaignList.campaign_id == campaign_id,
            ContactListEntry.contact_list_id == CampaignList.contact_list_id,
            ContactListEntry.contact_id == Contact.id,
        )
        closed = exists().where(
            Enrollment.campaign_id == campaign_id, Enrollment.contact_id == Contact.id, Enrollment.state.not_in(("waiting", "claimed"))
        )
        enrolled = exists().where(Enrollment.campaign_id == campaign_id, Enrollment.contact_id == Contact.id)
        return and_(or_(listed, enrolled), ~closed)

    async def workspace_time_zone(self, workspace_id: uuid.UUID) -> str:
        return (await self._session.get_one(Workspace, workspace_id)).time_zone

    async def counts(self, campaign_id: uuid.UUID) -> dict[str, int]:
        """Enrollments by state."""
        query = select(Enrollment.state, func.count()).where(Enrollment.campaign_id == campaign_id).group_by(Enrollment.state)
        return dict((await self._session.execute(query)).all())

    async def live_calls(self, campaign_id: uuid.UUID) -> int:
        query = select(func.count()).where(Call.campaign_id == campaign_id, Call.holds_slot)
        return await self._session.scalar(query) or 0

    async def dialled_since(self, campaign_id: uuid.UUID, since: datetime) -> int:
        query = select(func.count()).where(Call.campaign_id == campaign_id, Call.dialing_at >= since)
        return await self._session.scalar(query) or 0

    async def call_totals(self, campaign_id: uuid.UUID) -> tuple[int, int, float | None]:
        """Calls dialled and ended, those of them answered, and the mean seconds from answer to end."""
        seconds = func.extract("epoch", Call.ended_at - Call.answered_at)
        query = select(func.count(), func.count(Call.answered_at), func.avg(seconds))
        dialled = (Call.campaign_id == campaign_id, Call.dialing_at.is_not(None), Call.ended_at.is_not(None))
        calls, answered, mean = (await self._session.execute(query.where(*dialled))).one()
        return calls, answered, None if mean is None else float(mean)

    def log(self, campaign: Campaign) -> Select[AuditEntry]:
        return select(AuditEntry).where(AuditEntry.workspace_id == campaign.workspace_id, AuditEntry.subject_id == campaign.id)


def _grouped(pairs: Sequence[tuple[uuid.UUID, uuid.UUID]]) -> dict[uuid.UUID, list[uuid.UUID]]:
    grouped: dict[uuid.UUID, list[uuid.UUID]] = {}
    for owner, owned in pairs:
        grouped.setdefault(owner, []).append(owned)
    return grouped


def lacks_any(names: Sequence[str]) -> Any:
    """The contact has no value for at least one of the variables."""
    return or_(false(), *(_is_empty(name) for name in names))


def _is_empty(name: str) -> Any:
    """The contact has no value for the variable, neither as a field of its own nor as an attribute (domain/variables)."""
    lacks = func.coalesce(Contact.attributes[name].as_string(), "") == ""
    own = _OWN_FIELDS.get(name)
    return lacks if own is None else and_(func.coalesce(func.btrim(own), "") == "", lacks)
