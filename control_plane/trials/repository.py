"""SQL for trials."""

import uuid
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from control_plane.db.models import AgentWorker, Assistant, Contact, Workspace

HEARD_WITHIN = timedelta(seconds=10)
"""As for calls: five heartbeats."""


class TrialRepository:
    def __init__(self, session: AsyncSession, workspace_id: uuid.UUID) -> None:
        self._session = session
        self._workspace_id = workspace_id

    async def workspace(self) -> Workspace:
        return await self._session.get_one(Workspace, self._workspace_id)

    async def assistant(self, assistant_id: uuid.UUID) -> Assistant | None:
        query = select(Assistant).where(Assistant.workspace_id == self._workspace_id, Assistant.id == assistant_id)
        return await self._session.scalar(query)

    async def contact(self, contact_id: uuid.UUID) -> Contact | None:
        query = select(Contact).where(Contact.workspace_id == self._workspace_id, Contact.id == contact_id)
        return await self._session.scalar(query)

    async def keep_probe(self, assistant_id: uuid.UUID, probe: dict[str, Any]) -> None:
        """Beside the draft, which it does not change."""
        of = (Assistant.workspace_id == self._workspace_id, Assistant.id == assistant_id)
        await self._session.execute(update(Assistant).where(*of).values(last_probe=probe, updated_at=Assistant.updated_at))

    async def workspace_of(self, assistant_id: uuid.UUID) -> uuid.UUID | None:
        """Whose it is."""
        return await self._session.scalar(select(Assistant.workspace_id).where(Assistant.id == assistant_id))

    async def is_an_agent_there(self, now: datetime) -> bool:
        """Whether an agent worker is registered with LiveKit and was heard of lately."""
        query = select(AgentWorker.id).where(
            AgentWorker.heartbeat_at > now - HEARD_WITHIN, AgentWorker.registered, AgentWorker.draining.is_(False)
        )
        return await self._session.scalar(query.limit(1)) is not None
