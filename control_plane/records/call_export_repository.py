"""SQL of the call-detail export, page by page."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from control_plane.db.models import AssistantVersion, Call, Campaign, Consent, Contact, GateVerdict, Workspace

_PAGE = 500


class CallExportRepository:
    def __init__(self, session: AsyncSession, workspace_id: uuid.UUID) -> None:
        self._session = session
        self._workspace_id = workspace_id

    async def telemarketer(self) -> str:
        return (await self._session.get_one(Workspace, self._workspace_id)).name

    async def has_campaign(self, campaign_id: uuid.UUID) -> bool:
        query = select(Campaign.id).where(Campaign.id == campaign_id, Campaign.workspace_id == self._workspace_id)
        return await self._session.scalar(query) is not None

    async def page_after(
        self, last: uuid.UUID | None, *, since: datetime | None, until: datetime | None, campaign_id: uuid.UUID | None
    ) -> Sequence[Any]:
        """Calls that were dialled, in the order they were made, each with what it rested on."""
        query = (
            select(Call, Campaign, AssistantVersion, Consent, GateVerdict, Contact.attributes["called_party"].astext)
            .outerjoin(Campaign, Campaign.id == Call.campaign_id)
            .join(AssistantVersion, AssistantVersion.id == Call.assistant_version_id)
            .outerjoin(Consent, Consent.id == Call.consent_id)
            .outerjoin(GateVerdict, GateVerdict.id == Call.verdict_id)
            .outerjoin(Contact, Contact.id == Call.contact_id)
            .where(Call.workspace_id == self._workspace_id, Call.dialing_at.is_not(None))
        )
        query = query if last is None else query.where(Call.id > last)
        query = query if since is None else query.where(Call.dialing_at >= since)
        query = query if until is None else query.where(Call.dialing_at < until)
        query = query if campaign_id is None else query.where(Call.campaign_id == campaign_id)
        rows = (await self._session.execute(query.order_by(Call.id).limit(_PAGE))).all()
        # What was sent is not kept: an export can be a million calls.
        self._session.expunge_all()
        return rows
