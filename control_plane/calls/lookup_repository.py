"""Finds what a call is made of within one workspace; what is not there or not yours is the same `NotFound`."""

import uuid
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from control_plane.calls.outcomes import BUILT_IN
from control_plane.db.models import Assistant, AssistantVersion, Campaign, Contact, ContactPhone, Enrollment, Number, Trunk, Workspace
from control_plane.domain.errors import Conflict, NotFound, Refused


class LookupRepository:
    def __init__(self, session: AsyncSession, workspace_id: uuid.UUID) -> None:
        self._session = session
        self._workspace_id = workspace_id

    async def workspace(self) -> Workspace:
        return await self._session.get_one(Workspace, self._workspace_id)

    async def active_assistant(self, assistant_id: uuid.UUID) -> Assistant:
        assistant = await self._owned(Assistant, assistant_id, "assistant")
        if not assistant.is_active:
            raise Refused(f"The assistant {assistant.name} is switched off (is_active is false).", code="assistant_inactive")
        return assistant

    async def published_version(self, assistant: Assistant) -> AssistantVersion:
        if assistant.published_version_id is None:
            raise Conflict(f"The assistant {assistant.name} has not been published yet.", code="assistant_not_published")
        return await self._session.get_one(AssistantVersion, assistant.published_version_id)

    async def contact(self, contact_id: uuid.UUID) -> Contact:
        return await self._owned(Contact, contact_id, "contact")

    async def contact_with(self, e164: str) -> uuid.UUID | None:
        """The only contact who has this number; of several nobody knows who is meant."""
        query = select(ContactPhone.contact_id).where(ContactPhone.workspace_id == self._workspace_id, ContactPhone.e164 == e164)
        found = (await self._session.scalars(query.limit(2))).all()
        return found[0] if len(found) == 1 else None

    async def campaign(self, campaign_id: uuid.UUID) -> Campaign:
        return await self._owned(Campaign, campaign_id, "campaign")

    async def enrollment(self, enrollment_id: uuid.UUID) -> Enrollment:
        return await self._owned(Enrollment, enrollment_id, "enrollment")

    async def caller(self, number_id: uuid.UUID) -> tuple[Number, Trunk]:
        """The caller ID that was asked for."""
        query = select(Number, Trunk).join(Trunk, Trunk.id == Number.trunk_id)
        query = query.where(Number.workspace_id == self._workspace_id, Number.id == number_id)
        row = (await self._session.execute(query)).first()
        if row is None:
            raise NotFound.of("number")
        number, trunk = row
        if trunk.livekit_outbound_trunk_id is None:
            raise Conflict(f"The trunk {trunk.name} is not connected to LiveKit yet; try again shortly.", code="trunk_not_synced")
        return number, trunk

    async def outcome_labels(self, version_id: uuid.UUID) -> list[str]:
        version = await self._session.get_one(AssistantVersion, version_id)
        return list(dict.fromkeys((*BUILT_IN, *(version.config.get("outcome_labels") or ()))))

    async def _owned(self, kind: Any, row_id: uuid.UUID, what: str) -> Any:
        row = await self._session.scalar(select(kind).where(kind.id == row_id, kind.workspace_id == self._workspace_id))
        if row is None:
            raise NotFound.of(what)
        return row
