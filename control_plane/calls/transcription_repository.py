"""SQL of transcriptions: what is asked for, what is due, and what they are made with."""

import uuid
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from control_plane.db.models import AgentWorker, Assistant, AssistantVersion, Call, CallTranscription, Contact

_QUIET = {"synchronize_session": False}
HEARD_WITHIN = timedelta(seconds=10)
"""As for calls: five heartbeats."""


class TranscriptionRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    def of_call(self, call_id: uuid.UUID) -> Select[CallTranscription]:
        return select(CallTranscription).where(CallTranscription.call_id == call_id)

    async def pending(self, call_id: uuid.UUID) -> CallTranscription | None:
        return await self._session.scalar(self.of_call(call_id).where(CallTranscription.state == "pending"))

    async def last_version(self, call_id: uuid.UUID) -> int:
        return await self._session.scalar(select(func.max(CallTranscription.version)).where(CallTranscription.call_id == call_id)) or 0

    async def due(self, now: datetime) -> CallTranscription | None:
        """The next that an agent is to be sent for, locked."""
        query = select(CallTranscription).where(CallTranscription.state == "pending", CallTranscription.due_at <= now)
        return await self._session.scalar(query.order_by(CallTranscription.due_at).limit(1).with_for_update(skip_locked=True))

    async def get(self, transcription_id: uuid.UUID, *, lock: bool = False) -> CallTranscription | None:
        query = select(CallTranscription).where(CallTranscription.id == transcription_id)
        return await self._session.scalar(query.with_for_update() if lock else query, execution_options={"populate_existing": True})

    async def supersede(self, call_id: uuid.UUID) -> None:
        """The one that is current is so no more."""
        mine = update(CallTranscription).where(CallTranscription.call_id == call_id, CallTranscription.is_current)
        await self._session.execute(mine.values(is_current=False).execution_options(**_QUIET))

    async def config(self, call: Call) -> dict[str, Any]:
        """Of the assistant as it is published now: whoever asks for another transcript wants another ear than the call had."""
        published = select(AssistantVersion.config).join(Assistant, Assistant.published_version_id == AssistantVersion.id)
        config = await self._session.scalar(published.where(Assistant.id == call.assistant_id))
        made_by = select(AssistantVersion.config).where(AssistantVersion.id == call.assistant_version_id)
        return config or await self._session.scalar(made_by) or {}

    async def contacts_language(self, call: Call) -> str | None:
        return await self._session.scalar(select(Contact.language).where(Contact.id == call.contact_id))

    async def agents(self, now: datetime) -> int:
        """How many agent workers are registered with LiveKit and were heard of lately."""
        there = (AgentWorker.heartbeat_at > now - HEARD_WITHIN, AgentWorker.registered, AgentWorker.draining.is_(False))
        return await self._session.scalar(select(func.count()).select_from(AgentWorker).where(*there)) or 0

    async def under_way(self, now: datetime) -> int:
        """How many have an agent, or one on its way."""
        row = CallTranscription
        sent = (row.state == "pending", row.due_at > now, row.token_hash.is_not(None))
        return await self._session.scalar(select(func.count()).select_from(row).where(*sent)) or 0
